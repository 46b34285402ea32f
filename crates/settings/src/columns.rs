//! Maps of column names to values, as `additionalFields` and `deploymentFields` hold them.

use std::collections::BTreeMap;

use crate::form::Form;
use crate::problem::{Collector, Problems, shown};
use crate::yaml::{self, Content, Entry, Node};

/// The most columns of one map.
pub(crate) const MOST: usize = 200;
/// The longest value of a column, in characters.
pub(crate) const LONGEST: usize = 65_536;

/// Which record the columns belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// A change request: columns that Snowgate keeps true itself are refused.
    Change,
    /// A row of a table of the customer's own.
    Custom,
}

/// Columns of a change request that are not the user's to set, and why.
const KEPT: [(&str, &str); 5] = [
    (
        "approval",
        "approval is given in ServiceNow and never written by a pipeline",
    ),
    (
        "correlation_display",
        "it names the pipeline run that the change belongs to",
    ),
    (
        "correlation_id",
        "it is the key by which a rerun finds its change again",
    ),
    ("number", "the instance gives the number"),
    (
        "state",
        "a change is moved through the states that are allowed next",
    ),
];

impl Columns {
    /// Why this column cannot be set, or `None` where it can.
    pub(crate) fn refusal(self, column: &str) -> Option<&'static str> {
        if column.starts_with("sys_") {
            return Some(
                "columns that start with `sys_` are the platform's own and are ignored or harmful when written",
            );
        }
        match self {
            Self::Change => KEPT
                .iter()
                .find(|(name, _)| *name == column)
                .map(|(_, why)| *why),
            Self::Custom => None,
        }
    }

    /// The rule for names as a pattern for the JSON Schema.
    pub(crate) fn refused_pattern(self) -> String {
        match self {
            Self::Change => format!("^(sys_.*|{})$", KEPT.map(|(name, _)| name).join("|")),
            Self::Custom => "^sys_".to_owned(),
        }
    }
}

/// Reads the text of a task input such as `additionalFields`: a YAML or JSON map of column names to single values.
///
/// Every value becomes text as it was written (`1.10` stays `1.10`), because the Table API takes and returns text
/// only; nothing (`null`, `~`) becomes the empty text, which clears a column. An empty input is an empty map.
///
/// # Errors
///
/// Everything that is wrong with the text, with line and column; `input` names the input in the messages.
pub fn field_map(
    input: &str,
    text: &str,
    columns: Columns,
) -> Result<BTreeMap<String, String>, Problems> {
    let mut problems = Collector::new(input);
    let joined = join_surrogates(text);
    let node = yaml::read(&joined, &mut problems);
    let map = match node {
        Some(node) if !node.is_null() => read(input, &node, columns, &mut problems),
        _ => Some(BTreeMap::new()),
    };
    problems.or(map)
}

/// Reads a map of columns from a node named `name`.
pub(crate) fn read(
    name: &str,
    node: &Node,
    columns: Columns,
    problems: &mut Collector<'_>,
) -> Option<BTreeMap<String, String>> {
    let Content::Mapping(entries) = &node.content else {
        problems.add(
            node.at,
            format!(
                "`{}` is {}, not a map of columns",
                shown(name),
                node.described()
            ),
            "write one `column: value` per line",
        );
        return None;
    };
    if entries.len() > MOST {
        problems.add(
            node.at,
            format!("{} columns, more than {MOST}", entries.len()),
            "keep those that matter",
        );
    }
    let read = entries
        .iter()
        .filter_map(|entry| column(entry, columns, problems))
        .collect();
    Some(read)
}

fn column(
    entry: &Entry,
    columns: Columns,
    problems: &mut Collector<'_>,
) -> Option<(String, String)> {
    let name = &entry.key;
    if !Form::ColumnName.fits(name) {
        problems.add(
            entry.key_at,
            format!("`{}` is not a column name", shown(name)),
            format!(
                "write the name from the table's dictionary: {}",
                Form::ColumnName.wanted()
            ),
        );
        return None;
    }
    if let Some(why) = columns.refusal(name) {
        problems.add(
            entry.key_at,
            format!("column `{name}` cannot be set here"),
            why,
        );
        return None;
    }
    let Some((_, text)) = entry.node.scalar() else {
        problems.add(
            entry.node.at,
            format!("column `{name}` holds {}", entry.node.described()),
            "a column takes a single value: write text, a number, true or false",
        );
        return None;
    };
    let form = Form::Prose(LONGEST);
    if !form.fits(text) {
        problems.add(
            entry.node.at,
            format!("the value of column `{name}` does not fit"),
            format!("write {}", form.wanted()),
        );
        return None;
    }
    let text = if entry.node.is_null() { "" } else { text };
    Some((name.clone(), text.to_owned()))
}

