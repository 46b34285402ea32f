//! The changes of a period, page by page.

use std::collections::BTreeSet;

use change::SysId;
use jiff::Timestamp;
use serde_json::{Value, json};
use servicenow::{Error, Instance};
use servicenow_sim::{Fault, On, Sim, When};

use crate::harness::{assert_clean, calls, id, instance, sim};

fn plant(sim: &Sim, correlation: &str, columns: &Value) -> SysId {
    let mut record = json!({ "correlation_id": correlation });
    for (name, value) in columns.as_object().unwrap() {
        record[name] = value.clone();
    }
    id(&sim.seed("change_request", record))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn march(instance: &Instance) -> Result<Vec<Vec<SysId>>, Box<Error>> {
    let changes = instance.change_requests();
    let mut walk = changes.in_period(at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"))?;
    let mut pages = Vec::new();
    while let Some(page) = walk.next().await? {
        pages.push(page.into_iter().map(|change| change.sys_id).collect());
    }
    Ok(pages)
}

#[tokio::test]
async fn ours_are_found_by_key_or_note_and_by_when_their_work_began() {
    let sim = sim();
    let started =
        |text: &str| json!({ "work_start": text, "sys_created_on": "2026-01-01 00:00:00" });
    let key = |run: u32| format!("azdo:p:run:{run}:Prod");
    let noted = json!({
        "work_start": "2026-03-05 10:00:00", "close_notes": "[snowgate azdo:p:run:9:Prod] deployed",
        "sys_created_on": "2026-01-02 00:00:00",
    });
    let ours: BTreeSet<SysId> = [
        plant(&sim, &key(1), &started("2026-03-01 00:00:00")),
        plant(&sim, &key(2), &started("2026-03-31 23:59:59")),
        plant(
            &sim,
            &key(3),
            &json!({ "work_start": "", "sys_created_on": "2026-03-10 00:00:00" }),
        ),
        // Found by its number, so its key is somebody else's or nobody's.
        plant(&sim, "jira:OPS-1", &noted),
        plant(&sim, "", &noted),
    ]
    .into();
    // Just outside, or of this month in another way, or not ours.
    plant(&sim, &key(4), &started("2026-02-28 23:59:59"));
    plant(&sim, &key(5), &started("2026-04-01 00:00:00"));
    plant(
        &sim,
        &key(6),
        &json!({ "work_start": "2026-02-01 00:00:00", "sys_created_on": "2026-03-10 00:00:00" }),
    );
    plant(&sim, "jira:OPS-2", &started("2026-03-05 10:00:00"));
    plant(
        &sim,
        "",
        &json!({ "work_start": "2026-03-05 10:00:00", "close_notes": "snowgate was here" }),
    );

    let pages = march(&instance(&sim)).await.unwrap();
    let found: BTreeSet<SysId> = pages.into_iter().flatten().collect();
    assert_eq!(found, ours);
    assert_clean(&sim);
}

#[tokio::test]
async fn many_changes_come_in_pages_each_once_and_oldest_record_first() {
    let sim = sim();
    let mut planted = Vec::new();
    for index in 0..250_i64 {
        let created = at("2026-03-01T00:00:00Z") + jiff::SignedDuration::from_mins(index / 3);
        let columns =
            json!({ "sys_created_on": created.strftime("%Y-%m-%d %H:%M:%S").to_string() });
        planted.push((
            created,
            plant(&sim, &format!("azdo:p:run:{index}:Prod"), &columns),
        ));
    }
    planted.sort();
    let pages = march(&instance(&sim)).await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let found: Vec<SysId> = pages.into_iter().flatten().collect();
    let expected: Vec<SysId> = planted.into_iter().map(|(_, key)| key).collect();
    assert_eq!(found, expected);
    assert_eq!(calls(&sim).len(), 3);
    assert_clean(&sim);
}

#[tokio::test]
async fn changes_hidden_from_this_account_do_not_end_the_walk() {
    let sim = sim();
    let mut planted = Vec::new();
    for index in 0..150 {
        let columns = json!({ "sys_created_on": "2026-03-01 00:00:00" });
        planted.push(plant(&sim, &format!("azdo:p:run:{index}:Prod"), &columns));
    }
    planted.sort();
    for hidden in &planted[..110] {
        sim.hide("change_request", hidden.as_str());
    }
    let pages = march(&instance(&sim)).await.unwrap();
    let found: Vec<SysId> = pages.into_iter().flatten().collect();
    assert_eq!(found, planted[110..]);
}

#[tokio::test]
async fn a_query_that_widened_is_an_alarm_and_not_a_result() {
    let stranger = json!({
        "sys_id": "f".repeat(32), "number": "CHG0030001", "state": "-5", "correlation_id": "jira:1",
        "close_notes": "", "work_start": "2026-03-05 10:00:00",
    });
    let elsewhen = json!({
        "sys_id": "f".repeat(32), "number": "CHG0030001", "state": "-5", "correlation_id": "azdo:p:run:1:Prod",
        "close_notes": "", "work_start": "2025-03-05 10:00:00",
    });
    for (row, named) in [(stranger, "correlation_id"), (elsewhen, "work_start")] {
        let sim = sim();
        let body = json!({ "result": [row] }).to_string();
        sim.fail(
            On::any(),
            When::Next(1),
            Fault::Answer { status: 200, body },
        );
        let error = march(&instance(&sim)).await.unwrap_err();
        assert!(
            matches!(&*error, Error::KeyMismatch { column, .. } if column == named),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_period_that_ends_before_it_begins_is_refused() {
    let sim = sim();
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let backwards = changes.in_period(at("2026-04-01T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    assert!(matches!(&backwards, Err(error) if matches!(**error, Error::Query { .. })));
    assert_eq!(sim.request_count(), 0);
}
