//! The way to the instance: proxies, and whose certificates are believed.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use testkit::agent::{Connection, Finished, Step, TaskResult};
use testkit::node::Version;

use crate::front::{Act, Front, address_of, reserved};
use crate::world::{BOUND, World, bare_gate, output};

/// A name that no resolver knows: only a proxy can lead there.
const HOST: &str = "instance.example";

fn connection(world: &World, url: &str) -> Connection {
    let account = world.sim.credentials();
    Connection::basic(url, &account.user, &account.password)
}

/// A gate that ends once the change is open, and gives up after three seconds.
fn opener(connection: &Connection) -> Step {
    bare_gate(Version::V24)
        .connection("serviceNowConnection", connection)
        .input("assignmentGroup", "Network")
        .input("requestApproval", "false")
        .input("proceedWhen", "created")
        .input("moveToImplement", "false")
        .input("unavailableMinutes", "0.05")
}

fn opened(world: &World, step: &Step) -> Finished {
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.records("change_request").len(), 1);
    let findings = world.sim.findings();
    assert!(findings.is_empty(), "{findings:?}");
    finished
}

fn failed(world: &World, step: &Step, decision: &str, told: &str) -> Finished {
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(
        output(&finished, "changeDecision"),
        decision,
        "{finished:?}"
    );
    assert!(finished.shown().contains(told), "{told}: {finished:?}");
    assert!(world.sim.records("change_request").is_empty());
    finished
}

/// A proxy that leads everything to the instance.
fn proxy_to(world: &World) -> Front {
    let to = address_of(world.sim.url());
    Front::start(move |_| Act::Relay(to, Vec::new()))
}

/// A certificate authority of our own, with its certificate in a file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Its certificate, in DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        self.issuer.der()
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A server of that name, which asks for a certificate of `clients` where given.
    fn server(&self, name: &str, clients: Option<&Self>) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(clients.issuer.der().clone()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let (certificate, key) = self.issue(name);
        let certificate: CertificateDer<'static> = certificate.der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        builder.with_single_cert(vec![certificate], key).unwrap()
    }

    /// The instance behind TLS, under that name.
    pub(crate) fn front(&self, world: &World, name: &str) -> Front {
        let to = address_of(world.sim.url());
        Front::start_tls(self.server(name, None), move |_| Act::Relay(to, Vec::new()))
    }
}

#[test]
fn the_agents_proxy_is_used_with_its_credentials() {
    let world = World::new();
    let proxy = proxy_to(&world);
    let connection = connection(&world, &format!("http://{HOST}/"));
    let secret = "proxy-pass-4711";
    let step = opener(&connection).proxy(&proxy.url(), Some(("agent", secret)), &[]);
    let finished = opened(&world, &step);
    let expected = format!("Basic {}", STANDARD.encode(format!("agent:{secret}")));
    let seen = proxy.seen();
    for head in &seen {
        assert!(
            head.line.contains(&format!(" http://{HOST}/api/")),
            "{head:?}"
        );
        assert_eq!(head.header("proxy-authorization"), Some(&*expected));
    }
    let shown = finished.shown();
    assert!(
        !shown.contains(secret) && !shown.contains(&expected[6..]),
        "{shown}"
    );
    assert_eq!(seen.len(), world.sim.requests().len());
}

#[test]
fn the_bypass_list_leads_around_the_proxy() {
    let world = World::new();
    let proxy = proxy_to(&world);
    let connection = connection(&world, world.sim.url());
    let bypass = [r"other\.example", r"^http://127\.0\.0\.1[:/]"];
    opened(
        &world,
        &opener(&connection).proxy(&proxy.url(), None, &bypass),
    );
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
    assert!(!world.sim.requests().is_empty());
}

#[test]
fn without_a_matching_expression_loopback_goes_through_the_proxy_too() {
    let world = World::new();
    let proxy = proxy_to(&world);
    let connection = connection(&world, world.sim.url());
    let step = opener(&connection).proxy(&proxy.url(), None, &[r"other\.example"]);
    opened(&world, &step);
    assert_eq!(proxy.seen().len(), world.sim.requests().len());
}

#[test]
fn a_bypass_expression_that_means_nothing_is_named() {
    let world = World::new();
    let proxy = proxy_to(&world);
    let connection = connection(&world, &format!("http://{HOST}"));
    let step = opener(&connection).proxy(&proxy.url(), None, &["*.corp.example"]);
    let finished = opened(&world, &step);
    let warned = finished.log.issues_with("proxy");
    let warned: String = warned.map(|issue| issue.text.clone()).collect();
    assert!(warned.contains("*.corp.example"), "{finished:?}");
}

#[test]
fn a_proxy_that_is_down_is_named() {
    let world = World::new();
    let proxy = reserved();
    let connection = connection(&world, world.sim.url());
    let step = opener(&connection).proxy(&format!("http://{proxy}"), None, &[]);
    let told = format!("through the proxy {proxy}");
    failed(&world, &step, "unreachable", &told);
    assert!(world.sim.requests().is_empty());
}

#[test]
fn a_proxy_that_wants_other_credentials_is_named() {
    let world = World::new();
    let proxy = Front::start(|_| {
        Act::Say(
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n"
                .to_owned(),
        )
    });
    let plain = connection(&world, &format!("http://{HOST}"));
    let step = opener(&plain).proxy(&proxy.url(), Some(("agent", "wrong")), &[]);
    failed(
        &world,
        &step,
        "refused",
        "did not accept the agent's proxy credentials",
    );
    assert_eq!(proxy.seen().len(), 1, "asking again is no use");
}

