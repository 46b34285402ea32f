//! Files and the record of everything collected, on the change before it is closed.

use audit::claims::Claim;
use change::{Outcome, Request};
use change_control::Earlier;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Collected, Deployment, Story};
use crate::attach::{Attacher, Same};
use crate::ending::Ending;
use crate::evidence::{files, summary};
use crate::notes::Facts;
use crate::{publish, words};

/// Files larger than this are not attached: no instance takes them by REST.
const LARGEST: u64 = 25 << 20;

impl<'c> Story<'_, 'c> {
    /// The files on the change. Where the account may not list them, what is there already is not known.
    pub(super) async fn attacher(
        &self,
        request: &Request,
        missing: &mut Vec<String>,
    ) -> Result<Attacher<'_, 'c>, Ending> {
        match Attacher::of(self.instance, self.control, request).await {
            Ok(attacher) => Ok(attacher),
            Err(error) if matches!(*error, change_control::Error::Refused { .. }) => {
                let why = redact::chain(&error);
                missing.push(format!(
                    "{why}; what an earlier attempt attached may be there twice"
                ));
                Ok(Attacher::blind(self.instance, self.control, request))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// When the deployment ended, by the record that an earlier attempt attached: where nothing on the change itself
    /// says so, this keeps every attempt telling the same.
    pub(super) async fn ended_before(
        &self,
        request: &Request,
        outcome: Outcome,
        attacher: &Attacher<'_, '_>,
    ) -> Option<Timestamp> {
        #[derive(Deserialize)]
        struct Head {
            finished: String,
        }
        if self.plan.finished.is_some() || request.work_end.is_some() {
            return None;
        }
        let name = publish::record_name(self.plan, self.facts(), outcome);
        let document = attacher.read(&name).await?;
        let head: Head = serde_json::from_slice(&document).ok()?;
        head.finished.parse().ok()
    }

    /// Attaches files and the record of everything collected. Gives back how far an
    /// earlier attempt came.
    pub(super) async fn attach_evidence(
        &self,
        request: &Request,
        collected: &mut Collected,
        attacher: &mut Attacher<'_, '_>,
        deployment: &mut Deployment,
        missing: &mut Vec<String>,
    ) -> Result<Earlier, Ending> {
        self.attach_files(attacher, &mut deployment.facts, missing)
            .await?;
        let name = publish::record_name(self.plan, self.facts(), deployment.outcome);
        let reported = [false, true].into_iter().any(|left| {
            attacher.has(&publish::report_name(
                self.plan,
                self.facts(),
                request,
                left,
            ))
        });
        let earlier = match (attacher.has(&name), reported) {
            (_, true) => Earlier::Finished,
            (true, false) => Earlier::Began,
            (false, false) => Earlier::Nothing,
        };
        let head = self.head(request, deployment);
        let listed: Vec<Value> = deployment.facts.files.iter().map(listed).collect();
        let document = collected.bundle.document(&head, &collected.run, &listed);
        let document = self.report.hidden_in(document);
        match attacher
            .attach(&name, "application/json", document, Same::Name)
            .await
        {
            Ok(claim) => deployment.facts.record = Some(claim),
            Err(error) if matches!(*error, change_control::Error::Refused { .. }) => {
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
                Err(error) if matches!(*error, change_control::Error::Refused { .. }) => {
                    missing.push(redact::chain(&error));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
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
