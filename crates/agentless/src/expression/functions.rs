//! The functions of conditions and those that only server tasks have.

use std::cmp::Ordering;

use serde_json::Value as Json;
use url::Url;

use crate::json_path::{self, PathError};

use super::value::{Value, fold};

/// Why an expression came to nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// A value that cannot become what the function needs.
    #[error("`{function}` cannot take {kind} for {wanted}")]
    Conversion {
        /// The function.
        function: &'static str,
        /// What there was.
        kind: &'static str,
        /// What it needs.
        wanted: &'static str,
    },
    /// Two values without an order.
    #[error("`{function}` cannot compare {left} with {right}")]
    Order {
        /// The function.
        function: &'static str,
        /// Kind of the left one.
        left: &'static str,
        /// Kind of the right one.
        right: &'static str,
    },
    /// A pattern of `format` that names no argument.
    #[error("`format` does not understand `{pattern}`")]
    Format {
        /// The pattern.
        pattern: String,
    },
    /// All variables, inputs or headers at once.
    #[error("variables, taskInputs and headers are asked by name")]
    Whole,
    /// A JSON path that was put together and is none.
    #[error(transparent)]
    Path(#[from] PathError),
}

macro_rules! functions {
    ($($function:ident $name:literal $least:literal $most:expr;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Function { $($function,)* }

        impl Function {
            /// Functions are found whatever case they are written in.
            pub(super) fn named(name: &str) -> Option<Self> {
                $(if name.eq_ignore_ascii_case($name) { return Some(Self::$function); })*
                None
            }

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$function => $name,)* }
            }

            pub(super) fn takes(self, count: usize) -> bool {
                match self { $(Self::$function => ($least..=$most).contains(&count),)* }
            }
        }
    };
}

functions! {
    And "and" 2 usize::MAX;
    Or "or" 2 usize::MAX;
    Xor "xor" 2 2;
    Not "not" 1 1;
    Eq "eq" 2 2;
    Ne "ne" 2 2;
    Gt "gt" 2 2;
    Ge "ge" 2 2;
    Lt "lt" 2 2;
    Le "le" 2 2;
    In "in" 1 usize::MAX;
    NotIn "notIn" 1 usize::MAX;
    Contains "contains" 2 2;
    ContainsValue "containsValue" 2 2;
    StartsWith "startsWith" 2 2;
    EndsWith "endsWith" 2 2;
    Coalesce "coalesce" 2 usize::MAX;
    Format "format" 1 usize::MAX;
    Join "join" 2 2;
    Split "split" 2 2;
    Length "length" 1 1;
    Lower "lower" 1 1;
    Upper "upper" 1 1;
    Trim "trim" 1 1;
    Count "count" 1 1;
    Intersect "intersect" 2 2;
    IsNullOrEmpty "isNullOrEmpty" 1 1;
    IsUrl "isUrl" 1 1;
    JsonPath "jsonpath" 1 1;
}

impl Function {
    /// Whether it always comes to true or false.
    pub(super) fn is_condition(self) -> bool {
        !matches!(
            self,
            Self::Coalesce
                | Self::Format
                | Self::Join
                | Self::Split
                | Self::Length
                | Self::Lower
                | Self::Upper
                | Self::Trim
                | Self::Count
                | Self::Intersect
                | Self::JsonPath
        )
    }
}

/// Comes to a value for the functions whose arguments are all asked.
pub(super) fn call(function: Function, values: &[Value]) -> Result<Value, EvaluateError> {
    let text = |at: usize| text(function, &values[at]);
    let boolean = |value| Ok(Value::Boolean(value));
    match function {
        Function::Xor => boolean(values[0].truth() != values[1].truth()),
        Function::Not => boolean(!values[0].truth()),
        Function::Eq => boolean(values[0].equals(&values[1])),
        Function::Ne => boolean(!values[0].equals(&values[1])),
        Function::Gt => boolean(order(function, values)? == Ordering::Greater),
        Function::Ge => boolean(order(function, values)? != Ordering::Less),
        Function::Lt => boolean(order(function, values)? == Ordering::Less),
        Function::Le => boolean(order(function, values)? != Ordering::Greater),
        Function::In => boolean(values[1..].iter().any(|value| values[0].equals(value))),
        Function::NotIn => boolean(!values[1..].iter().any(|value| values[0].equals(value))),
        Function::Contains => boolean(fold(&text(0)?).contains(&fold(&text(1)?))),
        Function::StartsWith => boolean(fold(&text(0)?).starts_with(&fold(&text(1)?))),
        Function::EndsWith => boolean(fold(&text(0)?).ends_with(&fold(&text(1)?))),
        Function::ContainsValue => boolean(contains_value(&values[0], &values[1])),
        Function::Format => format(&text(0)?, &values[1..]),
        Function::Join => join(&text(0)?, &values[1]),
        Function::Split => Ok(split(&text(0)?, &text(1)?)),
        Function::Length => length(&values[0]),
        Function::Lower => Ok(Value::Text(text(0)?.to_lowercase())),
        Function::Upper => Ok(Value::Text(text(0)?.to_uppercase())),
        Function::Trim => Ok(Value::Text(text(0)?.trim().to_owned())),
        Function::Count => count(&values[0]),
        Function::Intersect => Ok(Value::List(intersect(&values[0], &values[1])?)),
        Function::IsNullOrEmpty => boolean(text(0)?.is_empty()),
        Function::IsUrl => boolean(is_url(&text(0)?)),
        Function::And | Function::Or | Function::Coalesce | Function::JsonPath => {
            unreachable!("these are walked, so that they can stop early or look at the answer")
        }
    }
}

