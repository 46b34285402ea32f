//! The proxy the agent was configured with.

use redact::Secret;
use url::Url;

use crate::env::Environment;

/// The agent's proxy for everything its steps call.
#[derive(Debug, Clone)]
pub struct AgentProxy {
    /// Where the proxy listens; `http` or `https`, without credentials.
    pub url: Url,
    /// Who we are for the proxy.
    pub username: Option<String>,
    /// The proof of that.
    pub password: Option<Secret>,
    /// Regular expressions; a request whose URL matches one, without regard to case, goes out directly.
    pub bypass: Vec<String>,
}

/// Why the agent's proxy settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The proxy's address cannot be read.
    #[error("the agent's proxy address is not a URL")]
    NotAUrl(#[source] url::ParseError),
    /// The proxy is of a kind we cannot use.
    #[error(
        "the agent's proxy address starts with '{scheme}:', but only http: and https: proxies are known"
    )]
    Scheme {
        /// The scheme found.
        scheme: String,
    },
    /// The address carries credentials, which the agent would print.
    #[error(
        "the agent's proxy address holds a user name or password: configure the agent with --proxyusername and --proxypassword instead"
    )]
    Credentials,
    /// The bypass list is not the JSON list it should be.
    #[error("the agent's proxy bypass list is not a JSON list of texts")]
    BypassList,
}

impl AgentProxy {
    /// The proxy, when the agent has one.
    ///
    /// # Errors
    /// When the agent's settings cannot be read; going out without a configured proxy is not an alternative.
    pub fn read(environment: &Environment) -> Result<Option<Self>, ProxyError> {
        let Some(address) = environment.variable("Agent.ProxyUrl") else {
            return Ok(None);
        };
        let url = Url::parse(address.trim()).map_err(ProxyError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ProxyError::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProxyError::Credentials);
        }
        let bypass = match environment.variable("Agent.ProxyBypassList") {
            Some(list) => serde_json::from_str(list).map_err(|_| ProxyError::BypassList)?,
            None => Vec::new(),
        };
        // The password is a secret variable that the agent sets itself, listed among them or not.
        let password = environment
            .raw("SECRET_AGENT_PROXYPASSWORD")
            .filter(|text| !text.is_empty())
            .map(Secret::new);
        Ok(Some(Self {
            url,
            username: environment
                .variable("Agent.ProxyUsername")
                .map(str::to_owned),
            password,
            bypass,
        }))
    }
}

#[cfg(test)]
mod tests;
