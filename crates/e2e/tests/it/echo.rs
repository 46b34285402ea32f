//! What was written is compared with what the instance stored, and every difference is named.

use servicenow_sim::{ExtraColumn, FindingKind, Options};
use testkit::agent::{Finished, TaskResult};

use crate::world::{BOUND, World, output};

fn created(world: &World, inputs: &[(&str, &str)]) -> Finished {
    let step = inputs
        .iter()
        .fold(world.gate(), |step, (name, value)| step.input(name, value));
    let step = step.input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    finished
}

fn dropped(finished: &Finished) -> Vec<&str> {
    let issues = finished.log.issues_with("column-dropped");
    issues.map(|issue| issue.text.as_str()).collect()
}

fn kinds(world: &World) -> Vec<FindingKind> {
    let findings = world.sim.findings();
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_column_that_does_not_exist_is_named_as_dropped() {
    let world = World::new();
    let fields = [("additionalFields", "u_ring: canary\nurgency: 2")];
    let finished = created(&world, &fields);
    let told = dropped(&finished);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in [
        "u_ring",
        "canary",
        "nothing",
        output(&finished, "changeNumber"),
    ] {
        assert!(told[0].contains(part), "{part} in {told:?}");
    }
    assert!(
        finished.log.summaries[0].contains("ring"),
        "the page repeats it: {:?}",
        finished.log.summaries
    );
    assert_eq!(kinds(&world), [FindingKind::UnknownField]);
}

#[test]
fn a_column_that_exists_is_none() {
    let world = World::with(Options {
        extra_columns: vec![ExtraColumn {
            table: "change_request".to_owned(),
            name: "u_ring".to_owned(),
            kind: "text".to_owned(),
        }],
        ..Options::default()
    });
    let finished = created(&world, &[("additionalFields", "u_ring: canary")]);
    assert_eq!(dropped(&finished), Vec::<&str>::new());
    let change = world.sim.change(output(&finished, "changeNumber"));
    assert_eq!(change["u_ring"], "canary");
}

#[test]
fn a_column_that_a_rule_changes_is_named_with_both_values() {
    let world = World::with(Options {
        derive_change_priority: true,
        ..Options::default()
    });
    let finished = created(&world, &[("priority", "1"), ("impact", "3")]);
    let change = world.sim.change(output(&finished, "changeNumber"));
    let stored = change["priority"].as_str().unwrap();
    assert_ne!(stored, "1");
    let told = dropped(&finished);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["priority", "'1'", &format!("'{stored}'")] {
        assert!(told[0].contains(part), "{part} in {told:?}");
    }
}

#[test]
fn a_text_that_the_instance_cuts_is_named() {
    let world = World::with(Options {
        extra_columns: vec![ExtraColumn {
            table: "change_request".to_owned(),
            name: "u_ticket".to_owned(),
            kind: "text:8".to_owned(),
        }],
        ..Options::default()
    });
    let finished = created(&world, &[("additionalFields", "u_ticket: 0123456789")]);
    let told = dropped(&finished);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("u_ticket") && told[0].contains("'01234567'"),
        "{told:?}"
    );
}

#[test]
fn a_column_dropped_beside_a_template_is_named_too() {
    let world = World::new();
    let finished = created(
        &world,
        &[
            ("standardChangeTemplate", "Deploy web shop"),
            ("additionalFields", "u_ring: canary"),
        ],
    );
    let told = dropped(&finished);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("u_ring"), "{told:?}");
}

#[test]
fn lines_and_blanks_are_no_difference() {
    let world = World::new();
    let fields = "short_description: \"  Ship it  \"\ndescription: |\n  one\n  two\n";
    let finished = created(&world, &[("additionalFields", fields)]);
    assert_eq!(dropped(&finished), Vec::<&str>::new());
}

#[test]
fn a_column_dropped_on_the_way_to_implement_is_named() {
    let world = World::with(Options {
        hidden_columns: vec!["change_request.work_start".to_owned()],
        ..Options::default()
    });
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let told = dropped(&finished);
    assert!(
        told.iter().any(|text| text.contains("work_start")),
        "{finished:?}"
    );
}

#[test]
fn a_text_that_a_template_keeps_to_itself_is_told() {
    let world = World::new();
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop")
        .input("description", "Mine");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let told = dropped(&finished);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["description", "'Mine'", "'Pre-approved: Deploy web shop'"] {
        assert!(told[0].contains(part), "{part} in {told:?}");
    }
    // The change is introduced before its columns are.
    let shown = finished.shown();
    let at = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{shown}"));
    assert!(at("opened: standard change") < at("the column description"));
}
