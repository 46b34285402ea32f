//! The helpers: how each may be written, what it takes, what it makes.
//!
//! Three forms differ by a character. `{{#name ...}}` opens a block that `{{/name}}` closes. `{{ #name ...}}`, with a
//! blank, is a value made by a helper whose very name begins with `#`. `{{name ...}}` is a value made by a plain one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::Value as Json;

/// How a helper is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `{{#name ...}} ... {{/name}}`
    Block,
    /// `{{ #name ...}}`
    Hash,
    /// `{{name ...}}`
    Plain,
}

/// Helpers that ask whether something holds: as a block they keep or drop it, else they print `true` or `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    If,
    Unless,
    Equals,
    NotEquals,
    And,
    Or,
}

/// Helpers that make a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    Add,
    Base64,
    IsEqualNumber,
    JsonEscape,
    NewGuid,
    StringLower,
    StringReplace,
    UriDataEncode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helper {
    Test(Test),
    Maker(Maker),
}

/// Name, form, helper, and the least and most arguments it takes.
type Row = (&'static str, Form, Helper, usize, usize);

const HELPERS: &[Row] = &[
    ("if", Form::Block, Helper::Test(Test::If), 1, 1),
    ("unless", Form::Block, Helper::Test(Test::Unless), 1, 1),
    ("equals", Form::Block, Helper::Test(Test::Equals), 2, 3),
    ("equals", Form::Plain, Helper::Test(Test::Equals), 2, 3),
    (
        "notEquals",
        Form::Block,
        Helper::Test(Test::NotEquals),
        2,
        3,
    ),
    (
        "notEquals",
        Form::Plain,
        Helper::Test(Test::NotEquals),
        2,
        3,
    ),
    ("and", Form::Block, Helper::Test(Test::And), 1, 16),
    ("or", Form::Block, Helper::Test(Test::Or), 1, 16),
    ("newGuid", Form::Block, Helper::Maker(Maker::NewGuid), 0, 0),
    (
        "uriDataEncode",
        Form::Block,
        Helper::Maker(Maker::UriDataEncode),
        2,
        2,
    ),
    ("base64", Form::Hash, Helper::Maker(Maker::Base64), 1, 16),
    (
        "jsonEscape",
        Form::Hash,
        Helper::Maker(Maker::JsonEscape),
        1,
        1,
    ),
    (
        "stringReplace",
        Form::Hash,
        Helper::Maker(Maker::StringReplace),
        3,
        3,
    ),
    ("add", Form::Plain, Helper::Maker(Maker::Add), 2, 2),
    (
        "isEqualNumber",
        Form::Plain,
        Helper::Maker(Maker::IsEqualNumber),
        2,
        2,
    ),
    (
        "stringLower",
        Form::Plain,
        Helper::Maker(Maker::StringLower),
        1,
        1,
    ),
];

/// The rows of a name; empty where no helper has it.
pub(super) fn named(name: &str) -> impl Iterator<Item = &'static Row> {
    let name = name.to_owned();
    HELPERS
        .iter()
        .filter(move |row| row.0.eq_ignore_ascii_case(&name))
}

/// Makes the text of a maker; none where an argument is not what it needs.
pub(super) fn make(maker: Maker, arguments: &[&Json]) -> Option<String> {
    let text = |at: usize| text(arguments[at]);
    match maker {
        Maker::Add => number(arguments[0])?
            .checked_add(number(arguments[1])?)
            .map(|n| n.to_string()),
        Maker::IsEqualNumber => Some((number(arguments[0])? == number(arguments[1])?).to_string()),
        Maker::Base64 => {
            let parts: Option<Vec<String>> = (0..arguments.len()).map(text).collect();
            Some(STANDARD.encode(parts?.concat()))
        }
        Maker::JsonEscape => {
            let quoted = Json::String(text(0)?).to_string();
            Some(quoted[1..quoted.len() - 1].to_owned())
        }
        Maker::StringLower => Some(text(0)?.to_lowercase()),
        Maker::StringReplace => {
            let wanted = text(0)?;
            let found = !wanted.is_empty();
            found.then(|| Some(text(2)?.replace(&wanted, &text(1)?)))?
        }
        // The number is how often the value is encoded; only once occurs.
        Maker::UriDataEncode => {
            (number(arguments[0]) == Some(1)).then(|| Some(encode(&text(1)?)))?
        }
        Maker::NewGuid => Some(guid()),
    }
}

/// A value as text; lists and objects are none.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::Bool(true) => Some("True".to_owned()),
        Json::Bool(false) => Some("False".to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

fn number(value: &Json) -> Option<i64> {
    match value {
        Json::String(text) => text.trim().parse().ok(),
        _ => value.as_i64(),
    }
}

/// Everything but letters, digits and `-_.~` in percent form.
fn encode(text: &str) -> String {
    let mut made = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                made.push(char::from(byte));
            }
            _ => made.push_str(&format!("%{byte:02X}")),
        }
    }
    made
}

fn guid() -> String {
    let mut bytes = [0; 16];
    let random = SystemRandom::new().fill(&mut bytes);
    random.expect("the system gives random bytes");
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}
