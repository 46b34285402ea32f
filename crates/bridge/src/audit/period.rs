//! Every deployment of a period: found page by page, read two at a time.

use ::audit::{Period, PeriodRow, Severity, Verdict};
use change::Request;
use jiff::Timestamp;

use super::pairs::two_at_a_time;
use super::{NoReport, Report, trail};
use crate::command_line::Format;
use crate::connect::Parties;
use crate::terminal::Terminal;

/// What was asked for.
pub(super) struct Asked<'a> {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) service: Option<&'a str>,
}

/// The report of a period. With a terminal, each change is told as it is done.
///
/// # Errors
/// When the list of changes could not be read to its end. A single change that cannot be read becomes a line that says
/// so.
pub(super) async fn report(
    parties: &Parties,
    asked: &Asked<'_>,
    format: Format,
    progress: Option<&Terminal>,
) -> Result<Report, NoReport> {
    let service = asked.service.map(str::to_owned);
    let mut period = Period::new(asked.from, asked.to, service, parties.instance.now());
    let changes = parties.instance.change_requests();
    let mut pages = changes
        .in_period(asked.from, asked.to)
        .map_err(NoReport::Find)?;
    while let Some(page) = pages.next().await.map_err(NoReport::Find)? {
        for row in rows(parties, &page, asked.service, progress).await {
            period.add(row);
        }
    }
    let text = super::written(
        format,
        || ::audit::period_html(&period),
        || ::audit::period_json(&period),
        || period.csv(),
    );
    Ok(Report {
        text,
        worst: worst(&period),
        incomplete: period.rows.iter().any(|row| row.unreadable.is_some()),
    })
}

/// The lines of a page of changes, in its order; without those of other services.
async fn rows(
    parties: &Parties,
    page: &[Request],
    service: Option<&str>,
    progress: Option<&Terminal>,
) -> Vec<PeriodRow> {
    let read = async |request: &Request| {
        let row = row(parties, request, service).await;
        if let Some(terminal) = progress {
            terminal.say(&told(request, row.as_ref()));
        }
        row
    };
    let rows = two_at_a_time(page, read).await;
    rows.into_iter().flatten().collect()
}

/// One change's line; none where it belongs to another service.
async fn row(parties: &Parties, request: &Request, service: Option<&str>) -> Option<PeriodRow> {
    match trail::of(parties, request, service).await {
        Ok(trail) => Some(PeriodRow::of(&trail?)),
        Err(error) => {
            let page = parties.instance.address_of(&request.sys_id);
            let page = ::audit::trail::Link::new(page.as_str());
            Some(PeriodRow::unreadable(
                request.number.as_str(),
                page,
                &redact::chain(&error),
            ))
        }
    }
}

fn told(request: &Request, row: Option<&PeriodRow>) -> String {
    let number = &request.number;
    match row {
        None => format!("{number}: of another service"),
        Some(row) => match &row.unreadable {
            Some(why) => format!("{number}: {why}"),
            None => {
                let broken = row
                    .findings
                    .iter()
                    .filter(|it| it.verdict == Verdict::Broken)
                    .count();
                format!("{number}: {broken} of the rules did not hold")
            }
        },
    }
}

fn worst(period: &Period) -> Option<Severity> {
    let findings = period.rows.iter().flat_map(|row| &row.findings);
    findings.map(|finding| finding.severity).max()
}
