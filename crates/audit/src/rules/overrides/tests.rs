use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{at, bent, expect, hold_back, key, note};
use crate::trail::{ChangeTrail, Hints, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

#[test]
fn overrides_are_read_from_notes() {
    let table: [(Bend, super::super::Verdict, &str); 4] = [
        (|_, _, _| {}, Held, "No work note"),
        (
            |c, _, _| {
                let text = format!(
                    "The stage went on.\n[{} override: window, timeout]",
                    key("4711")
                );
                c.notes.kept.push(note(&text, "10:11:00"));
                c.notes.total += 1;
            },
            Broken,
            "set aside: window, timeout",
        ),
        (
            |c, _, _| c.notes = crate::trail::Notes::default(),
            Unproven,
            "cannot be read",
        ),
        (
            |c, _, _| c.notes.total = 900,
            Unproven,
            "newest 1 work note",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&NONE, &bent(bend), verdict, says);
    }
}

#[test]
fn changes_are_opened_before_the_deployment() {
    let table: [(Bend, super::super::Verdict, &str); 5] = [
        (|_, _, _| {}, Held, "20 min before"),
        (
            |c, _, _| c.change.created_at = Some(at("10:12:00")),
            Broken,
            "2 min after",
        ),
        // The field for the opening can be written by hand.
        (
            |c, _, _| {
                c.change.created_at = Some(at("10:12:00"));
                c.change.opened_at = Some(at("09:00:00"));
            },
            Broken,
            "2 min after",
        ),
        (
            |c, _, _| (c.change.created_at, c.change.opened_at) = (None, None),
            Unproven,
            "does not show",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                c.change.created_at = Some(at("23:00:00"));
            },
            Held,
            "Nothing was deployed",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&OPENED_AFTER, &bent(bend), verdict, says);
    }
}
