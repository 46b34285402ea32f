//! Reads a change and its runs. A source that cannot be read leaves a gap in the report, with the reason; only a change
//! that cannot be read at all is an error.

mod change;
mod code;
mod convert;
mod release;
mod run;
mod timeline;

use ::change::{Place, RunKey};
use azure_devops::{EnvironmentId, Organization};
use jiff::Timestamp;

use crate::marks;
use crate::trail::{ChangeTrail, Gap, Hints, Run, RunTrail, Stage, Trail};

pub use change::change;

/// Runs that are followed for one change. More share it only by mistake.
const MOST_RUNS: usize = 20;

/// Why something is not in a report whose maker left it out of the [`Scope`].
pub const NOT_ASKED: &str = "they were not asked for";

/// Why no report could be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The change could not be read.
    #[error("could not read change request {number}")]
    Change {
        /// Its number.
        number: ::change::Number,
        /// Why.
        #[source]
        source: Box<servicenow::Error>,
    },
}

/// What to collect of a run beyond the run itself and its timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a choice of its own, and all 32 of them make sense"
)]
pub struct Scope {
    /// Commits since the run before.
    pub commits: bool,
    /// Work items of the run.
    pub work_items: bool,
    /// Pull requests of the commits, which asks for commits.
    pub pull_requests: bool,
    /// Test runs, in numbers.
    pub tests: bool,
    /// Artifacts.
    pub artifacts: bool,
}

impl Scope {
    /// All of it.
    pub const ALL: Self = Self {
        commits: true,
        work_items: true,
        pull_requests: true,
        tests: true,
        artifacts: true,
    };
}

/// One entry of a list that may be too long to keep.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// A commit.
    Commit(&'a azure_devops::Commit),
    /// A work item.
    WorkItem(&'a azure_devops::WorkItem),
}

/// A stage, and to which environment it deployed, as far as the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePlace {
    /// The stage of a run or release.
    pub place: Place,
    /// The environment's id.
    pub environment_id: Option<EnvironmentId>,
    /// The environment's name, which is looked up where the id is not known.
    pub environment: Option<String>,
    /// The moment from which on the change was no more used, see [`last_use`]. An attempt of the stage that began later
    /// had a change of its own; without a moment, the newest attempt is meant.
    pub until: Option<Timestamp>,
}

impl StagePlace {
    fn of(place: Place, hints: &Hints, until: Option<Timestamp>) -> Self {
        Self {
            place,
            until,
            environment_id: hints.environment_id,
            environment: hints.environment.clone(),
        }
    }
}

