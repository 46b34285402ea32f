//! Approved before, and by somebody else.

use super::{Evidence, Judgement, Rule, Severity, beginning, change_record, nothing_deployed};
use crate::trail::{Approval, Happened, Likeness, Person, Told, Trail};
use crate::words::{distinct, moment};

pub(super) const BEFORE_DEPLOYMENT: Rule = Rule {
    id: "approved-before-deployment",
    sentence: "Every approval the change needed was given before the deployment began.",
    severity: Severity::High,
    judge: before_deployment,
};

pub(super) const BY_ANOTHER: Rule = Rule {
    id: "approved-by-another",
    sentence: "Somebody approved who neither wrote a commit, nor asked for the run, nor for the change.",
    severity: Severity::High,
    judge: by_another,
};

pub(super) const AUTHOR_AMONG_APPROVERS: Rule = Rule {
    id: "author-among-approvers",
    sentence: "Nobody who wrote a commit is among the approvers.",
    severity: Severity::Low,
    judge: author_among_approvers,
};

fn before_deployment(trail: &Trail) -> Judgement {
    if trail.deployment.happened == Happened::No {
        return nothing_deployed(trail);
    }
    let rows: Vec<Evidence> = given(trail).map(|row| row_evidence(row, trail)).collect();
    match standing(trail) {
        Standing::ByTemplate => return by_template(trail),
        Standing::Never => {
            return Judgement::broken(format!(
                "The change was never approved: its approval is \"{}\".",
                trail.change.approval
            ))
            .with(answers(trail))
            .with(beginning(trail));
        }
        Standing::Unclear => {
            return Judgement::unproven(format!(
                "The change's approval is \"{}\", which does not say whether it was approved.",
                trail.change.approval
            ))
            .with(rows);
        }
        Standing::Approved => {}
    }
    let Some(began) = &trail.deployment.started else {
        return Judgement::unproven(
            "The change was approved; no record says when the deployment began.",
        )
        .with(rows);
    };
    in_time(trail, began).with(rows).with(beginning(trail))
}

/// Whether every approval of an approved change came before the deployment began.
fn in_time(trail: &Trail, began: &Told) -> Judgement {
    if given(trail).next().is_none() {
        return Judgement::unproven("The change is approved, but no row says by whom and when.")
            .with([change_record("Approval: approved", trail)]);
    }
    let late = given(trail).filter(|row| row.at.is_some_and(|at| at > began.at));
    if let Some(row) = late.max_by_key(|row| row.at) {
        return Judgement::broken(format!(
            "{} approved at {}, after the deployment had begun at {} (the time is the row's last change).",
            row.approver.told(),
            row.at.map(moment).unwrap_or_default(),
            moment(began.at)
        ));
    }
    if given(trail).any(|row| row.at.is_none()) {
        return Judgement::unproven("An approval bears no time.");
    }
    let last = given(trail).filter_map(|row| row.at).max();
    Judgement::held(format!(
        "The last approval was given by {}, the deployment began at {}.",
        last.map(moment).unwrap_or_default(),
        moment(began.at)
    ))
}

fn by_another(trail: &Trail) -> Judgement {
    if trail.deployment.happened == Happened::No {
        return nothing_deployed(trail);
    }
    if given(trail).next().is_none() {
        return match standing(trail) {
            Standing::ByTemplate => by_template(trail),
            Standing::Never => Judgement::broken("Nobody approved the change.").with(answers(trail)),
            Standing::Approved | Standing::Unclear => Judgement::unproven(
                "No row says who approved: nobody was asked, or this account may not read approvals.",
            )
            .with([change_record(format!("Approval: {}", trail.change.approval), trail)]),
        };
    }
    let involved = involved(trail);
    let mut doubts = Vec::new();
    let mut ties = Vec::new();
    let mut independent = Vec::new();
    for row in given(trail) {
        match tie(&row.approver, &involved) {
            Tie::To(role) => ties.push(format!("{} is also {role}", row.approver.told())),
            Tie::Perhaps(role, why) => doubts.push(format!(
                "{} may be the same person as {role}: {why}",
                row.approver.told()
            )),
            Tie::None => independent.push(row),
        }
    }
    if !independent.is_empty() {
        return independent_approval(trail, &independent);
    }
    let rows: Vec<Evidence> = given(trail).map(|row| row_evidence(row, trail)).collect();
    let (mut doubts, ties) = (distinct(doubts), distinct(ties));
    if doubts.is_empty() {
        Judgement::broken(format!("No independent approval: {}.", ties.join("; "))).with(rows)
    } else {
        doubts.extend(ties);
        Judgement::unproven(format!("{}.", doubts.join("; "))).with(rows)
    }
}

/// An approval by somebody of whom no part in it is known, which proves something only where all parts are.
fn independent_approval(trail: &Trail, rows: &[&Approval]) -> Judgement {
    let names = distinct(rows.iter().map(|row| row.approver.told()));
    let names = crate::words::some_of(&names, 3);
    let judgement = match unknown_people(trail) {
        None => Judgement::held(format!(
            "{names} approved, and neither wrote a commit nor asked for the run or the change."
        )),
        Some(why) => Judgement::unproven(format!(
            "{names} approved, but {why}, so that nobody can tell whether that is somebody else."
        )),
    };
    judgement.with(rows.iter().map(|row| row_evidence(row, trail)))
}

