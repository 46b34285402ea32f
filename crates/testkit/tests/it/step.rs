//! Steps whose task is a few lines of script: what the environment holds, and how the agent ends them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use testkit::agent::{Connection, EndedBy, Step, Task, TaskResult};
use testkit::node::{Version, executable};

const BOUND: Duration = Duration::from_secs(20);

fn task(folder: &Path, script: &str) -> Task {
    let definition = json!({
        "name": "Probe", "execution": { "Node20_1": { "target": "run.js" } },
        "outputVariables": [{ "name": "told" }],
        "inputs": [
            { "name": "connection", "type": "connectedService:x" },
            { "name": "count", "type": "string", "defaultValue": " 7 " },
            { "name": "text", "type": "multiLine" },
            { "name": "file", "type": "filePath" },
        ],
    });
    fs::write(folder.join("task.json"), definition.to_string()).expect("write the definition");
    fs::write(folder.join("run.js"), script).expect("write the script");
    Task::read(folder).expect("a task")
}

fn step(folder: &Path, script: &str) -> Step {
    Step::new(
        &task(folder, script),
        &executable(Version::V20).expect("Node 20"),
    )
    .reference("probe")
}

#[test]
fn the_environment_is_the_agents() {
    let folder = tempfile::tempdir().unwrap();
    let script = "console.log(JSON.stringify(process.env))";
    let finished = step(folder.path(), script)
        .connection(
            "connection",
            &Connection::basic("http://127.0.0.1:1/", "svc", "pass-word"),
        )
        .input("text", "run $(Build.BuildId) $(token) $(nothing)")
        .secret("token", "t0ken-value")
        .start()
        .unwrap()
        .wait(BOUND);
    let env: serde_json::Value = serde_json::from_str(&finished.entries[0].raw).unwrap();
    let id = env["INPUT_CONNECTION"].as_str().unwrap();
    assert_eq!(env["INPUT_COUNT"], "7");
    assert_eq!(env["INPUT_TEXT"], "run 4711 t0ken-value $(nothing)");
    assert_eq!(
        env["INPUT_FILE"], env["BUILD_SOURCESDIRECTORY"],
        "an empty path becomes the sources' folder"
    );
    assert_eq!(
        env[format!("ENDPOINT_AUTH_PARAMETER_{id}_PASSWORD")],
        "pass-word"
    );
    assert_eq!(env["SECRET_TOKEN"], "t0ken-value");
    assert!(env.get("TOKEN").is_none());
    assert_eq!(env["AGENT_JOBSTATUS"], "Succeeded");
    assert_eq!(env["agent.jobstatus"], "Succeeded");
    assert!(
        env.get("CARGO_MANIFEST_DIR").is_none(),
        "nothing of the test's own environment"
    );
    let shown = finished.shown();
    assert!(
        !shown.contains("pass-word") && !shown.contains("t0ken-value"),
        "{shown}"
    );
}

#[test]
fn an_unknown_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = step(folder.path(), "")
        .input("txet", "x")
        .start()
        .unwrap_err();
    assert!(error.to_string().contains("'txet'"), "{error}");
}

#[test]
fn commands_of_both_streams_count_and_the_exit_code_wins() {
    let folder = tempfile::tempdir().unwrap();
    let script = r"
        process.stdout.write('##vso[task.setvariable variable=told]yes\rhalf a line');
        process.stderr.write('##vso[task.complete result=Succeeded]done\n');
        process.exitCode = 3;";
    let finished = step(folder.path(), script).start().unwrap().wait(BOUND);
    assert_eq!(finished.log.output("told"), Some("yes"));
    assert_eq!(finished.log.operation, "done");
    assert_eq!(
        (finished.exit_code, finished.result),
        (Some(3), TaskResult::Failed)
    );
    assert!(finished.shown().contains("half a line"));
}

#[test]
fn an_interrupt_that_is_heeded_ends_the_step_as_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let script = "process.on('SIGINT', () => { console.log('stopping'); process.exit(0); });
        setInterval(() => {}, 1000); console.log('ready')";
    let mut running = step(folder.path(), script).start().unwrap();
    running.wait_for_line("ready", BOUND);
    assert!(
        running
            .processes()
            .iter()
            .any(|process| process.peak_memory > 1024)
    );
    let finished = running.interrupt();
    assert_eq!(
        (finished.ended_by, finished.result),
        (EndedBy::Interrupt, TaskResult::Canceled)
    );
    assert!(finished.shown().contains("stopping"));
}

#[test]
fn what_outlives_the_step_is_found_and_killed() {
    let folder = tempfile::tempdir().unwrap();
    let script = "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
        { detached: true, stdio: 'ignore' }); c.unref(); console.log('started ' + c.pid)";
    let finished = step(folder.path(), script).start().unwrap().wait(BOUND);
    let [left] = finished.leftovers.as_slice() else {
        panic!("{finished:?}")
    };
    assert_eq!(finished.shown().trim(), format!("started {}", left.id));
    testkit::wait::until("the leftover to be gone", BOUND, || {
        let status = fs::read_to_string(format!("/proc/{}/status", left.id));
        status
            .map_or(true, |status| status.contains("State:\tZ"))
            .then_some(())
    });
}

#[test]
fn a_line_that_never_comes_is_told_with_what_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = step(folder.path(), "console.log('only this')")
        .start()
        .unwrap();
    let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        running.wait_for_line("that", BOUND)
    }));
    let text = *waited.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("only this"), "{text}");
}

#[test]
fn an_interrupt_that_is_not_heeded_is_followed_by_a_termination() {
    let folder = tempfile::tempdir().unwrap();
    let script = "process.on('SIGINT', () => console.log('no')); setInterval(() => {}, 1000); console.log('ready')";
    let mut running = step(folder.path(), script).start().unwrap();
    running.wait_for_line("ready", BOUND);
    let finished = running.interrupt();
    assert_eq!(
        (finished.ended_by, finished.exit_code),
        (EndedBy::Terminate, None),
        "{finished:?}"
    );
    assert!(finished.shown().contains("no"));
}
