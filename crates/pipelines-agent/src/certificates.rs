//! Where further trusted certificates lie, and what the agent would have us skip.

use std::path::PathBuf;

use crate::env::Environment;

/// Certificate files named by the agent or by the machine's administrator.
///
/// The agent's client certificate is not among them: it is meant for Azure DevOps, not for third parties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificates {
    /// `AGENT_CAINFO`: the authorities the agent was configured with (PEM).
    pub ca_info: Option<PathBuf>,
    /// `NODE_EXTRA_CA_CERTS`: what tasks written for Node would trust as well (PEM).
    pub node_extra_ca_certs: Option<PathBuf>,
    /// `SSL_CERT_FILE`: what OpenSSL's users would trust (PEM).
    pub ssl_cert_file: Option<PathBuf>,
    /// `AGENT_SKIPCERTVALIDATION` is on. It is reported so that a warning can say that it is not followed.
    pub skip_validation: bool,
}

impl Certificates {
    /// Reads the settings.
    pub fn read(environment: &Environment) -> Self {
        let path = |name: &str| environment.variable(name).map(PathBuf::from);
        Self {
            ca_info: path("Agent.CAInfo"),
            node_extra_ca_certs: path("NODE_EXTRA_CA_CERTS"),
            ssl_cert_file: path("SSL_CERT_FILE"),
            skip_validation: environment
                .variable("Agent.SkipCertValidation")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }
    }

    /// The files that are named, in reading order.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [
            &self.ca_info,
            &self.node_extra_ca_certs,
            &self.ssl_cert_file,
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_file_and_the_switch() {
        let environment = Environment::from_map([
            ("AGENT_CAINFO", "/ca.pem"),
            ("NODE_EXTRA_CA_CERTS", "/extra.pem"),
            ("SSL_CERT_FILE", ""),
            ("AGENT_SKIPCERTVALIDATION", "True"),
        ]);
        let read = Certificates::read(&environment);
        assert_eq!(
            read.files()
                .map(|path| path.to_str().unwrap())
                .collect::<Vec<_>>(),
            ["/ca.pem", "/extra.pem"]
        );
        assert!(read.skip_validation);
        assert_eq!(
            Certificates::read(&Environment::default()),
            Certificates::default()
        );
    }
}
