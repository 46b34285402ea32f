//! JSON paths, as RFC 9535 has them without its functions, which the server's own library does not know either.

use serde_json::Value as Json;
use serde_json_path::JsonPath;

/// Longest path that is read, in bytes, and deepest nesting of brackets: the library recurses over both.
const MAX_LENGTH: usize = 2_000;
const MAX_DEPTH: usize = 16;

/// Why a JSON path was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Not a path.
    #[error("no JSON path: `{path}`: {detail}")]
    Syntax {
        /// The text.
        path: String,
        /// What the library says.
        detail: String,
    },
    /// Longer or deeper than a path of a definition can sensibly be.
    #[error("a JSON path of {length} bytes nests too deep or is too long")]
    TooMuch {
        /// Its length.
        length: usize,
    },
}

/// Reads a path. A path that does not begin at the root is taken from there, as Microsoft's own examples have it.
pub(crate) fn parse(text: &str) -> Result<JsonPath, PathError> {
    let text = text.trim();
    check(text)?;
    let rooted = match text.chars().next() {
        Some('$') => text.to_owned(),
        Some('[') => format!("${text}"),
        _ => format!("$.{text}"),
    };
    JsonPath::parse(&rooted).map_err(|error| syntax(text, &error.to_string()))
}

/// Everything a path finds, as a list.
pub(crate) fn select(text: &str, root: &Json) -> Result<Vec<Json>, PathError> {
    Ok(parse(text)?
        .query(root)
        .all()
        .into_iter()
        .cloned()
        .collect())
}

/// Refuses what is too much for the library here, and what the server's library does not know.
fn check(text: &str) -> Result<(), PathError> {
    let mut depth = 0_usize;
    let mut deepest = 0;
    let mut quote = None;
    let mut last = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) => quote = quote.filter(|_| character != open),
            (None, '\'' | '"') => quote = Some(character),
            (None, '!') if characters.peek() != Some(&'=') => {
                return Err(syntax(text, "negation is not known"));
            }
            (None, '(') if last.is_ascii_alphanumeric() || last == '_' => {
                return Err(syntax(text, "functions are not known"));
            }
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        last = character;
        deepest = deepest.max(depth);
    }
    if deepest > MAX_DEPTH || text.len() > MAX_LENGTH {
        return Err(PathError::TooMuch { length: text.len() });
    }
    Ok(())
}

fn syntax(path: &str, detail: &str) -> PathError {
    PathError::Syntax {
        path: path.to_owned(),
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selects() {
        let root =
            json!({ "Items": [{ "price": 100 }, { "price": 40 }, { "price": 70, "on": true }] });
        let count = |path| select(path, &root).unwrap().len();
        assert_eq!(count("$.Items[*]"), 3);
        assert_eq!(count("Items[?(@.price<50)]"), 1);
        assert_eq!(count("$.Items[?(@.on == true)].price"), 1);
        assert_eq!(count("$.items"), 0, "keys have case");
        assert_eq!(count("$.Items[?(@.price != 40 && @.price != 70)]"), 1);
        assert_eq!(
            count("$.Items[?@.name == 'not(!\\'(']"),
            0,
            "in quotes all is text"
        );
        assert_eq!(select("$.Items[9]", &root), Ok(vec![]));
    }

    #[test]
    fn a_path_of_the_greatest_depth_takes_no_time_to_speak_of() {
        let inner = MAX_DEPTH - 1;
        let deep = format!("$[?{}@.b{}]", "(".repeat(inner), ")".repeat(inner));
        let begun = std::time::Duration::from_secs(5);
        let (done, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(parse(&deep).is_ok()));
        assert_eq!(wait.recv_timeout(begun), Ok(true));
    }

    #[test]
    fn refuses() {
        for path in [
            "$.",
            "$[(@.length-1)]",
            "$.a[?length(@) > 1]",
            "$.a[?!@.b]",
            "a b",
        ] {
            assert!(parse(path).is_err(), "{path}");
        }
        let deep = format!("$.a[?{}@.b{}]", "(".repeat(5000), ")".repeat(5000));
        let refused = select(&deep, &json!(null)).unwrap_err();
        assert!(matches!(refused, PathError::TooMuch { .. }), "{refused}");
        let long = format!("$.a[?@.b == '{}']", "x".repeat(MAX_LENGTH));
        assert!(matches!(parse(&long), Err(PathError::TooMuch { .. })));
    }
}
