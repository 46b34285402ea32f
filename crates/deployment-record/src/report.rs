//! What the record tells: its own news, its outputs, its page.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;

use audit::claims::Claim;
use audit::trail::{FailedJob, Gap};
use change::Request;
use change_control::News;
use pipelines_agent::Visibility;
use pipelines_agent::interrupt::Cause;
use task::Log;
use task::words::{standing, state};

use crate::ending::Ending;
use crate::plan::Plan;
use crate::row::Row;
use crate::summary::LastWords;
use crate::{summary, words};

/// The log, and what was seen so far.
pub(crate) struct Report {
    log: Log,
    seen: RefCell<Seen>,
}

/// What outputs and page speak of.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) request: Option<Request>,
    pub(crate) files: Vec<String>,
    pub(crate) row: Option<String>,
    pub(crate) audit_report: Option<PathBuf>,
    pub(crate) findings: Vec<String>,
    pub(crate) folder: PathBuf,
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
    pub(crate) fn opens(&self, plan: &Plan, instance: &servicenow::Instance) {
        self.log.info(&format!(
            "ServiceNow deployment record {}: service {}, environment {}, {}",
            env!("CARGO_PKG_VERSION"),
            plan.names.service,
            plan.names.environment,
            plan.ended.outcome()
        ));
        self.log.debug(&format!("correlation {}", plan.correlation));
        self.log.asks(instance);
        self.seen.borrow_mut().folder.clone_from(&plan.folder);
        plan.notices
            .iter()
            .for_each(|notice| self.log.warn("settings", notice));
    }

    /// The folder that relative paths begin in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.seen.borrow().folder.clone()
    }

    /// A text without the secrets of this step: many may read a change.
    pub(crate) fn hidden(&self, text: &str) -> String {
        self.log.masker().mask(text).into_owned()
    }

    /// The same for a text that may be large: it is copied only where it holds a secret.
    pub(crate) fn hidden_in(&self, text: String) -> String {
        match self.log.masker().mask(&text) {
            Cow::Owned(masked) => masked,
            Cow::Borrowed(_) => text,
        }
    }

    /// Keeps a reading.
    pub(crate) fn saw(&self, request: &Request) {
        self.seen.borrow_mut().request = Some(request.clone());
    }

    /// Tells one piece of news.
    pub(crate) fn tell(&self, news: &News<'_>) {
        if let Some(request) = self.log.tell(news) {
            self.saw(&request);
        }
    }

    /// Tells which change was found by the stage's key.
    pub(crate) fn found(&self, request: &Request) {
        self.log.tell(&News::Found(request));
        self.saw(request);
    }

    pub(crate) fn no_organization(&self, why: &[String]) {
        let why = why.join("; ");
        let text = format!("the run's own facts cannot be read from Azure DevOps ({why})");
        self.log.warn("evidence-missing", &text);
    }

    /// Something about the run could not be read.
    pub(crate) fn gap(&self, gap: &Gap) {
        let text = format!("{}: {}", gap.what, gap.why);
        self.log.info(&format!("Not read: {text}"));
    }

    pub(crate) fn stage_failed(&self, job: &FailedJob) {
        self.log.warn(
            "stage-failed",
            &format!(
                "this job went well, but the job {} of the same stage did not: the deployment counts as unsuccessful \
                 (set the input outcome to say otherwise)",
                job.name
            ),
        );
    }

    pub(crate) fn attached(&self, claim: &Claim, summary: Option<&str>) {
        let summary = summary.map(|text| format!(": {text}")).unwrap_or_default();
        let line = format!("{} ({}){summary}", claim.name, words::size(claim.size));
        self.log.record(&format!("attached {line}"));
        self.seen.borrow_mut().files.push(line);
    }

    pub(crate) fn no_close_code(&self, error: &servicenow::Error) {
        let text = format!(
            "{}; give one of them in the input closeCode",
            redact::chain(error)
        );
        self.log.warn("close-code", &text);
    }

    pub(crate) fn row(&self, table: &str, row: &Row, request: &Request) {
        self.log.record(&format!(
            "{} is in {table} as {}",
            request.number, row.sys_id
        ));
        for dropped in &row.dropped {
            self.log.dropped(table, dropped);
        }
        self.seen.borrow_mut().row = Some(row.sys_id.clone());
    }

    /// The audit report is in a file.
    pub(crate) fn reported(&self, path: PathBuf, verdict: &str, findings: Vec<String>) {
        self.log.record(&format!("audit: {verdict}"));
        findings
            .iter()
            .for_each(|line| self.log.info(&format!("  {line}")));
        self.log.upload_file(&path);
        let mut seen = self.seen.borrow_mut();
        seen.audit_report = Some(path);
        seen.findings = findings;
    }

    /// The step is told to stop.
    pub(crate) fn interrupted(&self, cause: Cause) -> Ending {
        Ending::Interrupted(cause)
    }

    /// Where the change was last seen, for the last words of a step that is told to stop.
    pub(crate) fn last(&self) -> Option<String> {
        let seen = self.seen.borrow();
        let request = seen.request.as_ref()?;
        Some(format!(
            "{} was last seen as {}",
            request.number,
            standing(request)
        ))
    }

    /// Tells the agent and later steps how it ended, once.
    pub(crate) fn finish(&self, plan: Option<&Plan>, ending: &Ending) -> ExitCode {
        let verdict = ending.verdict();
        let last = LastWords::of(ending, self.last().as_deref());
        if let Some(good) = &last.good {
            self.log.info(good);
        }
        self.log
            .last_words(verdict.result, verdict.code, &last.problems);
        for line in &last.asides {
            self.log.warn("evidence-missing", line);
        }
        self.set_outputs();
        if let Some(plan) = plan {
            let page = summary::page(plan, ending, &self.seen.borrow(), &self.log);
            self.log.upload_page("ServiceNow deployment record", &page);
        }
        self.log.complete(verdict.result, last.headline())
    }

    fn set_outputs(&self) {
        let set = |name: &str, value: &str| {
            self.log.set_variable(name, value, Visibility::Declared);
        };
        let seen = self.seen.borrow();
        if let Some(request) = &seen.request {
            set("changeNumber", request.number.as_str());
            set("changeSysId", request.sys_id.as_str());
            set("changeState", &state(request));
        }
        if let Some(row) = &seen.row {
            set("deploymentRecordId", row);
        }
        if let Some(path) = &seen.audit_report {
            set("auditReportPath", &path.to_string_lossy());
        }
    }
}
