//! What is known of the deployment before anything is written.

use audit::trail::{RunTrail, TestRun};
use change::{Correlation, Outcome, Request};
use jiff::Timestamp;
use jiff::tz::Offset;

use super::{Collected, Deployment, Story};
use crate::evidence::bundle::Bundle;
use crate::notes::{self, Facts};
use crate::plan::{Ended, Late};
use crate::publish;

impl Story<'_, '_> {
    /// What the organization says about the run. It is evidence, and its absence no reason to leave a change open.
    pub(crate) async fn collect(&self) -> Collected {
        let mut bundle = Bundle::default();
        let place = publish::place(self.plan, self.facts());
        let scope = publish::scope(self.plan);
        let mut take = |piece: audit::collect::Piece<'_>| bundle.take(&piece);
        let run = audit::collect::run(self.organization, &place, scope, &mut take);
        let run = Box::pin(run).await;
        // What nobody wanted is missing to nobody; the report, if there is one, tells it all the same.
        if self.plan.asks_organization() {
            let gaps = run.gaps.iter();
            let missed = gaps.filter(|gap| gap.why != audit::collect::NOT_ASKED);
            missed.for_each(|gap| self.report.gap(gap));
        }
        let outcome = self.outcome(&run);
        Collected {
            run,
            bundle,
            outcome,
        }
    }

    /// How the deployment ended. The job of this step may be another one than the job that deployed, so where another
    /// job of the stage failed, the deployment did.
    fn outcome(&self, run: &RunTrail) -> Outcome {
        let outcome = self.plan.ended.outcome();
        if outcome == Outcome::Unsuccessful || matches!(self.plan.ended, Ended::Said(_)) {
            return outcome;
        }
        let ours = &self.facts().job;
        let is_ours = |name: &str| {
            [&ours.name, &ours.display_name]
                .into_iter()
                .flatten()
                .any(|own| own == name)
        };
        let failed = &run.run.stage.failed_jobs;
        match failed.iter().find(|job| !is_ours(&job.name)) {
            None => outcome,
            Some(job) => {
                self.report.stage_failed(job);
                Outcome::Unsuccessful
            }
        }
    }

    /// `ended` is when it ended, where neither the user nor the change says so.
    pub(super) fn deployment(
        &self,
        request: &Request,
        collected: &Collected,
        ended: Timestamp,
    ) -> Deployment {
        let finished = self.plan.finished.or(request.work_end).unwrap_or(ended);
        let began = collected.run.run.stage.began.as_ref().map(|told| told.at);
        let started = self.plan.started.or(request.work_start).or(began);
        let started = started.filter(|started| *started <= finished);
        let tests = totals(&collected.run);
        let late = Late {
            number: request.number.to_string(),
            sys_id: request.sys_id.to_string(),
            outcome: collected.outcome.to_string(),
            outcome_code: collected.outcome.word().to_owned(),
            started: started.map(stored).unwrap_or_default(),
            finished: stored(finished),
            commits: collected.bundle.commits(),
            work_items: collected.bundle.work_items(),
            tests: tests.map_or(0, |(total, _)| total),
            tests_failed: tests.map_or(0, |(_, failed)| failed),
        };
        Deployment {
            outcome: collected.outcome,
            started,
            finished,
            facts: Facts {
                commits: collected.bundle.commits(),
                work_items: collected.bundle.ids.clone(),
                work_items_total: collected.bundle.work_items(),
                tests,
                ..Facts::default()
            },
            template_facts: notes::late(self.plan, self.facts(), &late),
            marker: notes::marker(&self.key(request), collected.outcome),
        }
    }

    /// A beginning that the user gives, and that lies after the end, is not written.
    pub(super) fn unbelieved(&self, deployment: &Deployment) -> Option<String> {
        let started = self.plan.started?;
        (started > deployment.finished).then(|| {
            let (start, end) = (stored(started), stored(deployment.finished));
            format!("startedAt ({start} UTC) lies after the end of the deployment ({end} UTC): it was not written")
        })
    }

    /// The key that the record is known by: the change's own, where it is one of this stage. Stages that share a change
    /// each leave a note of their own.
    pub(super) fn key(&self, request: &Request) -> String {
        let stage = &self.plan.correlation;
        let generation =
            Correlation::read(&request.correlation).map_or(1, |place| place.generation);
        let key = stage.key(generation);
        if key == request.correlation {
            key
        } else {
            stage.key(1)
        }
    }
}

/// Tests in all, and failed ones.
fn totals(run: &RunTrail) -> Option<(u64, u64)> {
    let tests = &run.code.tests.kept;
    let sum = |of: fn(&TestRun) -> u64| tests.iter().map(of).sum();
    (!tests.is_empty()).then(|| (sum(|run| run.total), sum(|run| run.failed)))
}

/// A moment as exact as the instance stores it.
pub(super) fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// A moment as the instance stores it.
fn stored(moment: Timestamp) -> String {
    let moment = Offset::UTC.to_datetime(moment);
    format!("{} {:.0}", moment.date(), moment.time())
}
