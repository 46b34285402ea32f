//! Inserts, updates and deletes with their rules, whichever door they came through.

use crate::acl::{self, Actor};
use crate::coerce::Incoming;
use crate::recorder::{Finding, FindingKind};
use crate::refusal::{Action, Refusal};
use crate::store::{self, Record};
use crate::world::World;
use crate::{approvals, change_model, change_tasks, incidents};

/// Stores a new record after its rules; returns its `sys_id`.
pub(crate) fn insert(
    world: &mut World,
    actor: &Actor,
    findings: &mut Vec<Finding>,
    table: &str,
    incoming: Incoming,
) -> Result<String, Refusal> {
    if !acl::may_write(actor, table) {
        return Err(Refusal::Acl(Action::Insert));
    }
    let mut values = incoming.values;
    governed(world, actor, table, &mut values);
    if let Some(id) = values.get("sys_id")
        && world.store.get(table, id).is_some()
    {
        // The answer to a sys_id that is taken is unverified; a refused insert is the nearest documented one.
        return Err(Refusal::Acl(Action::Insert));
    }
    if let Some(user) = Some(&actor.user_id).filter(|id| !id.is_empty())
        && world.schema.column(table, "opened_by").is_some()
    {
        values
            .entry("opened_by".to_owned())
            .or_insert_with(|| user.clone());
    }
    match table {
        "change_request" => change_model::before_insert(world, actor, findings, &mut values)?,
        "change_task" => change_tasks::before_insert(world, &mut values)?,
        "incident" => incidents::before_insert(world, findings, &mut values)?,
        "task" => return Err(Refusal::Acl(Action::Insert)),
        "sysapproval_approver" if !actor.is_admin() => return Err(Refusal::Acl(Action::Insert)),
        _ => {}
    }
    let sys_id = world.plant(table, values, &actor.user_name);
    write_notes(world, actor, findings, table, &sys_id, incoming.notes);
    Ok(sys_id)
}

/// Changes a record after its rules; nothing is stored when one of them says no.
pub(crate) fn update(
    world: &mut World,
    actor: &Actor,
    findings: &mut Vec<Finding>,
    table: &str,
    sys_id: &str,
    incoming: Incoming,
) -> Result<(), Refusal> {
    if !acl::may_write(actor, table) {
        return Err(Refusal::Acl(Action::Update));
    }
    let old = world
        .store
        .get(table, sys_id)
        .cloned()
        .ok_or(Refusal::NoRecord)?;
    let mut changes = incoming.values;
    changes.remove("sys_id");
    governed(world, actor, table, &mut changes);
    match table {
        "change_request" => {
            change_model::before_update(world, actor, findings, &old, &mut changes)?;
        }
        "change_task" => change_tasks::before_update(world, actor, &old, &mut changes)?,
        "incident" => incidents::before_update(world, findings, &old, &mut changes)?,
        "sysapproval_approver" => approvals::before_update(actor, &old, &changes)?,
        _ => {}
    }
    let notes = !incoming.notes.is_empty();
    let changed = changes.iter().any(|(c, v)| store::get(&old, c) != v);
    if let Some(record) = world.store.get_mut(table, sys_id) {
        // The state of a change is moved by its model, below, with everything that comes with it.
        let held_back = |c: &str| table == "change_request" && c == "state";
        record.extend(
            changes
                .iter()
                .filter(|(c, _)| !held_back(c))
                .map(|(c, v)| (c.clone(), v.clone())),
        );
    }
    let stays = changes
        .get("state")
        .is_some_and(|s| s == store::get(&old, "state"));
    if table == "change_request" && notes && stays && matches!(store::get(&old, "state"), "3" | "4")
    {
        findings.push(Finding {
            kind: FindingKind::FinalStateAgain,
            detail: store::get(&old, "number").to_owned(),
        });
    }
    write_notes(world, actor, findings, table, sys_id, incoming.notes);
    if changed || notes {
        world.touch(table, sys_id, &actor.user_name);
    }
    match table {
        "change_request" => change_model::after_update(world, &old, &changes, incoming.corrupt),
        "change_task" => change_tasks::after_update(world, sys_id),
        "sysapproval_approver" => approvals::after_update(world, &old, sys_id),
        _ => {}
    }
    Ok(())
}

pub(crate) fn delete(
    world: &mut World,
    actor: &Actor,
    table: &str,
    sys_id: &str,
) -> Result<(), Refusal> {
    if !acl::may_delete(actor, table) {
        return Err(Refusal::Acl(Action::Delete));
    }
    world.store.remove(table, sys_id).ok_or(Refusal::NoRecord)?;
    if table == "sys_attachment" {
        world.files.remove(sys_id);
    }
    if table == "change_request" {
        for id in world
            .store
            .ids_where("sysapproval_approver", "sysapproval", sys_id)
        {
            world.store.remove("sysapproval_approver", &id);
        }
    }
    Ok(())
}

/// What access and business rules of the customer's make of single columns, without a word to the caller.
fn governed(world: &World, actor: &Actor, table: &str, values: &mut Record) {
    let full = |column: &str| format!("{table}.{column}");
    if !actor.is_admin() {
        values.retain(|column, _| !world.options.write_protected.contains(&full(column)));
    }
    for (column, value) in values.iter_mut() {
        if let Some(instead) = world.options.rewritten.get(&full(column)) {
            value.clone_from(instead);
        }
    }
}

fn write_notes(
    world: &mut World,
    actor: &Actor,
    findings: &mut Vec<Finding>,
    table: &str,
    sys_id: &str,
    notes: Vec<(String, String)>,
) {
    for (element, text) in notes {
        let same = |entry: &Record| {
            store::get(entry, "element_id") == sys_id
                && store::get(entry, "element") == element
                && store::get(entry, "value") == text
        };
        if world.store.rows("sys_journal_field").any(same) {
            findings.push(Finding {
                kind: FindingKind::DuplicateNote,
                detail: element.clone(),
            });
        }
        world.journal(table, sys_id, &element, &text, &actor.user_name);
    }
}

/// A column after the change, whether or not the change touches it.
pub(crate) fn after<'r>(old: &'r Record, changes: &'r Record, column: &str) -> &'r str {
    changes
        .get(column)
        .map_or_else(|| store::get(old, column), String::as_str)
}

/// Refuses when a column a policy demands would be empty, naming all of them by their labels.
pub(crate) fn mandatory(
    world: &World,
    table: &str,
    old: &Record,
    changes: &Record,
    columns: &[&str],
) -> Result<(), Refusal> {
    let empty = columns.iter().filter(|c| after(old, changes, c).is_empty());
    let labels: Vec<String> = empty
        .map(|c| world.schema.label(table, c).to_owned())
        .collect();
    if labels.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Policy(labels))
    }
}
