//! Where the tree is, and the one version it carries.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

/// The checkout this program was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no folder above it")?
            .to_path_buf();
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        let path = self.path(relative);
        std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
    }

    /// `workspace.package.version` of the root manifest.
    pub(crate) fn version(&self) -> Result<Version> {
        let manifest: toml::Table = self.read("Cargo.toml")?.parse()?;
        manifest
            .get("workspace")
            .and_then(|it| it.get("package"))
            .and_then(|it| it.get("version"))
            .and_then(toml::Value::as_str)
            .context("the root manifest has no workspace.package.version")?
            .parse()
    }
}

/// A version without suffixes: Azure DevOps takes three numbers and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
}

impl FromStr for Version {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Vec<u32> = text
            .split('.')
            .map(|part| match part.parse::<u32>() {
                Ok(number) if number.to_string() == part => Ok(number),
                _ => bail!("{text:?} is no version: three plain numbers with periods are needed"),
            })
            .collect::<Result<_>>()?;
        let [major, minor, patch] = numbers[..] else {
            bail!("{text:?} is no version: three numbers are needed, as in 1.4.0");
        };
        Ok(Self {
            major,
            minor,
            patch,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::{Version, Workspace};

    #[test]
    fn versions_are_three_plain_numbers() {
        assert_eq!("1.20.3".parse::<Version>().unwrap().to_string(), "1.20.3");
        for bad in [
            "1.2",
            "1.2.3.4",
            "1.2.3-beta",
            "01.2.3",
            "+1.2.3",
            "v1.2.3",
            "",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_tree_has_a_version() {
        Workspace::find().unwrap().version().unwrap();
    }
}
