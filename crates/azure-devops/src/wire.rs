//! Answers as they arrive, private to this crate.
//!
//! The service writes a number as a number in one place and as a text in the next, leaves fields out, sets them to null,
//! and adds new ones. A [`Node`] reads what is there by its vendor's name; only what an answer is no use without is
//! missed, by its path in the document.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::{ids, moment};

/// A person, a group or a service, as far as the service shows one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The identity's id, a GUID; missing for people the service does not know, such as authors on GitHub.
    pub id: Option<String>,
    /// The name for people.
    pub name: String,
    /// The sign-in name: a user principal name or an e-mail address.
    pub unique_name: Option<String>,
}

/// The path of something that an answer is no use without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) String);

impl Missing {
    pub(crate) fn at(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn below(self, parent: &str) -> Self {
        Self(format!("{parent}.{}", self.0))
    }
}

/// A place in an answer. One that is not there is null, so that a walk needs no steps in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a>(&'a Json);

impl<'a> Node<'a> {
    pub(crate) fn new(json: &'a Json) -> Self {
        Self(json)
    }

    pub(crate) fn at(self, key: &str) -> Self {
        Self(self.0.get(key).unwrap_or(&Json::Null))
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// A text that is not empty. Numbers are read as the text they are written with.
    pub(crate) fn text(self, key: &str) -> Option<String> {
        match self.at(key).0 {
            Json::String(text) if !text.is_empty() => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(crate) fn text_or_empty(self, key: &str) -> String {
        self.text(key).unwrap_or_default()
    }

    pub(crate) fn need_text(self, key: &str) -> Result<String, Missing> {
        self.text(key).ok_or_else(|| Missing::at(key))
    }

    /// A whole number, also one written as a text.
    pub(crate) fn number(self, key: &str) -> Option<u64> {
        match self.at(key).0 {
            Json::Number(number) => number.as_u64(),
            Json::String(text) => ids::digits(text.trim()),
            _ => None,
        }
    }

    pub(crate) fn need_number(self, key: &str) -> Result<u64, Missing> {
        self.number(key).ok_or_else(|| Missing::at(key))
    }

    /// A small count that starts at one, such as an attempt.
    pub(crate) fn ordinal(self, key: &str) -> u32 {
        self.number(key)
            .and_then(|number| u32::try_from(number).ok())
            .map_or(1, |number| number.max(1))
    }

    pub(crate) fn flag(self, key: &str) -> bool {
        self.at(key).0.as_bool().unwrap_or(false)
    }

    pub(crate) fn signed(self, key: &str) -> Option<i64> {
        self.at(key).0.as_i64()
    }

    pub(crate) fn moment(self, key: &str) -> Option<Timestamp> {
        moment::read(self.at(key).0.as_str()?)
    }

    /// An identity: an object in today's versions, `Name <sign-in name>` in the oldest.
    pub(crate) fn person(self, key: &str) -> Option<Person> {
        self.at(key).as_person()
    }

    /// Like [`Node::person`], where this is the identity.
    pub(crate) fn as_person(self) -> Option<Person> {
        if let Json::String(text) = self.0 {
            return person_of_text(text);
        }
        let unique_name = self.text("uniqueName").or_else(|| self.text("mailAddress"));
        let name = self.text("displayName").or_else(|| unique_name.clone())?;
        Some(Person {
            // The all-zero id stands for nobody in particular.
            id: self
                .text("id")
                .filter(|id| !id.trim_matches(['0', '-']).is_empty()),
            name,
            unique_name,
        })
    }

    /// The items of a list; none where there is no list.
    pub(crate) fn items(self, key: &str) -> impl Iterator<Item = Node<'a>> {
        let items = self.at(key).0.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().map(Node)
    }

    /// The members of an object whose keys are data.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'a String, Node<'a>)> {
        let members = self.0.as_object().into_iter().flatten();
        members.map(|(key, value)| (key, Node(value)))
    }

    /// The items of a list that has to be there. Items that are null are left out: the service puts them where it
    /// omits something.
    pub(crate) fn list<T>(
        self,
        key: &str,
        decode: impl Fn(Node<'a>) -> Result<T, Missing>,
    ) -> Result<Vec<T>, Missing> {
        let items = self.at(key).0.as_array().ok_or_else(|| Missing::at(key))?;
        self.decode_all(key, items, decode)
    }

    /// Like [`Node::list`], where the list may be missing.
    pub(crate) fn list_or_empty<T>(
        self,
        key: &str,
        decode: impl Fn(Node<'a>) -> Result<T, Missing>,
    ) -> Result<Vec<T>, Missing> {
        match self.at(key).is_null() {
            true => Ok(Vec::new()),
            false => self.list(key, decode),
        }
    }

    fn decode_all<T>(
        self,
        key: &str,
        items: &'a [Json],
        decode: impl Fn(Node<'a>) -> Result<T, Missing>,
    ) -> Result<Vec<T>, Missing> {
        let there = items.iter().enumerate().filter(|(_, item)| !item.is_null());
        there
            .map(|(index, item)| {
                decode(Node(item)).map_err(|missing| missing.below(&format!("{key}[{index}]")))
            })
            .collect()
    }
}

fn person_of_text(text: &str) -> Option<Person> {
    let text = text.trim();
    let (name, unique_name) = match text.strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, unique)) => (name.trim(), Some(unique.trim())),
        None => (text, None),
    };
    let unique_name = unique_name
        .filter(|unique| !unique.is_empty())
        .map(str::to_owned);
    let name = match name {
        "" => unique_name.clone()?,
        name => name.to_owned(),
    };
    Some(Person {
        id: None,
        name,
        unique_name,
    })
}

#[cfg(test)]
mod tests;
