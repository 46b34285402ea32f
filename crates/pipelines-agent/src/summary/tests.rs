use redact::Secret;

use super::*;

/// What a browser shows of text in which characters are given by number.
fn decoded(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("&#") {
        let (number, tail) = after
            .split_once(';')
            .expect("a numbered character ends in a semicolon");
        text.push_str(before);
        text.extend(number.parse().ok().and_then(char::from_u32));
        rest = tail;
    }
    text + rest
}

#[test]
fn foreign_text_shows_as_itself_and_as_nothing_else() {
    for hostile in [
        "[click](javascript:alert(1))",
        "![x](data:image/png;base64,AA)",
        "<script>alert(1)</script> <img src=x>",
        "a | b | c",
        "# heading",
        "- list * star _ under ~ `code`",
        "&lt; &#60; \\ $x$ @pat #12",
    ] {
        let markdown = escape_markdown(hostile);
        let structure: Vec<char> = markdown
            .replace("&#", "")
            .chars()
            .filter(|c| "[]()<>|#`*_~\\!$@".contains(*c))
            .collect();
        assert!(structure.is_empty(), "{markdown}");
        assert_eq!(decoded(&markdown), hostile);
    }
    assert_eq!(
        decoded(&escape_markdown("Tom's \"shoes\", 50%?")),
        "Tom's \"shoes\", 50%?"
    );
}

#[test]
fn bare_addresses_make_no_links() {
    assert_eq!(
        decoded(&escape_markdown(
            "see https://evil.example www.evil.example"
        )),
        "see https[:]//evil.example www[.]evil.example"
    );
}

#[test]
fn it_stays_one_line_of_bounded_length() {
    assert_eq!(
        decoded(&escape_markdown("a\r\n\r\n| b |\n\n- c\u{1b}\u{2028}d")),
        "a | b | - c<U+001B><U+2028>d"
    );
    let long = decoded(&escape_markdown(&"ä".repeat(500_000)));
    assert!(
        long.len() < 2100 && long.ends_with("[... 998000 more bytes]"),
        "{}",
        long.len()
    );
}

#[test]
fn the_file_holds_the_masked_text_under_a_plain_name() {
    let folder = tempfile::tempdir().unwrap();
    let masker = Masker::default();
    masker.add(&Secret::new("s3cret-value"));
    let path = write_summary(&masker, folder.path(), "../change gate", "# s3cret-value\n").unwrap();
    assert_eq!(path.parent(), Some(folder.path()));
    assert!(path.is_absolute());
    assert_eq!(std::fs::read_to_string(path).unwrap(), "# ***\n");
}
