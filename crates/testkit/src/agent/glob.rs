//! The patterns of `settableVariables`: a star stands for any letters, case does not count.

pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_case() {
        for (pattern, name, expected) in [
            ("changeNumber", "CHANGENUMBER", true),
            ("changeNumber", "changeNumbers", false),
            ("JAVA_HOME*", "java_home_17", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("*", "anything", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
