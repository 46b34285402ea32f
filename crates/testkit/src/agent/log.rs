//! What the agent makes of a step's output: the log a user sees, variables, issues, the result.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::command::{Command, Line, read_line};
use super::definition::Task;
use super::glob;
use super::masks::Masks;
use crate::machine::Machine;

/// How a step ended, worst last among the first three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskResult {
    /// All is well.
    Succeeded,
    /// It went on with a warning sign.
    SucceededWithIssues,
    /// It failed.
    Failed,
    /// It was cancelled.
    Canceled,
    /// It was skipped.
    Skipped,
    /// It was given up.
    Abandoned,
}

impl TaskResult {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "Succeeded" => Self::Succeeded,
            "SucceededWithIssues" => Self::SucceededWithIssues,
            "Failed" => Self::Failed,
            "Canceled" => Self::Canceled,
            "Skipped" => Self::Skipped,
            "Abandoned" => Self::Abandoned,
            _ => return None,
        })
    }

    /// Results merge to the worst; the last three stick once set.
    #[must_use]
    pub fn merge(self, new: Self) -> Self {
        if self >= Self::Canceled {
            self
        } else {
            self.max(new)
        }
    }
}

/// A warning or an error on the run's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `error` or `warning`.
    pub kind: String,
    /// The code word, if one was given.
    pub code: Option<String>,
    /// The text.
    pub text: String,
}

/// What the agent knows of the step so far.
#[derive(Debug, Clone)]
pub struct Log {
    /// The lines a user sees, masked.
    pub shown: Vec<String>,
    /// The commands that were obeyed, in order.
    pub commands: Vec<Command>,
    /// Warnings of the agent itself: blocked or broken commands.
    pub complaints: Vec<String>,
    /// The first ten errors and the first ten warnings.
    pub issues: Vec<Issue>,
    /// Variables under the names by which later steps read them.
    pub variables: BTreeMap<String, String>,
    /// The texts of uploaded summaries, read when the command came.
    pub summaries: Vec<String>,
    /// Uploaded files.
    pub files: Vec<PathBuf>,
    /// The result told so far.
    pub result: TaskResult,
    /// The text of the last `task.complete`.
    pub operation: String,
    /// Progress in per cent.
    pub progress: u8,
    masks: Masks,
    machine: Machine,
    reference: String,
    outputs: Vec<String>,
    settable: Option<Vec<String>>,
    restricted: bool,
    debug: bool,
}

/// Commands that are not allowed in restricted mode.
const UNRESTRICTED_ONLY: [&str; 4] = [
    "uploadsummary",
    "uploadfile",
    "addattachment",
    "setendpoint",
];

/// Only so many issues of a kind are kept.
const ISSUES: usize = 10;

impl Log {
    pub(super) fn new(task: &Task, machine: &Machine, reference: &str, debug: bool) -> Self {
        Self {
            shown: Vec::new(),
            commands: Vec::new(),
            complaints: Vec::new(),
            issues: Vec::new(),
            variables: BTreeMap::new(),
            summaries: Vec::new(),
            files: Vec::new(),
            result: TaskResult::Succeeded,
            operation: String::new(),
            progress: 0,
            masks: Masks::default(),
            machine: machine.clone(),
            reference: reference.to_owned(),
            outputs: task.output_variables().map(str::to_owned).collect(),
            settable: task.settable(),
            restricted: task.is_restricted(),
            debug,
        }
    }

    /// The output variable of that name.
    pub fn output(&self, name: &str) -> Option<&str> {
        self.variables
            .get(&format!("{}.{name}", self.reference))
            .map(String::as_str)
    }

    /// The issues with that code word.
    pub fn issues_with(&self, code: &str) -> impl Iterator<Item = &Issue> {
        self.issues
            .iter()
            .filter(move |issue| issue.code.as_deref() == Some(code))
    }

    pub(super) fn mask(&mut self, secret: &str) {
        self.masks.add(secret);
    }

    /// Takes in one line; gives what the user sees of it.
    pub(super) fn take(&mut self, line: &str) -> Option<String> {
        let shown = match read_line(line) {
            Line::Text(text) => Some(text),
            Line::Broken(text) => {
                self.complaints.push(format!("broken command: {text}"));
                Some(text)
            }
            Line::Command(command) => self.obey(&command),
        };
        let shown = shown.map(|text| self.masks.mask(&text));
        self.shown.extend(
            shown
                .iter()
                .flat_map(|text| text.lines())
                .map(str::to_owned),
        );
        shown
    }

