//! The change that a stage opens: its columns as the user wrote them, then as the instance stores them.

use change::Type;
use jiff::Timestamp;
use pipelines_agent::{Inputs, RunFacts};
use serde_json::Value;
use servicenow::{Fields, Instance, NewChange};

use crate::file::Fields as Columns;
use crate::lookup::Lookup;
use crate::moment::Moment;
use crate::origin::{self, Names};
use crate::texts::{self, Width};

/// Inputs that hold a label or a value of a choice, with their columns.
const CHOICES: [(&str, &str); 4] = [
    ("risk", "risk"),
    ("impact", "impact"),
    ("priority", "priority"),
    ("category", "category"),
];

/// Inputs that hold a text, with their columns and what stands there when the user gives nothing.
const TEXTS: [(&str, &str, Option<&str>, Width); 6] = [
    (
        "shortDescription",
        "short_description",
        Some(
            "Deploy {{ service }} {% if release.name %}{{ release.name }}{% else %}{{ run.number }}{% endif %} to \
             {{ environment }}",
        ),
        Width::Short,
    ),
    (
        "description",
        "description",
        Some(
            "Opened by Azure Pipelines for a deployment.\n\nService: {{ service }}\nEnvironment: {{ environment }}\n\
             Project: {{ project }}\nPipeline: {{ pipeline.name }}\nRun: {{ run.number }}\n\
             {% if release.name %}Release: {{ release.name }}\n{% endif %}Repository: {{ repository }}\n\
             Branch: {{ branch }}\nCommit: {{ commit }}\nRequested by: {{ requestedFor }}\nPage: {{ page }}\n",
        ),
        Width::Long,
    ),
    ("justification", "justification", None, Width::Long),
    (
        "implementationPlan",
        "implementation_plan",
        None,
        Width::Long,
    ),
    ("backoutPlan", "backout_plan", None, Width::Long),
    ("testPlan", "test_plan", None, Width::Long),
];

/// A change to open, as the user wrote it: names and labels are not looked up yet.
#[derive(Debug)]
pub struct Draft {
    /// Not given where a model says it.
    kind: Option<Type>,
    template: Option<String>,
    model: Option<String>,
    configuration_item: Option<String>,
    assignment_group: Option<String>,
    choices: Vec<(&'static str, String)>,
    columns: Vec<(String, String)>,
    start: Option<Moment>,
    end: Option<Moment>,
    display: String,
}

/// The same with keys and stored values.
#[derive(Debug)]
pub struct Resolved {
    new: NewChange,
    start: Option<Moment>,
    end: Option<Moment>,
}

impl Draft {
    /// Reads the draft. Problems are left with `inputs`.
    pub fn read(
        inputs: &mut Inputs<'_>,
        facts: &RunFacts,
        names: &Names,
        additional: Columns,
    ) -> Self {
        let template = inputs.text("standardChangeTemplate");
        let model = inputs.text("changeModel");
        let kind = kind(inputs, template.is_some());
        // A template brings its own texts, and refuses to have its description and plans overwritten.
        let templated = template.is_some() && kind == Type::Standard;
        let mut columns = texts(inputs, &names.with_facts(facts), templated);
        columns.extend(additional);
        let choices = CHOICES
            .iter()
            .filter_map(|(input, column)| inputs.text(input).map(|value| (*column, value)));
        let choices = choices.collect();
        let (start, end) = window(inputs);
        let untold = model.is_some() && !templated && inputs.text("changeType").is_none();
        Self {
            template: template.filter(|_| kind == Type::Standard),
            kind: (!untold).then_some(kind),
            model,
            configuration_item: inputs.text("configurationItem"),
            assignment_group: inputs.text("assignmentGroup"),
            choices,
            columns,
            start,
            end,
            display: origin::display(facts),
        }
    }

