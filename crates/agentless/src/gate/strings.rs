//! Fills in one string of a section, in the order that the settings say.

use serde_json::{Map, Value as Json};

use crate::http::RequestError;
use crate::names::Names;
use crate::settings::{Order, Precedence, Settings};
use crate::template::{Template, macros};

/// Whatever a string may name.
#[derive(Clone, Copy)]
pub(super) struct Strings<'a> {
    pub(super) inputs: &'a Names,
    pub(super) predefined: &'a Names,
    pub(super) outputs: &'a Names,
    pub(super) url: Option<&'a str>,
    pub(super) settings: &'a Settings,
}

impl<'a> Strings<'a> {
    /// The string with everything put in. A macro of the definition that nothing answers to is an error; one that came
    /// in with a value stays, as on the server.
    pub(super) fn fill(&self, text: &str) -> Result<String, RequestError> {
        let filled = match self.settings.order {
            Order::MacrosFirst => self.mustache(&self.macros(text))?,
            Order::MustacheFirst => self.macros(&self.mustache(text)?),
        };
        let own = macros::names(text);
        let left = macros::names(&filled);
        match left
            .iter()
            .find(|name| own.contains(name) && self.find(name).is_none())
        {
            None => Ok(filled),
            Some(name) => Err(RequestError::Macro {
                name: (*name).to_owned(),
            }),
        }
    }

    fn macros(&self, text: &str) -> String {
        macros::expand(text, |name| self.find(name))
    }

    fn find(&self, name: &str) -> Option<&'a str> {
        if name.eq_ignore_ascii_case(crate::definition::ENDPOINT_URL) {
            return self.url;
        }
        let (first, second) = match self.settings.precedence {
            Precedence::Inputs => (self.inputs, self.outputs),
            Precedence::Variables => (self.outputs, self.inputs),
        };
        first
            .get(name)
            .or_else(|| second.get(name))
            .or_else(|| self.predefined.get(name))
    }

    fn mustache(&self, text: &str) -> Result<String, RequestError> {
        if !text.contains("{{") && !text.contains("\\}}") {
            return Ok(text.to_owned());
        }
        let template = Template::parse(text).map_err(RequestError::Template)?;
        let values: Map<String, Json> = self
            .inputs
            .iter()
            .map(|(name, value)| (name.to_owned(), Json::from(value)))
            .collect();
        template
            .render(&Json::Object(values))
            .map_err(RequestError::Render)
    }
}
