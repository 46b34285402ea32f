//! Shapes, paging, order and what access rules leave of a list.

use serde_json::{Value, json};
use servicenow_sim::{ExtraColumn, Options, Sim};

use crate::client::{as_user, azure};

const TABLE: &str = "/api/now/table/change_request";

fn fixed() -> Options {
    Options {
        clock_start: Some("2026-03-02 03:00:00".to_owned()),
        ..Options::default()
    }
}

#[test]
fn every_shape_of_a_cell() {
    let sim = Sim::start(fixed());
    let group = sim.id_of("sys_user_group", "name", "Network");
    let id = sim.seed(
        "change_request",
        json!({ "assignment_group": group, "start_date": "2026-03-02 03:00:00" }),
    );
    let fields = "state,assignment_group,assigned_to,start_date,on_hold,assignment_group.name,nothing,cmdb_ci.name";
    let read = |rest: &str| {
        azure(&sim)
            .get(&format!("{TABLE}/{id}?sysparm_fields={fields}{rest}"))
            .result()
    };
    let link = format!("{}/api/now/table/sys_user_group/{group}", sim.url());
    let plain = json!({
        "state": "-5", "assignment_group": { "link": link, "value": group }, "assigned_to": "",
        "start_date": "2026-03-02 03:00:00", "on_hold": "false", "assignment_group.name": "Network", "cmdb_ci.name": "",
    });
    assert_eq!(read(""), plain);
    assert_eq!(
        read("&sysparm_exclude_reference_link=true")["assignment_group"],
        json!(group)
    );
    let labels = read("&sysparm_display_value=true");
    assert_eq!(labels["state"], "New");
    assert_eq!(
        labels["assignment_group"],
        json!({ "display_value": "Network", "link": link })
    );
    assert_eq!(labels["start_date"], "2026-03-01 20:00:00");
    let bare = read("&sysparm_display_value=true&sysparm_exclude_reference_link=true");
    assert_eq!(bare["assignment_group"], "Network");
    let both = read("&sysparm_display_value=all");
    assert_eq!(
        both["state"],
        json!({ "display_value": "New", "value": "-5" })
    );
    assert_eq!(
        both["assignment_group"],
        json!({ "display_value": "Network", "link": link, "value": group })
    );
    assert_eq!(
        both["assigned_to"],
        json!({ "display_value": "", "value": "" })
    );
    let start = json!({ "display_value": "2026-03-01 20:00:00", "value": "2026-03-02 03:00:00" });
    assert_eq!(both["start_date"], start);
    let both_bare = read("&sysparm_display_value=all&sysparm_exclude_reference_link=true");
    assert_eq!(
        both_bare["assignment_group"],
        json!({ "display_value": "Network", "value": group })
    );
    let record = azure(&sim).get(&format!("{TABLE}/{id}")).result();
    let strange = record
        .as_object()
        .unwrap()
        .iter()
        .find(|(_, v)| !v.is_string() && !v.is_object());
    assert_eq!(strange, None);
}

#[test]
fn pages_need_a_total_order() {
    let sim = Sim::start(Options::default());
    for at in 0..30 {
        sim.seed(
            "change_request",
            json!({ "short_description": format!("{at:02}") }),
        );
    }
    let page = |rest: &str| azure(&sim).get(&format!("{TABLE}?sysparm_fields=number{rest}"));
    assert_ne!(
        page("").result(),
        page("").result(),
        "unordered rows came in the same order twice"
    );
    assert_ne!(
        page("&sysparm_query=ORDERBYstate").result(),
        page("&sysparm_query=ORDERBYstate").result()
    );
    let mut numbers = Vec::new();
    for offset in [0, 12, 24] {
        let answer = page(&format!(
            "&sysparm_limit=12&sysparm_offset={offset}&sysparm_query=ORDERBYstate^ORDERBYsys_id"
        ));
        assert_eq!(answer.header("x-total-count"), Some("30"));
        numbers.extend(
            answer
                .result()
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["number"].to_string()),
        );
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 30);
}

