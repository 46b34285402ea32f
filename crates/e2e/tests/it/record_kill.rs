//! Killed between any two requests and run again, a record leaves what one undisturbed run leaves.

use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Step, TaskResult};
use testkit::wait::until;

use crate::office::Office;
use crate::world::BOUND;

/// More requests than any record makes.
const MOST: usize = 200;

/// What somebody finds who looks at the instance afterwards.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    change: Vec<(&'static str, String)>,
    notes: Vec<String>,
    files: Vec<String>,
    rows: usize,
    tasks: Vec<String>,
    changes: usize,
}

/// Where the cut is: the last request before it was answered, or had its effect and no answer.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Answered,
    Unanswered,
}

/// Which party's line is cut.
#[derive(Debug, Clone, Copy)]
enum Party {
    ServiceNow,
    Azure,
}

/// The office of one story, and the step in it.
type Setting = (Office, Step, String);

fn options(reader: &str) -> Options {
    Options {
        journal_readers: vec![reader.to_owned()],
        implement_creates_tasks: true,
        ..Options::default()
    }
}

/// Instances on which the account may and may not read journals.
const READERS: [&str; 2] = ["itil", "change_manager"];

/// A record with everything on it that is written once.
fn full(office: &Office) -> Step {
    office.world.sim.add_table(
        "u_deployment",
        &[
            ("u_run", "text"),
            ("u_change", "text"),
            ("u_finished", "datetime"),
            ("u_text", "text"),
        ],
    );
    office
        .record()
        .input("finishedAt", "2026-01-05T09:40:00Z")
        .input("evidenceFiles", "junit.xml")
        .file("junit.xml", "<testsuite><testcase/></testsuite>")
        .input("deploymentTable", "u_deployment")
        .input(
            "deploymentFields",
            "u_run: \"{{ run.id }}\"\nu_change: \"{{ change.number }}\"\nu_finished: \"{{ finishedAt }}\"\n\
             u_text: \"a^b {{ outcome }}\"",
        )
}

/// An approved change on its way, with the tasks that Implement creates.
fn gated(reader: &str, goal: &str) -> Setting {
    let office = Office::with(options(reader));
    let number = office.gated();
    let step = full(&office).input("targetState", goal);
    (office, step, number)
}

fn left(office: &Office, number: &str) -> Left {
    let sim = &office.world.sim;
    let columns = [
        "state",
        "approval",
        "close_code",
        "close_notes",
        "work_start",
        "work_end",
    ];
    let id = office.column(number, "sys_id");
    // The same address for all, whatever port it has today; it is in our own files, so that their hashes differ too, and
    // have to be those of what is on the change.
    let files = sim.find("sys_attachment", "table_sys_id", &id);
    let plain = |text: String| {
        let text = text.replace(office.azure.url(), "/");
        let ours = files
            .iter()
            .filter(|file| file["file_name"].as_str().unwrap().starts_with("snowgate-"));
        ours.fold(text, |text, file| {
            let word = |column: &str| file[column].as_str().unwrap();
            let what = format!("{} bytes, SHA-256 {}", word("size_bytes"), word("hash"));
            text.replace(&what, "as attached")
        })
    };
    let task = |task: &serde_json::Map<String, serde_json::Value>| {
        plain(format!(
            "{} {} {}",
            task["state"], task["close_code"], task["close_notes"]
        ))
    };
    Left {
        change: columns
            .map(|column| (column, plain(office.column(number, column))))
            .into(),
        notes: office.notes(number).into_iter().map(plain).collect(),
        files: office.files(number),
        rows: sim.records("u_deployment").len(),
        tasks: sim
            .find("change_task", "change_request", &id)
            .iter()
            .map(task)
            .collect(),
        changes: sim.records("change_request").len(),
    }
}

