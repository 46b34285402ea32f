//! States by label, also those of change models.

use change::State;

use super::References;
use super::choices::{Choice, Offered, described, pick};
use crate::error::{Error, Operation};
use crate::instance::List;
use crate::query::Query;
use crate::wire::Row;

impl References<'_> {
    /// A state, given its value or its label in any letter case: a shipped one without a call, one of the instance's
    /// own by its choices, or by the states of its change models.
    ///
    /// # Errors
    /// [`Error::NoChoice`] with the states there are; otherwise see [`Error`].
    pub async fn state(&self, label_or_value: &str) -> Result<State, Box<Error>> {
        let asked = label_or_value.trim();
        if let Some(state) = State::from_label(asked) {
            return Ok(state);
        }
        if let Ok(value) = asked.parse() {
            return Ok(State::from_value(value));
        }
        let mut choices = match self.offered_by("state").await? {
            Offered::Listed(choices) | Offered::Shipped(choices) => choices,
            Offered::Unknown => Vec::new(),
        };
        if pick(&choices, asked).is_none() {
            choices.extend(self.of_models().await?);
        }
        let value = pick(&choices, asked).and_then(|value| value.parse().ok());
        value.map(State::from_value).ok_or_else(|| {
            Box::new(Error::NoChoice {
                column: "state".to_owned(),
                asked: asked.to_owned(),
                choices: choices.iter().map(described).collect(),
            })
        })
    }

    /// The states of change models, none where this account may not read them.
    async fn of_models(&self) -> Result<Vec<Choice>, Box<Error>> {
        let operation = Operation::new("read the states of change models", "");
        let fields = ["sys_id", "name", "state_label", "state_value"];
        let list =
            List::new("sttrm_state", Query::new(), &fields).map_err(Error::query(&operation))?;
        match self.instance.list(&operation, &list).await {
            Ok(rows) => Ok(distinct(&rows)),
            Err(error) if error.is_withheld() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// Several models share states. The label is the state's own, its name where it has none.
fn distinct(rows: &[Row]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for row in rows {
        let label = row.shown("state_label").or_else(|| row.shown("name"));
        let choice = Choice {
            value: row.value("state_value").to_owned(),
            label: label.unwrap_or_default().to_owned(),
        };
        if !choice.value.is_empty() && !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    choices
}
