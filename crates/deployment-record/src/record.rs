//! The story: find the change, collect what shows the deployment, attach it, walk the change to its end, report.

mod collect;
mod evidence;

use audit::trail::RunTrail;
use azure_devops::Organization;
use change::{Outcome, Request, State, is_past};
use change_control::{Closing, Control, Earlier, Recorded, Tasks};
use jiff::Timestamp;
use pipelines_agent::RunFacts;
use serde_json::Value;
use servicenow::Instance;

use crate::ending::{Ending, Record};
use crate::evidence::bundle::Bundle;
use crate::notes::{Facts, Notes};
use crate::plan::Plan;
use crate::report::Report;
use crate::{dry_run, find, publish, row, words};

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

impl Story<'_, '_> {
    async fn tell(&self) -> Result<Ending, Ending> {
        let found = find::find(self.plan, self.instance, self.control, self.report).await?;
        let request = found.request;
        // The deployment is over; what follows takes a time of its own.
        let now = collect::whole_second(self.instance.now());
        let mut collected = self.collect().await;
        let outcome = collected.outcome;
        let mut missing = Vec::new();
        let mut attacher = self.attacher(&request, &mut missing).await?;
        let before = self.ended_before(&request, outcome, &attacher).await;
        let ended = before.unwrap_or(now);
        let mut deployment = self.deployment(&request, &collected, ended);
        deployment.facts.retrospective = found.retrospective;
        missing.extend(self.unbelieved(&deployment));
        let attached = self.attach_evidence(
            &request,
            &mut collected,
            &mut attacher,
            &mut deployment,
            &mut missing,
        );
        let earlier = Box::pin(attached).await?;
        let recorded = Box::pin(self.walk(request, &deployment, earlier)).await?;
        self.report.saw(&recorded.request);
        self.write_row(&recorded.request, &deployment, &mut missing)
            .await;
        let hints = publish::Hints {
            started: deployment.started,
            finished: deployment.finished,
            outcome,
            left: recorded.left.is_some(),
            claims: deployment.facts.claims(),
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

    /// Walks the change to where it should stand, with the note.
    async fn walk(
        &self,
        request: Request,
        deployment: &Deployment,
        earlier: Earlier,
    ) -> Result<Recorded, Ending> {
        let notes = Notes::render(self.plan, &deployment.template_facts, &deployment.marker)
            .map_err(|error| Ending::BadInput(vec![redact::chain(&error)]))?;
        let ends = self
            .plan
            .goal
            .is_some_and(|goal| is_past(goal, State::Review));
        let code = if ends && !request.state.is_final() {
            self.close_code(deployment.outcome).await?
        } else {
            None
        };
        let note = |request: &Request, left: Option<&change_control::Left>| {
            let why = left
                .map(|left| words::left(left, request))
                .unwrap_or_default();
            self.report
                .hidden(&notes.work(&deployment.facts, left, &why))
        };
        let close_notes = self.report.hidden(&notes.close(&deployment.facts));
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
        let references = self.instance.references();
        let look_up = async || match wanted {
            Some(asked) => references.choice("close_code", asked).await,
            None => references.close_code(outcome).await,
        };
        let answer = self
            .control
            .persist(
                || "the close codes could not be looked up".to_owned(),
                async || match look_up().await {
                    Err(error) if matches!(*error, servicenow::Error::NoChoice { .. }) => {
                        Ok(Err(error))
                    }
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
        let written = row::write(table, facts, self.instance, self.control, self.report);
        match Box::pin(written).await {
            Ok(row) => {
                self.report.row(&table.name, &row, request);
                missing.extend(row.problem(&table.name));
            }
            Err(why) => missing.push(why),
        }
    }

    pub(crate) fn facts(&self) -> &RunFacts {
        self.report.log().facts()
    }
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
