use audit::Hints;
use audit::Verdict::Unproven;
use audit::collect::{self, Scope};
use azure_devops_sim::{Fault, On, When};

use crate::harness::{RUN, found, world};

#[tokio::test]
async fn a_run_that_is_gone_leaves_rules_unproven_and_says_so() {
    let world = world();
    world.azure.delete_run(RUN);
    let trail = world.trail().await;
    assert_eq!(
        found(&trail),
        [
            ("approved-by-another", Unproven),
            ("scope-approved", Unproven),
            ("closed-with-true-outcome", Unproven),
            ("author-among-approvers", Unproven),
            ("commits-reviewed", Unproven),
            ("work-linked", Unproven),
        ]
    );
    assert_eq!(trail.gaps.len(), 1);
    assert!(
        trail.gaps[0].why.contains("does not exist (any more)"),
        "{:#?}",
        trail.gaps
    );
    assert!(audit::html(&trail).contains("What could not be read"));
}

#[tokio::test]
async fn each_source_that_fails_is_a_gap_of_its_own() {
    for (path, what) in [
        ("timeline", "the run's timeline"),
        ("changes", "commits"),
        ("workitemsbatch", "work items"),
        ("test/runs", "test results"),
        ("artifacts", "artifacts"),
        ("pullrequestquery", "pull requests"),
        (
            "environmentdeploymentrecords",
            "deployments to the environment",
        ),
        ("pipelines/environments", "the environment"),
    ] {
        let world = world();
        let on = On::path(path);
        world
            .azure
            .fail(on, When::UntilCleared, Fault::Gateway { status: 503 });
        let trail = world.trail().await;
        let gaps: Vec<&str> = trail.gaps.iter().map(|gap| gap.what.as_str()).collect();
        assert!(gaps.contains(&what), "{path}: {gaps:?}");
        assert!(gaps.len() <= 2, "{path}: {gaps:?}");
        assert!(trail.runs[0].readable, "{path}");
        assert!(
            trail.findings.iter().all(|f| f.verdict == Unproven),
            "{path}: {:#?}",
            trail.findings
        );
    }
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let world = world();
    let scopes: Vec<&str> = azure_devops_sim::Sim::all_scopes()
        .iter()
        .copied()
        .filter(|scope| !scope.contains("vso.work"))
        .collect();
    world.azure.restrict(&world.azure.pat(), &scopes);
    let trail = world.trail().await;
    let gap = trail.gaps.iter().find(|gap| gap.what == "work items");
    assert!(
        gap.is_some_and(|gap| gap.why.contains("lacks")),
        "{:#?}",
        trail.gaps
    );
}

#[tokio::test]
async fn without_azure_devops_the_change_still_has_a_report() {
    let world = world();
    let instance = world.instance();
    let number = crate::harness::NUMBER.parse().unwrap();
    let request = instance
        .change_requests()
        .by_number(&number)
        .await
        .unwrap()
        .unwrap();
    let hints = Hints::default();
    let read = collect::change(&instance, &request).await.unwrap();
    let places = collect::places(&read);
    let now = instance.now();
    let trail = collect::follow(read, places, None, Scope::ALL, &hints, now, &mut |_| ()).await;
    assert_eq!(trail.gaps.len(), 1);
    assert_eq!(trail.gaps[0].why, "no connection to Azure DevOps was given");
    assert!(
        trail.findings.iter().all(|f| f.verdict == Unproven),
        "{:#?}",
        trail.findings
    );
    assert_eq!(world.azure.requests().len(), 0);
}

#[tokio::test]
async fn parts_of_the_change_that_cannot_be_read_are_gaps() {
    for (path, what) in [
        ("sysapproval_approver", "approvals"),
        ("sys_journal_field", "work notes"),
        ("attachment", "files"),
    ] {
        let world = world();
        world.servicenow.fail(
            servicenow_sim::On::path(path),
            servicenow_sim::When::UntilCleared,
            servicenow_sim::Fault::Reset,
        );
        let trail = world.trail().await;
        let gaps: Vec<&str> = trail.gaps.iter().map(|gap| gap.what.as_str()).collect();
        assert_eq!(gaps, [what]);
        assert!(
            trail.findings.iter().all(|f| f.verdict == Unproven),
            "{path}: {:#?}",
            trail.findings
        );
    }
}

#[tokio::test]
async fn a_journal_that_may_not_be_read_is_said() {
    let world = world();
    world
        .servicenow
        .configure(|options| options.journal_readers = Vec::new());
    let trail = world.trail().await;
    assert!(!trail.notes.readable);
    assert_eq!(
        found(&trail),
        [("overrides", Unproven), ("evidence-intact", Unproven)]
    );
    assert_eq!(trail.gaps[0].why, "this account may not read journals");
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_an_error() {
    let world = world();
    let instance = world.instance();
    let mut request = change::Request::example();
    request.sys_id = "f".repeat(32).parse().unwrap();
    let error = collect::change(&instance, &request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not read change request CHG0030001"
    );
}

#[tokio::test]
async fn a_change_that_names_very_many_stages_is_followed_to_some_and_says_so() {
    let world = world();
    let instance = world.instance();
    let number = crate::harness::NUMBER.parse().unwrap();
    let found = instance.change_requests().by_number(&number).await;
    let request = found.unwrap().unwrap();
    let mut read = collect::change(&instance, &request).await.unwrap();
    let marks = (1..=25).map(|run| format!("[snowgate azdo:p:run:{run}:Production successful]"));
    read.change.correlation.clear();
    read.change.close_notes = Some(marks.collect::<Vec<_>>().join("\n"));
    let places = collect::places(&read);
    assert_eq!(places.len(), 25);
    let hints = Hints::default();
    let now = instance.now();
    let trail = collect::follow(read, places, None, Scope::ALL, &hints, now, &mut |_| ()).await;
    assert_eq!(trail.runs.len(), 20);
    assert_eq!(trail.gaps[0].what, "5 further stages");
}
