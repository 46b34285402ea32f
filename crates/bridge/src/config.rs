//! What the program is told about the outside: flags over environment over file, all problems in one go.
//!
//! The environment's door ([`vars`]) is here; nothing else of the program reads a variable.

mod address;
mod azure_devops;
mod file;
mod flags;
mod keys;
mod layers;
mod network;
mod reference;
mod servicenow;
mod sign_in;
mod vars;

pub(crate) use azure_devops::AzureDevOps;
pub(crate) use flags::Flags;
pub(crate) use network::Network;
pub(crate) use servicenow::ServiceNow;
pub(crate) use vars::{ProcessVars, Vars};

use redact::Secret;

use layers::Layers;

/// Everything about the connections.
#[derive(Debug)]
pub(crate) struct Config {
    /// The instance.
    pub(crate) servicenow: ServiceNow,
    /// The organization, where one is configured.
    pub(crate) azure_devops: Option<AzureDevOps>,
    /// The way to both.
    pub(crate) network: Network,
    /// What the user should know although nothing is wrong.
    pub(crate) notices: Vec<String>,
    /// What nobody may see.
    pub(crate) secrets: Vec<Secret>,
}

impl Config {
    /// Reads all sources.
    ///
    /// # Errors
    /// Every problem found, each a line that says where it is and how to mend it.
    pub(crate) fn read(flags: &Flags, vars: &dyn Vars) -> Result<Self, Vec<String>> {
        let mut layers = Layers::read(flags, vars);
        let mut notices = Vec::new();
        let servicenow = servicenow::read(&mut layers, &mut notices);
        let azure_devops = azure_devops::read(&mut layers, &mut notices);
        let network = network::read(&mut layers);
        match (servicenow, network) {
            (Some(servicenow), Some(network)) if layers.problems.is_empty() => Ok(Self {
                servicenow,
                azure_devops,
                network,
                notices,
                secrets: layers.secrets,
            }),
            _ => Err(layers.problems),
        }
    }
}

#[cfg(test)]
mod tests;
