//! The chain from commit to closure, as seven links.

use serde::Serialize;

use crate::rules::Verdict;
use crate::trail::{Happened, Trail};
use crate::words::{count, distinct, some_of};

/// One link: what it is, what is known, and what became of the rules that look at it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    name: &'static str,
    text: String,
    verdict: Verdict,
}

pub(super) fn of(trail: &Trail) -> Vec<Link> {
    let link = |name, text, rules: &[&str]| Link {
        name,
        text,
        verdict: worst(trail, rules),
    };
    vec![
        link(
            "Commits",
            count(trail.commits.list.total, "commit"),
            &["commits-reviewed"],
        ),
        link(
            "Work items",
            count(trail.work_items.total, "work item"),
            &["work-linked"],
        ),
        link("Run", runs(trail), &["scope-approved"]),
        link(
            "Change",
            trail.change.number.clone(),
            &["opened-after-deployment", "overrides"],
        ),
        link(
            "Approval",
            approval(trail),
            &[
                "approved-before-deployment",
                "approved-by-another",
                "author-among-approvers",
            ],
        ),
        link(
            "Deployment",
            deployment(trail),
            &[
                "inside-window",
                "deployed-against-decision",
                "times-disagree",
            ],
        ),
        link(
            "Closure",
            closure(trail),
            &["closed-with-true-outcome", "left-open", "evidence-intact"],
        ),
    ]
}

fn worst(trail: &Trail, rules: &[&str]) -> Verdict {
    let mut found = trail
        .findings
        .iter()
        .filter(|f| rules.contains(&f.rule))
        .peekable();
    if found.peek().is_none() {
        Verdict::Held
    } else if found.any(|f| f.verdict == Verdict::Broken) {
        Verdict::Broken
    } else {
        Verdict::Unproven
    }
}

fn runs(trail: &Trail) -> String {
    let names: Vec<String> = trail
        .runs
        .iter()
        .map(|run| {
            if run.number.is_empty() {
                run.id.clone()
            } else {
                run.number.clone()
            }
        })
        .collect();
    if names.is_empty() {
        "none known".to_owned()
    } else {
        some_of(&names, 1)
    }
}

fn approval(trail: &Trail) -> String {
    let given = trail.approvals.iter().filter(|row| row.is_given());
    let names = distinct(given.map(|row| row.approver.name.clone()));
    if names.is_empty() {
        trail.change.approval.clone()
    } else {
        some_of(&names, 1)
    }
}

fn deployment(trail: &Trail) -> String {
    match (trail.deployment.happened, &trail.deployment.environment) {
        (Happened::No, _) => "did not take place".to_owned(),
        (_, Some(environment)) => format!("{environment}: {}", trail.deployment.ended.told()),
        (_, None) => trail.deployment.ended.told().to_owned(),
    }
}

fn closure(trail: &Trail) -> String {
    let code = trail
        .change
        .close_code
        .as_ref()
        .filter(|code| !code.is_empty());
    match code {
        Some(code) => format!("{}, {code}", trail.change.state),
        None => trail.change.state.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rule_ids;
    use crate::rules::tests::bent;
    use crate::trail::Ended;

    #[test]
    fn each_link_shows_the_worst_of_its_rules() {
        let chain = of(&bent(|c, _, h| {
            h.ended = Some(Ended::Failed);
            (c.change.planned_start, c.change.planned_end) = (None, None);
        }));
        let told: Vec<_> = chain
            .iter()
            .map(|link| (link.name, link.text.as_str(), link.verdict))
            .collect();
        assert_eq!(
            told,
            [
                ("Commits", "1 commit", Verdict::Held),
                ("Work items", "1 work item", Verdict::Held),
                ("Run", "20261125.1", Verdict::Held),
                ("Change", "CHG0030001", Verdict::Held),
                ("Approval", "Ana Approver and 1 more", Verdict::Held),
                ("Deployment", "production: failed", Verdict::Unproven),
                ("Closure", "Closed, successful", Verdict::Broken),
            ]
        );
    }

    #[test]
    fn every_rule_belongs_to_a_link() {
        let text = include_str!("chain.rs");
        for rule in rule_ids() {
            assert!(text.contains(&format!("\"{rule}\"")), "{rule}");
        }
    }
}
