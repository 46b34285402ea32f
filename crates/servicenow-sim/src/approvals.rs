//! Rounds of approver rows and how they roll up to the change.

use crate::acl::Actor;
use crate::change_model;
use crate::options::RoundPolicy;
use crate::refusal::{Action, Refusal};
use crate::rules::after;
use crate::store::{self, Record};
use crate::world::World;

const CHANGE: &str = "change_request";
const APPROVER: &str = "sysapproval_approver";
const GROUP: &str = "sysapproval_group";

/// Asks every active member of a group. A group nobody is in leaves the change waiting for ever, as on an instance.
pub(crate) fn open_round(world: &mut World, change: &str, group: &str) {
    let Some(record) = world.store.get(CHANGE, change) else {
        return;
    };
    let round = store::get(record, store::ROUND).parse::<u32>().unwrap_or(0) + 1;
    let round = round.to_string();
    world.store.set(CHANGE, change, store::ROUND, &round);
    let members = members(world, group);
    if members.is_empty() {
        return;
    }
    let asked = row(&[
        ("parent", change),
        ("assignment_group", group),
        ("approval", "requested"),
    ]);
    let group_row = world.plant(GROUP, asked, "system");
    for member in members {
        let mut values = row(&[
            ("sysapproval", change),
            ("document_id", change),
            ("source_table", CHANGE),
            ("approver", &member),
            ("group", &group_row),
            ("state", "requested"),
        ]);
        values.insert(store::ROUND.to_owned(), round.clone());
        world.plant(APPROVER, values, "system");
    }
    world.store.set(CHANGE, change, "approval", "requested");
}

fn row(columns: &[(&str, &str)]) -> Record {
    columns
        .iter()
        .map(|(c, v)| ((*c).to_owned(), (*v).to_owned()))
        .collect()
}

fn members(world: &World, group: &str) -> Vec<String> {
    let of_group = world
        .store
        .rows("sys_user_grmember")
        .filter(|m| store::get(m, "group") == group);
    let users = of_group.map(|m| store::get(m, "user").to_owned());
    let active = |id: &String| {
        world
            .store
            .get("sys_user", id)
            .is_some_and(|u| store::get(u, "active") == "true")
    };
    users.filter(active).collect()
}

/// Only the approver decides an approver row, and only while it is asked for.
pub(crate) fn before_update(actor: &Actor, old: &Record, changes: &Record) -> Result<(), Refusal> {
    if actor.is_admin() {
        return Ok(());
    }
    let own = store::get(old, "approver") == actor.user_id;
    let decides = after(old, changes, "state") != store::get(old, "state");
    let open = store::get(old, "state") == "requested";
    let only_state = changes.keys().all(|c| matches!(c.as_str(), "state"));
    if own && only_state && (open || !decides) {
        Ok(())
    } else {
        Err(Refusal::Acl(Action::Update))
    }
}

pub(crate) fn after_update(world: &mut World, old: &Record, id: &str) {
    let Some(new) = world.store.get(APPROVER, id) else {
        return;
    };
    if store::get(new, "state") != store::get(old, "state") {
        let change = store::get(new, "sysapproval").to_owned();
        roll_up(world, &change);
    }
}

/// Writes an approver's word on their row and lets it take effect.
pub(crate) fn decide(world: &mut World, id: &str, state: &str, comment: &str, by: &str) {
    world.store.set(APPROVER, id, "state", state);
    world.touch(APPROVER, id, by);
    if !comment.is_empty() {
        world.journal(APPROVER, id, "comments", comment, by);
    }
    let change = world
        .store
        .get(APPROVER, id)
        .map(|r| store::get(r, "sysapproval").to_owned());
    if let Some(change) = change {
        roll_up(world, &change);
    }
}

/// Ids of the rows of the round a change is in.
pub(crate) fn current_round(world: &World, change: &str) -> Vec<String> {
    let round = world
        .store
        .get(CHANGE, change)
        .map_or("", |c| store::get(c, store::ROUND))
        .to_owned();
    let ids = world.store.ids_where(APPROVER, "sysapproval", change);
    let ours = |id: &String| {
        world
            .store
            .get(APPROVER, id)
            .is_some_and(|r| store::get(r, store::ROUND) == round)
    };
    ids.into_iter().filter(ours).collect()
}

/// Ids of the rows of the current round that still wait for a word.
pub(crate) fn waiting(world: &World, change: &str) -> Vec<String> {
    let asked = |id: &String| {
        world
            .store
            .get(APPROVER, id)
            .is_some_and(|r| store::get(r, "state") == "requested")
    };
    current_round(world, change)
        .into_iter()
        .filter(asked)
        .collect()
}

fn roll_up(world: &mut World, change: &str) {
    let ids = current_round(world, change);
    let state = |world: &World, id: &str| {
        world
            .store
            .get(APPROVER, id)
            .map_or(String::new(), |r| store::get(r, "state").to_owned())
    };
    if ids.iter().any(|id| state(world, id) == "rejected") {
        close_groups(world, &ids, "rejected");
        change_model::round_rejected(world, change);
        return;
    }
    let approved = ids.iter().any(|id| state(world, id) == "approved");
    if approved && world.options.round_policy == RoundPolicy::Anyone {
        for id in waiting(world, change) {
            world.store.set(APPROVER, &id, "state", "not_required");
        }
    }
    if approved && waiting(world, change).is_empty() {
        close_groups(world, &ids, "approved");
        change_model::round_passed(world, change);
    }
}

fn close_groups(world: &mut World, rows: &[String], approval: &str) {
    for id in rows {
        let group = world
            .store
            .get(APPROVER, id)
            .map(|r| store::get(r, "group").to_owned());
        if let Some(group) = group {
            world.store.set(GROUP, &group, "approval", approval);
        }
    }
}