#[test]
fn a_proxy_that_refuses_a_tunnel_is_named() {
    let world = World::new();
    let proxy = Front::start(|_| {
        Act::Say(
            "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n".to_owned(),
        )
    });
    let connection = connection(&world, &format!("https://{HOST}"));
    let step = opener(&connection).proxy(&proxy.url(), Some(("agent", "wrong")), &[]);
    let told = format!(
        "could not connect to {HOST} through the proxy {}",
        proxy.address()
    );
    let finished = failed(&world, &step, "unreachable", &told);
    // Why is the library's to say, in words of its own.
    assert!(finished.shown().contains("proxy auth"), "{finished:?}");
}

#[test]
fn an_encrypted_way_through_a_proxy_is_a_tunnel() {
    let world = World::new();
    let authority = Authority::new();
    let instance = authority.front(&world, HOST);
    let to = instance.address();
    let proxy = Front::start(move |_| Act::Tunnel(to));
    let connection = connection(&world, &format!("https://{HOST}"));
    let step = opener(&connection)
        .proxy(&proxy.url(), Some(("agent", "proxy-pass-4711")), &[])
        .ca_info(&authority.file());
    opened(&world, &step);
    for head in proxy.seen() {
        assert_eq!(head.line, format!("CONNECT {HOST}:443 HTTP/1.1"));
        assert!(head.header("proxy-authorization").is_some(), "{head:?}");
        assert!(head.header("authorization").is_none(), "{head:?}");
    }
    for head in instance.seen() {
        assert!(head.header("proxy-authorization").is_none(), "{head:?}");
        assert!(head.header("authorization").is_some(), "{head:?}");
    }
}

#[test]
fn a_private_authority_is_believed_where_the_agent_names_it() {
    let authority = Authority::new();
    let file = authority.file();
    let ways: [&dyn Fn(Step) -> Step; 3] = [
        &|step| step.ca_info(&file),
        &|step| step.raw("NODE_EXTRA_CA_CERTS", &file.to_string_lossy()),
        &|step| step.raw("SSL_CERT_FILE", &file.to_string_lossy()),
    ];
    for way in ways {
        let world = World::new();
        let front = authority.front(&world, "127.0.0.1");
        opened(&world, &way(opener(&connection(&world, &front.url()))));
        assert!(!front.seen().is_empty());
    }
}

#[test]
fn a_private_authority_is_not_believed_otherwise() {
    let world = World::new();
    let (authority, other) = (Authority::new(), Authority::new());
    let front = authority.front(&world, "127.0.0.1");
    let step = opener(&connection(&world, &front.url())).ca_info(&other.file());
    failed(&world, &step, "refused", "certificate");
    assert!(front.seen().is_empty(), "no credential was handed over");
}

#[test]
fn a_certificate_for_another_name_is_not_believed() {
    let world = World::new();
    let authority = Authority::new();
    let front = authority.front(&world, "other.example");
    let step = opener(&connection(&world, &front.url())).ca_info(&authority.file());
    failed(&world, &step, "refused", "certificate");
    assert!(front.seen().is_empty(), "no credential was handed over");
}

#[test]
fn an_agent_that_skips_validation_does_not_make_this_step_skip_it() {
    let world = World::new();
    let authority = Authority::new();
    let front = authority.front(&world, "127.0.0.1");
    let step =
        opener(&connection(&world, &front.url())).variable("Agent.SkipCertValidation", "True");
    let finished = failed(&world, &step, "refused", "certificate");
    let warned = finished.log.issues_with("tls");
    let warned: String = warned.map(|issue| issue.text.clone()).collect();
    assert!(warned.contains("validates them all the same"), "{warned}");
    assert!(front.seen().is_empty(), "no credential was handed over");
}

#[test]
fn a_certificate_file_that_is_missing_is_named() {
    let world = World::new();
    let step = opener(&world.connection()).ca_info(&PathBuf::from("/nowhere/ca.pem"));
    failed(&world, &step, "badInput", "/nowhere/ca.pem");
    assert!(world.sim.requests().is_empty());
}

#[test]
fn a_client_certificate_signs_in_alone() {
    let world = World::new();
    let (servers, clients) = (Authority::new(), Authority::new());
    let to = address_of(world.sim.url());
    // As an instance does, the front maps whoever came with a certificate to a user.
    let key = world.sim.credentials().api_key;
    let config = servers.server("127.0.0.1", Some(&clients));
    let front = Front::start_tls(config, move |_| {
        Act::Relay(to, vec![("x-sn-apikey".to_owned(), key.clone())])
    });
    let (certificate, private) = clients.issue("client.example");
    let (certificate, private) = (certificate_pem(&certificate), private.serialize_pem());
    let fields = [
        ("clientCertificate", certificate.as_str()),
        ("clientCertificateKey", private.as_str()),
    ];
    let connection = Connection::with("None", front.url(), &fields);
    opened(&world, &opener(&connection).ca_info(&servers.file()));
    let seen = front.seen();
    assert!(
        seen.iter()
            .all(|head| head.header("authorization").is_none())
    );

    let stranger = Connection::basic(front.url(), "svc.azure", "sim-Passw0rd!");
    let step = opener(&stranger).ca_info(&servers.file());
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(front.seen().len(), seen.len(), "no request came through");
}

fn certificate_pem(certificate: &rcgen::Certificate) -> String {
    let text = STANDARD.encode(certificate.der());
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
