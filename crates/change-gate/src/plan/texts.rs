//! The texts of a change: templates over the facts of the run.

use pipelines_agent::{Inputs, RunFacts};
use serde_json::Value;
use settings::template::{self, Limits};

use super::origin::Names;

/// One text of a change.
struct Text {
    input: &'static str,
    column: &'static str,
    /// What stands there when the user gives nothing.
    default: Option<&'static str>,
    /// Characters that the column holds.
    width: usize,
}

const SHORT: usize = 160;
const LONG: usize = 4000;

const TEXTS: [Text; 6] = [
    Text {
        input: "shortDescription",
        column: "short_description",
        default: Some(
            "Deploy {{ service }} {% if release.name %}{{ release.name }}{% else %}{{ run.number }}{% endif %} to \
             {{ environment }}",
        ),
        width: SHORT,
    },
    Text {
        input: "description",
        column: "description",
        default: Some(
            "Opened by Azure Pipelines for a deployment.\n\nService: {{ service }}\nEnvironment: {{ environment }}\n\
             Project: {{ project }}\nPipeline: {{ pipeline.name }}\nRun: {{ run.number }}\n\
             {% if release.name %}Release: {{ release.name }}\n{% endif %}Repository: {{ repository }}\n\
             Branch: {{ branch }}\nCommit: {{ commit }}\nRequested by: {{ requestedFor }}\nPage: {{ page }}\n",
        ),
        width: LONG,
    },
    Text {
        input: "justification",
        column: "justification",
        default: None,
        width: LONG,
    },
    Text {
        input: "implementationPlan",
        column: "implementation_plan",
        default: None,
        width: LONG,
    },
    Text {
        input: "backoutPlan",
        column: "backout_plan",
        default: None,
        width: LONG,
    },
    Text {
        input: "testPlan",
        column: "test_plan",
        default: None,
        width: LONG,
    },
];

/// The columns and their texts. A text that is wider than its column ends in a visible mark instead of being cut by
/// the instance in silence. Problems are left with `inputs`.
pub(super) fn render(
    inputs: &mut Inputs<'_>,
    facts: &RunFacts,
    names: &Names<'_>,
    templated: bool,
) -> Vec<(String, String)> {
    let facts = with_names(facts, names);
    let mut columns = Vec::new();
    for text in &TEXTS {
        let given = inputs.free_text(text.input);
        let default = text
            .default
            .filter(|_| !templated || text.input == "shortDescription");
        let Some(text_template) = given.as_deref().or(default) else {
            continue;
        };
        match template::render(text.input, text_template, &facts, &Limits::default()) {
            Ok(rendered) => {
                // Many may read a change, and a template or a commit message may quote a secret.
                let rendered = inputs.without_secrets(rendered.trim());
                let rendered = one_line_if_short(text, &rendered);
                columns.push((text.column.to_owned(), fit(&rendered, text.width)));
            }
            Err(error) => {
                inputs.problem(text.input, redact::chain(&error), error.mend());
            }
        }
    }
    columns
}

fn with_names(facts: &RunFacts, names: &Names<'_>) -> Value {
    let mut facts = facts.to_json();
    if let Value::Object(map) = &mut facts {
        map.insert("service".to_owned(), names.service.into());
        map.insert("environment".to_owned(), names.environment.into());
    }
    facts
}

fn one_line_if_short(text: &Text, rendered: &str) -> String {
    if text.width == SHORT {
        rendered.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        rendered.to_owned()
    }
}

fn fit(text: &str, width: usize) -> String {
    const MARK: &str = " [cut]";
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - MARK.len()).collect::<String>() + MARK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_wider_than_its_column_ends_in_a_mark() {
        assert_eq!(fit("short", 10), "short");
        assert_eq!(fit("0123456789abcdef", 12), "012345 [cut]");
        assert_eq!(fit(&"ü".repeat(200), SHORT).chars().count(), SHORT);
    }
}
