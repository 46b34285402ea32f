//! The system's own store, where it can be read without frameworks.
//!
//! A certificate in it that cannot be used is passed over: nobody running us put it there.

use rustls::RootCertStore;

#[cfg(not(windows))]
pub(super) use files::Store;
#[cfg(windows)]
pub(super) use windows::Store;

#[cfg(not(windows))]
mod files {
    use std::path::PathBuf;

    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::RootCertStore;

    /// Where distributions keep their bundle: Debian, Red Hat, SUSE, Red Hat again, Alpine.
    const BUNDLES: [&str; 5] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    /// Bundle files, of which the first that is there counts.
    pub(in super::super) struct Store(Vec<PathBuf>);

    impl Store {
        pub(in super::super) fn well_known() -> Self {
            // The bundle that macOS keeps for command-line programs knows nothing of what its
            // administrator trusts or distrusts.
            let bundles: &[&str] = if cfg!(target_os = "linux") {
                &BUNDLES
            } else {
                &[]
            };
            Self(bundles.iter().map(PathBuf::from).collect())
        }

        #[cfg(test)]
        pub(in super::super) fn of(files: Vec<PathBuf>) -> Self {
            Self(files)
        }

        pub(in super::super) fn read(&self) -> RootCertStore {
            let mut store = RootCertStore::empty();
            if let Some(bundle) = self.0.iter().find_map(|file| std::fs::read(file).ok()) {
                store.add_parsable_certificates(CertificateDer::pem_slice_iter(&bundle).flatten());
            }
            store
        }
    }
}

#[cfg(windows)]
mod windows {
    use rustls::pki_types::CertificateDer;
    use schannel::cert_context::{CertContext, ValidUses};
    use schannel::cert_store::CertStore;

    use super::RootCertStore;

    /// The purpose "server authentication" of RFC 5280, which an administrator can take from a root.
    const SERVER_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.1";

    /// The roots the current user trusts, those of the machine among them.
    pub(in super::super) struct Store;

    impl Store {
        pub(in super::super) fn well_known() -> Self {
            Self
        }

        pub(in super::super) fn read(&self) -> RootCertStore {
            let mut store = RootCertStore::empty();
            if let Ok(roots) = CertStore::open_current_user("ROOT") {
                let usable = roots.certs().filter(vouches_for_servers);
                let usable = usable.map(|root| CertificateDer::from(root.to_der().to_vec()));
                store.add_parsable_certificates(usable);
            }
            store
        }
    }

    fn vouches_for_servers(root: &CertContext) -> bool {
        match root.valid_uses() {
            Ok(ValidUses::All) => true,
            Ok(ValidUses::Oids(purposes)) => purposes
                .iter()
                .any(|purpose| purpose == SERVER_AUTHENTICATION),
            Err(_) => false,
        }
    }
}
