//! Everything that was collected, as one JSON document for the change: notes are too narrow for it.

use std::io::Write as _;

use audit::collect::Piece;
use audit::trail::RunTrail;
use serde::Serialize;
use serde_json::{Value, json};

/// The name of the document's form, and its version. A key that goes or changes its meaning raises it.
const SCHEMA: &str = "snowgate.record";
const VERSION: u32 = 1;

/// The most bytes of commits, and of work items: together with the rest less than an instance takes by REST (10 MiB).
const MOST: usize = 4 << 20;

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
    json: Vec<u8>,
    count: usize,
    left_out: usize,
}

impl Bundle {
    /// Takes a commit or a work item.
    pub(crate) fn take(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Commit(commit) => self.commits.push(&json!({
                "id": commit.id,
                "message": commit.message,
                "messageCut": commit.truncated,
                "author": commit.author.as_ref().map(person),
                "at": commit.at,
            })),
            Piece::WorkItem(item) => {
                if self.ids.len() < FIRST {
                    self.ids.push(item.id);
                }
                self.work_items.push(&json!({
                    "id": item.id,
                    "type": item.kind,
                    "title": item.title,
                    "state": item.state,
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

    /// The document. `head` holds what is not a list; `run` what was read of the run; `files` what is attached.
    pub(crate) fn document(&self, head: &Value, run: &RunTrail, files: &[Value]) -> Vec<u8> {
        let mut document =
            Vec::with_capacity(self.commits.json.len() + self.work_items.json.len() + 4096);
        let mut put = |name: &str, json: &[u8]| {
            let start = if document.is_empty() { "{" } else { "," };
            // Writing to a vector cannot fail.
            let _ = write!(document, "{start}\n\"{name}\": ");
            document.extend_from_slice(json);
        };
        put("schema", json!(SCHEMA).to_string().as_bytes());
        put("version", VERSION.to_string().as_bytes());
        for (name, value) in head.as_object().into_iter().flatten() {
            put(name, value.to_string().as_bytes());
        }
        put("commits", &self.commits.array());
        put(
            "commitsLeftOut",
            self.commits.left_out.to_string().as_bytes(),
        );
        put("workItems", &self.work_items.array());
        put(
            "workItemsLeftOut",
            self.work_items.left_out.to_string().as_bytes(),
        );
        put("tests", &text(&run.code.tests));
        put("artifacts", &text(&run.code.artifacts));
        put("files", &text(&files));
        put("gaps", &text(&run.gaps));
        document.extend_from_slice(b"\n}\n");
        document
    }
}

fn person(person: &azure_devops::Person) -> Value {
    json!({ "name": person.name, "uniqueName": person.unique_name })
}

impl List {
    fn push(&mut self, entry: &impl Serialize) {
        self.count += 1;
        let entry = text(entry);
        if self.json.len() + entry.len() > MOST {
            self.left_out += 1;
            return;
        }
        if !self.json.is_empty() {
            self.json.extend_from_slice(b",\n");
        }
        self.json.extend_from_slice(&entry);
    }

    fn array(&self) -> Vec<u8> {
        [b"[", self.json.as_slice(), b"]"].concat()
    }
}

/// JSON of data that is ours, whose keys are all texts.
fn text(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec())
}
