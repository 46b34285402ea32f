//! The environment of a task, read once.
//!
//! This is the one place of a task program that touches the process's environment. What the agent hands over as a
//! secret leaves the environment at the same moment, so that nothing started later can inherit or dump it.

use std::collections::BTreeMap;

use redact::Secret;

/// What the agent put into the environment of this step.
///
/// Names are compared exactly as the agent writes them (upper case); only the ids of service connections are
/// compared without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    public: BTreeMap<String, String>,
    secret: BTreeMap<String, Secret>,
    secret_names: Vec<String>,
}

/// Prefixes whose variables hold, or may hold, secrets; the list of the agent's own task library.
const SECRET_PREFIXES: [&str; 5] = [
    "INPUT_",
    "ENDPOINT_AUTH_",
    "SECRET_",
    "SECUREFILE_TICKET_",
    "VSTS_TASKVARIABLE_",
];

/// Whole names that are treated like the prefixes. The job's token arrives under its plain name when the pipeline
/// maps it by hand.
const SECRET_WHOLE: [&str; 3] = [
    "VSTS_PUBLIC_VARIABLES",
    "VSTS_SECRET_VARIABLES",
    "SYSTEM_ACCESSTOKEN",
];

/// Authorization parameters that are no secrets: keys the agent too takes for harmless, public halves of OAuth, and
/// the user name. The agent masks user names; we do not, as `admin` would turn half of a summary into asterisks.
const HARMLESS_PARAMETERS: [&str; 10] = [
    "USERNAME",
    "SCOPE",
    "TENANTID",
    "EXPIRESAT",
    "AUTHENTICATIONTYPE",
    "CONFIGURATIONID",
    "CLIENTID",
    "GRANT",
    "JWTKEYID",
    "JWTSUBJECT",
];

impl Environment {
    /// Reads the process's environment and takes every secret-bearing variable out of it.
    ///
    /// Call it first thing in `main`, before a runtime or a thread exists: changing the environment while another
    /// thread reads it is not sound. Text that is not UTF-8 is read with replacement characters.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door: the one reader of a task's environment, and the one that empties it"
    )]
    pub fn from_process() -> Self {
        let all: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    spelled_by_the_agent(name.into_string().ok()?),
                    value.to_string_lossy().into_owned(),
                ))
            })
            .collect();
        for name in all.keys().filter(|name| bears_secrets(name)) {
            std::env::remove_var(name);
        }
        Self::from_map(all)
    }

    /// The same over given variables; for tests.
    pub fn from_map<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            let (name, value) = (name.into(), value.into());
            if bears_secrets(&name) {
                environment.secret.insert(name, Secret::new(value));
            } else {
                environment.public.insert(name, value);
            }
        }
        environment.secret_names = environment
            .raw("VSTS_SECRET_VARIABLES")
            .and_then(|list| serde_json::from_str::<Vec<String>>(list).ok())
            .unwrap_or_default()
            .iter()
            .map(|name| mangle(name))
            .collect();
        environment
    }

    /// The pipeline variable of that name, written as in pipelines (`Build.BuildId`); `None` when absent or empty.
    ///
    /// A public variable wins. A secret one is found only when the agent lists it among the secret variables.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.public_variable(name).or_else(|| {
            let mangled = mangle(name);
            let listed = self.secret_names.contains(&mangled);
            let held = if listed {
                self.secret.get(&format!("SECRET_{mangled}"))
            } else {
                self.secret.get(&mangled)
            };
            held.map(Secret::expose).filter(|value| !value.is_empty())
        })
    }

    /// The public pipeline variable of that name; `None` when absent or empty. What goes into templates and
    /// records comes from here, so that a secret cannot.
    pub fn public_variable(&self, name: &str) -> Option<&str> {
        self.public
            .get(&mangle(name))
            // The job's status is also handed over under its dotted name.
            .or_else(|| self.public.get(name))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Every value that must not be printed: secret variables, the authorization parameters of all service
    /// connections, tickets of secure files and the job's token. For the masker, before the first line is printed.
    ///
    /// Inputs and task variables are not among them: they may hold a secret, but most hold words like `true`, and
    /// what is secret in an input came from a secret variable.
    pub fn secret_values(&self) -> impl Iterator<Item = &Secret> {
        self.secret
            .iter()
            .filter(|(name, value)| is_secret_value(name) && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// The variable of exactly that name in the environment, mangled already; secret ones included.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.public
            .get(name)
            .map(String::as_str)
            .or_else(|| self.secret.get(name).map(Secret::expose))
    }

    /// Variables that start with the prefix, with the rest of their names.
    pub(crate) fn starting_with<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let public = self
            .public
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let secret = self
            .secret
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose()));
        public
            .chain(secret)
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value)))
    }
}

/// The name under which the agent hands a variable or an input over: dots and spaces become underscores, then upper
/// case. Nothing else changes; a hyphen stays.
pub fn mangle(name: &str) -> String {
    name.chars()
        .map(|c| if c == '.' || c == ' ' { '_' } else { c })
        .flat_map(char::to_uppercase)
        .collect()
}

/// Windows takes names in any spelling for the same, and keeps the first one: that of the machine or of a user, where
/// they have such a variable. The one name that the agent does not write in upper case has its twin in upper case.
fn spelled_by_the_agent(name: String) -> String {
    if cfg!(windows) {
        name.to_uppercase()
    } else {
        name
    }
}

fn bears_secrets(name: &str) -> bool {
    SECRET_WHOLE.contains(&name)
        || SECRET_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

fn is_secret_value(name: &str) -> bool {
    if let Some(rest) = name.strip_prefix("ENDPOINT_AUTH_PARAMETER_") {
        // The id has no underscore, so the key starts after the first one.
        return rest
            .split_once('_')
            .is_some_and(|(_, key)| !HARMLESS_PARAMETERS.contains(&key));
    }
    name == "SYSTEM_ACCESSTOKEN"
        || ["SECRET_", "SECUREFILE_TICKET_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;
