//! A deployment by the book, which every rule's tests bend.

use jiff::Timestamp;

use super::{Rule, Verdict};
use crate::trail::{
    Approval, Artifact, Change, ChangeTrail, Code, Commit, Ended, EnvironmentDeployment, File,
    Gate, Hints, Link, Listing, Note, Notes, Person, PullRequest, PullRequests, Reviewer, Run,
    RunTrail, Stage, TestRun, Told, Trail, WorkItem,
};

pub(crate) const PROJECT: &str = "0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00";
pub(crate) const COMMIT: &str = "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b";

pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-25T{time}Z")
        .parse()
        .expect("a time of day")
}

pub(crate) fn person(name: &str, account: &str) -> Person {
    Person {
        account: Some(account.to_owned()),
        ..Person::named(name)
    }
}

pub(crate) fn link(path: &str) -> Option<Link> {
    Link::new(&format!("http://127.0.0.1/{path}"))
}

/// Approved at 10:00 and 10:05 by Ana, deployed from 10:10 to 10:20, window 10:00 to 11:00, closed at 10:21.
pub(crate) fn change() -> ChangeTrail {
    ChangeTrail {
        change: Change {
            number: "CHG0030001".to_owned(),
            sys_id: "0123456789abcdef0123456789abcdef".to_owned(),
            page: link("nav_to.do"),
            short_description: "Deploy shop to production".to_owned(),
            description: "Blue shoes.\nService: shop".to_owned(),
            state: "Closed".to_owned(),
            state_value: 3,
            kind: "normal".to_owned(),
            model: None,
            approval: "approved".to_owned(),
            on_hold: None,
            risk: Some("Moderate".to_owned()),
            priority: Some("4 - Low".to_owned()),
            category: Some("Software".to_owned()),
            planned_start: Some(at("10:00:00")),
            planned_end: Some(at("11:00:00")),
            actual_start: Some(at("10:10:00")),
            actual_end: Some(at("10:20:00")),
            created_at: Some(at("09:50:00")),
            opened_at: Some(at("09:50:00")),
            closed_at: Some(at("10:21:00")),
            requested_by: Some(person("Azure Pipelines", "svc.azure")),
            opened_by: Some(person("Azure Pipelines", "svc.azure")),
            closed_by: Some(person("Azure Pipelines", "svc.azure")),
            assignment_group: Some("Shop".to_owned()),
            configuration_item: Some("shop-web".to_owned()),
            business_service: Some("Web shop".to_owned()),
            close_code: Some("successful".to_owned()),
            close_notes: Some("Deployed by run 20261125.1.".to_owned()),
            correlation: key("4711"),
            conflicts: Vec::new(),
        },
        approvals: vec![
            approval("Ana Approver", "ana.approver@shop.example", "10:00:00"),
            approval("Cab Chair", "cab.chair@shop.example", "10:05:00"),
        ],
        notes: Notes {
            readable: true,
            total: 1,
            kept: vec![note("Deployed.", "10:21:00")],
        },
        files: vec![File {
            name: "junit.xml".to_owned(),
            size: Some(1234),
            sha256: Some("0a".repeat(32)),
        }],
        files_readable: true,
        gaps: Vec::new(),
    }
}

pub(crate) fn key(run: &str) -> String {
    format!("azdo:{PROJECT}:run:{run}:Production")
}

pub(crate) fn note(text: &str, time: &str) -> Note {
    Note {
        at: Some(at(time)),
        by: "svc.azure".to_owned(),
        text: text.to_owned(),
    }
}

pub(crate) fn approval(name: &str, email: &str, time: &str) -> Approval {
    Approval {
        approver: Person {
            email: Some(email.to_owned()),
            ..Person::named(name)
        },
        group: Some("Shop".to_owned()),
        state: "approved".to_owned(),
        comment: None,
        at: Some(at(time)),
    }
}

pub(crate) fn run() -> RunTrail {
    RunTrail {
        run: Run {
            key: key("4711"),
            is_release: false,
            readable: true,
            id: "4711".to_owned(),
            number: "20261125.1".to_owned(),
            page: link("fabrikam/_build/results?buildId=4711"),
            project: "Fabrikam Fiber".to_owned(),
            pipeline: "shop".to_owned(),
            reason: "individualCI".to_owned(),
            result: Ended::Succeeded,
            queued: Some(at("09:30:00")),
            started: Some(at("09:31:00")),
            finished: Some(at("10:22:00")),
            source_version: Some(COMMIT.to_owned()),
            source_branch: Some("refs/heads/main".to_owned()),
            repository: Some("shop-web".to_owned()),
            repository_kind: Some("TfsGit".to_owned()),
            requested_for: Some(person("Pat Doe", "pat@shop.example")),
            requested_by: Some(person("Pat Doe", "pat@shop.example")),
            built: Vec::new(),
            stage: stage(),
            deployments: vec![EnvironmentDeployment {
                environment: "production".to_owned(),
                stage_attempt: 1,
                job: "Deploy".to_owned(),
                job_attempt: 1,
                started: Some(at("10:10:10")),
                finished: Some(at("10:20:10")),
                result: Ended::Succeeded,
            }],
            checks: Vec::new(),
        },
        code: code(),
        gaps: Vec::new(),
    }
}

fn stage() -> Stage {
    let told = |time| {
        Some(Told {
            at: at(time),
            source: "Azure DevOps timeline, job Deploy".to_owned(),
            link: link("fabrikam/_build/results?buildId=4711"),
        })
    };
    Stage {
        name: "Production".to_owned(),
        attempt: 1,
        result: Ended::Succeeded,
        gate: Some(Gate {
            job: "Gate".to_owned(),
            result: Ended::Succeeded,
            started: Some(at("09:49:00")),
            finished: Some(at("10:09:00")),
        }),
        began: told("10:10:20"),
        ended: told("10:20:20"),
        held_back: false,
        failed_jobs: Vec::new(),
    }
}

