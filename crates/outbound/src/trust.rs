//! Whose certificates are believed.
//!
//! The bundled roots and the extra files are asked first. Only if they do not know the issuer is the
//! system's store read, which costs milliseconds that most runs need not spend. Nothing here, and nothing
//! anywhere else, turns verification off.

mod system;

#[cfg(test)]
#[cfg(not(windows))]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::SetupError;

/// Whose certificates are believed, besides the bundled public roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Files with further authorities in PEM form. Each has to exist and to hold at least one.
    pub pem_files: Vec<PathBuf>,
    /// Whether the system's store is asked when nobody else knows an issuer; `true` by default. Linux and
    /// Windows only: macOS gives its store out through frameworks, which a static program does not link.
    pub system: bool,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            pem_files: Vec::new(),
            system: true,
        }
    }
}

/// Reads the authorities of a file; how many of its certificates are no authority comes with them.
pub(crate) fn read_pem_file(file: &Path) -> Result<(RootCertStore, usize), SetupError> {
    let text = std::fs::read(file).map_err(|source| SetupError::ReadTrust {
        file: file.to_owned(),
        source,
    })?;
    let broken = |source| SetupError::Trust {
        file: file.to_owned(),
        source,
    };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| broken(Some(Box::new(error) as _)))?;
    let mut store = RootCertStore::empty();
    let (taken, left) = store.add_parsable_certificates(certificates);
    if taken == 0 {
        Err(broken(None))
    } else {
        Ok((store, left))
    }
}

/// Verifies a party's chain against the nearest store that knows its issuer.
pub(crate) struct Verifier {
    provider: Arc<CryptoProvider>,
    extra: RootCertStore,
    system: Option<system::Store>,
    near: OnceLock<Result<Arc<WebPkiServerVerifier>, rustls::Error>>,
    far: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl Verifier {
    pub(crate) fn new(provider: Arc<CryptoProvider>, extra: RootCertStore, system: bool) -> Self {
        let system = system.then(system::Store::well_known);
        Self {
            provider,
            extra,
            system,
            near: OnceLock::new(),
            far: OnceLock::new(),
        }
    }

    /// Bundled and extra roots, put together at the first handshake: plain HTTP never needs them.
    fn near(&self) -> Result<&WebPkiServerVerifier, rustls::Error> {
        let build = || {
            let mut roots = self.extra.clone();
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            self.over(roots)
        };
        self.near
            .get_or_init(build)
            .as_ref()
            .map(AsRef::as_ref)
            .map_err(Clone::clone)
    }

    fn far(&self) -> Option<&WebPkiServerVerifier> {
        let build = || {
            let roots = self.system.as_ref()?.read();
            self.over(roots).ok()
        };
        self.far.get_or_init(build).as_deref()
    }

    fn over(&self, roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, rustls::Error> {
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = |store: &WebPkiServerVerifier| {
            store.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(self.near()?) {
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                match self.far() {
                    Some(store) => verify(store),
                    None => Err(CertificateError::UnknownIssuer.into()),
                }
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("extra", &self.extra.len())
            .finish_non_exhaustive()
    }
}
