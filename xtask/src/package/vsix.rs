//! The package writer: a zip by the Open Packaging Conventions, the same bytes for the same input.
//!
//! Azure DevOps reads the package through Microsoft's packaging reader, which drops every part that has no content
//! type or whose name it does not like. Neither is reported anywhere, so both are checked here.

mod content_types;
mod manifests;
mod part_names;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Write as _};

use anyhow::{Result, bail};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::extension::Extension;

/// Name of the part that lists the content types.
pub(crate) const CONTENT_TYPES: &str = "[Content_Types].xml";
/// Name of the XML manifest: identity, listing, assets.
pub(crate) const VSIX_MANIFEST: &str = "extension.vsixmanifest";
/// Name of the JSON manifest: contributions.
pub(crate) const VSO_MANIFEST: &str = "extension.vsomanifest";

/// A package above this is refused by Azure DevOps Server 2019 as it is installed.
const ADVISED_BYTES: usize = 26_214_400;
/// The Marketplace asks for less than this.
const MOST_BYTES: usize = 50 * 1024 * 1024;

/// One file of the package.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Path in the package, without a slash in front.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) executable: bool,
}

/// Packs the parts with the manifests and content types they need.
pub(crate) fn pack(extension: &Extension, parts: &[Part]) -> Result<Vec<u8>> {
    let mut parts = parts.to_vec();
    let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    part_names::check(&names)?;
    parts.push(generated(
        VSIX_MANIFEST,
        manifests::vsix(extension, &names)?,
    ));
    parts.push(generated(VSO_MANIFEST, manifests::vso(extension)?));
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    let types = content_types::for_parts(parts.iter().map(|part| part.name.as_str()))?;
    parts.insert(0, generated(CONTENT_TYPES, types));

    let bytes = zipped(&parts)?;
    match bytes.len() {
        size if size > MOST_BYTES => {
            bail!("the package has {size} bytes; at most {MOST_BYTES} are accepted")
        }
        size if size > ADVISED_BYTES => {
            crate::shell::note(&format!(
                "the package has {size} bytes: Azure DevOps Server 2019 takes {ADVISED_BYTES}"
            ));
        }
        _ => {}
    }
    Ok(bytes)
}

/// Refuses names that Microsoft's reader would drop, and files whose content type is not known.
pub(crate) fn check_names(names: &[String]) -> Result<()> {
    part_names::check(names)?;
    content_types::for_parts(names.iter().map(String::as_str)).map(drop)
}

fn generated(name: &str, text: String) -> Part {
    Part {
        name: name.to_owned(),
        bytes: text.into_bytes(),
        executable: false,
    }
}

/// Fixed times, modes, level and order. Mode bits do not reach an agent, but do no harm to who unpacks by hand.
fn zipped(parts: &[Part]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(if part.executable { 0o755 } else { 0o644 });
        zip.start_file(&*part.name, options)?;
        zip.write_all(&part.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
