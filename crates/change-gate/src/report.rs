//! What a user reads while the step runs, and what the agent is told at its end.
//!
//! A line is printed when something happened, never because time passed.

use std::cell::RefCell;
use std::process::ExitCode;
use std::sync::Arc;

use change::{Approval, Correlation, Request};
use change_control::News;
use pipelines_agent::summary::write_summary;
use pipelines_agent::{Console, RunFacts, Visibility};
use redact::{Masker, Secret};
use servicenow::Instance;
use tokio::time::Instant;

use crate::ending::Ending;
use crate::plan::Plan;
use crate::seen::Seen;
use crate::{summary, words};

/// The writer, and what was seen so far.
pub(crate) struct Report {
    console: Arc<Console<std::io::Stdout>>,
    masker: Masker,
    facts: RunFacts,
    started: Instant,
    seen: RefCell<Seen>,
}

/// Wall time, handed to whoever needs it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this program reads the clock"
)]
pub(crate) fn wall_clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

impl Report {
    pub(crate) fn new(console: Console<std::io::Stdout>, masker: Masker, facts: RunFacts) -> Self {
        let seen = RefCell::default();
        Self {
            console: Arc::new(console),
            masker,
            facts,
            started: Instant::now(),
            seen,
        }
    }

    pub(crate) fn facts(&self) -> &RunFacts {
        &self.facts
    }

    pub(crate) fn masker(&self) -> Masker {
        self.masker.clone()
    }

