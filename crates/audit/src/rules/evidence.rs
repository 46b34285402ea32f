//! Evidence files are what they were.

use super::{Evidence, Judgement, Rule, Severity};
use crate::claims::Claim;
use crate::trail::{File, Trail};
use crate::words::count;

pub(super) const INTACT: Rule = Rule {
    id: "evidence-intact",
    sentence: "Every evidence file that the change names is on it, unaltered.",
    severity: Severity::High,
    judge: intact,
};

enum State {
    Intact,
    /// Right name and size; the instance does not say the hash.
    SizeOnly,
    Altered(String),
    Missing,
}

fn intact(trail: &Trail) -> Judgement {
    if trail.claims.is_empty() {
        return if trail.notes.readable {
            Judgement::held("The change names no evidence file.")
        } else {
            Judgement::unproven("Work notes cannot be read, where evidence files are named.")
                .weighing(Severity::Low)
        };
    }
    if !trail.files_readable {
        return Judgement::unproven("The files on the change cannot be read.")
            .weighing(Severity::Medium);
    }
    let mut evidence = Vec::new();
    let (mut broken, mut unsure) = (Vec::new(), Vec::new());
    for claim in &trail.claims {
        let what = match state(claim, &trail.files) {
            State::Intact => format!("{}: SHA-256 as when it was attached", claim.name),
            State::SizeOnly => {
                unsure.push(claim.name.clone());
                format!(
                    "{}: {} bytes as when it was attached; the instance shows no hash",
                    claim.name, claim.size
                )
            }
            State::Altered(how) => {
                broken.push(format!("{} was altered ({how})", claim.name));
                format!("{}: {how}", claim.name)
            }
            State::Missing => {
                broken.push(format!("{} is gone", claim.name));
                format!("{}: no such file on the change", claim.name)
            }
        };
        let source = format!("ServiceNow files of {}", trail.change.number);
        evidence.push(Evidence::new(what, source).on(trail.change.page.as_ref()));
    }
    let judgement = if !broken.is_empty() {
        Judgement::broken(format!("{}.", broken.join("; ")))
    } else if !unsure.is_empty() {
        Judgement::unproven(format!(
            "Only the size of {} could be compared.",
            unsure.join(", ")
        ))
        .weighing(Severity::Low)
    } else {
        Judgement::held(format!("{} unaltered.", count(trail.claims.len(), "file")))
    };
    judgement.with(evidence)
}

/// A name may be on the change more than once: one intact copy suffices.
fn state(claim: &Claim, files: &[File]) -> State {
    let named: Vec<&File> = files
        .iter()
        .filter(|file| file.name == claim.name)
        .collect();
    let mut best = State::Missing;
    for file in named {
        match (&file.sha256, file.size) {
            (Some(hash), _) if hash.eq_ignore_ascii_case(&claim.sha256) => return State::Intact,
            (Some(_), _) => best = worse(best, "another SHA-256".to_owned()),
            (None, Some(size)) if size != claim.size => {
                best = worse(best, format!("{size} bytes instead of {}", claim.size));
            }
            (None, _) => best = State::SizeOnly,
        }
    }
    best
}

/// Altered, unless a copy that may be intact was seen.
fn worse(best: State, how: String) -> State {
    match best {
        State::SizeOnly => State::SizeOnly,
        _ => State::Altered(how),
    }
}

#[cfg(test)]
mod tests;
