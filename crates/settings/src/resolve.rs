//! Which values hold for one service in one environment, and where each of them comes from.

use std::collections::BTreeMap;
use std::fmt;

use crate::glob;
use crate::keys;
use crate::near::nearest;
use crate::problem::{Position, shown};
use crate::read::{Held, Read, Record, Value};
use crate::settings::{Block, Environment, Service, Settings};

/// The values for one service in one environment.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    values: BTreeMap<&'static str, (Value, Origin)>,
    notices: Vec<String>,
}

/// Where a value was written, for example `services.payment-service.environments.production.risk (servicenow.yml:12:9)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The keys that lead to the value, joined by dots.
    pub path: String,
    /// The file's name as it was given to [`Settings::parse`].
    pub file: String,
    /// The place of the value in the file.
    pub at: Position,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.path, self.file, self.at)
    }
}

/// Why the file has no values for a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The service has no entry, and the defaults do not allow that.
    #[error(
        "{file} has no entry for service `{}`{}; add one under `services`, or set `defaults.allowUnknownServices: true`",
        shown(service),
        did_you_mean(near)
    )]
    UnknownService {
        /// The service that was asked for.
        service: String,
        /// The file's name.
        file: String,
        /// Names and globs in the file that look like it, nearest first.
        near: Vec<String>,
    },
    /// Several globs fit the service equally well.
    #[error(
        "{file} has several entries that fit service `{}` equally well: {}; add an entry with its exact name",
        shown(service),
        places(entries)
    )]
    Ambiguous {
        /// The service that was asked for.
        service: String,
        /// The file's name.
        file: String,
        /// The globs and their places.
        entries: Vec<(String, Position)>,
    },
}

fn places(entries: &[(String, Position)]) -> String {
    let places: Vec<String> = entries
        .iter()
        .map(|(glob, at)| format!("`{}` at {at}", shown(glob)))
        .collect();
    places.join(", ")
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    format!(
        " (near: {})",
        crate::problem::alternatives(near.iter().map(String::as_str))
    )
}

impl Settings {
    /// The values for `service` in `environment`, `None` where the run names no environment.
    ///
    /// A service's environment beats the service, the service beats the defaults' environment, and that one beats
    /// the defaults. Columns of `additionalFields` and `deploymentFields` are merged in the same order, column by column.
    /// Where environments have entries and this one has none, the strictest one's values hold, and a notice says so.
    ///
    /// # Errors
    ///
    /// The service has no entry although the defaults ask for one, or two globs fit it equally well.
    pub fn resolve(
        &self,
        service: &str,
        environment: Option<&str>,
    ) -> Result<Resolved, ResolveError> {
        let mut resolved = Resolved::default();
        let entry = self.entry(service)?;
        let levels = std::iter::once((&self.defaults, "defaults".to_owned()))
            .chain(entry.map(|entry| (&entry.block, format!("services.{}", entry.name))));
        if entry.is_none() {
            resolved.notices.push(format!(
                "service `{}` has no entry in {}: the defaults are used",
                shown(service),
                self.file
            ));
        }
        for (block, path) in levels {
            self.lay(&block.values, &path, &mut resolved);
            if let Some(chosen) = self.choose(block, &path, environment, &mut resolved.notices) {
                let path = format!("{path}.environments.{}", chosen.name);
                self.lay(&chosen.values, &path, &mut resolved);
            }
        }
        Ok(resolved)
    }

    /// The service's entry; `None` where it has none and needs none.
    fn entry(&self, service: &str) -> Result<Option<&Service>, ResolveError> {
        if let Some(exact) = self.services.iter().find(|entry| entry.name == service) {
            return Ok(Some(exact));
        }
        let mut fitting: Vec<&Service> = self
            .services
            .iter()
            .filter(|entry| glob::is_glob(&entry.name) && glob::matches(&entry.name, service))
            .collect();
        fitting.sort_by_key(|entry| std::cmp::Reverse(glob::literal_length(&entry.name)));
        let best_length = fitting.first().map(|best| glob::literal_length(&best.name));
        fitting.retain(|entry| Some(glob::literal_length(&entry.name)) == best_length);
        match fitting[..] {
            [_, _, ..] => Err(ResolveError::Ambiguous {
                service: service.to_owned(),
                file: self.file.clone(),
                entries: fitting
                    .iter()
                    .map(|entry| (entry.name.clone(), entry.at))
                    .collect(),
            }),
            [best] => Ok(Some(best)),
            [] if self.allow_unknown_services => Ok(None),
            [] => {
                let near = nearest(service, self.service_names(), 3)
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
                Err(ResolveError::UnknownService {
                    service: service.to_owned(),
                    file: self.file.clone(),
                    near,
                })
            }
        }
    }

