//! A change is opened, approved in rounds, and the stage goes on.

use servicenow_sim::Rounds;
use testkit::agent::TaskResult;

use crate::world::{BOUND, World, number_of, output};

#[test]
fn a_normal_change_is_approved_in_two_rounds() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);

    running.wait_for_line("Assess, approval requested; waiting for approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    running.wait_for_line("Authorize", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();

    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "proceed");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(output(&finished, "changeState"), "Implement");
    assert_eq!(output(&finished, "changeApproval"), "approved");
    assert_eq!(output(&finished, "CHANGE_REQUEST_NUMBER"), number);
    assert_eq!(finished.log.variables["ServiceNow.ChangeNumber"], number);
    assert_eq!(world.sim.change(&number)["state"], "-1");
    assert!(
        world.sim.findings().is_empty(),
        "{:?}",
        world.sim.findings()
    );
    assert!(
        finished.leftovers.is_empty() && finished.log.complaints.is_empty(),
        "{finished:?}"
    );
    assert_eq!(finished.exit_code, Some(0));
}
