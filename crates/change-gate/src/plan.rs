//! What the user asked for: the step's inputs over `servicenow.yml` over defaults, as one typed value.
//!
//! Everything that can be wrong without asking the instance is found here, and reported in one go.

mod criteria;

use std::time::Duration;

use change::{Correlation, Criteria, Number};
use change_control::{Control, Patience};
use pipelines_agent::{Environment, Inputs, RunFacts};
use servicenow::Instance;

pub(crate) use criteria::CriteriaPlan;
use settings::{Columns, Key, Task};
use task::connect::CONNECTION;
use task::{Draft, Lookup, Names, Resolved, file, origin};

use crate::ending::Ending;

/// The defaults and bounds of the times, in the units of their inputs.
const TIMEOUT_MINUTES: f64 = 120.0;
const UNAVAILABLE_MINUTES: f64 = 15.0;
const POLL_SECONDS: f64 = 15.0;
const LONGEST_MINUTES: f64 = 60.0 * 24.0 * 365.0;
const POLL_BOUNDS: std::ops::RangeInclusive<f64> = 2.0..=86_400.0;

/// Every input that this program reads. A test compares the list with `task.json`, both ways.
#[cfg(test)]
pub(crate) const INPUTS: [&str; 37] = [
    "serviceNowConnection",
    "configFile",
    "service",
    "environment",
    "changeAction",
    "changeNumber",
    "changeQuery",
    "changeType",
    "standardChangeTemplate",
    "changeModel",
    "configurationItem",
    "assignmentGroup",
    "shortDescription",
    "description",
    "justification",
    "implementationPlan",
    "backoutPlan",
    "testPlan",
    "risk",
    "impact",
    "priority",
    "category",
    "plannedStart",
    "plannedEnd",
    "additionalFields",
    "requestApproval",
    "proceedWhen",
    "timeoutMinutes",
    "pollSeconds",
    "onTimeout",
    "changeWindow",
    "conflictPolicy",
    "moveToImplement",
    "whenUnavailable",
    "unavailableMinutes",
    "onCancel",
    "dryRun",
];

/// What the user asked for.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What is deployed, and to where.
    pub(crate) names: Names,
    /// The stage's identity.
    pub(crate) correlation: Correlation,
    /// Which change.
    pub(crate) target: Target,
    /// When to go on.
    pub(crate) criteria: CriteriaPlan,
    /// How long and how often to ask.
    pub(crate) patience: Patience,
    /// Whether a new change is walked to its approvers.
    pub(crate) request_approval: bool,
    /// Whether an approved change is walked to Implement.
    pub(crate) move_to_implement: bool,
    /// What the end of the time means.
    pub(crate) on_timeout: OnTimeout,
    /// What an instance that stays down means.
    pub(crate) when_unavailable: WhenUnavailable,
    /// How long it may be down.
    pub(crate) unavailable: Duration,
    /// What becomes of the change when the step is told to stop.
    pub(crate) on_cancel: OnCancel,
    /// Whether nothing may be written.
    pub(crate) dry_run: bool,
    /// What the settings file wants the user to know.
    pub(crate) notices: Vec<String>,
}

/// Which change the stage waits for.
#[derive(Debug)]
pub(crate) enum Target {
    /// One of its own.
    New { draft: Box<Draft>, reuse: bool },
    /// The one with this number.
    Number(Number),
    /// The only one that this encoded query matches.
    Query(String),
}

/// What the end of the time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnTimeout {
    Fail,
    Proceed,
}

/// What an instance that stays down means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenUnavailable {
    Fail,
    Manual,
}

/// What becomes of the change when the step is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnCancel {
    Leave,
    CancelChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    CreateOrReuse,
    Create,
    Existing,
}

