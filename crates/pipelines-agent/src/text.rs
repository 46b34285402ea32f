//! Making text harmless for the agent, which reads every line of a task's output as a possible command.
//!
//! Two rules follow from how the agent reads. It looks for `##vso[` *anywhere* in a line, so the token is broken
//! wherever it stands, and broken with visible characters: the search compares by culture and may look through
//! characters of no width. And a line ends at LF, CR or both, so no such character survives in one line.

use std::borrow::Cow;

/// The longest line printed, in bytes; the rest is cut and counted. The live log of a run shows 1024 characters of
/// a line and the stored log all of them.
pub const LINE_BYTES: usize = 4096;

/// The most lines printed of one piece of text.
pub const LINES: usize = 200;

/// One line of text without anything the agent or a terminal would act on.
///
/// Control characters, marks that reorder or hide text, and command prefixes become visible. Line ends are shown
/// too; see [`lines`] to keep them.
///
/// ```
/// assert_eq!(pipelines_agent::text::defuse("a ##vso[task.complete]\r"), "a **vso[task.complete]<U+000D>");
/// ```
pub fn defuse(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_cosmetic(c) {
            continue;
        }
        if acts(c) {
            safe.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    break_prefixes(safe)
}

/// Foreign text as harmless lines of bounded length and number.
pub fn lines(text: &str) -> Vec<String> {
    let unified = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut all = unified.strip_suffix('\n').unwrap_or(&unified).split('\n');
    let mut safe: Vec<String> = all
        .by_ref()
        .take(LINES)
        .map(|line| cap(&defuse(&cap(line))))
        .collect();
    let left = all.count();
    if left > 0 {
        safe.push(format!("[... {left} more lines]"));
    }
    safe
}

/// Escapes the data part of a logging command.
///
/// The percent sign is escaped first and as `%AZP25`, because the agent turns that back last; brackets and
/// semicolons are legal in data and escaped all the same.
pub fn escape_data(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(']', "%5D")
        .replace(';', "%3B")
}

/// Escapes the value of a logging command's property; a bare bracket or semicolon would end it.
pub fn escape_property(text: &str) -> String {
    escape_data(text)
}

/// Cuts a line to [`LINE_BYTES`], saying so.
fn cap(line: &str) -> String {
    if line.len() <= LINE_BYTES {
        return line.to_owned();
    }
    let note = 40;
    let end = line.floor_char_boundary(LINE_BYTES - note);
    format!("{} [... {} more bytes]", &line[..end], line.len() - end)
}

/// Variation selectors only choose how the character before looks; dropping them keeps emoji readable.
fn is_cosmetic(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}')
}

/// Characters that do something rather than show something: controls of both ranges except the tab, line and
/// paragraph separators, and everything Unicode calls ignorable by default (no width, reordering, tags), which a
/// comparison by culture may look through.
fn acts(c: char) -> bool {
    if c == '\t' {
        return false;
    }
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Turns `##vso` in any case, anywhere, into `**vso`, and a leading `##[` (a formatting command of the log page)
/// into `**[`.
fn break_prefixes(mut line: String) -> String {
    let mut from = 0;
    while let Some(at) = line[from..].find("##").map(|at| at + from) {
        let after = &line.as_bytes()[at + 2..];
        let leading = line[..at].trim_start().is_empty();
        let command = after
            .get(..3)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"vso"));
        if command || (leading && after.first() == Some(&b'[')) {
            line.replace_range(at..at + 2, "**");
        }
        // One further only: in `###vso[` the second pair is the dangerous one.
        from = at + 1;
    }
    line
}

#[cfg(test)]
mod tests;
