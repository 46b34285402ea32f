//! What a gate does with the change that it has.

use servicenow_sim::{On, Options, When};

use super::super::stand::{RELEASE, Stand, column};
use super::{Scenario, answer, ended, page};

/// What becomes of a change that was found.
pub(super) fn asking() -> Vec<Scenario> {
    let opens = |name: &str, inputs: &[(&'static str, &'static str)]| {
        Scenario::new("gates", name).opens(inputs)
    };
    let plant = |state: &'static str, approval: &'static str, kind: &'static str| {
        move |stand: &Stand| {
            let id = stand.plant(RELEASE, state, approval);
            stand.set(&id, "type", kind);
        }
    };
    let emergency = &[("changeType", "emergency")];
    vec![
        opens("New", &[])
            .then(plant("-5", "not requested", "normal"))
            .again(),
        opens("New emergency", emergency)
            .then(plant("-5", "not requested", "emergency"))
            .again(),
        opens("New, by hand", &[("requestApproval", "false")])
            .then(plant("-5", "not requested", "normal"))
            .again(),
        opens("Assess", &[])
            .then(plant("-4", "requested", "normal"))
            .again(),
        opens("Assess, unasked", &[]).then(plant("-4", "not requested", "normal")),
        opens("New, asked", &[]).then(plant("-5", "requested", "normal")),
        opens("New standard", &[]).then(plant("-5", "not requested", "standard")),
        opens("New, of another type", emergency).then(plant("-5", "not requested", "normal")),
        opens("New, of the other type", &[]).then(plant("-5", "not requested", "emergency")),
        opens("back to New", &[])
            .options(|options| {
                let always = ("change_request.state".to_owned(), "-5".to_owned());
                options.rewritten.extend([always]);
            })
            .then(plant("-5", "not requested", "normal")),
        opens("refused, then ended", &[])
            .goes_on()
            .then(move |s| {
                plant("-5", "not requested", "normal")(s);
                s.sim
                    .fail(On::any().method("PATCH"), When::Next(1), answer(403));
            })
            .then(ended),
        Scenario::new("gates", "variables of a change")
            .variables(&[
                ("snowgateState", "-5"),
                ("snowgateApproval", "not requested"),
                ("snowgateType", "normal"),
            ])
            .then(plant("-5", "not requested", "normal")),
    ]
}

/// The verdict over a row, and what an agentless job does until it falls.
pub(super) fn judging(host: &'static str) -> Vec<Scenario> {
    let row = |criterion: &'static str,
               state: &'static str,
               approval: &'static str,
               column: (&'static str, &'static str)| {
        let name = format!("{criterion}: {state} {approval} {}={}", column.0, column.1);
        Scenario::new(host, &name)
            .inputs(&[
                ("changeAction", "query"),
                ("changeQuery", "correlation_id=other"),
                ("proceedWhen", criterion),
                ("desiredState", "-3"),
            ])
            .then(move |s| {
                let id = s.plant("other", state, approval);
                s.set(&id, column.0, column.1);
            })
    };
    let plain = ("on_hold", "false");
    let mut all = vec![row("approved", "-2", "approved", ("on_hold", "true"))];
    for criterion in ["approved", "implement", "state", "custom"] {
        for (state, approval) in [
            ("-4", "requested"),
            ("-4", "approved"),
            ("-3", "requested"),
            ("-3", "rejected"),
            ("-2", "requested"),
            ("-2", "approved"),
            ("-1", "requested"),
            ("-1", "approved"),
        ] {
            all.push(row(criterion, state, approval, plain));
        }
    }
    for (criterion, hidden) in [
        ("custom", "state"),
        ("state", "approval"),
        ("state", "on_hold"),
    ] {
        let hide = move |options: &mut Options| {
            options
                .hidden_columns
                .push(format!("change_request.{hidden}"));
        };
        all.push(row(criterion, "-3", "approved", plain).options(hide));
    }
    // Without a value nothing is waited for, so nothing is reached.
    let nothing = Scenario::new(host, "no state to wait for").inputs(&[
        ("changeAction", "query"),
        ("changeQuery", "correlation_id=other"),
        ("proceedWhen", "state"),
    ]);
    all.push(nothing.then(|s| drop(s.plant("other", "", "approved"))));
    all.push(
        Scenario::new(host, "its key is not kept")
            .opens(&[("proceedWhen", "state"), ("desiredState", "-4")])
            .options(|options| {
                options
                    .write_protected
                    .push("change_request.correlation_id".to_owned());
            })
            .then(|_| {}),
    );
    all.push(
        Scenario::new(host, "opened")
            .opens(&[("proceedWhen", "state"), ("desiredState", "-4")])
            .then(|_| {}),
    );
    all
}

/// An agentless job goes on, or does not.
pub(super) fn polling() -> Vec<Scenario> {
    let waits = |host: &'static str, name: &str, criterion: &'static str| {
        Scenario::new(host, name)
            .inputs(&[
                ("changeAction", "query"),
                ("changeQuery", "correlation_id=other"),
                ("proceedWhen", criterion),
                ("desiredState", "3"),
            ])
            .then(|s| drop(s.plant("other", "-4", "requested")))
    };
    let becomes = |state: &'static str, approval: &'static str| {
        move |stand: &Stand| {
            let id = column(&stand.changes()[0], "sys_id").to_owned();
            stand.set(&id, "state", state);
            stand.set(&id, "approval", approval);
        }
    };
    let mut all = Vec::new();
    for host in ["build", "release"] {
        all.push(waits(host, "approved later", "approved").then(becomes("-2", "approved")));
    }
    for (state, approval) in [
        ("-5", "rejected"),
        ("0", "approved"),
        ("3", "approved"),
        ("4", "requested"),
    ] {
        for criterion in ["approved", "implement", "state"] {
            let name = format!("{criterion}, and becomes {state} {approval}");
            all.push(waits("release", &name, criterion).then(becomes(state, approval)));
        }
    }
    for status in [429, 500, 502, 503, 504, 401, 404] {
        let outage = waits("release", &format!("answered {status}"), "approved");
        all.push(outage.then(move |s| {
            s.sim.fail(On::any(), When::Next(1), answer(status));
            becomes("-2", "approved")(s);
        }));
    }
    all.push(
        waits("release", "a page", "approved")
            .then(|s| s.sim.fail(On::any(), When::Next(1), page())),
    );
    all.push(waits("gates", "asked again", "approved").then(becomes("-2", "approved")));
    all
}
