//! A connection that somebody has set up.

use std::collections::BTreeMap;
use std::fmt;

/// How a connection signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// User name and password, by Basic.
    UsernamePassword,
    /// A token, in the header that the type names.
    Token,
    /// A token that a person fetched by the authorization code flow.
    OAuth2,
    /// Nothing that the server could use.
    None,
}

impl Scheme {
    /// The name that `connectedService:` inputs and REST use.
    pub fn name(self) -> &'static str {
        match self {
            Self::UsernamePassword => "UsernamePassword",
            Self::Token => "Token",
            Self::OAuth2 => "OAuth2",
            Self::None => "None",
        }
    }

    /// The scheme that a contribution of Azure DevOps stands for.
    pub(super) fn of_contribution(id: &str) -> Option<Self> {
        match id {
            "ms.vss-endpoint.endpoint-auth-scheme-basic" => Some(Self::UsernamePassword),
            "ms.vss-endpoint.endpoint-auth-scheme-token" => Some(Self::Token),
            "ms.vss-endpoint.endpoint-auth-scheme-oauth2" => Some(Self::OAuth2),
            "ms.vss-endpoint.endpoint-auth-scheme-none" => Some(Self::None),
            _ => None,
        }
    }

    /// The header that the scheme sends unless the type says otherwise.
    pub(super) fn default_header(self) -> Option<(&'static str, &'static str)> {
        let value = match self {
            Self::UsernamePassword => {
                "Basic {{ #base64 endpoint.username \":\" endpoint.password }}"
            }
            Self::Token => "{{endpoint.apitoken}}",
            Self::OAuth2 | Self::None => return None,
        };
        Some(("Authorization", value))
    }

    /// What the server itself fills in, all of it secret.
    pub(super) fn own_values(self) -> &'static [&'static str] {
        match self {
            Self::OAuth2 => &["AccessToken", "RefreshToken"],
            Self::UsernamePassword | Self::Token | Self::None => &[],
        }
    }
}

/// A service connection: an address and what proves who asks.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) url: String,
    pub(crate) scheme: Scheme,
    pub(crate) values: BTreeMap<String, String>,
}

impl Endpoint {
    /// A connection of a scheme without its values.
    pub fn new(url: &str, scheme: Scheme) -> Self {
        Self {
            url: url.to_owned(),
            scheme,
            values: BTreeMap::new(),
        }
    }

    /// Signs in with a user name and a password.
    pub fn basic(url: &str, user: &str, password: &str) -> Self {
        let endpoint = Self::new(url, Scheme::UsernamePassword);
        endpoint.with("username", user).with("password", password)
    }

    /// Signs in with a token.
    pub fn token(url: &str, token: &str) -> Self {
        Self::new(url, Scheme::Token).with("apitoken", token)
    }

    /// Signs in with an access token that was fetched before.
    pub fn oauth2(url: &str, access_token: &str) -> Self {
        Self::new(url, Scheme::OAuth2).with("AccessToken", access_token)
    }

    /// The same connection with one more value filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), value.to_owned());
        self
    }

    /// How it signs in.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
}

/// Shows names, never values.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .field("scheme", &self.scheme)
            .field("values", &self.values.keys())
            .finish_non_exhaustive()
    }
}
