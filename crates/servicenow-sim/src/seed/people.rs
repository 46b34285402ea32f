//! Users, groups and memberships.

use std::collections::BTreeSet;

use super::{API_KEY, CLIENT_ID, CLIENT_SECRET, PASSWORD, USER, record};
use crate::auth::Account;
use crate::ids::stable_id;
use crate::oauth::Application;
use crate::world::World;

/// User name, name, roles, groups.
const PEOPLE: &[(&str, &str, &[&str], &[&str])] = &[
    ("admin", "System Administrator", &["admin"], &[]),
    (USER, "Azure Pipelines", &["itil"], &[]),
    (
        "chris.manager",
        "Chris Manager",
        &["itil", "change_manager"],
        &[],
    ),
    (
        "nina.network",
        "Nina Network",
        &["itil", "approver_user"],
        &["Network"],
    ),
    (
        "noah.network",
        "Noah Network",
        &["itil", "approver_user"],
        &["Network"],
    ),
    (
        "olga.operations",
        "Olga Operations",
        &["itil", "approver_user"],
        &["Platform Operations"],
    ),
    (
        "omar.operations",
        "Omar Operations",
        &["itil", "approver_user"],
        &["Platform Operations"],
    ),
    (
        "carla.cab",
        "Carla Cab",
        &["itil", "approver_user"],
        &["CAB Approval"],
    ),
    (
        "cole.cab",
        "Cole Cab",
        &["itil", "approver_user"],
        &["CAB Approval"],
    ),
    ("rita.reader", "Rita Reader", &["sn_change_read"], &[]),
    (
        "frozen.fred",
        "Frozen Fred",
        &["itil", "snc_read_only"],
        &[],
    ),
    ("nobody", "No Body", &[], &[]),
];

const GROUPS: &[&str] = &[
    "Network",
    "Platform Operations",
    "CAB Approval",
    "Empty Group",
];

pub(super) fn plant(world: &mut World) {
    for group in GROUPS {
        record(world, "sys_user_group", group, &[("name", group)]);
    }
    // Group names are not unique on an instance: this one is there twice.
    for at in ["Database #1", "Database #2"] {
        record(
            world,
            "sys_user_group",
            at,
            &[("name", "Database"), ("description", at)],
        );
    }
    for (user_name, name, roles, groups) in PEOPLE {
        let id = user(world, user_name, name, roles, PASSWORD);
        for group in *groups {
            let group = stable_id("sys_user_group", group);
            let membership = format!("{group} {id}");
            record(
                world,
                "sys_user_grmember",
                &membership,
                &[("group", &group), ("user", &id)],
            );
        }
    }
    let account = stable_id("sys_user", USER);
    world
        .accounts
        .keys
        .insert(API_KEY.to_owned(), account.clone());
    let application = Application {
        secret: CLIENT_SECRET.to_owned(),
        user: Some(account),
        keys: Vec::new(),
    };
    world
        .oauth
        .applications
        .insert(CLIENT_ID.to_owned(), application);
}

/// Adds or replaces a user with its account.
pub(crate) fn user(
    world: &mut World,
    user_name: &str,
    name: &str,
    roles: &[&str],
    password: &str,
) -> String {
    let (first, last) = name.rsplit_once(' ').unwrap_or((name, ""));
    let email = format!("{user_name}@example.com");
    let columns = [
        ("user_name", user_name),
        ("name", name),
        ("first_name", first),
        ("last_name", last),
        ("email", email.as_str()),
        ("active", "true"),
    ];
    let id = record(world, "sys_user", user_name, &columns);
    let roles: BTreeSet<String> = roles.iter().map(|r| (*r).to_owned()).collect();
    let account = Account {
        password: password.to_owned(),
        roles,
        mfa: false,
    };
    world.accounts.by_user.insert(id.clone(), account);
    id
}
