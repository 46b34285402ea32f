//! The bill of materials written beside the package, in `CycloneDX` 1.6: the extension, its programs, and the crates and
//! libraries in them, with how they hang together. Same package, same bytes: its serial number is made from what it
//! says, and it bears no time.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::licences::{Beside, Id, Linked, Parts};
use crate::package::Platform;

/// What the bill is about.
#[derive(Debug)]
pub(crate) struct Package<'a> {
    pub(crate) publisher: &'a str,
    pub(crate) id: &'a str,
    pub(crate) version: &'a str,
    /// Bytes of the VSIX.
    pub(crate) vsix: &'a [u8],
    pub(crate) programs: Vec<Program<'a>>,
}

/// One program as it runs, whether it is packed as it is or not.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    pub(crate) crate_name: &'a str,
    pub(crate) platform: Platform,
    pub(crate) bytes: &'a [u8],
}

impl Program<'_> {
    fn reference(&self) -> String {
        format!("program:{}/{}", self.platform.folder(), self.crate_name)
    }
}

/// The document, for the package and what its programs are made of.
pub(crate) fn document(package: &Package<'_>, parts: &Parts) -> String {
    let mut bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": extension(package) },
        "components": components(package, parts),
        "dependencies": dependencies(package, parts),
    });
    let said = Sha256::digest(bill.to_string());
    bill["serialNumber"] = json!(format!("urn:uuid:{}", uuid(&said)));
    format!("{bill:#}\n")
}

fn extension(package: &Package<'_>) -> Value {
    json!({
        "type": "application",
        "bom-ref": extension_reference(package),
        "group": package.publisher,
        "name": package.id,
        "version": package.version,
        "hashes": [sha256(&hex(&Sha256::digest(package.vsix)))],
        "licenses": licences("MIT"),
    })
}

fn extension_reference(package: &Package<'_>) -> String {
    format!(
        "extension:{}.{}@{}",
        package.publisher, package.id, package.version
    )
}

fn components(package: &Package<'_>, parts: &Parts) -> Vec<Value> {
    let programs = package.programs.iter().map(|program| {
        json!({
            "type": "application",
            "bom-ref": program.reference(),
            "name": program.crate_name,
            "version": package.version,
            "description": format!("program for {}", program.platform.folder()),
            "hashes": [sha256(&hex(&Sha256::digest(program.bytes)))],
            "licenses": licences("MIT"),
        })
    });
    let crates = parts.crates.iter().map(|(id, linked)| {
        let mut component = json!({
            "type": "library",
            "bom-ref": crate_reference(id, linked),
            "name": id.name,
            "version": id.version,
        });
        if let Some(licence) = &linked.licence {
            component["licenses"] = licences(licence);
        }
        if let Some(checksum) = &linked.checksum {
            component["hashes"] = json!([sha256(checksum)]);
        }
        if !linked.ours {
            component["purl"] = json!(crate_reference(id, linked));
        }
        component
    });
    let beside = parts.beside.iter().map(|one| {
        json!({
            "type": "library",
            "bom-ref": beside_reference(one),
            "name": one.name,
            "licenses": licences(one.licence),
        })
    });
    programs.chain(crates).chain(beside).collect()
}

fn dependencies(package: &Package<'_>, parts: &Parts) -> Vec<Value> {
    let programs: Vec<String> = package.programs.iter().map(Program::reference).collect();
    let mut all = vec![json!({ "ref": extension_reference(package), "dependsOn": programs })];
    for program in &package.programs {
        let own = parts
            .crates
            .iter()
            .filter(|(id, linked)| linked.ours && id.name == program.crate_name)
            .map(|(id, linked)| crate_reference(id, linked));
        let beside = parts
            .beside
            .iter()
            .filter(|one| one.is_on(&[program.platform]))
            .map(|one| beside_reference(one));
        let needs: Vec<String> = own.chain(beside).collect();
        all.push(json!({ "ref": program.reference(), "dependsOn": needs }));
    }
    for (id, linked) in &parts.crates {
        let needs: Vec<String> = linked
            .needs
            .iter()
            .filter_map(|need| Some(crate_reference(need, parts.crates.get(need)?)))
            .collect();
        all.push(json!({ "ref": crate_reference(id, linked), "dependsOn": needs }));
    }
    let beside = parts.beside.iter();
    all.extend(beside.map(|one| json!({ "ref": beside_reference(one) })));
    all
}

/// A package URL for what the public index has. Ours are not there, and a crate of somebody else's by that name is not ours.
fn crate_reference(id: &Id, linked: &Linked) -> String {
    let Id { name, version } = id;
    match linked.ours {
        true => format!("crate:{name}@{version}"),
        false => format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")),
    }
}

fn beside_reference(one: &Beside) -> String {
    format!("toolchain:{}", one.name.replace(' ', "-"))
}

/// Older manifests write a choice with a slash.
fn licences(expression: &str) -> Value {
    json!([{ "expression": expression.replace('/', " OR ") }])
}

fn sha256(content: &str) -> Value {
    json!({ "alg": "SHA-256", "content": content })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A UUID of version 8, whose bits RFC 9562 leaves to the maker: here a hash's.
fn uuid(hash: &[u8]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
