//! `[Content_Types].xml` by the rules of the reader: extensions in any case, overrides with case.

use std::collections::BTreeMap;

use anyhow::Result;
use roxmltree::Document;

/// Which type a part has.
#[derive(Debug)]
pub(super) struct ContentTypes {
    by_extension: BTreeMap<String, String>,
    by_name: BTreeMap<String, String>,
}

impl ContentTypes {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let document = Document::parse(text)?;
        let table = |tag: &'static str, key: &'static str| -> BTreeMap<String, String> {
            let nodes = document
                .descendants()
                .filter(|node| node.tag_name().name() == tag);
            nodes
                .filter_map(|node| {
                    let of = node.attribute(key)?.to_owned();
                    Some((of, node.attribute("ContentType")?.to_owned()))
                })
                .collect()
        };
        let by_extension = table("Default", "Extension").into_iter();
        Ok(Self {
            by_extension: by_extension
                .map(|(key, kind)| (key.trim_start_matches('.').to_ascii_lowercase(), kind))
                .collect(),
            by_name: table("Override", "PartName"),
        })
    }

    pub(super) fn of(&self, name: &str) -> Option<&str> {
        let by_name = self.by_name.get(&format!("/{name}"));
        let file = name.rsplit('/').next().unwrap_or(name);
        let by_extension = || {
            let (_, extension) = file.rsplit_once('.')?;
            self.by_extension.get(&extension.to_ascii_lowercase())
        };
        by_name.or_else(by_extension).map(String::as_str)
    }
}
