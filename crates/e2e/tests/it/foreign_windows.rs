//! An agent on Windows.

use testkit::machine::Machine;
use testkit::node::Version;

use crate::foreign::{self, Abroad, assert_clean, at};
use crate::office::Office;
use crate::way::Authority;
use crate::world::{BOUND, World};

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
        .input("evidenceFiles", "out\\**\\TEST-*.xml\r\nout/Größe.txt\r\n");
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
