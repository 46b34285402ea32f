//! Records from outside: planted, read, set, with no rule in the way.

use serde_json::{Map, Value};

use crate::sim::Sim;
use crate::store::{self, Record};
use crate::world::World;

/// Columns only; the simulator's own notes stay inside.
fn shown(record: &Record) -> Map<String, Value> {
    let columns = record.iter().filter(|(name, _)| !name.starts_with('~'));
    columns
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect()
}

/// Names and values of a JSON object; anything that is no text counts as its JSON spelling.
fn record(columns: &Value) -> Record {
    let pairs = columns.as_object().into_iter().flatten();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    pairs
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

fn check(world: &World, table: &str) {
    assert!(
        world.schema.table(table).is_some(),
        "the simulator has no table {table}"
    );
}

impl Sim {
    /// Adds a table of the customer's own: column names with their kinds, as in [`crate::ExtraColumn`].
    pub fn add_table(&self, table: &str, columns: &[(&str, &str)]) {
        let lines: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("{name}||{kind}|"))
            .collect();
        self.with(|w| w.schema.add(table, &lines.join("\n")));
    }

    /// Plants a record, given as a JSON object, and returns its `sys_id`. Defaults are filled in, no rule runs.
    ///
    /// # Panics
    ///
    /// When the table does not exist.
    pub fn seed(&self, table: &str, columns: Value) -> String {
        self.with(|w| {
            check(w, table);
            w.plant(table, record(&columns), "admin")
        })
    }

    /// The record, values as stored; none when it does not exist.
    pub fn record_opt(&self, table: &str, sys_id: &str) -> Option<Map<String, Value>> {
        self.with(|w| w.store.get(table, sys_id).map(shown))
    }

    /// The record, values as stored.
    ///
    /// # Panics
    ///
    /// When it does not exist.
    pub fn record(&self, table: &str, sys_id: &str) -> Map<String, Value> {
        self.record_opt(table, sys_id)
            .unwrap_or_else(|| panic!("the simulator has no {table} {sys_id}"))
    }

    /// All records of a table, by `sys_id`.
    pub fn records(&self, table: &str) -> Vec<Map<String, Value>> {
        self.with(|w| w.store.rows(table).map(shown).collect())
    }

    /// The records whose column holds exactly this value.
    pub fn find(&self, table: &str, column: &str, value: &str) -> Vec<Map<String, Value>> {
        self.with(|w| {
            w.store
                .rows(table)
                .filter(|r| store::get(r, column) == value)
                .map(shown)
                .collect()
        })
    }

    /// The `sys_id` of the one record whose column holds this value.
    ///
    /// # Panics
    ///
    /// When there is not exactly one.
    pub fn id_of(&self, table: &str, column: &str, value: &str) -> String {
        let found = self.find(table, column, value);
        assert_eq!(found.len(), 1, "{table} with {column}={value}");
        found[0]["sys_id"].as_str().unwrap_or_default().to_owned()
    }

    /// The change with this number, values as stored.
    ///
    /// # Panics
    ///
    /// When there is not exactly one.
    pub fn change(&self, number: &str) -> Map<String, Value> {
        let id = self.id_of("change_request", "number", number);
        self.record("change_request", &id)
    }

    /// Sets one column, whatever the rules say.
    ///
    /// # Panics
    ///
    /// When the record does not exist.
    pub fn set(&self, table: &str, sys_id: &str, column: &str, value: &str) {
        self.with(|w| {
            assert!(
                w.store.get(table, sys_id).is_some(),
                "the simulator has no {table} {sys_id}"
            );
            w.store.set(table, sys_id, column, value);
            w.touch(table, sys_id, "admin");
        });
    }

    /// Removes a record; whether it was there.
    pub fn remove(&self, table: &str, sys_id: &str) -> bool {
        self.with(|w| w.store.remove(table, sys_id).is_some())
    }

    /// Hides a record from everyone but admins, as an access rule does.
    pub fn hide(&self, table: &str, sys_id: &str) {
        self.with(|w| w.store.set(table, sys_id, store::HIDDEN, "true"));
    }

    /// Texts of a journal column, oldest first.
    pub fn journal(&self, sys_id: &str, element: &str) -> Vec<String> {
        self.with(|w| {
            let ours = |e: &&Record| {
                store::get(e, "element_id") == sys_id && store::get(e, "element") == element
            };
            let mut entries: Vec<&Record> =
                w.store.rows("sys_journal_field").filter(ours).collect();
            entries.sort_by_key(|e| store::get(e, store::ORDER).parse::<u64>().unwrap_or(0));
            entries
                .into_iter()
                .map(|e| store::get(e, "value").to_owned())
                .collect()
        })
    }

    /// Bytes of an attachment; none when it does not exist.
    pub fn attachment_opt(&self, sys_id: &str) -> Option<Vec<u8>> {
        self.with(|w| w.files.get(sys_id).cloned())
    }

    /// Makes another change a conflict of this one, beside those that detection derives itself.
    pub fn add_conflict(&self, change: &str, conflicting: &str, kind: &str) {
        let columns = serde_json::json!({ "change": change, "conflicting_change": conflicting, "type": kind });
        self.seed("conflict", columns);
        self.with(|w| {
            w.store
                .set("change_request", change, "conflict_status", "Conflict");
        });
    }
}
