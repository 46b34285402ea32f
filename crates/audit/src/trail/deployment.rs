//! The deployment behind a change: whether there was one, when, and how it ended, each with the record that says so.

use serde::Serialize;

use super::{Change, Ended, Hints, Link, Person, Run, Told};

/// What was deployed, where, when, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The service, where known.
    pub service: Option<String>,
    /// The environment, where known.
    pub environment: Option<String>,
    /// Whether there was a deployment at all.
    pub happened: Happened,
    /// When it began: what the record says, else the change, else the run's timeline.
    pub started: Option<Told>,
    /// When it ended: in the same order.
    pub finished: Option<Told>,
    /// Every record that says when it began, the one that counts first.
    pub start_told: Vec<Told>,
    /// Every record that says when it ended, the one that counts first.
    pub finish_told: Vec<Told>,
    /// How it really ended.
    pub ended: Ended,
    /// Which record says so.
    pub ended_source: Option<String>,
    /// For whom the run was that deployed.
    pub requested_for: Option<Person>,
}

/// Whether a deployment took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Happened {
    /// A record says that it began.
    Yes,
    /// Every stage that used the change was held back.
    No,
    /// No record says either.
    Unknown,
}

impl Deployment {
    pub(crate) fn of(change: &Change, runs: &[Run], hints: &Hints) -> Self {
        let start_told = start(change, runs, hints);
        let finish_told = finish(change, runs, hints);
        let held_back = !runs.is_empty() && runs.iter().all(|run| run.stage.held_back);
        let happened = if !start_told.is_empty() {
            Happened::Yes
        } else if held_back {
            Happened::No
        } else {
            Happened::Unknown
        };
        let last = last(runs);
        let (ended, ended_source) = ended(last, hints);
        Self {
            service: service(change, hints),
            environment: environment(change, last, hints),
            happened,
            started: start_told.first().cloned(),
            finished: finish_told.first().cloned(),
            start_told,
            finish_told,
            ended,
            ended_source,
            requested_for: last.and_then(|run| run.requested_for.clone()),
        }
    }
}

fn told(at: jiff::Timestamp, source: &str, link: Option<&Link>) -> Told {
    Told {
        at,
        source: source.to_owned(),
        link: link.cloned(),
    }
}

fn start(change: &Change, runs: &[Run], hints: &Hints) -> Vec<Told> {
    let hint = hints.started.map(|at| told(at, "Deployment record", None));
    let work = change.actual_start.map(|at| {
        told(
            at,
            "ServiceNow, actual start of the change",
            change.page.as_ref(),
        )
    });
    let environments = runs.iter().flat_map(environment_starts);
    let mut all: Vec<Told> = hint.into_iter().chain(work).collect();
    // A release's attempt begins with its first job, in which a gate may still have waited: it counts where nothing else
    // tells, and contradicts nobody.
    let timelines = |release: bool| {
        let of_kind = runs.iter().filter(move |run| run.is_release == release);
        let told = of_kind.filter_map(|run| run.stage.began.clone());
        told.min_by_key(|told| told.at)
    };
    all.extend(timelines(false));
    all.extend(environments.min_by_key(|told| told.at));
    if all.is_empty() {
        all.extend(timelines(true));
    }
    all
}

/// A deployment job counts from its first step. Where the gate waits inside that job, its record says nothing about
/// when the deployment began.
fn environment_starts(run: &Run) -> impl Iterator<Item = Told> {
    let attempt = run.stage.attempt;
    let gated = run.stage.gate.as_ref().map(|gate| gate.job.clone());
    let page = run.page.clone();
    let records = run.deployments.iter();
    records
        .filter(move |d| d.stage_attempt == attempt && gated.as_deref() != Some(d.job.as_str()))
        .filter_map(move |d| Some(told(d.started?, &environment_record(d), page.as_ref())))
}

fn finish(change: &Change, runs: &[Run], hints: &Hints) -> Vec<Told> {
    let hint = hints.finished.map(|at| told(at, "Deployment record", None));
    let work = change.actual_end.map(|at| {
        told(
            at,
            "ServiceNow, actual end of the change",
            change.page.as_ref(),
        )
    });
    let timelines = runs.iter().filter_map(|run| run.stage.ended.clone());
    let environments = runs.iter().flat_map(|run| {
        let attempt = run.stage.attempt;
        let records = run.deployments.iter();
        records
            .filter(move |d| d.stage_attempt == attempt)
            .filter_map(|d| Some(told(d.finished?, &environment_record(d), run.page.as_ref())))
    });
    let mut all: Vec<Told> = hint.into_iter().chain(work).collect();
    all.extend(timelines.max_by_key(|told| told.at));
    all.extend(environments.max_by_key(|told| told.at));
    all
}

