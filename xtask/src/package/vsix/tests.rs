//! The writer on a small package of its own, read back by other code than wrote it.

use std::io::{Cursor, Read as _};

use super::{CONTENT_TYPES, Part, VSIX_MANIFEST, VSO_MANIFEST, pack};
use crate::package::extension::Extension;
use crate::package::verify;
use crate::workspace::Workspace;

fn extension() -> Extension {
    let workspace = Workspace::find().unwrap();
    Extension::parse(&workspace.read("vss-extension.json").unwrap())
        .unwrap()
        .stamped("1.2.3".parse().unwrap())
}

fn part(name: &str, bytes: &[u8]) -> Part {
    Part {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
        executable: name.contains("/bin/"),
    }
}

fn task(folder: &str, program: &str) -> Vec<Part> {
    let task = Workspace::find()
        .unwrap()
        .read(&format!("{folder}/task.json"))
        .unwrap()
        .replace(
            r#""Major": 0, "Minor": 0, "Patch": 0"#,
            r#""Major": 1, "Minor": 2, "Patch": 3"#,
        );
    vec![
        part(&format!("{folder}/task.json"), task.as_bytes()),
        part(&format!("{folder}/launcher.js"), b"// launcher\n"),
        part(&format!("{folder}/icon.png"), b"png"),
        part(&format!("{folder}/bin/linux-x64/{program}"), &[7; 5000]),
        part(&format!("{folder}/bin/win32-x64/{program}.exe"), &[8; 5000]),
    ]
}

fn parts() -> Vec<Part> {
    let mut parts = task("tasks/ServiceNowChangeGate", "change-gate");
    parts.extend(task(
        "tasks/ServiceNowDeploymentRecord",
        "deployment-record",
    ));
    let gate = "tasks/ServiceNowReleaseGate";
    let agentless = task(gate, "");
    parts.extend(
        agentless
            .into_iter()
            .filter(|part| part.name.ends_with("/task.json") || part.name.ends_with("/icon.png")),
    );
    parts.extend([
        part("LICENSE", b"licence"),
        part("extension/overview.md", b"# page\n"),
        part("extension/images/icon.png", b"png"),
    ]);
    parts
}

fn text(vsix: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(vsix)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn entries_are_sorted_with_fixed_modes_and_times() {
    let vsix = pack(&extension(), &parts()).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(&vsix)).unwrap();
    let mut listing = String::new();
    for at in 0..zip.len() {
        let entry = zip.by_index(at).unwrap();
        assert_eq!(entry.compression(), zip::CompressionMethod::Deflated);
        assert_eq!(entry.last_modified(), Some(zip::DateTime::DEFAULT));
        listing += &format!(
            "{:o} {}\n",
            entry.unix_mode().unwrap() & 0o777,
            entry.name().unwrap()
        );
    }
    assert_eq!(
        listing,
        "\
644 [Content_Types].xml
644 LICENSE
644 extension.vsixmanifest
644 extension.vsomanifest
644 extension/images/icon.png
644 extension/overview.md
755 tasks/ServiceNowChangeGate/bin/linux-x64/change-gate
755 tasks/ServiceNowChangeGate/bin/win32-x64/change-gate.exe
644 tasks/ServiceNowChangeGate/icon.png
644 tasks/ServiceNowChangeGate/launcher.js
644 tasks/ServiceNowChangeGate/task.json
755 tasks/ServiceNowDeploymentRecord/bin/linux-x64/deployment-record
755 tasks/ServiceNowDeploymentRecord/bin/win32-x64/deployment-record.exe
644 tasks/ServiceNowDeploymentRecord/icon.png
644 tasks/ServiceNowDeploymentRecord/launcher.js
644 tasks/ServiceNowDeploymentRecord/task.json
644 tasks/ServiceNowReleaseGate/icon.png
644 tasks/ServiceNowReleaseGate/task.json
"
    );
}

#[test]
fn the_same_parts_in_any_order_give_the_same_bytes() {
    let mut reversed = parts();
    reversed.reverse();
    assert_eq!(
        pack(&extension(), &parts()).unwrap(),
        pack(&extension(), &reversed).unwrap()
    );
}

