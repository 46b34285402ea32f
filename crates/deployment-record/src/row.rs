//! The row of the user's own deployment table: one per deployment, however often the step runs.

use change_control::Control;
use servicenow::{Dropped, Error, Fields, Instance};

use crate::plan::Table;
use crate::plan::render;

/// A row, and the columns of it that do not hold what was asked.
pub(crate) struct Row {
    pub(crate) sys_id: String,
    pub(crate) dropped: Vec<Dropped>,
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
) -> Result<Row, String> {
    let fields = rendered(table, facts)?;
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
                    match records.find(&columns).await {
                        // A column that the table lacks tells no rows apart. Writing it says what became of it.
                        Err(Error::UnknownColumn { column, .. }) if columns.len() > 1 => {
                            columns.retain(|(known, _)| *known != column);
                        }
                        other => break other?,
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
    Ok(Row {
        sys_id: written.sys_id.to_string(),
        dropped: written.dropped,
    })
}

/// The columns with their values.
///
/// # Errors
/// When a template fails over the facts as they are.
pub(crate) fn rendered(table: &Table, facts: &serde_json::Value) -> Result<Fields, String> {
    let mut fields = Fields::new();
    for (column, template) in &table.fields {
        let value =
            render("deploymentFields", template, facts).map_err(|error| redact::chain(&error))?;
        fields.insert(column.as_str(), value.trim());
    }
    Ok(fields)
}
