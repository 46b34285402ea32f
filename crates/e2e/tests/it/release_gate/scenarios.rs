//! What can happen to a gate, as a list: the same happenings are played with the shipped chain and with changed ones.

mod deciding;
mod finding;
mod opening;

use std::time::Duration;

use agentless::{AfterFalse, Definition, Gate, Job, Lasting, Sample, Settings, run_job};
use servicenow_sim::{Fault, On, Options, When};

use super::stand::{RELEASE, Stand, column, way};
use crate::connection::done;

type Act = Box<dyn Fn(&Stand) + Send + Sync>;
type Fill = Box<dyn Fn(&Stand, Job) -> Job + Send + Sync>;

/// One course of events in one place.
pub(super) struct Scenario {
    pub(super) name: String,
    host: &'static str,
    options: Options,
    settings: Settings,
    job: Fill,
    /// Each happens before a sample; while an agentless job polls, one every 90 s.
    acts: Vec<Act>,
}

impl Scenario {
    fn new(host: &'static str, name: &str) -> Self {
        Self {
            name: format!("{host}: {name}"),
            host,
            options: Options::default(),
            settings: Settings {
                polling_within: Duration::from_secs(300),
                ..Settings::default()
            },
            job: Box::new(|_, job| job),
            acts: Vec::new(),
        }
    }

    fn job(mut self, job: impl Fn(&Stand, Job) -> Job + Send + Sync + 'static) -> Self {
        self.job = Box::new(job);
        self
    }

    /// Inputs beside the defaults.
    fn inputs(self, inputs: &[(&'static str, &'static str)]) -> Self {
        let inputs = inputs.to_vec();
        self.job(move |_, job| {
            let fill = |job: Job, (name, value): &(&str, &str)| job.input(name, value);
            inputs.iter().fold(job, fill)
        })
    }

    /// An opener with further inputs.
    fn opens(self, inputs: &[(&'static str, &'static str)]) -> Self {
        let inputs = inputs.to_vec();
        self.job(move |stand, job| {
            let job = job.input("changeAction", "open");
            let job = job.input("assignmentGroup", &stand.group());
            let fill = |job: Job, (name, value): &(&str, &str)| job.input(name, value);
            inputs.iter().fold(job, fill)
        })
    }

    /// Variables of the pipeline that happen to have the gate's own names.
    fn variables(mut self, variables: &[(&'static str, &'static str)]) -> Self {
        let variables = variables.to_vec();
        let before = self.job;
        self.job = Box::new(move |stand, job| {
            let set = |job: Job, (name, value): &(&str, &str)| job.variable(name, value);
            variables.iter().fold(before(stand, job), set)
        });
        self
    }

    fn options(mut self, set: impl FnOnce(&mut Options)) -> Self {
        set(&mut self.options);
        self
    }

    fn goes_on(mut self) -> Self {
        self.settings.after_false = AfterFalse::GoOn;
        self
    }

    fn drops(mut self) -> Self {
        self.settings.outputs_of_false = Lasting::Dropped;
        self
    }

    fn then(mut self, act: impl Fn(&Stand) + Send + Sync + 'static) -> Self {
        self.acts.push(Box::new(act));
        self
    }

    fn again(self) -> Self {
        self.then(|_| {})
    }

    fn fails(self, method: &'static str, nth: u32, fault: &Fault) -> Self {
        let fault = fault.clone();
        self.then(move |stand| {
            let on = On::any().method(method);
            stand.sim.fail(on, When::Nth(nth), fault.clone());
        })
    }

    /// Plays it to its end.
    pub(super) fn played(&self, chain: &Definition) -> Played {
        let stand = Stand::with(self.options.clone());
        let job = (self.job)(&stand, stand.job(self.host));
        let polls = ["release", "build"].contains(&self.host);
        let (samples, outputs) = done(async {
            tokio::time::pause();
            if polls {
                self.acts.first().expect("a beginning")(&stand);
                let job = run_job(chain, &job, self.settings.clone());
                let (ran, ()) = tokio::join!(job, self.acts_in_time(&stand));
                let (sample, outputs) = ran.expect("a job");
                return (vec![sample], format!("{outputs:?}"));
            }
            let mut gate = Gate::new(chain, &job, self.settings.clone()).expect("a gate");
            let mut samples = Vec::new();
            for act in &self.acts {
                act(&stand);
                samples.push(gate.sample().await);
            }
            let outputs: Vec<_> = gate.outputs().collect();
            (samples, format!("{outputs:?}"))
        });
        Played {
            effects: effects(&stand, &samples) + &outputs,
            samples,
        }
    }

    async fn acts_in_time(&self, stand: &Stand) {
        for act in &self.acts[1..] {
            tokio::time::sleep(Duration::from_secs(90)).await;
            act(stand);
        }
    }
}

/// What came of it all.
pub(super) struct Played {
    pub(super) samples: Vec<Sample>,
    /// What shows from outside, the texts of the requests apart: that another text is another text tells nothing.
    pub(super) effects: String,
}

const SHOWN: [&str; 12] = [
    "correlation_id",
    "correlation_display",
    "type",
    "state",
    "approval",
    "assignment_group",
    "cmdb_ci",
    "risk",
    "category",
    "chg_model",
    "short_description",
    "description",
];

fn effects(stand: &Stand, samples: &[Sample]) -> String {
    let mut shown = String::new();
    for sample in samples {
        shown += &format!("{} {}\n", way(sample), sample.passed);
        for request in sample.requests() {
            shown += &format!("{} {:?}\n", request.method, request.status);
        }
    }
    for row in stand.changes() {
        shown += &format!("{:?}\n", SHOWN.map(|name| column(&row, name)));
    }
    shown + &format!("{:?}\n", stand.sim.findings())
}

fn page() -> Fault {
    Fault::LoginPage
}

fn answer(status: u16) -> Fault {
    let body = r#"{"error":{"message":"no","detail":null},"status":"failure"}"#.to_owned();
    Fault::Answer { status, body }
}

fn generation(number: u32) -> String {
    format!("{RELEASE}:g{number}")
}

/// Somebody cancels what is open.
fn ended(stand: &Stand) {
    for row in stand.open_ones() {
        stand.set(column(&row, "sys_id"), "state", "4");
    }
}

/// All that can happen.
pub(super) fn all() -> Vec<Scenario> {
    let mut all = finding::by_key();
    all.extend(finding::by_name());
    all.extend(opening::all());
    all.extend(opening::in_trouble());
    all.extend(deciding::asking());
    for host in ["gates", "release"] {
        all.extend(deciding::judging(host));
    }
    all.extend(deciding::polling());
    all
}

/// Variables of a pipeline, named like those that the gate remembers, that make each generation in turn look free.
const STALE: [[(&str, &str); 3]; 3] = [
    [
        ("snowgateTaken1", "0"),
        ("snowgateTaken2", "0"),
        ("snowgateTaken3", "0"),
    ],
    [
        ("snowgateTaken1", "1"),
        ("snowgateTaken2", "0"),
        ("snowgateTaken3", "0"),
    ],
    [
        ("snowgateTaken1", "1"),
        ("snowgateTaken2", "1"),
        ("snowgateTaken3", "0"),
    ],
];