/// JSON writes characters beyond 16 bits as two escapes (`\ud83d\ude00`), which YAML reads as two characters
/// that do not exist. They are joined before reading, in texts that begin as JSON does.
fn join_surrogates(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.trim_start().starts_with('{') || !text.contains("\\u") {
        return text.into();
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        joined.push_str(before);
        if let Some((character, after)) = surrogate_pair(escape) {
            joined.push(character);
            rest = after;
        } else {
            // An escape is taken whole, so that the second half of `\\` never starts another one.
            let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
            joined.push_str(&escape[..length]);
            rest = &escape[length..];
        }
    }
    joined.push_str(rest);
    joined.into()
}

fn surrogate_pair(text: &str) -> Option<(char, &str)> {
    let (high, rest) = unit(text)?;
    let (low, rest) = unit(rest)?;
    let character = char::decode_utf16([high, low]).next()?.ok()?;
    // A unit that is a character by itself is none of ours.
    (u32::from(character) > 0xFFFF).then_some((character, rest))
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("\\u")?;
    let unit = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
    Some((unit, &digits[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(text: &str) -> Vec<(String, String)> {
        field_map("additionalFields", text, Columns::Change)
            .unwrap_or_else(|problems| panic!("{problems}"))
            .into_iter()
            .collect()
    }

    fn bad(text: &str) -> String {
        field_map("additionalFields", text, Columns::Change)
            .expect_err("problems")
            .to_string()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec()
    }

    #[test]
    fn yaml_and_json_maps_are_read_and_values_stay_as_written() {
        let expected = pairs([
            ("u_cost", "1.10"),
            ("u_flag", "true"),
            ("u_none", ""),
            ("u_team", "A: B"),
        ]);
        assert_eq!(
            good("u_team: 'A: B'\nu_cost: 1.10\nu_flag: true\nu_none: ~\n"),
            expected
        );
        assert_eq!(
            good("{\"u_team\": \"A: B\", \"u_cost\": 1.10, \"u_flag\": true, \"u_none\": null}"),
            expected
        );
        assert_eq!(good(""), []);
        assert_eq!(good("  \n# nothing\n"), []);
        assert_eq!(good("u_note: |\n  a\n  b\n"), pairs([("u_note", "a\nb\n")]));
        assert_eq!(
            good("u_zip: 00123\nu_time: 12:30\n"),
            pairs([("u_time", "12:30"), ("u_zip", "00123")])
        );
    }

    #[test]
    fn json_surrogates_are_joined_and_escaped_backslashes_left_alone() {
        assert_eq!(
            good(r#"{"u_a": "\ud83d\ude00 \u00e9 \\ud83d\\ude00"}"#),
            pairs([("u_a", r"😀 é \ud83d\ude00")])
        );
        assert!(bad(r#"{"u_a": "\ud83d"}"#).contains("additionalFields:1:"));
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_its_place() {
        let text =
            "u_ok: 1\nsys_id: x\napproval: approved\nU_Bad: 1\nu_list: [1]\nu_ok: 2\nstate: 3\n";
        let lines: Vec<String> = bad(text)
            .lines()
            .map(|line| line.chars().take(70).collect())
            .collect();
        assert_eq!(lines.len(), 6, "{lines:#?}");
        for (line, start) in lines.iter().zip([
            "additionalFields:2:1: column `sys_id` cannot be set here; columns that",
            "additionalFields:3:1: column `approval` cannot be set here; approval i",
            "additionalFields:4:1: `U_Bad` is not a column name; write the name fro",
            "additionalFields:5:9: column `u_list` holds a list; a column takes a s",
            "additionalFields:6:1: `u_ok` is written twice in this map, first at 1:",
            "additionalFields:7:1: column `state` cannot be set here; a change is m",
        ]) {
            assert_eq!(line, start);
        }
        assert!(bad("just text").contains(
            "additionalFields:1:1: `additionalFields` is `just text`, not a map of columns"
        ));
        assert!(bad("- a: 1").contains("is a list, not a map of columns"));
        assert!(bad("u_a: \"\\e[31m\"").contains("1:6: the value of column `u_a` does not fit"));
        let many: String = (0..=MOST).map(|n| format!("u_{n}: 1\n")).collect();
        assert!(bad(&many).contains("201 columns, more than 200"));
    }

    #[test]
    fn a_custom_table_has_its_own_state() {
        let read = |text| field_map("deploymentFields", text, Columns::Custom);
        assert_eq!(read("state: 3").unwrap()["state"], "3");
        assert!(read("sys_created_on: x").is_err());
    }

    proptest! {
        #[test]
        fn json_round_trips(map in proptest::collection::btree_map("u_[a-z0-9_]{0,10}", "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}]{0,20}", 0..8)) {
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(field_map("f", &text, Columns::Change).map_err(|p| p.to_string()), Ok(map.clone()));
            // As other writers do it: everything beyond ASCII escaped.
            let escaped: String = text.chars().map(|c| if c.is_ascii() { c.to_string() } else {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }).collect();
            prop_assert_eq!(field_map("f", &escaped, Columns::Change).map_err(|p| p.to_string()), Ok(map));
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = field_map("f", &text, Columns::Change);
            let _ = field_map("f", &format!("{{{text}"), Columns::Custom);
        }
    }
}
