//! The bill over the tracked tree, with stand-ins for the programs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Package, Program, document, uuid};
use crate::licences::Parts;
use crate::package::Platform::{LinuxX64, WindowsX64};
use crate::workspace::Workspace;

static PARTS: LazyLock<Parts> =
    LazyLock::new(|| Parts::of(&Workspace::find().unwrap(), &[LinuxX64, WindowsX64]).unwrap());

fn text(vsix: &[u8]) -> String {
    let program = |crate_name, platform| Program {
        crate_name,
        platform,
        bytes: b"program",
    };
    let package = Package {
        publisher: "snowgate",
        id: "snowgate",
        version: "1.2.3",
        vsix,
        programs: vec![
            program("change-gate", LinuxX64),
            program("change-gate", WindowsX64),
            program("deployment-record", LinuxX64),
        ],
    };
    document(&package, &PARTS)
}

fn bill() -> Value {
    serde_json::from_str(&text(b"vsix")).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[][..], Vec::as_slice)
}

fn component<'a>(bill: &'a Value, reference: &str) -> &'a Value {
    let mut components = list(bill, "components").iter();
    components
        .find(|it| it["bom-ref"] == reference)
        .unwrap_or_else(|| panic!("no component {reference}"))
}

fn needs<'a>(bill: &'a Value, reference: &str) -> Vec<&'a str> {
    let mut all = list(bill, "dependencies").iter();
    let found = all.find(|it| it["ref"] == reference).unwrap();
    list(found, "dependsOn")
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn the_package_and_its_programs_are_named_with_their_hashes() {
    let bill = bill();
    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["specVersion"], "1.6");
    let extension = &bill["metadata"]["component"];
    assert_eq!(extension["version"], "1.2.3");
    // `printf vsix | sha256sum`, and of "program".
    assert_eq!(
        extension["hashes"][0]["content"],
        "7c1debe0f4af81f958662322cbc7f11c8b66cf1521de2ff307cd00526f0eddda"
    );
    assert_eq!(
        component(&bill, "program:win32-x64/change-gate")["hashes"][0]["content"],
        "1310ca2c8932dbd118668bd97442558a3e1f546b5e15c69699dfbd6024f548d8"
    );
}

#[test]
fn crates_of_the_index_have_a_package_url_and_a_checksum_and_ours_have_none() {
    let bill = bill();
    let ring = list(&bill, "components")
        .iter()
        .find(|it| it["name"] == "ring")
        .unwrap();
    assert_eq!(ring["bom-ref"], ring["purl"]);
    assert!(
        ring["purl"]
            .as_str()
            .unwrap()
            .starts_with("pkg:cargo/ring@")
    );
    assert_eq!(ring["licenses"][0]["expression"], "Apache-2.0 AND ISC");
    assert_eq!(ring["hashes"][0]["content"].as_str().unwrap().len(), 64);
    let version = Workspace::find().unwrap().version().unwrap();
    let ours = component(&bill, &format!("crate:change@{version}"));
    assert!(ours.get("purl").is_none() && ours.get("hashes").is_none());
}

#[test]
fn every_reference_is_a_component_and_every_component_is_reached() {
    let bill = bill();
    let root = bill["metadata"]["component"]["bom-ref"].as_str().unwrap();
    let components: BTreeSet<&str> = list(&bill, "components")
        .iter()
        .filter_map(|it| it["bom-ref"].as_str())
        .collect();
    assert_eq!(components.len(), list(&bill, "components").len());
    let mut reached = BTreeSet::new();
    let mut open = vec![root];
    while let Some(reference) = open.pop() {
        if reached.insert(reference) {
            open.extend(needs(&bill, reference));
        }
    }
    reached.remove(root);
    assert_eq!(reached, components);
}

#[test]
fn programs_need_their_crate_and_their_platforms_libraries() {
    let bill = bill();
    let linux = needs(&bill, "program:linux-x64/change-gate");
    assert!(linux.iter().any(|it| it.starts_with("crate:change-gate@")));
    assert!(linux.contains(&"toolchain:musl"));
    assert!(!needs(&bill, "program:win32-x64/change-gate").contains(&"toolchain:musl"));
}

#[test]
fn the_same_package_has_the_same_bill_and_another_one_another() {
    assert_eq!(text(b"vsix"), text(b"vsix"));
    let other: Value = serde_json::from_str(&text(b"other")).unwrap();
    assert_ne!(bill()["serialNumber"], other["serialNumber"]);
    assert_eq!(uuid(&[0xff; 32]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
}
