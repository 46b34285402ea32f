//! Every input that shapes the change: a good value shows on the record, a bad one is told with its mend, and all bad
//! ones are told in one go.

use servicenow_sim::Options;
use testkit::agent::{Connection, Finished, TaskResult};
use testkit::node::Version;

use crate::world::{BOUND, World, bare_gate, count, output, problems};

fn refused(finished: &Finished) -> String {
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(finished.exit_code, Some(0), "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "badInput");
    problems(finished);
    finished.shown()
}

#[test]
fn good_values_stand_on_the_record() {
    let world = World::with(Options {
        restrict_sys_choice: false,
        ..Options::default()
    });
    let step = world
        .gate()
        .input("service", "checkout")
        .input("environment", "blue")
        .input("assignmentGroup", "Platform Operations")
        .input("configurationItem", "checkout-web")
        .input(
            "shortDescription",
            "Ship {{ service }} {{ run.number }} to {{ environment }}",
        )
        .input("description", "Commit {{ commit }}\nby {{ requestedFor }}")
        .input("justification", "Sells {{ repository }}")
        .input("implementationPlan", "Run {{ pipeline.name }}")
        .input("backoutPlan", "echo $(pwd) && redeploy")
        .input(
            "testPlan",
            "{% if branch %}smoke on {{ branch }}{% endif %}",
        )
        .input("risk", "moderate")
        .input("impact", "1")
        .input("priority", "2 - High")
        .input("category", "Network")
        .input("plannedStart", "2026-03-01T22:00:00+02:00")
        .input("plannedEnd", "2026-03-02T01:30:00Z")
        .input("additionalFields", "urgency: 2\ncab_required: true\n")
        .input("proceedWhen", "created")
        .input("changeWindow", "ignore");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(&finished, "changeNumber"));
    let group = world
        .sim
        .id_of("sys_user_group", "name", "Platform Operations");
    let item = world.sim.id_of("cmdb_ci", "name", "checkout-web");
    for (column, value) in [
        ("type", "normal"),
        ("assignment_group", group.as_str()),
        ("cmdb_ci", item.as_str()),
        ("short_description", "Ship checkout 20260105.3 to blue"),
        (
            "description",
            "Commit 8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b\nby Pat Doe",
        ),
        ("justification", "Sells shop-web"),
        ("implementation_plan", "Run shop-web"),
        ("backout_plan", "echo $(pwd) && redeploy"),
        ("test_plan", "smoke on refs/heads/main"),
        ("risk", "3"),
        ("impact", "1"),
        ("priority", "2"),
        ("category", "Network"),
        ("start_date", "2026-03-01 20:00:00"),
        ("end_date", "2026-03-02 01:30:00"),
        ("urgency", "2"),
        ("cab_required", "true"),
    ] {
        assert_eq!(change[column], value, "{column}");
    }
    assert_eq!(finished.log.issues_with("column-dropped").count(), 0);
    assert_eq!(world.sim.findings(), []);
    assert!(
        finished
            .shown()
            .contains("service checkout, environment blue")
    );
}

#[test]
fn keys_and_values_pass_for_names_and_labels_and_json_for_yaml() {
    let world = World::new();
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let item = world.sim.id_of("cmdb_ci", "name", "payments-api");
    let step = world
        .gate()
        .input("assignmentGroup", &group)
        .input("configurationItem", &item)
        .input("risk", "4")
        .input("impact", "Low")
        .input("additionalFields", r#"{"urgency": "1"}"#)
        .input("plannedStart", "PT2H")
        .input("plannedEnd", "P1D")
        .input("proceedWhen", "created")
        .input("changeWindow", "ignore");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(&finished, "changeNumber"));
    for (column, value) in [
        ("assignment_group", group.as_str()),
        ("cmdb_ci", item.as_str()),
        ("risk", "4"),
        ("impact", "3"),
        ("urgency", "1"),
    ] {
        assert_eq!(change[column], value, "{column}");
    }
    let [start, end, now] = [
        change["start_date"].as_str().unwrap().to_owned(),
        change["end_date"].as_str().unwrap().to_owned(),
        world.sim.now(),
    ];
    assert!(now < start && start < end, "{now} {start} {end}");
}

