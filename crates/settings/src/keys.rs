//! The one table of everything `servicenow.yml` may hold.

use crate::columns::Columns;
use crate::form::Form;
use crate::shape::{Choice, Key, Shape, Task};

const NAME: Shape = Shape::Text(Form::Line(255));

const fn gate(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key::input(Task::Gate, name, shape, doc)
}

const fn record(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key::input(Task::Record, name, shape, doc)
}

const fn choice(word: &'static str, doc: &'static str) -> Choice {
    Choice { word, doc }
}

/// Every key whose value stands for a task's input: allowed in `defaults`, in a service and in an environment.
#[must_use]
pub fn value_keys() -> &'static [Key] {
    VALUES
}

/// The value key of this name.
pub(crate) fn value_key(name: &str) -> Option<&'static Key> {
    VALUES.iter().find(|key| key.name == name)
}

#[rustfmt::skip]
static VALUES: &[Key] = &[
    gate("changeAction", Shape::Choice(&[
        choice("createOrReuse", "find this stage's open change, or create one"),
        choice("create", "always create a new change"),
        choice("existing", "use a change that somebody else opened"),
    ]), "Where the change comes from."),
    gate("changeQuery", Shape::Text(Form::Line(2_000)),
        "Encoded query that finds the existing change; it has to match exactly one."),
    gate("changeType", Shape::Choice(&[
        choice("standard", "pre-approved, from a template"),
        choice("normal", "assessed and authorized in approval rounds"),
        choice("emergency", "authorized at once, for urgent repairs"),
    ]), "Type of the change."),
    gate("standardChangeTemplate", NAME, "Template of a standard change: its name or sys_id."),
    gate("changeModel", NAME, "Change model: its name or sys_id."),
    gate("configurationItem", NAME, "Configuration item that the change is about: its sys_id or unique name."),
    gate("assignmentGroup", NAME, "Group that the change is assigned to: its name or sys_id."),
    gate("shortDescription", Shape::Template, "Short description; a text template over the run's facts."),
    gate("description", Shape::Template, "Description; a text template over the run's facts."),
    gate("justification", Shape::Template, "Justification; a text template over the run's facts."),
    gate("implementationPlan", Shape::Template, "Implementation plan; a text template over the run's facts."),
    gate("backoutPlan", Shape::Template, "Back-out plan; a text template over the run's facts."),
    gate("testPlan", Shape::Template, "Test plan; a text template over the run's facts."),
    gate("risk", NAME, "Risk: its label or value on your instance, for example High."),
    gate("impact", NAME, "Impact: its label or value on your instance, for example \"1\"."),
    gate("priority", NAME, "Priority: its label or value on your instance."),
    gate("category", NAME, "Category: its label or value on your instance."),
    gate("plannedStart", Shape::Text(Form::Duration),
        "Planned start, as a duration from the start of the gate; a fixed moment belongs in the task's input."),
    gate("plannedEnd", Shape::Text(Form::Duration),
        "Planned end, as a duration from the start of the gate; a fixed moment belongs in the task's input."),
    gate("additionalFields", Shape::Columns { columns: Columns::Change, templates: false },
        "Any further columns of the change. An environment's columns are added to the service's, and those to the defaults'."),
    gate("requestApproval", Shape::Flag, "Whether the gate asks for approval of a change it created."),
    gate("proceedWhen", Shape::Text(Form::Proceed),
        "When the stage may go on: approved, scheduled, implement, created, or state: with a state's label or value."),
    gate("timeoutMinutes", Shape::Whole { min: 1, max: 525_600 }, "How long the gate waits, in minutes."),
    gate("pollSeconds", Shape::Whole { min: 2, max: 86_400 }, "Shortest time between two looks at the change, in seconds."),
    gate("onTimeout", Shape::Choice(&[
        choice("fail", "the stage fails"),
        choice("proceed", "the stage goes on, with a warning that is also written on the change"),
    ]), "What happens when the time is over."),
    gate("changeWindow", Shape::Choice(&[
        choice("wait", "wait until the planned window is open"),
        choice("fail", "fail outside the planned window"),
        choice("ignore", "do not look at the planned window"),
    ]), "What the change's planned window means for the stage."),
    gate("conflictPolicy", Shape::Choice(&[
        choice("ignore", "conflicts are not looked at"),
        choice("wait", "wait until there is no conflict"),
        choice("fail", "a conflict fails the stage"),
    ]), "What a conflict with another change means for the stage."),
    gate("moveToImplement", Shape::Flag, "Whether the gate moves the approved change to Implement."),
    gate("whenUnavailable", Shape::Choice(&[
        choice("fail", "the stage fails"),
        choice("manual", "the step ends with issues, so that a person can decide in the pipeline"),
    ]), "What the gate does when ServiceNow stays unreachable."),
    gate("unavailableMinutes", Shape::Whole { min: 1, max: 10_080 },
        "How long ServiceNow may be unreachable before `whenUnavailable` counts, in minutes."),
    gate("onCancel", Shape::Choice(&[
        choice("leave", "the change is left as it is"),
        choice("cancelChange", "the change is cancelled where its state allows that"),
    ]), "What happens to the change when the run is cancelled."),
    record("targetState", Shape::Choice(&[
        choice("closed", "close the change"),
        choice("review", "leave the change in Review"),
        choice("implement", "leave the change in Implement"),
        choice("none", "do not move the change"),
    ]), "State in which the deployment record leaves the change."),
    record("closeCode", NAME, "Close code of the change: its label or value on your instance."),
    record("closeNotes", Shape::Template, "Close notes; a text template over the run's facts."),
    record("workNote", Shape::Template, "Work note about the deployment; a text template over the run's facts."),
    record("closeChangeTasks", Shape::Flag, "Whether open change tasks are closed with the change."),
    record("evidence", Shape::Words(&[
        choice("workItems", "the work items of the run"),
        choice("commits", "the commits of the run"),
        choice("tests", "the test results of the run"),
        choice("artifacts", "the artifacts of the run"),
        choice("none", "nothing"),
    ]), "What is collected about the run."),
    record("evidenceFiles", Shape::Texts(Form::Line(1_000)),
        "Files to attach to the change: paths or globs in the job's working folder."),
    record("deploymentTable", Shape::Text(Form::ColumnName), "Table of your own that gets one row per deployment."),
    record("deploymentFields", Shape::Columns { columns: Columns::Custom, templates: true },
        "Columns of that row; their values are text templates over the run's facts."),
    record("whenMissing", Shape::Choice(&[
        choice("fail", "the step fails"),
        choice("createRetrospective", "open a change after the fact, and say so on it"),
        choice("warn", "warn and go on"),
    ]), "What happens when no change is found for the deployment."),
    record("recordWhenUnavailable", Shape::Choice(&[
        choice("fail", "the step fails"),
        choice("warn", "warn and go on"),
    ]), "What the deployment record does when ServiceNow stays unreachable: its input `whenUnavailable`, under a name of its own \
         because the gate's input of that name has other choices.").for_input("whenUnavailable"),
    record("auditReport", Shape::Flag, "Whether the audit report is attached to the change."),
];

