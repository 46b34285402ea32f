use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{at, bent, expect, hints, hold_back, key, run};
use crate::trail::{ChangeTrail, Hints, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

#[test]
fn a_change_is_for_one_run() {
    let table: [(Bend, super::super::Verdict, &str); 8] = [
        (|_, _, _| {}, Held, "run 20261125.1 (4711)"),
        // The second change of a stage names the same run.
        (
            |c, _, _| c.change.correlation.push_str(":g2"),
            Held,
            "opened for run",
        ),
        (
            |c, _, _| c.change.correlation = key("4710"),
            Broken,
            "another run or stage",
        ),
        (
            |c, _, _| c.change.correlation.clear(),
            Broken,
            "names no run",
        ),
        (
            |c, _, _| c.change.correlation = "jira:1".into(),
            Broken,
            "names no run",
        ),
        (
            |_, r, _| r.run.readable = false,
            Unproven,
            "could not be read any more",
        ),
        (
            |_, r, _| r.run.queued = Some(at("10:00:01")),
            Broken,
            "before run 20261125.1 (4711) was queued",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                c.change.correlation.clear();
            },
            Held,
            "Nothing was deployed",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&APPROVED, &bent(bend), verdict, says);
    }
}

#[test]
fn another_run_that_deployed_with_the_change_too_breaks_its_scope() {
    let mut other = run();
    other.run.key = key("4712");
    other.run.id = "4712".to_owned();
    let change = crate::rules::tests::change();
    let trail = Trail::new(
        change.clone(),
        vec![run(), other.clone()],
        &hints(),
        at("10:30:00"),
    );
    expect(&APPROVED, &trail, Broken, "(4712) deployed with it too");
    // One that was held back deployed nothing.
    other.run.stage.held_back = true;
    let trail = Trail::new(change.clone(), vec![run(), other], &hints(), at("10:30:00"));
    expect(&APPROVED, &trail, Held, "opened for run");
    let trail = Trail::new(change, Vec::new(), &hints(), at("10:30:00"));
    expect(&APPROVED, &trail, Unproven, "was not looked at");
}
