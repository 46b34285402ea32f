//! What a written value becomes before any rule sees it: the platform's silent conversions, each with a finding.

use serde_json::{Map, Value};

use crate::clock;
use crate::lookup;
use crate::options::{DateMode, OffList, TextState};
use crate::recorder::{Finding, FindingKind};
use crate::refusal::Refusal;
use crate::schema::{Column, Kind};
use crate::store::Record;
use crate::world::World;

/// How values are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Raw,
    /// `sysparm_input_display_value=true`: labels, names, dates in the user's zone.
    Display,
}

/// What is left of a body.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    pub(crate) values: Record,
    /// Journal column and text.
    pub(crate) notes: Vec<(String, String)>,
    /// Names that changed nothing.
    pub(crate) ignored: Vec<String>,
    /// A text state wrecked the walk (option `text_state = corrupt`).
    pub(crate) corrupt: bool,
}

/// One write in the making.
struct Intake<'a> {
    world: &'a World,
    table: &'a str,
    input: Input,
    findings: &'a mut Vec<Finding>,
    out: Incoming,
}

pub(crate) fn incoming(
    world: &World,
    table: &str,
    body: &Map<String, Value>,
    input: Input,
    findings: &mut Vec<Finding>,
) -> Result<Incoming, Refusal> {
    let mut intake = Intake {
        world,
        table,
        input,
        findings,
        out: Incoming::default(),
    };
    for (name, value) in body {
        intake.take(name, value)?;
    }
    Ok(intake.out)
}

/// `close_code` is mandatory by policy, and such columns lose values outside their list.
fn is_protected(table: &str, column: &str) -> bool {
    column == "close_code" && matches!(table, "change_request" | "change_task" | "incident")
}

