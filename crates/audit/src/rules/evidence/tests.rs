use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{bent, expect, note};
use crate::trail::{ChangeTrail, Hints, Notes, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

fn claim() -> Claim {
    Claim {
        name: "junit.xml".to_owned(),
        size: 1234,
        sha256: "0a".repeat(32),
    }
}

#[test]
fn files_are_what_the_notes_say() {
    let table: [(Bend, super::super::Verdict, &str); 9] = [
        (|_, _, _| {}, Held, "1 file unaltered"),
        (
            |c, _, _| c.files[0].sha256 = Some("0b".repeat(32)),
            Broken,
            "junit.xml was altered (another SHA-256)",
        ),
        (|c, _, _| c.files.clear(), Broken, "junit.xml is gone"),
        (
            |c, _, _| c.files[0].sha256 = None,
            Unproven,
            "Only the size of junit.xml",
        ),
        (
            |c, _, _| {
                c.files[0].sha256 = None;
                c.files[0].size = Some(1);
            },
            Broken,
            "1 bytes instead of 1234",
        ),
        // A second file of that name does no harm to the first.
        (
            |c, _, _| {
                let mut other = c.files[0].clone();
                other.sha256 = Some("0b".repeat(32));
                c.files.insert(0, other);
            },
            Held,
            "unaltered",
        ),
        (
            |c, _, _| c.files_readable = false,
            Unproven,
            "cannot be read",
        ),
        (
            |c, _, _| {
                c.notes = Notes {
                    readable: true,
                    ..Notes::default()
                }
            },
            Held,
            "names no evidence file",
        ),
        (
            |c, _, _| c.notes = Notes::default(),
            Unproven,
            "Work notes cannot be read",
        ),
    ];
    for (bend, verdict, says) in table {
        let trail = bent(|c, r, h| {
            c.notes
                .kept
                .push(note(&crate::claims::line(&claim()), "10:21:00"));
            bend(c, r, h);
        });
        expect(&INTACT, &trail, verdict, says);
    }
    let known = bent(|c, _, h| {
        h.claims.push(claim());
        c.files.clear();
    });
    expect(&INTACT, &known, Broken, "junit.xml is gone");
}
