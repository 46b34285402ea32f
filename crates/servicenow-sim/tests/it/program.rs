//! The program: what it prints, what it refuses, how it stops.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_servicenow-sim");

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

#[test]
fn it_prints_how_to_log_in_and_serves_until_told() {
    let text = r#"{"options": {"client_credentials": true},
        "users": [{"user_name": "eve", "name": "Eve", "password": "pw", "roles": ["itil"], "groups": ["Network", "Fresh"]}],
        "tables": {"cmdb_ci": [{"name": "fresh-item"}]}}"#;
    let path = seed_file("good.json", text);
    let mut child = start(&["--listen", "127.0.0.1:0", "--seed", &path]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed: BTreeMap<String, String> = (0..7)
        .map(|_| lines.next().unwrap().unwrap())
        .map(|line| {
            line.split_once('=')
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .unwrap()
        })
        .collect();
    let names: Vec<&str> = printed.keys().map(String::as_str).collect();
    let expected = [
        "SERVICENOW_API_KEY",
        "SERVICENOW_CLIENT_ID",
        "SERVICENOW_CLIENT_SECRET",
        "SERVICENOW_PASSWORD",
        "SERVICENOW_TOKEN",
        "SERVICENOW_URL",
        "SERVICENOW_USER",
    ];
    assert_eq!(names, expected);
    let address = printed["SERVICENOW_URL"]
        .trim_start_matches("http://")
        .to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let request = format!(
        "GET /api/now/table/cmdb_ci?sysparm_query=name=fresh-item HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\
         Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
        printed["SERVICENOW_TOKEN"]
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"fresh-item\""),
        "{answer}"
    );
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
        (r#"{"options": {"legcy": true}}"#, "unknown field `legcy`"),
        (
            r#"{"tables": {"nothing": [{}]}}"#,
            "a table that does not exist: nothing",
        ),
        (
            r#"{"tables": {"cmdb_ci": [{"nam": "x"}]}}"#,
            "a column that does not exist: cmdb_ci.nam",
        ),
    ] {
        let path = seed_file(&format!("bad-{}.json", words.len()), text);
        let said = refused(&["--seed", &path]);
        assert!(said.contains(words), "{said}");
    }
}
