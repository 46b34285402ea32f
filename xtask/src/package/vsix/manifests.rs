//! The two manifests of the package, made from `vss-extension.json`.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde_json::json;

use super::VSO_MANIFEST;
use crate::package::extension::Extension;

const SERVICES: &str = "Microsoft.VisualStudio.Services";

/// `extension.vsixmanifest`. `names` are the parts, which every asset has to be one of.
pub(super) fn vsix(extension: &Extension, names: &[String]) -> Result<String> {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.push_str(
        "<PackageManifest Version=\"2.0.0\" xmlns=\"http://schemas.microsoft.com/developer/vsx-schema/2011\" \
         xmlns:d=\"http://schemas.microsoft.com/developer/vsx-schema-design/2011\">\n",
    );
    metadata(&mut xml, extension)?;
    xml.push_str("  <Dependencies/>\n  <Installation>\n");
    for target in &extension.targets {
        write!(
            xml,
            "    <InstallationTarget Id=\"{}\"",
            escaped(&target.id)
        )?;
        if let Some(version) = &target.version {
            write!(xml, " Version=\"{}\"", escaped(version))?;
        }
        xml.push_str("/>\n");
    }
    xml.push_str("  </Installation>\n  <Assets>\n");
    for (kind, path) in assets(extension, names) {
        if path != VSO_MANIFEST && !names.contains(&path) {
            bail!("the asset {path} is not in the package");
        }
        writeln!(
            xml,
            "    <Asset Type=\"{}\" d:Source=\"File\" Path=\"{}\" Addressable=\"true\"/>",
            escaped(&kind),
            escaped(&path)
        )?;
    }
    xml.push_str("  </Assets>\n</PackageManifest>\n");
    Ok(xml)
}

fn metadata(xml: &mut String, extension: &Extension) -> Result<()> {
    xml.push_str("  <Metadata>\n");
    writeln!(
        xml,
        "    <Identity Language=\"en-US\" Id=\"{}\" Version=\"{}\" Publisher=\"{}\"/>",
        escaped(&extension.id),
        escaped(&extension.version),
        escaped(&extension.publisher)
    )?;
    element(xml, "DisplayName", &extension.name)?;
    let description = escaped(&extension.description);
    writeln!(
        xml,
        "    <Description xml:space=\"preserve\">{description}</Description>"
    )?;
    element(xml, "Categories", &extension.categories.join(","))?;
    element(xml, "Tags", &extension.tags.join(","))?;
    element(xml, "GalleryFlags", &extension.gallery_flags.join(" "))?;
    if let Some(icon) = extension.icons.get("default") {
        element(xml, "Icon", icon)?;
    }
    if let Some(license) = extension.content.get("license") {
        element(xml, "License", &license.path)?;
    }
    let properties = properties(extension);
    if !properties.is_empty() {
        xml.push_str("    <Properties>\n");
        for (id, value) in properties {
            let value = escaped(&value);
            writeln!(
                xml,
                "      <Property Id=\"{SERVICES}.{id}\" Value=\"{value}\"/>"
            )?;
        }
        xml.push_str("    </Properties>\n");
    }
    xml.push_str("  </Metadata>\n");
    Ok(())
}

fn properties(extension: &Extension) -> Vec<(&'static str, String)> {
    let mut properties = Vec::new();
    if let Some(branding) = &extension.branding {
        properties.push(("Branding.Color", branding.color.clone()));
        properties.push(("Branding.Theme", branding.theme.clone()));
    }
    if let Some(flavored) = extension.git_hub_flavored_markdown {
        properties.push(("GitHubFlavoredMarkdown", flavored.to_string()));
    }
    properties
}

fn element(xml: &mut String, name: &str, text: &str) -> Result<()> {
    if !text.is_empty() {
        writeln!(xml, "    <{name}>{}</{name}>", escaped(text))?;
    }
    Ok(())
}

/// Type and path of what can be fetched on its own; task files are not among it.
fn assets(extension: &Extension, names: &[String]) -> Vec<(String, String)> {
    let mut assets = vec![(format!("{SERVICES}.Manifest"), VSO_MANIFEST.to_owned())];
    for (key, path) in &extension.icons {
        assets.push((
            format!("{SERVICES}.Icons.{}", capitalized(key)),
            path.clone(),
        ));
    }
    for (key, content) in &extension.content {
        assets.push((
            format!("{SERVICES}.Content.{}", capitalized(key)),
            content.path.clone(),
        ));
    }
    for file in extension.files.iter().filter(|file| file.addressable) {
        let below = format!("{}/", file.path);
        let covered = names
            .iter()
            .filter(|name| **name == file.path || name.starts_with(&below));
        assets.extend(covered.map(|name| (name.clone(), name.clone())));
    }
    assets
}

fn capitalized(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `extension.vsomanifest`: what the listing does not need.
pub(super) fn vso(extension: &Extension) -> Result<String> {
    let manifest = json!({
        "manifestVersion": extension.manifest_version,
        "demands": extension.demands,
        "scopes": extension.scopes,
        "contributions": extension.contributions,
        "contributionTypes": [],
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// Text made safe for XML, in elements and in quoted attributes. Characters that XML 1.0 cannot hold are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // As characters they would be normalised to spaces in an attribute.
            '\t' | '\n' | '\r' => safe.push_str(&format!("&#{};", u32::from(c))),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => safe.push(c),
        }
    }
    safe
}
