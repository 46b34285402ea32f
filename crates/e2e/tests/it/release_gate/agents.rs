//! The gate and the agent's tasks work on one change, whoever opened it.

use servicenow_sim::Rounds;
use testkit::agent::TaskResult;

use super::stand::{RELEASE, RUN, chain, column, gate, job, sample};
use crate::connection::done;
use crate::office::Office;
use crate::world::{BOUND, number_of, output};

#[test]
fn the_agent_takes_over_and_closes_what_the_gate_opened() {
    let office = Office::new();
    let sim = &office.world.sim;
    let group = sim.id_of("sys_user_group", "name", "Network");
    let opener = job(sim, "gates")
        .variable("system.teamProjectId", &office.azure.project().id)
        .input("changeAction", "open")
        .input("assignmentGroup", &group);
    let mut gate = gate(&opener);
    assert!(!sample(&mut gate).passed);
    let number = column(&sim.records("change_request")[0], "number").to_owned();
    sim.approve(&number, Rounds::All).unwrap();
    assert!(sample(&mut gate).passed);

    let step = office.in_organization(office.world.gate());
    let step = step.in_classic_release();
    let finished = office.run(&step);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(office.column(&number, "state"), "-1", "moved to Implement");
    // The gate of the same stage may look again while the stage deploys.
    assert!(sample(&mut gate).passed);

    let finished = office.recorded(&office.record().in_classic_release());
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(sim.records("change_request").len(), 1);
    assert_eq!(sim.findings(), []);
}

#[test]
fn the_gate_finds_what_an_agent_opened_in_a_release() {
    let office = Office::new();
    let sim = &office.world.sim;
    let step = office
        .world
        .gate()
        .in_classic_release()
        .input("proceedWhen", "created");
    let opened = office.run(&step);
    let number = output(&opened, "changeNumber").to_owned();
    for action in ["stage", "open"] {
        let mut gate = gate(&job(sim, "gates").input("changeAction", action));
        assert!(!sample(&mut gate).passed, "{action}");
        assert_eq!(gate.output("changeNumber"), Some(number.as_str()));
    }
    sim.approve(&number, Rounds::All).unwrap();
    let mut gate = gate(&job(sim, "gates"));
    assert!(sample(&mut gate).passed);
    assert_eq!(sim.records("change_request").len(), 1);
    assert_eq!(sim.change(&number)["correlation_id"], RELEASE);
}

#[test]
fn an_agentless_job_waits_for_what_an_agent_opened_in_a_run() {
    let office = Office::new();
    let sim = &office.world.sim;
    let mut running = office.world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    running.kill();
    for host in ["build", "checks"] {
        let job = job(sim, host);
        let waits = done(async {
            tokio::time::pause();
            agentless::run_job(chain(), &job, super::stand::impatient()).await
        });
        assert!(!waits.unwrap().0.passed, "{host}");
    }
    sim.approve(&number, Rounds::All).unwrap();
    for host in ["build", "checks"] {
        let job = job(sim, host);
        let ran = done(agentless::run_job(chain(), &job, super::stand::impatient()));
        let (sample, outputs) = ran.unwrap();
        assert!(sample.passed, "{}", sample.log);
        assert!(outputs.contains(&("changeNumber".to_owned(), number.clone())));
    }
    assert_eq!(sim.change(&number)["correlation_id"], RUN);
}

#[test]
fn a_stage_whose_key_ends_in_a_hash_is_not_mistaken_for_another() {
    // Wrong for the stage, which waits for ever, and never a wrong pass: a chain cannot compute the hash.
    let long = "A_stage_with_a_name_that_is_much_longer_than_any_key_may_ever_become";
    let office = Office::new();
    let sim = &office.world.sim;
    let step = office
        .world
        .gate()
        .variable("System.StageName", long)
        .input("proceedWhen", "created");
    let opened = office.run(&step);
    assert_eq!(opened.result, TaskResult::Succeeded, "{opened:?}");
    let number = output(&opened, "changeNumber").to_owned();
    sim.approve(&number, Rounds::All).unwrap();
    let job = job(sim, "checks").variable("system.stageName", long);
    assert!(!sample(&mut gate(&job)).passed);
}
