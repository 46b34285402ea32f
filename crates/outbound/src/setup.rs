//! From settings to the two wires: through the proxy, and around it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use redact::SafeUrl;
use reqwest::header::HeaderValue;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::error::Cause;
use crate::proxy::Bypass;
use crate::settings::Settings;
use crate::trust::{self, Verifier};

/// Why no client could be made of the settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A file of [`crate::Trust::pem_files`] could not be read.
    #[error("could not read the certificate file {}", file.display())]
    ReadTrust {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file of [`crate::Trust::pem_files`] is of no use.
    #[error("the certificate file {} holds no usable authority in PEM form", file.display())]
    Trust {
        /// The file.
        file: PathBuf,
        /// Where its form is broken, if it is.
        #[source]
        source: Option<Cause>,
    },
    /// The client certificate is of no use.
    #[error("the client certificate cannot be used: {problem}")]
    Identity {
        /// What is wrong with it.
        problem: &'static str,
        /// The library's own words, if it has any.
        #[source]
        source: Option<Cause>,
    },
    /// The proxy's address is of no use.
    #[error("the proxy {url} cannot be used: {problem}")]
    Proxy {
        /// Its address.
        url: SafeUrl,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The name we introduce ourselves by is no header value.
    #[error("the user agent holds characters that a header cannot hold")]
    UserAgent,
    /// The HTTP or TLS library did not like the whole.
    #[error("could not set up the connection library")]
    Library {
        /// The library's own words.
        #[source]
        source: Cause,
    },
}

impl SetupError {
    pub(crate) fn identity(problem: &'static str, source: impl Into<Cause>) -> Self {
        Self::Identity {
            problem,
            source: Some(source.into()),
        }
    }
}

/// Idle connections are dropped sooner than any common server drops them (five seconds is the shortest
/// usual keep-alive): a write sent into a connection that is just being closed has an unknown outcome.
const IDLE: Duration = Duration::from_secs(4);

/// Two clients of the HTTP library, since it decides about proxies by host and we do by address.
pub(crate) struct Wires {
    direct: reqwest::Client,
    proxied: Option<Proxied>,
}

struct Proxied {
    client: reqwest::Client,
    party: String,
    bypass: Bypass,
}

impl Wires {
    pub(crate) fn new(settings: &Settings, notices: &mut Vec<String>) -> Result<Self, SetupError> {
        let tls = tls(settings, notices)?;
        let agent =
            HeaderValue::from_str(&settings.user_agent).map_err(|_| SetupError::UserAgent)?;
        let connect = settings.limits.connect;
        let proxied = match &settings.proxy {
            Some(proxy) => Some(Proxied {
                client: finish(client(&tls, &agent, connect).proxy(proxy.to_wire()?))?,
                party: proxy.party(),
                bypass: Bypass::read(&proxy.bypass, notices),
            }),
            None => None,
        };
        let direct = finish(client(&tls, &agent, connect).no_proxy())?;
        Ok(Self { direct, proxied })
    }

    /// The client for this address, and the proxy's name where it goes through one.
    pub(crate) fn for_url(&self, url: &Url) -> (&reqwest::Client, Option<&str>) {
        match &self.proxied {
            Some(proxied) if !proxied.bypass.matches(url) => {
                (&proxied.client, Some(&proxied.party))
            }
            _ => (&self.direct, None),
        }
    }
}

impl fmt::Debug for Wires {
    /// The library's own form would show the proxy's address with its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = self.proxied.as_ref().map(|proxied| &proxied.party);
        f.debug_struct("Wires")
            .field("proxy", &proxy)
            .finish_non_exhaustive()
    }
}

fn client(tls: &ClientConfig, agent: &HeaderValue, connect: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .use_preconfigured_tls(tls.clone())
        .user_agent(agent.clone())
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
}

fn finish(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, SetupError> {
    builder.build().map_err(|error| SetupError::Library {
        source: error.without_url().into(),
    })
}

fn tls(settings: &Settings, notices: &mut Vec<String>) -> Result<ClientConfig, SetupError> {
    let mut extra = RootCertStore::empty();
    for file in &settings.trust.pem_files {
        let (roots, left) = trust::read_pem_file(file)?;
        extra.roots.extend(roots.roots);
        if left > 0 {
            notices.push(format!(
                "{left} certificates of {} are no usable authorities",
                file.display()
            ));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider), extra, settings.trust.system);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Library {
            source: error.into(),
        })?
        // Named dangerous because one could verify less here; the verifier only asks a second store.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match &settings.identity {
        None => Ok(config.with_no_client_auth()),
        Some(identity) => {
            let (certificates, key) = identity.read()?;
            config
                .with_client_auth_cert(certificates, key)
                .map_err(|error| {
                    SetupError::identity("certificate and private key do not fit", error)
                })
        }
    }
}
