//! The JSON Schema (draft 2020-12) of the file, made from the table that the reader uses.

use serde_json::{Map, Value, json};

use crate::columns::{self, Columns};
use crate::form::Form;
use crate::keys;
use crate::shape::{Choice, Key, Shape};
use crate::template;

/// The schema as a value.
///
/// It accepts what [`Settings::parse`](crate::Settings::parse) accepts, as far as a schema can tell: rules that need
/// more than one place of the file (the strictest environment, names of templates, the syntax of templates) are the
/// reader's alone.
#[must_use]
pub fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "servicenow.yml",
        "description": "Settings of the Snowgate tasks, by service and environment. Version 1.",
    });
    merge(&mut schema, shape(&keys::FILE));
    let defs: Map<String, Value> = keys::value_keys()
        .iter()
        .map(|key| (key.name.to_owned(), described(key)))
        .chain([("textTemplate".to_owned(), text_template())])
        .collect();
    merge(&mut schema, json!({ "$defs": defs }));
    schema
}

/// The schema as the text that is published: keys sorted, two spaces, one line feed at the end.
#[must_use]
pub fn schema_text() -> String {
    format!("{:#}\n", sorted(schema()))
}

/// Whether maps of `serde_json` keep their order depends on what else is built; the published text must not.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

fn described(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    let mut description = key.doc.to_owned();
    for Choice { word, doc } in key.choices() {
        description.push_str(&format!("\n- {word}: {doc}"));
    }
    merge(&mut schema, json!({ "description": description }));
    schema
}

fn shape(shape: &Shape) -> Value {
    match *shape {
        Shape::Text(form) => text(form),
        Shape::Template => json!({ "$ref": "#/$defs/textTemplate" }),
        Shape::Choice(choices) => json!({ "type": "string", "enum": words(choices) }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole { min, max } if min == max => json!({ "type": "integer", "const": min }),
        Shape::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Words(choices) => json!({
            "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "string", "enum": words(choices) },
        }),
        Shape::Texts(form) => json!({ "type": "array", "uniqueItems": true, "items": text(form) }),
        Shape::Columns { columns, .. } => columns_schema(columns),
        Shape::Record(groups) => record(groups),
        Shape::Named { names, of } => json!({
            "type": ["object", "null"],
            "propertyNames": { "pattern": names.pattern(), "maxLength": names.longest() },
            "additionalProperties": self::shape(of),
        }),
    }
}

fn words(choices: &[Choice]) -> Vec<&'static str> {
    choices.iter().map(|choice| choice.word).collect()
}

fn text(form: Form) -> Value {
    let types = match form.number_type() {
        Some(number) => json!(["string", number]),
        None => json!("string"),
    };
    json!({ "type": types, "pattern": form.pattern(), "maxLength": form.longest() })
}

fn text_template() -> Value {
    json!({
        "description": "A text template over the run's facts, or { template: name } for one under `templates`.",
        "oneOf": [
            text(Form::Prose(template::LONGEST)),
            {
                "type": "object",
                "properties": { "template": text(Form::TemplateName) },
                "required": ["template"],
                "additionalProperties": false,
            },
        ],
    })
}

fn columns_schema(columns: Columns) -> Value {
    json!({
        "type": "object",
        "maxProperties": columns::MOST,
        "propertyNames": {
            "pattern": Form::ColumnName.pattern(),
            "maxLength": Form::ColumnName.longest(),
            "not": { "pattern": columns.refused_pattern() },
        },
        "additionalProperties": {
            "type": ["string", "number", "boolean", "null"],
            "pattern": Form::Prose(columns::LONGEST).pattern(),
            "maxLength": columns::LONGEST,
        },
    })
}

fn record(groups: &[&'static [Key]]) -> Value {
    let keys = || groups.iter().flat_map(|group| group.iter());
    let properties: Map<String, Value> = keys()
        .map(|key| {
            let is_value = keys::value_key(key.name).is_some();
            let schema = if is_value {
                json!({ "$ref": format!("#/$defs/{}", key.name) })
            } else {
                described(key)
            };
            (key.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = keys()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    // A map whose lines are all commented out is nothing in YAML; where no key is required, that is an empty map.
    let types = if required.is_empty() {
        json!(["object", "null"])
    } else {
        json!("object")
    };
    let mut schema =
        json!({ "type": types, "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        merge(&mut schema, json!({ "required": required }));
    }
    schema
}

#[cfg(test)]
mod tests;
