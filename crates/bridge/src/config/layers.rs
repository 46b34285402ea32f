//! Flags over environment over file: which of them says something about a key, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use redact::Secret;

use super::file::File;
use super::flags::Flags;
use super::keys::Key;
use super::reference;
use super::vars::Vars;

/// Where a value stands. The later in this list, the weaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The flag.
    Flag(&'static str),
    /// The environment variable.
    Variable(&'static str),
    /// The key of the file.
    File(PathBuf, &'static str),
}

impl Place {
    /// How strong a value from here is; the greatest wins.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 2,
            Self::Variable(_) => 1,
            Self::File(..) => 0,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Variable(variable) => f.write_str(variable),
            Self::File(file, key) => write!(f, "{}, key {key}", file.display()),
        }
    }
}

/// A value as it was written, and where.
pub(crate) struct Found {
    pub(crate) text: Secret,
    pub(crate) place: Place,
}

impl Found {
    /// A problem with this value. `what` must not hold the value of a secret.
    pub(crate) fn problem(&self, what: impl fmt::Display) -> String {
        format!("{}: {what}", self.place)
    }
}

/// The three sources, and the problems seen in them.
pub(crate) struct Layers<'a> {
    flags: &'a Flags,
    vars: &'a dyn Vars,
    file: Option<File>,
    pub(crate) problems: Vec<String>,
    /// Every secret that was found, for whoever prints.
    pub(crate) secrets: Vec<Secret>,
}

impl<'a> Layers<'a> {
    /// Reads the file, where one is named.
    pub(crate) fn read(flags: &'a Flags, vars: &'a dyn Vars) -> Self {
        let (file, problems) = match &flags.config {
            None => (None, Vec::new()),
            Some(path) => File::read(path),
        };
        Self {
            flags,
            vars,
            file,
            problems,
            secrets: Vec::new(),
        }
    }

    /// The strongest source's value of a key. An empty value says nothing.
    pub(crate) fn find(&self, key: &'static Key) -> Option<Found> {
        let flag = || {
            let name = key.flag?;
            Some((self.flags.get(name)?.to_owned(), Place::Flag(name)))
        };
        let variable = || Some((self.vars.get(key.variable)?, Place::Variable(key.variable)));
        let file = || {
            let file = self.file.as_ref()?;
            let place = Place::File(file.path.clone(), key.name);
            Some((file.get(key.name)?.to_owned(), place))
        };
        let (text, place) = flag().or_else(variable).or_else(file)?;
        let text = Secret::new(text);
        Some(Found { text, place }).filter(|found| !found.text.expose().trim().is_empty())
    }

    /// A value that may be shown.
    pub(crate) fn text(&self, key: &'static Key) -> Option<String> {
        let found = self.find(key)?;
        Some(found.text.expose().trim().to_owned())
    }

    /// A value that must not be shown, its reference followed. A problem with it is noted, and the value then empty.
    pub(crate) fn secret(&mut self, found: &Found) -> Secret {
        let folder = match &found.place {
            Place::File(file, _) => file.parent().unwrap_or(Path::new("")),
            Place::Flag(_) | Place::Variable(_) => Path::new(""),
        };
        let must_refer = matches!(found.place, Place::Flag(_));
        match reference::resolve(&found.text, must_refer, self.vars, folder) {
            Ok(secret) => {
                self.secrets.push(secret.clone());
                secret
            }
            Err(problem) => {
                self.problems.push(found.problem(problem));
                Secret::default()
            }
        }
    }
}
