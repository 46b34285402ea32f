//! What is written on the change: templates, checked before anything is written, rendered when the facts are there.

use pipelines_agent::{Inputs, RunFacts};
use serde_json::{Value, json};
use settings::template::{self, Limits, TemplateError};
use task::Names;

const CLOSE_NOTES: &str = "Deployment of {{ service }} to {{ environment }}: {{ outcome }}.\n\
    Service: {{ service }}\nEnvironment: {{ environment }}\nPipeline: {{ pipeline.name }}\nRun: {{ run.number }}\n\
    {% if release.name %}Release: {{ release.name }}\n{% endif %}Commit: {{ commit }}\nRequested by: {{ requestedFor }}\n\
    {% if startedAt %}Started: {{ startedAt }} UTC\n{% endif %}Finished: {{ finishedAt }} UTC\nPage: {{ page }}";

const WORK_NOTE: &str = "Deployment of {{ service }} to {{ environment }}: {{ outcome }}.\n\
    Pipeline: {{ pipeline.name }}\nRun: {{ run.number }}, attempt {{ stageAttempt | default(value=\"1\") }} of stage \
    {{ stageDisplayName or stage }}\n{% if release.name %}Release: {{ release.name }}\n{% endif %}\
    {% if startedAt %}Started: {{ startedAt }} UTC\n{% endif %}Finished: {{ finishedAt }} UTC\nPage: {{ page }}";

/// Templates of what is written on the change.
#[derive(Debug)]
pub(crate) struct Texts {
    /// What the close notes say.
    pub(crate) close_notes: String,
    /// What the work note says, before what we add to it.
    pub(crate) work_note: String,
}

/// What is known only once the change is found and the run was looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Late {
    pub(crate) number: String,
    pub(crate) sys_id: String,
    pub(crate) outcome: String,
    pub(crate) outcome_code: String,
    /// In the form that the instance stores.
    pub(crate) started: String,
    pub(crate) finished: String,
    pub(crate) commits: usize,
    pub(crate) work_items: usize,
    pub(crate) tests: u64,
    pub(crate) tests_failed: u64,
}

impl Texts {
    /// Reads `closeNotes` and `workNote`. Problems are left with `inputs`.
    pub(super) fn read(inputs: &mut Inputs<'_>, facts: &RunFacts, names: &Names) -> Self {
        let mut read = |input: &str, default: &str| {
            let text = inputs
                .free_text(input)
                .unwrap_or_else(|| default.to_owned());
            check(inputs, input, &text, facts, names);
            text
        };
        Self {
            close_notes: read("closeNotes", CLOSE_NOTES),
            work_note: read("workNote", WORK_NOTE),
        }
    }
}

/// Renders a template over the facts as they will be. What is wrong with it is left with `inputs`.
pub(super) fn check(
    inputs: &mut Inputs<'_>,
    input: &str,
    text: &str,
    facts: &RunFacts,
    names: &Names,
) {
    if let Err(error) = render(input, text, &late_facts(facts, names, &Late::default())) {
        inputs.problem(input, redact::chain(&error), error.mend());
    }
}

/// The facts of the run with what is known late.
pub(crate) fn late_facts(facts: &RunFacts, names: &Names, late: &Late) -> Value {
    let mut all = names.with_facts(facts);
    if let Value::Object(map) = &mut all {
        let more = json!({
            "change": { "number": late.number, "sysId": late.sys_id },
            "outcome": late.outcome,
            "outcomeCode": late.outcome_code,
            "startedAt": late.started,
            "finishedAt": late.finished,
            "commits": late.commits,
            "workItems": late.work_items,
            "tests": { "total": late.tests, "failed": late.tests_failed },
        });
        map.extend(more.as_object().cloned().unwrap_or_default());
    }
    all
}

/// Renders a template of this task.
pub(crate) fn render(input: &str, text: &str, facts: &Value) -> Result<String, TemplateError> {
    template::render(input, text, facts, &Limits::default())
}