    fn obey(&mut self, command: &Command) -> Option<String> {
        if command.area != "task" {
            self.complaints
                .push(format!("unknown area {}", command.area));
            return None;
        }
        if self.restricted && UNRESTRICTED_ONLY.contains(&command.event.as_str()) {
            self.complaints.push(format!(
                "blocked by the task's restrictions: {}",
                command.event
            ));
            return None;
        }
        self.commands.push(command.clone());
        match self.act(command) {
            Ok(shown) => shown,
            Err(reason) => {
                self.complaints.push(reason.clone());
                self.result = self.result.merge(TaskResult::Failed);
                Some(format!("##[error]{reason}"))
            }
        }
    }

    /// An error is what the agent answers with a failed step.
    fn act(&mut self, command: &Command) -> Result<Option<String>, String> {
        let data = command.data.as_str();
        match command.event.as_str() {
            "debug" => return Ok(self.debug.then(|| format!("##[debug]{data}"))),
            "logissue" | "issue" => return self.issue(command).map(Some),
            "setvariable" => self.set_variable(command)?,
            "setsecret" => self.masks.add(data),
            "complete" => self.complete(command)?,
            "setprogress" => {
                let value = command
                    .properties
                    .get("value")
                    .and_then(|value| value.parse().ok());
                self.progress = self
                    .progress
                    .max(value.ok_or("setprogress without a value")?);
            }
            "uploadsummary" => {
                let text = std::fs::read_to_string(self.absolute(data)?)
                    .map_err(|error| format!("{data}: {error}"))?;
                self.summaries.push(text);
            }
            "uploadfile" => self.files.push(self.absolute(data)?),
            other => return Err(format!("unknown event {other}")),
        }
        Ok(None)
    }

    fn issue(&mut self, command: &Command) -> Result<String, String> {
        let kind = command
            .properties
            .get("type")
            .map(|kind| kind.to_lowercase())
            .unwrap_or_default();
        if kind != "error" && kind != "warning" {
            return Err(format!("logissue of type '{kind}'"));
        }
        if self
            .issues
            .iter()
            .filter(|issue| issue.kind == kind)
            .count()
            < ISSUES
        {
            let text = self.masks.mask(&command.data);
            let code = command.properties.get("code").cloned();
            self.issues.push(Issue {
                kind: kind.clone(),
                code,
                text,
            });
        }
        Ok(format!("##[{kind}]{}", command.data))
    }

    fn set_variable(&mut self, command: &Command) -> Result<(), String> {
        let flag = |key: &str| {
            command
                .properties
                .get(key)
                .is_some_and(|value| value.eq_ignore_ascii_case("true"))
        };
        let name = command
            .properties
            .get("variable")
            .ok_or("setvariable without a name")?;
        if self
            .settable
            .as_ref()
            .is_some_and(|allowed| !allowed.iter().any(|pattern| glob::matches(pattern, name)))
        {
            self.complaints
                .push(format!("blocked by the task's settable variables: {name}"));
            return Ok(());
        }
        if flag("issecret") {
            if command.data.contains(['\r', '\n']) {
                return Err(format!("secret {name} has several lines"));
            }
            self.masks.add(&command.data);
        }
        let declared = self
            .outputs
            .iter()
            .any(|output| output.eq_ignore_ascii_case(name));
        let name = if declared || flag("isoutput") {
            format!("{}.{name}", self.reference)
        } else {
            name.clone()
        };
        self.variables.insert(name, command.data.clone());
        Ok(())
    }

    fn complete(&mut self, command: &Command) -> Result<(), String> {
        let word = command
            .properties
            .get("result")
            .ok_or("complete without a result")?;
        let result =
            TaskResult::from_word(word).ok_or_else(|| format!("complete with result '{word}'"))?;
        self.result = self.result.merge(result);
        self.operation = self.masks.mask(&command.data);
        Ok(())
    }

    /// Where a file lies that the step names.
    fn absolute(&self, path: &str) -> Result<PathBuf, String> {
        let here = self.machine.here(path);
        here.ok_or_else(|| format!("{path} is not absolute"))
    }
}

#[cfg(test)]
mod tests;
