use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{at, bent, expect, hold_back};
use crate::trail::{ChangeTrail, Hints, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

/// Leaves the change without an actual end, and the run too.
fn endless(c: &mut ChangeTrail, r: &mut RunTrail) {
    c.change.actual_end = None;
    r.run.stage.ended = None;
    r.run.deployments[0].finished = None;
}

#[test]
fn start_and_end_lie_in_the_planned_window() {
    let table: [(Bend, super::super::Verdict, &str); 11] = [
        (|_, _, _| {}, Held, "began and ended inside"),
        (
            |c, _, _| c.change.planned_start = Some(at("10:10:01")),
            Broken,
            "began 1 s before the window opened",
        ),
        (
            |c, _, _| c.change.planned_end = Some(at("10:10:00")),
            Broken,
            "began 0 s after the window had closed",
        ),
        (
            |c, _, _| c.change.planned_end = Some(at("10:19:00")),
            Broken,
            "ended 1 min after",
        ),
        // The window's end is the first moment outside; ending at it is in time.
        (
            |c, _, _| c.change.planned_end = Some(at("10:20:00")),
            Held,
            "inside",
        ),
        (|c, _, _| c.change.planned_end = None, Held, "no end"),
        (
            |c, _, _| (c.change.planned_start, c.change.planned_end) = (None, None),
            Unproven,
            "No window was planned",
        ),
        (
            |c, r, _| endless(c, r),
            Unproven,
            "no record says when it ended",
        ),
        (
            |c, r, h| {
                endless(c, r);
                h.ended = Some(Ended::Running);
            },
            Held,
            "still open",
        ),
        (
            |c, r, _| {
                c.change.actual_start = None;
                r.run.stage.began = None;
                r.run.deployments.clear();
            },
            Unproven,
            "No record says when the deployment began",
        ),
        (hold, Held, "Nothing was deployed"),
    ];
    for (bend, verdict, says) in table {
        expect(&INSIDE, &bent(bend), verdict, says);
    }
}

fn hold(c: &mut ChangeTrail, r: &mut RunTrail, _: &mut Hints) {
    hold_back(c, r);
    c.change.planned_end = Some(at("09:00:00"));
}

#[test]
fn a_missing_window_weighs_little() {
    let trail = bent(|c, _, _| (c.change.planned_start, c.change.planned_end) = (None, None));
    assert_eq!(INSIDE.ruling(&trail).severity, Severity::Low);
}
