//! A secret that was cut short together with the text around it: its beginning must not stay.

/// Below this many characters a beginning says too little, and stands in too many words.
const SHORTEST: usize = 6;

/// The most bytes that an escape has before its last one.
const LONGEST_ESCAPE: usize = 8;

/// How a text says that it was cut, as text and as a page's character references.
const MARKS: [&str; 4] = ["...", "&#46;&#46;&#46;", "[... ", "&#91;&#46;&#46;&#46; "];

/// The end of a match that ran to `at` after `alike` characters, if the text was cut there.
pub(super) fn end(text: &str, at: usize, alike: usize) -> Option<usize> {
    if alike < SHORTEST {
        return None;
    }
    let rest = text.get(at..)?;
    // The cut may have gone through an escape of the next character, whose sign may have passed for itself.
    let escape = rest.strip_prefix(['%', '\\', '&']);
    let inside = escape.or_else(|| text[..at].ends_with('%').then_some(rest));
    let half = inside.map_or(rest, |rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#')
    });
    if rest.len() - half.len() > LONGEST_ESCAPE {
        return None;
    }
    let cut = |rest: &str| {
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        MARKS.iter().any(|mark| rest.starts_with(mark))
    };
    if cut(rest) {
        return Some(at);
    }
    cut(half).then(|| text.len() - half.len())
}
