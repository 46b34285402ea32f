//! What a job may hand to a task.

use agentless::{Definition, Endpoint, Gate, Job, JobError, Scheme, Settings, run_job};
use serde_json::json;

use crate::server::{Server, ok};
use crate::sets::{definition, get, job, kind, task, with};

#[tokio::test]
async fn an_agentless_job_runs_once() {
    let server = Server::start(vec![ok(json!({ "a": true }))]);
    let outputs = json!({ "OutputVariables": { "Seen": "root['a']" } });
    let sections = json!([with(get("/", "false"), outputs)]);
    let (sample, outputs) = run_job(
        &definition(&sections),
        &job(server.url()),
        Settings::default(),
    )
    .await
    .unwrap();
    assert!(!sample.passed);
    assert_eq!(outputs, [("Seen".to_owned(), "True".to_owned())]);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_single_request_is_a_chain_of_one() {
    let request = |rest: serde_json::Value| {
        let execute = get("/one", "eq(root['a'], 1)")["RequestInputs"].clone();
        let mut task: serde_json::Value = serde_json::from_str(&task(&json!([]))).unwrap();
        task["execution"] = json!({ "HttpRequest": { "Execute": execute } });
        task["runsOn"] = rest;
        Definition::read(&task.to_string()).unwrap()
    };
    let server = Server::start(vec![ok(json!({ "a": 1 }))]);
    let definition = request(json!(["Server"]));
    assert_eq!((definition.name(), definition.section_count()), ("Ask", 1));
    let (sample, _) = run_job(&definition, &job(server.url()), Settings::default())
        .await
        .unwrap();
    assert!(sample.passed);
    let gate = Gate::new(&definition, &job(server.url()), Settings::default());
    assert!(matches!(
        gate,
        Err(JobError::Place {
            place: "ServerGate",
            ..
        })
    ));
    let run = run_job(
        &request(json!(["ServerGate"])),
        &job(server.url()),
        Settings::default(),
    )
    .await;
    assert!(matches!(
        run,
        Err(JobError::Place {
            place: "Server",
            ..
        })
    ));
}

#[test]
fn a_job_has_to_fit_the_task() {
    let definition = definition(&json!([get("/", "")]));
    let start = |job: Job| Gate::new(&definition, &job, Settings::default()).map(drop);
    let endpoint = |scheme| Endpoint::new("http://127.0.0.1", scheme);
    let picked = |scheme| Job::new().connection("connection", &kind(), endpoint(scheme));
    start(picked(Scheme::Token)).unwrap();
    let unknown = start(picked(Scheme::Token).input("other", "")).unwrap_err();
    assert!(matches!(unknown, JobError::Unknown { name } if name == "other"));
    let empty = start(Job::new()).unwrap_err();
    assert!(matches!(empty, JobError::Empty { name } if name == "connection"));
    let scheme = start(picked(Scheme::None)).unwrap_err();
    assert_eq!(
        scheme.to_string(),
        "the input `connection` of type connectedService:Kind:UsernamePassword,Token takes no Kind:None"
    );
    let place = start(picked(Scheme::Token).connection("name", &kind(), endpoint(Scheme::Token)));
    assert!(matches!(place, Err(JobError::Connection { name, .. }) if name == "name"));
}

#[tokio::test]
async fn an_input_that_names_nothing_is_no_connection() {
    let job = Job::new().input("connection", "0000");
    let mut gate = Gate::new(
        &definition(&json!([get("/", "")])),
        &job,
        Settings::default(),
    )
    .unwrap();
    let sample = gate.sample().await;
    assert_eq!(
        sample.failure().unwrap().to_string(),
        "no connection is picked for `connection`"
    );
    let url = "http://127.0.0.1:9/?$(endpoint.url)";
    let section =
        json!([{ "RequestInputs": { "EndpointId": "", "EndpointUrl": url, "Method": "GET" } }]);
    let mut gate = Gate::new(&definition(&section), &job, Settings::default()).unwrap();
    let failure = gate.sample().await.failure().unwrap().to_string();
    assert_eq!(failure, "nothing answers to `$(endpoint.url)`");
}

#[test]
fn secrets_are_not_shown() {
    let job = job("http://127.0.0.1");
    assert!(!format!("{job:?}").contains("pass:word"));
}
