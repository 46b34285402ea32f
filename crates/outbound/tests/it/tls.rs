//! Whom we believe, and who we are.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use outbound::{Class, Client, Error, Identity, Request, Settings, SetupError, Trust};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use redact::Secret;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::server::Server;
use crate::{client, fail, quick};

/// A private certificate authority, with its certificate in a file of its own.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = scratch(issuer.pem().as_bytes());
        Self { issuer, file }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.file.clone()
    }

    fn issue(&self, names: &[&str]) -> (CertificateDer<'static>, KeyPair) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        (certificate.der().clone(), key)
    }

    /// A server with a certificate for these names.
    pub(crate) fn server(&self, names: &[&str]) -> ServerConfig {
        let builder =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let (certificate, key) = self.issue(names);
        builder
            .with_single_cert(vec![certificate], der(&key))
            .unwrap()
    }

    /// A server that wants a certificate of `clients`.
    fn strict_server(
        &self,
        clients: &Self,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(clients.issuer.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
                .build()
                .unwrap();
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap();
        let (certificate, key) = self.issue(&["127.0.0.1"]);
        builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], der(&key))
            .unwrap()
    }

    fn identity(&self) -> Identity {
        let (certificate, key) = self.issue(&["client.example"]);
        Identity {
            certificate_pem: pem("CERTIFICATE", &certificate),
            key_pem: Secret::new(key.serialize_pem()),
        }
    }
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n").into_bytes()
}

/// A file of this test program's own, under the folder that is cleaned with the build.
fn scratch(content: &[u8]) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "outbound-{}-{}.pem",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, content).unwrap();
    file
}

fn trusting(authorities: &[&Authority]) -> Settings {
    let pem_files = authorities
        .iter()
        .map(|authority| authority.file())
        .collect();
    Settings {
        trust: Trust {
            pem_files,
            system: true,
        },
        ..quick()
    }
}

fn refused(error: &Error) -> bool {
    matches!(error, Error::Untrusted { .. })
        && error.class() == Class::Broken
        && !error.may_have_happened()
}

#[tokio::test]
async fn a_private_authority_is_believed_when_its_file_is_given() {
    let (ours, other) = (Authority::new("Ours"), Authority::new("Other"));
    let server = Server::start_tls([], ours.server(&["127.0.0.1"])).await;
    let client = client(trusting(&[&other, &ours]));
    assert_eq!(
        client
            .send(&Request::get(server.url("/")))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn without_its_file_it_is_not_and_nothing_is_sent_or_repeated() {
    let (ours, other) = (Authority::new("Ours"), Authority::new("Other"));
    let server = Server::start_tls([], ours.server(&["127.0.0.1"])).await;
    for settings in [quick(), trusting(&[&other])] {
        let before = server.connections();
        let error = fail(&client(settings), &Request::get(server.url("/"))).await;
        assert!(refused(&error), "{error:?}");
        assert!(
            redact::chain(&error).contains("UnknownIssuer"),
            "{}",
            redact::chain(&error)
        );
        assert_eq!((server.count(), server.connections() - before), (0, 1));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_believed() {
    let ours = Authority::new("Ours");
    let server = Server::start_tls([], ours.server(&["snow.example"])).await;
    let error = fail(&client(trusting(&[&ours])), &Request::get(server.url("/"))).await;
    assert!(refused(&error), "{error:?}");
}

#[tokio::test]
async fn a_client_certificate_opens_what_is_closed_without_it() {
    let (ours, clients, other) = (
        Authority::new("Ours"),
        Authority::new("Clients"),
        Authority::new("Other"),
    );
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = Server::start_tls([], ours.strict_server(&clients, version)).await;
        let with = |identity| Settings {
            identity,
            ..trusting(&[&ours])
        };
        let request = Request::post(server.url("/"));
        client(with(Some(clients.identity())))
            .send(&request)
            .await
            .unwrap();
        for identity in [None, Some(other.identity())] {
            let error = fail(&client(with(identity)), &request).await;
            assert!(refused(&error), "{version:?}: {error:?}");
        }
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn files_that_are_of_no_use_are_named() {
    let authority = Authority::new("Ours");
    let good = std::fs::read_to_string(authority.file()).unwrap();
    let broken = scratch(good.replace("-----END", "*****\n-----END").as_bytes());
    let empty = scratch(b"");
    let key_only = scratch(KeyPair::generate().unwrap().serialize_pem().as_bytes());
    let no_certificate = scratch(&pem("CERTIFICATE", b"not one"));
    for file in [broken, empty, key_only, no_certificate] {
        let trust = Trust {
            pem_files: vec![authority.file(), file.clone()],
            system: true,
        };
        let error = Client::new(Settings { trust, ..quick() }).unwrap_err();
        assert!(
            matches!(&error, SetupError::Trust { file: named, .. } if *named == file),
            "{error:?}"
        );
        assert!(error.to_string().contains(&file.display().to_string()));
    }
    let missing = PathBuf::from("/nowhere/ca.pem");
    let trust = Trust {
        pem_files: vec![missing.clone()],
        system: true,
    };
    let error = Client::new(Settings { trust, ..quick() }).unwrap_err();
    assert!(
        matches!(&error, SetupError::ReadTrust { file, .. } if *file == missing),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_useless_certificate_among_good_ones_is_passed_over_with_a_notice() {
    let authority = Authority::new("Ours");
    let mut bundle = std::fs::read(authority.file()).unwrap();
    bundle.extend_from_slice(&pem("CERTIFICATE", b"not one"));
    let trust = Trust {
        pem_files: vec![scratch(&bundle)],
        system: false,
    };
    let client = client(Settings { trust, ..quick() });
    assert!(
        client.notices().len() == 1 && client.notices()[0].starts_with("1 certificates of "),
        "{:?}",
        client.notices()
    );
    let server = Server::start_tls([], authority.server(&["127.0.0.1"])).await;
    client.send(&Request::get(server.url("/"))).await.unwrap();
}

#[test]
fn a_useless_identity_says_what_is_wrong_with_it() {
    let authority = Authority::new("Ours");
    let good = authority.identity();
    let key = |text: &str| Identity {
        key_pem: Secret::new(text),
        ..good.clone()
    };
    let certificate = |text: &[u8]| Identity {
        certificate_pem: text.to_vec(),
        ..good.clone()
    };
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let table = [
        (key(""), "its private key cannot be read"),
        (key(encrypted), "its private key is encrypted"),
        (
            key(&KeyPair::generate().unwrap().serialize_pem()),
            "certificate and private key do not fit",
        ),
        (certificate(b""), "it holds no certificate"),
        (
            certificate(b"-----BEGIN CERTIFICATE-----\n"),
            "its certificate cannot be read",
        ),
    ];
    for (identity, problem) in table {
        let error = Client::new(Settings {
            identity: Some(identity),
            ..quick()
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the client certificate cannot be used: {problem}")
        );
    }
}
