//! RFC 4180, written by hand: lines end in CR LF, every cell that needs it is quoted.

use super::PeriodRow;
use crate::rules::Verdict;
use crate::trail::Happened;

const HEADING: [&str; 17] = [
    "change",
    "title",
    "service",
    "environment",
    "deployed",
    "started",
    "finished",
    "outcome",
    "state",
    "close_code",
    "approved_by",
    "runs",
    "commits",
    "work_items",
    "broken",
    "unproven",
    "not_read",
];

pub(super) fn text(rows: &[PeriodRow]) -> String {
    let mut text = HEADING.join(",") + "\r\n";
    for row in rows {
        let cells: Vec<String> = cells(row).iter().map(|text| cell(text)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(row: &PeriodRow) -> [String; HEADING.len()] {
    let time = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let findings = |verdict| {
        let of = row
            .findings
            .iter()
            .filter(|finding| finding.verdict == verdict);
        of.map(|finding| finding.rule).collect::<Vec<_>>().join(" ")
    };
    let known = row.unreadable.is_none();
    let number = |count: usize| {
        if known {
            count.to_string()
        } else {
            String::new()
        }
    };
    let happened = match row.happened {
        Happened::Yes => "yes",
        Happened::No => "no",
        Happened::Unknown => "",
    };
    [
        row.number.clone(),
        row.short_description.clone(),
        some(&row.service),
        some(&row.environment),
        happened.to_owned(),
        time(row.started),
        time(row.finished),
        if row.ended.is_known() {
            row.ended.told().to_owned()
        } else {
            String::new()
        },
        row.state.clone(),
        some(&row.close_code),
        row.approvers.join("; "),
        row.runs.join("; "),
        number(row.commits),
        number(row.work_items),
        findings(Verdict::Broken),
        findings(Verdict::Unproven),
        some(&row.unreadable),
    ]
}

/// A cell that begins like a formula would be run by a spreadsheet: an apostrophe makes it text.
fn cell(text: &str) -> String {
    let formula = text
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if formula || text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_never_formulas() {
        for (text, told) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\tx", "\"'\tx\""),
            ("\r=x", "\"'\r=x\""),
            (
                "  =HYPERLINK(\"http://x\")",
                "\"'  =HYPERLINK(\"\"http://x\"\")\"",
            ),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), told, "{text:?}");
        }
    }
}
