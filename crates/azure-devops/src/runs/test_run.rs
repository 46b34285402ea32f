//! Test results of a run, in numbers.

use outbound::Request;
use url::Url;

use crate::RunId;
use crate::organization::Place;
use crate::wire::{Missing, Node};

/// Test runs in one page.
pub(super) const PAGE: usize = 100;

/// Test runs of one run, more are an error.
pub(super) const MOST: usize = 10_000;

/// One test run: what one publishing step reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRun {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// How far it is: `Completed`, `InProgress`, `NeedsInvestigation`, ...
    pub state: String,
    /// Tests in all.
    pub total: u64,
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed. Where the service counts outcomes (`runStatistics`) it is that count; else the tests it has
    /// nobody's analysis of (`unanalyzedTests`), which is how its own pages count failures.
    pub failed: u64,
    /// Tests that were skipped.
    pub not_applicable: u64,
    /// Tests that did not come to an end.
    pub incomplete: u64,
    /// Its page for people.
    pub page: Option<Url>,
}

/// A page of the test runs of a run. The service names the run by an address of its own kind here.
pub(super) fn page(place: &Place<'_>, run: RunId, skip: usize) -> Request {
    let mut url = place.api(&["test", "runs"], super::VERSION);
    url.query_pairs_mut()
        .append_pair("buildUri", &format!("vstfs:///Build/Build/{run}"))
        .append_pair("includeRunDetails", "true")
        .append_pair("$top", &PAGE.to_string())
        .append_pair("$skip", &skip.to_string());
    Request::get(url)
}

pub(super) fn decode(node: Node<'_>, place: &Place<'_>) -> Result<TestRun, Missing> {
    let id = node.need_number("id")?;
    let composed = place.page(&["_testManagement", "runs"], &[("runId", &id.to_string())]);
    let count = |key: &str| node.number(key).unwrap_or_default();
    Ok(TestRun {
        id,
        name: node.text_or_empty("name"),
        state: node.text_or_empty("state"),
        total: count("totalTests"),
        passed: count("passedTests"),
        failed: failed(node).unwrap_or_else(|| count("unanalyzedTests")),
        not_applicable: count("notApplicableTests"),
        incomplete: count("incompleteTests"),
        page: Some(place.link_or(node.text("webAccessUrl"), composed)),
    })
}

/// The failures among the counted outcomes, where the service counted them.
fn failed(node: Node<'_>) -> Option<u64> {
    let mut counted = false;
    let mut failed = 0_u64;
    for entry in node.items("runStatistics") {
        let outcome = entry.text_or_empty("outcome").to_ascii_lowercase();
        counted |= !outcome.is_empty();
        if ["failed", "error", "aborted", "timeout"].contains(&outcome.as_str()) {
            failed = failed.saturating_add(entry.number("count").unwrap_or_default());
        }
    }
    counted.then_some(failed)
}