/// Follows a change that was read to its stages, and judges it at `now`.
///
/// `all` is handed every commit and every work item as it comes; the report keeps the first of them and counts the
/// rest.
pub async fn follow(
    mut read: ChangeTrail,
    mut places: Vec<Place>,
    organization: Option<&Organization>,
    scope: Scope,
    hints: &Hints,
    now: Timestamp,
    all: &mut (dyn FnMut(Piece<'_>) + Send),
) -> Trail {
    if places.len() > MOST_RUNS {
        read.gaps.push(Gap {
            what: format!("{} further stages", places.len() - MOST_RUNS),
            source: format!("the texts of {}", read.change.number),
            why: format!("one change is followed to {MOST_RUNS} stages"),
        });
        places.truncate(MOST_RUNS);
    }
    let until = last_use(&read);
    let mut runs = Vec::with_capacity(places.len());
    for place in places {
        let place = StagePlace::of(place, hints, until);
        runs.push(run(organization, &place, scope, all).await);
    }
    Trail::new(read, runs, hints, now)
}

/// The stages that a change names: in its key, and in marks on its close notes and work notes. Once each; which
/// generation of the stage's change it is makes no difference.
#[must_use]
pub fn places(read: &ChangeTrail) -> Vec<Place> {
    let change = &read.change;
    let notes = read.notes.kept.iter().map(|note| note.text.as_str());
    let texts = change.close_notes.as_deref().into_iter().chain(notes);
    let key = ::change::Correlation::read(&change.correlation);
    let mut places: Vec<Place> = Vec::new();
    for place in key.into_iter().chain(texts.flat_map(marks::keys)) {
        let place = Place {
            generation: 1,
            ..place
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// When a change that is over was used last: when it was closed, cancelled or rejected, or a record of ours was made on it
/// after that. None while it is open.
///
/// A gate never takes up a change that is over, so that a stage which is run again gets a change of its own.
#[must_use]
pub fn last_use(read: &ChangeTrail) -> Option<Timestamp> {
    let rejected = || {
        let rows = read.approvals.iter();
        let rejections = rows.filter(|row| row.state == "rejected");
        rejections.filter_map(|row| row.at).max()
    };
    let change = &read.change;
    let over = match change.approval.as_str() {
        "rejected" => change.closed_at.or_else(rejected),
        _ => change.closed_at,
    };
    // The note of a record bears its stage's mark.
    let notes = read.notes.kept.iter();
    let records = notes.filter(|note| !marks::keys(&note.text).is_empty());
    let recorded = records.filter_map(|note| note.at).max();
    over.map(|over| recorded.map_or(over, |recorded| over.max(recorded)))
}

/// Collects one stage of a run or release. Never fails: what cannot be read is told in the trail's gaps.
pub async fn run(
    organization: Option<&Organization>,
    stage: &StagePlace,
    scope: Scope,
    all: &mut (dyn FnMut(Piece<'_>) + Send),
) -> RunTrail {
    let mut trail = RunTrail {
        run: unread(&stage.place),
        ..RunTrail::default()
    };
    let Some(organization) = organization else {
        let why = "no connection to Azure DevOps was given".to_owned();
        let what = format!("{} and what it brought", trail.run.told());
        trail.gaps.push(gap(what, why));
        return trail;
    };
    let mut reading = Reading {
        organization,
        stage,
        scope,
        all,
        trail: &mut trail,
    };
    match &stage.place.run {
        RunKey::Run(id) => run::read(&mut reading, id).await,
        RunKey::Release(id) => release::read(&mut reading, id).await,
    }
    trail
}

/// What the parts of a collection share.
struct Reading<'a, 'p> {
    organization: &'a Organization,
    stage: &'a StagePlace,
    scope: Scope,
    all: &'a mut (dyn FnMut(Piece<'_>) + Send + 'p),
    trail: &'a mut RunTrail,
}

impl Reading<'_, '_> {
    fn miss(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.trail.gaps.push(gap(what.into(), why.into()));
    }

    /// Takes a result, or remembers what is missing and why.
    fn take<T>(&mut self, what: &str, result: Result<T, Box<azure_devops::Error>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.miss(what, redact::chain(&error));
                None
            }
        }
    }
}

fn gap(what: String, why: String) -> Gap {
    Gap {
        what,
        source: "Azure DevOps".to_owned(),
        why,
    }
}

/// What the key alone says.
fn unread(place: &Place) -> Run {
    let (kind, id) = match &place.run {
        RunKey::Run(id) => ("run", id),
        RunKey::Release(id) => ("release", id),
    };
    Run {
        key: format!("azdo:{}:{kind}:{id}:{}", place.project_id, place.stage),
        is_release: kind == "release",
        id: id.clone(),
        stage: Stage {
            name: place.stage.clone(),
            ..Stage::default()
        },
        ..Run::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{PROJECT, change, key, note};

    #[test]
    fn stages_are_found_in_the_key_and_in_marks_once_each() {
        let mut read = change();
        let mark = |key: &str| format!("[snowgate {key}]");
        read.change.correlation = format!("{}:g2", key("4711"));
        read.change.close_notes = Some(format!("Done. {}", mark(&key("4712"))));
        read.notes.kept = vec![
            note(&mark(&key("4711")), "10:00:00"),
            note(&mark(&format!("azdo:{PROJECT}:release:3:9:g3")), "10:00:00"),
            note(&format!("{} mentioned", key("4713")), "10:00:00"),
        ];
        let keys: Vec<String> = places(&read)
            .iter()
            .map(|place| unread(place).key)
            .collect();
        assert_eq!(
            keys,
            [
                key("4711"),
                key("4712"),
                format!("azdo:{PROJECT}:release:3:9")
            ]
        );
    }
}