    /// Announces a secret to the agent, before its first use.
    pub(crate) fn announcer(&self) -> impl Fn(&Secret) + Send + Sync + 'static {
        let console = Arc::clone(&self.console);
        move |secret| console.set_secret(secret)
    }

    /// The first lines: what this step is about.
    pub(crate) fn opens(&self, plan: &Plan, instance: &Instance) {
        self.console.info(&format!(
            "ServiceNow change gate {}: service {}, environment {}",
            env!("CARGO_PKG_VERSION"),
            plan.service,
            plan.environment
        ));
        self.console
            .debug(&format!("correlation {}", plan.correlation));
        self.seen.borrow_mut().instance = Some(instance.clone());
        plan.notices
            .iter()
            .for_each(|notice| self.warn("settings", notice));
    }

    pub(crate) fn info(&self, text: &str) {
        self.console.info(text);
    }

    pub(crate) fn warn(&self, code: &str, text: &str) {
        self.console.warning(code, text);
        self.seen.borrow_mut().warnings.push(text.to_owned());
    }

    /// The change as last read.
    pub(crate) fn last(&self) -> Option<Request> {
        self.seen.borrow().request.clone()
    }

    /// The key under which a change is being created, while nothing is known of it.
    pub(crate) fn opening(&self) -> Option<String> {
        self.seen.borrow().opening.clone()
    }

    /// Keeps a reading.
    pub(crate) fn saw(&self, request: &Request) {
        let mut seen = self.seen.borrow_mut();
        seen.opening = None;
        seen.address = seen
            .instance
            .as_ref()
            .map(|instance| instance.address_of(&request.sys_id).to_string());
        seen.request = Some(request.clone());
    }

    /// Tells one piece of news.
    pub(crate) fn tell(&self, news: &News<'_>) {
        self.tell_notices();
        match news {
            News::Created(request) => self.introduce("opened", request),
            News::Adopted(request) => self.introduce("taken over from an earlier attempt", request),
            News::Found(request) => self.introduce("found", request),
            News::Superseded(request) => self.info(&format!(
                "{} of this stage is over ({}); it is left as it is",
                request.number,
                words::standing(request)
            )),
            News::LeftOpen(request) => self.warn(
                "left-open",
                &format!(
                    "{} of this stage is still open ({}); changeAction: create opens another one",
                    request.number,
                    words::standing(request)
                ),
            ),
            News::Opening(key) => self.seen.borrow_mut().opening = Some((*key).to_owned()),
            News::Unclear(error) => self.info(&format!(
                "No clear answer to the opening of a change ({}); looking whether it was opened",
                redact::chain(*error)
            )),
            News::Dropped { number, dropped } => self.warn(
                "column-dropped",
                &format!(
                    "{number}: the column {} was sent as '{}' and stored as '{}': the instance has no such column, or a \
                     rule of it changed the value",
                    dropped.column,
                    dropped.asked,
                    dropped.stored.as_deref().unwrap_or("nothing")
                ),
            ),
            News::Withdrawn { ours, kept } => self.info(&format!(
                "Another gate opened {kept} for this stage at the same time; {ours} was withdrawn"
            )),
            News::NotWithdrawn { ours, error } => self.warn(
                "left-open",
                &format!(
                    "{ours} was opened for the same stage and could not be withdrawn ({}); cancel it by hand",
                    redact::chain(*error)
                ),
            ),
            News::Moved { request, from } => {
                self.saw(request);
                self.record(&format!("{}: {from} -> {}", request.number, words::standing(request)));
            }
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
            News::NoDetection(request) => self.warn(
                "no-detection",
                &format!(
                    "conflict detection did not run for {}, and an instance without the Change Management API lets \
                     nobody start it from here; have it run on the change's page",
                    request.number
                ),
            ),
            News::Waiting { request, reason } => {
                self.saw(request);
                self.record(&format!(
                    "{}: {}; {}",
                    request.number,
                    words::standing(request),
                    words::waiting_for(reason)
                ));
            }
            News::Unreachable { error, asked, patience } => {
                let why = redact::chain(*error);
                let what = match asked {
                    Some(asked) => format!("ServiceNow asks for a pause of {}", words::length(*asked)),
                    None => "ServiceNow does not answer".to_owned(),
                };
                let patience = words::length(*patience);
                self.warn("unreachable", &format!("{what} ({why}); waiting for it for up to {patience}"));
            }
            News::Reachable { after } => {
                self.record(&format!("ServiceNow answers again after {}", words::length(*after)));
            }
        }
    }

    /// Says once what the client found out about the instance.
    fn tell_notices(&self) {
        let instance = self.seen.borrow().instance.clone();
        let fresh = instance
            .map(|instance| instance.notices())
            .unwrap_or_default();
        fresh.iter().for_each(|notice| self.info(notice));
    }

    fn introduce(&self, how: &str, request: &Request) {
        self.saw(request);
        self.record(&format!(
            "{} {how}: {} change, {}",
            request.number,
            request.kind,
            words::standing(request)
        ));
        self.info(&format!("  {}", request.short_description));
        let address = self.seen.borrow().address.clone();
        if let Some(address) = address {
            self.info(&format!("  {address}"));
        }
    }

    /// A line of the log that the summary repeats, with the time.
    fn record(&self, line: &str) {
        self.info(line);
        let at = words::moment(wall_clock());
        self.seen.borrow_mut().history.push(format!("{at}: {line}"));
    }

    /// Warns of a change that was opened by another run.
    pub(crate) fn belongs_elsewhere(&self, request: &Request, ours: &Correlation) {
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

    /// Reads who approved or refused, for the last words and the summary. Not knowing is no reason to fail.
    pub(crate) async fn read_approvals(&self, instance: &Instance, request: &Request) {
        if request.approval == Approval::NotRequested {
            return;
        }
        match instance.approvals().of(&request.sys_id).await {
            Ok(rows) => self.seen.borrow_mut().approvals = rows,
            Err(error) => {
                let why = redact::chain(&error);
                self.info(&format!(
                    "The approvers of {} could not be read ({why})",
                    request.number
                ));
            }
        }
    }

    pub(crate) fn not_begun(&self, error: &change_control::Error) {
        self.warn(
            "no-step",
            &format!("{}; it is left where it is", redact::chain(error)),
        );
    }

    pub(crate) fn note_not_written(&self, error: &change_control::Error) {
        self.warn(
            "note-missing",
            &format!(
                "the override could not be noted on the change ({})",
                redact::chain(error)
            ),
        );
    }

    /// Attaches the receipts of every request to the log, when the run was started with diagnostics on.
    pub(crate) fn keep_receipts(&self, receipts: &[outbound::Receipt]) {
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
            Ok(()) => self.console.upload_file(&path),
            Err(error) => self.warn("receipts", &format!("no receipts were kept: {error}")),
        }
    }

    /// Tells the agent and later steps how it ended, once.
    pub(crate) fn finish(&self, plan: Option<&Plan>, ending: &Ending) -> ExitCode {
        self.tell_notices();
        let verdict = ending.verdict();
        let lines = summary::last_words(
            ending,
            &self.seen.borrow().approvals,
            self.started.elapsed(),
        );
        self.print_last_words(&verdict, &lines);
        self.set_outputs(ending, verdict.decision);
        if let Some(plan) = plan {
            let page = summary::page(
                plan,
                ending,
                &self.seen.borrow(),
                &self.facts,
                &self.masker,
                self.started.elapsed(),
            );
            self.upload(&page);
        }
        self.console
            .complete(verdict.outcome, lines.first().map_or("", String::as_str))
    }

    fn print_last_words(&self, verdict: &crate::ending::Verdict, lines: &[String]) {
        use pipelines_agent::Outcome::{Failed, Succeeded, SucceededWithIssues};
        for line in lines {
            match (verdict.outcome, verdict.code) {
                (Failed, Some(code)) => self.console.error(code, line),
                (SucceededWithIssues | Succeeded, Some(code)) => self.warn(code, line),
                (_, None) => self.info(line),
            }
        }
    }

    fn set_outputs(&self, ending: &Ending, decision: &str) {
        let request = ending.request().cloned().or_else(|| self.last());
        if let Some(request) = request {
            self.saw(&request);
            let address = self.seen.borrow().address.clone().unwrap_or_default();
            let number = request.number.as_str();
            let sys_id = request.sys_id.as_str();
            let (console, state) = (&self.console, words::state(&request));
            console.set_variable("changeNumber", number, Visibility::Declared);
            console.set_variable("changeSysId", sys_id, Visibility::Declared);
            console.set_variable("changeState", &state, Visibility::Declared);
            console.set_variable(
                "changeApproval",
                request.approval.value(),
                Visibility::Declared,
            );
            console.set_variable("changeUrl", &address, Visibility::Declared);
            console.set_variable("CHANGE_REQUEST_NUMBER", number, Visibility::Output);
            console.set_variable("CHANGE_SYSTEM_ID", sys_id, Visibility::Output);
            console.set_variable("ServiceNow.ChangeNumber", number, Visibility::Plain);
        }
        self.console
            .set_variable("changeDecision", decision, Visibility::Declared);
    }

    fn upload(&self, page: &str) {
        let Some(folder) = &self.facts.agent.temp_dir else {
            return;
        };
        match write_summary(&self.masker, folder, "ServiceNow change", page) {
            Ok(path) => self.console.upload_summary(&path),
            Err(error) => self.info(&format!("No summary was written: {error}")),
        }
    }
}
