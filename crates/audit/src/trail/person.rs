//! A person as two systems know them, and when two entries are one person.

use serde::Serialize;

/// Somebody, by what a system shows of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The display name.
    pub name: String,
    /// The user name in ServiceNow, the sign-in name in Azure DevOps, the address that a commit states.
    pub account: Option<String>,
    /// The e-mail address, where the system keeps it apart from the account.
    pub email: Option<String>,
    /// The identity's id in Azure DevOps: tells two of its accounts apart, means nothing elsewhere.
    #[serde(skip)]
    pub id: Option<String>,
}

/// Whether two entries are one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// By id, address or account.
    Same,
    /// Something agrees that does not prove it: what, in words.
    Maybe(String),
    /// Nothing agrees, or what would have to agree differs.
    Other,
}

impl Person {
    /// Somebody of whom only the name is known.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Name and account, for a sentence.
    pub(crate) fn told(&self) -> String {
        let account = self.email.as_ref().or(self.account.as_ref());
        match account {
            _ if self.name.is_empty() => account.cloned().unwrap_or_else(|| "somebody".to_owned()),
            Some(account) if !account.eq_ignore_ascii_case(&self.name) => {
                format!("{} ({account})", self.name)
            }
            _ => self.name.clone(),
        }
    }

    /// What identifies: account and address, in lower case.
    fn identities(&self) -> Vec<String> {
        let all = [&self.account, &self.email].into_iter().flatten();
        all.map(|text| text.trim().to_lowercase())
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// Compares by id, then by address and account, letter case aside.
    ///
    /// A local part that agrees (`ana` and `ana@shop.example`) and a display name that agrees prove nothing, but do
    /// not let two entries pass as two people either, unless both hold an address of one domain and these differ.
    pub(crate) fn likeness(&self, other: &Self) -> Likeness {
        if let (Some(a), Some(b)) = (&self.id, &other.id) {
            return if a.eq_ignore_ascii_case(b) {
                Likeness::Same
            } else {
                Likeness::Other
            };
        }
        let (ours, theirs) = (self.identities(), other.identities());
        if ours.iter().any(|identity| theirs.contains(identity)) {
            return Likeness::Same;
        }
        if ours.iter().any(|a| theirs.iter().any(|b| told_apart(a, b))) {
            return Likeness::Other;
        }
        let shared = ours
            .iter()
            .map(|identity| local_part(identity))
            .find(|local| theirs.iter().any(|other| local_part(other) == *local));
        if let Some(local) = shared {
            return Likeness::Maybe(format!("both accounts are called {local}"));
        }
        let name = |person: &Self| person.name.trim().to_lowercase();
        if !name(self).is_empty() && name(self) == name(other) {
            return Likeness::Maybe(format!("both are called {}", self.name.trim()));
        }
        Likeness::Other
    }
}

fn local_part(identity: &str) -> &str {
    let account = identity.rsplit('\\').next().unwrap_or(identity);
    account.split('@').next().unwrap_or(account)
}

/// Two addresses of one domain that differ belong to two people.
fn told_apart(a: &str, b: &str) -> bool {
    match (a.split_once('@'), b.split_once('@')) {
        (Some((one, domain)), Some((other, same))) => domain == same && one != other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, account: &str, email: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person {
            name: name.to_owned(),
            account: some(account),
            email: some(email),
            id: None,
        }
    }

    #[test]
    fn two_entries_are_one_person_by_what_identifies_and_doubtful_by_what_merely_agrees() {
        let same = |a: Person, b: Person| assert_eq!(a.likeness(&b), Likeness::Same, "{a:?} {b:?}");
        let other =
            |a: Person, b: Person| assert_eq!(a.likeness(&b), Likeness::Other, "{a:?} {b:?}");
        let maybe = |a: Person, b: Person| {
            assert!(matches!(a.likeness(&b), Likeness::Maybe(_)), "{a:?} {b:?}");
            assert!(matches!(b.likeness(&a), Likeness::Maybe(_)), "{b:?} {a:?}");
        };
        same(
            person("Ana Approver", "ana.approver", "Ana@Shop.example"),
            person("A. Approver", "ana@shop.EXAMPLE", ""),
        );
        same(person("Ana", "ANA", ""), person("Other", "ana", ""));
        // A local part alone is no match, and no difference.
        maybe(
            person("Ana Approver", "ana", ""),
            person("A. Writer", "ana@shop.example", ""),
        );
        maybe(
            person("Ana", "SHOP\\ana", ""),
            person("A.", "ana@shop.example", ""),
        );
        maybe(
            person("Ana Approver", "", ""),
            person("ana approver", "", ""),
        );
        maybe(
            person("Ana Approver", "aapprover", ""),
            person("Ana Approver", "ana@shop.example", ""),
        );
        // Two addresses of one domain tell two people of one name apart.
        other(
            person("Jo Smith", "", "jo.smith@shop.example"),
            person("Jo Smith", "jo.smith2@shop.example", ""),
        );
        other(
            person("Ana", "ana", ""),
            person("Bo", "bo@shop.example", ""),
        );
        other(person("", "", ""), person("", "", ""));
    }

    #[test]
    fn ids_of_one_system_decide_before_names() {
        let with = |id: &str, name: &str| Person {
            id: Some(id.to_owned()),
            ..Person::named(name)
        };
        assert_eq!(
            with("A1", "Ana").likeness(&with("a1", "Bo")),
            Likeness::Same
        );
        assert_eq!(
            with("a1", "Ana").likeness(&with("b2", "Ana")),
            Likeness::Other
        );
    }

    #[test]
    fn a_person_is_told_by_name_and_account() {
        for (person, told) in [
            (
                person("Ana", "ana", "ana@shop.example"),
                "Ana (ana@shop.example)",
            ),
            (person("Ana", "ana", ""), "Ana"),
            (person("", "ana", ""), "ana"),
            (Person::default(), "somebody"),
        ] {
            assert_eq!(person.told(), told);
        }
    }
}
