//! The environment's door in this program.

/// Where variables come from: the process, or a map in tests.
pub(crate) trait Vars {
    /// The variable's value; none where it is not set or empty.
    fn get(&self, name: &str) -> Option<String>;
}

/// The process's own environment.
#[derive(Debug)]
pub(crate) struct ProcessVars;

impl Vars for ProcessVars {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door: the one reader of this program's environment"
    )]
    fn get(&self, name: &str) -> Option<String> {
        let value = std::env::var_os(name)?.to_string_lossy().into_owned();
        Some(value).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
impl Vars for std::collections::BTreeMap<&str, &str> {
    fn get(&self, name: &str) -> Option<String> {
        let value = Self::get(self, name).copied()?;
        Some(value.to_owned()).filter(|value| !value.is_empty())
    }
}
