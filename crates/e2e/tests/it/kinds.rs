//! What kinds of change there are: each is opened as its kind, asks who has to be asked, and reaches Implement.

use servicenow_sim::{Options, Rounds};
use testkit::agent::{Finished, TaskResult};

use crate::world::{BOUND, World, count, number_of, output};

/// What every kind has in common at its end.
fn went_on(world: &World, finished: &Finished, number: &str) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "proceed");
    assert_eq!(output(finished, "changeNumber"), number);
    assert_eq!(world.sim.change(number)["state"], "-1", "{finished:?}");
    let change = world.sim.change(number);
    assert_ne!(change["work_start"], "", "{finished:?}");
    let id = change["sys_id"].as_str().unwrap();
    assert_eq!(output(finished, "changeSysId"), id);
    assert_eq!(output(finished, "CHANGE_SYSTEM_ID"), id);
    let address = output(finished, "changeUrl");
    assert!(
        address.starts_with(world.sim.url()) && address.contains(id),
        "{address}"
    );
    assert_eq!(world.sim.findings(), []);
}

/// A standard change from the template, however that is named; nobody has to approve anything.
fn standard(template: &str) {
    let world = World::new();
    let step = world
        .gate()
        .input("changeType", "standard")
        .input("standardChangeTemplate", template);
    let finished = step.start().unwrap().wait(BOUND);
    let number = output(&finished, "changeNumber").to_owned();
    went_on(&world, &finished, &number);
    let change = world.sim.change(&number);
    assert_eq!(change["type"], "standard");
    // The template's own texts, not ours.
    assert_eq!(change["implementation_plan"], "Run the pipeline");
    assert_eq!(change["description"], "Pre-approved: Deploy web shop");
    assert_eq!(change["category"], "Software");
    assert_ne!(change["std_change_producer_version"], "");
    assert_eq!(count(&world, "POST", "/change/standard/"), 1);
}

#[test]
fn a_standard_change_is_opened_from_a_template_by_name() {
    standard("Deploy web shop");
}

#[test]
fn a_standard_change_is_opened_from_a_template_by_its_key() {
    let world = World::new();
    standard(
        &world
            .sim
            .id_of("std_change_record_producer", "name", "Deploy web shop"),
    );
}

#[test]
fn a_template_alone_makes_a_standard_change() {
    let world = World::new();
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let finished = step.start().unwrap().wait(BOUND);
    let number = output(&finished, "changeNumber").to_owned();
    went_on(&world, &finished, &number);
    assert_eq!(world.sim.change(&number)["type"], "standard");
}

#[test]
fn a_standard_change_counts_as_approved_where_the_instance_never_says_so() {
    let world = World::with(Options {
        standard_approval: servicenow_sim::StandardApproval::NotRequested,
        ..Options::default()
    });
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let finished = step.start().unwrap().wait(BOUND);
    let number = output(&finished, "changeNumber").to_owned();
    went_on(&world, &finished, &number);
    assert_eq!(output(&finished, "changeApproval"), "not requested");
}

#[test]
fn a_retired_or_unknown_template_opens_nothing() {
    for template in ["Retired template", "Deploy web shoe"] {
        let world = World::new();
        let step = world.gate().input("standardChangeTemplate", template);
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        let issue = finished.log.issues_with("bad-input").next();
        let issue = &issue.unwrap_or_else(|| panic!("{finished:?}")).text;
        assert!(issue.contains("input 'standardChangeTemplate'"), "{issue}");
        assert!(issue.contains(template), "{issue}");
        assert_eq!(world.sim.records("change_request"), Vec::new());
    }
}

#[test]
fn an_emergency_asks_the_board_alone() {
    let world = World::new();
    let step = world.gate().input("changeType", "emergency");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("emergency change", BOUND);
    running.wait_for_line("Authorize, approval requested; waiting for approval", BOUND);
    assert_eq!(world.sim.change(&number)["state"], "-3");
    // One round is all there is.
    world.sim.approve(&number, Rounds::Current).unwrap();
    let finished = running.wait(BOUND);
    went_on(&world, &finished, &number);
    assert_eq!(world.sim.change(&number)["type"], "emergency");
    let page = &finished.log.summaries[0];
    assert!(
        page.contains("Carla Cab") && page.contains("Cole Cab"),
        "{page}"
    );
}

