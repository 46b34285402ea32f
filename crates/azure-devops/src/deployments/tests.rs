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

#[test]
fn only_a_history_that_comes_newest_first_can_be_left_early() {
    let text = include_str!("../../fixtures/deployment_records.json");
    let sample = read_list(text, |node, _| decode(node))
        .swap_remove(0)
        .unwrap();
    let record = |queued: Option<&str>| Deployment {
        queued: queued.and_then(at),
        ..sample.clone()
    };
    let (new, old, older) = (
        Some("2026-11-25T08:00:00Z"),
        Some("2026-11-25T06:00:00Z"),
        Some("2026-11-25T05:00:00Z"),
    );
    let since = at("2026-11-25T07:00:00Z").unwrap();
    for (queued, past) in [
        (vec![new, old], true),
        (vec![new, old, older], true),
        (vec![new], false),
        (vec![old, new, older], false),
        (vec![new, None, older], false),
        (vec![], false),
    ] {
        let page: Vec<Deployment> = queued.iter().map(|queued| record(*queued)).collect();
        let mut order = Order::default();
        order.saw(&page);
        assert_eq!(order.is_past(since), past, "{queued:?}");
    }
}
