//! The page at `/`: the runs and what became of them. Everything shown is escaped, and no script may run.

use std::fmt::Write as _;

use crate::http::Reply;
use crate::organization::Run;
use crate::seeds::RecordSeed;
use crate::world::World;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;\
vertical-align:top}small{color:#666}";

pub(crate) fn show(world: &World) -> Reply {
    let mut rows = String::new();
    for run in world.org.runs.values().rev() {
        row(&mut rows, run);
    }
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"4\">No run.</td></tr>");
    }
    let organization = escape(&world.options.organization);
    let project = escape(&world.org.main_project().name);
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Azure DevOps simulator</title>\
         <style>{STYLE}</style></head><body><h1>Runs of {organization} / {project}</h1>\
         <p>A simulator, not the service. Reload to see news.</p>\
         <table><tr><th>Run</th><th>State</th><th>Stages</th><th>Requested for</th></tr>{rows}</table></body></html>"
    );
    Reply::html(200, &text)
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'",
        )
        .with("Cache-Control", "no-store")
}

fn row(out: &mut String, run: &Run) {
    let seed = &run.seed;
    let main = run.timelines.get(&run.plan_id);
    let mut stages: Vec<&RecordSeed> = main
        .into_iter()
        .flatten()
        .filter(|r| r.kind == "Stage")
        .collect();
    stages.sort_by_key(|r| r.order);
    let stages: Vec<String> = stages.iter().map(|r| stage(r)).collect();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<tr><td><b>{}</b> <small>{}</small><br>{} at {}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
        escape(&run.number),
        run.id,
        escape(&seed.definition),
        escape(seed.source_version.get(..8).unwrap_or(&seed.source_version)),
        escape(&seed.status),
        escape(seed.result.as_deref().unwrap_or_default()),
        stages.join("<br>"),
        escape(&seed.requested_for.name),
    );
}

fn stage(record: &RecordSeed) -> String {
    let outcome = record.result.as_ref().unwrap_or(&record.state);
    let attempt = if record.attempt > 1 {
        format!(" <small>attempt {}</small>", record.attempt)
    } else {
        String::new()
    };
    format!("{}: {}{attempt}", escape(&record.name), escape(outcome))
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
