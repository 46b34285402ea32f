//! What can be known of a definition before it runs.

use std::collections::BTreeSet;

use crate::duration;
use crate::expression::{Expression, ExpressionError};
use crate::template::{Template, macros};

use super::{Definition, DefinitionError, Section, SectionError};

/// The one property of a connection that shipped definitions use in requests.
pub(crate) const ENDPOINT_URL: &str = "endpoint.url";

pub(super) fn check(definition: &Definition, declared: &[String]) -> Result<(), DefinitionError> {
    let names = Known::of(definition);
    for (at, section) in definition.sections.iter().enumerate() {
        names
            .section(section)
            .map_err(|(part, source)| DefinitionError::Section {
                section: at + 1,
                part,
                source,
            })?;
    }
    match declared
        .iter()
        .find(|name| !names.set.contains(&name.to_lowercase()))
    {
        None => Ok(()),
        Some(name) => Err(DefinitionError::OutputNeverSet { name: name.clone() }),
    }
}

/// All names that mean something, in lower case.
struct Known {
    /// As they are written, for Mustache minds case.
    inputs: BTreeSet<String>,
    /// Output variables that some section sets.
    set: BTreeSet<String>,
}

type Mark = (&'static str, SectionError);

impl Known {
    fn of(definition: &Definition) -> Self {
        let outputs = definition
            .sections
            .iter()
            .flat_map(|section| &section.outputs);
        Self {
            inputs: definition
                .inputs
                .iter()
                .map(|input| input.name.clone())
                .collect(),
            set: outputs.map(|(name, _)| name.to_lowercase()).collect(),
        }
    }

    fn section(&self, section: &Section) -> Result<(), Mark> {
        let templates = [
            ("EndpointUrl", &section.url),
            ("Method", &section.method),
            ("Headers", &section.headers),
            ("Body", &section.body),
            ("WaitForCompletion", &section.wait_for_completion),
        ];
        for (part, text) in templates {
            self.template(text).map_err(|source| (part, source))?;
        }
        if section.wait_for_completion.eq_ignore_ascii_case("true") {
            return Err(("WaitForCompletion", SectionError::CallBack));
        }
        if let Some(name) = &section.connection {
            self.input(name).map_err(|source| ("EndpointId", source))?;
        }
        self.condition(&section.expression, false)
            .map_err(|source| ("Expression", source))?;
        self.condition(&section.skip, true)
            .map_err(|source| ("SkipSectionExpression", source))?;
        for (_, expression) in &section.outputs {
            self.uses(expression, false)
                .map_err(|source| ("OutputVariables", source))?;
        }
        if let Some(polling) = &section.polling {
            let part = "ContinuePollingExpression";
            self.condition(&polling.expression, false)
                .map_err(|source| (part, source))?;
            self.pause(&polling.pause)
                .map_err(|source| ("DurationBetweenRetries", source))?;
        }
        Ok(())
    }

    fn template(&self, text: &str) -> Result<(), SectionError> {
        for name in Template::parse(text)?.names() {
            if !self.inputs.contains(name) {
                return Err(SectionError::Input { name: name.clone() });
            }
        }
        macros::names(text)
            .into_iter()
            .try_for_each(|name| self.named(name))
    }

    fn input(&self, name: &str) -> Result<(), SectionError> {
        if self
            .inputs
            .iter()
            .any(|input| input.eq_ignore_ascii_case(name))
        {
            return Ok(());
        }
        let name = name.to_owned();
        Err(SectionError::Input { name })
    }

    /// A name of a macro. Of the connection only its address is known to work.
    fn named(&self, name: &str) -> Result<(), SectionError> {
        let lower = name.to_lowercase();
        if lower == ENDPOINT_URL || self.input(name).is_ok() {
            return Ok(());
        }
        if lower.starts_with("endpoint.") {
            let name = name.to_owned();
            return Err(SectionError::Variable { name });
        }
        self.variable(name)
    }

    /// A variable is predefined, which a point in its name shows, or set by a section.
    fn variable(&self, name: &str) -> Result<(), SectionError> {
        if name.contains('.') || self.set.contains(&name.to_lowercase()) {
            return Ok(());
        }
        let name = name.to_owned();
        Err(SectionError::Variable { name })
    }

    /// A condition in which macros stand for the time being for a number, which fits in quotes and alone.
    fn condition(&self, text: &str, before: bool) -> Result<(), SectionError> {
        self.template(text)?;
        if text.contains("{{") {
            return Ok(());
        }
        match Expression::parse(&macros::expand(text, |_| Some("0"))) {
            Ok(expression) => self.uses(&expression, before),
            Err(ExpressionError::Empty) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn uses(&self, expression: &Expression, before: bool) -> Result<(), SectionError> {
        let uses = expression.uses();
        if before && uses.answer {
            return Err(SectionError::TooEarly);
        }
        uses.inputs.iter().try_for_each(|name| self.input(name))?;
        uses.variables
            .iter()
            .try_for_each(|name| self.variable(name))
    }

    fn pause(&self, text: &str) -> Result<(), SectionError> {
        self.template(text)?;
        if macros::names(text).is_empty() && !text.contains("{{") {
            duration::read(text).ok_or_else(|| SectionError::Duration {
                text: text.to_owned(),
            })?;
        }
        Ok(())
    }
}
