//! A client we did not write: Microsoft's own, from the Node package index.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use azure_devops_sim::{Options, ReleaseSeed, Sim};

const PACKAGE: &str = "azure-devops-node-api@17.0.1";

fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    output
}

/// A folder whose `node_modules` has the client: the one named by `SNOWGATE_ADO_NODE_HOME`, or one made here.
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told where a prepared folder is"
)]
fn home() -> PathBuf {
    if let Some(given) = std::env::var_os("SNOWGATE_ADO_NODE_HOME") {
        return PathBuf::from(given);
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("azure-devops-node-api-17.0.1");
    let complete = home.join("complete");
    if !complete.exists() {
        std::fs::create_dir_all(&home).unwrap();
        run(Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--ignore-scripts",
                "--prefix",
            ])
            .arg(&home)
            .arg(PACKAGE));
        std::fs::write(complete, PACKAGE).unwrap();
    }
    home
}

#[test]
fn the_vendors_own_client_is_served() {
    let sim = Sim::start(Options {
        separate_release_host: true,
        ..Options::default()
    });
    sim.add_many_commits(4711, 70);
    sim.add_release(ReleaseSeed::default());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/vendor_client.js");
    let mut node = Command::new("node");
    node.arg(script)
        .args([sim.collection().as_str(), &sim.project().name, &sim.pat()]);
    let output = run(node.env("NODE_PATH", home().join("node_modules")));
    let passed = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = passed.lines().collect();
    let expected = [
        "ok run",
        "ok changes",
        "ok timeline",
        "ok work items of the run",
        "ok work items in a batch",
        "ok work items by artifact",
        "ok create and update a work item",
        "ok tests and artifacts",
        "ok pull request",
        "ok deployments of an environment",
        "ok releases on their own host",
        "ok errors",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        sim.findings(),
        [],
        "the simulator finds fault with the vendor's own client"
    );
    assert!(sim.requests().iter().any(|r| r.release_host));
}
