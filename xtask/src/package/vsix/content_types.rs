//! `[Content_Types].xml`: a fixed table, since a part without a content type vanishes on its way to the agent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::manifests::escaped;

/// Content type by extension, in lower case.
const BY_EXTENSION: [(&str, &str); 10] = [
    ("br", "application/octet-stream"),
    ("exe", "application/octet-stream"),
    ("js", "application/javascript"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("png", "image/png"),
    ("txt", "text/plain"),
    ("vsixmanifest", "text/xml"),
    ("vsomanifest", "application/json"),
    ("yml", "text/plain"),
];

/// The document for these parts: a `Default` per extension, an `Override` per part without one.
pub(super) fn for_parts<'a>(names: impl Iterator<Item = &'a str>) -> Result<String> {
    let mut defaults = BTreeMap::new();
    let mut overrides = BTreeSet::new();
    for name in names {
        let file = name.rsplit('/').next().unwrap_or(name);
        match file.rsplit_once('.') {
            None => {
                overrides.insert(name);
            }
            Some((_, extension)) => {
                let extension = extension.to_ascii_lowercase();
                let Some((known, kind)) = BY_EXTENSION.iter().find(|(it, _)| *it == extension)
                else {
                    bail!("{name}: no content type is known for .{extension}; add it to the table");
                };
                defaults.insert(known, kind);
            }
        }
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.push_str(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n",
    );
    for (extension, kind) in defaults {
        writeln!(
            xml,
            "  <Default Extension=\".{extension}\" ContentType=\"{kind}\"/>"
        )?;
    }
    for name in overrides {
        // All but the licence are programs.
        let kind = if name == "LICENSE" {
            "text/plain"
        } else {
            "application/octet-stream"
        };
        let name = escaped(name);
        writeln!(
            xml,
            "  <Override PartName=\"/{name}\" ContentType=\"{kind}\"/>"
        )?;
    }
    xml.push_str("</Types>\n");
    Ok(xml)
}
