//! The program: what it prints, what it refuses, how it stops.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::client::basic;

const PROGRAM: &str = env!("CARGO_BIN_EXE_azure-devops-sim");

fn start(arguments: &[&str]) -> Child {
    Command::new(PROGRAM)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = start(arguments).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

fn seed_file(name: &str, text: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const SEED: &str = r#"{
    "options": {"separate_release_host": true, "organization": "contoso"},
    "work_items": [{"id": 500, "title": "Seeded"}],
    "runs": [{
        "run": {"id": 9001, "definition": "seeded", "requested_for": {"id": "1", "name": "Eve", "unique_name": "e@x"}},
        "commits": [{"message": "One"}],
        "work_items": [500],
        "records": [{"kind": "Stage", "name": "Alone"}],
        "stages": [{"name": "Production", "attempt": 2, "stage": {"result": "failed"}}],
        "test_runs": [{"passed": 3}],
        "artifacts": [{"name": "drop"}]
    }],
    "pull_requests": [{"title": "Seeded", "reviewers": [{"vote": -10}]}],
    "environments": [{"name": "staging", "id": 8, "deployments": [{"run": 9001, "deployment": {"result": "failed"}}]}],
    "releases": [{"name": "Seeded"}]
}"#;

#[test]
fn it_prints_how_to_come_in_and_serves_until_told() {
    let path = seed_file("ado-good.json", SEED);
    let mut child = start(&["--listen", "127.0.0.1:0", "--seed", &path]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed: BTreeMap<String, String> = (0..7)
        .map(|_| lines.next().unwrap().unwrap())
        .map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect();
    let names: Vec<&str> = printed.keys().map(String::as_str).collect();
    let expected = [
        "ADO_JOB_TOKEN",
        "ADO_ORG",
        "ADO_PAT",
        "ADO_PROJECT",
        "ADO_PROJECT_ID",
        "ADO_RELEASE_URL",
        "ADO_URL",
    ];
    assert_eq!(names, expected);
    assert_eq!(printed["ADO_ORG"], "contoso");
    let address = printed["ADO_URL"]
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let get = |path: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!(
            "GET /contoso/{}/_apis/{path}api-version=7.1 HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nConnection: close\r\n\r\n",
            printed["ADO_PROJECT_ID"],
            basic("", &printed["ADO_PAT"])
        );
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let run = get("build/builds/9001?");
    assert!(
        run.starts_with("HTTP/1.1 200") && run.contains("\"Eve\""),
        "{run}"
    );
    for (path, word) in [
        ("build/builds/9001/changes?", "\"One\""),
        ("build/builds/9001/workitems?", "\"500\""),
        ("build/builds/9001/timeline?", "\"Alone\""),
        ("build/builds/9001/timeline?", "\"failed\""),
        ("build/builds/9001/artifacts?", "\"drop\""),
        (
            "test/runs?buildUri=vstfs:///Build/Build/9001&includeRunDetails=true&",
            "\"passedTests\":3",
        ),
        ("git/pullrequests/43?", "\"vote\":-10"),
    ] {
        let answer = get(path);
        assert!(answer.contains(word), "{path}: {answer}");
    }
    let stop = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(stop.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_refuses_what_it_does_not_know() {
    assert!(refused(&["--lisen", "x"]).contains("unknown argument: --lisen"));
    assert!(refused(&["--listen"]).contains("--listen needs a value"));
    assert!(refused(&["--listen", "here"]).contains("not an address with a port: here"));
    assert!(refused(&["--seed", "/nonexistent.json"]).contains("could not read"));
    for (text, words) in [
        ("{", "is not JSON"),
        (r#"{"optons": {}}"#, "unknown field `optons`"),
        (r#"{"options": {"sede": 1}}"#, "unknown field `sede`"),
        (
            r#"{"runs": [{"run": {"nmber": "1"}}]}"#,
            "unknown field `nmber`",
        ),
        (
            r#"{"runs": [{"work_items": [9]}]}"#,
            "does not exist: work item 9",
        ),
        (
            r#"{"runs": [{"commits": [{"work_items": [8]}]}]}"#,
            "does not exist: work item 8",
        ),
        (
            r#"{"work_items": [{"project": "x"}]}"#,
            "does not exist: project x",
        ),
        (
            r#"{"environments": [{"name": "x", "deployments": [{"run": 5}]}]}"#,
            "does not exist: run 5",
        ),
    ] {
        let path = seed_file(&format!("ado-bad-{}.json", text.len()), text);
        let said = refused(&["--seed", &path]);
        assert!(said.contains(words), "{said}");
    }
}
