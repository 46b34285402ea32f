//! The language in which the file is described. Reader and JSON Schema are both made from such descriptions, so
//! that they cannot come to differ.

use crate::columns::Columns;
use crate::form::Form;

/// What stands at one place of the file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Text of a form.
    Text(Form),
    /// A text template, or the name of one: `{ template: name }`.
    Template,
    /// One of some words.
    Choice(&'static [Choice]),
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds, both included.
    Whole { min: i64, max: i64 },
    /// Some of some words, each once, and at least one: a list without any is no input to a task.
    Words(&'static [Choice]),
    /// A list of texts of a form.
    Texts(Form),
    /// A map of columns; with `templates`, the values are text templates.
    Columns { columns: Columns, templates: bool },
    /// A map of known keys, listed in groups that several records share.
    Record(&'static [&'static [Key]]),
    /// A map of names that the user chooses.
    Named { names: Form, of: &'static Shape },
}

/// One word of a choice and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word as it is written.
    pub word: &'static str,
    /// What it does, one sentence fragment.
    pub doc: &'static str,
}

/// Which task takes a key's value as an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// `ServiceNowChangeGate`.
    Gate,
    /// `ServiceNowDeploymentRecord`.
    Record,
    /// None: the key shapes the file itself.
    Neither,
}

/// One key of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub(crate) name: &'static str,
    pub(crate) task: Task,
    pub(crate) input: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
    pub(crate) doc: &'static str,
}

impl Key {
    /// A key that shapes the file.
    pub(crate) const fn part(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            task: Task::Neither,
            input: name,
            required: false,
            shape,
            doc,
        }
    }

    /// A key that stands for the input of the same name of `task`.
    pub(crate) const fn input(
        task: Task,
        name: &'static str,
        shape: Shape,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            task,
            input: name,
            required: false,
            shape,
            doc,
        }
    }

    pub(crate) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    pub(crate) const fn for_input(self, input: &'static str) -> Self {
        Self { input, ..self }
    }

    /// The key as it is written in the file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The task whose input the key's value stands for.
    #[must_use]
    pub fn task(&self) -> Task {
        self.task
    }

    /// The name of that input; the same as the key's, but for `recordWhenUnavailable`.
    #[must_use]
    pub fn input_name(&self) -> &'static str {
        self.input
    }

    /// What the key means.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc
    }

    /// The words the key's value is made of; empty where it is not a choice among words.
    #[must_use]
    pub fn choices(&self) -> &'static [Choice] {
        match self.shape {
            Shape::Choice(choices) | Shape::Words(choices) => choices,
            Shape::Text(_)
            | Shape::Template
            | Shape::Flag
            | Shape::Whole { .. }
            | Shape::Texts(_)
            | Shape::Columns { .. }
            | Shape::Record(_)
            | Shape::Named { .. } => &[],
        }
    }

    /// Whether the value is a text template over the run's facts.
    #[must_use]
    pub fn is_template(&self) -> bool {
        matches!(
            self.shape,
            Shape::Template
                | Shape::Columns {
                    templates: true,
                    ..
                }
        )
    }
}
