//! A client we did not write: ServiceNow's own, from the Python package index.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use servicenow_sim::{Options, Sim};

const PACKAGE: &str = "pysnc==1.2.1";

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

/// A Python that has the client: the one named by `SNOWGATE_PYSNC_PYTHON`, or a virtual environment made here.
#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told where a prepared Python is"
)]
fn python() -> PathBuf {
    if let Some(given) = std::env::var_os("SNOWGATE_PYSNC_PYTHON") {
        return PathBuf::from(given);
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pysnc-1.2.1");
    let python = home.join("bin/python");
    let complete = home.join("complete");
    if !complete.exists() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home));
        run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PACKAGE,
        ]));
        std::fs::write(complete, PACKAGE).unwrap();
    }
    python
}

#[test]
fn the_vendors_own_client_is_served() {
    let sim = Sim::start(Options::default());
    let login = sim.credentials();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/vendor_client.py");
    let output =
        run(Command::new(python())
            .arg(script)
            .args([sim.url(), &login.user, &login.password]));
    let passed = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = passed.lines().collect();
    let expected = [
        "ok test_create_and_get",
        "ok test_query_and_page",
        "ok test_update",
        "ok test_batch",
        "ok test_delete",
        "ok test_attach",
        "ok test_errors",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        sim.findings(),
        [],
        "the simulator finds fault with the vendor's own client"
    );
    let made = sim.records("change_request");
    assert!(
        made.iter().any(|r| r["short_description"] == "after"),
        "{made:?}"
    );
}
