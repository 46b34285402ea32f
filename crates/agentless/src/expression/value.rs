//! Values of expressions and how one kind becomes another, after the published table of conversions.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Value as Json};

/// Up to four numbers with points between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl Version {
    /// Two to four numbers, no signs.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split('.').collect();
        if !(2..=4).contains(&parts.len()) {
            return None;
        }
        let number = |part: &&str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i32>().ok()?.try_into().ok())?
        };
        parts.iter().map(number).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// What a miss gives.
    Null,
    /// True or false.
    Boolean(bool),
    /// Numbers are decimals on the server; those that occur in conditions have few digits.
    Number(f64),
    /// A version, by its literal only.
    Version(Version),
    /// Text.
    Text(String),
    /// A JSON array, or what `jsonpath` and `split` give.
    List(Vec<Json>),
    /// A JSON object.
    Object(Map<String, Json>),
}

impl Value {
    /// A value of a JSON document.
    pub(crate) fn of(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(value),
            Json::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Json::String(text) => Self::Text(text),
            Json::Array(items) => Self::List(items),
            Json::Object(members) => Self::Object(members),
        }
    }

    /// As a truth: empty text is false and every other text is true, `'false'` too.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Version(_) | Self::List(_) | Self::Object(_) => true,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Null => Some(0.0),
            Self::Boolean(value) => Some(f64::from(u8::from(*value))),
            Self::Number(number) => Some(*number),
            Self::Text(text) => number_of(text),
            Self::Version(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// As text; lists and objects are none.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Boolean(true) => Some("True".to_owned()),
            Self::Boolean(false) => Some("False".to_owned()),
            // A rendered minus zero would differ from zero.
            Self::Number(number) => Some((number + 0.0).to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Version(version) => Some(version.to_string()),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    fn version(&self) -> Option<Version> {
        match self {
            Self::Version(version) => Some(version.clone()),
            Self::Number(number) if *number > 0.0 => Version::parse(&number.to_string()),
            Self::Text(text) => Version::parse(text),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// What the value is called in an error.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Version(_) => "a version",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Whether the two are equal once the right one is of the left one's kind; false where it cannot be.
    pub(crate) fn equals(&self, right: &Self) -> bool {
        match self {
            Self::Null => match right {
                Self::Null => true,
                Self::Text(text) => text.is_empty(),
                _ => false,
            },
            Self::Boolean(left) => *left == right.truth(),
            Self::Number(left) => right.number() == Some(*left),
            Self::Version(left) => right.version().as_ref() == Some(left),
            Self::Text(left) => right.text().is_some_and(|text| fold(left) == fold(&text)),
            // Two lists are equal only where they are one object in memory, which no condition can bring about.
            Self::List(_) | Self::Object(_) => false,
        }
    }

    /// The order of the two once the right one is of the left one's kind; none where it cannot be.
    pub(crate) fn order(&self, right: &Self) -> Option<Ordering> {
        match self {
            Self::Boolean(left) => Some(left.cmp(&right.truth())),
            Self::Version(left) => Some(left.cmp(&right.version()?)),
            Self::Text(left) => Some(fold(left).cmp(&fold(&right.text()?))),
            Self::Null | Self::Number(_) | Self::List(_) | Self::Object(_) => {
                self.number()?.partial_cmp(&right.number()?)
            }
        }
    }
}

/// Text as it compares without case: character by character, so that `ß` stays one.
pub(crate) fn fold(text: &str) -> String {
    let upper = |character: char| {
        let mut upper = character.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(single), None) => single,
            _ => character,
        }
    };
    text.chars().map(upper).collect()
}

/// A number as .NET reads one without a culture: blanks around it, one sign before it, commas between its digits.
fn number_of(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0.0);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
    let leads = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (plain && leads).then(|| text.replace(',', "").parse().ok())?
}
