//! The forms of text: each is one check, with the same rule as a pattern for the JSON Schema.

/// What a text has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One line that is not blank, of at most so many characters.
    Line(usize),
    /// Any lines, without other control characters, of at most so many characters.
    Prose(usize),
    /// A column or table name of the instance.
    ColumnName,
    /// A name under `templates`.
    TemplateName,
    /// What `proceedWhen` takes.
    Proceed,
    /// An ISO 8601 duration of days, hours, minutes and seconds.
    Duration,
    /// One digit from 1 to this one.
    Digit(u8),
    /// A state of an incident, by its label or its value.
    IncidentState,
}

/// The labels of the stock incident states (vendor page "Incident state model").
pub(crate) const INCIDENT_STATES: [(&str, i32); 6] = [
    ("New", 1),
    ("In Progress", 2),
    ("On Hold", 3),
    ("Resolved", 6),
    ("Closed", 7),
    ("Canceled", 8),
];

impl Form {
    /// The same rule for the JSON Schema.
    pub(crate) fn pattern(self) -> String {
        match self {
            // The middle part asks for one character that is neither a blank nor a control character.
            Self::Line(_) => {
                r"^[^\u0000-\u001F\u007F]*[^\u0000-\u0020\u007F][^\u0000-\u001F\u007F]*$".to_owned()
            }
            Self::Prose(_) => r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$".to_owned(),
            Self::ColumnName => "^[a-z][a-z0-9_]*$".to_owned(),
            Self::TemplateName => "^[A-Za-z][A-Za-z0-9_-]*$".to_owned(),
            Self::Proceed => {
                r"^(approved|scheduled|implement|created|state:[^\u0000-\u001F\u007F]*[^\u0000-\u0020\u007F][^\u0000-\u001F\u007F]*)$"
                    .to_owned()
            }
            Self::Duration => {
                let (days, hours, minutes, seconds) =
                    ("[0-9]{1,4}D", "[0-9]{1,5}H", "[0-9]{1,6}M", "[0-9]{1,7}S");
                format!(
                    "^P({days}|({days})?T({hours}({minutes})?({seconds})?|{minutes}({seconds})?|{seconds}))$"
                )
            }
            Self::Digit(last) => format!("^[1-{last}]$"),
            Self::IncidentState => {
                let labels = INCIDENT_STATES.map(|(label, _)| label).join("|");
                format!("^({labels}|-?[0-9]{{1,4}})$")
            }
        }
    }

    /// The most characters a text of this form has.
    pub(crate) fn longest(self) -> usize {
        match self {
            Self::Line(longest) | Self::Prose(longest) => longest,
            Self::ColumnName => 80,
            Self::TemplateName => 64,
            Self::Proceed => 100,
            Self::Duration => 32,
            Self::Digit(_) => 1,
            Self::IncidentState => 20,
        }
    }

    /// The JSON type of a number that may stand for this text, as `impact: 1` does for `"1"`.
    pub(crate) fn number_type(self) -> Option<&'static str> {
        match self {
            Self::Line(_) | Self::Prose(_) => Some("number"),
            Self::IncidentState => Some("integer"),
            Self::ColumnName
            | Self::TemplateName
            | Self::Proceed
            | Self::Duration
            | Self::Digit(_) => None,
        }
    }

    /// Whether `text` has this form.
    pub(crate) fn fits(self, text: &str) -> bool {
        text.chars().count() <= self.longest()
            && match self {
                Self::Line(_) => is_line(text),
                Self::Prose(_) => !text
                    .chars()
                    .any(|c| is_ascii_control(c) && !matches!(c, '\t' | '\n' | '\r')),
                Self::ColumnName => {
                    text.starts_with(|c: char| c.is_ascii_lowercase())
                        && text
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                }
                Self::TemplateName => {
                    text.starts_with(|c: char| c.is_ascii_alphabetic())
                        && text
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
                }
                Self::Proceed => {
                    matches!(text, "approved" | "scheduled" | "implement" | "created")
                        || text.strip_prefix("state:").is_some_and(is_line)
                }
                Self::Duration => is_duration(text),
                Self::Digit(last) => {
                    matches!(text.as_bytes(), [digit] if (b'1'..=b'0' + last).contains(digit))
                }
                Self::IncidentState => incident_state(text).is_some(),
            }
    }

    /// What to write, for a message.
    pub(crate) fn wanted(self) -> String {
        match self {
            Self::Line(longest) => format!("one line of text, at most {longest} characters"),
            Self::Prose(longest) => format!("text without control characters, at most {longest} characters"),
            Self::ColumnName => {
                "a name of lower-case letters, digits and `_` that starts with a letter".to_owned()
            }
            Self::TemplateName => "a name of letters, digits, `_` and `-` that starts with a letter".to_owned(),
            Self::Proceed => {
                "`approved`, `scheduled`, `implement`, `created` or `state:` with a state's label or value".to_owned()
            }
            Self::Duration => "a duration from now such as `PT2H` or `P1DT30M`".to_owned(),
            Self::Digit(last) => format!("a digit from 1 to {last}"),
            Self::IncidentState => {
                let labels = INCIDENT_STATES.map(|(label, _)| format!("`{label}`")).join(", ");
                format!("one of {labels}, or the value of a state")
            }
        }
    }
}

