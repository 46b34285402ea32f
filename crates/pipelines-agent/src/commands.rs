//! The one writer to standard output, which is the agent's command channel.
//!
//! Everything printed passes through here: secrets are masked, foreign text is made harmless, commands are escaped,
//! every line is flushed. Nothing else in a task program may print.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use redact::{Masker, Secret};

use crate::text;

/// How the step ended, in the agent's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Succeeded,
    /// It went on, but a person should look.
    SucceededWithIssues,
    /// The stage has to stop.
    Failed,
}

/// Who can read a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Later jobs and stages, as an output of the step, read-only; not listed in the task's definition.
    Output,
    /// Listed among the `outputVariables` of the task's definition: the agent makes it an output by itself.
    Declared,
    /// Later steps of the same job, under its plain name.
    Plain,
}

/// The writer. It is shared by reference; each call writes whole lines.
#[derive(Debug)]
pub struct Console<W: Write> {
    sink: Mutex<Sink<W>>,
    masker: Masker,
}

#[derive(Debug)]
struct Sink<W> {
    writer: W,
    /// A line was lost: nobody reads any more.
    lost: bool,
}

/// Shorter secrets are not announced: the agent would blank these letters in the whole log.
const SHORTEST_SECRET: usize = 4;

/// How long a full pipe that was made non-blocking is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

impl Console<std::io::Stdout> {
    /// The console of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door: the one writer to a task's standard output"
    )]
    pub fn stdout(masker: Masker) -> Self {
        Self::new(std::io::stdout(), masker)
    }
}

impl<W: Write> Console<W> {
    /// A console over any writer. The masker may grow afterwards; each line is masked by what it holds then.
    pub fn new(writer: W, masker: Masker) -> Self {
        Self {
            sink: Mutex::new(Sink {
                writer,
                lost: false,
            }),
            masker,
        }
    }

    /// Prints text, ours or foreign, as one or more harmless lines.
    pub fn info(&self, text: &str) {
        for line in text::lines(&self.masker.mask(text)) {
            self.put(&line);
        }
    }

    /// Prints text that the agent shows only in a run with diagnostics on.
    pub fn debug(&self, text: &str) {
        self.command("task.debug", &[], &self.harmless(text));
    }

    /// Raises a warning on the run's page; `code` is a stable word.
    pub fn warning(&self, code: &str, text: &str) {
        self.issue("warning", code, text);
    }

    /// Raises an error on the run's page. It does not fail the step; see [`Console::complete`].
    pub fn error(&self, code: &str, text: &str) {
        self.issue("error", code, text);
    }

    /// A heading in the log.
    pub fn section(&self, title: &str) {
        self.decorated("##[section]", title);
    }

    /// Opens a foldable part of the log. They do not nest.
    pub fn group(&self, title: &str) {
        self.decorated("##[group]", title);
    }

    /// Ends the foldable part.
    pub fn end_group(&self) {
        self.put("##[endgroup]");
    }

    /// Asks the agent to mask a secret that it does not know yet, and masks it here from now on.
    ///
    /// Announce a secret before its first use. Of a secret of several lines each line is announced too, because the
    /// agent masks line by line. Secrets under four characters are not announced.
    pub fn set_secret(&self, secret: &Secret) {
        self.masker.add(secret);
        self.announce(secret.expose());
        if secret.expose().contains(['\r', '\n']) {
            secret
                .expose()
                .split(['\r', '\n'])
                .for_each(|line| self.announce(line));
        }
    }

    /// The same, and for the secret's Base64 form, as HTTP Basic sends it (`user:password` in one secret).
    pub fn set_secret_and_base64(&self, secret: &Secret) {
        self.set_secret(secret);
        self.set_secret(&Secret::new(STANDARD.encode(secret.expose())));
    }