    /// Looks names and labels up. What the instance does not know is left with `look`.
    pub async fn resolve(
        &self,
        instance: &Instance,
        look: &mut Lookup<'_, '_>,
    ) -> Result<Resolved, Box<change_control::Error>> {
        let references = instance.references();
        let template = look
            .up(
                "standardChangeTemplate",
                self.template.as_deref(),
                async |name| references.standard_template(name).await,
            )
            .await?;
        let model = look
            .up("changeModel", self.model.as_deref(), async |name| {
                references.change_model(name).await
            })
            .await?;
        let item = look
            .up(
                "configurationItem",
                self.configuration_item.as_deref(),
                async |name| references.configuration_item(name).await,
            )
            .await?;
        let group = look
            .up(
                "assignmentGroup",
                self.assignment_group.as_deref(),
                async |name| references.group(name).await,
            )
            .await?;
        let mut fields = Fields::default();
        for (column, value) in &self.choices {
            let stored = look
                .up(column, Some(value), async |label| {
                    references.choice(column, label).await
                })
                .await?;
            if let Some(stored) = stored {
                fields.insert(*column, stored);
            }
        }
        for (column, id) in [("cmdb_ci", item), ("assignment_group", group)] {
            if let Some(id) = id {
                fields.insert(column, id.as_str());
            }
        }
        for (column, value) in &self.columns {
            let stored = look
                .up("additionalFields", Some(value), async |value| {
                    references.column(column, value).await
                })
                .await?;
            if let Some(stored) = stored {
                fields.insert(column.as_str(), stored);
            }
        }
        let new = NewChange {
            kind: self.kind.clone(),
            template: template.map(|template| template.sys_id),
            model,
            fields,
            correlation: String::new(),
            correlation_display: self.display.clone(),
        };
        Ok(Resolved {
            new,
            start: self.start,
            end: self.end,
        })
    }
}

impl Draft {
    /// Whether the last word on a column is this value.
    #[must_use]
    pub fn sets(&self, column: &str, value: &str) -> bool {
        let last = self.columns.iter().rfind(|(name, _)| name == column);
        last.is_some_and(|(_, stored)| stored == value)
    }
}

impl Resolved {
    /// Whether the planned end is not after the start.
    #[must_use]
    pub fn is_backwards(&self, now: Timestamp) -> bool {
        let both = self.start.zip(self.end);
        both.is_some_and(|(start, end)| end.resolve(now) <= start.resolve(now))
    }

    /// The change to create at the instance's `now`, from which relative windows count.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> NewChange {
        let mut new = self.new.clone();
        for (column, moment) in [("start_date", self.start), ("end_date", self.end)] {
            if let Some(moment) = moment {
                new.fields = new.fields.set_time(column, moment.resolve(now));
            }
        }
        new
    }
}

fn kind(inputs: &mut Inputs<'_>, templated: bool) -> Type {
    let words = [
        ("standard", Type::Standard),
        ("normal", Type::Normal),
        ("emergency", Type::Emergency),
    ];
    let default = if templated {
        Type::Standard
    } else {
        Type::Normal
    };
    let kind = inputs.choice("changeType", &words, default);
    let both = inputs.is_given("changeType") && inputs.is_given("standardChangeTemplate");
    if templated && kind != Type::Standard && both {
        let what = format!("a standard change template makes no {kind} change");
        inputs.problem(
            "changeType",
            what,
            "set changeType: standard, or leave the template out",
        );
    }
    kind
}

fn window(inputs: &mut Inputs<'_>) -> (Option<Moment>, Option<Moment>) {
    let mut read = |name: &str| {
        let text = inputs.text(name)?;
        let moment = Moment::parse(&text);
        if moment.is_none() {
            let what = format!("'{}' is no time", origin::shown(&text));
            let mend = "write 2026-03-01T22:00:00Z or 2026-03-01T22:00:00+02:00, or PT2H for two hours from now";
            inputs.problem(name, what, mend);
        }
        moment
    };
    let (start, end) = (read("plannedStart"), read("plannedEnd"));
    let backwards = match (start, end) {
        (Some(Moment::At(start)), Some(Moment::At(end))) => end <= start,
        (Some(Moment::In(start)), Some(Moment::In(end))) => end <= start,
        _ => false,
    };
    if backwards {
        let what = "it is not after plannedStart";
        inputs.problem("plannedEnd", what, "give an end after the start");
    }
    (start, end)
}

/// The texts of a change with their columns. Problems are left with `inputs`.
fn texts(inputs: &mut Inputs<'_>, facts: &Value, templated: bool) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    for (input, column, default, width) in TEXTS {
        let default = default.filter(|_| !templated || width == Width::Short);
        let text = texts::render(inputs, input, default, facts, width);
        columns.extend(text.map(|text| (column.to_owned(), text)));
    }
    columns
}
