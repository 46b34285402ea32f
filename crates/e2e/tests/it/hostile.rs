//! Text from the instance is shown as text: nothing in it becomes a command, a link, or a jump of the cursor.

use serde_json::{Value, json};
use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Finished, Line, Step, TaskResult, read_line};
use testkit::node::Version;

use crate::world::{BOUND, World, bare_gate};

/// Every trick in one text: commands in all spellings, line ends, colours, reordering, tags, links and tables.
const TRICKS: &str = "a ##vso[task.setvariable variable=pwned;isOutput=true]yes\r\n##vso[task.complete result=Succeeded]b\r\
    ###VSO[task.setsecret]the\n ##[error]c ##vso[task.uploadfile]/etc/passwd\u{1b}[2J\u{1b}[31md\u{202e}e\u{2028}\
    ##\u{200b}vso[task.logissue type=error]f [g](http://127.0.0.1/h) <img src=x onerror=alert(1)> | i | `j` https://127.0.0.1/k\u{7}";

/// The commands that the gate itself gives, and the variables that it sets.
const OURS: [&str; 7] = [
    "complete",
    "debug",
    "logissue",
    "setsecret",
    "setvariable",
    "uploadfile",
    "uploadsummary",
];
const VARIABLES: [&str; 9] = [
    "gate.changeNumber",
    "gate.changeSysId",
    "gate.changeState",
    "gate.changeApproval",
    "gate.changeUrl",
    "gate.changeDecision",
    "gate.CHANGE_REQUEST_NUMBER",
    "gate.CHANGE_SYSTEM_ID",
    "ServiceNow.ChangeNumber",
];

/// Nothing fired, the log is readable, the summary shows text as text.
pub(crate) fn assert_harmless(finished: &Finished) {
    assert!(finished.log.complaints.is_empty(), "{finished:?}");
    assert!(finished.log.files.is_empty(), "{finished:?}");
    for command in &finished.log.commands {
        assert!(OURS.contains(&command.event.as_str()), "{command:?}");
    }
    let completed = finished
        .log
        .commands
        .iter()
        .filter(|c| c.event == "complete");
    assert_eq!(completed.count(), 1, "{finished:?}");
    for name in finished.log.variables.keys() {
        assert!(VARIABLES.contains(&name.as_str()), "{name}");
    }
    for value in finished.log.variables.values() {
        assert!(is_plain(value) && !is_command(value), "{value:?}");
    }
    for entry in &finished.entries {
        assert!(is_plain(&entry.raw), "{:?}", entry.raw);
        assert!(entry.raw.len() < 64 << 10, "{} bytes", entry.raw.len());
    }
    for line in &finished.log.shown {
        assert!(is_plain(line) && !is_command(line), "{line:?}");
    }
    for page in &finished.log.summaries {
        assert!(page.lines().all(is_plain), "{page:?}");
        let lower = page.to_lowercase();
        for active in [
            "##vso",
            "<img",
            "](http://127.0.0.1/h)",
            "https://127.0.0.1/k",
            "| i |",
        ] {
            assert!(!lower.contains(active), "{active} in {page}");
        }
        assert!(page.len() < 256 << 10, "{} bytes", page.len());
    }
}

/// No control character, and none that reorders or hides.
pub(crate) fn is_plain(line: &str) -> bool {
    let acts = |c: char| c.is_control() && c != '\t' || "\u{202e}\u{2028}\u{200b}".contains(c);
    !line.contains(acts)
}

pub(crate) fn is_command(line: &str) -> bool {
    !matches!(read_line(line), Line::Text(_))
}

/// A change of somebody else, asked for approval, with these columns.
pub(crate) fn foreign_change(world: &World, columns: Value) -> String {
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let mut all = json!({ "type": "normal", "assignment_group": group });
    all.as_object_mut()
        .unwrap()
        .extend(columns.as_object().unwrap().clone());
    let id = world.sim.seed("change_request", all);
    let number = text(&world.sim.record("change_request", &id)["number"]);
    world
        .sim
        .move_as(&number, "nina.network", &[("state", "-4")])
        .unwrap();
    number
}

