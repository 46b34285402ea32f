//! Lists: to their end, and no further.

use azure_devops::Error;
use outbound::Class;
use serde_json::{Value, json};

use crate::canned::{Canned, Server, run};

const TOKEN: &str = "x-ms-continuationtoken";

fn list(items: &[Value]) -> Canned {
    Canned::json(200, &json!({"count": items.len(), "value": items}))
}

fn commit(id: &str) -> Value {
    json!({"id": id, "message": "m", "type": "TfsGit"})
}

#[tokio::test]
async fn commits_come_page_by_page_and_the_token_travels_as_it_is() {
    let server = Server::answering(vec![
        list(&[commit("a"), commit("b")]).with(TOKEN, "x/y+z &="),
        // An empty page in between is no end.
        list(&[]).with(TOKEN, "2"),
        list(&[commit("c")]),
    ]);
    let organization = server.job();
    let mut pages = organization.runs("P").commits(&run());
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        ids.push(page.into_iter().map(|commit| commit.id).collect::<String>());
    }
    assert_eq!(ids, ["ab", "c"]);
    assert!(pages.next().await.unwrap().is_none(), "it has ended");
    let first = "GET /fabrikam/P/_apis/build/builds/4711/changes?api-version=7.1&%24top=200";
    assert_eq!(
        server.lines(),
        [
            first.to_owned(),
            format!("{first}&continuationToken=x%2Fy%2Bz+%26%3D"),
            format!("{first}&continuationToken=2"),
        ]
    );
}

#[tokio::test]
async fn a_page_that_failed_can_be_asked_for_again() {
    let server = Server::answering(vec![
        list(&[commit("a")]).with(TOKEN, "2"),
        Canned::html(203),
        list(&[commit("b")]),
    ]);
    let organization = server.job();
    let mut pages = organization.runs("P").commits(&run());
    pages.next().await.unwrap();
    pages.next().await.unwrap_err();
    assert_eq!(pages.next().await.unwrap().unwrap()[0].id, "b");
}

#[tokio::test]
async fn tokens_that_lead_in_a_circle_are_an_error() {
    let server = Server::answering(vec![
        list(&[commit("a")]).with(TOKEN, "1"),
        list(&[commit("b")]).with(TOKEN, "2"),
        list(&[commit("a")]).with(TOKEN, "1"),
    ]);
    let organization = server.job();
    let mut pages = organization.runs("P").commits(&run());
    pages.next().await.unwrap();
    pages.next().await.unwrap();
    let error = pages.next().await.unwrap_err();
    assert!(matches!(*error, Error::Endless { .. }), "{error:?}");
    assert_eq!(error.class(), Class::Broken);
    assert!(pages.next().await.unwrap().is_none(), "and an end");
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_named_by_its_place() {
    let server = Server::answering(vec![list(&[commit("a"), json!({"message": "no id"})])]);
    let organization = server.job();
    let error = organization
        .runs("P")
        .commits(&run())
        .next()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("value[1].id"), "{error}");
}

#[tokio::test]
async fn a_list_without_a_body_is_empty() {
    let server = Server::answering((0..5).map(|_| Canned::empty(204)).collect());
    let organization = server.job();
    let runs = organization.runs("P");
    assert!(runs.commits(&run()).next().await.unwrap().is_none());
    assert!(runs.timeline(&run()).await.unwrap().records.is_empty());
    assert!(runs.artifacts(&run()).await.unwrap().is_empty());
    assert!(runs.tests(&run()).await.unwrap().is_empty());
    assert!(runs.work_item_ids(&run()).await.unwrap().is_empty());
}

#[tokio::test]
async fn work_item_ids_are_texts_paged_where_the_service_pages_and_each_once() {
    let reference = |id: &str| json!({"id": id, "url": "http://127.0.0.1/x"});
    let server = Server::answering(vec![
        list(&[reference("297"), reference("300")]).with(TOKEN, "t"),
        list(&[reference("300"), reference("12")]),
    ]);
    let ids = server.job().runs("P").work_item_ids(&run()).await.unwrap();
    assert_eq!(ids, [297, 300, 12]);
}

