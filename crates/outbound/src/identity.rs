//! Our own certificate, for parties that ask for one.

use std::fmt;

use redact::Secret;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::SetupError;

/// A client certificate and its key, both in PEM form; the key unencrypted.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, followed by the intermediate ones if there are any.
    pub certificate_pem: Vec<u8>,
    /// The private key: PKCS#8, PKCS#1 or SEC1.
    pub key_pem: Secret,
}

impl Identity {
    pub(crate) fn read(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), SetupError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate_pem)
            .collect::<Result<_, _>>()
            .map_err(|error| SetupError::identity("its certificate cannot be read", error))?;
        if certificates.is_empty() {
            return Err(SetupError::Identity {
                problem: "it holds no certificate",
                source: None,
            });
        }
        if self.key_pem.expose().contains("ENCRYPTED") {
            return Err(SetupError::Identity {
                problem: "its private key is encrypted",
                source: None,
            });
        }
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.expose().as_bytes())
            .map_err(|error| SetupError::identity("its private key cannot be read", error))?;
        Ok((certificates, key))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field(
                "certificate_pem",
                &format_args!("{} bytes", self.certificate_pem.len()),
            )
            .field("key_pem", &self.key_pem)
            .finish()
    }
}
