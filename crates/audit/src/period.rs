//! Every deployment of a period: one line each, and how often each rule did not hold.

mod csv;

use jiff::Timestamp;
use serde::Serialize;

use crate::rules::{self, Severity, Verdict};
use crate::trail::{Ended, Happened, Link, Trail, named_services};

/// The name of the period report's schema.
const SCHEMA: &str = "snowgate.audit.period";

/// The deployments of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// Always `snowgate.audit.period`.
    pub schema: &'static str,
    /// The version of the schema.
    pub version: u32,
    /// When the report was made.
    pub generated: Timestamp,
    /// The first moment of the period.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// The service that was asked about, where one was.
    pub service: Option<String>,
    /// How often each rule did not hold, worst first.
    pub totals: Vec<Total>,
    /// One for each change.
    pub rows: Vec<PeriodRow>,
}

/// How often a rule did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// The rule's name.
    pub rule: &'static str,
    /// The most that one of them weighs.
    pub severity: Severity,
    /// Changes for which it was broken.
    pub broken: usize,
    /// Changes for which it could not be shown to hold.
    pub unproven: usize,
}

/// One change and its deployment.
///
/// A change that the gate opened is one deployment of one stage. Where several runs used one change, its line names
/// them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodRow {
    /// The change's number.
    pub number: String,
    /// Its page.
    pub page: Option<Link>,
    /// Why nothing more is known, where the change could not be read.
    pub unreadable: Option<String>,
    /// Its title.
    pub short_description: String,
    /// The service.
    pub service: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// Whether a deployment took place.
    pub happened: Happened,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// How it really ended.
    pub ended: Ended,
    /// The change's state as the instance shows it.
    pub state: String,
    /// The close code.
    pub close_code: Option<String>,
    /// Who approved.
    pub approvers: Vec<String>,
    /// The runs that used the change.
    pub runs: Vec<String>,
    /// How many commits they brought.
    pub commits: usize,
    /// How many work items.
    pub work_items: usize,
    /// Rules that do not hold or could not be shown to, worst first.
    pub findings: Vec<RowFinding>,
}

/// A finding, without its evidence: the change's own report has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowFinding {
    /// The rule's name.
    pub rule: &'static str,
    /// Broken or unproven.
    pub verdict: Verdict,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub says: String,
}

impl Period {
    /// A period from `from` up to, not including, `to`, without any line yet.
    #[must_use]
    pub fn new(from: Timestamp, to: Timestamp, service: Option<String>, now: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            version: crate::trail::VERSION,
            generated: now,
            from,
            to,
            service,
            totals: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds a line and counts its findings.
    pub fn add(&mut self, row: PeriodRow) {
        for finding in &row.findings {
            self.count(finding);
        }
        let order = |rule| rules::rule_ids().iter().position(|id| *id == rule);
        self.totals
            .sort_by_key(|total| (std::cmp::Reverse(total.severity), order(total.rule)));
        self.rows.push(row);
    }

    /// The lines as CSV (RFC 4180), with a heading. Cells that a spreadsheet would take for a formula begin with an
    /// apostrophe.
    #[must_use]
    pub fn csv(&self) -> String {
        csv::text(&self.rows)
    }

    fn count(&mut self, finding: &RowFinding) {
        let (broken, unproven) = match finding.verdict {
            Verdict::Broken => (1, 0),
            Verdict::Unproven => (0, 1),
            Verdict::Held => return,
        };
        if let Some(total) = self.totals.iter_mut().find(|t| t.rule == finding.rule) {
            total.broken += broken;
            total.unproven += unproven;
            total.severity = total.severity.max(finding.severity);
        } else {
            self.totals.push(Total {
                rule: finding.rule,
                severity: finding.severity,
                broken,
                unproven,
            });
        }
    }
}

impl PeriodRow {
    /// The line of a change.
    #[must_use]
    pub fn of(trail: &Trail) -> Self {
        let deployment = &trail.deployment;
        let approved = trail.approvals.iter().filter(|row| row.is_given());
        let findings = trail.findings.iter().map(|finding| RowFinding {
            rule: finding.rule,
            verdict: finding.verdict,
            severity: finding.severity,
            says: finding.says.clone(),
        });
        Self {
            number: trail.change.number.clone(),
            page: trail.change.page.clone(),
            unreadable: None,
            short_description: trail.change.short_description.clone(),
            service: deployment.service.clone(),
            environment: deployment.environment.clone(),
            happened: deployment.happened,
            started: deployment.started.as_ref().map(|told| told.at),
            finished: deployment.finished.as_ref().map(|told| told.at),
            ended: deployment.ended,
            state: trail.change.state.clone(),
            close_code: trail.change.close_code.clone(),
            approvers: approved.map(|row| row.approver.name.clone()).collect(),
            runs: trail.runs.iter().map(crate::trail::Run::told).collect(),
            commits: trail.commits.list.total,
            work_items: trail.work_items.total,
            findings: findings.collect(),
        }
    }

    /// The line of a change that could not be read.
    #[must_use]
    pub fn unreadable(number: &str, page: Option<Link>, why: &str) -> Self {
        Self {
            number: number.to_owned(),
            page,
            unreadable: Some(why.to_owned()),
            short_description: String::new(),
            service: None,
            environment: None,
            happened: Happened::Unknown,
            started: None,
            finished: None,
            ended: Ended::Unknown,
            state: String::new(),
            close_code: None,
            approvers: Vec::new(),
            runs: Vec::new(),
            commits: 0,
            work_items: 0,
            findings: Vec::new(),
        }
    }
}

impl Trail {
    /// Every name under which the change knows its service: business service, configuration item, and lines
    /// `Service: NAME` in its description and close notes.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        named_services(&self.change)
    }
}

#[cfg(test)]
mod tests;
