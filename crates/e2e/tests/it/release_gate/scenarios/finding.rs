//! Whether there is a change, and only one.

use super::super::stand::{RELEASE, RUN};
use super::{STALE, Scenario};

/// By the stage's key, found and not found.
pub(super) fn by_key() -> Vec<Scenario> {
    let mut all = Vec::new();
    for (host, key) in [
        ("gates", RELEASE),
        ("checks", RUN),
        ("build", RUN),
        ("release", RELEASE),
    ] {
        let new = |name: &str| Scenario::new(host, name);
        all.push(new("an approved change").then(move |s| drop(s.plant(key, "-2", "approved"))));
        all.push(new("no change").then(|_| {}));
        all.push(new("no change, and on").goes_on().then(|_| {}));
        all.push(
            new("an opener's change")
                .opens(&[])
                .then(move |s| drop(s.plant(key, "-2", "approved"))),
        );
        all.push(new("two, one hidden").then(move |s| {
            s.plant(key, "-2", "approved");
            let hidden = s.plant(key, "-4", "requested");
            s.sim.hide("change_request", &hidden);
        }));
        all.push(new("a hidden one").then(move |s| {
            let hidden = s.plant(key, "-2", "approved");
            s.sim.hide("change_request", &hidden);
        }));
        for (state, approval) in [
            ("0", "approved"),
            ("3", "approved"),
            ("4", "approved"),
            ("-5", "rejected"),
        ] {
            let over = new(&format!("{state} {approval}"));
            all.push(over.then(move |s| drop(s.plant(key, state, approval))));
        }
        for near in [":g2", ":g3", "4", ":x", "2:g2"] {
            let near = format!("{key}{near}");
            all.push(new(&near).then(move |s| drop(s.plant(&near, "-2", "approved"))));
        }
        all.push(new("another project's").then(move |s| {
            s.plant(&key.replace("d4f5a6b7", "00000000"), "-2", "approved");
        }));
        all.push(new("two").opens(&[]).then(move |s| {
            s.plant(key, "-2", "approved");
            s.plant(key, "-2", "approved");
        }));
    }
    for host in ["checks", "build"] {
        for (at, stale) in STALE.iter().enumerate() {
            let one = Scenario::new(host, &format!("stale {at}")).opens(&[]);
            all.push(one.variables(stale).goes_on().then(|_| {}));
        }
    }
    all
}

/// By number and by query.
pub(super) fn by_name() -> Vec<Scenario> {
    let mut all = Vec::new();
    let by = |action: &'static str, value: &'static str| {
        let input = if action == "number" {
            "changeNumber"
        } else {
            "changeQuery"
        };
        let new = Scenario::new("gates", &format!("{action} {value}"));
        new.inputs(&[("changeAction", action), (input, value)])
    };
    for value in ["CHG0040001", "CHG9999999", "", "X^ORnumberSTARTSWITHCHG"] {
        all.push(by("number", value).then(|s| {
            let id = s.plant("other", "-2", "approved");
            s.set(&id, "number", "CHG0040001");
        }));
    }
    for value in [
        "correlation_id=other",
        "correlation_id=none",
        "correlation_idISNOTEMPTY&sysparm_offset=1",
    ] {
        all.push(by("query", value).then(|s| {
            s.plant("other", "-2", "approved");
            s.plant("another", "-4", "requested");
        }));
    }
    all.push(by("query", "active=true").then(|s| {
        let hidden = s.plant("other", "-2", "approved");
        s.sim.hide("change_request", &hidden);
    }));
    all
}
