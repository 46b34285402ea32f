//! Labels of choice columns. The columns store values (`3`); a label written there is off the list.

use std::collections::HashMap;

use change::Outcome;

use super::{References, shipped};
use crate::error::{Error, Operation};
use crate::instance::{List, locked};
use crate::query::{Query, QueryError};
use crate::wire::Row;

/// Columns whose choices are fetched together, so that a gate asks once.
const USUAL: [&str; 9] = [
    "risk",
    "impact",
    "urgency",
    "priority",
    "scope",
    "category",
    "state",
    "type",
    "close_code",
];

const CHANGE: &str = "change_request";
const TASK: &str = "change_task";

/// How the close codes of change tasks are known here, and told.
const TASK_CLOSE_CODE: &str = "change_task.close_code";

/// One choice of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// The choices of columns as far as they were asked for.
pub(crate) type Known = HashMap<String, Offered>;

/// What a column offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offered {
    /// These and no others: the instance said so.
    Listed(Vec<Choice>),
    /// These as shipped; the instance did not say.
    Shipped(Vec<Choice>),
    /// Neither the instance nor the vendor's pages say.
    Unknown,
}

impl References<'_> {
    /// The stored value of a choice column of change requests, given its value or its label in any letter case.
    ///
    /// Asks the instance once for all usual columns. Where the account may not ask (only some may query `sys_choice`),
    /// the shipped choices stand in, with a notice; then a value that is not among them passes as it is, since it may
    /// be the instance's own.
    ///
    /// # Errors
    /// [`Error::NoChoice`] with what there is; otherwise see [`Error`].
    pub async fn choice(&self, column: &str, label_or_value: &str) -> Result<String, Box<Error>> {
        let asked = label_or_value.trim();
        let offered = self.offered_by(column).await?;
        let no_choice = |choices: &[Choice]| {
            Box::new(Error::NoChoice {
                column: column.to_owned(),
                asked: asked.to_owned(),
                choices: choices.iter().map(described).collect(),
            })
        };
        match &offered {
            Offered::Listed(choices) => pick(choices, asked).ok_or_else(|| no_choice(choices)),
            Offered::Shipped(choices) => match pick(choices, asked) {
                Some(value) => Ok(value),
                None if may_be_own(choices, asked) => Ok(asked.to_owned()),
                None => Err(no_choice(choices)),
            },
            Offered::Unknown => Ok(asked.to_owned()),
        }
    }

    /// The close code of changes that says how a deployment ended: the shipped one where the instance has it, else the
    /// only one of its own whose words say the same.
    ///
    /// # Errors
    /// As [`References::choice`].
    pub async fn close_code(&self, outcome: Outcome) -> Result<String, Box<Error>> {
        self.code_for("close_code", outcome).await
    }

    /// The same for change tasks, whose column has choices of its own.
    ///
    /// # Errors
    /// As [`References::choice`].
    pub async fn task_close_code(&self, outcome: Outcome) -> Result<String, Box<Error>> {
        self.code_for(TASK_CLOSE_CODE, outcome).await
    }

    async fn code_for(&self, column: &str, outcome: Outcome) -> Result<String, Box<Error>> {
        let Offered::Listed(choices) = self.offered_by(column).await? else {
            return Ok(outcome.word().to_owned());
        };
        pick(&choices, outcome.word())
            .or_else(|| pick(&choices, &outcome.to_string()))
            .or_else(|| claiming(&choices, outcome))
            .ok_or_else(|| {
                Box::new(Error::NoChoice {
                    column: column.to_owned(),
                    asked: outcome.word().to_owned(),
                    choices: choices.iter().map(described).collect(),
                })
            })
    }

    /// The choices of a column, asked for at most once.
    pub(super) async fn offered_by(&self, column: &str) -> Result<Offered, Box<Error>> {
        let choices = &self.instance.memory().choices;
        if let Some(offered) = locked(choices).get(column) {
            return Ok(offered.clone());
        }
        let mut columns = USUAL.to_vec();
        if !columns.contains(&column) && column != TASK_CLOSE_CODE {
            columns = vec![column];
        }
        let operation = Operation::new("read the choices of", columns.join(", "));
        let list = query(&columns).map_err(Error::query(&operation))?;
        let rows = match self.instance.list(&operation, &list).await {
            Err(error) if error.refusal().is_some() => Vec::new(),
            other => other?,
        };
        let readable = rows.iter().any(|row| !row.value("value").is_empty());
        let mut known = locked(choices);
        for column in columns {
            let offered = offered(&rows, CHANGE, column);
            known.insert(column.to_owned(), offered);
        }
        known.insert(
            TASK_CLOSE_CODE.to_owned(),
            offered(&rows, TASK, "close_code"),
        );
        let offered = known.get(column).cloned().unwrap_or(Offered::Unknown);
        drop(known);
        self.tell(column, &offered, readable);
        Ok(offered)
    }

    fn tell(&self, column: &str, offered: &Offered, readable: bool) {
        let text = match offered {
            Offered::Listed(_) => return,
            Offered::Shipped(_) if readable => {
                format!(
                    "the instance lists no choices for {column}: labels are understood as they ship"
                )
            }
            Offered::Shipped(_) => {
                "this account may not read the instance's choices (table sys_choice): labels are \
                                    understood as they ship"
                    .to_owned()
            }
            Offered::Unknown => {
                format!("the choices of {column} are not known: what is given is written as it is")
            }
        };
        self.instance.notice(text);
    }
}

