//! `$(name)` macros: replaced once, from left to right, never inside what was put in.

/// Replaces the macros that `find` knows. The others stay as they are.
pub(crate) fn expand<'v>(text: &str, find: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next(rest) {
        made.push_str(before);
        match find(name) {
            Some(value) => made.push_str(value),
            None => made.push_str(&rest[before.len()..rest.len() - after.len()]),
        }
        rest = after;
    }
    made.push_str(rest);
    made
}

/// Names of all macros in a text.
pub(crate) fn names(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next(rest) {
        found.push(name);
        rest = after;
    }
    found
}

/// What stands before the first macro, its name, and what follows it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find("$(")?;
        let inside = &text[at + 2..];
        let plain = |c: char| c.is_ascii_alphanumeric() || "._- ".contains(c);
        let end = inside.find(|c| !plain(c)).unwrap_or(inside.len());
        if end > 0 && inside[end..].starts_with(')') {
            return Some((&text[..at], &inside[..end], &inside[end + 1..]));
        }
        from = at + 2;
    }
}
