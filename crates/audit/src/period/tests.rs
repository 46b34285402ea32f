use super::*;
use crate::rules::tests::{at, bent};

fn period() -> Period {
    let (from, to) = (at("00:00:00"), at("23:59:59"));
    let mut period = Period::new(from, to, Some("shop".to_owned()), at("23:00:00"));
    period.add(PeriodRow::of(&bent(|_, _, _| {})));
    period.add(PeriodRow::of(&bent(|c, _, _| {
        c.change.short_description = "=cmd|' /C calc'!A0, \"quoted\"".to_owned();
        c.change.close_code = Some("unsuccessful".to_owned());
        (c.change.planned_start, c.change.planned_end) = (None, None);
    })));
    period.add(PeriodRow::of(&bent(|c, _, _| {
        c.change.state_value = -1;
        c.change.planned_end = Some(at("10:05:00"));
    })));
    period.add(PeriodRow::unreadable(
        "CHG0030009",
        None,
        "no right to read it",
    ));
    period
}

#[test]
fn totals_count_each_rule_by_verdict_and_weigh_by_the_worst() {
    let totals = period().totals;
    let told: Vec<_> = totals
        .iter()
        .map(|t| (t.rule, t.severity, t.broken, t.unproven))
        .collect();
    assert_eq!(
        told,
        [
            ("left-open", Severity::High, 1, 0),
            ("closed-with-true-outcome", Severity::Medium, 1, 0),
            ("inside-window", Severity::Medium, 1, 1),
        ]
    );
}

#[test]
fn there_is_one_line_for_each_change_readable_or_not() {
    let csv = period().csv();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 6, "{csv}");
    assert_eq!(
        lines[1],
        "CHG0030001,Deploy shop to production,Web shop,production,yes,2026-11-25T10:10:00Z,2026-11-25T10:20:00Z,\
         succeeded,Closed,successful,Ana Approver; Cab Chair,run 20261125.1 (4711),1,1,,,"
    );
    assert!(
        lines[2].starts_with("CHG0030001,\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\","),
        "{csv}"
    );
    assert!(
        lines[2].ends_with("closed-with-true-outcome,inside-window,"),
        "{csv}"
    );
    assert_eq!(lines[4], "CHG0030009,,,,,,,,,,,,,,,,no right to read it");
}

#[test]
fn a_change_knows_every_name_of_its_service() {
    let trail =
        bent(|c, _, _| c.change.close_notes = Some("Service: shop\n Service:  Till ".to_owned()));
    assert_eq!(trail.services(), ["Web shop", "shop-web", "shop", "Till"]);
}
