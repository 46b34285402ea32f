//! `visibleRule`: when the editor shows an input or a group.

/// `input = value` and `input != value`, joined by `&&` or by `||`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::check) struct Rule<'a> {
    pub(in crate::check) terms: Vec<Term<'a>>,
    /// Whether one term is enough.
    any: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::check) struct Term<'a> {
    pub(in crate::check) input: &'a str,
    pub(in crate::check) value: &'a str,
    equal: bool,
}

impl<'a> Rule<'a> {
    /// Blanks stand around every operator, and `&&` and `||` are not mixed: what older servers take, and nobody has to
    /// guess at.
    pub(in crate::check) fn parse(text: &'a str) -> Result<Self, String> {
        if text.contains("&&") && text.contains("||") {
            return Err("visibleRule mixes && and ||".to_owned());
        }
        let mut terms = Vec::new();
        for part in text.split(" && ").flat_map(|part| part.split(" || ")) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let [input, operator, value] = words[..] else {
                return Err(format!(
                    "visibleRule {part:?} is not `input = value`, with blanks around each operator"
                ));
            };
            let equal = match operator {
                "=" | "==" => true,
                "!=" => false,
                other => return Err(format!("visibleRule has the operator {other:?}")),
            };
            terms.push(Term {
                input,
                value: if value == "\"\"" { "" } else { value },
                equal,
            });
        }
        Ok(Self {
            terms,
            any: text.contains("||"),
        })
    }

    /// Whether the rule is met where inputs have these values.
    pub(in crate::check) fn holds(&self, value: impl Fn(&str) -> String) -> bool {
        let met = |term: &Term<'_>| (value(term.input) == term.value) == term.equal;
        if self.any {
            self.terms.iter().any(met)
        } else {
            self.terms.iter().all(met)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn rules_are_met_by_values() {
        for (rule, met) in [
            ("a = 1", true),
            ("a == 2", false),
            ("a != 2", true),
            ("b = \"\"", true),
            ("a = 1 && c = x", false),
            ("a = 1 || c = x", true),
            ("a = 2 || c = x", false),
        ] {
            let value = |input: &str| if input == "a" { "1" } else { "" }.to_owned();
            assert_eq!(Rule::parse(rule).unwrap().holds(value), met, "{rule}");
        }
    }

    #[test]
    fn what_older_servers_refuse_is_refused() {
        for (rule, says) in [
            ("a=1", "not `input = value`"),
            ("a = 1&&b = 2", "not `input = value`"),
            ("a = 1 &&", "not `input = value`"),
            ("", "not `input = value`"),
            ("a like 1", "operator"),
            ("a = 1 && b = 2 || c = 3", "mixes"),
        ] {
            let error = Rule::parse(rule).unwrap_err();
            assert!(error.contains(says), "{rule}: {error}");
        }
    }
}
