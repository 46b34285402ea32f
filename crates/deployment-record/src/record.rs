//! The story: find the change, collect what shows the deployment, attach it, walk the change to its end, report.

use audit::claims::Claim;
use audit::trail::{RunTrail, TestRun};
use azure_devops::Organization;
use change::{Correlation, Outcome, Request};
use change_control::{Closing, Control, Earlier, Recorded, Tasks};
use jiff::Timestamp;
use pipelines_agent::RunFacts;
use serde_json::{Value, json};
use servicenow::Instance;

use crate::attach::{Attacher, Same};
use crate::ending::{Ending, Record};
use crate::evidence::bundle::Bundle;
use crate::evidence::{files, summary};
use crate::notes::{self, Facts, Notes};
use crate::plan::{Ended, Late, Plan};
use crate::report::Report;
use crate::{dry_run, find, publish, row, words};

/// Files larger than this are not attached: no instance takes them by REST.
const LARGEST: u64 = 25 << 20;

/// Whom to ask.
#[derive(Clone, Copy)]
pub(crate) struct Parties<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) organization: Option<&'a Organization>,
}

/// Makes the record, or says why there is none.
pub(crate) async fn make_record(plan: &Plan, parties: &Parties<'_>, report: &Report) -> Ending {
    let mut listener = |news: change_control::News<'_>| report.tell(&news);
    let control = Control::new(parties.instance, plan.unavailable, &mut listener);
    let story = Story {
        plan,
        instance: parties.instance,
        organization: parties.organization,
        control: &control,
        report,
    };
    let told = if plan.dry_run {
        dry_run::preview(&story).await
    } else {
        Box::pin(story.tell()).await
    };
    match told {
        Ok(ending) => ending,
        Err(Ending::Unreachable { error, .. }) => Ending::Unreachable {
            error,
            fails: plan.unavailable_fails,
        },
        Err(ending) => ending,
    }
}

/// The chapters share what was asked for, whom to ask, and whom to tell.
pub(crate) struct Story<'a, 'c> {
    pub(crate) plan: &'a Plan,
    pub(crate) instance: &'a Instance,
    pub(crate) organization: Option<&'a Organization>,
    pub(crate) control: &'a Control<'c>,
    pub(crate) report: &'a Report,
}

/// What was collected before anything is written.
pub(crate) struct Collected {
    pub(crate) run: RunTrail,
    pub(crate) bundle: Bundle,
    pub(crate) outcome: Outcome,
}

/// What the chapters find out about one deployment.
struct Deployment {
    outcome: Outcome,
    started: Option<Timestamp>,
    finished: Timestamp,
    facts: Facts,
    /// What later templates are rendered over.
    template_facts: Value,
    marker: String,
}

