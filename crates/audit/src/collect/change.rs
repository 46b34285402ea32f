//! Reads a change from the instance.

use change::{ApprovalRow, Conflicts};
use servicenow::{Attachment, Instance, Note, Story, User};

use super::Error;
use crate::trail::{self, Approval, ChangeTrail, File, Gap, Link, Notes, Person};

/// Notes that a report keeps: the newest.
const MOST_NOTES: usize = 200;

/// The longest text that a report keeps, in characters.
const LONGEST: usize = 8_000;

/// Reads a change: itself, its approvers, notes and files. Four requests, and one for each refusal without words.
///
/// # Errors
/// Only where the change itself cannot be read; whatever else cannot is told in the trail's gaps.
pub async fn change(instance: &Instance, request: &change::Request) -> Result<ChangeTrail, Error> {
    let changes = instance.change_requests();
    let id = &request.sys_id;
    let story = changes.story(id).await.map_err(|source| Error::Change {
        number: request.number.clone(),
        source,
    })?;
    let mut gaps = Vec::new();
    let mut miss = |what: &str, why: String| {
        gaps.push(Gap {
            what: what.to_owned(),
            source: format!("ServiceNow, {}", request.number),
            why,
        });
    };
    let approvals = match instance.approvals().of(id).await {
        Ok(rows) => rows.into_iter().map(approval).collect(),
        Err(error) => {
            miss("approvals", redact::chain(&error));
            Vec::new()
        }
    };
    let notes = match changes.notes(id).await {
        Ok(Some(notes)) => kept(notes),
        Ok(None) => {
            miss(
                "work notes",
                "this account may not read journals".to_owned(),
            );
            Notes::default()
        }
        Err(error) => {
            miss("work notes", redact::chain(&error));
            Notes::default()
        }
    };
    let files = match instance.attachments().of("change_request", id).await {
        Ok(files) => Some(files.into_iter().map(file).collect()),
        Err(error) => {
            miss("files", redact::chain(&error));
            None
        }
    };
    Ok(ChangeTrail {
        change: facts(story),
        approvals,
        notes,
        files_readable: files.is_some(),
        files: files.unwrap_or_default(),
        gaps,
    })
}

fn facts(story: Story) -> trail::Change {
    let request = story.request;
    let state = match request.state {
        change::State::Other(_) if !request.state_label.is_empty() => request.state_label,
        state => state.to_string(),
    };
    trail::Change {
        number: request.number.to_string(),
        sys_id: request.sys_id.to_string(),
        page: Link::new(story.page.as_str()),
        short_description: request.short_description,
        description: cut(story.description),
        state,
        state_value: request.state.value(),
        kind: request.kind.to_string(),
        model: story.model,
        approval: request.approval.to_string(),
        on_hold: request.on_hold,
        risk: story.risk,
        priority: story.priority,
        category: story.category,
        planned_start: request.window.start,
        planned_end: request.window.end,
        actual_start: request.work_start,
        actual_end: request.work_end,
        created_at: story.created_at,
        opened_at: story.opened_at,
        closed_at: story.closed_at,
        requested_by: story.requested_by.map(person),
        opened_by: story.opened_by.map(person),
        closed_by: story.closed_by.map(person),
        assignment_group: request.assignment_group,
        configuration_item: story.configuration_item,
        business_service: story.business_service,
        close_code: request.close_code,
        close_notes: request.close_notes.map(cut),
        correlation: request.correlation,
        conflicts: match request.conflicts {
            Conflicts::Found(with) => with,
            Conflicts::Unknown | Conflicts::None => Vec::new(),
        },
    }
}

fn person(user: User) -> Person {
    Person {
        name: user.name,
        account: user.user_name,
        email: user.email,
        id: None,
    }
}

fn approval(row: ApprovalRow) -> Approval {
    Approval {
        approver: Person {
            name: row.approver,
            account: row.user_name,
            email: row.email,
            id: None,
        },
        group: row.group,
        state: row.state.to_string(),
        comment: row.comment.map(cut),
        at: row.at,
    }
}

/// The newest notes, in the order they were written.
fn kept(notes: Vec<Note>) -> Notes {
    let total = notes.len();
    let newest = notes.into_iter().skip(total.saturating_sub(MOST_NOTES));
    Notes {
        readable: true,
        total,
        kept: newest
            .map(|note| trail::Note {
                at: note.at,
                by: note.by,
                text: cut(note.text),
            })
            .collect(),
    }
}

fn file(file: Attachment) -> File {
    File {
        name: file.file_name,
        size: file.size,
        sha256: file.hash.map(|hash| hash.to_lowercase()),
    }
}

/// A text, or its beginning with a word about the rest.
fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{} ... (cut; the change has all of it)", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_notes_are_kept_in_order() {
        let note = |n: usize| Note {
            at: None,
            by: String::new(),
            text: n.to_string(),
        };
        let notes = kept((0..500).map(note).collect());
        assert_eq!((notes.total, notes.kept.len()), (500, MOST_NOTES));
        assert_eq!(notes.kept[0].text, "300");
        assert_eq!(notes.kept[199].text, "499");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("ü".repeat(LONGEST)), "ü".repeat(LONGEST));
        let long = cut("ü".repeat(LONGEST + 1));
        assert!(long.starts_with(&"ü".repeat(LONGEST)) && long.ends_with("all of it)"));
    }
}
