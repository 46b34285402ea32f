//! How incidents and bugs are kept alike: the maps of the file over sensible defaults.

use std::collections::BTreeMap;

use crate::form;
use crate::problem::Collector;
use crate::read::{Held, Read, Record, Value};
use crate::settings::{Template, check_reference};

/// The category of a work item's state, the same in every process (vendor page "Workflow states and categories").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Nobody has started.
    Proposed,
    /// Being worked on.
    InProgress,
    /// Repaired, not yet verified.
    Resolved,
    /// Done.
    Completed,
    /// Dropped.
    Removed,
}

impl Category {
    const ALL: [(&'static str, Self); 5] = [
        ("Proposed", Self::Proposed),
        ("InProgress", Self::InProgress),
        ("Resolved", Self::Resolved),
        ("Completed", Self::Completed),
        ("Removed", Self::Removed),
    ];

    /// The category of this name, as the vendor's API spells it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, category)| *category)
    }
}

/// Impact and urgency of an incident, each 1 (high) to 3 (low). Its priority follows from them by the instance's
/// lookup rules, which is why a priority is never written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Impact, 1 to 3.
    pub impact: u8,
    /// Urgency, 1 to 3.
    pub urgency: u8,
}

/// Where an incident goes, and what the instance wants to know for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentMove {
    /// The state's value.
    pub state: i32,
    /// The resolution code; always there for Resolved and Closed, which the instance refuses without one.
    pub close_code: Option<String>,
    /// The resolution notes, a text template; always there for Resolved and Closed.
    pub close_notes: Option<String>,
    /// Why the incident is on hold.
    pub hold_reason: Option<String>,
}

/// The maps between incidents and bugs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maps {
    bug_priority: BTreeMap<u8, u8>,
    incident_weight: BTreeMap<u8, Weight>,
    by_category: BTreeMap<Category, IncidentMove>,
    by_name: BTreeMap<String, IncidentMove>,
}

const RESOLVED: i32 = 6;
const CLOSED: i32 = 7;

impl Default for Maps {
    /// Priorities 1 to 5 become 1, 1, 2, 3, 4; a bug in progress puts its incident in progress, a resolved or
    /// completed one resolves it with the code `Solution provided`; all else leaves the incident alone.
    fn default() -> Self {
        let resolved = IncidentMove {
            state: RESOLVED,
            close_code: Some("Solution provided".to_owned()),
            close_notes: Some("Resolved with the linked bug.".to_owned()),
            hold_reason: None,
        };
        let in_progress = IncidentMove {
            state: 2,
            close_code: None,
            close_notes: None,
            hold_reason: None,
        };
        let weight = |impact, urgency| Weight { impact, urgency };
        Self {
            bug_priority: BTreeMap::from([(1, 1), (2, 1), (3, 2), (4, 3), (5, 4)]),
            // The stock lookup makes of these the priorities 1, 2, 3 and 4.
            incident_weight: BTreeMap::from([
                (1, weight(1, 1)),
                (2, weight(1, 2)),
                (3, weight(2, 2)),
                (4, weight(2, 3)),
            ]),
            by_category: BTreeMap::from([
                (Category::InProgress, in_progress),
                (Category::Resolved, resolved.clone()),
                (Category::Completed, resolved),
            ]),
            by_name: BTreeMap::new(),
        }
    }
}

impl Maps {
    /// The bug's priority (1 to 4) for an incident's (1 to 5); `None` for a priority that is not mapped.
    #[must_use]
    pub fn bug_priority(&self, incident_priority: u8) -> Option<u8> {
        self.bug_priority.get(&incident_priority).copied()
    }

    /// The incident's impact and urgency for a bug's priority (1 to 4); `None` for a priority that is not mapped.
    #[must_use]
    pub fn incident_weight(&self, bug_priority: u8) -> Option<Weight> {
        self.incident_weight.get(&bug_priority).copied()
    }

    /// Where the incident of a bug goes; `None` where it is left alone. The name of the bug's state (without regard
    /// to case) beats its category.
    #[must_use]
    pub fn incident_move(&self, category: Category, state_name: &str) -> Option<&IncidentMove> {
        self.by_name
            .get(&state_name.to_lowercase())
            .or_else(|| self.by_category.get(&category))
    }

    /// The file's entries over the defaults, one by one.
    pub(crate) fn from_record(
        mut record: Record,
        templates: &BTreeMap<String, Template>,
        problems: &mut Collector<'_>,
    ) -> Self {
        let mut maps = Self::default();
        for (name, held) in named(record.remove("bugPriority")) {
            if let (Some(from), Some(to)) = (digit(&name), small(Some(&held))) {
                maps.bug_priority.insert(from, to);
            }
        }
        for (name, held) in named(record.remove("incidentWeight")) {
            if let (Some(from), Read::Record(weight)) = (digit(&name), held.read)
                && let (Some(impact), Some(urgency)) =
                    (small(weight.get("impact")), small(weight.get("urgency")))
            {
                maps.incident_weight
                    .insert(from, Weight { impact, urgency });
            }
        }
        if let Some(Held {
            read: Read::Record(categories),
            ..
        }) = record.remove("incidentState")
        {
            for (name, held) in categories {
                if let (Some(category), Some(to)) = (
                    Category::from_name(name),
                    incident_move(held, templates, problems),
                ) {
                    maps.by_category.insert(category, to);
                }
            }
        }
        for (name, held) in named(record.remove("incidentStateByName")) {
            let at = held.at;
            if let Some(to) = incident_move(held, templates, problems)
                && maps.by_name.insert(name.to_lowercase(), to).is_some()
            {
                problems.add(
                    at,
                    "two names of states differ by case only",
                    "keep one of them",
                );
            }
        }
        maps
    }
}

fn named(held: Option<Held>) -> Vec<(String, Held)> {
    match held {
        Some(Held {
            read: Read::Named(named),
            ..
        }) => named,
        _ => Vec::new(),
    }
}

fn digit(name: &str) -> Option<u8> {
    name.parse().ok()
}

fn small(held: Option<&Held>) -> Option<u8> {
    match held?.read {
        Read::Value(Value::Whole(whole)) => u8::try_from(whole).ok(),
        _ => None,
    }
}

/// A move with what its state needs; `None` where something is missing, which is with `problems` then.
fn incident_move(
    held: Held,
    templates: &BTreeMap<String, Template>,
    problems: &mut Collector<'_>,
) -> Option<IncidentMove> {
    let at = held.at;
    let Read::Record(mut record) = held.read else {
        return None;
    };
    let mut text = |key: &str| {
        let held = record.remove(key)?;
        check_reference(&held, templates, problems);
        match held.read {
            Read::Value(Value::Text(text)) => Some(text),
            Read::Template(name) => templates.get(&name).map(|template| template.text.clone()),
            Read::Value(_) | Read::Record(_) | Read::Named(_) => None,
        }
    };
    let state = form::incident_state(&text("state")?)?;
    let read = IncidentMove {
        state,
        close_code: text("closeCode"),
        close_notes: text("closeNotes"),
        hold_reason: text("holdReason"),
    };
    if matches!(state, RESOLVED | CLOSED)
        && (read.close_code.is_none() || read.close_notes.is_none())
    {
        problems.add(
            at,
            "an incident is resolved or closed here without `closeCode` and `closeNotes`",
            "add both: the instance refuses the state without them",
        );
    }
    Some(read)
}

#[cfg(test)]
mod tests;