/// Runs the step until it has got that many answers of a party, and kills it while it waits for the next one; `false`
/// where it ended before.
fn cut_off(office: &Office, step: &Step, party: Party, cut: Cut, requests: usize) -> bool {
    use azure_devops_sim as azure;
    let (sim, organization) = (&office.world.sim, &office.azure);
    let nth = u32::try_from(requests).unwrap();
    match (party, cut) {
        (Party::ServiceNow, Cut::Answered) => sim.fail(On::any(), When::Nth(nth), Fault::Hang),
        (Party::ServiceNow, Cut::Unanswered) => {
            sim.fail(On::any(), When::Nth(nth), Fault::HangAfterCommit);
        }
        (Party::Azure, _) => {
            organization.fail(azure::On::any(), azure::When::Nth(nth), azure::Fault::Hang);
        }
    }
    let seen = || match party {
        Party::ServiceNow => sim.requests().len(),
        Party::Azure => organization.requests().len(),
    };
    let before = seen();
    let running = step.start().unwrap();
    let killed = until("the cut, or the end", BOUND, || {
        if seen() - before >= requests {
            return Some(true);
        }
        running
            .entries()
            .iter()
            .any(|entry| entry.raw.contains("task.complete"))
            .then_some(false)
    });
    if killed {
        drop(running.kill());
    } else {
        drop(running.wait(BOUND));
    }
    sim.heal();
    organization.heal();
    killed
}

/// Cuts a record off at every request in turn, runs it again, and compares with one that was let alone.
fn survives(setting: impl Fn() -> Setting, party: Party, cut: Cut, ends: TaskResult) {
    let (office, step, number) = setting();
    let finished = office.run(&step);
    assert_eq!(finished.result, ends, "{finished:?}");
    office.is_content();
    let expected = left(&office, &number);
    assert_eq!(expected.notes.len(), 1, "{:?}", expected.notes);
    for requests in 1..MOST {
        let (office, step, number) = setting();
        if !cut_off(&office, &step, party, cut, requests) {
            assert!(requests > 3, "{requests} requests cannot be all");
            return;
        }
        let finished = office.run(&step);
        assert_eq!(
            finished.result, ends,
            "{party:?} {cut:?} {requests}: {finished:?}"
        );
        let found = left(&office, &number);
        assert_eq!(
            found, expected,
            "{party:?} {cut:?} {requests}: {finished:?}"
        );
    }
    panic!("a record never ends");
}

#[test]
fn a_record_that_closes_its_change_survives_any_cut() {
    for reader in READERS {
        for cut in [Cut::Answered, Cut::Unanswered] {
            survives(
                || gated(reader, "closed"),
                Party::ServiceNow,
                cut,
                TaskResult::Succeeded,
            );
        }
    }
}

#[test]
fn a_record_that_leaves_its_change_in_review_survives_any_cut() {
    // Where the journal cannot be read, nothing but the change itself says what was written.
    for cut in [Cut::Answered, Cut::Unanswered] {
        let setting = || gated(READERS[1], "review");
        survives(setting, Party::ServiceNow, cut, TaskResult::Succeeded);
    }
}

#[test]
fn a_record_that_moves_nothing_survives_any_cut() {
    // Where the journal cannot be read, nothing but the change itself says what was written.
    for cut in [Cut::Answered, Cut::Unanswered] {
        let setting = || gated(READERS[1], "none");
        survives(setting, Party::ServiceNow, cut, TaskResult::Succeeded);
    }
}

#[test]
fn a_record_survives_any_cut_while_it_asks_about_the_run() {
    survives(
        || gated(READERS[1], "closed"),
        Party::Azure,
        Cut::Answered,
        TaskResult::Succeeded,
    );
}

/// No change was opened before: the record opens one after the fact.
fn retrospective(kind: &str) -> Setting {
    let office = Office::with(options(READERS[0]));
    // No instance is without any entry: by them the account is seen to read journals.
    office.world.sim.seed(
        "sys_journal_field",
        serde_json::json!({ "name": "change_request", "element": "work_notes", "element_id": "0".repeat(32), "value": "x" }),
    );
    let mut step = full(&office)
        .input("whenMissing", "createRetrospective")
        .input("assignmentGroup", "Network")
        .input("changeType", kind);
    if kind == "standard" {
        step = step.input("standardChangeTemplate", "Deploy web shop");
    }
    (office, step, "CHG0030001".to_owned())
}

#[test]
fn a_change_opened_after_the_fact_survives_any_cut() {
    for kind in ["normal", "standard"] {
        for cut in [Cut::Answered, Cut::Unanswered] {
            let issues = TaskResult::SucceededWithIssues;
            survives(|| retrospective(kind), Party::ServiceNow, cut, issues);
        }
    }
}