/// An environment of a service or of the defaults.
static ENVIRONMENT: Shape = Shape::Record(&[
    VALUES,
    &[Key::part(
        "strictest",
        Shape::Flag,
        "Marks the environment whose values an environment without an entry takes. Without a mark it is the one named production or prod.",
    )],
]);

const ENVIRONMENTS: Key = Key::part(
    "environments",
    Shape::Named {
        names: Form::Line(255),
        of: &ENVIRONMENT,
    },
    "Values for single environments, by name without regard to case. An environment without an entry takes the strictest one's.",
);

static SERVICE: Shape = Shape::Record(&[VALUES, &[ENVIRONMENTS]]);

static DEFAULTS: Shape = Shape::Record(&[
    VALUES,
    &[
        ENVIRONMENTS,
        Key::part(
            "allowUnknownServices",
            Shape::Flag,
            "Whether a service without an entry may use the defaults. Without this it is an error.",
        ),
    ],
]);

static TEMPLATE_TEXT: Shape = Shape::Text(Form::Prose(crate::template::LONGEST));

static BUG_PRIORITY: Shape = Shape::Whole { min: 1, max: 4 };

const GRADE: Shape = Shape::Whole { min: 1, max: 3 };
static WEIGHT: Shape = Shape::Record(&[&[
    Key::part(
        "impact",
        GRADE,
        "Impact of the incident: 1 high, 2 medium, 3 low.",
    )
    .required(),
    Key::part(
        "urgency",
        GRADE,
        "Urgency of the incident: 1 high, 2 medium, 3 low.",
    )
    .required(),
]]);

static MOVE: Shape = Shape::Record(&[&[
    Key::part(
        "state",
        Shape::Text(Form::IncidentState),
        "State of the incident: its label or value.",
    )
    .required(),
    Key::part(
        "closeCode",
        NAME,
        "Resolution code; Resolved and Closed need one.",
    ),
    Key::part(
        "closeNotes",
        Shape::Template,
        "Resolution notes, a text template; Resolved and Closed need them.",
    ),
    Key::part(
        "holdReason",
        NAME,
        "Why the incident is on hold: label or value.",
    ),
]]);

