//! The agent's reading of one line of output.

use std::collections::BTreeMap;

/// A logging command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The area, lower case: `task`.
    pub area: String,
    /// The event, lower case: `complete`.
    pub event: String,
    /// Properties by lower-case key; empty values are dropped.
    pub properties: BTreeMap<String, String>,
    /// What follows the bracket, unescaped.
    pub data: String,
}

/// What a line is for the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Shown as it is.
    Text(String),
    /// Acted on.
    Command(Command),
    /// Holds the command token but is none: shown, and warned about.
    Broken(String),
}

const PREFIX: &str = "##vso[";

/// Reads a line that has no line end.
pub fn read_line(line: &str) -> Line {
    match parse(line) {
        Some(command) => Line::Command(command),
        None if line.to_ascii_lowercase().contains("##vso") => Line::Broken(line.to_owned()),
        None => Line::Text(line.to_owned()),
    }
}

fn parse(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once(PREFIX)?;
    let (head, data) = rest.split_once(']')?;
    let (name, listed) = head.split_once(' ').unwrap_or((head, ""));
    let (area, event) = name.split_once('.')?;
    if area.trim().is_empty() || event.trim().is_empty() || event.contains('.') {
        return None;
    }
    let mut properties = BTreeMap::new();
    for (key, value) in listed.split(';').filter_map(|pair| pair.split_once('=')) {
        if !value.is_empty() {
            properties.insert(key.to_lowercase(), unescape(value));
        }
    }
    Some(Command {
        area: area.to_lowercase(),
        event: event.to_lowercase(),
        properties,
        data: unescape(data),
    })
}

fn unescape(text: &str) -> String {
    text.replace("%3B", ";")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%5D", "]")
        .replace("%AZP25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Command {
        match read_line(line) {
            Line::Command(command) => command,
            other @ (Line::Text(_) | Line::Broken(_)) => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn takes_the_first_prefix_anywhere_in_the_line() {
        let read = command(">>>   ##vso[Area.Event k1=v1;]msg ##vso[task.complete]");
        assert_eq!((read.area.as_str(), read.event.as_str()), ("area", "event"));
        assert_eq!(
            read.properties,
            BTreeMap::from([("k1".to_owned(), "v1".to_owned())])
        );
        assert_eq!(read.data, "msg ##vso[task.complete]");
    }

    #[test]
    fn unescapes_values_and_data_with_the_percent_sign_last() {
        let read = command("##vso[a.b Key=1%3B%5D%AZP250A;empty=;two=x=y]%0D%0A%AZP253B%25");
        assert_eq!(read.properties["key"], "1;]%0A");
        assert_eq!(read.properties["two"], "x=y");
        assert!(!read.properties.contains_key("empty"));
        assert_eq!(read.data, "\r\n%3B%25");
    }

    #[test]
    fn keys_are_not_trimmed() {
        assert!(
            command("##vso[a.b one=1; two=2]")
                .properties
                .contains_key(" two")
        );
    }

    #[test]
    fn tells_broken_commands_from_text() {
        for broken in [
            "##vso[task]x",
            "##vso[task.a.b]x",
            "##VSO[task.complete]",
            "a ##vso b",
            "##vso[a.b",
        ] {
            assert!(matches!(read_line(broken), Line::Broken(_)), "{broken}");
        }
        assert!(matches!(read_line("**vso[task.complete]"), Line::Text(_)));
    }
}
