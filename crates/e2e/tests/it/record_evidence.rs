//! What a record collects, and what it says of the rest.

use crate::office::Office;

#[test]
fn who_wants_nothing_collected_asks_nobody_and_misses_nothing() {
    let office = Office::new();
    let number = office.gated();
    let step = office
        .record()
        .input("evidence", "none")
        .input("auditReport", "false");
    let finished = office.recorded(&step);
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.azure.requests().len(), 0);
    assert!(!finished.shown().contains("Not read"), "{finished:?}");
    office.is_content();
}

#[test]
fn a_report_without_evidence_still_knows_when_the_deployment_began() {
    let office = Office::new();
    let number = office.gated();
    let finished = office.recorded(&office.record().input("evidence", "none"));
    let asked: Vec<String> = office
        .azure
        .requests()
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert!(
        asked.iter().any(|path| path.ends_with("/timeline")),
        "{asked:?}"
    );
    assert!(
        !asked.iter().any(|path| path.ends_with("/changes")),
        "{asked:?}"
    );
    assert!(!finished.shown().contains("Not read"), "{finished:?}");
    let report = office.file(&number, "snowgate-audit-");
    assert!(report.contains("Azure DevOps timeline"), "{report}");
    assert!(report.contains("they were not asked for"), "{report}");
    office.is_content();
}

#[test]
fn one_kind_of_evidence_is_collected_alone() {
    let office = Office::new();
    let number = office.gated();
    let finished = office.recorded(&office.record().input("evidence", "workItems"));
    let record = office.file(&number, "snowgate-record-");
    assert!(record.contains("Customers can buy blue shoes"), "{record}");
    assert!(record.contains("\"commits\": []"), "{record}");
    assert!(!finished.shown().contains("Not read"), "{finished:?}");
    office.is_content();
}