impl<'c> Story<'_, 'c> {
    async fn tell(&self) -> Result<Ending, Ending> {
        let found = find::find(self.plan, self.instance, self.control, self.report).await?;
        let request = found.request;
        let collected = self.collect().await;
        let outcome = collected.outcome;
        let mut missing = Vec::new();
        let mut deployment = self.deployment(&request, &collected);
        deployment.facts.retrospective = found.retrospective;

        let mut attacher = self.attacher(&request, &mut missing).await?;
        let mut earlier = Earlier::Nothing;
        if let Some(attacher) = &mut attacher {
            let attached = self.attach_evidence(
                &request,
                &collected,
                attacher,
                &mut deployment,
                &mut missing,
            );
            earlier = Box::pin(attached).await?;
        }
        let recorded = Box::pin(self.walk(request, &deployment, earlier)).await?;
        self.report.saw(&recorded.request);
        self.write_row(&recorded.request, &deployment, &mut missing)
            .await;
        let hints = publish::Hints {
            started: deployment.started,
            finished: deployment.finished,
            outcome,
        };
        let differs = differs(&recorded.request, outcome);
        if self.plan.audit_report {
            let report = publish::report(self, &recorded.request, collected.run, &hints, attacher);
            missing.extend(Box::pin(report).await.err());
        }
        Ok(Ending::Recorded(Box::new(Record {
            request: recorded.request,
            outcome,
            left: recorded.left,
            noted: recorded.noted,
            retrospective: found.retrospective,
            differs,
            missing,
        })))
    }

    /// What the organization says about the run. It is evidence, and its absence no reason to leave a change open.
    pub(crate) async fn collect(&self) -> Collected {
        let mut bundle = Bundle::default();
        let place = publish::place(self.plan, self.facts());
        let scope = publish::scope(self.plan);
        let mut take = |piece: audit::collect::Piece<'_>| bundle.take(&piece);
        let run = audit::collect::run(self.organization, &place, scope, &mut take);
        let run = Box::pin(run).await;
        run.gaps.iter().for_each(|gap| self.report.gap(gap));
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

    fn deployment(&self, request: &Request, collected: &Collected) -> Deployment {
        let finished = self
            .plan
            .finished
            .or(request.work_end)
            .unwrap_or_else(|| whole_second(self.instance.now()));
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

    /// The key that the record is known by: the change's own, where it is one of this run.
    fn key(&self, request: &Request) -> String {
        let stored = &request.correlation;
        if Correlation::is_ours(stored) && self.plan.correlation.is_same_run(stored) {
            stored.clone()
        } else {
            self.plan.correlation.key(1)
        }
    }

    /// The files on the change. `None` where the account may not list them, and then none is added.
    async fn attacher(
        &self,
        request: &Request,
        missing: &mut Vec<String>,
    ) -> Result<Option<Attacher<'_, 'c>>, Ending> {
        match Attacher::of(self.instance, self.control, request).await {
            Ok(attacher) => Ok(Some(attacher)),
            Err(error @ change_control::Error::Refused { .. }) => {
                missing.push(redact::chain(&error));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Attaches files and the record of everything collected. Gives back how far an
    /// earlier attempt came.
    async fn attach_evidence(
        &self,
        request: &Request,
        collected: &Collected,
        attacher: &mut Attacher<'_, '_>,
        deployment: &mut Deployment,
        missing: &mut Vec<String>,
    ) -> Result<Earlier, Ending> {
        self.attach_files(attacher, &mut deployment.facts, missing)
            .await?;
        let name = publish::record_name(self.plan, self.facts(), deployment.outcome);
        let report = publish::report_name(self.plan, self.facts(), request);
        let earlier = match (attacher.has(&name), attacher.has(&report)) {
            (_, true) => Earlier::Finished,
            (true, false) => Earlier::Began,
            (false, false) => Earlier::Nothing,
        };
        let head = self.head(request, deployment);
        let listed: Vec<Value> = deployment.facts.files.iter().map(listed).collect();
        let document = collected.bundle.document(&head, &collected.run, &listed);
        match attacher
            .attach(&name, "application/json", document, Same::Name)
            .await
        {
            Ok(claim) => deployment.facts.record = Some(claim.name),
            Err(error @ change_control::Error::Refused { .. }) => {
                missing.push(redact::chain(&error));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(earlier)
    }

    async fn attach_files(
        &self,
        attacher: &mut Attacher<'_, '_>,
        facts: &mut Facts,
        missing: &mut Vec<String>,
    ) -> Result<(), Ending> {
        let (found, problems) = files::find(&self.report.folder(), &self.plan.files);
        missing.extend(problems);
        for file in found {
            let bytes = match read(&file.path) {
                Ok(bytes) => bytes,
                Err(why) => {
                    missing.push(format!("{} was not attached: {why}", file.name));
                    continue;
                }
            };
            let summary = summary::of(&file.name, &bytes);
            let kind = files::content_type(&file.name);
            match attacher
                .attach(&file.name, kind, bytes, Same::Content)
                .await
            {
                Ok(claim) => {
                    self.report.attached(&claim, summary.as_deref());
                    facts.files.push((claim, summary));
                }
                Err(error @ change_control::Error::Refused { .. }) => {
                    missing.push(redact::chain(&error));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Walks the change to where it should stand, with the note.
    async fn walk(
        &self,
        request: Request,
        deployment: &Deployment,
        earlier: Earlier,
    ) -> Result<Recorded, Ending> {
        let notes = Notes::render(self.plan, &deployment.template_facts, &deployment.marker)
            .map_err(|error| Ending::BadInput(vec![redact::chain(&error)]))?;
        let code = self.close_code(deployment.outcome).await?;
        let note = |request: &Request, left: Option<&change_control::Left>| {
            let why = left
                .map(|left| words::left(left, request))
                .unwrap_or_default();
            self.report
                .hidden(&notes.work(&deployment.facts, left, &why))
        };
        let close_notes = self.report.hidden(&notes.close);
        let tasks = if self.plan.close_tasks {
            Tasks::Close {
                outcome: deployment.outcome,
                notes: &close_notes,
            }
        } else {
            Tasks::Leave
        };
        let closing = Closing {
            goal: self.plan.goal,
            close_code: code.as_deref(),
            close_notes: &close_notes,
            started: deployment.started,
            finished: Some(deployment.finished),
            tasks,
            note: &note,
            marker: &deployment.marker,
            earlier,
        };
        Ok(Box::pin(self.control.record(request, &closing)).await?)
    }

    /// The close code as the instance stores it. `None`, with a warning, where it has none that fits: the change is
    /// then walked as far as it goes without.
    async fn close_code(&self, outcome: Outcome) -> Result<Option<String>, Ending> {
        let wanted = self.plan.close_code.as_deref();
        let asked = wanted.unwrap_or(outcome.word());
        let references = self.instance.references();
        let answer = self
            .control
            .persist(
                || format!("the close code '{asked}' could not be looked up"),
                async || match references.choice("close_code", asked).await {
                    Err(error @ servicenow::Error::NoChoice { .. }) => Ok(Err(error)),
                    other => other.map(Ok),
                },
            )
            .await?;
        match answer {
            Ok(code) => Ok(Some(code)),
            Err(error) => {
                self.report.no_close_code(&error);
                Ok(None)
            }
        }
    }

    async fn write_row(
        &self,
        request: &Request,
        deployment: &Deployment,
        missing: &mut Vec<String>,
    ) {
        let Some(table) = &self.plan.table else {
            return;
        };
        let facts = &deployment.template_facts;
        match Box::pin(row::write(table, facts, self.instance, self.control)).await {
            Ok(row) => self.report.row(&table.name, &row, request),
            Err(why) => missing.push(why),
        }
    }

    /// What the record of everything collected begins with.
    fn head(&self, request: &Request, deployment: &Deployment) -> Value {
        json!({
            "key": self.key(request),
            "change": request.number.to_string(),
            "service": self.plan.names.service,
            "environment": self.plan.names.environment,
            "outcome": deployment.outcome.word(),
            "started": deployment.started,
            "finished": deployment.finished,
            "run": self.facts().to_json(),
        })
    }

    pub(crate) fn facts(&self) -> &RunFacts {
        self.report.log().facts()
    }
}

/// A file, unless it is too large for any instance.
fn read(path: &std::path::Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path)
        .map_err(|error| error.to_string())?
        .len();
    if size > LARGEST {
        return Err(format!(
            "{} is more than an instance takes",
            words::size(size)
        ));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

fn listed((claim, summary): &(Claim, Option<String>)) -> Value {
    json!({ "name": claim.name, "size": claim.size, "sha256": claim.sha256, "summary": summary })
}

/// Tests in all, and failed ones.
fn totals(run: &RunTrail) -> Option<(u64, u64)> {
    let tests = &run.code.tests.kept;
    let sum = |of: fn(&TestRun) -> u64| tests.iter().map(of).sum();
    (!tests.is_empty()).then(|| (sum(|run| run.total), sum(|run| run.failed)))
}

/// A moment as exact as the instance stores it.
fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// A moment as the instance stores it.
fn stored(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What a closed change says where it contradicts the outcome.
fn differs(request: &Request, outcome: Outcome) -> Option<String> {
    let code = request
        .close_code
        .as_deref()
        .filter(|_| request.state.is_final())?;
    let said = Outcome::claimed_by(code)?;
    let failed = |outcome: Outcome| outcome == Outcome::Unsuccessful;
    (failed(said) != failed(outcome)).then(|| code.to_owned())
}