    /// Sets a pipeline variable.
    ///
    /// The value is made harmless like printed text, because the next step's script may echo it.
    pub fn set_variable(&self, name: &str, value: &str, visibility: Visibility) {
        let value = text::defuse(&self.masker.mask(value));
        match visibility {
            Visibility::Output => {
                self.command(
                    "task.setvariable",
                    &[("variable", name), ("isoutput", "true")],
                    &value,
                );
            }
            Visibility::Declared | Visibility::Plain => {
                self.command("task.setvariable", &[("variable", name)], &value);
            }
        }
    }

    /// Shows a Markdown file on the run's summary page. The path has to be absolute.
    pub fn upload_summary(&self, path: &Path) {
        self.command("task.uploadsummary", &[], &path.to_string_lossy());
    }

    /// Adds a file to the logs that a user can download. The path has to be absolute.
    pub fn upload_file(&self, path: &Path) {
        self.command("task.uploadfile", &[], &path.to_string_lossy());
    }

    /// Shows how far the step is, in per cent, and what it does.
    pub fn progress(&self, percent: u8, text: &str) {
        self.command(
            "task.setprogress",
            &[("value", &percent.min(100).to_string())],
            &self.harmless(text),
        );
    }

    /// Tells the agent how the step ended, and gives the code to leave `main` with.
    ///
    /// That is 0 whatever the outcome, as any other code overwrites the outcome. Only when the line could not be
    /// written is it 70: a step that ends with 0 and without a word would count as succeeded.
    #[must_use = "leave main with this code: 0 without a written outcome opens the gate"]
    pub fn complete(&self, outcome: Outcome, text: &str) -> ExitCode {
        let result = match outcome {
            Outcome::Succeeded => "Succeeded",
            Outcome::SucceededWithIssues => "SucceededWithIssues",
            Outcome::Failed => "Failed",
        };
        self.command("task.complete", &[("result", result)], &self.harmless(text));
        if self
            .sink
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lost
        {
            return ExitCode::from(crate::finish::INTERNAL);
        }
        ExitCode::SUCCESS
    }

    fn issue(&self, kind: &str, code: &str, text: &str) {
        self.command(
            "task.logissue",
            &[("type", kind), ("code", code)],
            &self.harmless(text),
        );
    }

    fn decorated(&self, prefix: &str, title: &str) {
        let title = self.harmless(title).replace('\n', " ");
        self.put(&format!("{prefix}{title}"));
    }

    fn announce(&self, secret: &str) {
        if secret.chars().count() >= SHORTEST_SECRET {
            self.command("task.setsecret", &[], secret);
        }
    }

    /// Foreign text, masked, harmless and bounded, its lines kept.
    fn harmless(&self, text: &str) -> String {
        text::lines(&self.masker.mask(text)).join("\n")
    }

    fn command(&self, name: &str, properties: &[(&str, &str)], data: &str) {
        let properties: Vec<String> = properties
            .iter()
            .map(|(key, value)| format!("{key}={}", text::escape_property(value)))
            .collect();
        let gap = if properties.is_empty() { "" } else { " " };
        self.put(&format!(
            "##vso[{name}{gap}{}]{}",
            properties.join(";"),
            text::escape_data(data)
        ));
    }

    /// Writes one line and flushes it. A reader that has gone away is no reason to panic.
    fn put(&self, line: &str) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let written = write_patiently(&mut sink.writer, format!("{line}\n").as_bytes());
        sink.lost |= written.is_err();
    }
}

/// Writes all of it, also to a pipe that someone else made non-blocking.
fn write_patiently(writer: &mut impl Write, mut bytes: &[u8]) -> std::io::Result<()> {
    let pause = Duration::from_millis(2);
    let mut waited = Duration::ZERO;
    loop {
        let step = if bytes.is_empty() {
            writer.flush().map(|()| None)
        } else {
            writer.write(bytes).map(Some)
        };
        match step {
            Ok(None) => return Ok(()),
            Ok(Some(0)) => return Err(ErrorKind::WriteZero.into()),
            Ok(Some(count)) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && waited < PATIENCE => {
                std::thread::sleep(pause);
                waited += pause;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