#[test]
fn links_lead_through_the_pages() {
    let sim = Sim::start(Options::default());
    for _ in 0..5 {
        sim.seed("change_request", json!({}));
    }
    let caller = azure(&sim);
    let answer = caller.get(&format!("{TABLE}?sysparm_limit=2&sysparm_offset=2"));
    let link = answer.header("link").unwrap().to_owned();
    for (rel, offset) in [("first", 0), ("prev", 0), ("next", 4), ("last", 4)] {
        let expected = format!("sysparm_offset={offset}>;rel=\"{rel}\"");
        assert!(link.contains(&expected), "{expected} in {link}");
    }
    let quiet = caller.get(&format!(
        "{TABLE}?sysparm_suppress_pagination_header=true&sysparm_no_count=true"
    ));
    assert_eq!(
        (quiet.header("link"), quiet.header("x-total-count")),
        (None, None)
    );
}

#[test]
fn the_count_knows_no_access_rules_and_the_page_is_cut_first() {
    let sim = Sim::start(Options::default());
    let ids: Vec<String> = (0..4)
        .map(|_| sim.seed("change_request", json!({})))
        .collect();
    sim.hide("change_request", &ids[0]);
    sim.hide("change_request", &ids[1]);
    let caller = azure(&sim);
    let count = |answer: &crate::client::Answer| {
        (
            answer.header("x-total-count").unwrap().to_owned(),
            answer.result().as_array().unwrap().len(),
        )
    };
    assert_eq!(count(&caller.get(TABLE)), ("4".to_owned(), 2));
    let all: usize = (0..4)
        .map(|offset| {
            caller.get(&format!(
                "{TABLE}?sysparm_query=ORDERBYsys_id&sysparm_limit=1&sysparm_offset={offset}"
            ))
        })
        .map(|answer| answer.result().as_array().unwrap().len())
        .sum();
    assert_eq!(all, 2, "pages of one row, two of them empty");
    assert_eq!(
        count(&as_user(&sim, "nobody").get(TABLE)),
        ("4".to_owned(), 0)
    );
    assert_eq!(caller.get(&format!("{TABLE}/{}", ids[0])).refusal().0, 404);
}

#[test]
fn hidden_columns_are_absent_and_may_not_be_asked_about() {
    let options = Options {
        hidden_columns: vec!["change_request.justification".to_owned()],
        ..Options::default()
    };
    let sim = Sim::start(options);
    let id = sim.seed("change_request", json!({ "justification": "secret" }));
    let caller = azure(&sim);
    let record = caller.get(&format!("{TABLE}/{id}")).result();
    assert_eq!(record.get("justification"), None);
    let expected = (
        403,
        "Insufficient rights to query records".to_owned(),
        "Field(s) present in the query do not have permission to be read".to_owned(),
    );
    assert_eq!(
        caller
            .get(&format!("{TABLE}?sysparm_query=justification=secret"))
            .refusal(),
        expected
    );
    let choices = "/api/now/table/sys_choice";
    assert_eq!(
        caller
            .get(&format!("{choices}?sysparm_query=name=change_request"))
            .refusal(),
        expected
    );
    assert_eq!(
        caller.get(&format!("{choices}?element=risk")).refusal(),
        expected
    );
    let admin = as_user(&sim, "admin").get(&format!(
        "{choices}?sysparm_query=name=change_request^element=risk"
    ));
    assert_eq!(admin.result().as_array().unwrap().len(), 4);
}

#[test]
fn plain_parameters_filter_by_value_or_label() {
    let sim = Sim::start(Options::default());
    let group = sim.id_of("sys_user_group", "name", "Network");
    sim.seed(
        "change_request",
        json!({ "risk": "2", "assignment_group": group }),
    );
    sim.seed("change_request", json!({ "risk": "4" }));
    let count = |query: &str| {
        azure(&sim)
            .get(&format!("{TABLE}?{query}"))
            .result()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("risk=2"), 1);
    assert_eq!(count("risk=High&assignment_group=Network"), 1);
    assert_eq!(count("risk=Low&assignment_group=Network"), 0);
    // With an encoded query beside them they do not count, nor does a column that is not there.
    assert_eq!(count("no_such_column=x"), 2);
}

