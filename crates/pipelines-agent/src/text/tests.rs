use proptest::prelude::*;
use testkit::agent::{Line, read_line};

use super::*;

/// What a comparison by culture may look through.
fn without_ignorable(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ' || (c.is_alphanumeric() && !c.is_control()))
        .collect()
}

fn assert_harmless(line: &str) {
    assert!(matches!(read_line(line), Line::Text(_)), "{line:?}");
    assert!(
        !without_ignorable(line).to_lowercase().contains("##vso"),
        "{line:?}"
    );
    assert!(!line.trim_start().starts_with("##["), "{line:?}");
    assert!(
        !line.contains(|c: char| c.is_control() && c != '\t'),
        "{line:?}"
    );
}

#[test]
fn command_tokens_are_broken_visibly() {
    for (text, safe) in [
        ("##vso[task.complete]", "**vso[task.complete]"),
        ("a ##VsO[x] ##vso[y]", "a **VsO[x] **vso[y]"),
        ("####vso[x]", "##**vso[x]"),
        ("###vso[x]", "#**vso[x]"),
        ("##[section]x", "**[section]x"),
        ("  ##[error]x", "  **[error]x"),
        ("C##[1]", "C##[1]"),
        ("# heading ## two", "# heading ## two"),
        ("##\u{200b}vso[x]", "##<U+200B>vso[x]"),
        ("##\u{fe0f}vso[x]", "**vso[x]"),
        ("#\u{0}#vso[x]", "#<U+0000>#vso[x]"),
        ("tab\there", "tab\there"),
        ("\u{1b}[31mred\u{9b}m", "<U+001B>[31mred<U+009B>m"),
        ("a\u{202e}txt\u{2066}", "a<U+202E>txt<U+2066>"),
        ("über ❤\u{fe0f} 漢字", "über ❤ 漢字"),
    ] {
        assert_eq!(defuse(text), safe);
        assert_harmless(&defuse(text));
    }
}

#[test]
fn line_ends_of_all_kinds_make_lines() {
    assert_eq!(lines("a\nb\r\nc\rd\n"), ["a", "b", "c", "d"]);
    assert_eq!(
        lines("a\r##vso[task.complete]"),
        ["a", "**vso[task.complete]"]
    );
    assert_eq!(lines(""), [""]);
    assert_eq!(lines("a\n\nb"), ["a", "", "b"]);
    assert_eq!(lines("a\u{2028}b\u{85}c"), ["a<U+2028>b<U+0085>c"]);
}

#[test]
fn a_megabyte_is_cut_and_counted() {
    let [line] = lines(&"ä".repeat(500_000)).try_into().unwrap();
    assert!(
        line.len() <= LINE_BYTES && line.ends_with(" more bytes]"),
        "{}",
        line.len()
    );
    // Escapes are longer than what they stand for; the line is bounded all the same.
    let [line] = lines(&"\u{1}".repeat(4000)).try_into().unwrap();
    assert!(line.len() <= LINE_BYTES, "{}", line.len());
    let many = lines(&"x\n".repeat(1000));
    assert_eq!(
        (many.len(), many.last().unwrap().as_str()),
        (LINES + 1, "[... 800 more lines]")
    );
}

#[test]
fn a_token_cut_in_two_does_not_come_back() {
    for shift in 0..80 {
        let text = format!("{}##vso[task.complete]", "x".repeat(LINE_BYTES - shift));
        lines(&text).iter().for_each(|line| assert_harmless(line));
    }
}

/// Text made of what the agent's parser looks at, and of anything else.
fn foreign() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("##vso[".to_owned()),
        Just("##VSO[task.complete result=Succeeded]".to_owned()),
        Just("#".to_owned()),
        Just("vso[".to_owned()),
        Just("task.setvariable variable=x;isoutput=true]".to_owned()),
        Just("%0A".to_owned()),
        Just("%AZP25".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just("\u{200d}".to_owned()),
        Just("\u{fe0f}".to_owned()),
        Just("];=%25".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_foreign_text_makes_a_command(text in foreign()) {
        assert_harmless(&defuse(&text));
        for line in lines(&text) {
            assert_harmless(&line);
        }
    }

    #[test]
    fn harmless_text_stays_as_it_is(text in foreign()) {
        let once = defuse(&text);
        prop_assert_eq!(defuse(&once), once);
    }

    #[test]
    fn the_agent_reads_back_what_was_escaped(value in foreign(), data in foreign()) {
        let line = format!("##vso[area.event key={};other=1]{}", escape_property(&value), escape_data(&data));
        prop_assert!(!line.contains(['\r', '\n']));
        let Line::Command(command) = read_line(&line) else { panic!("{line:?}") };
        // The agent drops empty properties.
        prop_assert_eq!(command.properties.get("key").cloned().unwrap_or_default(), value);
        prop_assert_eq!(&command.properties["other"], "1");
        prop_assert_eq!(command.data, data);
    }
}