/// The value of an incident state given by label or value.
pub(crate) fn incident_state(text: &str) -> Option<i32> {
    let by_label = INCIDENT_STATES
        .iter()
        .find(|(label, _)| *label == text)
        .map(|(_, value)| *value);
    by_label.or_else(|| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let numeric = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        numeric.then(|| text.parse().ok()).flatten()
    })
}

// Unicode's other control characters (C1) are left to whoever prints: patterns for editors stay readable.
fn is_ascii_control(character: char) -> bool {
    character.is_ascii_control()
}

fn is_line(text: &str) -> bool {
    !text.chars().any(is_ascii_control) && text.chars().any(|c| c != ' ')
}

fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else {
        return false;
    };
    let (rest, days) = strip_amount(rest, 'D', 4);
    let Some(mut rest) = rest.strip_prefix('T') else {
        return days && rest.is_empty();
    };
    let mut parts = 0;
    for (unit, digits) in [('H', 5), ('M', 6), ('S', 7)] {
        let (after, found) = strip_amount(rest, unit, digits);
        rest = after;
        parts += usize::from(found);
    }
    parts > 0 && rest.is_empty()
}

/// Takes `12H` off the front, where it stands there.
fn strip_amount(text: &str, unit: char, most_digits: usize) -> (&str, bool) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[digits..].strip_prefix(unit) {
        Some(after) if (1..=most_digits).contains(&digits) => (after, true),
        _ => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    const ALL: [Form; 8] = [
        Form::Line(20),
        Form::Prose(30),
        Form::ColumnName,
        Form::TemplateName,
        Form::Proceed,
        Form::Duration,
        Form::Digit(5),
        Form::IncidentState,
    ];

    /// What a validator of the JSON Schema says.
    fn by_schema(form: Form, text: &str) -> bool {
        static VALIDATORS: LazyLock<Vec<(Form, jsonschema::Validator)>> = LazyLock::new(|| {
            let validator = |form: Form| {
                let schema = serde_json::json!({"type": "string", "pattern": form.pattern(), "maxLength": form.longest()});
                jsonschema::draft202012::new(&schema).expect("a schema")
            };
            ALL.iter()
                .chain(&[Form::Line(5), Form::Prose(5)])
                .map(|&form| (form, validator(form)))
                .collect()
        });
        let validator = VALIDATORS
            .iter()
            .find(|(known, _)| *known == form)
            .map(|(_, validator)| validator);
        validator
            .expect("a form of the list")
            .is_valid(&text.into())
    }

    #[test]
    fn examples() {
        for (form, good, bad) in [
            (
                Form::Line(5),
                vec!["a", " a ", "größe", "\u{a0}"],
                vec!["", "  ", "a\nb", "123456", "\u{7f}"],
            ),
            (
                Form::Prose(5),
                vec!["", "a\nb\t", "\r\n"],
                vec!["\u{1b}", "123456"],
            ),
            (
                Form::ColumnName,
                vec!["a", "u_x1"],
                vec!["", "1a", "A", "a-b", "ä", "a.b"],
            ),
            (
                Form::TemplateName,
                vec!["a", "Deploy-1_x"],
                vec!["", "1a", "-a", "a b", "é"],
            ),
            (
                Form::Proceed,
                vec!["approved", "created", "state:-2", "state: In Work"],
                vec!["Approved", "state:", "state: ", "x"],
            ),
            (
                Form::Duration,
                vec!["PT2H", "P1D", "P1DT2H3M4S", "PT90S", "PT1H30S"],
                vec![
                    "",
                    "P",
                    "PT",
                    "2H",
                    "PT2",
                    "P1DT",
                    "PT3M2H",
                    "P1H",
                    "PT123456H",
                ],
            ),
            (
                Form::Digit(5),
                vec!["1", "5"],
                vec!["0", "6", "", "11", "x"],
            ),
            (
                Form::IncidentState,
                vec!["In Progress", "6", "-5", "1000"],
                vec!["in progress", "", "-", "12345", "1.5"],
            ),
        ] {
            for text in good {
                assert!(form.fits(text), "{form:?} {text:?}");
                assert!(by_schema(form, text), "schema {form:?} {text:?}");
            }
            for text in bad {
                assert!(!form.fits(text), "{form:?} {text:?}");
                assert!(!by_schema(form, text), "schema {form:?} {text:?}");
            }
            assert!(!form.wanted().is_empty());
        }
    }

    proptest! {
        #[test]
        fn check_and_pattern_agree_on_arbitrary_text(text in "\\PC{0,8}") {
            for form in ALL {
                prop_assert_eq!(form.fits(&text), by_schema(form, &text), "{:?} {:?}", form, text);
            }
        }

        #[test]
        fn check_and_pattern_agree_on_likely_text(text in "(PT?[0-9]{0,3}[DHMS]?T?[0-9]{0,2}[HMS]?|state:[ a\t]{0,3}|[a-z_-][a-z0-9_-]{0,4}|[ \t\n\r\u{0}\u{7f}\u{85}\u{a0}\u{feff}a]{0,5}|-?[0-9]{1,5}|[A-Z][a-z]{2,9})") {
            for form in ALL {
                prop_assert_eq!(form.fits(&text), by_schema(form, &text), "{:?} {:?}", form, text);
            }
        }
    }
}