#[test]
fn journals_read_empty_and_their_entries_need_a_right() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({}));
    let caller = azure(&sim);
    let answer = caller.patch(&format!("{TABLE}/{id}"), &json!({ "work_notes": "first" }));
    assert_eq!(answer.result()["work_notes"], "");
    caller.patch(&format!("{TABLE}/{id}"), &json!({ "work_notes": "second" }));
    assert_eq!(sim.journal(&id, "work_notes"), ["first", "second"]);
    let entries = format!("/api/now/table/sys_journal_field?sysparm_query=element_id={id}");
    assert_eq!(caller.get(&entries).result(), json!([]));
    let manager = as_user(&sim, "chris.manager").get(&entries).result();
    assert_eq!(manager.as_array().unwrap().len(), 2);
    assert_eq!(manager[0]["name"], "change_request");
    sim.configure(|o| o.journal_in_display = true);
    let shown = caller
        .get(&format!("{TABLE}/{id}?sysparm_display_value=all"))
        .result();
    assert_eq!(shown["work_notes"]["value"], "");
    let text = shown["work_notes"]["display_value"].as_str().unwrap();
    assert!(
        text.find("second").unwrap() < text.find("first").unwrap(),
        "{text}"
    );
}

#[test]
fn added_columns_exist_only_where_added() {
    let column = ExtraColumn {
        table: "change_request".into(),
        name: "u_stage".into(),
        kind: "text:10".into(),
    };
    let sim = Sim::start(Options {
        extra_columns: vec![column],
        ..Options::default()
    });
    let created = azure(&sim)
        .post(TABLE, &json!({ "u_stage": "prod", "u_other": "x" }))
        .result();
    assert_eq!(created["u_stage"], "prod");
    assert_eq!(created.get("u_other"), None);
}

#[test]
fn the_base_table_shows_its_classes() {
    let sim = Sim::start(Options::default());
    sim.seed("change_request", json!({}));
    sim.seed("incident", json!({ "state": "6" }));
    let rows = azure(&sim)
        .get("/api/now/table/task?sysparm_query=ORDERBYsys_class_name&sysparm_display_value=all")
        .result();
    let shown: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["state"]["display_value"])
        .collect();
    assert_eq!(shown, [&json!("New"), &json!("Resolved")]);
}

#[test]
fn counts_are_strings_and_may_be_grouped() {
    let sim = Sim::start(Options::default());
    for risk in ["2", "3", "3"] {
        sim.seed("change_request", json!({ "risk": risk }));
    }
    let stats = |rest: &str| {
        azure(&sim)
            .get(&format!(
                "/api/now/stats/change_request?sysparm_count=true{rest}"
            ))
            .result()
    };
    assert_eq!(stats(""), json!({ "stats": { "count": "3" } }));
    assert_eq!(
        stats("&sysparm_query=risk=2"),
        json!({ "stats": { "count": "1" } })
    );
    let grouped = stats("&sysparm_group_by=risk");
    assert_eq!(
        grouped[1],
        json!({ "stats": { "count": "2" }, "groupby_fields": [{ "field": "risk", "value": "3" }] })
    );
}

#[test]
fn records_by_display_value_follow_their_user_zone_option() {
    let sim = Sim::start(Options {
        user_time_zone_minutes: 120,
        ..fixed()
    });
    let id = sim.seed(
        "change_request",
        json!({ "end_date": "2026-03-02 23:30:00" }),
    );
    let read = azure(&sim)
        .get(&format!("{TABLE}/{id}?sysparm_display_value=true"))
        .result();
    assert_eq!(read["end_date"], "2026-03-03 01:30:00");
}
