//! Whether every part of the chain matters: each term is seen to decide both as one that holds and as one that does not,
//! and each piece of a request that is written in another way changes what comes of some story.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::thread;

use super::scenarios::{self, Played, Scenario};
use super::stand::{chain, way};
use super::terms;

/// Terms that no story can tell from a constant, each with the reason.
const FOR_OTHER_PLATFORMS: [(&str, &str, bool); 1] = [
    // One status, two names: which one the server's runtime has is not known, and the interpreter knows the other.
    (
        "ContinuePollingExpression",
        "eq(response['statuscode'], '429')",
        true,
    ),
];

/// How many stories are played at once: they mostly wait for their lines.
const AT_ONCE: usize = 4;

/// Does something with everything, several at a time.
pub(super) fn at_once<T: Sync, R: Send>(all: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let size = all.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let run = |part| {
            let each = &each;
            scope.spawn(move || Iterator::map(<[T]>::iter(part), each).collect::<Vec<R>>())
        };
        let threads: Vec<_> = all.chunks(size).map(run).collect();
        let ended = threads.into_iter();
        ended
            .flat_map(|thread| thread.join().expect("stories end"))
            .collect()
    })
}

/// Every story with what the shipped chain makes of it.
fn stories() -> &'static [(Scenario, Played)] {
    static STORIES: OnceLock<Vec<(Scenario, Played)>> = OnceLock::new();
    STORIES.get_or_init(|| {
        let all = scenarios::all();
        let played = at_once(&all, |scenario| scenario.played(chain()));
        all.into_iter().zip(played).collect()
    })
}

#[test]
fn every_section_is_taken_skipped_and_not_reached() {
    let samples = stories().iter().flat_map(|(_, played)| &played.samples);
    let ways: Vec<String> = samples.map(way).collect();
    for section in 0..chain().section_count() {
        let seen: BTreeSet<char> = ways
            .iter()
            .filter_map(|way| way.chars().nth(section))
            .collect();
        let mut wanted = BTreeSet::from(['s', 'P', 'W', '-']);
        if section == 0 {
            wanted.remove(&'-');
        }
        if section == 12 {
            // Nothing passes without a row.
            wanted.remove(&'s');
            assert!(!seen.contains(&'s'));
        }
        let missing: Vec<_> = wanted.difference(&seen).collect();
        assert!(missing.is_empty(), "section {}: {missing:?}", section + 1);
    }
}

