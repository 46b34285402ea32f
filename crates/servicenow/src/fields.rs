//! Columns to write, and what became of them.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::error::Error;
use crate::moment;
use crate::wire::{Row, is_true};

/// Columns whose entries are appended to a journal and read back empty ("Journal fields").
const JOURNALS: [&str; 2] = ["work_notes", "comments"];

/// Columns to write, in the order given. A column set twice keeps its place and the later value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    columns: Vec<(String, String)>,
}

/// A column that does not hold what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The column.
    pub column: String,
    /// What was asked for.
    pub asked: String,
    /// What it holds. `None` where it did not come back: no such column, or not readable.
    pub stored: Option<String>,
}

impl Fields {
    /// No columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a column to a stored value. The empty text clears it.
    #[must_use]
    pub fn set(mut self, column: impl Into<String>, value: impl Into<String>) -> Self {
        self.insert(column, value);
        self
    }

    /// Sets a column to a moment, as the instance writes it: UTC, to the second.
    #[must_use]
    pub fn set_time(self, column: impl Into<String>, at: Timestamp) -> Self {
        self.set(column, moment::written(at))
    }

    /// Sets a column in place.
    pub fn insert(&mut self, column: impl Into<String>, value: impl Into<String>) {
        let (column, value) = (column.into(), value.into());
        match self.columns.iter_mut().find(|(known, _)| *known == column) {
            Some((_, held)) => *held = value,
            None => self.columns.push((column, value)),
        }
    }

    /// The value to write into a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == column)
            .map(|(_, value)| value)
    }

    /// Columns and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns
            .iter()
            .map(|(column, value)| (column.as_str(), value.as_str()))
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether writing twice would leave two entries.
    pub(crate) fn appends(&self) -> bool {
        self.journals().next().is_some()
    }

    /// The columns that are appended to a journal.
    pub(crate) fn journals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .filter(|(column, text)| JOURNALS.contains(column) && !text.is_empty())
    }

    pub(crate) fn to_json(&self) -> Json {
        let pairs = self
            .iter()
            .map(|(column, value)| (column.to_owned(), Json::from(value)));
        Json::Object(pairs.collect::<Map<_, _>>())
    }

    /// Refuses what this client never writes, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Box<Error>> {
        let approval = "approval is given by approvers, in the instance";
        let column = self
            .iter()
            .map(|(column, _)| column)
            .find(|column| column.trim().eq_ignore_ascii_case("approval"));
        match column {
            Some(column) => Err(Box::new(Error::NotWritable {
                column: column.to_owned(),
                why: approval,
            })),
            None => Ok(()),
        }
    }

    /// The columns that an echo shows to be otherwise than asked. Journals read back empty and are not compared.
    pub(crate) fn dropped(&self, echo: &Row) -> Vec<Dropped> {
        self.iter()
            .filter(|(column, _)| !JOURNALS.contains(column))
            .filter_map(|(column, asked)| dropped(echo, column, asked))
            .collect()
    }
}

/// The column, where the echo shows it to be otherwise than asked.
pub(crate) fn dropped(echo: &Row, column: &str, asked: &str) -> Option<Dropped> {
    let found = |stored: Option<String>| Dropped {
        column: column.to_owned(),
        asked: asked.to_owned(),
        stored,
    };
    let Some(stored) = echo.get(column) else {
        return Some(found(None));
    };
    let named = stored.display.as_deref() == Some(asked) && is_key(&stored.value);
    if named || means_the_same(asked, &stored.value) {
        None
    } else {
        Some(found(Some(stored.value.clone())))
    }
}

/// Whether two values are one to the instance: line ends, `3` for `3.0`, `1` for `true`. Nothing else is forgiven:
/// a text cut short or trimmed is a change.
fn means_the_same(asked: &str, stored: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let flag = match stored {
        "true" => asked == "1",
        "false" => asked == "0",
        _ => false,
    };
    asked == stored || flag || whole(asked) == whole(stored) || lines(asked) == lines(stored)
}

/// A number without an empty fraction; any other text as it is.
fn whole(text: &str) -> &str {
    let Some((whole, fraction)) = text.split_once('.') else {
        return text;
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let number = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && fraction.bytes().all(|b| b == b'0');
    if number { whole } else { text }
}

fn is_key(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a column holds a yes.
pub(crate) fn flag(row: &Row, column: &str) -> bool {
    is_true(row.value(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(column: &str, asked: &str, echo: &Json) -> Vec<Dropped> {
        let echo = Row::from_json(&json!({ column: echo })).unwrap();
        Fields::new().set(column, asked).dropped(&echo)
    }

    #[test]
    fn columns_keep_their_order_and_the_later_value() {
        let at: Timestamp = "2026-03-01T22:30:05Z".parse().unwrap();
        let fields = Fields::new()
            .set("b", "1")
            .set("a", "2")
            .set("b", "3")
            .set_time("start_date", at);
        let pairs: Vec<_> = fields.iter().collect();
        assert_eq!(
            pairs,
            [
                ("b", "3"),
                ("a", "2"),
                ("start_date", "2026-03-01 22:30:05")
            ]
        );
        assert_eq!(fields.get("a"), Some("2"));
        assert_eq!(
            fields.to_json(),
            json!({"b": "3", "a": "2", "start_date": "2026-03-01 22:30:05"})
        );
    }

    #[test]
    fn what_means_the_same_is_not_dropped() {
        let group =
            json!({"value": "0123456789abcdef0123456789abcdef", "display_value": "Network"});
        for (asked, echo) in [
            ("3", json!("3")),
            ("3", json!(3.0)),
            ("3.0", json!("3")),
            ("-5", json!({"value": -5.0, "display_value": "New"})),
            ("true", json!(true)),
            ("1", json!("true")),
            ("0", json!("false")),
            ("a\nb", json!("a\r\nb")),
            ("a\r\nb", json!("a\nb")),
            ("0123456789abcdef0123456789abcdef", group.clone()),
            ("Network", group),
            ("", json!("")),
        ] {
            assert_eq!(fields("x", asked, &echo), [], "{asked:?} {echo}");
        }
    }

    #[test]
    fn what_is_otherwise_is_named() {
        for (asked, echo, stored) in [
            (
                "moderate",
                json!({"value": "3", "display_value": "Moderate"}),
                "3",
            ),
            (
                "Moderate",
                json!({"value": "3", "display_value": "Moderate"}),
                "3",
            ),
            ("007", json!("7"), "7"),
            ("1.10", json!("1.1"), "1.1"),
            ("abcdef", json!("abc"), "abc"),
            (" padded ", json!("padded"), "padded"),
            ("x", json!(""), ""),
            ("1", json!("0"), "0"),
        ] {
            let expected = Dropped {
                column: "x".to_owned(),
                asked: asked.to_owned(),
                stored: Some(stored.to_owned()),
            };
            assert_eq!(fields("x", asked, &echo), [expected], "{asked:?} {echo}");
        }
        let missing = Fields::new().set("u_gone", "1").dropped(&Row::default());
        assert_eq!(missing[0].stored, None);
    }

    #[test]
    fn journals_are_not_compared_and_count_as_appending() {
        let fields = Fields::new().set("work_notes", "hello");
        assert_eq!(fields.dropped(&Row::default()), []);
        assert!(fields.appends());
        assert!(!Fields::new().set("close_notes", "x").appends());
    }

    #[test]
    fn approval_is_never_written() {
        let error = Fields::new()
            .set("approval", "approved")
            .check()
            .unwrap_err();
        assert!(matches!(*error, Error::NotWritable { column, .. } if column == "approval"));
    }
}
