use change::{RowState, State};
use servicenow::Fields;
use servicenow_sim::Rounds;

use crate::harness::{assert_clean, calls, instance, number, seeded, sim};

#[tokio::test]
async fn approvers_of_both_rounds_are_read_with_names_groups_and_words() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    assert_eq!(instance.approvals().of(&change).await.unwrap(), []);

    instance
        .change_requests()
        .move_to(&change, State::Assess, &Fields::new())
        .await
        .unwrap();
    let number = number(&sim, &change);
    sim.approve(&number, Rounds::Current).unwrap();
    sim.reject(&number, "carla.cab", "not on a Friday").unwrap();

    sim.forget_requests();
    let rows = instance.approvals().of(&change).await.unwrap();
    let find = |name: &str| rows.iter().find(|row| row.approver == name).unwrap();
    assert_eq!(find("Nina Network").state, RowState::Approved);
    assert_eq!(find("Nina Network").group.as_deref(), Some("Network"));
    assert!(find("Nina Network").at.is_some());
    assert_eq!(find("Carla Cab").state, RowState::Rejected);
    assert_eq!(find("Carla Cab").group.as_deref(), Some("CAB Approval"));
    assert!(matches!(find("Cole Cab").state, RowState::Other(_)));
    let of_rows = |call: &&String| call.ends_with("/table/sysapproval_approver");
    assert_eq!(calls(&sim).iter().filter(of_rows).count(), 1);
    assert_clean(&sim);
}

#[tokio::test]
async fn an_approvers_words_are_read_where_the_instance_shows_journals() {
    let sim = servicenow_sim::Sim::start(servicenow_sim::Options {
        journal_in_display: true,
        ..servicenow_sim::Options::default()
    });
    let change = seeded(&sim);
    let instance = instance(&sim);
    instance
        .change_requests()
        .move_to(&change, State::Assess, &Fields::new())
        .await
        .unwrap();
    let number = number(&sim, &change);
    sim.reject(&number, "nina.network", "too late in the day")
        .unwrap();
    let rows = instance.approvals().of(&change).await.unwrap();
    let row = rows.iter().find(|r| r.state == RowState::Rejected).unwrap();
    let words = row.comment.as_deref().unwrap_or_default();
    assert!(words.contains("too late in the day"), "{row:?}");
}

#[tokio::test]
async fn many_approvers_come_page_by_page_each_once() {
    let sim = sim();
    let change = seeded(&sim);
    for _ in 0..120 {
        let columns = serde_json::json!({"sysapproval": change.as_str(), "state": "requested"});
        sim.seed("sysapproval_approver", columns);
    }
    let rows = instance(&sim).approvals().of(&change).await.unwrap();
    assert_eq!(rows.len(), 120);
    assert_eq!(calls(&sim).len(), 3);
    assert_clean(&sim);
}
