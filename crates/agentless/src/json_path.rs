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
    if text.len() > MAX_LENGTH || depth(text) > MAX_DEPTH {
        return Err(PathError::TooMuch { length: text.len() });
    }
    let rooted = match text.chars().next() {
        Some('$') => text.to_owned(),
        Some('[') => format!("${text}"),
        _ => format!("$.{text}"),
    };
    JsonPath::parse(&rooted).map_err(|error| PathError::Syntax {
        path: text.to_owned(),
        detail: error.to_string(),
    })
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

fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for character in text.chars() {
        match character {
            '[' | '(' | '!' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
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
        assert_eq!(select("$.Items[9]", &root), Ok(vec![]));
    }

    #[test]
    fn refuses() {
        for path in ["$.", "$[(@.length-1)]", "$.a[?length(@)>1]", "a b"] {
            assert!(parse(path).is_err(), "{path}");
        }
        let deep = format!("$.a[?{}@.b{}]", "(".repeat(5000), ")".repeat(5000));
        let refused = select(&deep, &json!(null)).unwrap_err();
        assert!(matches!(refused, PathError::TooMuch { .. }), "{refused}");
        let many = format!("$[?{}@.b]", "!".repeat(1000));
        assert!(matches!(parse(&many), Err(PathError::TooMuch { .. })));
    }
}
