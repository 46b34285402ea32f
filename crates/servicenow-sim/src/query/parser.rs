//! The grammar of encoded queries: terms `field operator value`, `^` between them, `^OR` to the neighbouring term
//! only, `^NQ` for a new group, `^^` for a literal caret. Reading never fails; what makes no sense is left as a
//! term without a field, which the platform drops.

/// How a term compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Differs,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    NotIn,
    Contains,
    ContainsNot,
    StartsWith,
    EndsWith,
    IsEmpty,
    IsNotEmpty,
    Anything,
    EmptyString,
    Between,
    SameAs,
    DiffersFrom,
    GreaterField,
    LessField,
    /// Known to the platform, not to this stand-in: matches nothing and is reported.
    Unsupported,
}

/// Spellings, the longer before its own prefix.
const OPERATORS: &[(&str, Operator)] = &[
    ("NOT IN", Operator::NotIn),
    ("NOT LIKE", Operator::ContainsNot),
    ("ISNOTEMPTY", Operator::IsNotEmpty),
    ("ISEMPTY", Operator::IsEmpty),
    ("STARTSWITH", Operator::StartsWith),
    ("ENDSWITH", Operator::EndsWith),
    ("ANYTHING", Operator::Anything),
    ("EMPTYSTRING", Operator::EmptyString),
    ("BETWEEN", Operator::Between),
    ("NSAMEAS", Operator::DiffersFrom),
    ("SAMEAS", Operator::SameAs),
    ("GT_FIELD", Operator::GreaterField),
    ("LT_FIELD", Operator::LessField),
    ("GT_OR_EQUALS_FIELD", Operator::Unsupported),
    ("LT_OR_EQUALS_FIELD", Operator::Unsupported),
    ("DYNAMIC", Operator::Unsupported),
    ("RELATIVE", Operator::Unsupported),
    ("DATEPART", Operator::Unsupported),
    ("MORETHAN", Operator::Unsupported),
    ("LESSTHAN", Operator::Unsupported),
    ("VALCHANGES", Operator::Unsupported),
    ("CHANGESFROM", Operator::Unsupported),
    ("CHANGESTO", Operator::Unsupported),
    ("INSTANCEOF", Operator::Unsupported),
    ("LIKE", Operator::Contains),
    ("IN", Operator::In),
    ("!=", Operator::Differs),
    ("!*", Operator::ContainsNot),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equals),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("*", Operator::Contains),
    ("%", Operator::EndsWith),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Column or dot-walk; empty when the text had none.
    pub(crate) field: String,
    pub(crate) operator: Operator,
    pub(crate) value: String,
}

/// Groups are alternatives; a group is a conjunction of disjunctions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) groups: Vec<Vec<Vec<Term>>>,
    /// Column and whether descending.
    pub(crate) order: Vec<(String, bool)>,
    /// A value held a literal caret.
    pub(crate) carets: bool,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let mut query = Self {
            groups: vec![Vec::new()],
            ..Self::default()
        };
        for piece in split(text) {
            query.carets |= piece.contains('^');
            query.take(&piece);
        }
        query
    }

    fn take(&mut self, piece: &str) {
        if piece.is_empty() || piece == "EQ" || piece.starts_with("GROUPBY") {
            return;
        }
        if let Some(field) = piece.strip_prefix("ORDERBYDESC") {
            self.order.push((field.to_owned(), true));
        } else if let Some(field) = piece.strip_prefix("ORDERBY") {
            self.order.push((field.to_owned(), false));
        } else if let Some(rest) = piece.strip_prefix("NQ") {
            self.groups.push(Vec::new());
            self.take(rest);
        } else if let Some(rest) = piece.strip_prefix("OR") {
            match self.groups.last_mut().and_then(|g| g.last_mut()) {
                Some(alternatives) => alternatives.push(term(rest)),
                None => self.and(term(rest)),
            }
        } else {
            self.and(term(piece));
        }
    }

    fn and(&mut self, term: Term) {
        match self.groups.last_mut() {
            Some(group) => group.push(vec![term]),
            None => self.groups.push(vec![vec![term]]),
        }
    }

    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.groups.iter().flatten().flatten()
    }
}

/// Cuts at single carets; a double one stays in the piece as one caret.
fn split(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '^' {
            push(&mut pieces, letter);
        } else if letters.next_if_eq(&'^').is_some() {
            push(&mut pieces, '^');
        } else {
            pieces.push(String::new());
        }
    }
    pieces
}

fn push(pieces: &mut [String], letter: char) {
    if let Some(last) = pieces.last_mut() {
        last.push(letter);
    }
}

/// Column names are lower case, operators are not: the name ends where the first other character stands.
fn term(text: &str) -> Term {
    let in_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    let end = text.find(|c| !in_name(c)).unwrap_or(text.len());
    let (field, rest) = text.split_at(end);
    for (spelling, operator) in OPERATORS {
        if let Some(value) = rest.strip_prefix(spelling) {
            return Term {
                field: field.to_owned(),
                operator: *operator,
                value: value.to_owned(),
            };
        }
    }
    // `RLQUERY...`, `JOIN...` and text search begin with no field and are not spoken here.
    let known = ["RLQUERY", "ENDRLQUERY", "JOIN", "TEXTQUERY"]
        .iter()
        .any(|word| rest.starts_with(word));
    let operator = if known {
        Operator::Unsupported
    } else {
        Operator::Equals
    };
    Term {
        field: String::new(),
        operator,
        value: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Term {
        term(text)
    }

    #[test]
    fn operators_are_told_apart() {
        for (text, field, operator, value) in [
            ("number=CHG1", "number", Operator::Equals, "CHG1"),
            ("state!=3", "state", Operator::Differs, "3"),
            ("state==1", "state", Operator::Equals, "=1"),
            ("stateIN1,2", "state", Operator::In, "1,2"),
            ("stateNOT IN1,2", "state", Operator::NotIn, "1,2"),
            ("approvalISEMPTY", "approval", Operator::IsEmpty, ""),
            ("nameLIKEx", "name", Operator::Contains, "x"),
            ("name!*x", "name", Operator::ContainsNot, "x"),
            ("name%x", "name", Operator::EndsWith, "x"),
            (
                "start_date>=2026-01-01 00:00:00",
                "start_date",
                Operator::AtLeast,
                "2026-01-01 00:00:00",
            ),
            (
                "start_dateBETWEEN1@2",
                "start_date",
                Operator::Between,
                "1@2",
            ),
            (
                "assignment_group.name=Network",
                "assignment_group.name",
                Operator::Equals,
                "Network",
            ),
            ("nonsense", "", Operator::Equals, "nonsense"),
        ] {
            let expected = Term {
                field: field.to_owned(),
                operator,
                value: value.to_owned(),
            };
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn or_binds_to_its_neighbour_and_nq_starts_a_group() {
        let query = Query::parse("a=1^b=2^ORb=3^NQc=4^ORDERBYnumber^ORDERBYDESCsys_id^EQ");
        assert_eq!(query.groups.len(), 2);
        assert_eq!(query.groups[0].len(), 2);
        assert_eq!(query.groups[0][1].len(), 2);
        assert_eq!(
            query.order,
            vec![("number".to_owned(), false), ("sys_id".to_owned(), true)]
        );
    }

    #[test]
    fn a_doubled_caret_is_text() {
        let query = Query::parse("short_description=a^^ORb");
        assert!(query.carets);
        assert_eq!(query.groups[0][0][0].value, "a^ORb");
    }
}
