//! Fills a template in.

use serde_json::Value as Json;

use super::arguments::Argument;
use super::handlers::{self, Helper, Test};
use super::parser::{Condition, Part};

/// Why a template was not filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A name that the values do not have. The server prints nothing for it.
    #[error("there is no `{name}`")]
    Missing {
        /// The name.
        name: String,
    },
    /// A list or an object where a text is printed.
    #[error("`{name}` is no text")]
    NoText {
        /// The name.
        name: String,
    },
    /// A helper that was given something it can make nothing of.
    #[error("a helper cannot use {arguments}")]
    Unfit {
        /// What it was given, as JSON.
        arguments: String,
    },
}

pub(super) fn render(parts: &[Part], values: &Json) -> Result<String, RenderError> {
    let mut made = String::new();
    for part in parts {
        match part {
            Part::Text(text) => made.push_str(text),
            Part::Name { name, escape } => {
                let value = find(name, values)?;
                let text = handlers::text(value)
                    .ok_or_else(|| RenderError::NoText { name: name.clone() })?;
                if *escape {
                    escape_into(&mut made, &text);
                } else {
                    made.push_str(&text);
                }
            }
            Part::Call(helper, arguments) => made.push_str(&call(*helper, arguments, values)?),
            Part::Block {
                test,
                body,
                otherwise,
            } => {
                let kept = if holds(test, values)? {
                    render(body, values)?
                } else {
                    String::new()
                };
                // An `else` does not ask the condition: it is printed where what came before it printed nothing.
                match otherwise {
                    Some(otherwise) if kept.is_empty() => {
                        made.push_str(&render(otherwise, values)?);
                    }
                    _ => made.push_str(&kept),
                }
            }
        }
    }
    Ok(made)
}

fn find<'v>(name: &str, values: &'v Json) -> Result<&'v Json, RenderError> {
    let missing = || RenderError::Missing {
        name: name.to_owned(),
    };
    find_opt(name, values).ok_or_else(missing)
}

/// A name that has points in it may be one key, as headers and variables are, or a way through objects.
fn find_opt<'v>(name: &str, values: &'v Json) -> Option<&'v Json> {
    values.get(name).or_else(|| {
        let way = |value: &'v Json, part: &str| value.get(part);
        name.split('.').try_fold(values, way)
    })
}

fn call(helper: Helper, arguments: &[Argument], values: &Json) -> Result<String, RenderError> {
    let maker = match helper {
        Helper::Test(test) => return Ok(asks(test, arguments, values)?.to_string()),
        Helper::Maker(maker) => maker,
    };
    let found: Vec<&Json> = arguments
        .iter()
        .map(|argument| match argument {
            Argument::Literal(value) => Ok(value),
            Argument::Name(name) => find(name, values),
        })
        .collect::<Result<_, _>>()?;
    handlers::make(maker, &found).ok_or_else(|| RenderError::Unfit {
        arguments: serde_json::to_string(&found).unwrap_or_default(),
    })
}

fn holds(condition: &Condition, values: &Json) -> Result<bool, RenderError> {
    match condition {
        Condition::Name { name, empty } => {
            let value = find_opt(name, values).unwrap_or(&Json::Null);
            // A list would be walked and an object entered, which no definition of ours does.
            if value.is_array() || value.is_object() {
                return Err(RenderError::NoText { name: name.clone() });
            }
            Ok(truth(value) != *empty)
        }
        Condition::Helper(test, arguments) => asks(*test, arguments, values),
    }
}

fn asks(test: Test, arguments: &[Argument], values: &Json) -> Result<bool, RenderError> {
    let value = |argument: &Argument| match argument {
        Argument::Literal(value) => value.clone(),
        Argument::Name(name) => find_opt(name, values).cloned().unwrap_or_default(),
    };
    let mut found = arguments.iter().map(value);
    match test {
        Test::If | Test::And => Ok(found.all(|value| truth(&value))),
        Test::Unless => Ok(!found.all(|value| truth(&value))),
        Test::Or => Ok(found.any(|value| truth(&value))),
        Test::Equals => same(arguments, values),
        Test::NotEquals => Ok(!same(arguments, values)?),
    }
}

/// Compares two texts, without case where the third argument says so. What is not there equals no text, not even the
/// empty one.
fn same(arguments: &[Argument], values: &Json) -> Result<bool, RenderError> {
    let text = |argument: &Argument| match argument {
        Argument::Literal(Json::Null) => Ok(None),
        Argument::Literal(value) => Ok(handlers::text(value)),
        Argument::Name(name) => match find(name, values)? {
            Json::Null => Ok(None),
            value => Ok(handlers::text(value)),
        },
    };
    let (left, right) = (text(&arguments[0])?, text(&arguments[1])?);
    let ignore_case = matches!(arguments.get(2), Some(Argument::Literal(value)) if truth(value));
    Ok(match (left, right) {
        (Some(left), Some(right)) if ignore_case => left.to_uppercase() == right.to_uppercase(),
        (left, right) => left == right,
    })
}

/// The text `false` is as true as any other.
fn truth(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(_) => true,
    }
}

/// Escapes for HTML as .NET does: the five characters, and the upper half of Latin 1.
fn escape_into(made: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '&' => made.push_str("&amp;"),
            '"' => made.push_str("&quot;"),
            '\'' => made.push_str("&#39;"),
            '\u{a0}'..='\u{ff}' => made.push_str(&format!("&#{};", u32::from(character))),
            _ => made.push(character),
        }
    }
}
