//! Hides the values of members that hold secrets by their name, also in text that is no whole document.
//!
//! The masker knows secrets by value; the answer of a token service brings new ones. The text is scanned,
//! not parsed: bodies are cut, broken and large.

use redact::MASK;

/// Member names of token requests and answers (RFC 6749, RFC 7523) and the usual others, in lower case.
const NAMES: [&str; 14] = [
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "client_secret",
    "client_assertion",
    "assertion",
    "password",
    "user_password",
    "secret",
    "api_key",
    "apikey",
    "authorization",
    "private_key",
];

/// The text with `***` as the value of every such JSON member and form field.
pub(super) fn secret_members(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, value)) = next_value(rest) {
        shown.push_str(&rest[..before]);
        shown.push_str(MASK);
        rest = &rest[before + value..];
    }
    shown.push_str(rest);
    shown
}

/// Where the first such value begins and how long it is.
fn next_value(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find([':', '=']) {
        let at = from + found;
        let (name, after) = (&text[..at], &text[at + 1..]);
        let value = if text.as_bytes()[at] == b':' {
            json_value(name, after)
        } else {
            form_value(name, after)
        };
        if let Some((begin, length)) = value {
            return Some((at + 1 + begin, length));
        }
        from = at + 1;
    }
    None
}

/// `"name" : "value"`: begin and length of what is between the quotation marks.
fn json_value(before: &str, after: &str) -> Option<(usize, usize)> {
    let quoted = before.trim_end().strip_suffix('"')?;
    let name = &quoted[quoted.rfind('"')? + 1..];
    let value = after.trim_start().strip_prefix('"')?;
    is_secret(name)
        .then(|| (after.len() - value.len(), string_length(value)))
        .filter(|(_, length)| *length > 0)
}

/// `name=value`, at the beginning or after `&`: what goes up to the next `&`.
fn form_value(before: &str, after: &str) -> Option<(usize, usize)> {
    let name = &before[before
        .rfind(['&', '?', '\n', ' ', '"'])
        .map_or(0, |at| at + 1)..];
    let length = after.find(['&', '\n', ' ', '"']).unwrap_or(after.len());
    (is_secret(name) && length > 0).then_some((0, length))
}

fn is_secret(name: &str) -> bool {
    NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// The length up to the closing quotation mark, or to the end of a text that was cut.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return at,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::secret_members;

    #[test]
    fn hides_by_name_in_whole_cut_and_strange_documents() {
        let table = [
            (
                r#"{"access_token":"abc","n":1}"#,
                r#"{"access_token":"***","n":1}"#,
            ),
            (
                r#"{ "Password" : "a\"b\\" , "x":"y" }"#,
                r#"{ "Password" : "***" , "x":"y" }"#,
            ),
            (
                r#"{"result":{"refresh_token":"ab"#,
                r#"{"result":{"refresh_token":"***"#,
            ),
            (
                r#"{"token":"","token":5,"a":"token"}"#,
                r#"{"token":"","token":5,"a":"token"}"#,
            ),
            (
                r#"{"tokens":"kept","short":"a:b=c"}"#,
                r#"{"tokens":"kept","short":"a:b=c"}"#,
            ),
            (
                "grant_type=password&password=x%20y&client_secret=z",
                "grant_type=password&password=***&client_secret=***",
            ),
            ("see /cb?token=abc&x=1", "see /cb?token=***&x=1"),
            ("a=b:c\":\"", "a=b:c\":\""),
            ("", ""),
        ];
        for (text, shown) in table {
            assert_eq!(secret_members(text), shown);
        }
    }
}
