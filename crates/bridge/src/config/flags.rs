//! The flags that configure connections, made from the list of keys.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::keys;

/// What the command line says about connections.
#[derive(Debug, Default, Clone)]
pub(crate) struct Flags {
    /// The configuration file.
    pub(crate) config: Option<PathBuf>,
    given: BTreeMap<&'static str, String>,
}

const CONFIG: &str = "config";
const HEADING: &str = "Connections (each also an environment variable and a key of the file)";

impl Flags {
    /// The value of a flag, empty or not.
    pub(crate) fn get(&self, flag: &str) -> Option<&str> {
        self.given.get(flag).map(String::as_str)
    }

    #[cfg(test)]
    pub(crate) fn of(config: Option<&std::path::Path>, given: &[(&'static str, &str)]) -> Self {
        Self {
            config: config.map(std::path::Path::to_owned),
            given: given
                .iter()
                .map(|(flag, value)| (*flag, (*value).to_owned()))
                .collect(),
        }
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG)
            .long(CONFIG)
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help_heading(HEADING)
            .help("TOML file with the keys named below");
        let flags = keys::ALL.iter().filter_map(|key| {
            let note = if key.secret {
                ": env:NAME or file:PATH"
            } else {
                ""
            };
            let help = format!("{}{note} ({}; {})", key.help, key.variable, key.name);
            let arg = Arg::new(key.name)
                .long(key.flag?)
                .value_name(key.placeholder)
                .help_heading(HEADING)
                .help(help);
            Some(arg)
        });
        command.arg(config).args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        if let Some(config) = matches.get_one::<PathBuf>(CONFIG) {
            self.config = Some(config.clone());
        }
        for key in keys::ALL {
            if let Some(flag) = key.flag
                && let Some(value) = matches.get_one::<String>(key.name)
            {
                self.given.insert(flag, value.clone());
            }
        }
        Ok(())
    }
}