#[test]
fn the_content_types_are_as_recorded() {
    let vsix = pack(&extension(), &parts()).unwrap();
    assert_eq!(
        text(&vsix, CONTENT_TYPES),
        r#"<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".exe" ContentType="application/octet-stream"/>
  <Default Extension=".js" ContentType="application/javascript"/>
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".png" ContentType="image/png"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
  <Default Extension=".vsomanifest" ContentType="application/json"/>
  <Override PartName="/LICENSE" ContentType="text/plain"/>
  <Override PartName="/tasks/ServiceNowChangeGate/bin/linux-x64/change-gate" ContentType="application/octet-stream"/>
  <Override PartName="/tasks/ServiceNowDeploymentRecord/bin/linux-x64/deployment-record" ContentType="application/octet-stream"/>
</Types>
"#
    );
}

#[test]
fn hostile_text_stays_text_in_the_manifest() {
    let mut extension = extension();
    extension.name = "A & B <script> \"quoted\" 'x'".to_owned();
    extension.description = "line\none\u{0}".to_owned();
    extension.tags = vec!["a<b".to_owned()];
    let vsix = pack(&extension, &parts()).unwrap();
    let xml = text(&vsix, VSIX_MANIFEST);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let of = |name: &str| {
        let mut found = document.descendants().filter(|node| {
            node.has_tag_name((
                "http://schemas.microsoft.com/developer/vsx-schema/2011",
                name,
            ))
        });
        found.next().and_then(|node| node.text()).unwrap()
    };
    assert_eq!(of("DisplayName"), extension.name);
    assert_eq!(of("Description"), "line\none");
    assert_eq!(of("Tags"), "a<b");
    assert_eq!(of("License"), "LICENSE");
}

#[test]
fn the_json_manifest_holds_the_contributions_and_the_secrets_are_marked() {
    let vsix = pack(&extension(), &parts()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&vsix, VSO_MANIFEST)).unwrap();
    assert_eq!(json["manifestVersion"], 1);
    assert_eq!(json["scopes"], serde_json::json!([]));
    assert_eq!(json["contributions"].as_array().unwrap().len(), 4);
    assert_eq!(
        json["contributions"][3]["properties"]["name"],
        "SnowgateServiceNow"
    );
}

#[test]
fn a_part_without_content_type_or_an_asset_without_part_is_refused() {
    let mut odd = parts();
    odd.push(part("extension/page.docx", b""));
    assert!(
        pack(&extension(), &odd)
            .unwrap_err()
            .to_string()
            .contains("docx")
    );
    let few: Vec<Part> = parts()
        .into_iter()
        .filter(|p| p.name != "LICENSE")
        .collect();
    assert!(
        pack(&extension(), &few)
            .unwrap_err()
            .to_string()
            .contains("LICENSE")
    );
}

#[test]
fn verification_passes_what_is_right_and_names_what_is_not() {
    verify::check(&pack(&extension(), &parts()).unwrap()).unwrap();

    for (missing, says) in [
        ("/task.json", "task.json is not in the package"),
        ("/launcher.js", "launcher.js is not in the package"),
        (
            "ServiceNowChangeGate/icon.png",
            "icon.png is not in the package",
        ),
        ("/bin/", "has no program"),
    ] {
        let left: Vec<Part> = parts()
            .into_iter()
            .filter(|p| !p.name.contains(missing))
            .collect();
        let error = verify::check(&pack(&extension(), &left).unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{error}");
    }

    let mut more = parts();
    more.push(part("tasks/ServiceNowReleaseGate/bin/linux-x64/x", b"x"));
    let error = verify::check(&pack(&extension(), &more).unwrap())
        .unwrap_err()
        .to_string();
    assert!(error.contains("that nothing starts"), "{error}");

    let other = extension().stamped("9.9.9".parse().unwrap());
    let error = verify::check(&pack(&other, &parts()).unwrap())
        .unwrap_err()
        .to_string();
    assert!(error.contains("9.9.9"), "{error}");
}
