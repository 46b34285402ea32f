use super::*;
use crate::fixture::{addresses, at, place, read_list};

#[test]
fn records_are_asked_for_in_preview_and_by_top_without_a_dollar_sign() {
    let addresses = addresses();
    let url = records(&place(&addresses), "3".parse().unwrap());
    assert_eq!(
        url.as_str(),
        "https://dev.azure.com/fabrikam/Fabrikam%20Fiber/_apis/pipelines/environments/3/environmentdeploymentrecords\
         ?api-version=7.2-preview.1&top=100"
    );
}

#[test]
fn attempts_are_read_and_records_of_no_run_passed_over() {
    let text = include_str!("../../fixtures/deployment_records.json");
    let records = read_list(text, |node, _| decode(node));
    let [Some(second), Some(first), Some(other), None] = &records[..] else {
        panic!("{records:?}");
    };
    let run: RunId = "4711".parse().unwrap();
    assert_eq!(
        (second.id, second.run, second.environment.number()),
        (903, run, 3)
    );
    assert_eq!(
        (second.stage.as_str(), second.job.as_str()),
        ("Production", "Deploy")
    );
    assert_eq!((second.stage_attempt, second.job_attempt), (2, 1));
    assert_eq!((&second.result, second.finished), (&None, None));
    assert_eq!(second.started, at("2026-11-25T08:05:03.5Z"));
    assert_eq!(
        (first.stage_attempt, &first.result),
        (1, &Some(RecordResult::Failed))
    );
    assert_eq!(first.finished, at("2026-11-25T08:03:00Z"));
    assert_eq!((other.run.number(), other.stage_attempt), (4600, 1));
}

#[test]
fn environments_are_read() {
    let text = include_str!("../../fixtures/environments.json");
    let all = read_list(text, |node, _| environment(node));
    assert_eq!(
        (all[1].id.number(), all[1].name.as_str()),
        (3, "Production")
    );
}
