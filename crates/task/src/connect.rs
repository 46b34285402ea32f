//! A service connection becomes a client: who we are, and the way there.

use std::sync::Arc;
use std::time::Duration;

use azure_devops::Organization;
use outbound::{Breaker, Client, Identity, Limits, Proxy, Retry, Settings, Trust};
use pipelines_agent::{AgentProxy, Certificates, Environment, Inputs, ServiceConnection};
use redact::Secret;
use servicenow::{Auth, Grant, Instance};
use url::Url;

use crate::Log;

/// The input that names the service connection.
pub const CONNECTION: &str = "serviceNowConnection";

/// The id under which the agent hands over the job's own connection.
const JOB: &str = "SYSTEMVSSCONNECTION";

/// How long evidence is waited for: its absence is told, and holds nothing up.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(60);

/// Longer pauses that the instance asks for are not made in silence further down: the log tells them.
const SILENT_PAUSE: Duration = Duration::from_secs(5);

/// The instance that the step's connection names, and the client it is asked by. `task` is how the program introduces
/// itself; `unavailable` is how long an instance that does not answer is waited for.
///
/// # Errors
/// Every problem found, each a line for the pipeline's author.
pub fn instance(
    environment: &Environment,
    log: &Log,
    task: &str,
    unavailable: Duration,
) -> Result<(Instance, Client), Vec<String>> {
    // That none is named is the plan's to say.
    let id = Inputs::new(environment)
        .required(CONNECTION)
        .ok_or_else(Vec::new)?;
    let connection = ServiceConnection::read(environment, CONNECTION, &id)
        .map_err(|error| vec![redact::chain(&error)])?;
    let (auth, identity) = who(&connection)?;
    let http = Client::new(way(environment, log, task, identity, unavailable)?)
        .map_err(|error| vec![redact::chain(&error)])?;
    http.notices()
        .iter()
        .for_each(|notice| log.warn("proxy", notice));
    let announce = log.announcer();
    let instance = Instance::new(connection.url.clone(), auth, http.clone())
        .with_clock(Arc::new(crate::log::wall_clock))
        .on_new_secret(Arc::new(move |secret: &Secret| announce(secret)));
    Ok((instance, http))
}

/// The organization that the job runs in, as the job's own identity, and the client it is asked by.
///
/// # Errors
/// Every problem found, each a line for the pipeline's author.
pub fn organization(
    environment: &Environment,
    log: &Log,
    task: &str,
) -> Result<(Organization, Client), Vec<String>> {
    let job = ServiceConnection::read(environment, "the job", JOB)
        .map_err(|error| vec![redact::chain(&error)])?;
    let token = job
        .parameter("accesstoken")
        .filter(|token| !token.is_empty())
        .cloned()
        .ok_or_else(|| vec!["the agent gave this job no access token".to_owned()])?;
    let facts = log.facts();
    let collection = facts
        .collection_uri
        .as_deref()
        .and_then(|uri| Url::parse(uri).ok());
    // Where a release runs, the connection's own address is that of release management.
    let collection = collection.unwrap_or(job.url);
    let settings = way(environment, log, task, None, EVIDENCE_PATIENCE)?;
    let http = Client::new(settings).map_err(|error| vec![redact::chain(&error)])?;
    let announce = log.announcer();
    let organization =
        Organization::new(collection, azure_devops::Auth::Bearer(token), http.clone())
            .with_clock(Arc::new(crate::log::wall_clock))
            .on_new_secret(Arc::new(move |secret: &Secret| announce(secret)));
    Ok((organization, http))
}

/// Proxy, trust and receipts, as the agent was configured.
fn way(
    environment: &Environment,
    log: &Log,
    task: &str,
    identity: Option<Identity>,
    unavailable: Duration,
) -> Result<Settings, Vec<String>> {
    let certificates = Certificates::read(environment);
    if certificates.skip_validation {
        log.warn(
            "tls",
            "this agent is configured to skip the validation of certificates; this task validates them all the same, \
             as it hands credentials over. Trust a private certificate authority with --sslcacert of the agent, \
             NODE_EXTRA_CA_CERTS or SSL_CERT_FILE",
        );
    }
    let proxy = AgentProxy::read(environment).map_err(|error| vec![redact::chain(&error)])?;
    Ok(Settings {
        user_agent: format!("Snowgate/{} ({task})", env!("CARGO_PKG_VERSION")),
        proxy: proxy.map(|proxy| Proxy {
            url: proxy.url,
            username: proxy.username,
            password: proxy.password,
            bypass: proxy.bypass,
        }),
        trust: Trust {
            pem_files: certificates.files().cloned().collect(),
            ..Trust::default()
        },
        identity,
        retry: Retry {
            retry_after_cap: SILENT_PAUSE,
            ..Retry::default()
        },
        limits: limits(unavailable),
        breaker: breaker(unavailable),
        masker: log.masker(),
        keep_receipts: log.facts().debug,
        ..Settings::default()
    })
}

