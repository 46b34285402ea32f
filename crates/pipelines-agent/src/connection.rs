//! A service connection, as the agent hands it to a step.

use std::collections::BTreeMap;

use redact::Secret;
use serde_json::Value;
use url::Url;

use crate::env::{Environment, mangle};

/// Where the other party is and how to show who we are.
#[derive(Debug, Clone)]
pub struct ServiceConnection {
    /// The id the agent uses for the connection.
    pub id: String,
    /// The base address. Its path always ends in a slash, so that `url.join("api/now")` stays below a path prefix;
    /// it carries no credentials, no query and no fragment.
    pub url: Url,
    /// The authentication scheme: `UsernamePassword`, `Token`, `OAuth2`, `None`, ...
    pub scheme: String,
    /// The authorization parameters by lower-case key. Empty ones are left out.
    pub parameters: BTreeMap<String, Secret>,
    /// The connection's further data by lower-case key.
    pub data: BTreeMap<String, String>,
}

/// Why a service connection cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The agent gave the step no connection of that id.
    #[error(
        "the agent did not hand over the service connection '{id}': the pipeline must name it in the input '{input}', and must be allowed to use it"
    )]
    Missing {
        /// The input that names the connection.
        input: String,
        /// What the input holds.
        id: String,
    },
    /// The input names several connections.
    #[error("the input '{input}' names more than one service connection")]
    Several {
        /// The input that names the connections.
        input: String,
    },
    /// The address cannot be read.
    #[error("the address of the service connection is not a URL")]
    NotAUrl(#[source] url::ParseError),
    /// The address is of a kind we cannot call.
    #[error(
        "the address of the service connection starts with '{scheme}:', but only https: and http: can be called"
    )]
    Scheme {
        /// The scheme found.
        scheme: String,
    },
    /// The address carries a user name or a password.
    #[error(
        "the address of the service connection holds a user name or password: put them into the connection's own fields, where they are kept secret"
    )]
    Credentials,
    /// The address carries a query or a fragment.
    #[error(
        "the address of the service connection has a part after '?' or '#': give the instance's base address only"
    )]
    Query,
    /// What the agent wrote for the connection is not the JSON it should be.
    #[error("the agent's description of the service connection is not the expected JSON")]
    Unreadable,
}

impl ServiceConnection {
    /// Reads the connection whose id stands in the input.
    ///
    /// # Errors
    /// When the agent handed over no such connection, or its address is not one to build requests on.
    pub fn read(environment: &Environment, input: &str, id: &str) -> Result<Self, ConnectionError> {
        let id = id.trim();
        if id.contains(',') {
            return Err(ConnectionError::Several {
                input: input.to_owned(),
            });
        }
        let missing = || ConnectionError::Missing {
            input: input.to_owned(),
            id: id.to_owned(),
        };
        let address = whole(environment, "ENDPOINT_URL_", id)
            .filter(|_| !id.is_empty())
            .ok_or_else(missing)?;
        let (scheme, parameters) = authorization(environment, id)?;
        let data = data(environment, id)?;
        Ok(Self {
            id: id.to_owned(),
            url: base_address(address)?,
            scheme,
            parameters,
            data,
        })
    }

    /// The authorization parameter of that name, in any case.
    pub fn parameter(&self, key: &str) -> Option<&Secret> {
        self.parameters.get(&key.to_lowercase())
    }
}

/// The value of the variable `<prefix><id>`.
fn whole<'a>(environment: &'a Environment, prefix: &'a str, id: &str) -> Option<&'a str> {
    environment
        .starting_with(prefix)
        .find(|(rest, _)| rest.eq_ignore_ascii_case(id))
        .map(|(_, value)| value)
}

/// The values of the variables `<prefix><id>_<KEY>` by lower-case key.
fn by_key<'a>(
    environment: &'a Environment,
    prefix: &'a str,
    id: &'a str,
) -> impl Iterator<Item = (String, &'a str)> {
    environment
        .starting_with(prefix)
        .filter_map(move |(rest, value)| {
            let (head, tail) = rest.split_at_checked(id.len())?;
            let key = tail.strip_prefix('_').filter(|key| !key.is_empty())?;
            head.eq_ignore_ascii_case(id)
                .then(|| (key.to_lowercase(), value))
        })
}

fn authorization(
    environment: &Environment,
    id: &str,
) -> Result<(String, BTreeMap<String, Secret>), ConnectionError> {
    let whole_json = match whole(environment, "ENDPOINT_AUTH_", id) {
        Some(text) if !text.is_empty() => object(text)?,
        _ => BTreeMap::new(),
    };
    let scheme = whole(environment, "ENDPOINT_AUTH_SCHEME_", id)
        .filter(|scheme| !scheme.is_empty())
        .map(str::to_owned)
        .or_else(|| {
            whole_json
                .get("scheme")
                .and_then(Value::as_str)
                .map(str::to_owned)
        })
        .unwrap_or_else(|| "None".to_owned());
    let mut parameters = BTreeMap::new();
    if let Some(Value::Object(named)) = whole_json.get("parameters") {
        parameters.extend(
            named
                .iter()
                .map(|(key, value)| (key.to_lowercase(), Secret::new(plain(value)))),
        );
    }
    for (key, value) in by_key(environment, "ENDPOINT_AUTH_PARAMETER_", id) {
        if !parameters.keys().any(|known| mangle(known) == mangle(&key)) {
            parameters.insert(key, Secret::new(value));
        }
    }
    parameters.retain(|_, value| !value.is_empty());
    Ok((scheme, parameters))
}

fn data(environment: &Environment, id: &str) -> Result<BTreeMap<String, String>, ConnectionError> {
    let mut data = BTreeMap::new();
    if let Some(text) = whole(environment, "ENDPOINT_DATA_", id).filter(|text| !text.is_empty()) {
        data.extend(
            object(text)?
                .iter()
                .map(|(key, value)| (key.to_lowercase(), plain(value))),
        );
    }
    for (key, value) in by_key(environment, "ENDPOINT_DATA_", id) {
        if !data.keys().any(|known| mangle(known) == mangle(&key)) {
            data.insert(key, value.to_owned());
        }
    }
    Ok(data)
}

fn object(text: &str) -> Result<BTreeMap<String, Value>, ConnectionError> {
    // The parser's own error may quote the text, and the text holds secrets: it goes no further.
    serde_json::from_str(text).map_err(|_| ConnectionError::Unreadable)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn base_address(text: &str) -> Result<Url, ConnectionError> {
    let mut url = Url::parse(text.trim()).map_err(ConnectionError::NotAUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(ConnectionError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ConnectionError::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(ConnectionError::Query);
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
