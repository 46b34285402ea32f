//! A task's `task.json`, as far as the server runs it.

mod check;
mod wire;

use crate::expression::{Expression, ExpressionError};
use crate::template::TemplateError;

pub(crate) use check::ENDPOINT_URL;

/// Why a task definition cannot be run here.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// No JSON, or a key that the handler does not have.
    #[error("could not read the task definition")]
    Json(#[source] serde_json::Error),
    /// Not exactly one handler.
    #[error("a server task has one handler, this one has {count}")]
    Handlers {
        /// How many there are.
        count: usize,
    },
    /// A handler that is not interpreted.
    #[error("no handler `{name}`: there are HttpRequest and HttpRequestChain")]
    Handler {
        /// Its name.
        name: String,
    },
    /// A mark against one section.
    #[error("section {section}, {part}")]
    Section {
        /// Which one, from 1.
        section: usize,
        /// Which string of it.
        part: &'static str,
        /// What is wrong with it.
        #[source]
        source: SectionError,
    },
    /// An output variable that is declared and never set.
    #[error("no section sets the output variable `{name}`")]
    OutputNeverSet {
        /// Its name.
        name: String,
    },
}

/// What is wrong with one string of a section.
#[derive(Debug, thiserror::Error)]
pub enum SectionError {
    /// `OutputVariables` or `Headers` that are no JSON object of texts.
    #[error("no JSON object of texts")]
    Pairs(#[source] serde_json::Error),
    /// A connection that is not simply an input.
    #[error("`{text}` is not the macro of an input")]
    Connection {
        /// The text.
        text: String,
    },
    /// Completion by a call back, which needs Azure DevOps itself.
    #[error("completion by a call back is not interpreted")]
    CallBack,
    /// A name that is no input.
    #[error("no input `{name}`")]
    Input {
        /// The name.
        name: String,
    },
    /// A name that is neither an input nor predefined nor set by a section.
    #[error("no variable `{name}`")]
    Variable {
        /// The name.
        name: String,
    },
    /// A look at an answer that is not there yet.
    #[error("a section is skipped before there is an answer to look at")]
    TooEarly,
    /// Half of the two that belong together.
    #[error("polling needs both a condition and a duration")]
    HalfPolling,
    /// A time that is not `hours:minutes:seconds`.
    #[error("no duration: `{text}`")]
    Duration {
        /// The text.
        text: String,
    },
    /// Mustache that cannot be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A condition that cannot be read.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
}

/// A task without an agent.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(crate) name: String,
    pub(crate) runs_on: Vec<String>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) sections: Vec<Section>,
}

/// One input of a task.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) default: String,
    /// Whether it has to have a value: it is required, and no rule hides it.
    pub(crate) needed: bool,
}

/// One request with what decides over it. All strings are templates still, unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// The input that names the connection.
    pub(crate) connection: Option<String>,
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: String,
    pub(crate) body: String,
    pub(crate) wait_for_completion: String,
    pub(crate) expression: String,
    pub(crate) skip: String,
    pub(crate) polling: Option<Polling>,
    /// These cannot be templates.
    pub(crate) outputs: Vec<(String, Expression)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Polling {
    pub(crate) expression: String,
    pub(crate) pause: String,
}

impl Definition {
    /// Reads the text of a `task.json` and checks everything in it that can be checked without running it: keys,
    /// handlers, templates, expressions, and that every name is an input, predefined (it has a point in it) or set by a
    /// section.
    ///
    /// # Errors
    ///
    /// The first thing found to be wrong.
    pub fn read(text: &str) -> Result<Self, DefinitionError> {
        let (definition, declared) = wire::read(text)?;
        check::check(&definition, &declared)?;
        Ok(definition)
    }

    /// The task's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many sections the chain has.
    pub fn section_count(&self) -> usize {
        self.sections.len()
    }

    pub(crate) fn input_opt(&self, name: &str) -> Option<&Input> {
        let mut inputs = self.inputs.iter();
        inputs.find(|input| input.name.eq_ignore_ascii_case(name))
    }
}
