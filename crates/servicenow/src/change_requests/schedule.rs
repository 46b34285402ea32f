//! When could it take place: the instance's schedules, asked through its background workers.

use std::time::Duration;

use change::{SysId, Window};
use outbound::Request;
use serde_json::Value as Json;

use super::ChangeRequests;
use crate::error::{Error, Operation, Refusal, cut};
use crate::instance::Paths;
use crate::moment;
use crate::wire::Row;

/// How often a worker is asked, and how far apart. A worker that needs longer than this is given up.
const POLLS: u32 = 30;
const APART: Duration = Duration::from_secs(1);

/// Where a worker stands ("Change Management API", worker).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Work {
    Going,
    Done(Option<Window>),
    Failed(String),
}

impl ChangeRequests<'_> {
    /// The first stretch of at least `duration` that the schedules of the change's items leave free. Nothing is
    /// written. `None` where there is none, or no Change Management API to ask.
    ///
    /// # Errors
    /// [`Error::Refused`] with the worker's message, [`Error::Incomplete`] where it does not end in time; otherwise
    /// see [`Error`].
    pub async fn schedule(
        &self,
        id: &SysId,
        duration: Duration,
    ) -> Result<Option<Window>, Box<Error>> {
        if !self.instance.has_change_api() {
            return Ok(None);
        }
        let operation = Operation::new("find a free window for change request", id);
        let request = schedule(self.instance.paths(), id, duration);
        let mut answer = match self.instance.read(&operation, request).await {
            Err(error) if error.is_absent_api() => {
                self.instance.remember_no_change_api();
                return Ok(None);
            }
            other => other?,
        };
        let worker = worker_of(answer.result()).ok_or_else(|| answer.lacks("worker"))?;
        for _ in 0..POLLS {
            match work(answer.result()) {
                Work::Going => {}
                Work::Done(window) => return Ok(window),
                Work::Failed(text) => {
                    let refusal = Refusal::Other { text, status: None };
                    return Err(Box::new(Error::Refused { operation, refusal }));
                }
            }
            tokio::time::sleep(APART).await;
            let request = Request::get(self.instance.paths().change(&["worker", worker.as_str()]));
            answer = self.instance.read(&operation, request).await?;
        }
        Err(Box::new(Error::Incomplete {
            operation,
            saying: Some("its background worker did not end in time".to_owned()),
            may_have_happened: false,
        }))
    }
}

fn schedule(paths: &Paths, id: &SysId, duration: Duration) -> Request {
    let mut url = paths.change(&[id.as_str(), "schedule"]);
    url.query_pairs_mut()
        .append_pair("duration_in_seconds", &duration.as_secs().to_string());
    Request::get(url)
}

/// The worker's key. Its link is not followed: it is an address in somebody's answer.
pub(super) fn worker_of(result: &Json) -> Option<SysId> {
    result.pointer("/worker/sysId")?.as_str()?.parse().ok()
}

pub(super) fn work(result: &Json) -> Work {
    let state = Row::from_json(result).map(|row| row.value("state").to_owned());
    match state.as_deref() {
        Some("3") => Work::Done(first_span(result)),
        Some("4") => {
            let messages = result
                .pointer("/messages/errorMessages")
                .and_then(Json::as_array);
            let texts: Vec<&str> = messages
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            let text = if texts.is_empty() {
                "its background worker failed".to_owned()
            } else {
                cut(&texts.join("; "))
            };
            Work::Failed(text)
        }
        _ => Work::Going,
    }
}

fn first_span(result: &Json) -> Option<Window> {
    let spans = result.pointer("/payload/spans")?.as_array()?;
    let span = Row::from_json(spans.first()?)?;
    let window = Window {
        start: moment::read(span.value("start")),
        end: moment::read(span.value("end")),
    };
    window.start.is_some().then_some(window)
}