impl Plan {
    /// Reads the plan.
    ///
    /// # Errors
    /// Every problem found, each a line that says what, where and how to mend it.
    pub(crate) fn read(environment: &Environment, facts: &RunFacts) -> Result<Self, Vec<String>> {
        let mut inputs = Inputs::new(environment);
        inputs.required(CONNECTION);
        let mut problems = Vec::new();
        let names = Names::read(&mut inputs, facts);
        let ours = |key: &Key| key.task() == Task::Gate;
        let mut file = match file::read(&mut inputs, environment, ours, &names) {
            Ok(file) => file,
            Err(found) => {
                problems.extend(found);
                file::File::default()
            }
        };
        let mut inputs = inputs.with_fallbacks(std::mem::take(&mut file.values));
        let correlation = origin::correlation(facts).unwrap_or_else(|problem| {
            problems.push(problem);
            Correlation::of(&change::Origin::Run {
                project_id: "",
                run_id: "",
                stage: "",
            })
        });
        let additional = file.map(&mut inputs, "additionalFields", Columns::Change);
        let target = target(&mut inputs, facts, &names, additional);
        let plan = Self {
            target,
            criteria: CriteriaPlan::read(&mut inputs),
            patience: Patience {
                poll: inputs.seconds("pollSeconds", POLL_SECONDS, POLL_BOUNDS),
                timeout: inputs.minutes("timeoutMinutes", TIMEOUT_MINUTES, 0.0..=LONGEST_MINUTES),
            },
            request_approval: inputs.flag("requestApproval", true),
            move_to_implement: inputs.flag("moveToImplement", true),
            on_timeout: inputs.choice(
                "onTimeout",
                &[("fail", OnTimeout::Fail), ("proceed", OnTimeout::Proceed)],
                OnTimeout::Fail,
            ),
            when_unavailable: inputs.choice(
                "whenUnavailable",
                &[
                    ("fail", WhenUnavailable::Fail),
                    ("manual", WhenUnavailable::Manual),
                ],
                WhenUnavailable::Fail,
            ),
            unavailable: inputs.minutes(
                "unavailableMinutes",
                UNAVAILABLE_MINUTES,
                0.0..=LONGEST_MINUTES,
            ),
            on_cancel: inputs.choice(
                "onCancel",
                &[
                    ("leave", OnCancel::Leave),
                    ("cancelChange", OnCancel::CancelChange),
                ],
                OnCancel::Leave,
            ),
            dry_run: inputs.flag("dryRun", false),
            notices: file.notices,
            names,
            correlation,
        };
        problems.extend(inputs.problems.iter().map(ToString::to_string));
        if problems.is_empty() {
            Ok(plan)
        } else {
            Err(problems)
        }
    }
}

/// What the user asked for, in the instance's own keys and values.
#[derive(Debug)]
pub(crate) struct Known<'p> {
    /// When to go on.
    pub(crate) criteria: Criteria,
    /// Which change.
    pub(crate) target: Sought<'p>,
}

/// Which change the stage waits for, with names and labels looked up.
#[derive(Debug)]
pub(crate) enum Sought<'p> {
    /// One of its own.
    New { new: Box<Resolved>, reuse: bool },
    /// The one with this number.
    Number(&'p Number),
    /// The only one that this encoded query matches.
    Query(&'p str),
}

impl Plan {
    /// Looks names and labels up. All that the instance does not know are reported together.
    pub(crate) async fn look_up(
        &self,
        instance: &Instance,
        control: &Control<'_>,
    ) -> Result<Known<'_>, Ending> {
        let mut look = Lookup::new(control);
        let criteria = self.criteria.resolve(instance, &mut look).await?;
        let target = match &self.target {
            Target::New { draft, reuse } => {
                let new = Box::new(draft.resolve(instance, &mut look).await?);
                // One end may be written out and the other counted from now, which is the instance's to say.
                if new.is_backwards(instance.now()) {
                    let what = "it is not after plannedStart";
                    look.problem("plannedEnd", what, "give an end after the start");
                }
                Sought::New { new, reuse: *reuse }
            }
            Target::Number(number) => Sought::Number(number),
            Target::Query(query) => Sought::Query(query),
        };
        look.done().map_err(Ending::BadInput)?;
        Ok(Known { criteria, target })
    }
}

fn target(
    inputs: &mut Inputs<'_>,
    facts: &RunFacts,
    names: &Names,
    fields: file::Fields,
) -> Target {
    let words = [
        ("createOrReuse", Action::CreateOrReuse),
        ("create", Action::Create),
        ("existing", Action::Existing),
    ];
    let action = inputs.choice("changeAction", &words, Action::CreateOrReuse);
    let number = inputs.text("changeNumber");
    let query = inputs.free_text("changeQuery");
    if action != Action::Existing {
        for (name, given) in [
            ("changeNumber", number.is_some()),
            ("changeQuery", query.is_some()),
        ] {
            if given {
                let what = "it names a change, but changeAction opens one";
                inputs.problem(
                    name,
                    what,
                    "set changeAction: existing, or leave this empty",
                );
            }
        }
        let draft = Box::new(Draft::read(inputs, facts, names, fields));
        return Target::New {
            draft,
            reuse: action == Action::CreateOrReuse,
        };
    }
    match (number, query) {
        (Some(number), None) => match number.parse() {
            Ok(number) => return Target::Number(number),
            Err(error) => {
                let what = format!("'{}' is no change number", origin::shown(&number));
                inputs.problem("changeNumber", what, redact::chain(&error));
            }
        },
        (None, Some(query)) => return Target::Query(query),
        (Some(_), Some(_)) => {
            let what = "changeNumber and changeQuery are both given";
            inputs.problem("changeNumber", what, "give one of them");
        }
        (None, None) => {
            let what = "changeAction is existing, but no change is named";
            inputs.problem("changeNumber", what, "give changeNumber or changeQuery");
        }
    }
    Target::Query(String::new())
}

#[cfg(test)]
mod tests;
