//! Walks the tree; what is missing or out of range is null.

use serde_json::Value as Json;

use super::Scope;
use super::functions::{self, EvaluateError, Function};
use super::parser::Node;
use super::value::Value;

pub(super) fn evaluate(node: &Node, scope: Scope<'_>) -> Result<Value, EvaluateError> {
    let content = |answer: &crate::answer::Answer| Value::Text(answer.content.clone());
    match node {
        Node::Literal(value) => Ok(value.clone()),
        Node::Call(function, arguments) => call(*function, arguments, scope),
        Node::Index(of, index) => taken(of, &evaluate(index, scope)?, scope),
        Node::Root => Ok(scope
            .answer
            .map_or(Value::Null, |a| Value::of(a.root.clone()))),
        Node::StatusCode => Ok(scope
            .answer
            .map_or(Value::Null, |a| Value::Text(a.status_name()))),
        Node::Content => Ok(scope.answer.map_or(Value::Null, content)),
        Node::Variables | Node::TaskInputs | Node::Headers => Err(EvaluateError::Whole),
    }
}

fn call(function: Function, arguments: &[Node], scope: Scope<'_>) -> Result<Value, EvaluateError> {
    let each = |node: &Node| evaluate(node, scope);
    match function {
        Function::And => all(arguments, scope, true).map(Value::Boolean),
        Function::Or => Ok(Value::Boolean(!all(arguments, scope, false)?)),
        Function::Coalesce => {
            let mut last = Value::Null;
            for argument in arguments {
                last = each(argument)?;
                let empty = last == Value::Null || last == Value::Text(String::new());
                if !empty {
                    break;
                }
            }
            Ok(last)
        }
        Function::JsonPath => {
            let path = each(&arguments[0])?;
            functions::json_path(
                &path,
                scope.answer.map_or(&Json::Null, |answer| &answer.root),
            )
        }
        _ => {
            let values: Vec<Value> = arguments.iter().map(each).collect::<Result<_, _>>()?;
            functions::call(function, &values)
        }
    }
}

/// Whether every argument is as `wanted`, asking no further than the first that is not.
fn all(arguments: &[Node], scope: Scope<'_>, wanted: bool) -> Result<bool, EvaluateError> {
    for argument in arguments {
        if evaluate(argument, scope)?.truth() != wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

fn taken(of: &Node, index: &Value, scope: Scope<'_>) -> Result<Value, EvaluateError> {
    let name = index.text().unwrap_or_default();
    let text = |found: Option<&str>| found.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    match of {
        Node::Variables => Ok(text(scope.variables.get(&name))),
        Node::TaskInputs => Ok(text(scope.inputs.get(&name))),
        Node::Headers => Ok(text(scope.answer.and_then(|answer| answer.header(&name)))),
        // Not through a value: that would copy the whole answer for each look at it.
        Node::Root => Ok(scope
            .answer
            .map_or(Value::Null, |answer| match &answer.root {
                Json::Object(members) => member(members.get(&name)),
                Json::Array(items) => member(place(index).and_then(|at| items.get(at))),
                _ => Value::Null,
            })),
        _ => Ok(match evaluate(of, scope)? {
            Value::Object(mut members) => members.remove(&name).map_or(Value::Null, Value::of),
            Value::List(items) => member(place(index).and_then(|at| items.get(at))),
            _ => Value::Null,
        }),
    }
}

fn member(found: Option<&Json>) -> Value {
    found.map_or(Value::Null, |json| Value::of(json.clone()))
}

fn place(index: &Value) -> Option<usize> {
    let number = index.number()?;
    if number.fract() != 0.0 {
        return None;
    }
    // As text: a cast would wrap what is negative or too large.
    number.to_string().parse().ok()
}