#[test]
fn a_model_with_a_state_of_its_own_is_walked_by_its_own_steps() {
    let world = World::new();
    let step = world.gate().input("changeModel", "Application Release");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line(
        "Peer Review, approval requested; waiting for approval",
        BOUND,
    );
    assert_eq!(world.sim.change(&number)["state"], "10");
    world.approve(&number);
    let finished = running.wait(BOUND);
    went_on(&world, &finished, &number);
    let model = world.sim.id_of("chg_model", "name", "Application Release");
    assert_eq!(world.sim.change(&number)["chg_model"], model.as_str());
}

#[test]
fn a_model_names_the_type_where_the_user_does_not() {
    let world = World::new();
    let step = world.gate().input("changeModel", "Emergency");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("Authorize, approval requested; waiting for approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    went_on(&world, &running.wait(BOUND), &number);
    assert_eq!(world.sim.change(&number)["type"], "emergency");
}

#[test]
fn a_model_that_schedules_at_once_and_needs_a_window() {
    let world = World::new();
    let model = world.sim.id_of("chg_model", "name", "Cloud Infrastructure");
    let step = world
        .gate()
        .input("changeModel", &model)
        .input("plannedStart", "PT0S")
        .input("plannedEnd", "PT2H");
    let finished = step.start().unwrap().wait(BOUND);
    let number = output(&finished, "changeNumber").to_owned();
    went_on(&world, &finished, &number);
    // The model knows no assessment: nothing but its own steps was asked for.
    let asked: Vec<String> = world
        .sim
        .requests()
        .iter()
        .filter(|request| request.method == "PATCH")
        .filter_map(|request| request.body.as_ref()?["state"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(asked, ["-2", "-1"]);
}

#[test]
fn without_the_change_api_tables_do_and_the_log_says_so() {
    let world = World::with(Options {
        change_api: false,
        ..Options::default()
    });
    let (number, finished) = world.approved(&world.gate());
    went_on(&world, &finished, &number);
    assert!(
        finished.shown().contains("Change Management API"),
        "{finished:?}"
    );
    // It is looked for once, not on every step.
    assert_eq!(count(&world, "GET", "/sn_chg_rest/"), 1);
    assert_eq!(count(&world, "POST", "/table/change_request"), 1);
}

/// Nobody offers the next state there: the type alone names it.
#[test]
fn without_the_change_api_an_emergency_still_asks_the_board_alone() {
    let world = World::with(Options {
        change_api: false,
        ..Options::default()
    });
    let step = world.gate().input("changeType", "emergency");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("Authorize, approval requested; waiting for approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    let finished = running.wait(BOUND);
    went_on(&world, &finished, &number);
}

#[test]
fn without_the_change_api_a_template_still_makes_a_standard_change() {
    let world = World::with(Options {
        change_api: false,
        ..Options::default()
    });
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let finished = step.start().unwrap().wait(BOUND);
    let number = output(&finished, "changeNumber").to_owned();
    went_on(&world, &finished, &number);
    let change = world.sim.change(&number);
    assert_eq!(change["type"], "standard");
    assert_ne!(change["std_change_producer_version"], "");
    assert!(
        finished.shown().contains("Change Management API"),
        "{finished:?}"
    );
}

#[test]
fn an_instance_of_an_older_release_is_walked_too() {
    for kind in ["normal", "emergency"] {
        let world = World::with(Options::legacy());
        let (number, finished) = world.approved(&world.gate().input("changeType", kind));
        went_on(&world, &finished, &number);
        assert_eq!(world.sim.change(&number)["type"], kind);
    }
    let world = World::with(Options::legacy());
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let finished = step.start().unwrap().wait(BOUND);
    went_on(&world, &finished, output(&finished, "changeNumber"));
}

#[test]
fn states_that_show_late_are_waited_for() {
    for model in ["", "Application Release"] {
        let world = World::with(Options {
            delayed_visibility_ms: 1_500,
            ..Options::default()
        });
        let (number, finished) = world.approved(&world.gate().input("changeModel", model));
        went_on(&world, &finished, &number);
    }
}

#[test]
fn a_change_without_a_group_says_which_input_is_missing() {
    let world = World::new();
    let finished = world
        .gate()
        .input("assignmentGroup", "")
        .start()
        .unwrap()
        .wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let issue = finished.log.issues_with("refused").next();
    let issue = &issue.unwrap_or_else(|| panic!("{finished:?}")).text;
    assert!(
        issue.contains("no assignment group") && issue.contains("input assignmentGroup"),
        "{issue}"
    );
    // The change exists, and its number is an output all the same.
    let number = output(&finished, "changeNumber");
    assert_eq!(world.sim.change(number)["state"], "-5");
}
