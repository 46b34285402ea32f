//! A configuration becomes clients.

use std::sync::Arc;

use azure_devops::Organization;
use jiff::Timestamp;
use outbound::{Client, Limits, Settings, SetupError, Trust};
use redact::{Masker, Secret};
use servicenow::Instance;

use crate::config::Config;

/// Evidence is read whole to compare its hash; a change's files are rarely longer.
const LONGEST_ANSWER: usize = 64 << 20;

/// Both parties, as far as they are configured.
#[derive(Debug)]
pub(crate) struct Parties {
    pub(crate) instance: Instance,
    pub(crate) organization: Option<Organization>,
    /// The project where nothing else names one.
    pub(crate) project: Option<String>,
    /// What the user should know about the way there.
    pub(crate) notices: Vec<String>,
}

/// The clients. Secrets they come to know are added to the masker before their first use.
///
/// # Errors
/// When the proxy or the file of authorities cannot be used.
pub(crate) fn open(config: Config, masker: &Masker) -> Result<Parties, SetupError> {
    let http = Client::new(Settings {
        user_agent: format!("Snowgate/{} (snowgate)", env!("CARGO_PKG_VERSION")),
        proxy: config.network.proxy,
        trust: Trust {
            pem_files: config.network.ca_file.into_iter().collect(),
            ..Trust::default()
        },
        limits: Limits {
            body: LONGEST_ANSWER,
            ..Limits::default()
        },
        masker: masker.clone(),
        ..Settings::default()
    })?;
    let announce = || {
        let masker = masker.clone();
        Arc::new(move |secret: &Secret| masker.add(secret))
    };
    let instance = Instance::new(config.servicenow.url, config.servicenow.auth, http.clone())
        .with_clock(Arc::new(now))
        .on_new_secret(announce());
    let project = config
        .azure_devops
        .as_ref()
        .and_then(|azure| azure.project.clone());
    let organization = config.azure_devops.map(|azure| {
        Organization::new(azure.collection, azure.auth, http.clone())
            .with_clock(Arc::new(now))
            .on_new_secret(announce())
    });
    Ok(Parties {
        instance,
        organization,
        project,
        notices: http.notices().to_vec(),
    })
}

/// This machine's time.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock that this program hands to whoever needs one"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
