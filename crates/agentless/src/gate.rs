//! Runs a definition: sample after sample as a gate, or once as an agentless job.

mod asked;
mod log;
mod section;
mod strings;

use crate::definition::Definition;
use crate::expression::EvaluateError;
use crate::expression::ExpressionError;
use crate::http::{Exchange, RequestError};
use crate::job::{Job, JobError};
use crate::names::Names;
use crate::settings::{AfterFalse, Lasting, Settings};

pub use asked::{Asked, Term};
use log::Log;
use section::Run;

/// A task that is asked again and again until it passes.
#[derive(Clone, Debug)]
pub struct Gate {
    definition: Definition,
    job: Job,
    settings: Settings,
    inputs: Names,
    predefined: Names,
    outputs: Names,
}

/// What one evaluation of all sections came to.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Whether every section that ran has passed.
    pub passed: bool,
    /// What became of each section of the definition, in its order.
    pub sections: Vec<Section>,
    /// What the server's log shows, secrets masked.
    pub log: String,
}

/// What became of one section.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its requests: none where it was skipped or not reached, several where it polled.
    pub requests: Vec<Exchange>,
    /// Its expression with everything put in; empty where there is none or it was not asked.
    pub expression: String,
    /// Every condition that came to a value, in order.
    pub asked: Vec<Asked>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a section ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its skip rule held.
    Skipped,
    /// It has no expression and was answered well, or its expression was true.
    Passed,
    /// Its expression was false.
    Waiting,
    /// There was no verdict.
    Failed(Failure),
    /// A section before it ended the sample.
    NotReached,
}

/// Why a section came to no verdict.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The request could not be made, or was not answered.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// An answer outside of 200 to 299, with nothing to say that it is fine.
    #[error("answered {status}")]
    Refused {
        /// The status by its name.
        status: String,
    },
    /// An expression that cannot be read once everything is put in.
    #[error("the expression cannot be read")]
    Expression(#[from] ExpressionError),
    /// An expression that comes to nothing.
    #[error("the expression cannot be evaluated")]
    Evaluate(#[from] EvaluateError),
    /// A pause that is none once everything is put in.
    #[error("no duration: `{text}`")]
    Pause {
        /// The text.
        text: String,
    },
    /// Polling that took longer than a job may.
    #[error("still polling after {seconds} s")]
    StillPolling {
        /// The bound.
        seconds: u64,
    },
    /// Completion by a call back, asked for by an input.
    #[error("completion by a call back is not interpreted")]
    CallBack,
    /// An input that names no connection.
    #[error("no connection is picked for `{input}`")]
    NoConnection {
        /// The input.
        input: String,
    },
}

impl Gate {
    /// Puts a task into a stage as a gate.
    ///
    /// # Errors
    ///
    /// When the task is none for gates, or the job does not fit its inputs.
    pub fn new(definition: &Definition, job: &Job, settings: Settings) -> Result<Self, JobError> {
        Self::at("ServerGate", definition, job, settings)
    }

    fn at(
        place: &'static str,
        definition: &Definition,
        job: &Job,
        settings: Settings,
    ) -> Result<Self, JobError> {
        if !definition.runs_on.iter().any(|on| on == place) {
            let task = definition.name.clone();
            return Err(JobError::Place { task, place });
        }
        let (inputs, predefined) = job.start(definition)?;
        Ok(Self {
            definition: definition.clone(),
            job: job.clone(),
            settings,
            inputs,
            predefined,
            outputs: Names::default(),
        })
    }

    /// Evaluates the task once more.
    pub async fn sample(&mut self) -> Sample {
        if self.settings.between_samples == Lasting::Dropped {
            self.outputs = Names::default();
        }
        let mut log = Log::new(self.job.secrets());
        let mut sections = Vec::new();
        let mut ended = false;
        for (at, section) in self.definition.sections.iter().enumerate() {
            if ended {
                let section = Section::of(Outcome::NotReached);
                log.section(at + 1, self.definition.sections.len(), &section);
                sections.push(section);
                continue;
            }
            let run = Run {
                section,
                job: &self.job,
                settings: &self.settings,
                inputs: &self.inputs,
                predefined: &self.predefined,
                outputs: &self.outputs,
            };
            let (done, set) = run.section().await;
            log.section(at + 1, self.definition.sections.len(), &done);
            for (name, value) in set.iter() {
                log.output(name, value);
                self.outputs.set(name, value);
            }
            ended = match done.outcome {
                Outcome::Failed(_) => true,
                Outcome::Waiting => self.settings.after_false == AfterFalse::End,
                Outcome::Skipped | Outcome::Passed | Outcome::NotReached => false,
            };
            sections.push(done);
        }
        let good =
            |section: &Section| matches!(section.outcome, Outcome::Skipped | Outcome::Passed);
        let passed = sections.iter().all(good);
        log.end(passed);
        Sample {
            passed,
            sections,
            log: log.text(),
        }
    }

    /// An output variable's value, by any case of its name.
    pub fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name)
    }

    /// All output variables that were set.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outputs.iter()
    }
}

/// Runs a task as an agentless job: once. Gives what it came to and the output variables.
///
/// # Errors
///
/// When the task is none for agentless jobs, or the job does not fit its inputs.
pub async fn run_job(
    definition: &Definition,
    job: &Job,
    settings: Settings,
) -> Result<(Sample, Vec<(String, String)>), JobError> {
    let mut gate = Gate::at("Server", definition, job, settings)?;
    let sample = gate.sample().await;
    let outputs = gate
        .outputs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok((sample, outputs.collect()))
}

impl Sample {
    /// Every request of the sample, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Exchange> {
        self.sections.iter().flat_map(|section| &section.requests)
    }

    /// Why the first section that failed did.
    pub fn failure(&self) -> Option<&Failure> {
        self.sections
            .iter()
            .find_map(|section| match &section.outcome {
                Outcome::Failed(failure) => Some(failure),
                _ => None,
            })
    }
}

impl Section {
    fn of(outcome: Outcome) -> Self {
        Self {
            requests: Vec::new(),
            expression: String::new(),
            asked: Vec::new(),
            outcome,
        }
    }
}