/// An attempt that hangs ends with the patience where that is short, but has ten seconds in any case.
fn limits(unavailable: Duration) -> Limits {
    let usual = Limits::default();
    Limits {
        total: unavailable.clamp(Duration::from_secs(10), usual.total),
        ..usual
    }
}

/// A rest is a small part of the patience, so that an instance that is back is noticed while somebody still waits.
fn breaker(unavailable: Duration) -> Breaker {
    let usual = Breaker::default();
    let part = unavailable / 10;
    Breaker {
        open_for: part.clamp(Duration::from_secs(1), usual.open_for),
        ..usual
    }
}

/// How the connection signs in. Scheme names are the agent's; the fields of `None` are this extension's own.
fn who(connection: &ServiceConnection) -> Result<(Auth, Option<Identity>), Vec<String>> {
    let fields = ConnectionFields {
        connection,
        missing: Vec::new(),
    };
    match connection.scheme.to_ascii_lowercase().as_str() {
        "usernamepassword" => fields.basic(),
        "token" => fields.api_key(),
        "oauth2" => fields.code_grant(),
        "none" => fields.own_grant(),
        other => Err(vec![format!(
            "the service connection signs in by '{other}', which this task does not know; choose basic \
             authentication, an API key, OAuth client credentials or OAuth"
        )]),
    }
}

/// Reads the connection's fields; keeps the names of those that are missing.
struct ConnectionFields<'a> {
    connection: &'a ServiceConnection,
    missing: Vec<&'static str>,
}

type Who = Result<(Auth, Option<Identity>), Vec<String>>;

