//! Names without case: inputs and variables are found however they are written.

use std::collections::BTreeMap;

/// A map from names to values that ignores the names' case and remembers how they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(BTreeMap<String, (String, String)>);

impl Names {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let entry = (name.to_owned(), value.to_owned());
        self.0.insert(name.to_lowercase(), entry);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let entry = self.0.get(&name.to_lowercase());
        entry.map(|(_, value)| value.as_str())
    }

    /// Names as they were written, with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .values()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
