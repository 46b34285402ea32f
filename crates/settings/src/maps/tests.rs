use super::*;
use crate::Settings;

fn maps(text: &str) -> Maps {
    let text =
        format!("version: 1\ntemplates: {{ done: \"Bug {{{{ bug.id }}}}\" }}\nmaps:\n{text}");
    Settings::parse("s.yml", &text)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .maps()
        .clone()
}

fn problems(text: &str) -> String {
    Settings::parse("s.yml", &format!("version: 1\nmaps:\n{text}"))
        .expect_err("problems")
        .to_string()
}

#[test]
fn a_file_without_maps_has_the_defaults() {
    let maps = maps("");
    assert_eq!(maps, Maps::default());
    let priorities: Vec<Option<u8>> = (0..=6)
        .map(|priority| maps.bug_priority(priority))
        .collect();
    assert_eq!(
        priorities,
        [None, Some(1), Some(1), Some(2), Some(3), Some(4), None]
    );
    assert_eq!(maps.incident_move(Category::Proposed, "New"), None);
    assert_eq!(
        maps.incident_move(Category::InProgress, "Active")
            .map(|to| to.state),
        Some(2)
    );
    for category in [Category::Resolved, Category::Completed] {
        let to = maps.incident_move(category, "Done").expect("a move");
        assert_eq!(to.state, 6);
        assert!(to.close_code.is_some() && to.close_notes.is_some());
    }
}

#[test]
fn the_default_weights_lead_back_to_the_priorities() {
    // The stock lookup of priority by impact and urgency (vendor page "Default priority lookup rules").
    let lookup = |weight: Weight| match (weight.impact, weight.urgency) {
        (1, 1) => 1,
        (1, 2) | (2, 1) => 2,
        (1, 3) | (2, 2) | (3, 1) => 3,
        (2, 3) | (3, 2) => 4,
        _ => 5,
    };
    for priority in 1..=4 {
        assert_eq!(
            Maps::default().incident_weight(priority).map(lookup),
            Some(priority)
        );
    }
    assert_eq!(Maps::default().incident_weight(5), None);
}

#[test]
fn entries_of_the_file_replace_the_defaults_one_by_one() {
    let maps = maps(
        "  bugPriority: { 2: 2 }
  incidentWeight: { \"1\": { impact: 2, urgency: 3 } }
  incidentState:
    Completed: { state: 7, closeCode: Known error, closeNotes: { template: done } }
    Removed: { state: Canceled }
  incidentStateByName:
    Blocked: { state: On Hold, holdReason: 3 }
",
    );
    assert_eq!(
        (maps.bug_priority(1), maps.bug_priority(2)),
        (Some(1), Some(2))
    );
    assert_eq!(
        maps.incident_weight(1),
        Some(Weight {
            impact: 2,
            urgency: 3
        })
    );
    assert_eq!(
        maps.incident_weight(2),
        Some(Weight {
            impact: 1,
            urgency: 2
        })
    );
    let closed = maps
        .incident_move(Category::Completed, "Done")
        .expect("a move");
    assert_eq!(closed.state, 7);
    assert_eq!(closed.close_code.as_deref(), Some("Known error"));
    assert_eq!(closed.close_notes.as_deref(), Some("Bug {{ bug.id }}"));
    assert_eq!(
        maps.incident_move(Category::Removed, "Removed")
            .map(|to| to.state),
        Some(8)
    );
    let blocked = maps
        .incident_move(Category::InProgress, "blocked")
        .expect("a move");
    assert_eq!(
        (blocked.state, blocked.hold_reason.as_deref()),
        (3, Some("3"))
    );
}

#[test]
fn what_the_instance_would_refuse_is_refused_here() {
    assert_eq!(
        problems("  incidentState: { Resolved: { state: 6, closeCode: x } }\n"),
        "s.yml:3:20: an incident is resolved or closed here without `closeCode` and `closeNotes`; add both: the instance refuses the state without them"
    );
    assert_eq!(
        problems("  incidentState: { Resolved: { state: Done } }\n"),
        "s.yml:3:39: `state` is `Done`; write one of `New`, `In Progress`, `On Hold`, `Resolved`, `Closed`, `Canceled`, or the value of a state"
    );
    assert!(
        problems("  incidentState: { InProgres: { state: 2 } }\n")
            .contains("did you mean `InProgress`?")
    );
    assert!(
        problems("  incidentState: { InProgress: {} }\n")
            .contains("`state` is missing in `InProgress`; add it: state of the incident")
    );
    assert!(
        problems("  bugPriority: { 6: 1 }\n")
            .contains("`6` cannot be a name in `bugPriority`; write a digit from 1 to 5")
    );
    assert!(
        problems("  bugPriority: { 1: 5 }\n")
            .contains("`1` is `5`; write a whole number from 1 to 4")
    );
    assert!(
        problems("  incidentWeight: { 1: { impact: 1 } }\n")
            .contains("`urgency` is missing in `1`")
    );
    assert!(
        problems("  incidentStateByName: { A: { state: 1 }, a: { state: 2 } }\n")
            .contains("differ by case only")
    );
    assert!(problems("  incidentState: { Completed: { state: 6, closeCode: x, closeNotes: { template: no } } }\n").contains("there is no template `no`"));
}

#[test]
fn categories_are_named_as_the_vendor_does() {
    assert_eq!(
        Category::from_name("InProgress"),
        Some(Category::InProgress)
    );
    assert_eq!(Category::from_name("inprogress"), None);
}
