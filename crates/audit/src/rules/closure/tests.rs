use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{approval, at, bent, expect, hold_back};
use crate::trail::{ChangeTrail, FailedJob, Hints, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

#[test]
fn close_codes_are_held_against_what_really_happened() {
    use Ended::{Canceled, Failed, Skipped, Succeeded, SucceededWithIssues};
    let table = [
        ("successful", Succeeded, Held, Severity::High),
        ("successful", SucceededWithIssues, Broken, Severity::Low),
        ("successful", Failed, Broken, Severity::High),
        ("successful", Canceled, Broken, Severity::High),
        ("successful_issues", Succeeded, Held, Severity::High),
        (
            "successful_issues",
            SucceededWithIssues,
            Held,
            Severity::High,
        ),
        ("successful_issues", Failed, Broken, Severity::High),
        ("unsuccessful", Failed, Held, Severity::High),
        ("unsuccessful", Canceled, Held, Severity::High),
        ("unsuccessful", Succeeded, Broken, Severity::Medium),
        (
            "unsuccessful",
            SucceededWithIssues,
            Broken,
            Severity::Medium,
        ),
        ("successful", Skipped, Unproven, Severity::Medium),
        ("successful", Ended::Unknown, Unproven, Severity::Medium),
        ("done", Succeeded, Unproven, Severity::Low),
        ("", Succeeded, Unproven, Severity::Medium),
    ];
    for (code, ended, verdict, severity) in table {
        let trail = bent(|c, _, h| {
            c.change.close_code = Some(code.to_owned());
            h.ended = Some(ended);
        });
        let ruling = TRUE_OUTCOME.ruling(&trail);
        assert_eq!(
            (ruling.verdict, ruling.severity),
            (verdict, severity),
            "{code} {ended:?}"
        );
    }
}

#[test]
fn the_real_end_is_the_hint_the_stage_or_the_run() {
    let table: [(Bend, super::super::Verdict, &str); 5] = [
        (
            |_, r, _| r.run.stage.result = Ended::Failed,
            Broken,
            "the deployment failed",
        ),
        (
            |_, r, _| {
                r.run.stage.result = Ended::Unknown;
                r.run.result = Ended::Failed;
            },
            Broken,
            "the deployment failed",
        ),
        (
            |_, r, h| {
                r.run.stage.result = Ended::Failed;
                h.ended = Some(Ended::Succeeded);
            },
            Held,
            "succeeded",
        ),
        (
            |c, _, _| c.change.state_value = -1,
            Held,
            "claims no outcome yet",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                c.change.close_code = Some("successful".into());
            },
            Broken,
            "although nothing was deployed",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&TRUE_OUTCOME, &bent(bend), verdict, says);
    }
}

#[test]
fn a_failed_job_is_evidence() {
    let trail = bent(|_, r, _| {
        r.run.stage.result = Ended::Failed;
        r.run.stage.failed_jobs.push(FailedJob {
            name: "Deploy".into(),
            result: Ended::Failed,
            finished: Some(at("10:20:00")),
            errors: vec!["exit code 1".into()],
        });
    });
    let ruling = TRUE_OUTCOME.ruling(&trail);
    let job = ruling
        .evidence
        .iter()
        .find(|e| e.source.ends_with("job Deploy"));
    assert_eq!(
        job.map(|e| e.what.as_str()),
        Some("Job Deploy failed: exit code 1")
    );
}

#[test]
fn changes_are_closed_after_the_deployment() {
    let open = |state: i32| {
        bent(|c, _, _| {
            c.change.state_value = state;
            c.change.state = State::from_value(state).to_string();
        })
    };
    expect(&LEFT_OPEN, &open(3), Held, "Closed");
    expect(&LEFT_OPEN, &open(4), Held, "Canceled");
    expect(&LEFT_OPEN, &open(-1), Broken, "still in Implement");
    assert_eq!(LEFT_OPEN.ruling(&open(-1)).severity, Severity::High);
    assert_eq!(LEFT_OPEN.ruling(&open(0)).severity, Severity::Medium);
    let table: [(Bend, super::super::Verdict, &str); 3] = [
        (
            |c, _, h| {
                c.change.state_value = -1;
                h.ended = Some(Ended::Running);
            },
            Held,
            "still running",
        ),
        (
            |c, r, _| {
                c.change.state_value = -1;
                hold_back(c, r);
            },
            Held,
            "Nothing was deployed",
        ),
        (
            |c, r, _| {
                c.change.state_value = -1;
                hold_back(c, r);
                r.run.stage.held_back = false;
            },
            Unproven,
            "no record says whether",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&LEFT_OPEN, &bent(bend), verdict, says);
    }
}

#[test]
fn nothing_is_deployed_against_a_decision() {
    let table: [(Bend, super::super::Verdict, &str); 7] = [
        (|_, _, _| {}, Held, "neither rejected"),
        (
            |c, _, _| {
                c.change.approval = "rejected".into();
                c.approvals[0] = approval("Ana", "ana@shop.example", "10:00:00");
                c.approvals[0].state = "rejected".into();
            },
            Broken,
            "although the change is rejected",
        ),
        (
            |c, _, _| c.change.state_value = 4,
            Broken,
            "is cancelled (since 2026-11-25 10:21:00 UTC)",
        ),
        (
            |c, _, _| {
                c.change.state_value = -1;
                c.change.on_hold = Some("audit".into());
            },
            Broken,
            "is on hold",
        ),
        (
            |c, _, _| c.change.on_hold = Some("audit".into()),
            Held,
            "neither",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                c.change.state_value = 4;
            },
            Held,
            "Nothing was deployed",
        ),
        (
            |c, r, _| {
                hold_back(c, r);
                r.run.stage.held_back = false;
                c.change.state_value = 4;
            },
            Unproven,
            "no record says whether",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&AGAINST_DECISION, &bent(bend), verdict, says);
    }
}
