//! The one way to print an error.

use std::error::Error;

/// The error and its causes on one line: `could not open a change: could not connect: refused`.
///
/// Errors of this workspace print without their cause's text. Foreign ones often repeat it; a cause whose
/// text already ends the line is therefore not written a second time. Line breaks and control characters
/// become spaces, since the line goes into logs that give them a meaning.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = flat(&error.to_string());
    let mut next = error.source();
    while let Some(cause) = next {
        let text = flat(&cause.to_string());
        if !text.is_empty() && !line.ends_with(&text) {
            if !line.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&text);
        }
        next = cause.source();
    }
    line
}

fn flat(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        #[source]
        cause: Option<Box<Link>>,
    }

    fn link(texts: &[&'static str]) -> Link {
        let (text, rest) = texts.split_first().unwrap();
        let cause = (!rest.is_empty()).then(|| Box::new(link(rest)));
        Link { text, cause }
    }

    #[test]
    fn joins_each_cause_once() {
        let table: [(&[&str], &str); 5] = [
            (&["a"], "a"),
            (&["a", "b", "c"], "a: b: c"),
            (&["a: b", "b"], "a: b"),
            (&["a\r\n##vso[x]", "b\u{1b}[31m"], "a  ##vso[x]: b [31m"),
            (&["a", "", "c"], "a: c"),
        ];
        for (texts, line) in table {
            assert_eq!(chain(&link(texts)), line);
        }
    }
}
