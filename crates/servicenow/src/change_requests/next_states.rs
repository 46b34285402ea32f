//! Which states can follow, by the instance's own model.

use std::collections::BTreeMap;

use change::{State, SysId};
use outbound::Request;
use serde_json::Value as Json;

use super::ChangeRequests;
use crate::error::{Error, Operation};
use crate::instance::Paths;

/// Where a change request may go from here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NextStates {
    /// States that may be asked for now. The vendor includes the current one.
    pub available: Vec<State>,
    /// The steps of its model from here, open or not. Two may lead the same way: one automatic, one by hand.
    pub transitions: Vec<Transition>,
    /// The instance's labels of states.
    pub labels: BTreeMap<i32, String>,
}

/// One step of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Where it begins.
    pub from: State,
    /// Where it leads.
    pub to: State,
    /// Whether it may be taken now.
    pub available: bool,
    /// Whether the instance takes it by itself.
    pub automatic: bool,
    /// What has to hold for it. Only model-driven changes have any.
    pub conditions: Vec<Condition>,
}

/// What has to hold for a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its name, as the instance shows it.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
}

impl ChangeRequests<'_> {
    /// Asks which states can follow. `None` where the instance has no Change Management API to ask.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn next_states(&self, id: &SysId) -> Result<Option<NextStates>, Box<Error>> {
        if !self.instance.has_change_api() {
            return Ok(None);
        }
        let operation = Operation::new("ask for the next states of change request", id);
        match self
            .instance
            .read(&operation, next_states(self.instance.paths(), id))
            .await
        {
            Ok(answer) => decode(answer.result())
                .map(Some)
                .ok_or_else(|| answer.lacks("available_states")),
            Err(error) if error.is_absent_api() => {
                self.instance.remember_no_change_api();
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn next_states(paths: &Paths, id: &SysId) -> Request {
    Request::get(paths.change(&[id.as_str(), "nextstates"]))
}

pub(super) fn decode(result: &Json) -> Option<NextStates> {
    let available = result.get("available_states")?.as_array()?;
    let transitions = result.get("state_transitions").map(flat);
    let labels = result.get("state_label").and_then(Json::as_object);
    Some(NextStates {
        available: available.iter().filter_map(state).collect(),
        transitions: transitions
            .unwrap_or_default()
            .into_iter()
            .filter_map(transition)
            .collect(),
        labels: labels
            .into_iter()
            .flatten()
            .filter_map(|(value, label)| Some((value.parse().ok()?, label.as_str()?.to_owned())))
            .collect(),
    })
}

/// The transitions come as a list of lists.
fn flat(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other],
    }
}

fn transition(json: &Json) -> Option<Transition> {
    let flag = |name: &str| json.get(name).is_some_and(yes);
    let conditions = json.get("conditions").and_then(Json::as_array);
    Some(Transition {
        from: state(json.get("from_state")?)?,
        to: state(json.get("to_state")?)?,
        available: flag("transition_available"),
        automatic: flag("automatic_transition"),
        conditions: conditions
            .into_iter()
            .flatten()
            .map(|condition| Condition {
                name: condition
                    .pointer("/condition/name")
                    .and_then(Json::as_str)
                    .unwrap_or_default()
                    .to_owned(),
                passed: condition.get("passed").is_some_and(yes),
            })
            .collect(),
    })
}

/// A state value, as a text or as a number with or without a fraction.
fn state(json: &Json) -> Option<State> {
    let row = crate::wire::Row::from_json(&serde_json::json!({ "state": json }))?;
    super::decode::state_of(&row)
}

fn yes(json: &Json) -> bool {
    json.as_bool()
        .unwrap_or_else(|| json.as_str() == Some("true"))
}
