//! Pick lists of tasks: each column that a binding shows is one its data source asks for, and text of the instance is
//! escaped on its way into JSON.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sources::{self, VERIFY};
use super::{Connection, list, template, text};

/// The helper that makes a text fit for a JSON string, as the documentation of data sources lists it.
const ESCAPE: &str = "#jsonEscape ";

/// What is wrong with the bindings of one task. That target and connection exist is held with the task's inputs.
pub(super) fn faults(connection: &Connection, task: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for binding in list(task, "dataSourceBindings") {
        let target = text(binding, "target");
        let name = text(binding, "dataSourceName");
        let Some(source) = connection.source(name) else {
            // Named with the inputs.
            continue;
        };
        let mut own = Vec::new();
        if sources::is_list(source) {
            result(binding, source, &mut own);
        } else {
            own.push(format!("{name} fills no list"));
        }
        if binding.get("parameters").is_some() {
            own.push("parameters are not used by any data source here".to_owned());
        }
        faults.extend(
            own.into_iter()
                .map(|it| format!("the list for {target}: {it}")),
        );
    }
    faults
}

/// `DisplayValue` first and `Value` last: of two keys the last one counts, so a name that smuggles in a value of its own
/// loses, even where the escaping should fail.
fn result(binding: &Value, source: &Value, faults: &mut Vec<String>) {
    let written = text(binding, "resultTemplate");
    let Some((plain, tags)) = template(written) else {
        return faults.push("resultTemplate has a brace that is not closed".to_owned());
    };
    let expected = serde_json::json!({ "DisplayValue": "", "Value": "" });
    if serde_json::from_str::<Value>(&plain).ok() != Some(expected) {
        faults.push("resultTemplate is not an object of DisplayValue and Value".to_owned());
    }
    if written.find("\"DisplayValue\"") > written.find("\"Value\"") {
        faults.push("resultTemplate has to end with Value".to_owned());
    }
    if written.matches("{{").count() != written.matches("{{{").count() {
        faults.push("resultTemplate has a tag of two braces, which escapes for HTML".to_owned());
    }
    let asked = sources::parameter(source, "sysparm_fields").unwrap_or_default();
    for tag in &tags {
        let column = tag.strip_prefix(ESCAPE).unwrap_or(tag);
        if !asked.split(',').any(|it| it == column) {
            faults.push(format!("resultTemplate uses {tag}, which is not asked for"));
        }
        if column != "sys_id" && column == tag {
            faults.push(format!(
                "{column} is text of the instance: {ESCAPE}{column}"
            ));
        }
    }
}

/// Data sources that nothing refers to.
pub(super) fn unused<'a>(
    connection: &'a Connection,
    tasks: impl Iterator<Item = &'a Value>,
) -> Vec<String> {
    let mut used: BTreeSet<&str> = BTreeSet::from([VERIFY]);
    let schemes = list(&connection.properties, "authenticationSchemes");
    for owner in tasks.chain(schemes) {
        used.extend(list(owner, "dataSourceBindings").map(|it| text(it, "dataSourceName")));
    }
    list(&connection.properties, "dataSources")
        .map(|source| text(source, "name"))
        .filter(|name| !used.contains(name))
        .map(|name| format!("nothing uses the data source {name}"))
        .collect()
}
