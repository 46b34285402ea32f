//! What the stories share: an instance, a package, a step.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use servicenow_sim::{Options, Rounds, Sim};
use testkit::agent::{Connection, Finished, Package, Running, Step, Task};
use testkit::node::{self, Version};

/// Long enough for any story on a busy machine; a story that hangs is told by what it last saw.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// The name of the step, under which its outputs are found.
pub(crate) const STEP: &str = "gate";

/// The key of the stage that an ordinary step runs in.
pub(crate) const KEY: &str = "azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4711:Production";

/// One instance and the steps that ask it.
pub(crate) struct World {
    pub(crate) sim: Sim,
}

impl World {
    /// A strict instance, with the default world in it.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self {
            sim: Sim::start(options),
        }
    }

    /// The connection of the default account, by basic authentication.
    pub(crate) fn connection(&self) -> Connection {
        let account = self.sim.credentials();
        Connection::basic(self.sim.url(), &account.user, &account.password)
    }

    /// A gate that opens an ordinary normal change and asks as often as it may.
    pub(crate) fn gate(&self) -> Step {
        self.gate_by(Version::V24)
    }

    pub(crate) fn gate_by(&self, node: Version) -> Step {
        bare_gate(node)
            .connection("serviceNowConnection", &self.connection())
            .input("assignmentGroup", "Network")
            .input("pollSeconds", "2")
    }

    /// Starts a step that waits for approval, approves every round, and returns the change's number and the end.
    pub(crate) fn approved(&self, step: &Step) -> (String, Finished) {
        let mut running = step.start().expect("a step");
        let number = number_of(&mut running);
        running.wait_for_line("waiting for approval", BOUND);
        self.approve(&number);
        (number, running.wait(BOUND))
    }

    /// Approves every round of a change.
    pub(crate) fn approve(&self, number: &str) {
        self.sim
            .approve(number, Rounds::All)
            .expect("approvers wait");
    }
}

/// A gate without a connection, for stories that bring their own.
pub(crate) fn bare_gate(node: Version) -> Step {
    Step::new(task(), &node::executable(node).expect("Node")).reference(STEP)
}

/// The gate's task.
pub(crate) fn task() -> &'static Task {
    task_named("ServiceNowChangeGate")
}

/// A task of the package, which is unpacked once for all stories.
pub(crate) fn task_named(name: &str) -> &'static Task {
    static PACKAGE: OnceLock<(tempfile::TempDir, Package)> = OnceLock::new();
    let (_, package) = PACKAGE.get_or_init(|| {
        let work = tempfile::tempdir().expect("a scratch folder");
        let package = Package::unpack(&vsix(), work.path()).expect("a package");
        (work, package)
    });
    package.task(name).expect("the task is in the package")
}

/// Copies a task's folder as an agent unpacks it: without a single executable bit.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
}

/// The package: as named by whoever runs the tests, else the newest there is.
#[expect(
    clippy::disallowed_methods,
    reason = "the package under test is named by the environment"
)]
fn vsix() -> PathBuf {
    if let Some(path) = std::env::var_os("SNOWGATE_VSIX") {
        return path.into();
    }
    let dist = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/dist");
    let files = fs::read_dir(&dist)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let packages = files.filter(|path| path.extension().is_some_and(|end| end == "vsix"));
    packages
        .max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok())
        .expect("a package under target/dist: run `cargo xtask package` first")
}

/// Waits for the first change number in the log.
pub(crate) fn number_of(running: &mut Running) -> String {
    let line = running.wait_for_line("CHG", BOUND);
    let at = line.raw.find("CHG").expect("it was waited for");
    line.raw[at..]
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

/// An output of the step.
pub(crate) fn output<'a>(finished: &'a Finished, name: &str) -> &'a str {
    finished
        .log
        .output(name)
        .unwrap_or_else(|| panic!("no output {name}: {finished:?}"))
}

/// How many requests of that method had a path with that text.
pub(crate) fn count(world: &World, method: &str, path: &str) -> usize {
    let requests = world.sim.requests();
    requests
        .iter()
        .filter(|request| request.method == method && request.path.contains(path))
        .count()
}

/// Everything that is told to be wrong with the inputs, one problem a line.
pub(crate) fn problems(finished: &Finished) -> String {
    finished
        .log
        .issues_with("bad-input")
        .map(|issue| format!("{}\n", issue.text))
        .collect()
}