impl Intake<'_> {
    fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        self.findings.push(Finding {
            kind,
            detail: detail.into(),
        });
    }

    fn ignore(&mut self, kind: FindingKind, name: &str) {
        self.find(kind, name);
        self.out.ignored.push(name.to_owned());
    }

    fn keep(&mut self, name: &str, value: impl Into<String>) {
        self.out.values.insert(name.to_owned(), value.into());
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), Refusal> {
        let world = self.world;
        let Some(column) = world.schema.column(self.table, name) else {
            self.ignore(FindingKind::UnknownField, name);
            return Ok(());
        };
        if name.starts_with("sys_") && !matches!(name, "sys_id") {
            self.ignore(FindingKind::SystemField, name);
            return Ok(());
        }
        let Some(text) = scalar(value) else {
            self.ignore(FindingKind::NonScalar, name);
            return Ok(());
        };
        self.convert(name, column, text)
    }

    fn convert(&mut self, name: &str, column: &Column, text: String) -> Result<(), Refusal> {
        match &column.kind {
            Kind::Text => return self.text(name, column.max, text),
            Kind::Journal => self.note(name, text),
            Kind::Integer => self.number(name, text),
            Kind::Boolean => self.boolean(name, &text),
            Kind::Date | Kind::DateTime => return self.date(name, &column.kind, &text),
            Kind::Choice => return self.choice(name, text),
            Kind::State => return self.state(name, &text),
            Kind::Reference(target) => self.reference(name, target, text),
        }
        Ok(())
    }

    fn text(&mut self, name: &str, max: usize, text: String) -> Result<(), Refusal> {
        if max == 0 || text.chars().count() <= max {
            self.keep(name, text);
            return Ok(());
        }
        self.find(FindingKind::TooLong, name);
        if self.world.options.lint_lengths {
            return Err(Refusal::bad(
                400,
                format!("Value too long for {name}: at most {max} characters"),
                None,
            ));
        }
        let cut: String = text.chars().take(max).collect();
        self.keep(name, cut);
        Ok(())
    }

    fn note(&mut self, name: &str, text: String) {
        if !text.is_empty() {
            self.out.notes.push((name.to_owned(), text));
        }
    }

    fn number(&mut self, name: &str, text: String) {
        if text.is_empty() || text.parse::<i64>().is_ok() {
            self.keep(name, text);
        } else {
            self.ignore(FindingKind::WrongType, name);
        }
    }

    fn boolean(&mut self, name: &str, text: &str) {
        match text {
            "true" | "1" => self.keep(name, "true"),
            "false" | "0" | "" => self.keep(name, "false"),
            _ => self.ignore(FindingKind::WrongType, name),
        }
    }

    fn date(&mut self, name: &str, kind: &Kind, text: &str) -> Result<(), Refusal> {
        if text.is_empty() {
            self.keep(name, "");
            return Ok(());
        }
        let Some(value) = clock::parse(text) else {
            return self.foreign_date(name, text);
        };
        let mut stored = clock::format(value);
        if self.input == Input::Display {
            stored = clock::shift(&stored, -self.world.options.user_time_zone_minutes)
                .unwrap_or_default();
        }
        if *kind == Kind::Date {
            stored.truncate(10);
        }
        self.keep(name, stored);
        Ok(())
    }

    fn foreign_date(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        self.find(FindingKind::IsoDate, format!("{name}={text}"));
        match self.world.options.dates {
            DateMode::Realistic => self.keep(name, ""),
            DateMode::LenientRollover => self.keep(name, clock::rollover(text).unwrap_or_default()),
            DateMode::Lint => {
                return Err(Refusal::bad(
                    400,
                    format!("Unsupported date in {name}: {text}"),
                    None,
                ));
            }
        }
        Ok(())
    }

    fn choice(&mut self, name: &str, text: String) -> Result<(), Refusal> {
        let text = match self.input {
            Input::Raw => text,
            Input::Display => {
                lookup::choice_value(self.world, self.table, name, &text).unwrap_or(text)
            }
        };
        if text.is_empty() || lookup::is_choice(self.world, self.table, name, &text) {
            self.keep(name, text);
            return Ok(());
        }
        self.find(FindingKind::OffList, format!("{name}={text}"));
        if is_protected(self.table, name) {
            self.keep(name, "");
            return Ok(());
        }
        match self.world.options.off_list {
            OffList::StoreRaw => self.keep(name, text),
            OffList::StoreEmpty => self.keep(name, ""),
            OffList::Refuse => {
                return Err(Refusal::bad(
                    400,
                    format!("Invalid choice for {name}: {text}"),
                    None,
                ));
            }
        }
        Ok(())
    }

    fn state(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        let text = match self.input {
            Input::Raw => text.to_owned(),
            Input::Display => lookup::choice_value(self.world, self.table, name, text)
                .unwrap_or_else(|| text.to_owned()),
        };
        if text.parse::<i32>().is_ok() {
            self.keep(name, text);
            return Ok(());
        }
        self.find(FindingKind::TextState, format!("{name}={text}"));
        self.out.ignored.push(name.to_owned());
        if self.table == "change_request" {
            match self.world.options.text_state {
                TextState::Unchanged => {}
                TextState::Corrupt => self.out.corrupt = true,
                TextState::Lint => {
                    return Err(Refusal::bad(400, format!("Invalid state: {text}"), None));
                }
            }
        }
        Ok(())
    }

    fn reference(&mut self, name: &str, target: &str, text: String) {
        let is_id = text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if text.is_empty() || is_id {
            self.keep(name, text);
            return;
        }
        match self.input {
            Input::Display => {
                let found = lookup::by_display(self.world, target, &text);
                if found.is_none() {
                    self.find(FindingKind::UnresolvedReference, format!("{name}={text}"));
                }
                self.keep(name, found.unwrap_or_default());
            }
            // Stored as sent and leading nowhere; what a real instance keeps is unverified.
            Input::Raw => {
                self.find(FindingKind::UnresolvedReference, format!("{name}={text}"));
                self.keep(name, text);
            }
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
