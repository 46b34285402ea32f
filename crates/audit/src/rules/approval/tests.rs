use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{approval, at, bent, commit, expect, hold_back, person};
use crate::trail::{ChangeTrail, Hints, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

fn one(change: &mut ChangeTrail, name: &str, email: &str) {
    change.approvals = vec![approval(name, email, "10:00:00")];
}

#[test]
fn approvals_come_before_the_deployment() {
    let table: [(Bend, super::super::Verdict, &str); 13] = [
        (|_, _, _| {}, Held, "2026-11-25 10:05:00 UTC"),
        (
            |c, _, _| c.approvals[1].at = Some(at("10:10:01")),
            Broken,
            "Cab Chair (cab.chair@shop.example) approved at 2026-11-25 10:10:01 UTC",
        ),
        // The very second counts as before.
        (
            |c, _, _| c.approvals[1].at = Some(at("10:10:00")),
            Held,
            "the deployment began",
        ),
        (
            |_, _, h| h.started = Some(at("09:59:59")),
            Broken,
            "had begun at 2026-11-25 09:59:59",
        ),
        (
            |c, r, _| {
                c.change.actual_start = None;
                c.approvals[1].at = Some(at("10:10:20"));
                r.run.deployments.clear();
            },
            Held,
            "began at 2026-11-25 10:10:20",
        ),
        (
            |c, _, _| c.approvals[0].at = None,
            Unproven,
            "bears no time",
        ),
        (
            |c, _, _| c.approvals.clear(),
            Unproven,
            "no row says by whom",
        ),
        (
            |c, _, _| c.change.approval = "requested".into(),
            Broken,
            "never approved",
        ),
        (
            |c, _, _| c.change.approval = "rejected".into(),
            Broken,
            "\"rejected\"",
        ),
        (
            |c, _, _| c.change.approval = "duplicate".into(),
            Unproven,
            "\"duplicate\"",
        ),
        (
            |c, _, _| {
                c.change.kind = "standard".into();
                c.change.approval = "not requested".into();
                c.approvals.clear();
            },
            Held,
            "with its template",
        ),
        (
            |c, r, _| {
                c.change.actual_start = None;
                r.run.stage.began = None;
                r.run.deployments.clear();
            },
            Unproven,
            "no record says when",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                c.change.approval = "rejected".into();
            },
            Held,
            "Nothing was deployed",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&BEFORE_DEPLOYMENT, &bent(bend), verdict, says);
    }
}

#[test]
fn approvals_come_from_somebody_else() {
    let table: [(Bend, super::super::Verdict, &str); 15] = [
        (
            |_, _, _| {},
            Held,
            "Ana Approver (ana.approver@shop.example), Cab Chair",
        ),
        (
            |c, _, _| one(c, "P. Doe", "PAT@shop.example"),
            Broken,
            "also an author of the commits",
        ),
        (
            |c, r, _| {
                one(c, "Kim Roe", "kim@shop.example");
                r.run.requested_for = Some(person("Kim Roe", "kim@shop.example"));
            },
            Broken,
            "also the person the run was for",
        ),
        (
            |c, r, _| {
                one(c, "Kim Roe", "kim@shop.example");
                r.run.requested_by = Some(person("Kim Roe", "kim@shop.example"));
            },
            Broken,
            "who started the run",
        ),
        (
            |c, _, _| {
                one(c, "Kim Roe", "kim@shop.example");
                c.change.requested_by = Some(person("Kim Roe", "kim@shop.example"));
            },
            Broken,
            "who requested the change",
        ),
        (
            |c, _, _| {
                one(c, "Kim Roe", "kim@shop.example");
                c.change.opened_by = Some(person("Kim Roe", "kim@shop.example"));
            },
            Broken,
            "who opened the change",
        ),
        // The account of the pipelines is nobody's second pair of eyes, but resembles nobody either.
        (
            |c, _, _| {
                one(c, "Azure Pipelines", "x");
                c.approvals[0].approver.account = Some("svc.azure".into());
            },
            Broken,
            "also the person who requested the change",
        ),
        (
            |c, _, _| one(c, "Svc", "svc.azure@other.example"),
            Held,
            "Svc",
        ),
        (
            |c, _, h| {
                h.integration_account = None;
                one(c, "Svc", "svc.azure@other.example");
            },
            Unproven,
            "both accounts are called svc.azure",
        ),
        // One who wrote, one who did not: the second suffices.
        (
            |c, _, _| c.approvals[0] = approval("Pat", "pat@shop.example", "10:00:00"),
            Held,
            "Cab Chair",
        ),
        (
            |c, _, _| one(c, "Pat Doe", "pat@other.example"),
            Unproven,
            "may be the same person",
        ),
        (
            |c, _, _| {
                one(c, "Pat Doe", "x");
                c.approvals[0].approver.email = None;
            },
            Unproven,
            "both are called Pat Doe",
        ),
        (
            |_, r, _| r.code.commits.list.complete = false,
            Unproven,
            "not all commits could be read",
        ),
        (
            |_, r, _| r.run.readable = false,
            Unproven,
            "the run could not be read",
        ),
        (
            |c, _, _| {
                c.change.approval = "requested".into();
                c.approvals[0].state = "requested".into();
                c.approvals[1].state = "requested".into();
            },
            Broken,
            "Nobody approved",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&BY_ANOTHER, &bent(bend), verdict, says);
    }
}

#[test]
fn an_author_beyond_those_kept_counts() {
    let trail = bent(|c, r, _| {
        for n in 0..300 {
            r.code
                .commits
                .add(commit(&format!("{n:040}"), "x", "pat@shop.example"));
        }
        r.code
            .commits
            .add(commit("f", "the last", "ana.approver@shop.example"));
        c.approvals.truncate(1);
    });
    assert_eq!(trail.commits.list.kept.len(), crate::trail::KEPT);
    expect(&BY_ANOTHER, &trail, Broken, "an author of the commits");
}

#[test]
fn an_author_among_the_approvers_is_told() {
    let table: [(Bend, super::super::Verdict, &str); 3] = [
        (|_, _, _| {}, Held, "No approver"),
        (
            |c, _, _| c.approvals[0] = approval("Pat", "pat@shop.example", "10:00:00"),
            Broken,
            "Pat (pat@shop.example) is an author of the commits",
        ),
        (
            |_, r, _| r.code.commits.list.complete = false,
            Unproven,
            "not all authors are known",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&AUTHOR_AMONG_APPROVERS, &bent(bend), verdict, says);
    }
}
