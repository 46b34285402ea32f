use super::*;
use crate::fixture::{addresses, at, place, read};

#[test]
fn a_release_is_asked_for_at_the_release_host() {
    let addresses = addresses();
    let request = get(&place(&addresses), "33".parse().unwrap());
    assert_eq!(
        request.url().as_str(),
        "https://vsrm.dev.azure.com/fabrikam/Fabrikam%20Fiber/_apis/release/releases/33?api-version=7.1"
    );
}

fn sample() -> Release {
    read(include_str!("../../fixtures/release.json"), decode)
}

#[test]
fn a_release_and_what_it_deploys_are_read() {
    let release = sample();
    assert_eq!(
        (release.id.number(), release.name.as_str()),
        (33, "Release-33")
    );
    assert_eq!(release.definition.id, 5);
    assert_eq!(release.created_by.unwrap().name, "Kim Roe");
    assert_eq!(release.created, at("2026-11-25T09:00:00.413Z"));
    assert_eq!(release.reason, "continuousIntegration");
    let [build, jenkins] = &release.artifacts[..] else {
        panic!("{:?}", release.artifacts);
    };
    assert_eq!(build.run.unwrap().number(), 4711);
    assert_eq!(build.version.as_deref(), Some("20261125.1"));
    assert_eq!(
        build.project_id.as_deref(),
        Some("d4f5a6b7-2222-4333-8444-555566667777")
    );
    assert!(build.is_primary && !jenkins.is_primary);
    // The number of a build elsewhere is no run of this organization.
    assert_eq!((jenkins.kind.as_str(), jenkins.run), ("Jenkins", None));
    // The service's link leads to the host for programs.
    assert_eq!(
        release.page.as_str(),
        "https://dev.azure.com/fabrikam/Fabrikam%20Fiber/_releaseProgress?_a=release-pipeline-progress&releaseId=33"
    );
}

#[test]
fn approvals_before_and_after_are_told_apart() {
    let release = sample();
    let stage = &release.stages[0];
    assert_eq!(
        (stage.id, stage.definition_id, stage.name.as_str()),
        (44, 9, "Production")
    );
    assert_eq!(stage.status, "succeeded");
    let [asked, automated, after] = &stage.approvals[..] else {
        panic!("{:?}", stage.approvals);
    };
    assert_eq!(asked.approver.as_ref().unwrap().name, "Approvers");
    assert_eq!(asked.approved_by.as_ref().unwrap().name, "Sam Low");
    assert_eq!(
        (asked.status.as_str(), asked.comment.as_deref()),
        ("approved", Some("go <b>"))
    );
    assert_eq!((asked.attempt, asked.at), (1, at("2026-11-25T09:05:00.5Z")));
    assert!(asked.before_deployment && !asked.automated);
    assert!(automated.automated && automated.comment.is_none());
    assert_eq!(automated.attempt, 2);
    assert!(!after.before_deployment);
    assert_eq!((&after.approved_by, after.at), (&None, None));
}

#[test]
fn an_attempt_lasts_from_its_first_job_to_its_last() {
    let release = sample();
    let [first, second] = &release.stages[0].attempts[..] else {
        panic!("{:?}", release.stages[0].attempts);
    };
    assert_eq!((first.attempt, first.status.as_str()), (1, "failed"));
    assert_eq!(first.queued, at("2026-11-25T09:00:30.25Z"));
    assert_eq!(first.started, at("2026-11-25T09:06:00Z"));
    assert_eq!(first.finished, at("2026-11-25T09:08:30Z"));
    assert_eq!(first.requested_by.as_ref().unwrap().name, "Kim Roe");
    assert_eq!(second.started, at("2026-11-25T09:21:00Z"));
    assert_eq!(second.finished, None, "a job still runs");
    let later = &release.stages[1].attempts[0];
    assert_eq!(
        (later.started, later.finished),
        (at("2026-11-25T10:00:00Z"), None)
    );
}
