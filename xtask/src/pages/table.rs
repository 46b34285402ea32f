//! The tables themselves, as GitHub-flavoured Markdown.

use serde_json::Value;

use super::definition::{Definition, Input};

/// How a help text ends where `servicenow.yml` may decide; the default follows.
const FILE_DECIDES: &str =
    "Left empty, the configuration file decides, and without one the default: ";

/// One table for each group of inputs, in the order of the editor.
pub(super) fn inputs(task: &Definition) -> String {
    let mut tables = Vec::new();
    for group in std::iter::once(None).chain(task.groups.iter().map(Some)) {
        let name = group.map_or("", |group| &group.name);
        let rows: Vec<String> = task
            .inputs
            .iter()
            .filter(|input| input.group_name == name)
            .map(|input| row(input, task))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let title = group.map_or_else(String::new, |group| {
            let shown = shown_with(&group.visible_rule);
            format!("**{}**{shown}\n\n", group.display_name)
        });
        tables.push(format!(
            "{title}| input | in the editor | what it means | values |\n|---|---|---|---|\n{}",
            rows.concat()
        ));
    }
    tables.join("\n")
}

/// One table of everything that later steps can read.
pub(super) fn outputs(task: &Definition) -> String {
    let rows: Vec<String> = task
        .output_variables
        .iter()
        .map(|output| format!("| `{}` | {} |\n", output.name, cell(&output.description)))
        .collect();
    format!("| output | what it holds |\n|---|---|\n{}", rows.concat())
}

fn row(input: &Input, task: &Definition) -> String {
    let help = input.help_mark_down.as_str();
    let (help, default) = match help.rsplit_once(FILE_DECIDES) {
        Some((help, default)) => (help.trim_end(), default.trim_end_matches('.').to_owned()),
        None => (help, given_default(input)),
    };
    let default = (!default.is_empty()).then(|| format!("default {default}"));
    let bound = task
        .data_source_bindings
        .iter()
        .any(|binding| binding.target == input.name);
    let values: Vec<String> = [takes(input, bound), default]
        .into_iter()
        .flatten()
        .collect();
    format!(
        "| `{}` | {} | {}{} | {} |\n",
        input.name,
        cell(&input.label),
        cell(help),
        shown_with(&input.visible_rule),
        cell(&values.join("; ")),
    )
}

/// `defaultValue`, in code quotes.
fn given_default(input: &Input) -> String {
    match &input.default_value {
        Value::Null => String::new(),
        Value::String(value) if value.is_empty() => String::new(),
        Value::String(value) => format!("`{value}`"),
        other => format!("`{other}`"),
    }
}

/// What may be given, where that is not any text.
fn takes(input: &Input, bound: bool) -> Option<String> {
    let words: Vec<String> = input.options.0.iter().map(|w| format!("`{w}`")).collect();
    let open = input.properties.editable_options == "True";
    let mut takes = match words.join(", ") {
        words if words.is_empty() && input.kind == "boolean" => "`true`, `false`".to_owned(),
        words if words.is_empty() && bound => "the instance's own".to_owned(),
        words if !words.is_empty() && open => format!("{words}, or as said"),
        words => words,
    };
    if input.required {
        let gap = if takes.is_empty() { "" } else { ": " };
        takes = format!("required{gap}{takes}");
    }
    (!takes.is_empty()).then_some(takes)
}

/// When the editor shows the input at all.
fn shown_with(rule: &str) -> String {
    match rule {
        "" => String::new(),
        rule => format!(" For `{}`.", cell(rule)),
    }
}

/// Text as it may stand in a table: on one line, its bars escaped.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::inputs;

    fn table(input: &Value) -> String {
        // As text: a map of values would lose the order of its words.
        let task = format!(
            r#"{{ "groups": [{{ "name": "g", "displayName": "The group", "visibleRule": "b = c" }}],
                 "inputs": [{input}], "dataSourceBindings": [{{ "target": "bound" }}] }}"#
        );
        inputs(&serde_json::from_str(&task).unwrap())
    }

    #[test]
    fn a_row_has_everything_that_task_json_says() {
        for (input, row) in [
            (
                json!({ "name": "a", "label": "A|B", "type": "string", "required": true,
                    "helpMarkDown": "One\ntwo." }),
                "| `a` | A\\|B | One two. | required |\n",
            ),
            (
                json!({ "name": "a", "label": "A", "type": "pickList", "options": { "x": "X", "y": "Y" },
                    "visibleRule": "b = c || b = d",
                    "helpMarkDown": "What. Left empty, the configuration file decides, and without one the default: `x`." }),
                "| `a` | A | What. For `b = c \\|\\| b = d`. | `x`, `y`; default `x` |\n",
            ),
            (
                json!({ "name": "a", "label": "A", "type": "boolean", "defaultValue": "false" }),
                "| `a` | A |  | `true`, `false`; default `false` |\n",
            ),
            (
                json!({ "name": "a", "label": "A", "type": "boolean", "defaultValue": true }),
                "| `a` | A |  | `true`, `false`; default `true` |\n",
            ),
            (
                json!({ "name": "bound", "label": "A", "type": "pickList", "required": true }),
                "| `bound` | A |  | required: the instance's own |\n",
            ),
            (
                json!({ "name": "a", "label": "A", "type": "pickList", "options": { "x": "X" },
                    "defaultValue": "x", "properties": { "EditableOptions": "True" } }),
                "| `a` | A |  | `x`, or as said; default `x` |\n",
            ),
        ] {
            let made = table(&input);
            assert!(made.ends_with(row), "{made}\n{row}");
        }
    }

    #[test]
    fn words_keep_the_order_of_the_file() {
        let task = r#"{ "inputs": [{ "name": "a", "label": "A", "type": "pickList", "options": { "z": "", "b": "" } }] }"#;
        let made = inputs(&serde_json::from_str(task).unwrap());
        assert!(made.contains("| `z`, `b` |"), "{made}");
    }

    #[test]
    fn inputs_stand_under_their_group() {
        let made = table(&json!({ "name": "a", "label": "A", "type": "string", "groupName": "g" }));
        assert!(
            made.starts_with("**The group** For `b = c`.\n\n| input |"),
            "{made}"
        );
    }
}
