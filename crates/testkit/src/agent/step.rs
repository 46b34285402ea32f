//! A step, ready to start.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};

use super::definition::Task;
use super::environment::{self, Folders, mangle};
use super::isolation::Isolation;
use super::log::Log;
use super::running::Running;
use super::sample;
use crate::machine::Machine;

/// A service connection.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The address.
    pub url: String,
    /// The scheme: `UsernamePassword`, `Token`, `None`, ...
    pub scheme: String,
    /// Authorization parameters, all of them secrets for the agent.
    pub parameters: BTreeMap<String, String>,
    /// Further data.
    pub data: BTreeMap<String, String>,
}

impl Connection {
    /// A connection with user name and password.
    pub fn basic(url: impl Into<String>, username: &str, password: &str) -> Self {
        Self::with(
            "UsernamePassword",
            url,
            &[("username", username), ("password", password)],
        )
    }

    /// A connection of any scheme with these authorization parameters.
    pub fn with(scheme: &str, url: impl Into<String>, parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            url: url.into(),
            scheme: scheme.to_owned(),
            parameters,
            data: BTreeMap::new(),
        }
    }
}

/// A step of a job: the task, its inputs and everything its environment says. It can be started any number of times;
/// each start is a new process with fresh folders.
#[derive(Debug, Clone)]
pub struct Step {
    task: Task,
    machine: Machine,
    reference: String,
    inputs: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    raw: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, String>,
    isolation: Isolation,
}

/// What the agent passes on of the machine's own environment.
const INHERITED: [&str; 6] = ["PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP"];

impl Step {
    /// A step of that task in a deployment job of a YAML pipeline, run by that Node.
    pub fn new(task: &Task, node: &Path) -> Self {
        Self::on(&Machine::this(node), task)
    }

    /// The same on another machine. The task has to lie where the machine finds it.
    pub fn on(machine: &Machine, task: &Task) -> Self {
        let step = Self {
            task: task.clone(),
            machine: machine.clone(),
            reference: "step".to_owned(),
            inputs: BTreeMap::new(),
            variables: sample::yaml_job(),
            secrets: BTreeMap::from([(
                "System.AccessToken".to_owned(),
                "job-token-4711-abcdef".to_owned(),
            )]),
            raw: BTreeMap::new(),
            files: BTreeMap::new(),
            isolation: Isolation::None,
        };
        match machine.agent_words() {
            Some((os, architecture)) => step
                .variable("Agent.OS", os)
                .variable("Agent.OSArchitecture", architecture),
            None => step,
        }
    }

    /// The step's `name`, under which its outputs are found.
    #[must_use]
    pub fn reference(mut self, name: &str) -> Self {
        name.clone_into(&mut self.reference);
        self
    }

    /// Moves the step into a stage of a classic release.
    #[must_use]
    pub fn in_classic_release(mut self) -> Self {
        self.variables.retain(|name, _| !sample::is_yaml_only(name));
        self.variables.extend(sample::classic_release());
        self
    }

    /// An input, as written in the pipeline.
    #[must_use]
    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A service connection, named by that input.
    #[must_use]
    pub fn connection(mut self, input: &str, connection: &Connection) -> Self {
        let count = self
            .raw
            .keys()
            .filter(|name| name.starts_with("ENDPOINT_URL_"))
            .count()
            + 1;
        let id = format!("c0ffee00-0000-4000-8000-{count:012x}");
        self.raw.extend(environment::endpoint(&id, connection));
        self.input(input, &id)
    }