fn environment_record(deployment: &super::EnvironmentDeployment) -> String {
    format!(
        "Azure DevOps, deployment record of environment {}, job {}",
        deployment.environment, deployment.job
    )
}

/// The run whose word about the end counts: the one that was queued last.
fn last(runs: &[Run]) -> Option<&Run> {
    let deployed = runs.iter().filter(|run| !run.stage.held_back);
    deployed
        .max_by_key(|run| run.queued)
        .or_else(|| runs.last())
}

fn ended(last: Option<&Run>, hints: &Hints) -> (Ended, Option<String>) {
    if let Some(ended) = hints.ended {
        return (ended, Some("Deployment record".to_owned()));
    }
    let Some(run) = last else {
        return (Ended::Unknown, None);
    };
    match (run.stage.result, run.result) {
        (Ended::Unknown, Ended::Unknown) => (Ended::Unknown, None),
        (Ended::Unknown, run_result) => (
            run_result,
            Some(format!("Azure DevOps {}, its result", run.told())),
        ),
        (stage, _) => {
            let source = format!("Azure DevOps {}, stage {}", run.told(), run.stage.name);
            (stage, Some(source))
        }
    }
}

/// A business service is what auditors ask about; else the item; else what the change's text names.
fn service(change: &Change, hints: &Hints) -> Option<String> {
    let named = || named_services(change).into_iter().next();
    hints.service.clone().or_else(named)
}

/// Everything that a change says about its service: business service, configuration item, and lines `Service: NAME` in
/// its description and close notes.
pub(crate) fn named_services(change: &Change) -> Vec<String> {
    let fields = [&change.business_service, &change.configuration_item];
    let mut all: Vec<String> = fields.into_iter().flatten().cloned().collect();
    for name in named(change, "Service:") {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}

/// What lines of the change's description and close notes say behind such a word.
fn named<'c>(change: &'c Change, word: &str) -> impl Iterator<Item = &'c str> {
    let texts = [
        Some(change.description.as_str()),
        change.close_notes.as_deref(),
    ];
    let lines = texts.into_iter().flatten().flat_map(str::lines);
    let names = lines.filter_map(move |line| Some(line.trim().strip_prefix(word)?.trim()));
    names.filter(|name| !name.is_empty())
}

/// The environment by the record in Azure DevOps, else by what the change's texts say, else the stage.
fn environment(change: &Change, last: Option<&Run>, hints: &Hints) -> Option<String> {
    let record = || {
        let newest = last?.deployments.iter().max_by_key(|d| d.started)?;
        Some(newest.environment.clone())
    };
    let stage = || Some(last?.stage.name.clone()).filter(|name| !name.is_empty());
    let said = || named(change, "Environment:").next().map(str::to_owned);
    hints
        .environment
        .clone()
        .or_else(record)
        .or_else(said)
        .or_else(stage)
}

impl Run {
    /// How the run is called in a sentence.
    pub(crate) fn told(&self) -> String {
        let kind = if self.is_release { "release" } else { "run" };
        match self.number.as_str() {
            "" => format!("{kind} {}", self.id),
            number => format!("{kind} {number} ({})", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{change, run};

    #[test]
    fn the_environment_is_told_by_the_best_record_there_is() {
        let mut change = change().change;
        let mut run = run().run;
        let hints = Hints::default();
        run.stage.name = "To production".to_owned();
        let told = |change: &Change, run: &Run, hints: &Hints| {
            environment(change, Some(run), hints).unwrap_or_default()
        };
        run.deployments.clear();
        change.close_notes = None;
        assert_eq!(told(&change, &run, &hints), "To production");
        change.close_notes = Some("Done.\n Environment: eu-prod\nEnvironment:\n".to_owned());
        assert_eq!(told(&change, &run, &hints), "eu-prod");
        run.deployments.push(super::super::EnvironmentDeployment {
            environment: "production".to_owned(),
            ..super::super::EnvironmentDeployment::default()
        });
        assert_eq!(told(&change, &run, &hints), "production");
        let known = Hints {
            environment: Some("here".to_owned()),
            ..Hints::default()
        };
        assert_eq!(told(&change, &run, &known), "here");
    }
}
