use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::*;

/// An authority and, signed by it, a certificate for `snow.example`.
struct Chain {
    authority: CertifiedIssuer<'static, KeyPair>,
    leaf: CertificateDer<'static>,
}

fn chain(name: &str) -> Chain {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let leaf = CertificateParams::new(["snow.example".to_owned()]).unwrap();
    let leaf = leaf
        .signed_by(&KeyPair::generate().unwrap(), &authority)
        .unwrap()
        .der()
        .clone();
    Chain { authority, leaf }
}

fn verifier(extra: &[&Chain], system: Option<system::Store>) -> Verifier {
    let mut roots = RootCertStore::empty();
    for chain in extra {
        roots.add(chain.authority.der().clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Verifier {
        system,
        ..Verifier::new(provider, roots, false)
    }
}

fn verify(verifier: &Verifier, chain: &Chain, name: &str) -> Result<(), rustls::Error> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    // Inside the default validity of the test library's certificates.
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    verifier
        .verify_server_cert(&chain.leaf, &[], &name, &[], now)
        .map(|_| ())
}

fn bundle(name: &str, content: &str) -> PathBuf {
    let file =
        std::env::temp_dir().join(format!("outbound-trust-{}-{name}.pem", std::process::id()));
    std::fs::write(&file, content).unwrap();
    file
}

const UNKNOWN: Result<(), rustls::Error> = Err(rustls::Error::InvalidCertificate(
    CertificateError::UnknownIssuer,
));

#[test]
fn an_issuer_nobody_nearer_knows_is_looked_up_in_the_system_store() {
    let (theirs, other) = (chain("Theirs"), chain("Other"));
    let good = bundle(
        "good",
        &format!("{}{}", other.authority.pem(), theirs.authority.pem()),
    );
    let missing = PathBuf::from("/nowhere/bundle.crt");

    let with = |files: Vec<PathBuf>| verifier(&[&other], Some(system::Store::of(files)));
    assert_eq!(
        verify(
            &with(vec![missing.clone(), good.clone()]),
            &theirs,
            "snow.example"
        ),
        Ok(())
    );
    assert_eq!(
        verify(&with(vec![missing]), &theirs, "snow.example"),
        UNKNOWN
    );
    assert_eq!(
        verify(&verifier(&[&other], None), &theirs, "snow.example"),
        UNKNOWN
    );

    // The second store verifies everything, not only the issuer.
    let wrong_name = verify(&with(vec![good.clone()]), &theirs, "evil.example").unwrap_err();
    assert!(matches!(
        wrong_name,
        rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. })
    ));
    assert_eq!(
        verify(&with(vec![good.clone()]), &chain("Theirs"), "snow.example").map_err(|_| ()),
        Err(())
    );
    std::fs::remove_file(good).unwrap();
}

#[test]
fn the_first_bundle_that_is_there_counts_and_its_bad_entries_do_not() {
    let (theirs, other) = (chain("Theirs"), chain("Other"));
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let first = bundle(
        "first",
        &format!("# a comment\n{bad}{}", theirs.authority.pem()),
    );
    let second = bundle("second", &other.authority.pem());
    let verifier = verifier(
        &[],
        Some(system::Store::of(vec![first.clone(), second.clone()])),
    );
    assert_eq!(verify(&verifier, &theirs, "snow.example"), Ok(()));
    assert_eq!(verify(&verifier, &other, "snow.example"), UNKNOWN);
    for file in [first, second] {
        std::fs::remove_file(file).unwrap();
    }
}

#[test]
fn the_system_store_is_read_only_when_it_is_needed() {
    let ours = chain("Ours");
    let verifier = verifier(&[&ours], Some(system::Store::well_known()));
    assert_eq!(verify(&verifier, &ours, "snow.example"), Ok(()));
    assert!(verify(&verifier, &ours, "evil.example").is_err());
    assert!(verifier.far.get().is_none(), "read without need");
    assert_eq!(
        verify(&verifier, &chain("Unknown"), "snow.example"),
        UNKNOWN
    );
    assert!(verifier.far.get().is_some());
}
