//! One simulated instance: everything it knows, behind one lock, changed only by synchronous code.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::auth::Accounts;
use crate::chg_rest::{ConflictRun, Worker};
use crate::clock::{self, Clock};
use crate::faults::Plan;
use crate::ids::Ids;
use crate::limits::RateWindow;
use crate::oauth::Registry;
use crate::options::Options;
use crate::recorder::Recorder;
use crate::schema::Schema;
use crate::seed;
use crate::stop::Line;
use crate::store::{Record, Store};

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) schema: Schema,
    pub(crate) store: Store,
    pub(crate) accounts: Accounts,
    pub(crate) oauth: Registry,
    pub(crate) recorder: Recorder,
    pub(crate) faults: Plan,
    pub(crate) line: Line,
    pub(crate) rates: RateWindow,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) workers: BTreeMap<String, Worker>,
    pub(crate) conflict_runs: BTreeMap<String, ConflictRun>,
    /// What a reset plays again after the default world.
    pub(crate) seed_file: Option<Value>,
}

impl World {
    pub(crate) fn new(options: Options, base_url: String) -> Self {
        let mut world = Self {
            clock: Clock::new(options.clock_start.as_deref()),
            ids: Ids::new(options.seed),
            schema: Schema::new(&options),
            store: Store::default(),
            accounts: Accounts::default(),
            oauth: Registry::default(),
            recorder: Recorder::default(),
            faults: Plan::default(),
            line: Line::default(),
            rates: RateWindow::default(),
            files: BTreeMap::new(),
            workers: BTreeMap::new(),
            conflict_runs: BTreeMap::new(),
            seed_file: None,
            options,
            base_url,
        };
        seed::default_world(&mut world);
        world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(self.options.clock_skew_seconds)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    pub(crate) fn now_text(&self) -> String {
        clock::text(self.now())
    }

    /// Puts a complete record into a table: defaults, system columns, number. No rule runs.
    pub(crate) fn plant(&mut self, table: &str, mut record: Record, by: &str) -> String {
        let defaults = self
            .schema
            .table(table)
            .into_iter()
            .flat_map(|t| &t.columns);
        for (name, column) in defaults {
            record
                .entry(name.clone())
                .or_insert_with(|| column.default.clone());
        }
        let now = self.now_text();
        for (column, value) in [
            ("sys_created_on", now.as_str()),
            ("sys_updated_on", now.as_str()),
            ("sys_created_by", by),
            ("sys_updated_by", by),
        ] {
            fill(&mut record, column, value);
        }
        if record.get("sys_id").is_none_or(String::is_empty) {
            record.insert("sys_id".to_owned(), self.ids.sys_id());
        }
        if let Some(prefix) = number_prefix(table)
            && record.get("number").is_none_or(String::is_empty)
        {
            record.insert("number".to_owned(), self.ids.number(prefix));
        }
        if number_prefix(table).is_some() {
            fill(&mut record, "sys_class_name", table);
            fill(&mut record, "opened_at", &now);
        }
        let sys_id = record["sys_id"].clone();
        self.store.put(table, record);
        sys_id
    }

    /// Marks a record as changed by someone.
    pub(crate) fn touch(&mut self, table: &str, sys_id: &str, by: &str) {
        let now = self.now_text();
        let Some(record) = self.store.get_mut(table, sys_id) else {
            return;
        };
        let count: u32 = record
            .get("sys_mod_count")
            .and_then(|c| c.parse().ok())
            .unwrap_or(0);
        record.insert("sys_mod_count".to_owned(), (count + 1).to_string());
        record.insert("sys_updated_on".to_owned(), now);
        record.insert("sys_updated_by".to_owned(), by.to_owned());
    }

    /// Adds an entry to a journal column.
    pub(crate) fn journal(
        &mut self,
        table: &str,
        sys_id: &str,
        element: &str,
        text: &str,
        by: &str,
    ) {
        let mut entry = Record::new();
        // Several entries may fall into one second of the clock: the order they came in is noted beside.
        let order = self.store.rows("sys_journal_field").count().to_string();
        for (column, value) in [
            ("name", table),
            ("element_id", sys_id),
            ("element", element),
            ("value", text),
            (crate::store::ORDER, order.as_str()),
        ] {
            entry.insert(column.to_owned(), value.to_owned());
        }
        self.plant("sys_journal_field", entry, by);
    }
}

fn fill(record: &mut Record, column: &str, value: &str) {
    let slot = record.entry(column.to_owned()).or_default();
    if slot.is_empty() {
        slot.push_str(value);
    }
}

fn number_prefix(table: &str) -> Option<&'static str> {
    match table {
        "change_request" => Some("CHG"),
        "change_task" => Some("CTASK"),
        "incident" => Some("INC"),
        "sysapproval_group" => Some("GAPRV"),
        _ => None,
    }
}