#[test]
fn further_columns_take_labels_and_names_too() {
    let world = World::new();
    let fields = "urgency: High\nbusiness_service: Payments\nassigned_to: Nina Network\n";
    let step = world
        .gate()
        .input("additionalFields", fields)
        .input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(&finished, "changeNumber"));
    let service = world.sim.id_of("cmdb_ci_service", "name", "Payments");
    let user = world.sim.id_of("sys_user", "name", "Nina Network");
    assert_eq!(change["urgency"], "1");
    assert_eq!(change["business_service"], service.as_str());
    assert_eq!(change["assigned_to"], user.as_str());
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn a_long_text_ends_in_a_visible_mark() {
    let world = World::new();
    let step = world
        .gate()
        .input("shortDescription", &"long ".repeat(100))
        .input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    let change = world.sim.change(output(&finished, "changeNumber"));
    let text = change["short_description"].as_str().unwrap();
    assert!(
        text.chars().count() <= 160 && text.ends_with("[cut]"),
        "{text}"
    );
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn every_bad_value_is_told_in_one_go_and_nothing_is_asked() {
    let world = World::new();
    let wrong = [
        ("configFile", "no/such/file.yml", "cannot be read"),
        ("service", "$(No.Such.Variable)", "No.Such.Variable"),
        ("environment", "$(Nor.This)", "Nor.This"),
        ("changeAction", "reuse", "createOrReuse, create, existing"),
        ("changeNumber", "CHG0000001", "changeAction: existing"),
        ("changeQuery", "active=true", "changeAction: existing"),
        ("changeType", "urgent", "standard, normal, emergency"),
        ("shortDescription", "{{ run.number", "shortDescription"),
        ("description", "{{ nobody.knows }}", "nobody"),
        ("justification", "{% for %}", "justification"),
        (
            "implementationPlan",
            "{% include 'x' %}",
            "implementationPlan",
        ),
        ("backoutPlan", "{{ run.number | nofilter }}", "nofilter"),
        ("testPlan", "{% if %}", "testPlan"),
        ("plannedStart", "tomorrow", "'tomorrow' is no time"),
        ("plannedEnd", "2026-03-01 22:00:00", "is no time"),
        ("additionalFields", "state: 3\nsys_id: 7", "state"),
        ("requestApproval", "maybe", "true, false"),
        ("proceedWhen", "someday", "approved, scheduled, implement"),
        ("timeoutMinutes", "long", "'long' is not a number"),
        ("pollSeconds", "1", "from 2 to"),
        ("onTimeout", "shrug", "fail, proceed"),
        ("changeWindow", "door", "wait, fail, ignore"),
        ("conflictPolicy", "fight", "ignore, wait, fail"),
        ("moveToImplement", "yes", "true, false"),
        ("whenUnavailable", "cry", "fail, manual"),
        ("unavailableMinutes", "-1", "unavailableMinutes"),
        ("onCancel", "run", "leave, cancelChange"),
        ("dryRun", "perhaps", "true, false"),
    ];
    let step = wrong.iter().fold(world.gate(), |step, (name, value, _)| {
        step.input(name, value)
    });
    let finished = step.start().unwrap().wait(BOUND);
    let shown = refused(&finished);
    for (name, _, says) in wrong {
        let about = shown
            .lines()
            .filter(|line| line.contains(&format!("input '{name}'")) || line.contains(name));
        let about: Vec<&str> = about.collect();
        assert!(
            about.iter().any(|line| line.contains(says)),
            "{name}: {says} in {about:?} of\n{shown}"
        );
    }
    assert_eq!(world.sim.requests().len(), 0);
}

#[test]
fn a_connection_and_inputs_that_are_wrong_are_told_together() {
    let connection = Connection::with("Kerberos", "http://127.0.0.1:9", &[]);
    let step = bare_gate(Version::V24)
        .connection("serviceNowConnection", &connection)
        .input("changeType", "urgent");
    let finished = step.start().unwrap().wait(BOUND);
    let shown = refused(&finished);
    assert!(
        shown.contains("'urgent'") && shown.to_lowercase().contains("'kerberos'"),
        "{shown}"
    );

    let finished = bare_gate(Version::V24)
        .input("changeType", "urgent")
        .start()
        .unwrap()
        .wait(BOUND);
    let shown = refused(&finished);
    assert!(shown.contains("'urgent'"), "{shown}");
    let told = problems(&finished);
    assert_eq!(
        told.matches("serviceNowConnection").count(),
        1,
        "once is enough: {told}"
    );
}

#[test]
fn names_and_labels_that_the_instance_does_not_know_are_told_together() {
    let world = World::with(Options {
        restrict_sys_choice: false,
        ..Options::default()
    });
    let wrong = [
        ("changeModel", "Cloud Infrastructur", "Cloud Infrastructure"),
        ("configurationItem", "shared-cache", "2"),
        ("assignmentGroup", "Networc", "Network"),
        ("risk", "extreme", "Moderate"),
        ("impact", "huge", "Medium"),
        ("priority", "now", "Critical"),
        ("category", "Nonsense", "Software"),
        ("proceedWhen", "state:Sheduled", "Scheduled"),
        ("additionalFields", "business_service: Paymentz", "Payments"),
    ];
    let step = wrong.iter().fold(world.gate(), |step, (name, value, _)| {
        step.input(name, value)
    });
    let finished = step.start().unwrap().wait(BOUND);
    refused(&finished);
    let told = problems(&finished);
    for (name, _, says) in wrong {
        let line = told
            .lines()
            .find(|line| line.contains(&format!("input '{name}'")));
        let line = line.unwrap_or_else(|| panic!("{name} in {told}"));
        assert!(line.contains(says), "{name}: {line}");
    }
    assert_eq!(count(&world, "POST", ""), 0);
}

#[test]
fn contradictions_are_told() {
    let world = World::new();
    for (inputs, says) in [
        (
            &[("plannedStart", "PT2H"), ("plannedEnd", "PT1H")][..],
            "after the start",
        ),
        (
            &[
                ("changeType", "normal"),
                ("standardChangeTemplate", "Deploy web shop"),
            ],
            "makes no normal change",
        ),
        (&[("changeAction", "existing")], "no change is named"),
        (
            &[
                ("changeAction", "existing"),
                ("changeNumber", "CHG0030001"),
                ("changeQuery", "active=true"),
            ],
            "both given",
        ),
        (
            &[("changeAction", "existing"), ("changeNumber", "INC0010001")],
            "is no change number",
        ),
        (&[("additionalFields", "- a\n- b")], "map of columns"),
        (
            &[("additionalFields", "approval: approved")],
            "never written",
        ),
    ] {
        let step = inputs
            .iter()
            .fold(world.gate(), |step, (name, value)| step.input(name, value));
        let finished = step.start().unwrap().wait(BOUND);
        let shown = refused(&finished);
        assert!(shown.contains(says), "{says} in\n{shown}");
    }
    assert_eq!(world.sim.requests().len(), 0);
}

#[test]
fn an_end_counted_from_now_before_a_start_written_out_is_told() {
    let world = World::new();
    let step = world
        .gate()
        .input("plannedStart", "2099-01-01T00:00:00Z")
        .input("plannedEnd", "PT2H")
        .input("assignmentGroup", "Networc");
    let finished = step.start().unwrap().wait(BOUND);
    refused(&finished);
    let told = problems(&finished);
    assert!(
        told.contains("'plannedEnd'") && told.contains("after plannedStart"),
        "{told}"
    );
    assert!(told.contains("'assignmentGroup'"), "{told}");
    assert_eq!(count(&world, "POST", ""), 0);
}

#[test]
fn a_job_that_says_no_project_or_run_cannot_be_told_from_another() {
    let world = World::new();
    for variable in ["System.TeamProjectId", "Build.BuildId"] {
        let finished = world.gate().without(variable).start().unwrap().wait(BOUND);
        refused(&finished);
        let told = problems(&finished);
        assert!(told.contains(variable), "{told}");
    }
    assert_eq!(world.sim.requests().len(), 0);
}

#[test]
fn the_pause_between_two_readings_is_the_one_asked_for() {
    let polls = |seconds: &str| {
        let world = World::new();
        let step = world
            .gate()
            .input("pollSeconds", seconds)
            .input("timeoutMinutes", "0.05");
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.log.issues_with("change-timeout").count(), 1);
        let is_poll = |pair: &(String, String)| pair.1 == "state,approval,on_hold";
        let requests = world.sim.requests();
        requests
            .iter()
            .filter(|request| request.query.iter().any(is_poll))
            .count()
    };
    assert_eq!(polls("2"), 2, "after two seconds, and at the end");
    assert_eq!(polls("30"), 1, "at the end");
}