    /// The environment whose values hold, with a notice where it is another one than asked for.
    fn choose<'b>(
        &self,
        block: &'b Block,
        path: &str,
        environment: Option<&str>,
        notices: &mut Vec<String>,
    ) -> Option<&'b Environment> {
        let asked =
            environment.and_then(|name| block.environments.iter().find(|e| e.is_called(name)));
        if asked.is_some() {
            return asked;
        }
        let strictest = block.strictest()?;
        let why = match environment {
            Some(name) => format!("environment `{}` has no entry under {path}", shown(name)),
            None => format!("the run names no environment, and {path} tells them apart"),
        };
        notices.push(format!(
            "{why}: the values of `{}`, the strictest, are used ({}:{})",
            strictest.name, self.file, strictest.at
        ));
        Some(strictest)
    }

    /// Lays the values of one level over what is there.
    fn lay(&self, values: &Record, path: &str, resolved: &mut Resolved) {
        for (&key, held) in values {
            let mut origin = Origin {
                path: format!("{path}.{key}"),
                file: self.file.clone(),
                at: held.at,
            };
            let Some(mut value) = self.value(held, &mut origin) else {
                continue;
            };
            if let (Value::Fields(fields), Some((Value::Fields(before), _))) =
                (&mut value, resolved.values.get(key))
            {
                let mut merged = before.clone();
                merged.append(fields);
                *fields = merged;
            }
            resolved.values.insert(key, (value, origin));
        }
    }

    fn value(&self, held: &Held, origin: &mut Origin) -> Option<Value> {
        match &held.read {
            Read::Value(value) => Some(value.clone()),
            Read::Template(name) => {
                let template = self.templates.get(name)?;
                origin.path = format!("{}: templates.{name}", origin.path);
                origin.at = template.at;
                Some(Value::Text(template.text.clone()))
            }
            Read::Record(_) | Read::Named(_) => None,
        }
    }
}

impl Resolved {
    /// The value of a key and its origin. `key` is a name out of [`value_keys`](crate::value_keys).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<(&Value, &Origin)> {
        debug_assert!(
            keys::value_key(key).is_some(),
            "`{key}` is no key of the file"
        );
        self.values.get(key).map(|(value, origin)| (value, origin))
    }

    /// Where the key's value was written.
    #[must_use]
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.get(key).map(|(_, origin)| origin)
    }

    /// The key's text, word of a choice, or template.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)?.0 {
            Value::Text(text) => Some(text),
            Value::Flag(_) | Value::Whole(_) | Value::List(_) | Value::Fields(_) => None,
        }
    }

    /// The key's yes or no.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)?.0 {
            Value::Flag(flag) => Some(*flag),
            Value::Text(_) | Value::Whole(_) | Value::List(_) | Value::Fields(_) => None,
        }
    }

    /// The key's whole number, in the unit of the key.
    #[must_use]
    pub fn whole(&self, key: &str) -> Option<i64> {
        match self.get(key)?.0 {
            Value::Whole(whole) => Some(*whole),
            Value::Text(_) | Value::Flag(_) | Value::List(_) | Value::Fields(_) => None,
        }
    }

    /// The key's list.
    #[must_use]
    pub fn list(&self, key: &str) -> Option<&[String]> {
        match self.get(key)?.0 {
            Value::List(list) => Some(list),
            Value::Text(_) | Value::Flag(_) | Value::Whole(_) | Value::Fields(_) => None,
        }
    }

    /// The key's columns.
    #[must_use]
    pub fn fields(&self, key: &str) -> Option<&BTreeMap<String, String>> {
        match self.get(key)?.0 {
            Value::Fields(fields) => Some(fields),
            Value::Text(_) | Value::Flag(_) | Value::Whole(_) | Value::List(_) => None,
        }
    }

    /// All values with their origins, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value, &Origin)> {
        self.values
            .iter()
            .map(|(key, (value, origin))| (*key, value, origin))
    }

    /// What a person should be told about where the values come from.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }
}

#[cfg(test)]
mod tests;
