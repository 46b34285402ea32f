//! What the user asked for: the step's inputs over `servicenow.yml` over defaults, as one typed value.
//!
//! Everything that can be wrong without asking anybody is found here, and reported in one go.

mod outcome;
mod texts;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use azure_devops::EnvironmentId;
use change::{Correlation, Number, State};
use jiff::Timestamp;
use pipelines_agent::{Environment, Inputs, RunFacts};
use settings::{Columns, Key, Task};
use task::connect::CONNECTION;
use task::{Draft, Names, file, origin};

pub(crate) use outcome::Ended;
pub(crate) use texts::{Late, Texts, late_facts, render};

/// The variable in which the gate leaves the number of its change.
const GATES_NUMBER: &str = "ServiceNow.ChangeNumber";

const UNAVAILABLE_MINUTES: f64 = 15.0;
const LONGEST_MINUTES: f64 = 60.0 * 24.0 * 365.0;

/// Keys of the settings file that say how a change is opened, which are the gate's.
const OPENING: [&str; 17] = [
    "additionalFields",
    "assignmentGroup",
    "backoutPlan",
    "category",
    "changeModel",
    "changeType",
    "configurationItem",
    "description",
    "impact",
    "implementationPlan",
    "justification",
    "priority",
    "risk",
    "shortDescription",
    "standardChangeTemplate",
    "testPlan",
    "unavailableMinutes",
];

/// Every input that this program reads. A test compares the list with `task.json`, both ways.
#[cfg(test)]
pub(crate) const INPUTS: [&str; 28] = [
    "serviceNowConnection",
    "configFile",
    "service",
    "environment",
    "changeNumber",
    "outcome",
    "targetState",
    "closeCode",
    "closeNotes",
    "workNote",
    "startedAt",
    "finishedAt",
    "closeChangeTasks",
    "evidence",
    "evidenceFiles",
    "deploymentTable",
    "deploymentFields",
    "whenMissing",
    "assignmentGroup",
    "changeType",
    "standardChangeTemplate",
    "changeModel",
    "configurationItem",
    "additionalFields",
    "whenUnavailable",
    "unavailableMinutes",
    "auditReport",
    "dryRun",
];

/// What the user asked for.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
pub(crate) struct Plan {
    /// What is deployed, and to where.
    pub(crate) names: Names,
    /// The stage's identity.
    pub(crate) correlation: Correlation,
    /// The YAML environment, where the job deploys to one.
    pub(crate) environment_id: Option<EnvironmentId>,
    /// The change, where its number is known.
    pub(crate) number: Option<Number>,
    /// How the deployment ended.
    pub(crate) ended: Ended,
    /// Where the change should stand afterwards; `None` to leave it where it is.
    pub(crate) goal: Option<State>,
    /// The close code, by label or value.
    pub(crate) close_code: Option<String>,
    /// Templates of what is written on the change.
    pub(crate) texts: Texts,
    /// When the deployment began and ended, where the user says so.
    pub(crate) started: Option<Timestamp>,
    pub(crate) finished: Option<Timestamp>,
    /// Whether open change tasks are closed.
    pub(crate) close_tasks: bool,
    /// What is collected.
    pub(crate) evidence: Evidence,
    /// Files to attach: paths or globs in `folder`.
    pub(crate) files: Vec<String>,
    /// The job's working folder.
    pub(crate) folder: PathBuf,
    /// A table that gets one row per deployment.
    pub(crate) table: Option<Table>,
    /// What a deployment without a change means.
    pub(crate) when_missing: WhenMissing,
    /// Whether an instance that stays down fails the step.
    pub(crate) unavailable_fails: bool,
    /// How long it may be down.
    pub(crate) unavailable: Duration,
    /// Whether the audit report is made.
    pub(crate) audit_report: bool,
    /// Whether nothing may be written.
    pub(crate) dry_run: bool,
    /// What the settings file wants the user to know.
    pub(crate) notices: Vec<String>,
}

/// What is collected about the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four kinds, each wanted or not"
)]
pub(crate) struct Evidence {
    pub(crate) work_items: bool,
    pub(crate) commits: bool,
    pub(crate) tests: bool,
    pub(crate) artifacts: bool,
}

impl Evidence {
    fn is_any(self) -> bool {
        self.work_items || self.commits || self.tests || self.artifacts
    }
}

/// A table of the user's own.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// Columns and the templates of their values.
    pub(crate) fields: BTreeMap<String, String>,
}

/// What a deployment without a change means.
#[derive(Debug)]
pub(crate) enum WhenMissing {
    Fail,
    Warn,
    /// A change is opened after the fact.
    CreateRetrospective(Box<Draft>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Fail,
    Warn,
    Create,
}

impl Plan {
    /// Whether the organization is asked at all: for evidence, or by the report for when the deployment began.
    pub(crate) fn asks_organization(&self) -> bool {
        self.evidence.is_any() || self.audit_report
    }

