//! One change, from its record to its runs.

use ::audit::collect::{self, Piece, Scope};
use ::audit::trail::ChangeTrail;
use ::audit::{Hints, Period, PeriodRow, Trail};
use change::{Number, Place, Request, RunKey};

use super::plan::StageOf;
use super::{NoReport, Report};
use crate::command_line::Format;
use crate::connect::Parties;
use crate::terminal::Terminal;

/// The report of one change.
///
/// # Errors
/// When there is no such change, or the instance failed.
pub(super) async fn report(
    parties: &Parties,
    number: &Number,
    stage: Option<&StageOf>,
    format: Format,
    terminal: &Terminal,
) -> Result<Report, NoReport> {
    let changes = parties.instance.change_requests();
    let found = changes.by_number(number).await.map_err(NoReport::Find)?;
    let request = found.ok_or_else(|| NoReport::Unknown(number.clone()))?;
    let read = collect::change(&parties.instance, &request).await?;
    let trail = whole(parties, read, stage).await;
    for gap in &trail.gaps {
        terminal.say(&format!(
            "not shown: {}, from {}: {}",
            gap.what, gap.source, gap.why
        ));
    }
    let text = super::written(
        format,
        || ::audit::html(&trail),
        || ::audit::json(&trail),
        || line(&trail).csv(),
    );
    Ok(Report {
        text,
        worst: trail.findings.iter().map(|finding| finding.severity).max(),
        incomplete: false,
    })
}

/// The trail of a change; none where a service is asked for and it belongs to another.
///
/// # Errors
/// When the change could not be read. What else could not be is a gap in the trail.
pub(super) async fn of(
    parties: &Parties,
    request: &Request,
    service: Option<&str>,
) -> Result<Option<Trail>, collect::Error> {
    let read = collect::change(&parties.instance, request).await?;
    if service.is_some_and(|service| !is_of(parties, &read, service)) {
        return Ok(None);
    }
    Ok(Some(whole(parties, read, None).await))
}

/// Adds the runs that the change names, and the one that the user does.
async fn whole(parties: &Parties, read: ChangeTrail, stage: Option<&StageOf>) -> Trail {
    let mut places = collect::places(&read);
    // Run ids are the organization's, so a project's name and its id are no two runs.
    let same = |a: &Place, b: &Place| a.run == b.run && a.stage == b.stage;
    if let Some(place) = stage.and_then(|stage| place(parties, stage))
        && !places.iter().any(|known| same(known, &place))
    {
        places.insert(0, place);
    }
    // The report keeps the first of a long list and counts the rest, so nobody takes the pieces here.
    let mut nobody = |_: Piece<'_>| {};
    let hints = Hints::default();
    let followed = collect::follow(
        read,
        places,
        parties.organization.as_ref(),
        Scope::ALL,
        &hints,
        parties.instance.now(),
        &mut nobody,
    );
    Box::pin(followed).await
}

/// The stage that the user names, in the project of the configuration.
fn place(parties: &Parties, stage: &StageOf) -> Option<Place> {
    Some(Place {
        project_id: parties.project.clone()?,
        run: RunKey::Run(stage.run.to_string()),
        stage: stage.stage.clone(),
        generation: 1,
    })
}

/// Whether a change says of itself that it is about a service, before anything is asked about its runs.
fn is_of(parties: &Parties, read: &ChangeTrail, service: &str) -> bool {
    let now = parties.instance.now();
    let alone = Trail::new(read.clone(), Vec::new(), &Hints::default(), now);
    let wanted = service.to_lowercase();
    let names = alone.services();
    names
        .iter()
        .any(|name| name.trim().to_lowercase() == wanted)
}

/// The period's line for one change, with the heading.
fn line(trail: &Trail) -> Period {
    let now = trail.generated;
    let mut period = Period::new(now, now, None, now);
    period.add(PeriodRow::of(trail));
    period
}
