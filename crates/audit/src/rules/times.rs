//! The records agree about when it was.

use super::{Evidence, Judgement, Rule, Severity};
use crate::trail::{Told, Trail};
use crate::words::between;

pub(super) const AGREE: Rule = Rule {
    id: "times-disagree",
    sentence: "All records agree, to five minutes, about when the deployment began and ended.",
    severity: Severity::Low,
    judge: agree,
};

/// How far apart two records of one moment may be, in seconds: steps before and after, and clocks, take their time.
const TOLERANCE: i64 = 5 * 60;

fn agree(trail: &Trail) -> Judgement {
    let deployment = &trail.deployment;
    let ends = [
        ("began", &deployment.start_told),
        ("ended", &deployment.finish_told),
    ];
    let apart: Vec<(&str, &Told, &Told)> = ends
        .into_iter()
        .filter_map(|(what, told)| {
            let first = told.iter().min_by_key(|told| told.at)?;
            let last = told.iter().max_by_key(|told| told.at)?;
            let far = last.at.as_second() - first.at.as_second() > TOLERANCE;
            far.then_some((what, first, last))
        })
        .collect();
    if apart.is_empty() {
        let records = deployment.start_told.len() + deployment.finish_told.len();
        return if records == 0 {
            Judgement::held("No record gives a time, so none disagrees.")
        } else {
            Judgement::held("The records agree.")
        };
    }
    let sentences: Vec<String> = apart
        .iter()
        .map(|(what, first, last)| {
            format!(
                "records of when it {what} are {} apart ({}; {})",
                between(first.at, last.at),
                first.source,
                last.source
            )
        })
        .collect();
    let evidence = apart.iter().flat_map(|(what, first, last)| {
        [first, last].map(|told| {
            Evidence::new(format!("The deployment {what}"), &told.source)
                .at(Some(told.at))
                .on(told.link.as_ref())
        })
    });
    Judgement::broken(capitalised(&format!("{}.", sentences.join("; ")))).with(evidence)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    first + chars.as_str()
}

#[cfg(test)]
mod tests;
