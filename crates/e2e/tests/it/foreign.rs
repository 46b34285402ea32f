//! Agents of other systems: the stories every one of them has to be able to tell, run by an emulator through the
//! package's own launcher and the system's own Node.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use testkit::agent::{Connection, EndedBy, Finished, Step, Task, TaskResult};
use testkit::machine::Machine;

use crate::office::Office;
use crate::way::Authority;
use crate::world::{BOUND, STEP, World, number_of, output, task_named};

/// Text from several alphabets, as people write it into inputs.
pub(crate) const TEXT: &str = "Größe und 価格 für «Schuhe» 👟";

/// A machine and the tasks on it, unpacked into folders of this story's own.
pub(crate) struct Abroad {
    pub(crate) machine: Machine,
    pub(crate) gate: Task,
    record: Task,
    home: TempDir,
}

impl Abroad {
    pub(crate) fn new(machine: Machine) -> Self {
        let home = machine.scratch().expect("a folder on the machine");
        let unpacked = |name: &str| {
            let folder = home.path().join("_work/_tasks").join(name);
            unpacked(task_named(name), &folder)
        };
        Self {
            machine,
            gate: unpacked("ServiceNowChangeGate"),
            record: unpacked("ServiceNowDeploymentRecord"),
            home,
        }
    }

    /// A gate that opens an ordinary normal change.
    pub(crate) fn gate(&self, connection: &Connection) -> Step {
        Step::on(&self.machine, &self.gate)
            .reference(STEP)
            .connection("serviceNowConnection", connection)
            .input("assignmentGroup", "Network")
            .input("pollSeconds", "2")
    }

    /// A gate that ends once its change is open, and gives up after three seconds.
    pub(crate) fn opener(&self, connection: &Connection) -> Step {
        self.gate(connection)
            .input("requestApproval", "false")
            .input("proceedWhen", "created")
            .input("moveToImplement", "false")
            .input("unavailableMinutes", "0.05")
    }

    pub(crate) fn record(&self, office: &Office) -> Step {
        office
            .in_organization(Step::on(&self.machine, &self.record).reference("record"))
            .connection("serviceNowConnection", &office.world.connection())
    }

    /// Brings a file of this machine to that one, and gives its path there.
    pub(crate) fn brought(&self, file: &Path, name: &str) -> String {
        let there = self.home.path().join(name);
        fs::copy(file, &there).expect("a copy");
        self.machine.path(&there)
    }
}

/// A task as an agent unpacks it into that folder: files without a single executable bit.
pub(crate) fn unpacked(task: &Task, folder: &Path) -> Task {
    copy(&task.folder, folder);
    Task::read(folder).expect("a task")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

pub(crate) fn assert_clean(finished: &Finished) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert!(
        finished.leftovers.is_empty() && finished.log.complaints.is_empty(),
        "{finished:?}"
    );
}

/// Opens a change, waits for its approval and goes on; twice, for the second start finds the program unpacked.
pub(crate) fn a_stage_waits_for_its_change(abroad: &Abroad) {
    for _ in 0..2 {
        let world = World::new();
        let step = abroad
            .gate(&world.connection())
            .input("shortDescription", TEXT);
        let (number, finished) = world.approved(&step);
        assert_clean(&finished);
        assert_eq!(output(&finished, "changeDecision"), "proceed");
        let change = world.sim.change(&number);
        assert_eq!(
            (&change["state"], &change["short_description"]),
            (&"-1".into(), &TEXT.into())
        );
        assert!(
            finished.log.summaries[0].contains(&number) && finished.shown().contains(TEXT),
            "{finished:?}"
        );
        assert_eq!(world.sim.findings(), []);
    }
}

/// Closes the stage's change with evidence, report and files.
pub(crate) fn a_deployment_is_recorded(abroad: &Abroad, office: &Office, step: Step) -> String {
    let number = office.gated();
    let finished = office.run(&step);
    assert_clean(&finished);
    assert_eq!(output(&finished, "changeState"), "Closed");
    assert_eq!(office.column(&number, "close_code"), "successful");
    assert_eq!(office.notes(&number).len(), 1);
    let report = abroad
        .machine
        .here(output(&finished, "auditReportPath"))
        .expect("an absolute path");
    let report = fs::read_to_string(report).expect("the report");
    assert!(report.contains(&number), "{report}");
    assert_eq!(office.file(&number, "snowgate-audit"), report);
    office.is_content();
    number
}

/// Believes the authority the agent names, and hands no credential to anyone else.
pub(crate) fn only_a_known_authority_is_believed(abroad: &Abroad) {
    let (authority, other) = (Authority::new(), Authority::new());
    let (known, unknown) = (
        abroad.brought(&authority.file(), "known.pem"),
        abroad.brought(&other.file(), "unknown.pem"),
    );
    let world = World::new();
    let front = authority.front(&world, "127.0.0.1");
    let connection = at(&world, &front.url());
    let step = abroad.opener(&connection).ca_info(Path::new(&unknown));
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "refused");
    assert!(front.seen().is_empty(), "no credential was handed over");

    let step = abroad.opener(&connection).ca_info(Path::new(&known));
    assert_clean(&step.start().unwrap().wait(BOUND));
    assert_eq!(world.sim.records("change_request").len(), 1);
    assert!(!front.seen().is_empty());
}

/// Says on interrupt what becomes of the change, within the agent's patience.
pub(crate) fn an_interrupt_is_answered(abroad: &Abroad) {
    let world = World::new();
    let step = abroad
        .gate(&world.connection())
        .input("onCancel", "cancelChange");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let finished = running.interrupt();
    assert_eq!(finished.ended_by, EndedBy::Interrupt, "{finished:?}");
    assert_eq!(finished.result, TaskResult::Canceled);
    assert_eq!(
        finished.log.issues_with("interrupted").count(),
        1,
        "{finished:?}"
    );
    assert_eq!(world.sim.change(&number)["state"], "4");
    assert!(finished.leftovers.is_empty(), "{finished:?}");
}

/// The instance of a world behind another address.
pub(crate) fn at(world: &World, url: &str) -> Connection {
    let account = world.sim.credentials();
    Connection::basic(url, &account.user, &account.password)
}
