//! The world a new instance starts with: enough people, items and catalogue entries for every road a change can
//! take. Ids depend on names only, so they are the same in every run.

mod catalogue;
mod file;
mod people;

pub(crate) use file::{apply as apply_file, options as file_options};
pub(crate) use people::user as plant_user;

use crate::ids::stable_id;
use crate::schema::CHOICES;
use crate::store::Record;
use crate::world::World;

pub use file::SeedError;

/// The integration account.
pub(crate) const USER: &str = "svc.azure";
pub(crate) const PASSWORD: &str = "sim-Passw0rd!";
pub(crate) const CLIENT_ID: &str = "5d7c1f0e9b3a48d6a2e4c8b7f6051a39";
pub(crate) const CLIENT_SECRET: &str = "sim-client-secret";
pub(crate) const API_KEY: &str = "now_sim-api-key-0123456789";

pub(crate) fn default_world(world: &mut World) {
    choices(world);
    people::plant(world);
    infrastructure(world);
    catalogue::plant(world);
}

/// Plants one record under an id made from its table and a name.
fn record(world: &mut World, table: &str, name: &str, columns: &[(&str, &str)]) -> String {
    let mut values: Record = columns
        .iter()
        .map(|(c, v)| ((*c).to_owned(), (*v).to_owned()))
        .collect();
    values.insert("sys_id".to_owned(), stable_id(table, name));
    world.plant(table, values, "admin")
}

fn choices(world: &mut World) {
    let own = world.options.close_codes.clone();
    let own: Vec<(&str, &str)> = own
        .iter()
        .map(|code| code.split_once('|').unwrap_or((code, code)))
        .collect();
    for (table, column, list) in CHOICES {
        let closes_change = *column == "close_code" && *table != "incident";
        let list = if closes_change && !own.is_empty() {
            own.as_slice()
        } else {
            list
        };
        for (at, (value, label)) in list.iter().enumerate() {
            let sequence = at.to_string();
            let columns = [
                ("name", *table),
                ("element", *column),
                ("value", *value),
                ("sequence", sequence.as_str()),
            ];
            choice(world, &format!("{table}.{column}.{value}"), &columns, label);
        }
    }
}

/// One choice: its English row, and one of each language pack with the same value. Translated means marked here.
fn choice(world: &mut World, key: &str, columns: &[(&str, &str)], label: &str) {
    record(
        world,
        "sys_choice",
        key,
        &[columns, &[("label", label)]].concat(),
    );
    for language in world.options.languages.clone() {
        let label = format!("{label} [{language}]");
        let more = [("label", label.as_str()), ("language", language.as_str())];
        let key = format!("{key}.{language}");
        record(world, "sys_choice", &key, &[columns, &more].concat());
    }
}

fn infrastructure(world: &mut World) {
    let schedule = record(
        world,
        "cmn_schedule",
        "Weekend maintenance",
        &[
            ("name", "Weekend maintenance"),
            ("type", "maintenance"),
            ("time_zone", "UTC"),
        ],
    );
    let group = stable_id("sys_user_group", "Platform Operations");
    for (name, class) in [
        ("checkout-web", "cmdb_ci_web_server"),
        ("checkout-db", "cmdb_ci_db_instance"),
        ("edge-router-01", "cmdb_ci_netgear"),
        ("payments-api", "cmdb_ci_appl"),
    ] {
        let columns = [
            ("name", name),
            ("sys_class_name", class),
            ("environment", "production"),
            ("assignment_group", group.as_str()),
            ("support_group", group.as_str()),
            ("maintenance_schedule", schedule.as_str()),
        ];
        record(world, "cmdb_ci", name, &columns);
    }
    // Names are not unique on an instance: this one is there twice.
    for at in ["shared-cache #1", "shared-cache #2"] {
        record(
            world,
            "cmdb_ci",
            at,
            &[("name", "shared-cache"), ("sys_class_name", "cmdb_ci_appl")],
        );
    }
    for name in ["Web Shop", "Payments"] {
        let columns = [
            ("name", name),
            ("sys_class_name", "cmdb_ci_service"),
            ("environment", "production"),
        ];
        // A service is a configuration item too, so references to either table find it.
        record(world, "cmdb_ci_service", name, &columns);
        let mut row = columns.to_vec();
        let id = stable_id("cmdb_ci_service", name);
        row.push(("sys_id", id.as_str()));
        let values = row
            .into_iter()
            .map(|(c, v)| (c.to_owned(), v.to_owned()))
            .collect();
        world.plant("cmdb_ci", values, "admin");
    }
}
