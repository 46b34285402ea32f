//! The customer's own deployment table: one row for each deployment, compared with what was asked.

use change::State;
use serde_json::json;
use servicenow_sim::{Fault, On, When};
use testkit::agent::{Step, TaskResult};

use crate::office::Office;
use crate::world::output;

const TABLE: &str = "u_deployment";

/// An office with the table, and a record that writes a row of these columns.
fn recording(office: &Office, fields: &str) -> Step {
    let columns = [
        ("u_run", "text"),
        ("u_change", "text"),
        ("u_text", "text:4000"),
        ("u_outcome", "text"),
        ("u_finished", "datetime"),
        ("u_commits", "int"),
    ];
    office.world.sim.add_table(TABLE, &columns);
    office
        .record()
        .input("deploymentTable", TABLE)
        .input("deploymentFields", fields)
}

fn rows(office: &Office) -> Vec<serde_json::Map<String, serde_json::Value>> {
    office.world.sim.records(TABLE)
}

#[test]
fn a_row_tells_late_facts_and_a_rerun_finds_it() {
    let office = Office::new();
    let number = office.gated();
    let fields = "u_run: \"{{ run.id }}\"\nu_change: \"{{ change.number }}\"\nu_outcome: \"{{ outcomeCode }}\"\n\
                  u_finished: \"{{ finishedAt }}\"\nu_commits: \"{{ commits }}\"";
    let step = recording(&office, fields);
    for _ in 0..2 {
        let finished = office.recorded(&step);
        let rows = rows(&office);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(output(&finished, "deploymentRecordId"), rows[0]["sys_id"]);
        assert_eq!(rows[0]["u_run"], "4711");
        assert_eq!(rows[0]["u_change"], number);
        assert_eq!(rows[0]["u_outcome"], "successful");
        assert_eq!(rows[0]["u_commits"], "3");
        assert_eq!(rows[0]["u_finished"], office.column(&number, "work_end"));
    }
    office.is_content();
}

#[test]
fn a_deployment_whose_change_stays_open_has_one_row_too() {
    let office = Office::new();
    office.change_in("normal", State::Assess);
    let step = recording(
        &office,
        "u_run: \"{{ run.id }}\"\nu_finished: \"{{ finishedAt }}\"",
    );
    for wait in [1500, 0] {
        office.run(&step);
        assert_eq!(rows(&office).len(), 1);
        // The clock goes on between two attempts.
        office
            .world
            .sim
            .configure(|options| options.response_delay_ms = wait / 10);
        office
            .world
            .sim
            .advance(std::time::Duration::from_millis(wait * 10));
    }
    office.is_content();
}

#[test]
fn every_value_arrives_as_it_is() {
    let office = Office::new();
    office.gated();
    let hostile = "a^ORDERBYb javascript:gs.x() \\\"quoted\\\"\\nsecond line ü";
    let step = recording(
        &office,
        &format!("u_run: \"{{{{ run.id }}}}\"\nu_text: \"{hostile}\""),
    );
    for _ in 0..2 {
        office.recorded(&step);
        let rows = rows(&office);
        assert_eq!(rows.len(), 1, "{rows:?}");
        let text = rows[0]["u_text"].as_str().unwrap();
        assert_eq!(
            text,
            "a^ORDERBYb javascript:gs.x() \"quoted\"\nsecond line ü"
        );
    }
    office.is_content();
}

#[test]
fn a_column_that_the_table_lacks_is_named_every_time() {
    let office = Office::new();
    let number = office.gated();
    let step = recording(&office, "u_run: \"{{ run.id }}\"\nu_ring: blue");
    for _ in 0..2 {
        let finished = office.run(&step);
        assert_eq!(
            finished.result,
            TaskResult::SucceededWithIssues,
            "{finished:?}"
        );
        let told: Vec<_> = finished.log.issues_with("evidence-missing").collect();
        assert!(
            told.len() == 1 && told[0].text.contains("u_ring"),
            "{finished:?}"
        );
        assert_eq!(rows(&office).len(), 1);
        assert_eq!(office.column(&number, "state"), "3");
    }
}

#[test]
fn a_table_that_is_not_there_keeps_no_change_open() {
    let office = Office::new();
    let number = office.gated();
    let step = office
        .record()
        .input("deploymentTable", "u_nowhere")
        .input("deploymentFields", "u_run: \"{{ run.id }}\"");
    let finished = office.run(&step);
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    let told = finished
        .log
        .issues_with("evidence-missing")
        .next()
        .expect("it is told");
    assert!(told.text.contains("u_nowhere"), "{told:?}");
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(finished.log.output("deploymentRecordId"), None);
}

#[test]
fn a_row_whose_answer_is_lost_is_not_written_twice() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::Truncated,
    ] {
        let office = Office::new();
        let number = office.gated();
        let step = recording(&office, "u_run: \"{{ run.id }}\"");
        office
            .world
            .sim
            .fail(On::path(TABLE).method("POST"), When::Nth(1), fault.clone());
        let finished = office.run(&step);
        assert_eq!(rows(&office).len(), 1, "{fault:?}: {finished:?}");
        assert_eq!(
            finished.result,
            TaskResult::Succeeded,
            "{fault:?}: {finished:?}"
        );
        assert_eq!(office.column(&number, "state"), "3");
    }
}

#[test]
fn names_that_are_none_are_refused_before_anything_is_written() {
    for (table, fields, problem) in [
        ("u_deployment^ORx", "u_run: a", "no name of a table"),
        ("change_request?x", "u_run: a", "no name of a table"),
        (TABLE, "", "none of its columns"),
        ("", "u_run: a", "no table for them"),
        (TABLE, "u_run: \"{{ nothing }}\"", "nothing"),
        (TABLE, "\"u_run^x\": a", "u_run^x"),
    ] {
        let office = Office::new();
        let number = office.gated();
        let mut step = office.record().input("deploymentFields", fields);
        if !table.is_empty() {
            step = step.input("deploymentTable", table);
        }
        let finished = office.run(&step);
        let told = crate::world::problems(&finished);
        assert!(told.contains(problem), "{problem}: {finished:?}");
        assert_eq!(office.column(&number, "state"), "-1");
    }
}

#[test]
fn a_secret_in_a_column_is_hidden() {
    let office = Office::new();
    office.gated();
    let step = recording(
        &office,
        "u_run: \"{{ run.id }}\"\nu_text: Deployed with $(Deploy.Token)\nu_change: \"{{ branch }}\"",
    )
    .secret("Deploy.Token", "tok-9182-secret")
    .variable("Build.SourceBranch", "refs/heads/use-tok-9182-secret")
    .variable("Build.SourceBranchName", "use-tok-9182-secret");
    office.recorded(&step);
    let row = &rows(&office)[0];
    assert_eq!(row["u_text"], json!("Deployed with ***"));
    let branch = row["u_change"].as_str().unwrap();
    assert!(branch.ends_with("use-***"), "{branch}");
    office.is_content();
}
