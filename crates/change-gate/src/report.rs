//! What the gate tells: its own news, its outputs, its page.

use std::cell::RefCell;
use std::process::ExitCode;

use change::{Approval, Request};
use change_control::News;
use pipelines_agent::Visibility;
use servicenow::Instance;
use task::Log;
use task::words::{standing, state};

use crate::ending::Ending;
use crate::plan::Plan;
use crate::seen::Seen;
use crate::{summary, words};

/// The log, and what was seen so far.
pub(crate) struct Report {
    log: Log,
    seen: RefCell<Seen>,
}

impl Report {
    pub(crate) fn new(log: Log) -> Self {
        let seen = RefCell::default();
        Self { log, seen }
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// The first lines: what this step is about.
    pub(crate) fn opens(&self, plan: &Plan, instance: &Instance) {
        self.log.info(&format!(
            "ServiceNow change gate {}: service {}, environment {}",
            env!("CARGO_PKG_VERSION"),
            plan.names.service,
            plan.names.environment
        ));
        self.log.debug(&format!("correlation {}", plan.correlation));
        self.log.asks(instance);
        plan.notices
            .iter()
            .for_each(|notice| self.log.warn("settings", notice));
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
        seen.address = self.log.address_of(request);
        seen.request = Some(request.clone());
    }

    /// Tells one piece of news.
    pub(crate) fn tell(&self, news: &News<'_>) {
        if let Some(request) = self.log.tell(news) {
            self.saw(&request);
        }
        match news {
            News::LeftOpen(request) => self.log.warn(
                "left-open",
                &format!(
                    "{} of this stage is still open ({}); changeAction: create opens another one",
                    request.number,
                    standing(request)
                ),
            ),
            News::Opening(key) => self.seen.borrow_mut().opening = Some((*key).to_owned()),
            News::NoDetection(request) => self.log.warn(
                "no-detection",
                &format!(
                    "conflict detection did not run for {}, and an instance without the Change Management API lets \
                     nobody start it from here; have it run on the change's page",
                    request.number
                ),
            ),
            News::Waiting { request, reason } => {
                self.saw(request);
                self.log.record(&format!(
                    "{}: {}; {}",
                    request.number,
                    standing(request),
                    words::waiting_for(reason)
                ));
            }
            _ => {}
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
                self.log.info(&format!(
                    "The approvers of {} could not be read ({why})",
                    request.number
                ));
            }
        }
    }

    pub(crate) fn not_begun(&self, error: &change_control::Error) {
        let text = format!("{}; it is left where it is", redact::chain(error));
        self.log.warn("no-step", &text);
    }

    pub(crate) fn note_not_written(&self, error: &change_control::Error) {
        let why = redact::chain(error);
        let text = format!("the override could not be noted on the change ({why})");
        self.log.warn("note-missing", &text);
    }

    /// Tells the agent and later steps how it ended, once.
    pub(crate) fn finish(&self, plan: Option<&Plan>, ending: &Ending) -> ExitCode {
        let verdict = ending.verdict();
        let waited = self.log.elapsed();
        let lines = summary::last_words(ending, &self.seen.borrow().approvals, waited);
        self.log.last_words(verdict.outcome, verdict.code, &lines);
        self.set_outputs(ending, verdict.decision);
        if let Some(plan) = plan {
            let page = summary::page(plan, ending, &self.seen.borrow(), &self.log, waited);
            self.log.upload_page("ServiceNow change", &page);
        }
        let headline = lines.first().map_or("", String::as_str);
        self.log.complete(verdict.outcome, headline)
    }

    fn set_outputs(&self, ending: &Ending, decision: &str) {
        use Visibility::{Declared, Output, Plain};
        let set = |name: &str, value: &str, visibility| {
            self.log.set_variable(name, value, visibility);
        };
        if let Some(request) = ending.request().cloned().or_else(|| self.last()) {
            self.saw(&request);
            let address = self.seen.borrow().address.clone().unwrap_or_default();
            let number = request.number.as_str();
            let sys_id = request.sys_id.as_str();
            set("changeNumber", number, Declared);
            set("changeSysId", sys_id, Declared);
            set("changeState", &state(&request), Declared);
            set("changeApproval", request.approval.value(), Declared);
            set("changeUrl", &address, Declared);
            set("CHANGE_REQUEST_NUMBER", number, Output);
            set("CHANGE_SYSTEM_ID", sys_id, Output);
            set("ServiceNow.ChangeNumber", number, Plain);
        }
        set("changeDecision", decision, Declared);
    }
}
