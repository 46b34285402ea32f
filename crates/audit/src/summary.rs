//! The report in a few lines, for a run's page. Texts are an outsider's words: the caller escapes them.

use crate::rules::Verdict;
use crate::trail::{Approval, Happened, Link, Trail};
use crate::words::{distinct, moment, some_of};

/// One line: what it is about, what is to be said, and a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryLine {
    /// What it is about.
    pub label: &'static str,
    /// What is to be said.
    pub text: String,
    /// Where to look.
    pub link: Option<Link>,
}

/// The report in a few lines: the change, what it comes to, each finding, and the deployment.
#[must_use]
pub fn summary(trail: &Trail) -> Vec<SummaryLine> {
    let change = &trail.change;
    let line = |label, text: String| SummaryLine {
        label,
        text,
        link: None,
    };
    let mut lines = vec![
        SummaryLine {
            label: "Change",
            text: format!("{}: {}", change.number, change.short_description),
            link: change.page.clone(),
        },
        line("Audit", trail.verdict.clone()),
    ];
    lines.extend(trail.findings.iter().map(|finding| {
        let label = match finding.verdict {
            Verdict::Broken => "Not held",
            Verdict::Unproven | Verdict::Held => "Not shown",
        };
        line(label, format!("{} ({})", finding.says, finding.rule))
    }));
    let given = trail.approvals.iter().filter(|row| row.is_given());
    let approvers = distinct(given.map(approver));
    if !approvers.is_empty() {
        lines.push(line("Approved by", some_of(&approvers, 5)));
    }
    lines.push(line("Deployment", deployment(trail)));
    if !trail.gaps.is_empty() {
        let gaps: Vec<String> = trail.gaps.iter().map(|gap| gap.what.clone()).collect();
        lines.push(line("Not read", some_of(&gaps, 5)));
    }
    lines
}

fn approver(row: &Approval) -> String {
    let at = row
        .at
        .map(|at| format!(" at {}", moment(at)))
        .unwrap_or_default();
    format!("{}{at}", row.approver.name)
}

fn deployment(trail: &Trail) -> String {
    let deployment = &trail.deployment;
    if deployment.happened == Happened::No {
        return "nothing was deployed".to_owned();
    }
    let began = deployment
        .started
        .as_ref()
        .map(|told| format!("began {}", moment(told.at)));
    let ended = deployment
        .finished
        .as_ref()
        .map(|told| format!("ended {}", moment(told.at)));
    let parts = [began, ended, Some(deployment.ended.told().to_owned())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{bent, hold_back};

    #[test]
    fn the_summary_tells_the_change_its_findings_and_the_deployment() {
        let trail = bent(|c, _, _| c.change.close_code = Some("unsuccessful".into()));
        let lines: Vec<String> = summary(&trail)
            .iter()
            .map(|line| format!("{}: {}", line.label, line.text))
            .collect();
        assert_eq!(
            lines,
            [
                "Change: CHG0030001: Deploy shop to production",
                "Audit: 1 of 14 rules did not hold.",
                "Not held: Closed as \"unsuccessful\" although the deployment succeeded. (closed-with-true-outcome)",
                "Approved by: Ana Approver at 2026-11-25 10:00:00 UTC, Cab Chair at 2026-11-25 10:05:00 UTC",
                "Deployment: began 2026-11-25 10:10:00 UTC, ended 2026-11-25 10:20:00 UTC, succeeded",
            ]
        );
        assert!(summary(&trail)[0].link.is_some());
    }

    #[test]
    fn nothing_deployed_is_said() {
        let lines = summary(&bent(|c, r, _| hold_back(c, r)));
        assert_eq!(
            lines.last().map(|line| line.text.as_str()),
            Some("nothing was deployed")
        );
    }
}