fn code() -> Code {
    let mut code = Code::default();
    code.commits
        .add(commit(COMMIT, "Sell blue shoes", "pat@shop.example"));
    code.commits.list.complete = true;
    code.work_items = listing(WorkItem {
        id: 297,
        kind: "User Story".to_owned(),
        title: "Blue shoes".to_owned(),
        state: "Active".to_owned(),
        assigned_to: Some(person("Pat Doe", "pat@shop.example")),
        page: link("fabrikam/_workitems/edit/297"),
    });
    code.tests = listing(TestRun {
        name: "Unit tests".to_owned(),
        state: "Completed".to_owned(),
        total: 120,
        passed: 118,
        failed: 0,
        skipped: 2,
        page: None,
    });
    code.artifacts = listing(Artifact {
        name: "drop".to_owned(),
        kind: "PipelineArtifact".to_owned(),
        size: Some(1_048_576),
        page: None,
    });
    code.pull_requests = PullRequests {
        checked: vec![COMMIT.to_owned()],
        kept: vec![PullRequest {
            id: 88,
            title: "Blue shoes".to_owned(),
            status: "completed".to_owned(),
            author: Some(person("Pat Doe", "pat@shop.example")),
            closed: Some(at("09:29:00")),
            reviewers: vec![Reviewer {
                person: person("Rae Viewer", "rae@shop.example"),
                vote: 10,
                group: false,
            }],
            commits: vec![COMMIT.to_owned()],
            page: link("fabrikam/_git/shop-web/pullrequest/88"),
        }],
        limits: Vec::new(),
    };
    code
}

pub(crate) fn commit(id: &str, title: &str, email: &str) -> Commit {
    Commit {
        id: id.to_owned(),
        title: title.to_owned(),
        author: Some(person("Pat Doe", email)),
        at: Some(at("09:00:00")),
        kind: "TfsGit".to_owned(),
    }
}

fn listing<T>(entry: T) -> Listing<T> {
    Listing {
        total: 1,
        complete: true,
        kept: vec![entry],
    }
}

pub(crate) fn hints() -> Hints {
    Hints {
        integration_account: Some("svc.azure".to_owned()),
        ..Hints::default()
    }
}

/// The deployment by the book, bent.
pub(crate) fn bent(bend: impl FnOnce(&mut ChangeTrail, &mut RunTrail, &mut Hints)) -> Trail {
    let (mut change, mut run, mut hints) = (change(), run(), hints());
    bend(&mut change, &mut run, &mut hints);
    Trail::new(change, vec![run], &hints, at("10:30:00"))
}

/// A run whose gate held it back: nothing was deployed.
pub(crate) fn hold_back(change: &mut ChangeTrail, run: &mut RunTrail) {
    change.change.actual_start = None;
    change.change.actual_end = None;
    run.run.deployments.clear();
    run.run.stage.began = None;
    run.run.stage.ended = None;
    run.run.stage.held_back = true;
    run.run.stage.result = Ended::Failed;
    if let Some(gate) = &mut run.run.stage.gate {
        gate.result = Ended::Failed;
    }
}

/// Judges one rule and compares verdict and severity; the sentence must hold `says`.
pub(crate) fn expect(rule: &Rule, trail: &Trail, verdict: Verdict, says: &str) {
    let ruling = rule.ruling(trail);
    assert_eq!(ruling.verdict, verdict, "{says}: {ruling:#?}");
    assert!(ruling.says.contains(says), "{says}: {ruling:#?}");
    assert!(ruling.says.ends_with('.'), "{ruling:#?}");
}

#[test]
fn a_deployment_by_the_book_holds_every_rule() {
    let trail = bent(|_, _, _| {});
    assert_eq!(trail.findings, [], "{:#?}", trail.findings);
    assert_eq!(trail.rules.len(), super::rule_ids().len());
    assert_eq!(trail.verdict, "All 14 rules held.");
}

#[test]
fn the_worst_finding_comes_first_and_what_is_broken_before_what_is_unproven() {
    let trail = bent(|change, run, _| {
        change.change.closed_at = None;
        change.change.state_value = -1;
        change.change.state = "Implement".to_owned();
        run.code.work_items = Listing {
            complete: true,
            ..Listing::default()
        };
        change.change.planned_start = None;
        change.change.planned_end = None;
    });
    let order: Vec<_> = trail.findings.iter().map(|f| (f.rule, f.verdict)).collect();
    assert_eq!(
        order,
        [
            ("left-open", Verdict::Broken),
            ("work-linked", Verdict::Broken),
            ("inside-window", Verdict::Unproven),
        ]
    );
    assert_eq!(
        trail.verdict,
        "2 of 14 rules did not hold; 1 more could not be shown to."
    );
    assert_eq!(trail.findings[0].severity, super::Severity::High);
}

#[test]
fn a_stage_that_was_held_back_breaks_nothing() {
    let trail = bent(|change, run, _| {
        hold_back(change, run);
        change.change.approval = "rejected".to_owned();
        change.change.state_value = 4;
        change.change.state = "Canceled".to_owned();
        change.change.close_code = None;
    });
    assert_eq!(trail.findings, [], "{:#?}", trail.findings);
}

#[test]
fn names_of_rules_are_their_own() {
    let mut ids = super::rule_ids();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), super::RULES.len());
}