fn author_among_approvers(trail: &Trail) -> Judgement {
    let authors = authors(trail);
    let mut found = Vec::new();
    let mut names = Vec::new();
    for row in given(trail) {
        if let Tie::To(role) = tie(&row.approver, &authors) {
            names.push(format!("{} is {role}", row.approver.told()));
            found.push(row_evidence(row, trail));
        }
    }
    if !found.is_empty() {
        let names = distinct(names);
        return Judgement::broken(format!("{}.", names.join("; "))).with(found);
    }
    if given(trail).next().is_some() && !trail.commits.list.complete {
        return Judgement::unproven(
            "Not all commits could be read, so that not all authors are known.",
        );
    }
    Judgement::held("No approver is known as an author of a commit.")
}

/// Rows that say yes.
fn given(trail: &Trail) -> impl Iterator<Item = &Approval> {
    trail.approvals.iter().filter(|row| row.is_given())
}

/// What the approval of a change amounts to.
enum Standing {
    Approved,
    /// A standard change: its template was approved once for all.
    ByTemplate,
    Never,
    /// A word of the instance's own.
    Unclear,
}

fn standing(trail: &Trail) -> Standing {
    let is_standard = trail.change.kind == "standard";
    match trail.change.approval.as_str() {
        "approved" if is_standard && given(trail).next().is_none() => Standing::ByTemplate,
        "approved" => Standing::Approved,
        "not requested" if is_standard => Standing::ByTemplate,
        "not requested" | "requested" | "rejected" => Standing::Never,
        _ => Standing::Unclear,
    }
}

fn by_template(trail: &Trail) -> Judgement {
    Judgement::held("A standard change: it was approved in advance, with its template.").with([
        change_record(
            format!("Type: standard; approval: {}", trail.change.approval),
            trail,
        ),
    ])
}

fn row_evidence(row: &Approval, trail: &Trail) -> Evidence {
    let group = row
        .group
        .as_ref()
        .map(|g| format!(" for {g}"))
        .unwrap_or_default();
    let comment = row
        .comment
        .as_ref()
        .map(|c| format!(": {c}"))
        .unwrap_or_default();
    let what = format!("Answered \"{}\"{group}{comment}", row.state);
    let source = format!("ServiceNow approval row of {}", row.approver.name);
    Evidence::new(what, source)
        .by(row.approver.told())
        .at(row.at)
        .on(trail.change.page.as_ref())
}

/// What everybody answered, where nobody's answer was yes enough.
fn answers(trail: &Trail) -> Vec<Evidence> {
    if trail.approvals.is_empty() {
        let what = format!("Approval: {}; no approver was asked", trail.change.approval);
        return vec![change_record(what, trail)];
    }
    trail
        .approvals
        .iter()
        .map(|row| row_evidence(row, trail))
        .collect()
}

enum Tie {
    To(String),
    Perhaps(String, String),
    None,
}

/// Somebody whose approval of this change would be an approval of their own work.
struct Involved<'a> {
    role: &'static str,
    person: &'a Person,
    /// Likeness proves nothing, and means nothing where one of the two is a machine's account.
    is_machine: bool,
}

/// The closest tie of somebody to anybody in a list.
fn tie(person: &Person, involved: &[Involved<'_>]) -> Tie {
    let mut closest = Tie::None;
    for other in involved {
        match person.likeness(other.person) {
            Likeness::Same => return Tie::To(other.role.to_owned()),
            Likeness::Maybe(why) if matches!(closest, Tie::None) && !other.is_machine => {
                closest = Tie::Perhaps(format!("{}, {}", other.role, other.person.told()), why);
            }
            Likeness::Maybe(_) | Likeness::Other => {}
        }
    }
    closest
}

fn authors(trail: &Trail) -> Vec<Involved<'_>> {
    let authors = trail.commits.authors.iter();
    authors
        .map(|person| Involved {
            role: "an author of the commits",
            person,
            is_machine: false,
        })
        .collect()
}

/// Everybody involved.
///
/// The account that writes to ServiceNow for the pipelines opens most changes. It is a person for nobody; but an
/// approval that it gave itself is no second pair of eyes.
fn involved(trail: &Trail) -> Vec<Involved<'_>> {
    let mut all = authors(trail);
    let of_runs = trail.runs.iter().flat_map(|run| {
        [
            ("the person the run was for", run.requested_for.as_ref()),
            ("the person who started the run", run.requested_by.as_ref()),
        ]
    });
    let of_change = [
        (
            "the person who requested the change",
            trail.change.requested_by.as_ref(),
        ),
        (
            "the one who opened the change",
            trail.change.opened_by.as_ref(),
        ),
    ];
    let of_builds = trail
        .runs
        .iter()
        .flat_map(|run| &run.built)
        .map(|built| ("the person the build was for", built.requested_for.as_ref()));
    for (role, person) in of_runs.chain(of_builds).chain(of_change) {
        all.extend(person.map(|person| Involved {
            role,
            person,
            is_machine: is_machine(person, trail),
        }));
    }
    all
}

fn is_machine(person: &Person, trail: &Trail) -> bool {
    let machine = trail.integration_account.as_deref();
    machine.is_some_and(|machine| {
        let names = [person.account.as_deref(), person.email.as_deref()];
        names
            .into_iter()
            .flatten()
            .any(|name| name.eq_ignore_ascii_case(machine))
    })
}

/// Whose part in it could not be read.
fn unknown_people(trail: &Trail) -> Option<&'static str> {
    if trail.runs.is_empty() || trail.runs.iter().any(|run| !run.readable) {
        return Some("the run could not be read");
    }
    if !trail.commits.list.complete {
        return Some("not all commits could be read");
    }
    None
}

#[cfg(test)]
mod tests;