/// Columns of changes and their tasks are partly inherited from `task`; so are their choices.
fn query(columns: &[&str]) -> Result<List, QueryError> {
    let query = Query::new()
        .in_list("name", &[CHANGE, TASK, "task"])?
        .in_list("element", columns)?
        .eq("inactive", "false")?
        .order_by("sequence")?;
    let fields = ["sys_id", "name", "element", "value", "label", "inactive"];
    let list = List::new("sys_choice", query, &fields)?;
    Ok(List { page: 500, ..list })
}

/// The choices of one column: those of the table itself, else the inherited ones. Rows whose value an ACL stripped, or
/// that do not belong to the question, do not count.
fn offered(rows: &[Row], table: &str, column: &str) -> Offered {
    let of = |table: &str| -> Vec<Choice> {
        rows.iter()
            .filter(|row| row.value("name") == table && row.value("element") == column)
            .filter(|row| row.value("inactive") != "true")
            .filter(|row| {
                row.get("value")
                    .is_some_and(|value| !value.value.is_empty())
            })
            .map(|row| Choice {
                value: row.value("value").to_owned(),
                label: row.value("label").to_owned(),
            })
            .collect()
    };
    let own = of(table);
    let listed = if own.is_empty() { of("task") } else { own };
    if !listed.is_empty() {
        return Offered::Listed(listed);
    }
    shipped::choices(column).map_or(Offered::Unknown, Offered::Shipped)
}

/// A value wins over a label: it is what gets stored. Labels such as "1 - High" are also known without their number.
pub(super) fn pick(choices: &[Choice], asked: &str) -> Option<String> {
    let lower = asked.to_lowercase();
    let find = |fits: &dyn Fn(&Choice) -> bool| choices.iter().find(|choice| fits(choice));
    let bare = |choice: &Choice| {
        let label = choice.label.to_lowercase();
        let rest = label.strip_prefix(&choice.value.to_lowercase());
        let rest = rest.and_then(|rest| rest.trim_start().strip_prefix('-'));
        rest.is_some_and(|rest| rest.trim() == lower)
    };
    find(&|choice| choice.value == asked)
        .or_else(|| find(&|choice| choice.label.to_lowercase() == lower))
        .or_else(|| find(&bare))
        .map(|choice| choice.value.clone())
}

/// The only choice whose words say how a deployment ended; none where several do. An instance with several languages
/// has a row for each, which is one choice all the same.
fn claiming(choices: &[Choice], outcome: Outcome) -> Option<String> {
    let says = |choice: &&Choice| {
        let said = Outcome::claimed_by(&choice.label).or(Outcome::claimed_by(&choice.value));
        said == Some(outcome)
    };
    let mut saying = choices.iter().filter(says).map(|choice| &choice.value);
    let only = saying.next()?;
    saying.all(|other| other == only).then(|| only.clone())
}

/// Whether a text that is not among the shipped choices may be a value of the instance's own. Where the shipped values
/// are numbers, a word is not.
fn may_be_own(shipped: &[Choice], asked: &str) -> bool {
    let number = |text: &str| text.parse::<i32>().is_ok();
    let numbers = shipped.iter().all(|choice| number(&choice.value));
    !asked.is_empty() && (number(asked) || !numbers)
}