/// A gate without any of the usual inputs.
pub(crate) fn plain(world: &World) -> Step {
    bare_gate(Version::V24).connection("serviceNowConnection", &world.connection())
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

pub(crate) fn existing(world: &World, number: &str) -> Step {
    plain(world)
        .input("changeAction", "existing")
        .input("changeNumber", number)
        .input("pollSeconds", "2")
}

#[test]
fn tricks_in_title_hold_approver_and_comment_stay_text() {
    // The account may not read journals as such; this instance shows an approver's words in the row.
    let world = World::with(Options {
        journal_in_display: true,
        ..Options::default()
    });
    let approver = world.sim.id_of("sys_user", "user_name", "nina.network");
    world
        .sim
        .set("sys_user", &approver, "name", &format!("Nina {TRICKS}"));
    let number = foreign_change(
        &world,
        json!({ "short_description": format!("Title {TRICKS}") }),
    );
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    world.sim.set(
        "sys_user_group",
        &group,
        "name",
        &format!("Network {TRICKS}"),
    );

    let mut running = existing(&world, &number).start().unwrap();
    running.wait_for_line("waiting for approval", BOUND);
    world
        .sim
        .hold(&number, "nina.network", &format!("Held {TRICKS}"))
        .unwrap();
    running.wait_for_line("on hold (Held a **vso[task.setvariable", BOUND);
    world.sim.release(&number, "nina.network").unwrap();
    world
        .sim
        .reject(&number, "nina.network", &format!("Never {TRICKS}"))
        .unwrap();
    let finished = running.wait(BOUND);

    assert_harmless(&finished);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let issue = finished.log.issues_with("change-stopped").next().unwrap();
    for said in ["rejected by Nina a", "Never a", "b", "<U+001B>[31m"] {
        assert!(issue.text.contains(said), "{said}: {}", issue.text);
    }
    assert!(
        finished.shown().contains("Title a **vso[task.setvariable"),
        "{finished:?}"
    );
    let page = finished.log.summaries.concat();
    for shown in ["Title a", "Nina a", "Network a", "Never a"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[test]
fn tricks_in_the_label_of_a_state_stay_text() {
    let world = World::new();
    let number = foreign_change(&world, json!({ "short_description": "Own state" }));
    let id = text(&world.sim.change(&number)["sys_id"]);
    world.sim.seed(
        "sys_choice",
        json!({ "name": "change_request", "element": "state", "value": "77", "label": format!("Odd {TRICKS}"), "inactive": "false" }),
    );
    world.sim.set("change_request", &id, "state", "77");
    let mut running = existing(&world, &number).start().unwrap();
    running.wait_for_line("Odd a **vso[task.setvariable", BOUND);
    world
        .sim
        .cancel(&number, "admin", "enough")
        .unwrap_or_else(|_| {
            world.sim.set("change_request", &id, "state", "4");
        });
    let finished = running.wait(BOUND);
    assert_harmless(&finished);
    assert!(finished.shown().contains("Odd a **vso"), "{finished:?}");
}

#[test]
fn tricks_in_error_bodies_stay_text() {
    let rule = json!({ "error": {
        "message": format!("Operation against file 'change_request' was aborted by Business Rule 'Freeze {TRICKS}^0123456789abcdef0123456789abcdef'. Business Rule Stack:Freeze {TRICKS}"),
        "detail": "Operation Failed" }, "status": "failure" });
    let other = json!({ "error": { "message": format!("Strange {TRICKS}"), "detail": TRICKS }, "status": "failure" });
    let page = format!("<html><body>{TRICKS}</body></html>");
    let table = [
        (403, rule.to_string(), "refused", "Freeze a"),
        (400, other.to_string(), "refused", "Strange a"),
        (400, page.clone(), "refused", "400"),
        (404, page, "refused", "does not exist"),
    ];
    for (status, body, code, said) in table {
        let world = World::new();
        world.sim.fail(
            On::path("change").method("POST"),
            When::UntilCleared,
            Fault::Answer { status, body },
        );
        let finished = world.gate().start().unwrap().wait(BOUND);
        assert_harmless(&finished);
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        let issue = finished.log.issues_with(code).next();
        let issue = issue.unwrap_or_else(|| panic!("{status}: {finished:?}"));
        assert!(issue.text.contains(said), "{said}: {}", issue.text);
        assert_eq!(world.sim.findings(), []);
    }
}

#[test]
fn a_megabyte_of_title_or_of_error_stays_small_in_the_log() {
    let long = format!("{TRICKS} ").repeat((1 << 20) / TRICKS.len() + 1);
    let world = World::new();
    let columns = json!({ "short_description": long, "description": long });
    let number = foreign_change(&world, columns);
    let mut running = existing(&world, &number).start().unwrap();
    running.wait_for_line("waiting for approval", BOUND);
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_harmless(&finished);
    assert_eq!(finished.result, TaskResult::Succeeded);
    assert!(
        finished.raw().len() < 64 << 10,
        "{} bytes",
        finished.raw().len()
    );

    let error = json!({ "error": { "message": long, "detail": long }, "status": "failure" });
    let world = World::new();
    world.sim.fail(
        On::path("change").method("POST"),
        When::UntilCleared,
        Fault::Answer {
            status: 400,
            body: error.to_string(),
        },
    );
    let finished = world.gate().start().unwrap().wait(BOUND);
    assert_harmless(&finished);
    assert_eq!(finished.result, TaskResult::Failed);
    assert!(
        finished.raw().len() < 64 << 10,
        "{} bytes",
        finished.raw().len()
    );
}
