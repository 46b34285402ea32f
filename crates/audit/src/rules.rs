//! The rules: each a pure function from what is known to a verdict, with its evidence.

mod approval;
mod closure;
mod evidence;
mod overrides;
mod review;
mod scope;
mod times;
mod window;
mod work;

use jiff::Timestamp;
use serde::Serialize;

use crate::trail::{Link, Trail};

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The records show that it held.
    Held,
    /// The records show that it did not.
    Broken,
    /// The records do not show either.
    Unproven,
}

/// How much a rule weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth mending.
    Medium,
    /// What change control is there to prevent.
    High,
}

/// One rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ruling {
    /// The rule's name: stable, for programs.
    pub rule: &'static str,
    /// What it demands.
    pub sentence: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// How much this verdict weighs.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub says: String,
    /// The records behind it.
    pub evidence: Vec<Evidence>,
}

/// One record that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it shows.
    pub what: String,
    /// Who did it.
    pub who: Option<String>,
    /// When.
    pub when: Option<Timestamp>,
    /// Which record it is.
    pub source: String,
    /// Its page.
    pub link: Option<Link>,
}

/// A rule.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    id: &'static str,
    sentence: &'static str,
    severity: Severity,
    judge: fn(&Trail) -> Judgement,
}

const RULES: [Rule; 14] = [
    approval::BEFORE_DEPLOYMENT,
    approval::BY_ANOTHER,
    approval::AUTHOR_AMONG_APPROVERS,
    closure::AGAINST_DECISION,
    scope::APPROVED,
    closure::TRUE_OUTCOME,
    closure::LEFT_OPEN,
    window::INSIDE,
    overrides::NONE,
    overrides::OPENED_AFTER,
    evidence::INTACT,
    review::COMMITS_REVIEWED,
    work::LINKED,
    times::AGREE,
];

/// The names of all rules, in the order in which they are told.
#[must_use]
pub fn rule_ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

pub(crate) fn judge(trail: &Trail) -> Vec<Ruling> {
    RULES.iter().map(|rule| rule.ruling(trail)).collect()
}

impl Rule {
    pub(crate) fn ruling(&self, trail: &Trail) -> Ruling {
        let judgement = (self.judge)(trail);
        Ruling {
            rule: self.id,
            sentence: self.sentence,
            verdict: judgement.verdict,
            severity: judgement.severity.unwrap_or(self.severity),
            says: judgement.says,
            evidence: judgement.evidence,
        }
    }
}

/// What a rule's function says.
pub(crate) struct Judgement {
    verdict: Verdict,
    severity: Option<Severity>,
    says: String,
    evidence: Vec<Evidence>,
}

impl Judgement {
    fn of(verdict: Verdict, says: impl Into<String>) -> Self {
        Self {
            verdict,
            severity: None,
            says: says.into(),
            evidence: Vec::new(),
        }
    }

    fn held(says: impl Into<String>) -> Self {
        Self::of(Verdict::Held, says)
    }

    fn broken(says: impl Into<String>) -> Self {
        Self::of(Verdict::Broken, says)
    }

    fn unproven(says: impl Into<String>) -> Self {
        Self::of(Verdict::Unproven, says)
    }

    /// Weighs this verdict differently from the rule.
    fn weighing(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

impl Evidence {
    fn new(what: impl Into<String>, source: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            who: None,
            when: None,
            source: source.into(),
            link: None,
        }
    }

    fn by(mut self, who: impl Into<String>) -> Self {
        self.who = Some(who.into());
        self
    }

    fn at(mut self, when: Option<Timestamp>) -> Self {
        self.when = when;
        self
    }

    fn on(mut self, link: Option<&Link>) -> Self {
        self.link = link.cloned();
        self
    }
}

/// The change request as a source.
fn change_record(what: impl Into<String>, trail: &Trail) -> Evidence {
    let source = format!("ServiceNow change request {}", trail.change.number);
    Evidence::new(what, source).on(trail.change.page.as_ref())
}

/// When the deployment began, as evidence.
fn beginning(trail: &Trail) -> Option<Evidence> {
    let told = trail.deployment.started.as_ref()?;
    let evidence = Evidence::new("The deployment began", &told.source);
    Some(evidence.at(Some(told.at)).on(told.link.as_ref()))
}

/// What is said of a rule about a deployment that did not take place.
fn nothing_deployed(trail: &Trail) -> Judgement {
    let stages = trail.runs.iter().map(|run| {
        let what = match &run.stage.gate {
            Some(gate) => format!("The gate in job {} {}", gate.job, gate.result.told()),
            None => format!("Stage {} {}", run.stage.name, run.stage.result.told()),
        };
        Evidence::new(what, format!("Azure DevOps {}", run.told())).on(run.page.as_ref())
    });
    Judgement::held("Nothing was deployed.").with(stages)
}

#[cfg(test)]
pub(crate) mod tests;
