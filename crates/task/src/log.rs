//! What a user reads while a step runs, and what the agent is told at its end.
//!
//! A line is printed when something happened, never because time passed.

use std::cell::RefCell;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use change::{Correlation, Request};
use change_control::News;
use pipelines_agent::summary::write_summary;
use pipelines_agent::{Console, Environment, Outcome, RunFacts, Visibility};
use redact::{Masker, Secret};
use servicenow::Instance;
use tokio::time::Instant;

use crate::words;

/// The writer of one step, and what it keeps for the page at the end.
#[derive(Debug)]
pub struct Log {
    console: Arc<Console<std::io::Stdout>>,
    masker: Masker,
    facts: RunFacts,
    started: Instant,
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    instance: Option<Instance>,
    warnings: Vec<String>,
    history: Vec<String>,
}

/// Wall time, handed to whoever needs it.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a task program reads the clock"
)]
pub fn wall_clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

impl Log {
    /// The log of the step that was started with this environment. Its secrets are masked from here on, and a panic
    /// ends the step as a failure that asks for a report.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let masker = Masker::default();
        environment
            .secret_values()
            .for_each(|secret| masker.add(secret));
        pipelines_agent::finish::install_panic_hook(masker.clone());
        Self {
            console: Arc::new(Console::stdout(masker.clone())),
            masker,
            facts: RunFacts::read(environment),
            started: Instant::now(),
            kept: RefCell::default(),
        }
    }

    /// The facts of the run.
    pub fn facts(&self) -> &RunFacts {
        &self.facts
    }

    /// Everything secret so far.
    #[must_use]
    pub fn masker(&self) -> Masker {
        self.masker.clone()
    }

    /// How long the step has been running.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Announces a secret to the agent, before its first use.
    pub fn announcer(&self) -> impl Fn(&Secret) + Send + Sync + 'static {
        let console = Arc::clone(&self.console);
        move |secret| console.set_secret(secret)
    }

    /// Whose notices to tell from now on.
    pub fn asks(&self, instance: &Instance) {
        self.kept.borrow_mut().instance = Some(instance.clone());
    }

    /// A line.
    pub fn info(&self, text: &str) {
        self.console.info(text);
    }

    /// A line for those who turned diagnostics on.
    pub fn debug(&self, text: &str) {
        self.console.debug(text);
    }

    /// A warning, which the page at the end repeats.
    pub fn warn(&self, code: &str, text: &str) {
        self.console.warning(code, text);
        self.kept.borrow_mut().warnings.push(text.to_owned());
    }

    /// A line that the page at the end repeats, with the time.
    pub fn record(&self, line: &str) {
        self.info(line);
        let at = words::moment(wall_clock());
        self.kept.borrow_mut().history.push(format!("{at}: {line}"));
    }

    /// The warnings so far.
    pub fn warnings(&self) -> Vec<String> {
        self.kept.borrow().warnings.clone()
    }

    /// What was recorded so far.
    pub fn history(&self) -> Vec<String> {
        self.kept.borrow().history.clone()
    }

    /// The page of a change on the instance that is asked.
    pub fn address_of(&self, request: &Request) -> Option<String> {
        let kept = self.kept.borrow();
        let instance = kept.instance.as_ref()?;
        Some(instance.address_of(&request.sys_id).to_string())
    }

    /// Tells what every task tells alike. Gives back the change as it stands after the news, where it brought one;
    /// news that only one task can put into words is left to it.
    pub fn tell(&self, news: &News<'_>) -> Option<Request> {
        self.tell_notices();
        match news {
            News::Created(request) => return Some(self.introduce("opened", request)),
            News::Adopted(request) => {
                return Some(self.introduce("taken over from an earlier attempt", request));
            }
            News::Found(request) => return Some(self.introduce("found", request)),
            News::Moved { request, from } => {
                let standing = words::standing(request);
                self.record(&format!("{}: {from} -> {standing}", request.number));
                return Some((*request).clone());
            }
            News::Superseded(request) => self.info(&format!(
                "{} of this stage is over ({}); it is left as it is",
                request.number,
                words::standing(request)
            )),
            News::Unclear(error) => self.info(&format!(
                "No clear answer to the opening of a change ({}); looking whether it was opened",
                redact::chain(*error)
            )),
            News::Dropped { number, dropped } => self.dropped(number.as_str(), dropped),
            News::Withdrawn { ours, kept } => self.info(&format!(
                "Another step opened {kept} for this stage at the same time; {ours} was withdrawn"
            )),
            News::NotWithdrawn { ours, error } => self.warn(
                "left-open",
                &format!(
                    "{ours} was opened for the same stage and could not be withdrawn ({}); cancel it by hand",
                    redact::chain(*error)
                ),
            ),
            News::NoWayToAsk { request, offered } => {
                let offered: Vec<String> = offered.iter().map(ToString::to_string).collect();
                self.warn(
                    "no-step",
                    &format!(
                        "{} offers no clear step from {} to its approvers (it offers: {}); somebody has to move it",
                        request.number,
                        request.state,
                        offered.join(", ")
                    ),
                );
            }
            News::Unreachable {
                error,
                asked,
                patience,
            } => {
                let why = redact::chain(*error);
                let what = match asked {
                    Some(asked) => format!("ServiceNow asks for a pause of {}", words::length(*asked)),
                    None => "ServiceNow does not answer".to_owned(),
                };
                let patience = words::length(*patience);
                self.warn(
                    "unreachable",
                    &format!("{what} ({why}); waiting for it for up to {patience}"),
                );
            }
            News::Reachable { after } => {
                self.record(&format!("ServiceNow answers again after {}", words::length(*after)));
            }
            News::TasksUnread(error) => self.warn("tasks-unread", &redact::chain(*error)),
            News::TaskClosed(task) => self.record(&format!(
                "change task {} closed: {}",
                task.number, task.short_description
            )),
            News::Opening(_) | News::LeftOpen(_) | News::NoDetection(_) | News::Waiting { .. } => {}
        }
        None
    }

    fn introduce(&self, how: &str, request: &Request) -> Request {
        self.record(&format!(
            "{} {how}: {} change, {}",
            request.number,
            request.kind,
            words::standing(request)
        ));
        self.info(&format!("  {}", request.short_description));
        if let Some(address) = self.address_of(request) {
            self.info(&format!("  {address}"));
        }
        request.clone()
    }

    /// Warns of a column that does not hold what was written.
    pub fn dropped(&self, record: &str, dropped: &servicenow::Dropped) {
        self.warn(
            "column-dropped",
            &format!(
                "{record}: the column {} was sent as '{}' and stored as '{}': the instance has no such column, or a rule \
                 of it changed the value",
                dropped.column,
                dropped.asked,
                dropped.stored.as_deref().unwrap_or("nothing")
            ),
        );
    }

    /// Says once what the client found out about the instance.
    fn tell_notices(&self) {
        let instance = self.kept.borrow().instance.clone();
        let fresh = instance
            .map(|instance| instance.notices())
            .unwrap_or_default();
        fresh.iter().for_each(|notice| self.info(notice));
    }

    /// Warns of a change that was opened by another run.
    pub fn belongs_elsewhere(&self, request: &Request, ours: &Correlation) {
        let stored = &request.correlation;
        if Correlation::is_ours(stored) && !ours.is_same_run(stored) {
            self.warn(
                "other-run",
                &format!(
                    "{} was opened by another run ({stored}); its approvers approved that one",
                    request.number
                ),
            );
        }
    }

    /// Attaches the receipts of every request to the log, when the run was started with diagnostics on.
    pub fn keep_receipts(&self, receipts: &[outbound::Receipt]) {
        let Some(folder) = self
            .facts
            .agent
            .temp_dir
            .as_ref()
            .filter(|_| !receipts.is_empty())
        else {
            return;
        };
        let path = folder.join(format!("snowgate-receipts-{}.json", std::process::id()));
        let written = serde_json::to_vec_pretty(receipts)
            .map_err(std::io::Error::from)
            .and_then(|json| std::fs::write(&path, json));
        match written {
            Ok(()) => self.upload_file(&path),
            Err(error) => self.warn("receipts", &format!("no receipts were kept: {error}")),
        }
    }

    /// Lets a file be downloaded with the logs.
    pub fn upload_file(&self, path: &Path) {
        self.console.upload_file(path);
    }

    /// Sets a variable for later steps.
    pub fn set_variable(&self, name: &str, value: &str, visibility: Visibility) {
        self.console.set_variable(name, value, visibility);
    }

    /// The last words: errors, warnings or plain lines, as the step ended.
    pub fn last_words(&self, outcome: Outcome, code: Option<&str>, lines: &[String]) {
        use Outcome::{Failed, Succeeded, SucceededWithIssues};
        self.tell_notices();
        for line in lines {
            match (outcome, code) {
                (Failed, Some(code)) => self.console.error(code, line),
                (SucceededWithIssues | Succeeded, Some(code)) => self.warn(code, line),
                (_, None) => self.info(line),
            }
        }
    }

    /// Shows a page, in Markdown, on the run's summary tab.
    pub fn upload_page(&self, title: &str, page: &str) {
        let Some(folder) = &self.facts.agent.temp_dir else {
            return;
        };
        match write_summary(&self.masker, folder, title, page) {
            Ok(path) => self.console.upload_summary(&path),
            Err(error) => self.info(&format!("No summary was written: {error}")),
        }
    }

    /// Tells the agent how it ended, once.
    pub fn complete(&self, outcome: Outcome, text: &str) -> ExitCode {
        self.console.complete(outcome, text)
    }
}
