//! An agent on Windows.

use std::process::Command;

use testkit::machine::Machine;
use testkit::node::Version;

use crate::foreign::{self, Abroad, assert_clean, at};
use crate::office::Office;
use crate::way::Authority;
use crate::world::{BOUND, World, number_of};

fn abroad(node: Version) -> Abroad {
    Abroad::new(Machine::windows_x64(node).unwrap())
}

#[test]
fn a_stage_waits_for_its_change() {
    for node in [Version::V16, Version::V20] {
        foreign::a_stage_waits_for_its_change(&abroad(node));
    }
}

#[test]
fn a_deployment_is_recorded() {
    let (abroad, office) = (abroad(Version::V20), Office::new());
    let step = abroad
        .record(&office)
        .file(
            "out/web ui/TEST-shop.xml",
            "<testsuite><testcase/></testsuite>",
        )
        .file("out/Größe.txt", "As planned\r\n")
        .file("out/log.txt", "deployed")
        .input(
            "evidenceFiles",
            "out\\**\\TEST-*.xml\r\nout/Größe.txt\r\n$(Build.SourcesDirectory)\\out\\LOG.*\r\n",
        );
    let number = foreign::a_deployment_is_recorded(&abroad, &office, step);
    assert!(office.notes(&number)[0].contains("1 test"));
    assert_eq!(office.file(&number, "Größe.txt"), "As planned\r\n");
}

#[test]
fn only_a_known_authority_is_believed() {
    foreign::only_a_known_authority_is_believed(&abroad(Version::V20));
}

#[test]
fn the_systems_own_store_is_believed() {
    let (abroad, world, authority) = (abroad(Version::V20), World::new(), Authority::new());
    let front = authority.front(&world, "127.0.0.1");
    let step = abroad.opener(&at(&world, &front.url()));
    let trusted = abroad.machine.trust(authority.certificate()).unwrap();
    assert_clean(&step.start().unwrap().wait(BOUND));
    drop(trusted);
    let seen = front.seen().len();
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        front.seen().len(),
        seen,
        "believed for longer: {finished:?}"
    );
}

#[test]
fn an_interrupt_is_answered() {
    foreign::an_interrupt_is_answered(&abroad(Version::V20));
}

/// Names of the environment are the same in any spelling there, so a user's own may come in any.
#[test]
fn names_of_the_environment_are_compared_as_windows_does() {
    let (abroad, world, authority) = (abroad(Version::V20), World::new(), Authority::new());
    let front = authority.front(&world, "127.0.0.1");
    let file = abroad.brought(&authority.file(), "ca.pem");
    let step = abroad
        .opener(&at(&world, &front.url()))
        .raw("Node_Extra_CA_Certs", &file);
    assert_clean(&step.start().unwrap().wait(BOUND));
    assert!(!front.seen().is_empty());
}

/// As an editor there writes it, named as people there name files.
#[test]
fn a_settings_file_with_windows_line_ends_is_read() {
    let (abroad, world) = (abroad(Version::V16), World::new());
    let step = abroad
        .opener(&world.connection())
        .file(
            "deploy/my settings.yml",
            "\u{feff}version: 1\r\ndefaults:\r\n  allowUnknownServices: true\r\n  description: |\r\n    first\r\n    second\r\n",
        )
        .input("configFile", "deploy\\my settings.yml");
    let finished = step.start().unwrap().wait(BOUND);
    assert_clean(&finished);
    let change = &world.sim.records("change_request")[0];
    assert_eq!(change["description"], "first\nsecond", "{finished:?}");
}

/// Node puts what it starts into a job of Windows that ends with it, so nothing waits on alone.
#[test]
fn a_program_ends_with_its_launcher() {
    let (abroad, world) = (abroad(Version::V20), World::new());
    let mut running = abroad.gate(&world.connection()).start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let started = running.processes();
    let node = started.iter().find(|process| process.name == "node.exe");
    let node = node.expect("Node waits").id.to_string();
    let killed = Command::new("kill").args(["-KILL", &node]).status();
    assert!(killed.unwrap().success());
    let finished = running.wait(BOUND);
    assert!(finished.leftovers.is_empty(), "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-4");
}
