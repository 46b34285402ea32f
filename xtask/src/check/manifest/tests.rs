//! The tracked manifest with one thing broken at a time.

use serde_json::{Value, json};

use super::{faults, problems};
use crate::check::tasks;
use crate::workspace::Workspace;

fn found(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let workspace = Workspace::find().unwrap();
    let mut manifest =
        serde_json::from_str(&workspace.read("vss-extension.json").unwrap()).unwrap();
    change(&mut manifest);
    faults(&workspace, &manifest, &tasks::read(&workspace).unwrap())
}

fn assert_named(found: &[String], says: &str) {
    assert!(
        found.iter().any(|fault| fault.contains(says)),
        "{says}: {found:?}"
    );
}

#[test]
fn the_tracked_manifest_is_right() {
    let workspace = Workspace::find().unwrap();
    let tasks = tasks::read(&workspace).unwrap();
    assert_eq!(problems(&workspace, &tasks).unwrap(), Vec::<String>::new());
}

#[test]
fn each_fault_of_the_listing_is_named() {
    for (key, value, says) in [
        ("manifestVersion", json!("1"), "manifestVersion is not 1"),
        ("name", json!(""), "name has 0 characters"),
        ("name", json!("x".repeat(201)), "name has 201 characters"),
        (
            "name",
            json!("Snowgate for ServiceNow"),
            "brand, servicenow",
        ),
        ("description", json!("x".repeat(201)), "description has 201"),
        (
            "categories",
            json!(["Build and release"]),
            "\"Build and release\" is none of",
        ),
        ("categories", json!([]), "categories is empty"),
        ("galleryFlags", json!(["Public"]), "\"Public\" is none of"),
        (
            "tags",
            json!(["a", "A"]),
            "\"A\" is empty, holds a comma, or is there twice",
        ),
        ("tags", json!(["a,b"]), "holds a comma"),
        ("scopes", json!(["vso.build"]), "scopes is [\"vso.build\"]"),
        ("demands", json!(["api-version/3.0"]), "demands is"),
        ("targets", json!([]), "targets is empty"),
        (
            "targets",
            json!([{ "id": "Microsoft.VisualStudio" }]),
            "is none of",
        ),
        (
            "icons",
            json!({ "default": "extension/gone.png" }),
            "gone.png is not in the tree",
        ),
        (
            "icons",
            json!({ "default": "tasks/ServiceNowChangeGate/icon.png" }),
            "is 32 x 32, not a square PNG of at least 128",
        ),
        (
            "icons",
            json!({ "default": "LICENSE" }),
            "LICENSE is no PNG",
        ),
        (
            "content",
            json!({ "details": { "path": "gone.md" } }),
            "content.details: \"gone.md\"",
        ),
        ("files", json!([{ "path": "gone" }]), "could not list gone"),
        (
            "files",
            json!([{ "path": "Cargo.lock" }]),
            "no content type is known for .lock",
        ),
    ] {
        assert_named(&found(|manifest| manifest[key] = value), says);
    }
}

#[test]
fn each_fault_of_a_contribution_is_named() {
    for (key, value, says) in [
        ("id", json!("Change Gate"), "\"Change Gate\": small letters"),
        ("description", json!(""), "has no description"),
        (
            "type",
            json!("ms.vss-web.hub"),
            "\"ms.vss-web.hub\" is not known",
        ),
        (
            "type",
            json!("ms.vss-web.hub"),
            "tasks/ServiceNowChangeGate is not contributed",
        ),
        ("targets", json!([".hub"]), "targets is not"),
        (
            "properties",
            json!({ "name": "tasks/Gone" }),
            "there is no task in \"tasks/Gone\"",
        ),
        (
            "properties",
            json!({ "name": "tasks/ServiceNowDeploymentRecord" }),
            "is contributed twice",
        ),
    ] {
        let found = found(|manifest| manifest["contributions"][0][key] = value);
        assert_named(&found, says);
    }
}