static CATEGORIES: Shape = Shape::Record(&[&[
    Key::part("Proposed", MOVE, "For a bug that nobody has started."),
    Key::part("InProgress", MOVE, "For a bug that is being worked on."),
    Key::part(
        "Resolved",
        MOVE,
        "For a bug that is repaired and not yet verified.",
    ),
    Key::part("Completed", MOVE, "For a bug that is done."),
    Key::part("Removed", MOVE, "For a bug that was dropped."),
]]);

static MAPS: Shape = Shape::Record(&[&[
    Key::part(
        "bugPriority",
        Shape::Named {
            names: Form::Digit(5),
            of: &BUG_PRIORITY,
        },
        "Priority of a bug (1 to 4), by the priority of its incident (\"1\" to \"5\").",
    ),
    Key::part(
        "incidentWeight",
        Shape::Named {
            names: Form::Digit(4),
            of: &WEIGHT,
        },
        "Impact and urgency of an incident, by the priority of its bug (\"1\" to \"4\"). An incident's priority follows from them and is never written.",
    ),
    Key::part(
        "incidentState",
        CATEGORIES,
        "State of an incident, by the state category of its bug.",
    ),
    Key::part(
        "incidentStateByName",
        Shape::Named {
            names: Form::Line(255),
            of: &MOVE,
        },
        "State of an incident, by the name of its bug's state; beats the category.",
    ),
]]);

/// The whole file.
pub(crate) static FILE: Shape = Shape::Record(&[&[
    Key::part(
        "version",
        Shape::Whole {
            min: VERSION,
            max: VERSION,
        },
        "Version of this format.",
    )
    .required(),
    Key::part(
        "defaults",
        DEFAULTS,
        "Values for any service; a service's own values beat them.",
    ),
    Key::part(
        "services",
        Shape::Named {
            names: Form::Line(255),
            of: &SERVICE,
        },
        "Values by service. A name may be a glob (`web-*`, `?` for one character): an exact name beats a glob, among globs the longest literal part wins.",
    ),
    Key::part(
        "templates",
        Shape::Named {
            names: Form::TemplateName,
            of: &TEMPLATE_TEXT,
        },
        "Named texts, used as `{ template: name }` wherever a text template is wanted.",
    ),
    Key::part(
        "maps",
        MAPS,
        "How incidents and bugs are kept alike (used by the bridge).",
    ),
]]);

/// The version of the format that this crate reads.
pub(crate) const VERSION: i64 = 1;

/// Task inputs that the file does not take, and why.
pub(crate) const NOT_IN_THE_FILE: &[(&str, &str)] = &[
    ("changeNumber", "it names one change: set the task's input"),
    ("configFile", "this is that file: remove it"),
    (
        "dryRun",
        "it is for one run, and a file that says so would let every stage pass without a change: set the task's input",
    ),
    ("finishedAt", "it belongs to one run: set the task's input"),
    ("outcome", "it belongs to one run: set the task's input"),
    (
        "serviceNowConnection",
        "the agent grants a connection by the pipeline only: set the task's input",
    ),
    ("startedAt", "it belongs to one run: set the task's input"),
];

/// Names that people bring along from elsewhere.
pub(crate) const ALSO_KNOWN_AS: &[(&str, &str)] = &[
    ("changeTemplate", "standardChangeTemplate"),
    ("ci", "configurationItem"),
    ("cmdbCi", "configurationItem"),
    ("cmdb_ci", "configurationItem"),
    ("environment", "environments"),
    ("group", "assignmentGroup"),
    ("type", "changeType"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_documented() {
        let names: BTreeSet<&str> = VALUES.iter().map(Key::name).collect();
        assert_eq!(names.len(), VALUES.len());
        for key in VALUES {
            assert!(key.doc().ends_with('.'), "{}", key.name);
            assert_ne!(key.task(), Task::Neither, "{}", key.name);
            let words: BTreeSet<&str> = key.choices().iter().map(|choice| choice.word).collect();
            assert_eq!(words.len(), key.choices().len(), "{}", key.name);
        }
        for (name, _) in NOT_IN_THE_FILE {
            assert!(value_key(name).is_none(), "{name}");
        }
        for (foreign, ours) in ALSO_KNOWN_AS {
            assert!(value_key(foreign).is_none(), "{foreign}");
            assert!(
                value_key(ours).is_some() || *ours == "environments",
                "{ours}"
            );
        }
    }

    #[test]
    fn a_key_differs_from_its_input_in_one_case_only() {
        let other: Vec<&str> = VALUES
            .iter()
            .filter(|key| key.name != key.input_name())
            .map(Key::name)
            .collect();
        assert_eq!(other, ["recordWhenUnavailable"]);
        assert!(value_key("deploymentFields").is_some_and(Key::is_template));
        assert!(value_key("risk").is_some_and(|key| !key.is_template()));
    }
}
