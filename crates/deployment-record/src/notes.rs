//! What is written on the change, within the width of its columns.

use audit::claims::Claim;
use change::Outcome;
use change_control::Left;
use serde_json::Value;
use settings::template::TemplateError;

use crate::plan::{Late, Plan, late_facts, render};

/// Characters of a work note, and of close notes.
const WIDTH: usize = 4000;

/// What the parts that we add may take of it, so that something of the user's text is left in any case.
const OURS: usize = 2500;

/// Work items named by number; all of them are in the attached record.
const NAMED: usize = 20;

/// What a note tells beyond the user's own text.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) commits: usize,
    pub(crate) work_items: Vec<u64>,
    pub(crate) work_items_total: usize,
    pub(crate) tests: Option<(u64, u64)>,
    pub(crate) files: Vec<(Claim, Option<String>)>,
    /// The file that holds all of it, if there is one.
    pub(crate) record: Option<Claim>,
    pub(crate) retrospective: bool,
}

impl Facts {
    /// The files on the change, as they were when they were attached.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let files = self.files.iter().map(|(claim, _)| claim);
        self.record.iter().chain(files).cloned().collect()
    }
}

/// What tells the note of this deployment from all others: the stage and how it ended, never the attempt.
pub(crate) fn marker(key: &str, outcome: Outcome) -> String {
    format!("[snowgate {key} {}]", outcome.word())
}

/// The rendered texts of one record.
pub(crate) struct Notes {
    close: String,
    work: String,
    marker: String,
}

impl Notes {
    /// Renders the user's templates over what is known now.
    ///
    /// # Errors
    /// When a template fails over the facts as they are, which it did not over the facts that it was checked with.
    pub(crate) fn render(plan: &Plan, facts: &Value, marker: &str) -> Result<Self, TemplateError> {
        let close = render("closeNotes", &plan.texts.close_notes, facts)?;
        let work = render("workNote", &plan.texts.work_note, facts)?;
        Ok(Self {
            close: close.trim().to_owned(),
            work: work.trim().to_owned(),
            marker: marker.to_owned(),
        })
    }

    /// The work note: the user's text, what was collected, why the change is left where it stands, and the marker.
    pub(crate) fn work(&self, facts: &Facts, left: Option<&Left>, why: &str) -> String {
        let mut lines = told(facts);
        if left.is_some() {
            // In the instance's words, which may be many.
            lines.push(format!("Not closed: {}", task::texts::fit(why, 500)));
        }
        if facts.retrospective {
            lines.push(
                "This change was opened after the fact: nobody approved it before the deployment."
                    .to_owned(),
            );
        }
        lines.extend(files(facts));
        lines.push(self.marker.clone());
        with_tail(&self.work, &lines.join("\n"))
    }

    /// The close notes: the user's text, the files, and the marker. Who may not read work notes sees here what each
    /// file was when it was attached.
    pub(crate) fn close(&self, facts: &Facts) -> String {
        let mut lines = files(facts);
        lines.push(self.marker.clone());
        with_tail(&self.close, &lines.join("\n"))
    }
}

/// A line for each file on the change, as many as have room.
fn files(facts: &Facts) -> Vec<String> {
    let record = facts.record.iter().map(|claim| (claim, None));
    let others = facts
        .files
        .iter()
        .map(|(claim, summary)| (claim, summary.as_ref()));
    let total = facts.files.len() + usize::from(facts.record.is_some());
    let (mut lines, mut room) = (Vec::new(), OURS);
    for (claim, summary) in record.chain(others) {
        let mut line = audit::claims::line(claim);
        if let Some(summary) = summary {
            line = format!("{line}\n  {summary}");
        }
        room = room.saturating_sub(line.chars().count());
        if room == 0 {
            lines.push(format!("and {} more files", total - lines.len()));
            break;
        }
        lines.push(line);
    }
    lines
}

/// The facts of a run for templates, with what is known late.
pub(crate) fn late(plan: &Plan, run: &pipelines_agent::RunFacts, late: &Late) -> Value {
    late_facts(run, &plan.names, late)
}

fn told(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    if facts.commits > 0 {
        lines.push(format!("Commits: {}", facts.commits));
    }
    if facts.work_items_total > 0 {
        let named = facts.work_items.iter().take(NAMED);
        let mut text: Vec<String> = named.map(|id| format!("#{id}")).collect();
        let more = facts.work_items_total - text.len().min(facts.work_items_total);
        if more > 0 {
            text.push(format!("and {more} more"));
        }
        lines.push(format!("Work items: {}", text.join(", ")));
    }
    if let Some((total, failed)) = facts.tests {
        lines.push(format!("Tests: {total}, {failed} failed"));
    }
    lines
}

/// A text and what has to stand at its end, together as wide as the column.
fn with_tail(text: &str, tail: &str) -> String {
    let tail = task::texts::fit(tail, WIDTH);
    let room = WIDTH.saturating_sub(tail.chars().count() + 1);
    if room < 10 {
        return tail;
    }
    format!("{}\n{tail}", task::texts::fit(text, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn notes(work: &str) -> Notes {
        Notes {
            close: String::new(),
            work: work.to_owned(),
            marker: marker("azdo:p:run:1:A", Outcome::Successful),
        }
    }

    fn claim(name: &str) -> Claim {
        crate::attach::claim(name, b"abc")
    }

    #[test]
    fn a_note_tells_what_was_collected_and_ends_in_its_marker() {
        let facts = Facts {
            commits: 5000,
            work_items: (1..=200).collect(),
            work_items_total: 800,
            tests: Some((120, 2)),
            files: vec![(
                claim("junit.xml"),
                Some("3 tests, 0 failed, 0 skipped".to_owned()),
            )],
            record: Some(claim("record.json")),
            retrospective: false,
        };
        let close = notes("").close(&facts);
        assert_eq!(
            audit::claims::read(&close),
            [claim("record.json"), claim("junit.xml")]
        );
        assert!(close.ends_with("\n[snowgate azdo:p:run:1:A successful]"));
        let note = notes("Deployed.").work(&facts, None, "");
        assert!(
            note.starts_with("Deployed.\nCommits: 5000\nWork items: #1, #2, "),
            "{note}"
        );
        assert!(
            note.contains("#20, and 780 more\nTests: 120, 2 failed\nFile: record.json (3 bytes"),
            "{note}"
        );
        assert!(
            note.contains("\nFile: junit.xml (3 bytes, SHA-256 ba7816"),
            "{note}"
        );
        assert!(
            note.ends_with("\n[snowgate azdo:p:run:1:A successful]"),
            "{note}"
        );
        assert_eq!(
            audit::claims::read(&note),
            [claim("record.json"), claim("junit.xml")]
        );
    }

    #[test]
    fn why_it_is_left_is_told() {
        let note =
            notes("Deployed.").work(&Facts::default(), Some(&Left::Canceled), "it was cancelled");
        assert!(note.contains("\nNot closed: it was cancelled\n"), "{note}");
    }

    proptest! {
        #[test]
        fn a_note_fits_its_column_and_keeps_its_marker(text in "\\PC{0,5000}", files in 0..60_usize) {
            let facts = Facts {
                files: (0..files).map(|n| (claim(&format!("{n}-{}.xml", "x".repeat(80))), None)).collect(),
                ..Facts::default()
            };
            let notes = Notes { close: text.clone(), ..notes(&text) };
            for note in [notes.work(&facts, None, ""), notes.close(&facts)] {
                prop_assert!(note.chars().count() <= WIDTH);
                prop_assert!(note.ends_with("[snowgate azdo:p:run:1:A successful]"));
            }
        }
    }
}
