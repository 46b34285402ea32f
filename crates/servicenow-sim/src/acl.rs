//! Who may see and change what. The role sets are those of the change API's page and of the stock role
//! containments; an admin may everything.

use std::collections::BTreeSet;

use crate::store::{self, Record};
use crate::world::World;

/// On whose behalf something happens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Actor {
    pub(crate) user_id: String,
    pub(crate) user_name: String,
    /// Roles with everything they contain.
    pub(crate) roles: BTreeSet<String>,
}

impl Actor {
    pub(crate) fn is_admin(&self) -> bool {
        self.roles.contains("admin")
    }

    fn has_any(&self, roles: &[&str]) -> bool {
        self.is_admin() || roles.iter().any(|role| self.roles.contains(*role))
    }

    fn read_only(&self) -> bool {
        self.roles.contains("snc_read_only") && !self.is_admin()
    }
}

/// A role with the roles it contains.
pub(crate) fn expand(role: &str) -> &'static [&'static str] {
    match role {
        "itil" => &[
            "cmdb_read",
            "sn_incident_write",
            "sn_incident_read",
            "sn_change_write",
            "sn_change_read",
            "snc_platform_rest_api_access",
        ],
        "change_manager" => &["sn_change_write", "sn_change_read", "cmdb_read"],
        "sn_change_write" => &["sn_change_read"],
        "sn_incident_write" => &["sn_incident_read"],
        _ => &[],
    }
}

const CHANGE_TABLES: [&str; 14] = [
    "change_request",
    "change_task",
    "task",
    "task_ci",
    "conflict",
    "std_change_record_producer",
    "std_change_producer_version",
    "chg_model",
    "sttrm_state",
    "sttrm_state_transition",
    "sttrm_transition_condition",
    "sysapproval_approver",
    "sysapproval_group",
    "cmn_schedule",
];

pub(crate) fn may_read(world: &World, actor: &Actor, table: &str) -> bool {
    if CHANGE_TABLES.contains(&table) {
        return actor.has_any(&["itil", "sn_change_read", "change_manager"])
            || (table.starts_with("sysapproval") && actor.roles.contains("approver_user"));
    }
    match table {
        "incident" => actor.has_any(&["sn_incident_read"]),
        "cmdb_ci" | "cmdb_ci_service" => actor.has_any(&["cmdb_read"]),
        "sys_journal_field" => {
            actor.is_admin()
                || world
                    .options
                    .journal_readers
                    .iter()
                    .any(|role| actor.roles.contains(role))
        }
        // Names of users, groups, choices and files are open to whoever has a role at all; read-only is none.
        _ => actor.is_admin() || actor.roles.iter().any(|role| role != "snc_read_only"),
    }
}

pub(crate) fn may_write(actor: &Actor, table: &str) -> bool {
    if actor.read_only() {
        return false;
    }
    match table {
        "change_request" | "change_task" | "task_ci" => {
            actor.has_any(&["itil", "sn_change_write", "change_manager"])
        }
        "incident" => actor.has_any(&["itil", "sn_incident_write"]),
        // Whose row it is decides, not a role; see `approvals`.
        "sysapproval_approver" => true,
        "sys_attachment" => actor.has_any(&[
            "itil",
            "sn_change_write",
            "change_manager",
            "sn_incident_write",
        ]),
        _ if is_stock(table) => actor.is_admin(),
        _ => actor.has_any(&["itil"]),
    }
}

pub(crate) fn may_delete(actor: &Actor, table: &str) -> bool {
    if actor.read_only() {
        return false;
    }
    match table {
        "change_request" | "change_task" | "task_ci" => actor.has_any(&["change_manager"]),
        "sys_attachment" => may_write(actor, table),
        _ if is_stock(table) => actor.is_admin(),
        _ => actor.has_any(&["itil"]),
    }
}

fn is_stock(table: &str) -> bool {
    CHANGE_TABLES.contains(&table)
        || table.starts_with("sys_")
        || table.starts_with("cmdb_")
        || table.starts_with("cmn_")
        || table == "incident"
}

/// A record an administrator's rule hides from everyone else.
pub(crate) fn sees(actor: &Actor, record: &Record) -> bool {
    actor.is_admin() || store::get(record, store::HIDDEN).is_empty()
}

pub(crate) fn sees_column(world: &World, actor: &Actor, table: &str, column: &str) -> bool {
    let full = format!("{table}.{column}");
    actor.is_admin()
        || !(full == "sys_user.user_password" || world.options.hidden_columns.contains(&full))
}

/// Whether a filter may name a column: an honest refusal, unlike that of a missing one.
pub(crate) fn may_query(world: &World, actor: &Actor, table: &str, column: &str) -> bool {
    let choice_key = table == "sys_choice" && matches!(column, "name" | "element" | "value");
    if choice_key && world.options.restrict_sys_choice {
        return actor.is_admin();
    }
    sees_column(world, actor, table, column)
}
