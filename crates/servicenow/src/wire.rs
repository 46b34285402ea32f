//! Answers as they arrive, private to this crate.
//!
//! The Table API gives strings only; the Change Management API mixes real booleans, `-5`, `3.0` and `"4"` in one
//! answer; either may wrap a value in `{value, display_value}`. Here they become one shape.

use std::collections::BTreeMap;

use change::SysId;
use serde_json::Value as Json;

/// One column of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// As stored.
    pub(crate) value: String,
    /// As shown, where the answer told both.
    pub(crate) display: Option<String>,
}

/// One record. Columns that the answer left out (unknown, or hidden by an ACL) are not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    columns: BTreeMap<String, Value>,
    /// What the Change Management API says it did not apply (`__meta.ignoredFields`).
    pub(crate) ignored: Vec<String>,
}

impl Value {
    fn from_json(json: &Json) -> Self {
        let Json::Object(wrapped) = json else {
            return Self {
                value: scalar(json),
                display: None,
            };
        };
        let display = wrapped.get("display_value").map(scalar);
        let value = wrapped.get("value").map(scalar);
        Self {
            value: value.or_else(|| display.clone()).unwrap_or_default(),
            display,
        }
    }

    /// For people: as shown, else as stored.
    pub(crate) fn shown(&self) -> &str {
        match &self.display {
            Some(display) if !display.is_empty() => display,
            _ => &self.value,
        }
    }
}

/// A scalar as the Table API would write it. Integers may come as `3.0` from the Change Management API.
fn scalar(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => {
            let text = number.to_string();
            match text.strip_suffix(".0") {
                Some(whole) => whole.to_owned(),
                None => text,
            }
        }
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    }
}

impl Row {
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let object = json.as_object()?;
        let columns = object
            .iter()
            .filter(|(name, _)| !name.starts_with("__"))
            .map(|(name, value)| (name.clone(), Value::from_json(value)))
            .collect();
        let ignored = object
            .get("__meta")
            .and_then(|meta| meta.get("ignoredFields"))
            .and_then(Json::as_array)
            .map(|names| names.iter().map(scalar).filter(|n| !n.is_empty()).collect())
            .unwrap_or_default();
        Some(Self { columns, ignored })
    }

    pub(crate) fn get(&self, column: &str) -> Option<&Value> {
        self.columns.get(column)
    }

    /// As stored, empty where the column is missing.
    pub(crate) fn value(&self, column: &str) -> &str {
        self.get(column).map_or("", |value| &value.value)
    }

    /// As shown, `None` where the column is missing or empty.
    pub(crate) fn shown(&self, column: &str) -> Option<&str> {
        self.get(column)
            .map(Value::shown)
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn sys_id(&self) -> Option<SysId> {
        self.value("sys_id").parse().ok()
    }
}

/// The rows of an answer's `result`: a list, one object, or a list of one.
pub(crate) fn rows(result: &Json) -> Option<Vec<Row>> {
    match result {
        Json::Array(items) => items.iter().map(Row::from_json).collect(),
        Json::Object(_) => Row::from_json(result).map(|row| vec![row]),
        _ => None,
    }
}

/// The one row of an answer's `result`.
pub(crate) fn row(result: &Json) -> Option<Row> {
    let mut rows = rows(result)?;
    (rows.len() == 1).then(|| rows.remove(0))
}

/// Whether a stored value means yes.
pub(crate) fn is_true(value: &str) -> bool {
    value == "true" || value == "1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_shape_of_a_value_is_one() {
        let table = [
            (json!("-5"), "-5", None),
            (json!(-5), "-5", None),
            (json!(3.0), "3", None),
            (json!(2.5), "2.5", None),
            (json!(true), "true", None),
            (json!(null), "", None),
            (
                json!({"display_value": "New", "value": -5}),
                "-5",
                Some("New"),
            ),
            (
                json!({"display_value": "New", "value": -5.0}),
                "-5",
                Some("New"),
            ),
            (
                json!({"display_value": "Net", "link": "http://127.0.0.1/x"}),
                "Net",
                Some("Net"),
            ),
            (
                json!({"link": "http://127.0.0.1/x", "value": "id"}),
                "id",
                None,
            ),
            (json!({"display_value": null, "value": null}), "", Some("")),
            (json!({}), "", None),
        ];
        for (json, value, display) in table {
            let read = Value::from_json(&json);
            assert_eq!(
                (read.value.as_str(), read.display.as_deref()),
                (value, display),
                "{json}"
            );
        }
    }

    #[test]
    fn a_result_is_an_object_or_a_list_of_one() {
        let object = json!({"sys_id": "a", "__meta": {"ignoredFields": ["risk", 7, null]}});
        let read = row(&object).unwrap();
        assert_eq!(read.ignored, ["risk", "7"]);
        assert!(read.get("__meta").is_none());
        assert_eq!(row(&json!([object])), Some(read));
        assert_eq!(row(&json!([])), None);
        assert_eq!(row(&json!([{}, {}])), None);
        assert_eq!(row(&json!("text")), None);
        assert_eq!(rows(&json!([1])), None);
    }
}
