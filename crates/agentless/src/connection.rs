//! The service connection type of an extension: how it signs in, what it can be asked.

mod binding;
mod endpoint;
mod pick_list;
mod verify;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::http::{Bounds, RequestError};
use crate::template::{RenderError, Template, TemplateError};

pub use binding::{Binding, BindingError};
pub use endpoint::{Endpoint, Scheme};
pub use pick_list::{Choice, PickList, QueryError};
pub use verify::Verdict;

/// Why a manifest's connection type cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionTypeError {
    /// No JSON, or a key that a connection type does not have.
    #[error("could not read the manifest's connection type")]
    Json(#[source] serde_json::Error),
    /// Not exactly one connection type.
    #[error("expected one connection type in the manifest, found {count}")]
    NotOne {
        /// How many there are.
        count: usize,
    },
    /// A scheme that is not played here.
    #[error("no scheme `{contribution}`")]
    Scheme {
        /// Id of the scheme's contribution.
        contribution: String,
    },
    /// A template that cannot be read.
    #[error("could not read a template of the {place}")]
    Template {
        /// What it belongs to.
        place: String,
        /// What is wrong with it.
        #[source]
        source: TemplateError,
    },
    /// A name that the connection does not have.
    #[error("a connection has no `{name}`, which the {place} wants")]
    Name {
        /// What it belongs to.
        place: String,
        /// The name.
        name: String,
    },
}

/// A service connection type.
#[derive(Clone, Debug)]
pub struct ConnectionType {
    pub(crate) name: String,
    schemes: BTreeMap<Scheme, SchemeRules>,
    sources: BTreeMap<String, Source>,
    bounds: Bounds,
}

/// One way of signing in, as the type has it.
#[derive(Clone, Debug)]
struct SchemeRules {
    /// Headers that carry the proof, values as templates.
    headers: Vec<(String, Template)>,
    /// What a person fills in, and whether it is secret.
    inputs: BTreeMap<String, bool>,
}

/// One data source, strings as templates still.
#[derive(Clone, Debug)]
struct Source {
    url: String,
    method: String,
    body: String,
    headers: Vec<(String, String)>,
    selector: String,
    paging: Option<Paging>,
}

#[derive(Clone, Debug)]
struct Paging {
    first: Template,
    next: Template,
    goes_on: Template,
}

impl ConnectionType {
    /// Reads the only connection type of a `vss-extension.json`.
    ///
    /// # Errors
    ///
    /// When there is not exactly one, or it has a key, a scheme, a template or a name that is not known.
    pub fn read(manifest: &str) -> Result<Self, ConnectionTypeError> {
        wire::read(manifest)
    }

    /// The same type with another longest wait for an answer than 20 s, in real time.
    #[must_use]
    pub fn answering_within(mut self, within: Duration) -> Self {
        self.bounds.within = within;
        self
    }

    /// The name that `connectedService:` inputs ask for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names of the data sources.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Headers that prove who asks.
    pub(crate) fn proof(&self, endpoint: &Endpoint) -> Result<Vec<(String, String)>, RequestError> {
        let rules = self.rules(endpoint)?;
        let values = self.values(endpoint, []);
        let fill = |(name, value): &(String, Template)| {
            let value = value.render(&values)?;
            Ok((name.clone(), value))
        };
        let headers: Result<Vec<_>, RenderError> = rules.headers.iter().map(fill).collect();
        headers.map_err(RequestError::Render)
    }

    /// Texts that no log may show.
    pub(crate) fn secrets(&self, endpoint: &Endpoint) -> Vec<String> {
        let rules = self.schemes.get(&endpoint.scheme);
        let secret = |name: &str| {
            let known = rules.and_then(|rules| rules.inputs.get(name));
            known.copied().unwrap_or(true)
        };
        let values = endpoint.values.iter();
        let secrets = values.filter(|(name, value)| secret(name) && !value.is_empty());
        secrets.map(|(_, value)| value.clone()).collect()
    }

    fn rules(&self, endpoint: &Endpoint) -> Result<&SchemeRules, RequestError> {
        self.schemes
            .get(&endpoint.scheme)
            .ok_or(RequestError::Scheme {
                scheme: endpoint.scheme.name(),
            })
    }

    /// What templates of the type look at: `endpoint.*` and what else is handed in.
    fn values<'v>(
        &self,
        endpoint: &Endpoint,
        others: impl IntoIterator<Item = (&'v str, Json)>,
    ) -> Json {
        let mut inner = Map::new();
        // What a person left empty is there and empty.
        let left = self
            .schemes
            .get(&endpoint.scheme)
            .map(|rules| rules.inputs.keys());
        inner.extend(
            left.into_iter()
                .flatten()
                .map(|name| (name.clone(), Json::from(""))),
        );
        let given = endpoint.values.iter();
        inner.extend(given.map(|(name, value)| (name.clone(), Json::from(value.as_str()))));
        inner.insert("url".to_owned(), Json::from(endpoint.url.as_str()));
        let mut values: Map<String, Json> = others
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        values.insert("endpoint".to_owned(), Json::Object(inner));
        Json::Object(values)
    }
}
