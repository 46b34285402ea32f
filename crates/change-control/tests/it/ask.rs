//! Asking the approvers: by the steps that the instance offers, and never more than asking.

use change::{Approval, State, Type};
use change_control::{Asked, Error};
use servicenow::{Fields, NewChange};
use servicenow_sim::Options;

use crate::desk::{Desk, control, new_change, open};

async fn asked(desk: &Desk, new: NewChange) -> Result<Asked, Box<Error>> {
    control!(desk, control);
    let make = move |_| new.clone();
    let opened = desk.tell(open(&control, &make)).await.unwrap();
    desk.tell(control.ask_approval(opened.request)).await
}

#[tokio::test(start_paused = true)]
async fn each_type_goes_to_its_approvers() {
    for (kind, state, approval) in [
        (Type::Normal, State::Assess, Approval::Requested),
        (Type::Emergency, State::Authorize, Approval::Requested),
    ] {
        for change_api in [true, false] {
            let desk = Desk::with(Options {
                change_api,
                ..Options::default()
            });
            let new = NewChange {
                kind: Some(kind.clone()),
                ..new_change(&desk.sim)
            };
            let asked = asked(&desk, new).await.unwrap();
            assert!(
                matches!(asked, Asked::Yes(_)),
                "{kind}, {change_api}: {asked:?}"
            );
            let request = asked.into_request();
            assert_eq!(
                (request.state, &request.approval),
                (state, &approval),
                "{kind}, {change_api}"
            );
            assert_eq!(
                desk.column(&request.number, "state"),
                state.value().to_string()
            );
            assert_eq!(desk.sim.findings(), []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_is_followed_along_its_own_states() {
    let desk = Desk::new();
    let model = desk.sim.id_of("chg_model", "name", "Application Release");
    let new = NewChange {
        kind: None,
        model: Some(model.parse().unwrap()),
        ..new_change(&desk.sim)
    };
    let asked = asked(&desk, new).await.unwrap();
    assert!(matches!(asked, Asked::Yes(_)), "{asked:?}");
    assert_eq!(asked.into_request().state, State::Other(10));
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_change_past_new_is_not_asked_for_again() {
    let desk = Desk::new();
    let number = desk.plant("theirs", "2026-03-01 08:00:00", "-5");
    desk.sim
        .move_as(number.as_str(), "nina.network", &[("state", "-4")])
        .unwrap();
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    let asked = desk.tell(control.ask_approval(request)).await.unwrap();
    assert!(matches!(asked, Asked::Already(_)), "{asked:?}");
    assert_eq!(desk.count("PATCH", "") + desk.count("PUT", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_offers_no_step_is_left_and_told() {
    let desk = Desk::new();
    // A model whose first step needs planned dates, which this change has not.
    let model = desk.sim.id_of("chg_model", "name", "Cloud Infrastructure");
    let new = NewChange {
        kind: None,
        model: Some(model.parse().unwrap()),
        ..new_change(&desk.sim)
    };
    let asked = asked(&desk, new).await.unwrap();
    assert!(matches!(asked, Asked::NoWay(_)), "{asked:?}");
    let request = asked.into_request();
    assert_eq!(request.state, State::New);
    assert!(
        desk.news()
            .contains(&format!("no way to ask for {}", request.number)),
        "{:?}",
        desk.news()
    );
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_missing_group_is_named() {
    let desk = Desk::with(Options {
        change_api: false,
        ..Options::default()
    });
    let new = NewChange {
        fields: Fields::new().set("short_description", "Nobody's"),
        ..new_change(&desk.sim)
    };
    let error = asked(&desk, new).await.unwrap_err();
    let said = redact::chain(&error);
    assert!(said.contains("assignment group"), "{said}");
    assert_eq!(desk.sim.findings(), []);
}
