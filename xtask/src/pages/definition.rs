//! What a page tells of a `task.json`, in the file's own order.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The part of a task definition that its tables are made from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definition {
    #[serde(default)]
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) inputs: Vec<Input>,
    #[serde(default)]
    pub(super) data_source_bindings: Vec<Binding>,
    #[serde(default)]
    pub(super) output_variables: Vec<Output>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) visible_rule: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) label: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) default_value: Value,
    #[serde(default)]
    pub(super) group_name: String,
    #[serde(default)]
    pub(super) visible_rule: String,
    #[serde(default)]
    pub(super) help_mark_down: String,
    #[serde(default)]
    pub(super) options: Words,
    #[serde(default)]
    pub(super) properties: Properties,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Properties {
    #[serde(default, rename = "EditableOptions")]
    pub(super) editable_options: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Binding {
    pub(super) target: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Output {
    pub(super) name: String,
    pub(super) description: String,
}

/// The words of a pick list. A map would sort them, or not, by how `serde_json` happens to be built.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of words to what the editor calls them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some((word, _)) = map.next_entry::<String, String>()? {
            words.push(word);
        }
        Ok(Words(words))
    }
}
