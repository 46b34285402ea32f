//! A simulated instance and a client of it, and what the instance saw.

use std::sync::Arc;
use std::time::Duration;

use change::SysId;
use redact::Secret;
use servicenow::{Auth, Fields, Instance, NewChange};
use servicenow_sim::{Options, Recorded, Sim};

pub(crate) const KEY: &str = "azdo:0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00:run:4711:Production";

pub(crate) fn sim() -> Sim {
    Sim::start(Options::default())
}

/// An instance whose own clock and time zone take part, but whose plugin for changes is absent.
pub(crate) fn sim_without_change_api() -> Sim {
    Sim::start(Options {
        change_api: false,
        ..Options::default()
    })
}

/// A way out that does not wait long, so that a test of a failure is quick.
pub(crate) fn http() -> outbound::Client {
    let settings = outbound::Settings {
        limits: outbound::Limits {
            total: Duration::from_secs(2),
            body: 256 << 10,
            ..outbound::Limits::default()
        },
        retry: outbound::Retry {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(5),
            ..outbound::Retry::default()
        },
        breaker: outbound::Breaker {
            failures: 1000,
            ..outbound::Breaker::default()
        },
        ..outbound::Settings::default()
    };
    outbound::Client::new(settings).unwrap()
}

pub(crate) fn signed_in(sim: &Sim, auth: Auth) -> Instance {
    Instance::new(sim.url().parse().unwrap(), auth, http())
        .with_clock(Arc::new(|| "2026-03-01T00:00:00Z".parse().unwrap()))
}

pub(crate) fn user(sim: &Sim, name: &str) -> Instance {
    let password = Secret::new(sim.credentials().password);
    let user = name.to_owned();
    signed_in(sim, Auth::Basic { user, password })
}

/// The integration account.
pub(crate) fn instance(sim: &Sim) -> Instance {
    user(sim, &sim.credentials().user)
}

pub(crate) fn id(text: &str) -> SysId {
    text.parse().unwrap()
}

pub(crate) fn group(sim: &Sim) -> String {
    sim.id_of("sys_user_group", "name", "Network")
}

/// A change request as a gate opens it.
pub(crate) fn new_change(sim: &Sim) -> NewChange {
    NewChange {
        kind: Some(change::Type::Normal),
        fields: Fields::new()
            .set("short_description", "Deploy shop to production")
            .set("assignment_group", group(sim)),
        correlation: KEY.to_owned(),
        correlation_display: "shop, run 4711, Production".to_owned(),
        ..NewChange::default()
    }
}

/// The integration account may read journals too.
pub(crate) fn readable_journals() -> Sim {
    Sim::start(Options {
        journal_readers: vec!["itil".to_owned()],
        ..Options::default()
    })
}

/// A seeded change request in New.
pub(crate) fn seeded(sim: &Sim) -> SysId {
    let columns = serde_json::json!({
        "type": "normal",
        "short_description": "Deploy shop",
        "assignment_group": group(sim),
        "correlation_id": KEY,
    });
    id(&sim.seed("change_request", columns))
}

pub(crate) fn number(sim: &Sim, id: &SysId) -> String {
    let record = sim.record("change_request", id.as_str());
    record["number"].as_str().unwrap().to_owned()
}

pub(crate) fn column(sim: &Sim, id: &SysId, column: &str) -> String {
    let record = sim.record("change_request", id.as_str());
    record[column].as_str().unwrap_or_default().to_owned()
}

/// Method and path of each request, oldest first.
pub(crate) fn calls(sim: &Sim) -> Vec<String> {
    let line = |r: &Recorded| format!("{} {}", r.method, r.path);
    sim.requests().iter().map(line).collect()
}

pub(crate) fn parameter(request: &Recorded, name: &str) -> Option<String> {
    let mut pairs = request.query.iter();
    let (_, value) = pairs.find(|(known, _)| known == name)?;
    Some(value.clone())
}

/// Nothing was sent that a careful client would not send.
pub(crate) fn assert_clean(sim: &Sim) {
    assert_eq!(sim.findings(), [], "{:#?}", calls(sim));
}
