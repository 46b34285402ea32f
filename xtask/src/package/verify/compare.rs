//! Two packages of the same files. What follows may differ, since whoever reads a package does not see it:
//!
//! | difference | why it is none |
//! |---|---|
//! | order, times, modes and compression of entries; entries for folders | a reader sees names and bytes of parts |
//! | order of elements and attributes in the XML manifest, and blanks between them | it carries no meaning |
//! | layout of the JSON manifest, and keys that repeat what the XML one says (`REPEATED`) | likewise |
//! | types of programs | tfx-cli asks the machine it runs on; agents get the files by name |

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::types::ContentTypes;
use super::{CONTENT_TYPES, Entries, VSIX_MANIFEST, VSO_MANIFEST, read, text};

/// Keys that tfx-cli leaves in the JSON manifest although they are in the other one.
const REPEATED: [&str; 4] = ["$schema", "badges", "repository", "customerQnASupport"];

/// Every difference that counts, in words.
pub(super) fn differences(ours: &[u8], theirs: &[u8]) -> Result<Vec<String>> {
    let ((ours, _), (theirs, _)) = (read(ours)?, read(theirs)?);
    let mut differences = Vec::new();
    names(&ours, &theirs, &mut differences);
    for (name, bytes) in &ours {
        let generated = [CONTENT_TYPES, VSIX_MANIFEST, VSO_MANIFEST].contains(&name.as_str());
        if !generated && theirs.get(name).is_some_and(|other| other != bytes) {
            differences.push(format!("{name} has other bytes"));
        }
    }
    types(&ours, &theirs, &mut differences)?;
    elements(&ours, &theirs, &mut differences)?;
    let json = |entries: &Entries| -> Result<Value> {
        Ok(serde_json::from_str(text(entries, VSO_MANIFEST)?)?)
    };
    let (ours, mut theirs) = (json(&ours)?, json(&theirs)?);
    if let Some(theirs) = theirs.as_object_mut() {
        theirs.retain(|key, _| !REPEATED.contains(&key.as_str()));
    }
    values(VSO_MANIFEST, &ours, &theirs, &mut differences);
    Ok(differences)
}

fn names(ours: &Entries, theirs: &Entries, differences: &mut Vec<String>) {
    let (our, their): (BTreeSet<&String>, BTreeSet<&String>) =
        (ours.keys().collect(), theirs.keys().collect());
    differences.extend(
        our.difference(&their)
            .map(|it| format!("only ours has {it}")),
    );
    differences.extend(
        their
            .difference(&our)
            .map(|it| format!("only theirs has {it}")),
    );
}

fn types(ours: &Entries, theirs: &Entries, differences: &mut Vec<String>) -> Result<()> {
    let our = ContentTypes::parse(text(ours, CONTENT_TYPES)?)?;
    let their = ContentTypes::parse(text(theirs, CONTENT_TYPES)?)?;
    let parts = ours.keys().filter(|name| theirs.contains_key(*name));
    for name in parts.filter(|name| *name != CONTENT_TYPES) {
        let (our, their) = (our.of(name), their.of(name));
        let guessed = is_program(name) && our.is_some() && their.is_some();
        if our != their && !guessed {
            let told = |kind: Option<&str>| kind.unwrap_or("none").to_owned();
            differences.push(format!(
                "the type of {name} is {} in ours and {} in theirs",
                told(our),
                told(their)
            ));
        }
    }
    Ok(())
}

fn is_program(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.contains("/bin/") && (file.ends_with(".exe") || !file.contains('.'))
}

fn elements(ours: &Entries, theirs: &Entries, differences: &mut Vec<String>) -> Result<()> {
    let counted = |entries: &Entries| -> Result<BTreeMap<String, usize>> {
        let document = Document::parse(text(entries, VSIX_MANIFEST)?)?;
        let mut counts = BTreeMap::new();
        count(document.root_element(), "", &mut counts);
        Ok(counts)
    };
    let (our, their) = (counted(ours)?, counted(theirs)?);
    let all: BTreeSet<&String> = our.keys().chain(their.keys()).collect();
    for element in all {
        let times = |of: &BTreeMap<String, usize>| of.get(element).copied().unwrap_or(0);
        let (our, their) = (times(&our), times(&their));
        if our != their {
            differences.push(format!(
                "{VSIX_MANIFEST} has {element} {our} times in ours and {their} times in theirs"
            ));
        }
    }
    Ok(())
}

/// Every element by its path, attributes and text, with how often it occurs.
fn count(node: Node<'_, '_>, above: &str, counts: &mut BTreeMap<String, usize>) {
    let name = |space: Option<&str>, name: &str| match space {
        Some(space) => format!("{{{space}}}{name}"),
        None => name.to_owned(),
    };
    // One namespace for all elements: said once, at the top.
    let own = node.tag_name();
    let outer = node.parent_element().map(|it| it.tag_name().namespace());
    let space = own
        .namespace()
        .filter(|space| outer.is_none_or(|outer| outer != Some(*space)));
    let path = format!("{above}/{}", own.name());
    let mut line = format!("{above}/{}", name(space, own.name()));
    let mut attributes: Vec<String> = node
        .attributes()
        .map(|it| format!(" {}={:?}", name(it.namespace(), it.name()), it.value()))
        .collect();
    attributes.sort();
    line.extend(attributes);
    let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    if let (true, Some(text)) = (children.is_empty(), node.text()) {
        line.push_str(&format!(": {text:?}"));
    }
    *counts.entry(line).or_insert(0) += 1;
    for child in children {
        count(child, &path, counts);
    }
}

fn values(at: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(our), Value::Object(their)) => {
            let keys: BTreeSet<&String> = our.keys().chain(their.keys()).collect();
            for key in keys {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned();
                match (of(our), of(their)) {
                    (Some(our), Some(their)) => {
                        values(&format!("{at}.{key}"), &our, &their, differences);
                    }
                    (our, _) => {
                        let whose = if our.is_some() { "ours" } else { "theirs" };
                        differences.push(format!("only {whose} has {at}.{key}"));
                    }
                }
            }
        }
        (Value::Array(our), Value::Array(their)) if our.len() == their.len() => {
            for (index, (our, their)) in our.iter().zip(their).enumerate() {
                values(&format!("{at}[{index}]"), our, their, differences);
            }
        }
        _ if ours == theirs => {}
        _ => differences.push(format!("{at} is {ours} in ours and {theirs} in theirs")),
    }
}