    /// Reads the plan.
    ///
    /// # Errors
    /// Every problem found, each a line that says what, where and how to mend it.
    pub(crate) fn read(environment: &Environment, facts: &RunFacts) -> Result<Self, Vec<String>> {
        let mut inputs = Inputs::new(environment);
        inputs.required(CONNECTION);
        let mut problems = Vec::new();
        let names = Names::read(&mut inputs, facts);
        let ours = |key: &Key| key.task() == Task::Record || OPENING.contains(&key.name());
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
        let number = number(&mut inputs, environment);
        let (started, finished) = times(&mut inputs);
        let goals = [
            ("closed", Some(State::Closed)),
            ("review", Some(State::Review)),
            ("implement", Some(State::Implement)),
            ("none", None),
        ];
        let fails = [("fail", true), ("warn", false)];
        let plan = Self {
            environment_id: environment
                .public_variable("Environment.Id")
                .and_then(|id| id.parse().ok()),
            number,
            ended: Ended::read(&mut inputs, facts),
            goal: inputs.choice("targetState", &goals, Some(State::Closed)),
            close_code: inputs.text("closeCode"),
            table: table(&mut inputs, &mut file, facts, &names),
            texts: Texts::read(&mut inputs, facts, &names),
            started,
            finished,
            close_tasks: inputs.flag("closeChangeTasks", true),
            evidence: evidence(&mut inputs),
            files: lines(inputs.text("evidenceFiles")),
            folder: folder(environment),
            when_missing: when_missing(&mut inputs, &mut file, facts, &names),
            unavailable_fails: inputs.choice("whenUnavailable", &fails, true),
            unavailable: inputs.minutes(
                "unavailableMinutes",
                UNAVAILABLE_MINUTES,
                0.0..=LONGEST_MINUTES,
            ),
            audit_report: inputs.flag("auditReport", true),
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

/// The number of the change: the input, else what the gate left.
fn number(inputs: &mut Inputs<'_>, environment: &Environment) -> Option<Number> {
    let given = inputs.text("changeNumber");
    let left = environment.public_variable(GATES_NUMBER);
    let text = given.as_deref().or(left.filter(|text| !text.is_empty()))?;
    match text.parse() {
        Ok(number) => Some(number),
        Err(error) => {
            let shown = origin::shown(text);
            let what = match given {
                Some(_) => format!("'{shown}' is no change number"),
                None => format!("it is empty, and the variable {GATES_NUMBER} holds '{shown}'"),
            };
            inputs.problem("changeNumber", what, redact::chain(&error));
            None
        }
    }
}

fn times(inputs: &mut Inputs<'_>) -> (Option<Timestamp>, Option<Timestamp>) {
    let mut read = |name: &str| {
        let text = inputs.text(name)?;
        let moment: Option<Timestamp> = text.parse().ok();
        if moment.is_none() {
            let what = format!("'{}' is no time", origin::shown(&text));
            inputs.problem(
                name,
                what,
                "write 2026-03-01T22:00:00Z or 2026-03-01T22:00:00+02:00",
            );
        }
        moment
    };
    let (started, finished) = (read("startedAt"), read("finishedAt"));
    if let (Some(start), Some(end)) = (started, finished)
        && end < start
    {
        inputs.problem(
            "finishedAt",
            "it is before startedAt",
            "give an end after the start",
        );
    }
    (started, finished)
}

/// The words of `evidence`, by commas or lines. Nothing given means everything; `none` means nothing.
fn evidence(inputs: &mut Inputs<'_>) -> Evidence {
    let everything = Evidence {
        work_items: true,
        commits: true,
        tests: true,
        artifacts: true,
    };
    let Some(text) = inputs.text("evidence") else {
        return everything;
    };
    let mut wanted = Evidence::default();
    for word in text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match word.to_ascii_lowercase().as_str() {
            "workitems" => wanted.work_items = true,
            "commits" => wanted.commits = true,
            "tests" => wanted.tests = true,
            "artifacts" => wanted.artifacts = true,
            "none" => {}
            _ => {
                let what = format!("'{}' is no kind of evidence", origin::shown(word));
                inputs.problem(
                    "evidence",
                    what,
                    "use workItems, commits, tests, artifacts, or none",
                );
            }
        }
    }
    wanted
}

/// The job's working folder.
fn folder(environment: &Environment) -> PathBuf {
    let named = environment.public_variable("System.DefaultWorkingDirectory");
    PathBuf::from(named.unwrap_or("."))
}

fn lines(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn table(
    inputs: &mut Inputs<'_>,
    file: &mut file::File,
    facts: &RunFacts,
    names: &Names,
) -> Option<Table> {
    let name = inputs.text("deploymentTable");
    let fields = file.map(inputs, "deploymentFields", Columns::Custom);
    for template in fields.values() {
        texts::check(inputs, "deploymentFields", template, facts, names);
    }
    let Some(name) = name else {
        if inputs.is_given("deploymentFields") {
            let what = "columns are given, but no table for them";
            inputs.problem(
                "deploymentTable",
                what,
                "name the table, or leave deploymentFields out",
            );
        }
        return None;
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(fits) {
        let what = format!("'{}' is no name of a table", origin::shown(&name));
        inputs.problem(
            "deploymentTable",
            what,
            "use the table's own name, for example u_deployment",
        );
    }
    if fields.is_empty() {
        let what = "a deployment table is named, but none of its columns";
        inputs.problem(
            "deploymentFields",
            what,
            "map at least one column, for example u_run: \"{{ run.id }}\"",
        );
    }
    Some(Table { name, fields })
}

fn when_missing(
    inputs: &mut Inputs<'_>,
    file: &mut file::File,
    facts: &RunFacts,
    names: &Names,
) -> WhenMissing {
    let words = [
        ("fail", Missing::Fail),
        ("createRetrospective", Missing::Create),
        ("warn", Missing::Warn),
    ];
    match inputs.choice("whenMissing", &words, Missing::Fail) {
        Missing::Fail => WhenMissing::Fail,
        Missing::Warn => WhenMissing::Warn,
        Missing::Create => {
            let additional = file.map(inputs, "additionalFields", Columns::Change);
            WhenMissing::CreateRetrospective(Box::new(Draft::read(
                inputs, facts, names, additional,
            )))
        }
    }
}

#[cfg(test)]
mod tests;
