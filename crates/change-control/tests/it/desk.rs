//! A simulated instance, a client of it, one clock for both, and a record of the news.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use change::{Correlation, Number, Origin, Request, SysId};
use change_control::{Control, News};
use jiff::{SignedDuration, Timestamp};
use redact::Secret;
use serde_json::{Value, json};
use servicenow::{Auth, Fields, Instance, NewChange};
use servicenow_sim::{Options, Sim};
use tokio::time::Instant;

/// When every story begins, in the platform's text and as a moment.
const START_TEXT: &str = "2026-03-02 09:00:00";
const START: &str = "2026-03-02T09:00:00Z";

/// How far the clocks move at a time, and the real time between two moves: enough for some requests over loopback.
const STEP: Duration = Duration::from_secs(1);
const BREATH: Duration = Duration::from_millis(2);

/// No story waits longer than this, by its own clock.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// How long an instance that does not answer is waited for.
pub(crate) const UNAVAILABLE: Duration = Duration::from_secs(15 * 60);

pub(crate) struct Desk {
    pub(crate) sim: Sim,
    pub(crate) instance: Instance,
    news: RefCell<Vec<String>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let sim = Sim::start(Options {
            clock_start: Some(START_TEXT.to_owned()),
            ..options
        });
        let instance = instance(&sim);
        Self {
            sim,
            instance,
            news: RefCell::default(),
        }
    }

    /// Tells a story while time passes for us and for the instance alike. A clock that is paused would run ahead
    /// whenever an answer is on its way; here it moves on in small steps instead, with a breath between them.
    pub(crate) async fn tell<T>(&self, story: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let time = async {
            loop {
                // The clock stands still for as long as a blocking call is under way.
                tokio::task::spawn_blocking(|| std::thread::sleep(BREATH))
                    .await
                    .unwrap();
                self.sim.advance(STEP);
                tokio::time::advance(STEP).await;
                assert!(began.elapsed() < LONGEST, "{:#?}", self.news.borrow());
            }
        };
        tokio::select! {
            biased;
            told = story => told,
            () = time => unreachable!("time does not end"),
        }
    }

    /// Keeps the names of the news, with the numbers of the changes they are about.
    pub(crate) fn hear(&self, news: &News<'_>) {
        self.news.borrow_mut().push(in_short(news));
    }

    pub(crate) fn news(&self) -> Vec<String> {
        self.news.borrow().clone()
    }

    /// The key's changes that are not over.
    pub(crate) fn open_changes(&self) -> Vec<String> {
        let rows = self.sim.records("change_request");
        let open = rows
            .iter()
            .filter(|row| !["3", "4"].contains(&row["state"].as_str().unwrap()));
        open.map(|row| row["number"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Plants a change as another creator would have left it.
    pub(crate) fn plant(&self, key: &str, created: &str, state: &str) -> Number {
        let group = self.sim.id_of("sys_user_group", "name", "Network");
        let id = self.sim.seed(
            "change_request",
            json!({
                "type": "normal", "short_description": "Another creator's", "assignment_group": group,
                "correlation_id": key, "sys_created_on": created, "state": state,
            }),
        );
        number(&self.sim.record("change_request", &id)["number"])
    }

    /// The change with this number, as the client reads it.
    pub(crate) async fn read(&self, number: &Number) -> Request {
        let found = self.instance.change_requests().by_number(number).await;
        found.unwrap().expect("it exists")
    }

    pub(crate) fn column(&self, number: &Number, column: &str) -> String {
        self.sim.change(number.as_str())[column]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn notes(&self, id: &SysId) -> Vec<String> {
        self.sim.journal(id.as_str(), "work_notes")
    }

    /// How many requests of that method had a path with that text.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        let requests = self.sim.requests();
        let asked = requests
            .iter()
            .filter(|r| r.method == method && r.path.contains(path));
        asked.count()
    }
}

/// Control over the desk's instance whose news the desk keeps.
macro_rules! control {
    ($desk:expr, $name:ident) => {
        let mut listener = |news: change_control::News<'_>| $desk.hear(&news);
        let $name =
            change_control::Control::new(&$desk.instance, crate::desk::UNAVAILABLE, &mut listener);
    };
}
pub(crate) use control;

/// A client whose limits stay out of the way of a clock that runs this fast.
fn instance(sim: &Sim) -> Instance {
    let long = Duration::from_secs(24 * 3600);
    let settings = outbound::Settings {
        limits: outbound::Limits {
            connect: long,
            total: long,
            ..outbound::Limits::default()
        },
        ..outbound::Settings::default()
    };
    let account = sim.credentials();
    let auth = Auth::Basic {
        user: account.user,
        password: Secret::new(account.password),
    };
    let began = Instant::now();
    let clock = move || {
        let passed = SignedDuration::try_from(began.elapsed()).unwrap();
        START.parse::<Timestamp>().unwrap() + passed
    };
    Instance::new(
        sim.url().parse().unwrap(),
        auth,
        outbound::Client::new(settings).unwrap(),
    )
    .with_clock(Arc::new(clock))
}

pub(crate) fn correlation() -> Correlation {
    Correlation::of(&Origin::Run {
        project_id: "d4f5a6b7-2222-4333-8444-555566667777",
        run_id: "4711",
        stage: "Production",
    })
}

/// A change as a gate opens it.
pub(crate) fn new_change(sim: &Sim) -> NewChange {
    NewChange {
        kind: Some(change::Type::Normal),
        fields: Fields::new()
            .set("short_description", "Deploy shop to production")
            .set(
                "assignment_group",
                sim.id_of("sys_user_group", "name", "Network"),
            ),
        ..NewChange::default()
    }
}

pub(crate) fn number(value: &Value) -> Number {
    value.as_str().unwrap().parse().unwrap()
}

fn in_short(news: &News<'_>) -> String {
    match news {
        News::Created(r) => format!("created {}", r.number),
        News::Adopted(r) => format!("adopted {}", r.number),
        News::Found(r) => format!("found {}", r.number),
        News::Superseded(r) => format!("superseded {}", r.number),
        News::LeftOpen(r) => format!("left open {}", r.number),
        News::Opening(key) => format!("opening {key}"),
        News::Unclear(_) => "unclear".to_owned(),
        News::Dropped { dropped, .. } => format!("dropped {}", dropped.column),
        News::Withdrawn { ours, kept } => format!("withdrew {ours} for {kept}"),
        News::NotWithdrawn { ours, .. } => format!("could not withdraw {ours}"),
        News::Moved { request, from } => {
            format!("moved {} from {from} to {}", request.number, request.state)
        }
        News::NoWayToAsk { request, .. } => format!("no way to ask for {}", request.number),
        News::Waiting { request, reason } => format!(
            "waiting for {} in {}: {reason:?}",
            request.number, request.state
        ),
        News::TasksUnread(_) => "tasks unread".to_owned(),
        News::TaskClosed(task) => format!("closed {}", task.number),
        News::NoDetection(_) => "no detection".to_owned(),
        News::Unreachable { .. } => "unreachable".to_owned(),
        News::Reachable { .. } => "reachable".to_owned(),
    }
}

/// The order to find or create the stage's change.
pub(crate) async fn open(
    control: &Control<'_>,
    new: &dyn Fn(Timestamp) -> NewChange,
) -> Result<change_control::Opened, Box<change_control::Error>> {
    let correlation = correlation();
    let opening = change_control::Opening {
        correlation: &correlation,
        new,
    };
    control
        .open(&change_control::Order::CreateOrReuse(opening))
        .await
}
