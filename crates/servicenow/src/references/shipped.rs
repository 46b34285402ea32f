//! Choices as they ship, for accounts that may not read the instance's own (the columns of `change_request` on the vendor's
//! Change Management API page; risk as in its samples, where 3 is Moderate and 4 is Low).

use super::choices::Choice;

const RISK: &[(&str, &str)] = &[
    ("1", "Very High"),
    ("2", "High"),
    ("3", "Moderate"),
    ("4", "Low"),
];
const LEVEL: &[(&str, &str)] = &[("1", "High"), ("2", "Medium"), ("3", "Low")];
const PRIORITY: &[(&str, &str)] = &[
    ("1", "Critical"),
    ("2", "High"),
    ("3", "Moderate"),
    ("4", "Low"),
];
const SCOPE: &[(&str, &str)] = &[
    ("1", "Massive"),
    ("2", "Large"),
    ("3", "Medium"),
    ("4", "Small"),
    ("5", "Tiny"),
];
const STATE: &[(&str, &str)] = &[
    ("-5", "New"),
    ("-4", "Assess"),
    ("-3", "Authorize"),
    ("-2", "Scheduled"),
    ("-1", "Implement"),
    ("0", "Review"),
    ("3", "Closed"),
    ("4", "Canceled"),
];
const TYPE: &[(&str, &str)] = &[
    ("normal", "Normal"),
    ("standard", "Standard"),
    ("emergency", "Emergency"),
];
const CLOSE_CODE: &[(&str, &str)] = &[
    ("successful", "Successful"),
    ("successful_issues", "Successful with issues"),
    ("unsuccessful", "Unsuccessful"),
];
const CATEGORY: &[(&str, &str)] = &[
    ("Hardware", "Hardware"),
    ("Software", "Software"),
    ("Service", "Service"),
    ("System Software", "System Software"),
    ("Applications Software", "Applications Software"),
    ("Network", "Network"),
    ("Telecom", "Telecom"),
    ("Documentation", "Documentation"),
    ("Other", "Other"),
];

/// The shipped choices of a column, as far as they are documented.
pub(super) fn choices(column: &str) -> Option<Vec<Choice>> {
    let pairs = match column {
        "risk" => RISK,
        "impact" | "urgency" => LEVEL,
        "priority" => PRIORITY,
        "scope" => SCOPE,
        "state" => STATE,
        "type" => TYPE,
        "close_code" => CLOSE_CODE,
        "category" => CATEGORY,
        _ => return None,
    };
    let choice = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
    };
    Some(pairs.iter().map(choice).collect())
}
