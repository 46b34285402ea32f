//! Service names with wildcards: `*` stands for any run of characters, `?` for exactly one.

/// Whether `name` holds a wildcard, so that it stands for many services.
pub(crate) fn is_glob(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// How much of the pattern is literal; among globs that match one service, the longest literal part wins.
pub(crate) fn literal_length(pattern: &str) -> usize {
    pattern.chars().filter(|c| !matches!(c, '*' | '?')).count()
}

/// Whether `pattern` stands for `text`, as a whole and with regard to case.
///
/// Time is at most the product of both lengths: only the last `*` is ever tried again.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, taken)) = last_star else {
                    return false;
                };
                last_star = Some((star, taken + 1));
                p = star + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition itself, exponential and obvious.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=text.len()).any(|n| by_definition(rest, &text[n..])),
            (Some((&c, rest)), Some((&x, more))) => {
                (c == '?' || c == x) && by_definition(rest, more)
            }
            _ => false,
        }
    }

    #[test]
    fn examples() {
        for (pattern, text, expected) in [
            ("web-*", "web-shop", true),
            ("web-*", "web-", true),
            ("web-*", "my-web-shop", false),
            ("*-service", "payment-service", true),
            ("p?y", "pay", true),
            ("p?y", "py", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("Web-*", "web-shop", false),
            ("a*b*c", "a-b-b-c", true),
            ("größe-?", "größe-ü", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert_eq!(literal_length("web-*-??"), 5);
        assert!(is_glob("a?") && is_glob("*") && !is_glob("a"));
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_exponential_time() {
        assert!(!matches(
            &"*a".repeat(500),
            &format!("{}b", "a".repeat(5_000))
        ));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let expected = by_definition(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
            prop_assert_eq!(matches(&pattern, &text), expected);
        }

        #[test]
        fn a_name_without_wildcards_stands_for_itself_only(name in "[a-z.-]{0,10}", other in "[a-z.-]{0,10}") {
            prop_assert!(matches(&name, &name));
            prop_assert_eq!(matches(&name, &other), name == other);
        }
    }
}
