//! Calls of one deployment record, as the parties counted them.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::parties::{Evidence, ORDINARY, Parties};
use crate::subject::Subject;
use crate::timing;

const RUN: u64 = 6000;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!(
        "\ncalls of one record ({} commits, {} work items)",
        ORDINARY.commits, ORDINARY.work_items
    );
    for evidence in Evidence::BOTH {
        let parties = Parties::start();
        parties.deployed(RUN, ORDINARY);
        let record = parties.record(subject, &subject.program()?, RUN, evidence)?;
        timing::step(record)?;
        let servicenow = parties.servicenow.requests();
        let azure = parties.azure.requests();
        let servicenow = counted(servicenow.iter().map(|it| (&*it.method, &*it.path)));
        let azure = counted(azure.iter().map(|it| (&*it.method, &*it.path)));
        for (party, calls) in [("ServiceNow", servicenow), ("Azure DevOps", azure)] {
            let all: usize = calls.values().sum();
            println!("  {}, {party}: {all}", evidence.told());
            for (call, times) in calls {
                println!("    {times:>3}  {call}");
            }
        }
    }
    Ok(())
}

/// How often each kind of call was made, one kind being a method and a path with its ids left out.
fn counted<'a>(requests: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for (method, path) in requests {
        let shape: Vec<&str> = path.split('/').map(without_id).collect();
        let call = format!("{method:<5} {}", shape.join("/"));
        *calls.entry(call).or_insert(0) += 1;
    }
    calls
}

/// A segment of a path, or a star in the place of an id: a number, a GUID or a `sys_id`.
fn without_id(segment: &str) -> &str {
    let is_number = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
    let is_key = segment.len() >= 32 && segment.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if is_number || is_key { "*" } else { segment }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn calls_that_differ_in_their_ids_are_one_kind() {
        let calls = counted(
            [
                (
                    "GET",
                    "/api/now/v2/table/change_request/910a2dec89025cc1beeb8da1658eec67",
                ),
                (
                    "GET",
                    "/api/now/v2/table/change_request/ff6c67e81909778a990cd70b12c5d084",
                ),
                ("GET", "/api/now/v2/table/change_request"),
                (
                    "PATCH",
                    "/api/now/v2/table/change_request/ff6c67e81909778a990cd70b12c5d084",
                ),
            ]
            .into_iter(),
        );
        let calls: Vec<(&str, usize)> = calls.iter().map(|(call, n)| (&**call, *n)).collect();
        assert_eq!(
            calls,
            [
                ("GET   /api/now/v2/table/change_request", 1),
                ("GET   /api/now/v2/table/change_request/*", 2),
                ("PATCH /api/now/v2/table/change_request/*", 1),
            ]
        );
    }
}
