//! An address that can be printed.

use std::fmt;

use url::Url;

use crate::MASK;

/// An address that prints without user name, password, query values and fragment.
///
/// Scheme, host, port, path and the *names* of the query stay, for they say which call went wrong.
/// An address without a host (`data:...`, `mailto:...`) prints its scheme only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SafeUrl(Url);

impl SafeUrl {
    /// The address itself, with everything in it.
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl From<&Url> for SafeUrl {
    fn from(url: &Url) -> Self {
        Self(url.clone())
    }
}

impl From<Url> for SafeUrl {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.0;
        write!(f, "{}:", url.scheme())?;
        if url.cannot_be_a_base() {
            return f.write_str(MASK);
        }
        f.write_str("//")?;
        f.write_str(url.host_str().unwrap_or_default())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())?;
        match url.query() {
            None | Some("") => Ok(()),
            Some(query) => write_query(f, query),
        }
    }
}

/// A term without `=` may be a bare token, so it counts as a value.
fn write_query(f: &mut fmt::Formatter<'_>, query: &str) -> fmt::Result {
    for (index, term) in query.split('&').enumerate() {
        f.write_str(if index == 0 { "?" } else { "&" })?;
        match term.split_once('=') {
            Some((name, _)) => write!(f, "{name}={MASK}")?,
            None => f.write_str(MASK)?,
        }
    }
    Ok(())
}

impl fmt::Debug for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_identifies_and_hides_the_rest() {
        let table = [
            ("https://h.example", "https://h.example/"),
            (
                "https://u:p@h.example:8443/a/b%20c?q=1&r=2#frag",
                "https://h.example:8443/a/b%20c?q=***&r=***",
            ),
            ("http://127.0.0.1:80/x?token", "http://127.0.0.1/x?***"),
            (
                "http://[::1]:8080/?a=b=c&=d",
                "http://[::1]:8080/?a=***&=***",
            ),
            ("https://h.example/?", "https://h.example/"),
            ("data:text/plain,secret", "data:***"),
            ("file:///etc/x?y=z", "file:///etc/x?y=***"),
        ];
        for (address, shown) in table {
            let safe = SafeUrl::from(&Url::parse(address).unwrap());
            assert_eq!(safe.to_string(), shown);
            assert_eq!(format!("{safe:?}"), shown);
        }
    }
}