#[tokio::test]
async fn work_items_are_read_by_two_hundred_and_gaps_counted() {
    let items: Vec<Value> = (1..=200)
        .map(|id| json!({"id": id, "fields": {}}))
        .collect();
    let server = Server::answering(vec![
        list(&items),
        list(&[json!({"id": 201, "fields": {}}), Value::Null, Value::Null]),
        list(&[Value::Null]),
    ]);
    let organization = server.job();
    let items = organization.work_items("P");
    let ids: Vec<u64> = (1..=203).collect();
    let mut pages = Vec::new();
    let left_out = items
        .get_many(&ids, |page| pages.push(page.len()))
        .await
        .unwrap();
    assert_eq!((pages, left_out), (vec![200, 1], 2));
    // A page of nothing but gaps is not handed out, and nothing asks for nothing.
    let left_out = items
        .get_many(&[9], |page| panic!("{page:?}"))
        .await
        .unwrap();
    assert_eq!(left_out, 1);
    assert_eq!(items.get_many(&[], |_| {}).await.unwrap(), 0);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_work_item_that_was_not_asked_for_is_not_taken() {
    let server = Server::answering(vec![list(&[json!({"id": 2, "fields": {}})])]);
    let organization = server.job();
    let items = organization.work_items("P");
    let error = items
        .get_many(&[1], |page| panic!("{page:?}"))
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Broken);
}

fn tests(ids: std::ops::Range<u64>) -> Canned {
    let all: Vec<Value> = ids.map(|id| json!({"id": id, "name": "t"})).collect();
    list(&all)
}

#[tokio::test]
async fn test_runs_are_read_by_skipping_and_one_that_moved_is_one() {
    let server = Server::answering(vec![tests(0..100), tests(99..199), tests(199..200)]);
    let found = server.job().runs("P").tests(&run()).await.unwrap();
    assert_eq!(found.len(), 200);
    let skips: Vec<String> = server
        .lines()
        .iter()
        .map(|line| line.rsplit_once("%24skip=").unwrap().1.to_owned())
        .collect();
    assert_eq!(skips, ["0", "100", "200"]);
}

#[tokio::test]
async fn test_runs_that_are_the_same_again_are_an_error() {
    let server = Server::answering(vec![tests(0..100), tests(0..100)]);
    let error = server.job().runs("P").tests(&run()).await.unwrap_err();
    assert!(matches!(*error, Error::Endless { .. }), "{error:?}");
}

#[tokio::test]
async fn deployments_of_one_run_are_picked_from_all_pages() {
    let record = |id: u64, run: u64| json!({"id": id, "environmentId": 3, "stageName": "Production", "owner": {"id": run}});
    let server = Server::answering(vec![
        list(&[record(9, 4712), record(8, 4711)]).with(TOKEN, "8"),
        list(&[
            record(7, 4600),
            json!({"id": 6, "environmentId": 3, "owner": null}),
        ])
        .with(TOKEN, "6"),
        list(&[record(5, 4711)]),
    ]);
    let organization = server.job();
    let environment = "3".parse().unwrap();
    let found = organization
        .deployments("P")
        .of_run(&environment, &run(), None)
        .await
        .unwrap();
    let ids: Vec<u64> = found.iter().map(|record| record.id).collect();
    assert_eq!(ids, [8, 5]);
}

#[tokio::test]
async fn an_environment_is_found_by_its_whole_name() {
    let named = |id: u64, name: &str| json!({"id": id, "name": name});
    let server = Server::answering(vec![
        list(&[named(4, "Production-West"), named(3, "production")]),
        list(&[named(4, "Production-West")]),
    ]);
    let organization = server.job();
    let deployments = organization.deployments("P");
    let found = deployments.environment_opt("Production").await.unwrap();
    assert_eq!(found.unwrap().id.number(), 3);
    assert_eq!(
        deployments.environment_opt("Production").await.unwrap(),
        None
    );
    assert_eq!(
        server.lines()[0],
        "GET /fabrikam/P/_apis/pipelines/environments?api-version=7.2-preview.1&name=Production"
    );
}

#[tokio::test]
async fn pull_requests_of_many_commits_are_asked_for_in_parts_and_each_once() {
    let result = |ids: &[u64]| {
        let found: Vec<Value> = ids.iter().map(|id| json!({"pullRequestId": id})).collect();
        json!({"results": [{"0123": found}, {}]})
    };
    let server = Server::answering(vec![
        Canned::json(200, &result(&[22, 9])),
        Canned::json(200, &result(&[22, 7])),
    ]);
    let organization = server.job();
    let requests = organization.pull_requests("P");
    let mut shas: Vec<String> = (0..101).map(|n| format!("{n:040x}")).collect();
    shas.push("C341".to_owned());
    let found = requests.of_commits("shop", &shas).await.unwrap();
    let ids: Vec<u64> = found.iter().map(|request| request.id).collect();
    assert_eq!(ids, [7, 9, 22]);
    assert_eq!(server.requests().len(), 2);
    assert!(!server.requests().concat().contains("C341"));
    // Without a commit there is nothing to ask.
    assert!(requests.of_commits("shop", &[]).await.unwrap().is_empty());
}
