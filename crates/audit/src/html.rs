//! The reports for people: one file each, without script, without anything from elsewhere.
//!
//! Every text from outside passes through the template engine's escaping, which is [`visible::escape`] here; the
//! templates hold no `safe` filter (a test looks). Links are of the type `Link`, which holds web addresses only.

mod chain;
mod visible;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, Value};

use crate::rules::Verdict;
use crate::words::count;
use crate::{Period, Trail};

const TEMPLATES: [(&str, &str); 4] = [
    ("style.css", include_str!("../templates/style.css")),
    ("finding.html", include_str!("../templates/finding.html")),
    ("report.html", include_str!("../templates/report.html")),
    ("period.html", include_str!("../templates/period.html")),
];

/// How many rows of a long list the page shows: the attached evidence and the JSON report hold more.
const ROWS: usize = 100;

/// One change's report as a page that stands alone.
#[must_use]
pub fn html(trail: &Trail) -> String {
    #[derive(Serialize)]
    struct Page<'a> {
        trail: &'a Trail,
        chain: Vec<chain::Link>,
        worst: Verdict,
        rows: usize,
    }
    let page = Page {
        trail,
        chain: chain::of(trail),
        worst: worst(trail.findings.iter().map(|finding| finding.verdict)),
        rows: ROWS,
    };
    render("report.html", &page)
}

/// A period's report as a page that stands alone.
#[must_use]
pub fn period_html(period: &Period) -> String {
    #[derive(Serialize)]
    struct Page<'a> {
        period: &'a Period,
        worst: Verdict,
        verdict: String,
    }
    let findings = period.rows.iter().flat_map(|row| &row.findings);
    let unread = period
        .rows
        .iter()
        .filter(|row| row.unreadable.is_some())
        .count();
    let unproven = (unread > 0).then_some(Verdict::Unproven);
    let page = Page {
        period,
        worst: worst(findings.map(|finding| finding.verdict).chain(unproven)),
        verdict: period_verdict(period, unread),
    };
    render("period.html", &page)
}

fn worst(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    let holds = |verdict| verdicts.clone().any(|other| other == verdict);
    let order = [Verdict::Broken, Verdict::Unproven];
    order
        .into_iter()
        .find(|verdict| holds(*verdict))
        .unwrap_or(Verdict::Held)
}

/// What a period comes to, in one sentence.
fn period_verdict(period: &Period, unread: usize) -> String {
    let with = |verdict| {
        let has = |row: &&crate::PeriodRow| row.findings.iter().any(|f| f.verdict == verdict);
        period.rows.iter().filter(has).count()
    };
    let all = count(period.rows.len(), "change");
    let unread = match unread {
        0 => String::new(),
        n => format!(", {n} could not be read"),
    };
    match with(Verdict::Broken) {
        0 => format!("{all}, none with a rule that did not hold{unread}."),
        broken => format!("{all}, {broken} with a rule that did not hold{unread}."),
    }
}

fn render(template: &str, page: &impl Serialize) -> String {
    let mut tera = Tera::default();
    // By name rather than by default, so that no other default of the engine opens a hole.
    tera.autoescape_on([".html"]);
    tera.set_escape_fn(visible::escape);
    tera.register_filter("moment", |at: &str, _: Kwargs, _: &State<'_>| moment(at));
    tera.register_filter("person", person);
    tera.register_filter("bytes", |size: u64, _: Kwargs, _: &State<'_>| bytes(size));
    tera.register_filter("short", |id: &str, _: Kwargs, _: &State<'_>| {
        id.chars().take(8).collect::<String>()
    });
    tera.register_filter("words", |word: &str, _: Kwargs, _: &State<'_>| words(word));
    let rendered = tera
        .add_raw_templates(TEMPLATES)
        .and_then(|()| Context::from_serialize(page))
        .and_then(|context| tera.render(template, &context));
    rendered.expect("the templates are fixed, and every key they name is in the report")
}

fn moment(at: &str) -> String {
    let time: Option<jiff::Timestamp> = at.parse().ok();
    time.map_or_else(|| at.to_owned(), crate::words::moment)
}

/// Name and account of a person.
fn person(person: &Value, _: Kwargs, _: &State<'_>) -> String {
    let text = |key: &'static str| {
        person
            .get_from_path(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let account = [text("email"), text("account")]
        .into_iter()
        .find(|text| !text.is_empty());
    match (text("name"), account) {
        ("", account) => account.unwrap_or("unknown").to_owned(),
        (name, Some(account)) if account != name => format!("{name} ({account})"),
        (name, _) => name.to_owned(),
    }
}

/// A size in the largest unit that leaves a whole part.
fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if size < 1024 {
        return format!("{size} bytes");
    }
    let mut unit = 0;
    let mut tenths = u128::from(size) * 10 / 1024;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A word of the JSON report (`succeededWithIssues`) as words.
fn words(word: &str) -> String {
    let mut words = String::with_capacity(word.len() + 4);
    let mut after_small = false;
    for c in word.chars() {
        if c.is_ascii_uppercase() && after_small {
            words.push(' ');
        }
        after_small = c.is_ascii_lowercase();
        words.push(c.to_ascii_lowercase());
    }
    // The one abbreviation among these words, as in `individualCI`.
    match words.strip_suffix(" ci") {
        Some(start) => format!("{start} CI"),
        None => words,
    }
}

#[cfg(test)]
mod tests;
