//! The way to the parties: proxy and certificate authorities.

use std::path::PathBuf;

use outbound::Proxy;
use url::Url;

use super::keys;
use super::layers::Layers;

/// How the parties are reached.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// From `HTTPS_PROXY` and `NO_PROXY`. Plain `http` goes around it, as the variable's name says.
    pub(crate) proxy: Option<Proxy>,
    /// `SSL_CERT_FILE`: authorities beside the bundled and the system's own.
    pub(crate) ca_file: Option<PathBuf>,
}

/// Reads it; what is wrong is noted in `layers`.
pub(crate) fn read(layers: &mut Layers<'_>) -> Option<Network> {
    let ca_file = layers.text(&keys::CA_FILE).map(PathBuf::from);
    let Some(found) = layers.find(&keys::PROXY) else {
        return Some(Network {
            proxy: None,
            ca_file,
        });
    };
    let secret = layers.secret(&found);
    if secret.is_empty() {
        return None;
    }
    let text = secret.expose().trim();
    // Curl's habit: an address without a scheme is an http one.
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Some(url) = Url::parse(&whole)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
    else {
        layers.problems.push(
            found.problem(
                "this is no http or https address of a proxy: write it as http://HOST:PORT",
            ),
        );
        return None;
    };
    let mut bypass = vec!["^http://".to_owned()];
    let around = layers.text(&keys::NO_PROXY).unwrap_or_default();
    bypass.extend(around.split(',').filter_map(expression));
    let proxy = Proxy {
        url,
        username: None,
        password: None,
        bypass,
    };
    Some(Network {
        proxy: Some(proxy),
        ca_file,
    })
}

/// The expression that finds the addresses of one entry of `NO_PROXY`: a host and the hosts below it, perhaps with a
/// port; `*` is every host.
fn expression(entry: &str) -> Option<String> {
    let entry = entry.trim();
    if entry == "*" {
        return Some("^".to_owned());
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, port)
        }
        _ => (entry, ""),
    };
    let host = host.trim_start_matches("*.").trim_start_matches('.');
    if host.is_empty() {
        return None;
    }
    let host: String = host.chars().flat_map(escaped).collect();
    let port = if port.is_empty() {
        "(:[0-9]+)?".to_owned()
    } else {
        format!(":{port}")
    };
    Some(format!(r"^https?://([^/]*\.)?\[?{host}\]?{port}(/|$)"))
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let special = !c.is_alphanumeric() && c != '-' && c != '_';
    special.then_some('\\').into_iter().chain(Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_a_host_and_what_is_below_it() {
        let table = [
            (
                "corp.example",
                Some(r"^https?://([^/]*\.)?\[?corp\.example\]?(:[0-9]+)?(/|$)"),
            ),
            (
                " .corp.example ",
                Some(r"^https?://([^/]*\.)?\[?corp\.example\]?(:[0-9]+)?(/|$)"),
            ),
            (
                "*.corp.example",
                Some(r"^https?://([^/]*\.)?\[?corp\.example\]?(:[0-9]+)?(/|$)"),
            ),
            (
                "host:8443",
                Some(r"^https?://([^/]*\.)?\[?host\]?:8443(/|$)"),
            ),
            (
                "::1",
                Some(r"^https?://([^/]*\.)?\[?\:\:1\]?(:[0-9]+)?(/|$)"),
            ),
            ("*", Some("^")),
            ("", None),
            (".", None),
        ];
        for (entry, expected) in table {
            assert_eq!(expression(entry).as_deref(), expected, "{entry}");
        }
    }
}