impl ConnectionFields<'_> {
    fn optional(&self, key: &str) -> Option<Secret> {
        self.connection
            .parameter(key)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    fn need(&mut self, key: &'static str) -> Secret {
        self.optional(key).unwrap_or_else(|| {
            self.missing.push(key);
            Secret::default()
        })
    }

    fn need_text(&mut self, key: &'static str) -> String {
        self.need(key).expose().to_owned()
    }

    fn done(self, auth: Auth, identity: Option<Identity>) -> Who {
        if self.missing.is_empty() {
            return Ok((auth, identity));
        }
        Err(vec![format!(
            "the service connection has no value for: {}; edit it in the project's settings",
            self.missing.join(", ")
        )])
    }

    fn basic(mut self) -> Who {
        let auth = Auth::Basic {
            user: self.need_text("username"),
            password: self.need("password"),
        };
        self.done(auth, None)
    }

    fn api_key(mut self) -> Who {
        let auth = Auth::ApiKey(self.need("apitoken"));
        self.done(auth, None)
    }

    /// The platform keeps the token of the authorization code flow; that it hands a fresh one to an agent for a
    /// connection type like ours is an assumption.
    fn code_grant(mut self) -> Who {
        let auth = Auth::Bearer(self.need("accesstoken"));
        self.done(auth, None)
    }

    /// The grants of the `None` scheme: the platform knows none of them, so the task asks for the token itself. A
    /// client certificate may come with any of them, or sign in alone.
    fn own_grant(mut self) -> Who {
        let identity = self.identity();
        let named = self
            .connection
            .parameter("grant")
            .map(|grant| grant.expose().trim().to_owned());
        let alone = identity.is_some() && self.optional("clientid").is_none();
        let grant = match named.as_deref().filter(|grant| !grant.is_empty()) {
            Some("certificate") => {
                self.need("clientcertificate");
                return self.done(Auth::Certificate, identity);
            }
            None if alone => return self.done(Auth::Certificate, identity),
            None | Some("clientCredentials") => Grant::ClientCredentials {
                client_id: self.need_text("clientid"),
                client_secret: self.need("clientsecret"),
            },
            Some("password") => Grant::Password {
                client_id: self.need_text("clientid"),
                client_secret: self.need("clientsecret"),
                user: self.need_text("username"),
                password: self.need("password"),
            },
            Some("refreshToken") => Grant::RefreshToken {
                client_id: self.need_text("clientid"),
                client_secret: self.need("clientsecret"),
                refresh_token: self.need("refreshtoken"),
            },
            Some("jwtBearer") => Grant::JwtBearer {
                client_id: self.need_text("clientid"),
                client_secret: self.need("clientsecret"),
                key_pem: self.need("jwtprivatekey"),
                key_id: self.optional("jwtkeyid").map(|id| id.expose().to_owned()),
                subject: self.need_text("jwtsubject"),
            },
            Some(other) => {
                return Err(vec![format!(
                    "the service connection's grant '{other}' is not known; use clientCredentials, jwtBearer, \
                     refreshToken, password or certificate"
                )]);
            }
        };
        self.done(Auth::OAuth(grant), identity)
    }

    fn identity(&mut self) -> Option<Identity> {
        let certificate = self.optional("clientcertificate")?;
        Some(Identity {
            certificate_pem: certificate.expose().as_bytes().to_vec(),
            key_pem: self.need("clientcertificatekey"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn connection(scheme: &str, fields: &[(&str, &str)]) -> ServiceConnection {
        let id = "c0ffee00-0000-4000-8000-000000000001";
        let mut variables = BTreeMap::from([
            (
                format!("ENDPOINT_URL_{id}"),
                "https://instance.example/".to_owned(),
            ),
            (format!("ENDPOINT_AUTH_SCHEME_{id}"), scheme.to_owned()),
        ]);
        for (key, value) in fields {
            let name = format!("ENDPOINT_AUTH_PARAMETER_{id}_{}", key.to_uppercase());
            variables.insert(name, (*value).to_owned());
        }
        let environment = Environment::from_map(variables);
        ServiceConnection::read(&environment, CONNECTION, id).unwrap()
    }

    #[test]
    fn every_scheme_signs_in_its_own_way() {
        let client = [("clientId", "id"), ("clientSecret", "secret")];
        let with = |more: &[(&'static str, &'static str)]| [&client[..], more].concat();
        let certificate = [
            ("clientCertificate", "pem"),
            ("clientCertificateKey", "key"),
        ];
        type Fields = Vec<(&'static str, &'static str)>;
        let table: Vec<(&str, Fields, &str)> = vec![
            (
                "UsernamePassword",
                vec![("username", "u"), ("password", "p")],
                "Basic",
            ),
            ("Token", vec![("apitoken", "k")], "ApiKey"),
            ("OAuth2", vec![("AccessToken", "t")], "Bearer"),
            ("None", with(&[]), "ClientCredentials"),
            (
                "None",
                with(&[("grant", "clientCredentials")]),
                "ClientCredentials",
            ),
            (
                "None",
                with(&[("grant", "password"), ("username", "u"), ("password", "p")]),
                "Password",
            ),
            (
                "None",
                with(&[("grant", "refreshToken"), ("refreshToken", "r")]),
                "RefreshToken",
            ),
            (
                "None",
                with(&[
                    ("grant", "jwtBearer"),
                    ("jwtPrivateKey", "k"),
                    ("jwtSubject", "s"),
                ]),
                "JwtBearer",
            ),
            ("None", certificate.to_vec(), "Certificate"),
            (
                "None",
                [&certificate[..], &[("grant", "certificate")]].concat(),
                "Certificate",
            ),
        ];
        for (scheme, fields, expected) in table {
            let (auth, identity) = who(&connection(scheme, &fields)).expect(expected);
            let name = match auth {
                Auth::Basic { .. } => "Basic",
                Auth::Bearer(_) => "Bearer",
                Auth::ApiKey(_) => "ApiKey",
                Auth::Certificate => "Certificate",
                Auth::OAuth(Grant::ClientCredentials { .. }) => "ClientCredentials",
                Auth::OAuth(Grant::Password { .. }) => "Password",
                Auth::OAuth(Grant::RefreshToken { .. }) => "RefreshToken",
                Auth::OAuth(Grant::JwtBearer { .. }) => "JwtBearer",
            };
            assert_eq!(name, expected);
            assert_eq!(
                identity.is_some(),
                fields.contains(&("clientCertificate", "pem"))
            );
        }
    }

    #[test]
    fn a_rest_is_a_small_part_of_the_patience() {
        for (patience, rest) in [(0, 1), (3, 1), (60, 6), (900, 30), (7200, 30)] {
            let breaker = breaker(Duration::from_secs(patience));
            assert_eq!(breaker.open_for.as_secs(), rest, "{patience}");
        }
    }

    #[test]
    fn an_attempt_ends_with_a_short_patience() {
        for (patience, total) in [(0, 10), (12, 12), (60, 60), (900, 70)] {
            let limits = limits(Duration::from_secs(patience));
            assert_eq!(limits.total.as_secs(), total, "{patience}");
        }
    }

    #[test]
    fn missing_fields_are_named_together() {
        let table = [
            ("UsernamePassword", vec![], vec!["username", "password"]),
            ("Token", vec![], vec!["apitoken"]),
            ("OAuth2", vec![], vec!["accesstoken"]),
            ("None", vec![], vec!["clientid", "clientsecret"]),
            (
                "None",
                vec![("grant", "jwtBearer")],
                vec!["jwtprivatekey", "jwtsubject"],
            ),
            (
                "None",
                vec![("grant", "certificate")],
                vec!["clientcertificate"],
            ),
            (
                "None",
                vec![("clientCertificate", "pem")],
                vec!["clientcertificatekey"],
            ),
        ];
        for (scheme, fields, missing) in table {
            let problems = who(&connection(scheme, &fields)).map(|_| ()).unwrap_err();
            for name in missing {
                assert!(
                    problems[0].contains(name),
                    "{scheme} {fields:?}: {problems:?}"
                );
            }
        }
        for (scheme, fields) in [("Kerberos", vec![]), ("None", vec![("grant", "magic")])] {
            let problems = who(&connection(scheme, &fields)).map(|_| ()).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
        }
    }
}
