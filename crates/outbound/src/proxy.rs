//! The proxy, and which requests go around it.

use std::fmt;

use redact::{SafeUrl, Secret};
use regex_lite::{Regex, RegexBuilder};
use url::Url;

use crate::SetupError;
use crate::request::party;

/// A proxy as an agent is configured with: `CONNECT` for `https`, absolute addresses for `http`.
#[derive(Clone)]
pub struct Proxy {
    /// Its address, `http` or `https`. A user name and password in it count unless given below.
    pub url: Url,
    /// The user name for Basic authentication at the proxy.
    pub username: Option<String>,
    /// The password for it.
    pub password: Option<Secret>,
    /// Regular expressions, in any case, searched in the address of a request: one that matches sends it
    /// around the proxy. One that cannot be understood matches nothing and becomes a
    /// [`crate::Client::notices`] line.
    pub bypass: Vec<String>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &SafeUrl::from(&self.url))
            .field("username", &self.username.as_ref().map(|_| redact::MASK))
            .field("password", &self.password)
            .field("bypass", &self.bypass)
            .finish()
    }
}

impl Proxy {
    /// Its host and port, as error texts name it.
    pub(crate) fn party(&self) -> String {
        party(&self.url)
    }

    /// The password, wherever it was given.
    pub(crate) fn secret(&self) -> Option<Secret> {
        let in_url = || self.url.password().map(Secret::new);
        self.password.clone().or_else(in_url)
    }

    pub(crate) fn to_wire(&self) -> Result<reqwest::Proxy, SetupError> {
        let wrong = |problem| SetupError::Proxy {
            url: SafeUrl::from(&self.url),
            problem,
        };
        if !matches!(self.url.scheme(), "http" | "https") {
            return Err(wrong("only http and https proxies are spoken to"));
        }
        let wire = reqwest::Proxy::all(self.url.clone())
            .map_err(|_| wrong("the address cannot be used"))?;
        if self.username.is_none() && self.password.is_none() {
            return Ok(wire);
        }
        let username = self.username.as_deref().unwrap_or_default();
        let password = self
            .password
            .as_ref()
            .map(Secret::expose)
            .unwrap_or_default();
        Ok(wire.basic_auth(username, password))
    }
}

/// The expressions that were understood.
#[derive(Debug, Default)]
pub(crate) struct Bypass(Vec<Regex>);

impl Bypass {
    /// Reads the expressions; each that is not understood adds a line to `notices`.
    pub(crate) fn read(expressions: &[String], notices: &mut Vec<String>) -> Self {
        let mut understood = Vec::new();
        for expression in expressions.iter().filter(|text| !text.trim().is_empty()) {
            match RegexBuilder::new(expression.trim()).case_insensitive(true).build() {
                Ok(regex) => understood.push(regex),
                Err(error) => notices.push(format!(
                    "the proxy bypass expression `{}` is not used, since it cannot be understood: {}",
                    expression.trim(),
                    redact::chain(&error)
                )),
            }
        }
        Self(understood)
    }

    /// The password and user name an address may hold are no part of what is searched.
    pub(crate) fn matches(&self, url: &Url) -> bool {
        let mut bare = url.clone();
        // Both fail only for addresses that cannot hold credentials.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        self.0.iter().any(|regex| regex.is_match(bare.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bypass(expressions: &[&str]) -> (Bypass, Vec<String>) {
        let mut notices = Vec::new();
        let expressions: Vec<String> = expressions.iter().map(ToString::to_string).collect();
        (Bypass::read(&expressions, &mut notices), notices)
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn searches_the_whole_address_in_any_case() {
        let table = [
            (r"localhost", "http://LOCALHOST:8080/a", true),
            (
                r"^https://.*\.Corp\.Example",
                "https://snow.corp.example/api",
                true,
            ),
            (
                r"^https://.*\.Corp\.Example",
                "http://snow.corp.example/api",
                false,
            ),
            (r"/api/now\?x=1$", "https://h.example/api/now?x=1", true),
            (r"10\.\d{1,3}\.", "http://10.20.1.1/", true),
            (r"secret", "https://user:secret@h.example/", false),
            (r"other\.example", "https://h.example/", false),
            (r" h\.example ", "https://h.example/", true),
        ];
        for (expression, address, expected) in table {
            assert_eq!(
                bypass(&[expression]).0.matches(&url(address)),
                expected,
                "{expression} {address}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_named_and_the_rest_works() {
        let (bypass, notices) = bypass(&["*.corp.example", r"(?<!x)y", "", r"good\.example"]);
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert!(
            notices[0].contains("`*.corp.example`") && notices[1].contains("`(?<!x)y`"),
            "{notices:?}"
        );
        assert!(bypass.matches(&url("https://good.example/")));
        assert!(!bypass.matches(&url("https://a.corp.example/y")));
    }

    proptest! {
        #[test]
        fn any_expression_is_used_or_named(expression in "\\PC{1,30}") {
            prop_assume!(!expression.trim().is_empty());
            let (bypass, notices) = bypass(&[&expression]);
            prop_assert_eq!(bypass.0.is_empty(), notices.len() == 1);
            bypass.matches(&url("https://h.example/a?b=c"));
        }

        #[test]
        fn an_escaped_host_matches_exactly_its_addresses(host in "[a-z]{1,8}\\.[a-z]{2,4}", other in "[a-z]{1,8}\\.[a-z]{2,4}") {
            let expression = format!("^https?://{}(:\\d+)?/", regex_lite::escape(&host));
            let (bypass, _) = bypass(&[&expression]);
            let same = url(&format!("https://{}/x", host.to_uppercase()));
            prop_assert!(bypass.matches(&same));
            prop_assert_eq!(bypass.matches(&url(&format!("http://{other}:81/"))), host == other);
        }
    }
}
