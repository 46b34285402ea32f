//! Command line arguments: flags and values by name, and nothing left over.

use anyhow::{Result, bail};

/// The arguments behind the command's name.
#[derive(Debug)]
pub(crate) struct Args {
    rest: Vec<String>,
}

impl Args {
    pub(crate) fn new(arguments: impl IntoIterator<Item = String>) -> Self {
        Self {
            rest: arguments.into_iter().collect(),
        }
    }

    /// Whether the flag was given; takes it out.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|argument| argument != name);
        self.rest.len() < before
    }

    /// The value of `--name VALUE` or `--name=VALUE`; takes it out.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let prefix = format!("{name}=");
        if let Some(at) = self.rest.iter().position(|a| a.starts_with(&prefix)) {
            return Ok(Some(self.rest.remove(at)[prefix.len()..].to_owned()));
        }
        let Some(at) = self.rest.iter().position(|a| a == name) else {
            return Ok(None);
        };
        if at + 1 >= self.rest.len() {
            bail!("{name} needs a value");
        }
        self.rest.remove(at);
        Ok(Some(self.rest.remove(at)))
    }

    /// The next argument that is no option; takes it out.
    pub(crate) fn word(&mut self) -> Option<String> {
        let at = self.rest.iter().position(|a| !a.starts_with("--"))?;
        Some(self.rest.remove(at))
    }

    /// Refuses whatever no one asked for.
    pub(crate) fn finish(self) -> Result<()> {
        if let Some(argument) = self.rest.first() {
            bail!("did not understand {argument:?}; `cargo xtask help` lists the commands");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Args;

    fn args(line: &str) -> Args {
        Args::new(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_values_and_words_are_taken_out_once() {
        let mut args = args("gate --keep --out=a --targets host");
        assert!(args.flag("--keep"));
        assert!(!args.flag("--keep"));
        assert_eq!(args.value("--out").unwrap().as_deref(), Some("a"));
        assert_eq!(args.value("--targets").unwrap().as_deref(), Some("host"));
        assert_eq!(args.word().as_deref(), Some("gate"));
        args.finish().unwrap();
    }

    #[test]
    fn a_missing_value_and_a_leftover_are_refused() {
        assert!(args("--out").value("--out").is_err());
        assert!(args("--verfy").finish().is_err());
    }
}