pub(super) fn described(choice: &Choice) -> String {
    if choice.label == choice.value {
        choice.label.clone()
    } else {
        format!("{} ({})", choice.label, choice.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(json: &serde_json::Value) -> Vec<Row> {
        crate::wire::rows(json).unwrap()
    }

    #[test]
    fn own_choices_win_over_inherited_ones_and_shipped_ones_come_last() {
        let all = rows(&json!([
            {"name": "task", "element": "priority", "value": "1", "label": "1 - Critical"},
            {"name": "change_request", "element": "risk", "value": "2", "label": "High"},
            {"name": "task", "element": "risk", "value": "9", "label": "Inherited"},
            {"name": "incident", "element": "impact", "value": "7", "label": "Stranger"},
            {"name": "change_request", "element": "category", "label": "Stripped"},
            {"name": "change_request", "element": "scope", "value": "3", "label": "Old", "inactive": "true"},
        ]));
        let labels = |column: &str| match offered(&all, CHANGE, column) {
            Offered::Listed(choices) => choices.iter().map(described).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        assert_eq!(labels("risk"), ["High (2)"]);
        assert_eq!(labels("priority"), ["1 - Critical (1)"]);
        for column in ["impact", "category", "scope"] {
            assert!(
                matches!(offered(&all, CHANGE, column), Offered::Shipped(_)),
                "{column}"
            );
        }
        assert_eq!(offered(&all, CHANGE, "u_ring"), Offered::Unknown);
    }

    #[test]
    fn an_outcome_is_said_by_the_only_code_whose_words_say_it() {
        use Outcome::{Successful, SuccessfulWithIssues, Unsuccessful};
        let choices = |all: &[(&str, &str)]| -> Vec<Choice> {
            let one = |(value, label): &(&str, &str)| Choice {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
            };
            all.iter().map(one).collect()
        };
        let own = choices(&[
            ("10", "Success"),
            ("20", "Failed, rolled back"),
            ("x_issues", "Deployed"),
        ]);
        for (outcome, code) in [
            (Successful, "10"),
            (Unsuccessful, "20"),
            (SuccessfulWithIssues, "x_issues"),
        ] {
            assert_eq!(claiming(&own, outcome).as_deref(), Some(code), "{outcome}");
        }
        let two = choices(&[("1", "Failed"), ("2", "Unsuccessful")]);
        assert_eq!(claiming(&two, Unsuccessful), None);
        assert_eq!(claiming(&two, Successful), None);
        let languages = choices(&[("10", "Failed"), ("10", "Failed [de]"), ("20", "Done")]);
        assert_eq!(claiming(&languages, Unsuccessful).as_deref(), Some("10"));
    }

    #[test]
    fn a_value_wins_over_a_label_and_case_is_no_difference() {
        let choice = |value: &str, label: &str| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
        };
        let choices = [choice("1", "2"), choice("2", "High"), choice("3", "MÄSSIG")];
        assert_eq!(pick(&choices, "2").as_deref(), Some("2"));
        assert_eq!(pick(&choices, "hIGH").as_deref(), Some("2"));
        assert_eq!(pick(&choices, "mässig").as_deref(), Some("3"));
        assert_eq!(pick(&choices, "low"), None);
        let numbered = [choice("1", "1 - High"), choice("2", "2 - Medium")];
        assert_eq!(pick(&numbered, "medium").as_deref(), Some("2"));
        assert_eq!(pick(&numbered, "1 - high").as_deref(), Some("1"));
        assert_eq!(pick(&numbered, "- high"), None);
    }

    #[test]
    fn shipped_choices_know_the_documented_labels() {
        for (column, label, value) in [
            ("risk", "very high", "1"),
            ("risk", "moderate", "3"),
            ("impact", "Medium", "2"),
            ("priority", "critical", "1"),
            ("state", "implement", "-1"),
            ("close_code", "successful with issues", "successful_issues"),
            ("category", "network", "Network"),
            ("type", "EMERGENCY", "emergency"),
            ("scope", "tiny", "5"),
        ] {
            let choices = shipped::choices(column).unwrap();
            assert_eq!(
                pick(&choices, label).as_deref(),
                Some(value),
                "{column} {label}"
            );
        }
        assert!(shipped::choices("u_ring").is_none());
    }

    #[test]
    fn only_what_looks_like_a_value_passes_where_choices_are_unreadable() {
        let risk = shipped::choices("risk").unwrap();
        assert!(may_be_own(&risk, "5"));
        assert!(!may_be_own(&risk, "extreme"));
        assert!(!may_be_own(&risk, ""));
        let category = shipped::choices("category").unwrap();
        assert!(may_be_own(&category, "Databases"));
    }
}
