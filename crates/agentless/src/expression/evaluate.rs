//! Walks the tree; what is missing or out of range is null.

use serde_json::Value as Json;

use super::Scope;
use super::functions::{self, EvaluateError, Function};
use super::parser::Node;
use super::value::Value;

/// What a walk may look at, and the one node, if any, whose value is settled beforehand.
#[derive(Clone, Copy)]
struct Walk<'a> {
    scope: Scope<'a>,
    settled: Option<(&'a Node, bool)>,
}

pub(super) fn evaluate(node: &Node, scope: Scope<'_>) -> Result<Value, EvaluateError> {
    let settled = None;
    walked(node, Walk { scope, settled })
}

/// The innermost conditions in the order in which they are written: whether each holds, and whether the whole would come
/// to another truth if it did not.
pub(super) fn weighed(root: &Node, scope: Scope<'_>) -> Vec<(bool, bool)> {
    let truth = |node: &Node, settled| {
        walked(node, Walk { scope, settled }).is_ok_and(|value| value.truth())
    };
    let whole = truth(root, None);
    let mut found = Vec::new();
    innermost(root, &mut found);
    found
        .into_iter()
        .map(|node| {
            let holds = truth(node, None);
            (holds, truth(root, Some((node, !holds))) != whole)
        })
        .collect()
}

/// Collects the conditions that have no condition inside.
fn innermost<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    let before = found.len();
    match node {
        Node::Call(function, arguments) => {
            for argument in arguments {
                innermost(argument, found);
            }
            if function.is_condition() && found.len() == before {
                found.push(node);
            }
        }
        Node::Index(of, index) => {
            innermost(of, found);
            innermost(index, found);
        }
        Node::Literal(_)
        | Node::Variables
        | Node::TaskInputs
        | Node::Root
        | Node::StatusCode
        | Node::Headers
        | Node::Content => {}
    }
}

fn walked(node: &Node, walk: Walk<'_>) -> Result<Value, EvaluateError> {
    if let Some((settled, holds)) = walk.settled
        && std::ptr::eq(settled, node)
    {
        return Ok(Value::Boolean(holds));
    }
    let scope = walk.scope;
    let content = |answer: &crate::answer::Answer| Value::Text(answer.content.clone());
    match node {
        Node::Literal(value) => Ok(value.clone()),
        Node::Call(function, arguments) => call(*function, arguments, walk),
        Node::Index(of, index) => taken(of, &walked(index, walk)?, walk),
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

fn call(function: Function, arguments: &[Node], walk: Walk<'_>) -> Result<Value, EvaluateError> {
    let each = |node: &Node| walked(node, walk);
    match function {
        Function::And => all(arguments, walk, true).map(Value::Boolean),
        Function::Or => Ok(Value::Boolean(!all(arguments, walk, false)?)),
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
                walk.scope.answer.map_or(&Json::Null, |answer| &answer.root),
            )
        }
        _ => {
            let values: Vec<Value> = arguments.iter().map(each).collect::<Result<_, _>>()?;
            functions::call(function, &values)
        }
    }
}

/// Whether every argument is as `wanted`, asking no further than the first that is not.
fn all(arguments: &[Node], walk: Walk<'_>, wanted: bool) -> Result<bool, EvaluateError> {
    for argument in arguments {
        if walked(argument, walk)?.truth() != wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

fn taken(of: &Node, index: &Value, walk: Walk<'_>) -> Result<Value, EvaluateError> {
    let scope = walk.scope;
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
        _ => Ok(match walked(of, walk)? {
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
