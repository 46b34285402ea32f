//! Escaping, and characters that would make a reader see something else than what is written.

use std::io::{self, Write};

/// Writes text into HTML: markup becomes text; control and direction characters become their visible names, except line
/// breaks and tabs.
pub(super) fn escape(text: &str, output: &mut dyn Write) -> io::Result<()> {
    for c in text.chars() {
        match c {
            '&' => output.write_all(b"&amp;")?,
            '<' => output.write_all(b"&lt;")?,
            '>' => output.write_all(b"&gt;")?,
            '"' => output.write_all(b"&quot;")?,
            '\'' => output.write_all(b"&#39;")?,
            '`' => output.write_all(b"&#96;")?,
            '\r' => {}
            '\n' | '\t' => output.write_all(&[c as u8])?,
            hidden if is_hidden(hidden) => write!(output, "[U+{:04X}]", u32::from(hidden))?,
            c => output.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?,
        }
    }
    Ok(())
}

/// Controls, and what turns, hides or ends text: the bidirectional controls, zero-width characters, line and paragraph
/// separators, tags.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut output = Vec::new();
        escape(text, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn markup_becomes_text_and_hidden_characters_show() {
        for (text, told) in [
            (
                "<img src=x onerror='a()'>",
                "&lt;img src=x onerror=&#39;a()&#39;&gt;",
            ),
            ("a & \"b\" `c`", "a &amp; &quot;b&quot; &#96;c&#96;"),
            ("ünï 日本 🎉", "ünï 日本 🎉"),
            ("user\u{202E}gnp.exe", "user[U+202E]gnp.exe"),
            ("a\u{0}b\u{1b}[31m\u{85}", "a[U+0000]b[U+001B][31m[U+0085]"),
            ("a\r\n\tb", "a\n\tb"),
            (
                "a\u{200B}b\u{2066}\u{FEFF}\u{E0041}",
                "a[U+200B]b[U+2066][U+FEFF][U+E0041]",
            ),
        ] {
            assert_eq!(escaped(text), told, "{text:?}");
        }
    }
}
