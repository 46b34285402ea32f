//! Text as pages write it: character references for whatever has a meaning there.

use super::cut;

/// The references by name that every escaping knows.
const NAMED: [(&str, char); 6] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
    ("nbsp;", ' '),
];

/// Any writing of the needle with references, for whichever characters.
pub(super) fn reference(text: &str, at: usize, needle: &str) -> Option<usize> {
    let mut at = at;
    for (index, wanted) in needle.chars().enumerate() {
        let rest = text.get(at..)?;
        match character(rest) {
            Some((found, length)) if found == wanted => at += length,
            _ if rest.starts_with(wanted) => at += wanted.len_utf8(),
            _ => return cut::end(text, at, index),
        }
    }
    Some(at)
}

/// The character that a reference at the start of `text` stands for, and the reference's length.
fn character(text: &str) -> Option<(char, usize)> {
    let inside = text.strip_prefix('&')?;
    if let Some((name, character)) = NAMED.iter().find(|(name, _)| inside.starts_with(name)) {
        return Some((*character, 1 + name.len()));
    }
    let number = inside.strip_prefix('#')?;
    let (digits, radix, head) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 3),
        None => (number, 10, 2),
    };
    // Seven digits hold every character; more are no reference.
    let length = digits.bytes().take(8).position(|b| b == b';')?;
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    Some((char::from_u32(code)?, head + length + 1))
}
