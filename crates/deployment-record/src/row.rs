//! The row of the user's own deployment table: one per deployment, however often the step runs.

use change_control::Control;
use servicenow::{Dropped, Fields, Instance};

use crate::plan::Table;
use crate::plan::render;
use crate::report::Report;

/// A row, and the columns of it that do not hold what was asked.
pub(crate) struct Row {
    pub(crate) sys_id: String,
    pub(crate) dropped: Vec<Dropped>,
}

impl Row {
    /// What the row lacks, in words.
    pub(crate) fn problem(&self, table: &str) -> Option<String> {
        let columns: Vec<&str> = self
            .dropped
            .iter()
            .map(|dropped| dropped.column.as_str())
            .collect();
        let columns = columns.join(", ");
        (!columns.is_empty()).then(|| {
            format!("the row in {table} does not hold what was written to it in these columns: {columns}")
        })
    }
}

/// Finds the row with exactly these values, or writes it.
///
/// # Errors
/// In words, with the table's name: the record of the change does not depend on the row.
pub(crate) async fn write(
    table: &Table,
    facts: &serde_json::Value,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
) -> Result<Row, String> {
    let fields = rendered(table, facts, report)?;
    let records = instance
        .records(&table.name)
        .map_err(|error| redact::chain(&error))?;
    let mut columns: Vec<(&str, &str)> = fields.iter().collect();
    // Looked up before every try, so that a lost answer makes no second row.
    let written = control
        .persist(
            || format!("no row was written to {}", table.name),
            async || {
                let found = loop {
                    let found = records.find(&columns).await;
                    let unknown = found
                        .as_ref()
                        .err()
                        .and_then(|error| error.unknown_column());
                    match unknown {
                        // A column that the table lacks tells no rows apart. Writing it says what became of it.
                        Some(column) if columns.len() > 1 => {
                            columns.retain(|(known, _)| *known != column);
                        }
                        _ => break found?,
                    }
                };
                match found.into_iter().next() {
                    Some(there) => Ok(there),
                    None => records.create(&fields).await,
                }
            },
        )
        .await
        .map_err(|error| redact::chain(&error))?;
    let mut dropped = written.dropped;
    if dropped.is_empty() {
        // One that was found lacks the columns that it could not be looked for by.
        dropped = lacking(&fields, &columns);
    }
    Ok(Row {
        sys_id: written.sys_id.to_string(),
        dropped,
    })
}

/// The columns that are not among those a row was found by.
fn lacking(fields: &Fields, known: &[(&str, &str)]) -> Vec<Dropped> {
    let is_known = |column: &str| known.iter().any(|(name, _)| *name == column);
    let lacking = fields.iter().filter(|(column, _)| !is_known(column));
    lacking
        .map(|(column, value)| Dropped {
            column: column.to_owned(),
            asked: value.to_owned(),
            stored: None,
        })
        .collect()
}

/// The columns with their values, without the secrets of this step.
///
/// # Errors
/// When a template fails over the facts as they are.
fn rendered(table: &Table, facts: &serde_json::Value, report: &Report) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for (column, template) in &table.fields {
        let value =
            render("deploymentFields", template, facts).map_err(|error| redact::chain(&error))?;
        fields.insert(column.as_str(), report.hidden(value.trim()));
    }
    Ok(fields)
}