/// What a path finds in an answer, always a list.
pub(super) fn json_path(path: &Value, root: &Json) -> Result<Value, EvaluateError> {
    let path = text(Function::JsonPath, path)?;
    Ok(Value::List(json_path::select(&path, root)?))
}

fn text(function: Function, value: &Value) -> Result<String, EvaluateError> {
    value
        .text()
        .ok_or_else(|| conversion(function, value, "text"))
}

fn conversion(function: Function, value: &Value, wanted: &'static str) -> EvaluateError {
    EvaluateError::Conversion {
        function: function.name(),
        kind: value.kind(),
        wanted,
    }
}

fn order(function: Function, values: &[Value]) -> Result<Ordering, EvaluateError> {
    values[0]
        .order(&values[1])
        .ok_or_else(|| EvaluateError::Order {
            function: function.name(),
            left: values[0].kind(),
            right: values[1].kind(),
        })
}

fn contains_value(holder: &Value, wanted: &Value) -> bool {
    let same = |json: &Json| wanted.equals(&Value::of(json.clone()));
    match holder {
        Value::List(items) => items.iter().any(same),
        Value::Object(members) => members.values().any(same),
        _ => false,
    }
}

fn format(pattern: &str, arguments: &[Value]) -> Result<Value, EvaluateError> {
    let wrong = || EvaluateError::Format {
        pattern: pattern.to_owned(),
    };
    let mut made = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        made.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            made.push_str(brace);
            rest = after;
            continue;
        }
        let (place, after) = rest.split_once('}').ok_or_else(wrong)?;
        let argument = place.parse().ok().and_then(|at: usize| arguments.get(at));
        let argument = argument.filter(|_| brace == "{").ok_or_else(wrong)?;
        made.push_str(&text(Function::Format, argument)?);
        rest = after;
    }
    made.push_str(rest);
    Ok(Value::Text(made))
}

fn join(between: &str, value: &Value) -> Result<Value, EvaluateError> {
    let Value::List(items) = value else {
        return text(Function::Join, value).map(Value::Text);
    };
    let item = |json: &Json| Value::of(json.clone()).text().unwrap_or_default();
    let items: Vec<String> = items.iter().map(item).collect();
    Ok(Value::Text(items.join(between)))
}

fn split(text: &str, between: &str) -> Value {
    let parts = text.split(|c| between.contains(c));
    Value::List(parts.map(|part| Json::String(part.to_owned())).collect())
}

fn length(value: &Value) -> Result<Value, EvaluateError> {
    match value {
        Value::List(_) | Value::Object(_) => count(value),
        // .NET counts UTF-16 units.
        _ => Ok(number(
            text(Function::Length, value)?.encode_utf16().count(),
        )),
    }
}

/// How many items there are. Nothing has none: whether the server refuses that instead is not known, and a definition
/// has to be safe with both.
fn count(value: &Value) -> Result<Value, EvaluateError> {
    match value {
        Value::Null => Ok(number(0)),
        Value::List(items) => Ok(number(items.len())),
        Value::Object(members) => Ok(number(members.len())),
        Value::Boolean(_) | Value::Number(_) | Value::Version(_) | Value::Text(_) => {
            Err(conversion(Function::Count, value, "a list"))
        }
    }
}

fn number(count: usize) -> Value {
    Value::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}

fn intersect(left: &Value, right: &Value) -> Result<Vec<Json>, EvaluateError> {
    let list = |value: &Value| match value {
        Value::Null => Ok(Vec::new()),
        Value::List(items) => Ok(items.clone()),
        _ => Err(conversion(Function::Intersect, value, "a list")),
    };
    let right: Vec<Value> = list(right)?.into_iter().map(Value::of).collect();
    let mut items = list(left)?;
    items.retain(|item| {
        right
            .iter()
            .any(|other| Value::of(item.clone()).equals(other))
    });
    Ok(items)
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
