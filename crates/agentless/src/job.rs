//! What a pipeline hands to a task.

use std::collections::BTreeMap;

use crate::connection::{ConnectionType, Endpoint};
use crate::definition::Definition;
use crate::names::Names;
use crate::template::macros;

/// Why a job cannot run a task.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The task does not run there.
    #[error("the task {task} does not run on {place}")]
    Place {
        /// The task.
        task: String,
        /// `Server` or `ServerGate`.
        place: &'static str,
    },
    /// A value for an input that the task does not have.
    #[error("the task has no input `{name}`")]
    Unknown {
        /// The input.
        name: String,
    },
    /// A required input without a value.
    #[error("the input `{name}` has no value")]
    Empty {
        /// The input.
        name: String,
    },
    /// A connection of a type or a scheme that the input does not admit, or one where none belongs.
    #[error("the input `{name}` of type {kind} takes no {given}")]
    Connection {
        /// The input.
        name: String,
        /// The input's type.
        kind: String,
        /// Type and scheme of what was given.
        given: String,
    },
}

/// Inputs, variables and connections of one task in one pipeline.
#[derive(Clone, Debug, Default)]
pub struct Job {
    inputs: Names,
    variables: Names,
    connections: BTreeMap<String, (ConnectionType, Endpoint)>,
}

impl Job {
    /// A job in which nothing is filled in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fills in an input. Macros of variables in it are replaced when the job starts.
    #[must_use]
    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.set(name, value);
        self
    }

    /// Sets a variable of the pipeline, such as `system.hosttype`.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.set(name, value);
        self
    }

    /// Picks a connection for an input.
    #[must_use]
    pub fn connection(mut self, input: &str, kind: &ConnectionType, endpoint: Endpoint) -> Self {
        let picked = (kind.clone(), endpoint);
        self.connections.insert(input.to_lowercase(), picked);
        self
    }

    /// Checks the job against the task; gives inputs with their defaults, and variables.
    pub(crate) fn start(&self, definition: &Definition) -> Result<(Names, Names), JobError> {
        let connected = self.connections.keys().map(String::as_str);
        let given = self.inputs.iter().map(|(name, _)| name).chain(connected);
        for name in given {
            if definition.input_opt(name).is_none() {
                let name = name.to_owned();
                return Err(JobError::Unknown { name });
            }
        }
        let mut inputs = Names::default();
        for input in &definition.inputs {
            let name = &input.name;
            let value = self.inputs.get(name).unwrap_or(&input.default);
            let value = macros::expand(value, |name| self.variables.get(name));
            let connection = self.connections.get(&name.to_lowercase());
            if let Some((kind, endpoint)) = connection {
                admits(name, &input.kind, kind, endpoint)?;
            }
            if input.needed && value.is_empty() && connection.is_none() {
                let name = name.clone();
                return Err(JobError::Empty { name });
            }
            inputs.set(name, &value);
        }
        Ok((inputs, self.variables.clone()))
    }

    pub(crate) fn connection_opt(&self, input: &str) -> Option<&(ConnectionType, Endpoint)> {
        self.connections.get(&input.to_lowercase())
    }

    /// Texts that no log may show.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let connections = self.connections.values();
        connections
            .flat_map(|(kind, endpoint)| kind.secrets(endpoint))
            .collect()
    }
}

/// Whether an input takes a connection: `connectedService:<type>`, with schemes behind another colon where not all are
/// admitted.
fn admits(
    name: &str,
    input: &str,
    kind: &ConnectionType,
    endpoint: &Endpoint,
) -> Result<(), JobError> {
    let mut parts = input.split(':');
    let service = parts.next() == Some("connectedService");
    let same = parts
        .next()
        .is_some_and(|wanted| wanted.eq_ignore_ascii_case(kind.name()));
    let scheme = endpoint.scheme().name();
    let listed = parts
        .next()
        .is_none_or(|schemes| schemes.split(',').any(|one| one == scheme));
    if service && same && listed {
        return Ok(());
    }
    Err(JobError::Connection {
        name: name.to_owned(),
        kind: input.to_owned(),
        given: format!("{}:{scheme}", kind.name()),
    })
}
