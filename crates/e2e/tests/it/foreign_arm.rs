//! An agent on Linux for 64-bit ARM. Node 20 starts the program and waits for it, Node 24 becomes it.

use testkit::machine::Machine;
use testkit::node::Version;

use crate::foreign::{self, Abroad};
use crate::office::Office;

fn abroad(node: Version) -> Abroad {
    Abroad::new(Machine::linux_arm64(node).unwrap())
}

#[test]
fn a_stage_waits_for_its_change() {
    for node in [Version::V20, Version::V24] {
        foreign::a_stage_waits_for_its_change(&abroad(node));
    }
}

#[test]
fn a_deployment_is_recorded() {
    let (abroad, office) = (abroad(Version::V24), Office::new());
    let step = abroad
        .record(&office)
        .file("out/TEST-shop.xml", "<testsuite><testcase/></testsuite>")
        .input("evidenceFiles", "**/TEST-*.xml");
    let number = foreign::a_deployment_is_recorded(&abroad, &office, step);
    assert!(office.notes(&number)[0].contains("1 test"));
}

#[test]
fn only_a_known_authority_is_believed() {
    foreign::only_a_known_authority_is_believed(&abroad(Version::V24));
}

#[test]
fn an_interrupt_is_answered() {
    for node in [Version::V20, Version::V24] {
        foreign::an_interrupt_is_answered(&abroad(node));
    }
}
