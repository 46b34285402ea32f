//! Everything that was collected, as one JSON document for the change: notes are too narrow for it.

use std::fmt::Write as _;

use audit::collect::Piece;
use audit::trail::RunTrail;
use serde::Serialize;
use serde_json::{Value, json};

/// The name of the document's form, and its version. A key that goes or changes its meaning raises it.
const SCHEMA: &str = "snowgate.record";
const VERSION: u32 = 1;

/// The most bytes of commits, and of work items: together with the rest less than an instance takes by REST (10 MiB).
const MOST: usize = 4 << 20;

/// From this many bytes of a list on, a commit's message is cut to its beginning: every commit is worth more than the
/// whole message of some, which the repository keeps.
const ROOMY: usize = 1 << 20;

/// Characters of a name and of a message that is cut; and of a message while there is room.
const CUT: usize = 200;
const LONGEST: usize = 4_000;

/// By how much a list grows: doubling would take twice of what it needs.
const STEP: usize = 256 << 10;

/// Work items that a note may name.
const FIRST: usize = 100;

/// Lists that grow while the organization is asked, already as JSON, so that thousands of entries take little room.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    commits: List,
    work_items: List,
    /// The ids of the first work items, for the note.
    pub(crate) ids: Vec<u64>,
}

#[derive(Debug, Default)]
struct List {
    json: String,
    count: usize,
    left_out: usize,
}

impl Bundle {
    /// Takes a commit or a work item.
    pub(crate) fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Commit(commit) => {
                let roomy = self.commits.json.len() < ROOMY;
                let message = beginning(&commit.message, if roomy { LONGEST } else { CUT });
                self.commits.push(&json!({
                    "id": commit.id,
                    "message": message,
                    "messageCut": commit.truncated || message.len() < commit.message.len(),
                    "author": commit.author.as_ref().map(person),
                    "at": commit.at,
                }));
            }
            Piece::WorkItem(item) => {
                if self.ids.len() < FIRST {
                    self.ids.push(item.id);
                }
                self.work_items.push(&json!({
                    "id": item.id,
                    "type": beginning(&item.kind, CUT),
                    "title": beginning(&item.title, LONGEST),
                    "state": beginning(&item.state, CUT),
                    "assignedTo": item.assigned_to.as_ref().map(person),
                    "page": item.page.as_str(),
                }));
            }
        }
    }

    pub(crate) fn commits(&self) -> usize {
        self.commits.count
    }

    pub(crate) fn work_items(&self) -> usize {
        self.work_items.count
    }

    /// The document. `head` holds what is not a list; `run` what was read of the run; `files` what is attached. The
    /// lists move into it and are given up; their counts stay.
    pub(crate) fn document(&mut self, head: &Value, run: &RunTrail, files: &[Value]) -> String {
        let (commits, work_items) = (self.commits.give_up(), self.work_items.give_up());
        let mut document = String::with_capacity(commits.len() + work_items.len() + STEP);
        let mut put = |name: &str, json: &str| {
            let start = if document.is_empty() { '{' } else { ',' };
            // Writing to a text cannot fail.
            let _ = write!(document, "{start}\n\"{name}\": {json}");
        };
        put("schema", &json!(SCHEMA).to_string());
        put("version", &VERSION.to_string());
        for (name, value) in head.as_object().into_iter().flatten() {
            put(name, &value.to_string());
        }
        put("commits", &commits);
        drop(commits);
        put("commitsLeftOut", &self.commits.left_out.to_string());
        put("workItems", &work_items);
        put("workItemsLeftOut", &self.work_items.left_out.to_string());
        put("tests", &text(&run.code.tests));
        put("artifacts", &text(&run.code.artifacts));
        put("files", &text(&files));
        put("gaps", &text(&run.gaps));
        document.push_str("\n}\n");
        document
    }
}

/// The beginning of a text, so many characters of it.
fn beginning(text: &str, most: usize) -> &str {
    text.char_indices()
        .nth(most)
        .map_or(text, |(end, _)| &text[..end])
}

fn person(person: &azure_devops::Person) -> Value {
    let account = person.unique_name.as_deref();
    json!({
        "name": beginning(&person.name, CUT),
        "uniqueName": account.map(|account| beginning(account, CUT)),
    })
}

impl List {
    fn push(&mut self, entry: &impl Serialize) {
        self.count += 1;
        let entry = text(entry);
        let size = self.json.len() + entry.len() + 2;
        if size > MOST {
            self.left_out += 1;
            return;
        }
        if size > self.json.capacity() {
            self.json.reserve_exact(entry.len() + STEP);
        }
        self.json
            .push_str(if self.json.is_empty() { "[" } else { ",\n" });
        self.json.push_str(&entry);
    }

    /// The list as a JSON array; afterwards only its counts are known.
    fn give_up(&mut self) -> String {
        let mut json = std::mem::take(&mut self.json);
        json.push_str(if json.is_empty() { "[]" } else { "]" });
        json
    }
}

/// JSON of data that is ours, whose keys are all texts.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_devops::Commit;

    fn commit(n: usize, message: &str) -> Commit {
        Commit {
            id: format!("{n:040x}"),
            message: message.to_owned(),
            truncated: false,
            author: None,
            at: None,
            kind: "TfsGit".to_owned(),
        }
    }

    fn document(bundle: &mut Bundle) -> Value {
        let head = json!({ "key": "azdo:p:run:1:A" });
        let text = bundle.document(&head, &RunTrail::default(), &[]);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_empty_bundle_is_a_document() {
        let empty = document(&mut Bundle::default());
        assert_eq!(empty["schema"], SCHEMA);
        assert_eq!(
            (&empty["commits"], &empty["workItems"]),
            (&json!([]), &json!([]))
        );
    }

    #[test]
    fn every_commit_is_kept_before_the_whole_message_of_some() {
        let mut bundle = Bundle::default();
        let long = "ü\"\n".repeat(300);
        for n in 0..5_000 {
            bundle.take(&Piece::Commit(&commit(n, &long)));
        }
        let all = document(&mut bundle);
        let commits = all["commits"].as_array().unwrap();
        assert_eq!((commits.len(), &all["commitsLeftOut"]), (5_000, &json!(0)));
        assert_eq!(commits[0]["message"], long);
        assert_eq!(commits[0]["messageCut"], false);
        let last = &commits[4_999];
        assert_eq!(last["message"].as_str().unwrap().chars().count(), CUT);
        assert_eq!(last["messageCut"], true);
        assert_eq!(bundle.commits(), 5_000);
    }

    #[test]
    fn what_no_instance_would_take_is_counted() {
        let mut bundle = Bundle::default();
        for n in 0..20_000 {
            bundle.take(&Piece::Commit(&commit(n, &"x".repeat(200))));
        }
        let all = document(&mut bundle);
        let kept = all["commits"].as_array().unwrap().len();
        let left_out = all["commitsLeftOut"].as_u64().unwrap();
        assert!(kept > 9_000 && left_out > 0, "{kept} kept");
        assert_eq!(kept as u64 + left_out, 20_000);
        assert!(all.to_string().len() < MOST + 4096);
    }
}