#[test]
fn every_term_decides_both_ways() {
    let mut decided = BTreeSet::new();
    for sample in stories().iter().flat_map(|(_, played)| &played.samples) {
        for (section, done) in sample.sections.iter().enumerate() {
            for asked in &done.asked {
                for (at, term) in asked.terms().into_iter().enumerate() {
                    if term.decides {
                        decided.insert((section + 1, asked.condition, at, term.holds));
                    }
                }
            }
        }
    }
    let mut idle = Vec::new();
    for term in terms::all() {
        for holds in [true, false] {
            let known = FOR_OTHER_PLATFORMS.contains(&(term.condition, &term.text, holds));
            let seen = decided.contains(&(term.section, term.condition, term.at, holds));
            if seen == known {
                idle.push(format!("{holds} {term:?}"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

/// Section, what stands there, what is written instead, and a story that ends in another way then.
const REWRITTEN: [(usize, &str, &str, &str); 40] = [
    (1, "GET", "POST", "gates: an approved change"),
    (
        1,
        "%5EORcorrelation_idSTARTSWITH",
        "%5Ecorrelation_idSTARTSWITH",
        "gates: an approved change",
    ),
    (
        1,
        "(release.definitionEnvironmentId)%3Ag",
        "(release.definitionEnvironmentId)",
        "gates: azdo:d4f5a6b7-2222-4333-8444-555566667777:release:33:94",
    ),
    (
        1,
        "(release.definitionEnvironmentId)%5EOR",
        "(release.releaseId)%5EOR",
        "gates: an approved change",
    ),
    (1, "%5Estate!%3D0", "", "gates: 0 approved"),
    (1, "%5Estate!%3D3", "", "gates: 3 approved"),
    (1, "%5Estate!%3D4", "", "gates: 4 approved"),
    (1, "%5Eapproval!%3Drejected", "", "gates: -5 rejected"),
    (
        1,
        "$(system.teamProjectId)",
        "x",
        "gates: an approved change",
    ),
    (1, ",correlation_id&", "&", "gates: an approved change"),
    (
        2,
        "(system.stageName)%3Ag",
        "(system.stageName)",
        "checks: azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4711:Production4",
    ),
    (2, "$(build.buildId)", "4712", "checks: an approved change"),
    (2, "%5Estate!%3D4", "", "checks: 4 approved"),
    (2, "%5Eapproval!%3Drejected", "", "checks: -5 rejected"),
    (
        2,
        "$.result[0].sys_id",
        "$.result[1].sys_id",
        "checks: an approved change",
    ),
    (3, "number%3D$", "numberSTARTSWITH$", "gates: number "),
    (
        3,
        "'$(changeNumber)'",
        "'CHG9999999'",
        "gates: number CHG0040001",
    ),
    (
        4,
        "$(changeQuery)",
        "$(changeQuery)%5Eactive=true",
        "gates: query correlation_idISNOTEMPTY&sysparm_offset=1",
    ),
    (
        4,
        "sysparm_query=$",
        "sysparm_queries=$",
        "gates: query correlation_id=other",
    ),
    (5, "%5ENQ", "%5E", "gates: 1 are over"),
    (
        5,
        "correlation_id%3Dazdo",
        "correlation_id%3Dx",
        "gates: 1 are over",
    ),
    (
        6,
        "(release.definitionEnvironmentId)\", \"correlation_display",
        "(release.definitionEnvironmentId):g2\", \"correlation_display",
        "gates: opens",
    ),
    (
        6,
        ", \"assignment_group\": \"{{assignmentGroup}}\"",
        "",
        "gates: opens",
    ),
    (
        6,
        "emergency{{/equals}}",
        "normal{{/equals}}",
        "gates: opens an emergency",
    ),
    (
        6,
        "$.result.correlation_id",
        "$.result.number",
        "gates: opened, then ended, and on without",
    ),
    (6, "\"snowgateOpened\"", "\"snowgateOther\"", "gates: opens"),
    (
        7,
        "(release.definitionEnvironmentId):g2",
        "(release.definitionEnvironmentId):g3",
        "gates: 2 are over",
    ),
    (7, "%5ENQ", "%5E", "gates: 2 are over"),
    (8, ":g2", ":g3", "gates: 1 are over"),
    (
        8,
        "\"snowgateOpened\"",
        "\"snowgateOther\"",
        "gates: 1 are over",
    ),
    (9, ":g3", ":g2", "gates: 2 are over"),
    (9, "%5ENQ", "%5E", "gates: 3 are over"),
    (10, ":g3", ":g4", "gates: 2 are over"),
    (
        10,
        "\"snowgateOpened\"",
        "\"snowgateOther\"",
        "gates: 2 are over",
    ),
    (
        11,
        "$.result.state",
        "$.result.type",
        "gates: an opener's change",
    ),
    (
        11,
        "$.result.type",
        "$.result.state",
        "gates: an opener's change",
    ),
    (
        11,
        "$.result.approval",
        "$.result.state",
        "gates: an opener's change",
    ),
    (12, "-4{{/equals}}", "-3{{/equals}}", "gates: opens"),
    (12, "'normal' 1", "'Normal'", "gates: opens"),
    (
        13,
        "$.result.number",
        "$.result.sys_id",
        "gates: an approved change",
    ),
];

#[test]
fn no_piece_of_a_request_is_idle() {
    let idle = at_once(&REWRITTEN, |(section, from, to, name)| {
        let other = terms::changed(*section, from, to).expect("still a chain");
        let (scenario, played) = stories()
            .iter()
            .find(|(scenario, _)| scenario.name == *name)
            .expect(name);
        let idle = scenario.played(&other).effects == played.effects;
        idle.then(|| format!("{section}: {from} -> {to}: {name}"))
    });
    let idle: Vec<String> = idle.into_iter().flatten().collect();
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}
