//! The page on the run's summary tab: what a person wants to know, and nothing that has to be looked up.

use servicenow_sim::Rounds;
use testkit::agent::TaskResult;

use crate::world::{BOUND, World, number_of, output};

/// The page as a reader sees it, where foreign text is written in character references.
fn plain(page: &str) -> String {
    let mut parts = page.split("&#");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').unwrap();
        plain.push(char::from_u32(code.parse().unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

#[test]
fn it_says_what_was_approved_by_whom_and_when() {
    let world = World::new();
    let step = world
        .gate()
        .input("plannedStart", "PT0S")
        .input("plannedEnd", "PT2H");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    running.wait_for_line("Authorize, approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let [page] = finished.log.summaries.as_slice() else {
        panic!("one page: {finished:?}");
    };
    let plain = plain(page);
    let change = world.sim.change(&number);
    let column = |name: &str| change[name].as_str().unwrap().to_owned();
    for part in [
        format!("[{number}]({})", output(&finished, "changeUrl")),
        "| Title | Deploy shop".to_owned(),
        "| Type | normal |".to_owned(),
        "| State | Implement |".to_owned(),
        "| Approval | approved |".to_owned(),
        "| Assignment group | Network |".to_owned(),
        format!("{} UTC to {} UTC", column("start_date"), column("end_date")),
        "| Requested by | Pat Doe |".to_owned(),
        "| Waited | ".to_owned(),
        "Nina Network".to_owned(),
        "Noah Network".to_owned(),
        "Carla Cab".to_owned(),
        "CAB Approval".to_owned(),
        "New -> Assess".to_owned(),
        "Scheduled -> Implement".to_owned(),
    ] {
        assert!(plain.contains(&part), "{part} in\n{page}");
    }
    let approved: Vec<&str> = page
        .lines()
        .filter(|line| line.contains("| approved |") && line.contains("UTC"))
        .collect();
    assert_eq!(approved.len(), 4, "each with its time: {page}");
    assert!(!page.contains("Overridden") && !page.contains("Warnings"));
}
