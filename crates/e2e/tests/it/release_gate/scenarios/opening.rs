//! A gate that opens: where, once, and in spite of what goes wrong.

use servicenow_sim::{Fault, On, When};

use super::super::stand::{RELEASE, Stand, column};
use super::{STALE, Scenario, answer, ended, generation, page};

/// So many generations are over.
fn over(generations: u32) -> impl Fn(&Stand) + Send + Sync + 'static {
    move |stand| {
        for number in 1..=generations {
            let key = if number == 1 {
                RELEASE.to_owned()
            } else {
                generation(number)
            };
            stand.plant(&key, "3", "approved");
        }
    }
}

/// A gate that has had a change opens no other one, however it came to know of it.
fn remembering(count: u32) -> [Scenario; 3] {
    let new = |name: &str| {
        let scenario = Scenario::new("gates", &format!("{name} after {count}"));
        scenario.goes_on().opens(&[])
    };
    [
        new("lost, found, ended")
            .then(move |s| {
                over(count)(s);
                let lost = Fault::ResetAfterCommit;
                s.sim.fail(On::any().method("POST"), When::Next(1), lost);
            })
            .again()
            .then(ended),
        new("created, not read, out of sight")
            .then(move |s| {
                over(count)(s);
                let read_back = When::Nth(count + 3);
                s.sim.fail(On::any().method("GET"), read_back, page());
            })
            .then(|s| {
                for row in s.open_ones() {
                    s.set(column(&row, "sys_id"), "correlation_id", "moved");
                }
            }),
        new("found, ended")
            .then(move |s| {
                over(count)(s);
                s.plant(&generation(9), "-4", "requested");
            })
            .then(ended),
    ]
}

/// An opener from its first sample on.
pub(super) fn all() -> Vec<Scenario> {
    let new = |name: &str| Scenario::new("gates", name);
    let mut all = vec![
        new("opens").opens(&[]).then(|_| {}).again(),
        new("opens an emergency")
            .opens(&[("changeType", "emergency")])
            .then(|_| {})
            .again(),
        new("no type")
            .opens(&[("changeType", "standard")])
            .then(|_| {}),
        new("opens and asks nobody")
            .opens(&[("requestApproval", "false")])
            .then(|_| {})
            .again(),
        new("opened, then ended")
            .opens(&[])
            .then(|_| {})
            .then(ended),
        new("opened, then ended, and on")
            .goes_on()
            .opens(&[])
            .then(|_| {})
            .then(ended),
        new("opened, then ended, and on without")
            .goes_on()
            .drops()
            .opens(&[])
            .then(|_| {})
            .then(ended),
        new("its key is not kept")
            .opens(&[("proceedWhen", "state"), ("desiredState", "-4")])
            .options(|options| {
                options
                    .write_protected
                    .push("change_request.correlation_id".to_owned());
            })
            .then(|_| {})
            .again(),
    ];
    for count in 1..=3 {
        all.push(
            new(&format!("{count} are over"))
                .opens(&[])
                .then(over(count)),
        );
        all.push(
            new(&format!("{count} are over, and on"))
                .goes_on()
                .opens(&[])
                .then(over(count)),
        );
        // The second sample remembers counts of the first.
        let lost = new(&format!("{count} are over, the answer is lost")).opens(&[]);
        all.push(
            lost.then(move |stand| {
                over(count - 1)(stand);
                stand.sim.fail(
                    On::any().method("POST"),
                    When::Next(1),
                    Fault::ResetAfterCommit,
                );
            })
            .again(),
        );
        let ended_late = new(&format!("{count} were over, one more ends"))
            .goes_on()
            .opens(&[]);
        all.push(ended_late.then(over(count - 1)).then(ended));
    }
    for count in 0..=2 {
        all.extend(remembering(count));
    }
    for (at, stale) in STALE.iter().enumerate() {
        let waits = new(&format!("stale {at}"));
        all.push(waits.variables(stale).goes_on().then(|_| {}));
    }
    all
}

/// One request of the opening goes wrong.
pub(super) fn in_trouble() -> Vec<Scenario> {
    let new = |name: &str| Scenario::new("gates", name).opens(&[]);
    let two_over = |stand: &Stand| {
        stand.plant(RELEASE, "3", "approved");
        stand.plant(&generation(2), "3", "approved");
    };
    let mut all = Vec::new();
    for nth in 1..=5 {
        all.push(
            new(&format!("page {nth}"))
                .then(move |s| {
                    two_over(s);
                    s.sim.fail(On::any().method("GET"), When::Nth(nth), page());
                })
                .again(),
        );
    }
    for nth in 1..=3 {
        all.push(
            new(&format!("page {nth} of a free place"))
                .fails("GET", nth, &page())
                .again(),
        );
    }
    for nth in 2..=3 {
        for keys in [vec![], vec![RELEASE.to_owned()], vec![generation(2)]] {
            let page_on = new(&format!("page {nth}, and on, {}", keys.join(" ")));
            all.push(page_on.goes_on().then(move |s| {
                for key in &keys {
                    s.plant(key, "3", "approved");
                }
                s.sim.fail(On::any().method("GET"), When::Nth(nth), page());
            }));
        }
    }
    for (name, keys) in [
        ("free", vec![]),
        ("first over", vec![RELEASE.to_owned()]),
        ("second over", vec![generation(2)]),
        ("both over", vec![RELEASE.to_owned(), generation(2)]),
    ] {
        all.push(new(&format!("refused, {name}")).goes_on().then(move |s| {
            for key in &keys {
                s.plant(key, "3", "approved");
            }
            s.sim
                .fail(On::any().method("POST"), When::Next(1), answer(403));
        }));
    }
    all
}
