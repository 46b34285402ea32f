//! `servicenow.yml`: values by service and environment, told where they come from, refused where they are wrong.

use testkit::agent::{Finished, Step, TaskResult};

use crate::world::{BOUND, World, output, problems};

const FILE: &str = "version: 1
defaults:
  assignmentGroup: Network
  proceedWhen: created
  justification: From the file
services:
  shop-web:
    configurationItem: checkout-web
    additionalFields: { urgency: 1 }
    environments:
      production: { risk: High, impact: High }
      dev: { risk: Low, impact: Low }
  pay-*:
    configurationItem: payments-api
";

fn with_file(world: &World, text: &str) -> Step {
    world
        .gate()
        .input("assignmentGroup", "")
        .file("deploy/servicenow.yml", text)
        .input("configFile", "deploy/servicenow.yml")
}

fn run(step: &Step) -> Finished {
    step.start().unwrap().wait(BOUND)
}

fn columns(world: &World, finished: &Finished, wanted: &[(&str, &str)]) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(finished, "changeNumber"));
    for (column, value) in wanted {
        assert_eq!(change[*column], *value, "{column}: {finished:?}");
    }
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn values_hold_by_service_and_environment() {
    let world = World::new();
    let item = world.sim.id_of("cmdb_ci", "name", "checkout-web");
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let finished = run(&with_file(&world, FILE));
    columns(
        &world,
        &finished,
        &[
            ("cmdb_ci", &item),
            ("assignment_group", &group),
            ("risk", "2"),
            ("impact", "1"),
            ("urgency", "1"),
            ("justification", "From the file"),
        ],
    );
    assert_eq!(finished.log.issues_with("settings").count(), 0);

    let world = World::new();
    let finished = run(&with_file(&world, FILE).input("environment", "DEV"));
    columns(&world, &finished, &[("risk", "4"), ("impact", "3")]);
}

#[test]
fn an_input_beats_the_file_and_columns_are_added_one_by_one() {
    let world = World::new();
    let step = with_file(&world, FILE)
        .input("risk", "Moderate")
        .input("assignmentGroup", "Platform Operations")
        .input("additionalFields", "cab_required: true");
    let group = world
        .sim
        .id_of("sys_user_group", "name", "Platform Operations");
    let finished = run(&step);
    columns(
        &world,
        &finished,
        &[
            ("risk", "3"),
            ("assignment_group", &group),
            ("urgency", "1"),
            ("cab_required", "true"),
        ],
    );
}

#[test]
fn an_unknown_environment_takes_the_strictest_and_says_so() {
    let world = World::new();
    let finished = run(&with_file(&world, FILE).input("environment", "qa"));
    columns(&world, &finished, &[("risk", "2"), ("impact", "1")]);
    let notice = finished.log.issues_with("settings").next();
    let notice = &notice.unwrap_or_else(|| panic!("{finished:?}")).text;
    assert!(
        notice.contains("`qa`") && notice.contains("`production`"),
        "{notice}"
    );
}

#[test]
fn a_glob_stands_for_many_services() {
    let world = World::new();
    let item = world.sim.id_of("cmdb_ci", "name", "payments-api");
    let finished = run(&with_file(&world, FILE).input("service", "pay-cards"));
    columns(&world, &finished, &[("cmdb_ci", &item)]);
}

#[test]
fn an_unknown_service_is_refused_with_the_nearest_name_unless_defaults_allow_it() {
    let world = World::new();
    let finished = run(&with_file(&world, FILE).input("service", "shop-wbe"));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(
        told.contains("`shop-wbe`") && told.contains("`shop-web`"),
        "{told}"
    );
    assert_eq!(world.sim.requests().len(), 0);

    let open = FILE.replace("defaults:\n", "defaults:\n  allowUnknownServices: true\n");
    let finished = run(&with_file(&world, &open).input("service", "shop-wbe"));
    columns(&world, &finished, &[("justification", "From the file")]);
    let notice = finished.log.issues_with("settings").next();
    assert!(notice.unwrap().text.contains("`shop-wbe`"), "{finished:?}");
}

#[test]
fn every_problem_of_the_file_has_its_place_and_comes_with_those_of_the_inputs() {
    let world = World::new();
    let text = FILE
        .replace("justification:", "justificaton:")
        .replace("proceedWhen: created", "timeoutMinutes: soon");
    let finished = run(&with_file(&world, &text).input("changeType", "urgent"));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    for part in [
        "servicenow.yml:5:3",
        "justificaton",
        "justification",
        "servicenow.yml:4:",
        "timeoutMinutes",
        "'urgent'",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(world.sim.requests().len(), 0);
}

#[test]
fn a_value_that_only_the_instance_can_refuse_is_told_with_its_input() {
    let world = World::new();
    let text = FILE.replace("assignmentGroup: Network", "assignmentGroup: Networc");
    let finished = run(&with_file(&world, &text));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(
        told.contains("'assignmentGroup'") && told.contains("Network"),
        "{told}"
    );
    assert_eq!(world.sim.records("change_request"), Vec::new());
}

#[test]
fn a_folder_means_the_usual_name_in_it() {
    let world = World::new();
    let finished = run(&with_file(&world, FILE).input("configFile", "deploy"));
    columns(&world, &finished, &[("justification", "From the file")]);
}
