//! The page at `/`: changes, who is asked, and buttons. Everything shown is escaped, and no script may run.

use std::fmt::Write as _;

use crate::approvals;
use crate::http::Reply;
use crate::lookup;
use crate::store::{self, Record};
use crate::world::World;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;\
vertical-align:top}form{display:inline}button{margin:.1rem}small{color:#666}";

pub(crate) fn show(world: &World) -> Reply {
    let mut changes: Vec<&Record> = world.store.rows("change_request").collect();
    changes.sort_by(|a, b| store::get(b, "number").cmp(store::get(a, "number")));
    let mut rows = String::new();
    for change in changes {
        row(&mut rows, world, change);
    }
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"4\">No change request yet.</td></tr>");
    }
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>ServiceNow simulator</title>\
         <style>{STYLE}</style></head><body><h1>Change requests</h1><p>A simulator, not an instance. \
         Reload to see news.</p><table><tr><th>Change</th><th>State</th><th>Approval</th><th>Waits for</th></tr>\
         {rows}</table></body></html>"
    );
    Reply::html(200, &text)
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        )
        .with("Cache-Control", "no-store")
}

fn row(out: &mut String, world: &World, change: &Record) {
    let number = store::get(change, "number");
    let cell = |column: &str| escape(&lookup::display(world, "change_request", change, column));
    let held = store::get(change, "on_hold") == "true";
    let over = matches!(store::get(change, "state"), "0" | "3" | "4");
    let mut buttons = String::new();
    if !over {
        let hold = if held {
            ("release", "Release")
        } else {
            ("hold", "Hold")
        };
        for (verb, label) in [("cancel", "Cancel"), hold] {
            button(&mut buttons, number, verb, label, None);
        }
    }
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<tr><td><b>{}</b> <small>{}</small><br>{}<br>{buttons}</td><td>{}{}</td><td>{}</td><td>",
        escape(number),
        cell("type"),
        cell("short_description"),
        cell("state"),
        if held { " (on hold)" } else { "" },
        cell("approval"),
    );
    let waiting = approvals::waiting(world, store::get(change, "sys_id"));
    for id in waiting {
        let Some(approver) = world.store.get("sysapproval_approver", &id) else {
            continue;
        };
        let user = world
            .store
            .get("sys_user", store::get(approver, "approver"));
        let user_name = user.map_or("", |u| store::get(u, "user_name"));
        let _ = write!(
            out,
            "{} ",
            escape(&lookup::display(
                world,
                "sysapproval_approver",
                approver,
                "approver"
            ))
        );
        button(out, number, "approve", "Approve", Some(user_name));
        button(out, number, "reject", "Reject", Some(user_name));
        out.push_str("<br>");
    }
    out.push_str("</td></tr>");
}

fn button(out: &mut String, number: &str, verb: &str, label: &str, approver: Option<&str>) {
    let hidden = approver.map_or_else(String::new, |name| {
        format!(
            "<input type=\"hidden\" name=\"approver\" value=\"{}\">",
            escape(name)
        )
    });
    let _ = write!(
        out,
        "<form method=\"post\" action=\"/-/changes/{}/{verb}\">{hidden}<button>{label}</button></form>",
        escape(number)
    );
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}