    /// A public variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A secret variable.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self.secrets.remove(name);
        self
    }

    /// The agent's proxy; `bypass` are regular expressions.
    #[must_use]
    pub fn proxy(mut self, url: &str, credentials: Option<(&str, &str)>, bypass: &[&str]) -> Self {
        self = self.variable("Agent.ProxyUrl", url);
        if !bypass.is_empty() {
            self = self.variable(
                "Agent.ProxyBypassList",
                &serde_json::json!(bypass).to_string(),
            );
        }
        match credentials {
            Some((user, password)) => self
                .variable("Agent.ProxyUsername", user)
                .secret("Agent.ProxyPassword", password),
            None => self,
        }
    }

    /// The agent's file of certificate authorities.
    #[must_use]
    pub fn ca_info(self, file: &Path) -> Self {
        self.variable("Agent.CAInfo", &file.to_string_lossy())
    }

    /// An entry of the environment as it is, such as `NODE_EXTRA_CA_CERTS`.
    #[must_use]
    pub fn raw(mut self, name: &str, value: &str) -> Self {
        self.raw.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file of the checked-out sources.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>, text: &str) -> Self {
        self.files.insert(path.into(), text.to_owned());
        self
    }

    /// What the step may do with folders.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Starts the process.
    ///
    /// # Errors
    /// When an input is unknown to the task, or the process cannot be started.
    pub fn start(&self) -> Result<Running> {
        self.check_inputs()?;
        let scratch = self.machine.scratch()?;
        let folders = Folders::new(&scratch.path().canonicalize()?)?;
        for (path, text) in &self.files {
            let target = folders.sources().join(path);
            fs::create_dir_all(target.parent().context("a file has a folder")?)?;
            fs::write(target, text)?;
        }
        let lookup_id = new_lookup_id();
        let mut command = self.machine.node(
            &self.task.script()?,
            self.isolation,
            &self.task.folder,
            &folders.temp(),
        );
        command
            .current_dir(folders.sources())
            .env_clear()
            .envs(inherited())
            .envs(self.machine.environment())
            .envs(self.environment(&folders))
            .env("VSTS_PROCESS_LOOKUP_ID", &lookup_id);
        let mut log = Log::new(&self.task, &self.machine, &self.reference, self.is_debug());
        self.secret_values().for_each(|secret| log.mask(secret));
        let console = self.machine.has_console();
        Running::start(command, log, lookup_id, scratch, console)
    }

    fn check_inputs(&self) -> Result<()> {
        for name in self.inputs.keys() {
            let known = self
                .task
                .inputs()
                .any(|(known, ..)| known.eq_ignore_ascii_case(name));
            ensure!(known, "the task {} has no input '{name}'", self.task.name());
        }
        Ok(())
    }

    fn environment(&self, folders: &Folders) -> BTreeMap<String, String> {
        let mut public = self.variables.clone();
        public.extend(folders.variables(&self.machine));
        let mut expandable = public.clone();
        expandable.extend(self.secrets.clone());
        let mut all = environment::inputs(
            &self.task,
            &self.inputs,
            &expandable,
            &self.machine,
            &folders.sources(),
        );
        all.extend(
            public
                .iter()
                .map(|(name, value)| (mangle(name), value.clone())),
        );
        all.extend(
            self.secrets
                .iter()
                .map(|(name, value)| (format!("SECRET_{}", mangle(name)), value.clone())),
        );
        let job_status = public
            .get("Agent.JobStatus")
            .map_or("Succeeded", String::as_str)
            .to_owned();
        all.insert("AGENT_JOBSTATUS".to_owned(), job_status.clone());
        all.insert("agent.jobstatus".to_owned(), job_status);
        all.insert("VSTS_PUBLIC_VARIABLES".to_owned(), names(public.keys()));
        all.insert(
            "VSTS_SECRET_VARIABLES".to_owned(),
            names(self.secrets.keys()),
        );
        all.insert("TF_BUILD".to_owned(), "True".to_owned());
        all.insert("TASK_DISPLAYNAME".to_owned(), self.task.name().to_owned());
        let job_token = self
            .secrets
            .get("System.AccessToken")
            .map_or("", String::as_str);
        let address = public
            .get("System.CollectionUri")
            .map_or("", String::as_str);
        let system = Connection::with("OAuth", address, &[("AccessToken", job_token)]);
        all.extend(environment::endpoint("SYSTEMVSSCONNECTION", &system));
        all.remove("ENDPOINT_DATA_SYSTEMVSSCONNECTION");
        all.extend(self.raw.clone());
        all
    }

    fn is_debug(&self) -> bool {
        self.variables
            .get("System.Debug")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn secret_values(&self) -> impl Iterator<Item = &str> {
        let parameters = self
            .raw
            .iter()
            .filter(|(name, _)| name.starts_with("ENDPOINT_AUTH_PARAMETER_"));
        self.secrets
            .values()
            .chain(parameters.map(|(_, value)| value))
            .map(String::as_str)
    }
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    serde_json::json!(names.collect::<Vec<_>>()).to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a step inherits a few entries of the machine's environment"
)]
fn inherited() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    INHERITED
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

fn new_lookup_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!(
        "testkit-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
