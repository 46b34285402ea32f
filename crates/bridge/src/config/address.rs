//! Addresses to build requests on.

use url::{Host, Url};

use super::keys::Key;
use super::layers::{Found, Layers};

/// The address of a key; a problem with it is noted.
pub(crate) fn read(
    layers: &mut Layers<'_>,
    key: &'static Key,
    notices: &mut Vec<String>,
) -> Option<Url> {
    let found = layers.find(key)?;
    match parse(found.text.expose().trim()) {
        Ok(url) => {
            notices.extend(in_clear(&url).map(|notice| found.problem(notice)));
            Some(url)
        }
        Err(problem) => {
            layers.problems.push(found.problem(problem));
            None
        }
    }
}

/// No text of the address goes into a problem: it may hold a password.
fn parse(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(
        |_| "this is no address: write it with its scheme, as in https://example.service-now.com",
    )?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("an address starts with https:// (or http://)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the address holds a user name or password: take them out, and give them under their own names",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address has a part after '?' or '#': give the base address only");
    }
    Ok(url)
}

/// Says that credentials would travel unprotected.
fn in_clear(url: &Url) -> Option<&'static str> {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    (url.scheme() == "http" && !loopback)
        .then_some("the address is not https, so credentials travel where others can read them")
}

/// A problem where a key has no value.
pub(crate) fn missing(key: &Key, what: &str) -> String {
    let flag = key
        .flag
        .map(|flag| format!(", the flag --{flag}"))
        .unwrap_or_default();
    format!(
        "{what}: set the variable {}{flag} or the key {} of the file",
        key.variable, key.name
    )
}

/// A text that becomes one segment of a path.
pub(crate) fn is_segment(found: &Found) -> bool {
    let text = found.text.expose().trim();
    !text.contains(['/', '\\', '?', '#'])
        && !text.chars().any(char::is_control)
        && text != "."
        && text != ".."
}
