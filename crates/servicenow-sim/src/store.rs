//! The rows. A record is a map of strings, as the platform keeps it; keys that start with `~` are the simulator's
//! own notes and belong to no schema, so that no request can read or write them.

use std::collections::BTreeMap;

pub(crate) type Record = BTreeMap<String, String>;

/// Note: round of approvals a change is in, or an approver row belongs to.
pub(crate) const ROUND: &str = "~round";
/// Note: the state a change still shows, and until when (milliseconds of the instance's clock).
pub(crate) const SHOWN_STATE: &str = "~shown_state";
pub(crate) const SHOWN_UNTIL: &str = "~shown_until";
/// Note: an approver row that was pending when its change was put on hold.
pub(crate) const HELD: &str = "~held";
/// Note: only an admin may see this record.
pub(crate) const HIDDEN: &str = "~hidden";

/// Note: the next states of a change were asked for since it last moved.
pub(crate) const ASKED: &str = "~asked";

/// Note: how many entries a journal had before this one.
pub(crate) const ORDER: &str = "~order";

/// Classes that the base table `task` shows.
const TASK_CLASSES: [&str; 3] = ["change_request", "change_task", "incident"];

#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    tables: BTreeMap<String, BTreeMap<String, Record>>,
}

impl Store {
    /// All rows of a table, `task` being the union of its classes.
    pub(crate) fn rows<'s>(&'s self, table: &'s str) -> Box<dyn Iterator<Item = &'s Record> + 's> {
        if table == "task" {
            return Box::new(
                TASK_CLASSES
                    .into_iter()
                    .flat_map(|class| self.own_rows(class)),
            );
        }
        Box::new(self.own_rows(table))
    }

    fn own_rows(&self, table: &str) -> impl Iterator<Item = &Record> {
        self.tables
            .get(table)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    pub(crate) fn get(&self, table: &str, sys_id: &str) -> Option<&Record> {
        if table == "task" {
            return TASK_CLASSES
                .into_iter()
                .find_map(|class| self.get(class, sys_id));
        }
        self.tables.get(table)?.get(sys_id)
    }

    pub(crate) fn get_mut(&mut self, table: &str, sys_id: &str) -> Option<&mut Record> {
        self.tables.get_mut(table)?.get_mut(sys_id)
    }

    pub(crate) fn put(&mut self, table: &str, record: Record) {
        let key = get(&record, "sys_id").to_owned();
        self.tables
            .entry(table.to_owned())
            .or_default()
            .insert(key, record);
    }

    pub(crate) fn remove(&mut self, table: &str, sys_id: &str) -> Option<Record> {
        self.tables.get_mut(table)?.remove(sys_id)
    }

    /// The first row whose column holds the value.
    pub(crate) fn find(&self, table: &str, column: &str, value: &str) -> Option<&Record> {
        self.own_rows(table).find(|r| get(r, column) == value)
    }

    /// Ids of the rows whose column holds the value.
    pub(crate) fn ids_where(&self, table: &str, column: &str, value: &str) -> Vec<String> {
        let hits = self.own_rows(table).filter(|r| get(r, column) == value);
        hits.map(|r| get(r, "sys_id").to_owned()).collect()
    }

    pub(crate) fn set(&mut self, table: &str, sys_id: &str, column: &str, value: &str) {
        if let Some(record) = self.get_mut(table, sys_id) {
            record.insert(column.to_owned(), value.to_owned());
        }
    }
}

/// A column's stored value; a column never set is empty.
pub(crate) fn get<'r>(record: &'r Record, column: &str) -> &'r str {
    record.get(column).map_or("", String::as_str)
}

/// What a reader sees at a moment: a state the instance moved by itself may still be hidden from view.
pub(crate) fn shown<'r>(record: &'r Record, column: &str, now_ms: i64) -> &'r str {
    if column == "state" {
        let until: i64 = get(record, SHOWN_UNTIL).parse().unwrap_or(i64::MIN);
        if now_ms < until {
            return get(record, SHOWN_STATE);
        }
    }
    get(record, column)
}
