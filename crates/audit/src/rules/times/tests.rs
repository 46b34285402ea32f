use super::*;
use crate::rules::Verdict::{Broken, Held};
use crate::rules::tests::{at, bent, expect};

#[test]
fn records_agree_to_five_minutes() {
    expect(&AGREE, &bent(|_, _, _| {}), Held, "agree");
    let start = bent(|c, _, _| c.change.actual_start = Some(at("10:05:00")));
    expect(
        &AGREE,
        &start,
        Broken,
        "Records of when it began are 5 min 20 s apart",
    );
    let close = bent(|c, _, _| c.change.actual_start = Some(at("10:05:20")));
    expect(&AGREE, &close, Held, "agree");
    let end = bent(|_, _, h| h.finished = Some(at("10:40:00")));
    expect(&AGREE, &end, Broken, "ended are 20 min apart");
}

/// A deployment job waits in its gate: its record begins long before the deployment does.
#[test]
fn a_job_that_holds_the_gate_says_nothing_about_the_beginning() {
    let gated = |job: &str| {
        bent(|_, r, _| {
            r.run.deployments[0].started = Some(at("09:00:00"));
            r.run.stage.gate.as_mut().unwrap().job = job.to_owned();
        })
    };
    expect(&AGREE, &gated("Deploy"), Held, "agree");
    expect(&AGREE, &gated("Gate"), Broken, "apart");
}
