//! Data sources: the request that Verify makes, and those that fill pick lists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Connection, list, template, text};

/// The one data source that the platform calls by name.
pub(super) const VERIFY: &str = "TestConnection";

/// Rows of one answer: five answers are the platform's bound, and an answer has to stay under 2 MB.
const PAGE: &str = "1000";

const KEYS: [&str; 9] = [
    "name",
    "endpointUrl",
    "resultSelector",
    "requestVerb",
    "requestContent",
    "headers",
    "initialContextTemplate",
    "callbackContextTemplate",
    "callbackRequiredTemplate",
];

pub(super) fn faults(connection: &Connection, faults: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    for source in list(&connection.properties, "dataSources") {
        let name = text(source, "name");
        let mut own = Vec::new();
        if !names.insert(name) {
            own.push("there are two of it".to_owned());
        }
        for key in source.as_object().into_iter().flat_map(|it| it.keys()) {
            if !KEYS.contains(&key.as_str()) {
                own.push(format!("{key} is no key of a data source"));
            }
        }
        if !text(source, "resultSelector").starts_with("jsonpath:$") {
            own.push("resultSelector is no jsonpath".to_owned());
        }
        address(source, &mut own);
        if is_list(source) {
            rows(source, &mut own);
            paging(source, &mut own);
        }
        faults.extend(
            own.into_iter()
                .map(|it| format!("data source {name}: {it}")),
        );
    }
    match connection.source(VERIFY) {
        None => faults.push(format!("Verify needs the data source {VERIFY}")),
        Some(source) => verify(source, faults),
    }
}

/// Whether it fills a list: all do but Verify's own and the exchange of tokens.
pub(super) fn is_list(source: &Value) -> bool {
    text(source, "name") != VERIFY && source.get("requestVerb").is_none()
}

/// The value of a query parameter.
pub(super) fn parameter<'a>(source: &'a Value, name: &str) -> Option<&'a str> {
    let (_, query) = text(source, "endpointUrl").split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Only HTTP 200 counts for Verify. Version 1 of the Table API answers 404 where an account sees no row; the later
/// versions answer 200 with an empty list, and a missing role would look like success.
fn verify(source: &Value, faults: &mut Vec<String>) {
    let url = text(source, "endpointUrl");
    if !url.contains("/api/now/v1/table/change_request?") {
        faults.push(format!(
            "{VERIFY} has to ask /api/now/v1/table/change_request: only version 1 tells a missing role"
        ));
    }
    if url.contains("sysparm_query") {
        faults.push(format!(
            "{VERIFY} has a query: rows it leaves out would look like a missing role"
        ));
    }
}

/// Unescaped insertion of the base, and one spelling of what follows: encoded queries percent-encoded, so that the
/// address is a well-formed one for every client and proxy between.
fn address(source: &Value, faults: &mut Vec<String>) {
    let url = text(source, "endpointUrl");
    let bases = ["{{{endpoint.url}}}/api/", "{{{configuration.Url}}}/"];
    if !bases.iter().any(|base| url.starts_with(base)) {
        faults.push(format!("endpointUrl does not begin with {}", bases[0]));
    }
    let query = parameter(source, "sysparm_query").unwrap_or_default();
    let odd = |letter: char| !letter.is_ascii_alphanumeric() && !"%_.!,{}-".contains(letter);
    if query.contains(odd) || url.contains(char::is_whitespace) {
        faults.push("sysparm_query is not percent-encoded (%5E for ^, %3D for =)".to_owned());
    }
}

/// Named columns, a bounded page, a total order, and no row that a person must not pick.
fn rows(source: &Value, faults: &mut Vec<String>) {
    if parameter(source, "sysparm_fields").is_none_or(str::is_empty) {
        faults.push("names no sysparm_fields: whole rows pass 2 MB".to_owned());
    }
    if parameter(source, "sysparm_limit") != Some(PAGE) {
        faults.push(format!("sysparm_limit is not {PAGE}"));
    }
    let query = parameter(source, "sysparm_query").unwrap_or_default();
    let terms: Vec<&str> = query.split("%5E").collect();
    if terms.last() != Some(&"ORDERBYsys_id") {
        faults.push(
            "sysparm_query does not end with ORDERBYsys_id: pages without a total order lose rows"
                .to_owned(),
        );
    }
    if text(source, "endpointUrl").contains("/table/sys_choice?") {
        for term in ["language%3Den", "inactive!%3Dtrue", "name%3D{{table}}"] {
            if !terms.contains(&term) {
                faults.push(format!(
                    "sysparm_query has no {term}: values would be listed twice, or though retired"
                ));
            }
        }
    } else if !terms
        .iter()
        .any(|it| ["active%3Dtrue", "operational_status!%3D6"].contains(it))
    {
        faults.push("sysparm_query lists what is retired, too".to_owned());
    }
}

/// The three templates of paging: all there, contexts that are JSON, and every name of the address in both of them.
fn paging(source: &Value, faults: &mut Vec<String>) {
    let Some((_, used)) = template(text(source, "endpointUrl")) else {
        return faults.push("endpointUrl has a brace that is not closed".to_owned());
    };
    let used: BTreeSet<String> = used
        .into_iter()
        .filter(|tag| !tag.starts_with("endpoint."))
        .collect();
    for key in ["initialContextTemplate", "callbackContextTemplate"] {
        match context(text(source, key)) {
            None => faults.push(format!("{key} is no template of a JSON object")),
            Some(names) if names != used => {
                faults.push(format!("{key} sets {names:?}, endpointUrl uses {used:?}"));
            }
            Some(_) => {}
        }
    }
    let required = text(source, "callbackRequiredTemplate");
    if template(required).is_none_or(|(_, tags)| tags.is_empty()) {
        faults.push("callbackRequiredTemplate is no template".to_owned());
    }
    if used.contains("offset") {
        let step = format!("{{{{add offset {PAGE}}}}}");
        let full = format!("{{{{isEqualNumber result.count {PAGE}}}}}");
        if !text(source, "callbackContextTemplate").contains(&step) || required != full {
            faults.push(format!("pages are not {PAGE} rows apart, or end early"));
        }
    }
}

/// The names that a context template sets.
fn context(text: &str) -> Option<BTreeSet<String>> {
    let (plain, _) = template(text)?;
    let object: Value = serde_json::from_str(&plain).ok()?;
    Some(object.as_object()?.keys().cloned().collect())
}
