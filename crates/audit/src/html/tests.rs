use super::*;
use crate::PeriodRow;
use crate::rules::tests::{approval, at, bent, commit, note};
use crate::trail::{Gap, Link};

const ATTACK: &str = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x' {{ 7*7 }} {% raw %}";

fn hostile() -> String {
    html(&bent(|c, r, h| {
        let evil = || ATTACK.to_owned();
        c.change.short_description = evil();
        c.change.description = evil();
        c.change.close_notes = Some(evil());
        c.change.close_code = Some(evil());
        c.change.state = evil();
        c.change.kind = evil();
        c.change.correlation = evil();
        c.change.conflicts = vec![evil()];
        c.change.on_hold = Some(evil());
        c.approvals.push(approval(ATTACK, ATTACK, "10:00:00"));
        c.approvals[0].comment = Some(evil());
        c.notes.kept.push(note(ATTACK, "10:00:00"));
        c.files[0].name = evil();
        c.gaps.push(Gap {
            what: evil(),
            source: evil(),
            why: evil(),
        });
        r.run.number = evil();
        r.run.pipeline = evil();
        r.run.reason = evil();
        r.run.stage.name = evil();
        r.run.source_version = Some(evil());
        r.code.commits.add(commit(ATTACK, ATTACK, ATTACK));
        r.code.work_items.kept[0].title = evil();
        r.code.pull_requests.kept[0].title = evil();
        r.code.tests.kept[0].name = evil();
        r.code.artifacts.kept[0].name = evil();
        h.service = Some(evil());
        h.environment = Some(evil());
    }))
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let page = hostile();
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(page.matches("</title>").count(), 1);
    assert!(page.matches("&lt;script&gt;").count() >= 20, "{page}");
    assert!(page.contains("{{ 7*7 }}") && !page.contains(" 49 "));
    assert!(!page.contains("onload='x'") && page.contains("onload=&#39;x&#39;"));
}

#[test]
fn templates_neither_trust_nor_fetch_anything() {
    for (name, text) in TEMPLATES {
        for bad in [
            "| safe", "|safe", "<script", "http://", "https://", "url(", "@import", "src=",
            "onclick",
        ] {
            assert!(!text.contains(bad), "{name}: {bad}");
        }
    }
    for page in [html(&bent(|_, _, _| {})), period_html(&period())] {
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
        assert!(
            page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"),
            "{}",
            &page[..60]
        );
    }
}

#[test]
fn only_web_addresses_become_links() {
    let page = html(&bent(|c, r, _| {
        c.change.page = Link::new("javascript:alert(1)");
        r.run.page = Link::new("http://127.0.0.1/a\"onmouseover=\"x?b=c&d");
    }));
    assert!(!page.contains("javascript:"));
    assert!(
        page.contains("href=\"http://127.0.0.1/a&quot;onmouseover=&quot;x?b=c&amp;d\""),
        "{page}"
    );
    let hrefs = page.split("href=\"").skip(1);
    assert!(hrefs.clone().count() > 3);
    assert!(
        hrefs
            .into_iter()
            .all(|rest| rest.starts_with("http://127.0.0.1/"))
    );
}

#[test]
fn direction_and_control_characters_show() {
    let page = html(&bent(|c, _, _| {
        c.approvals[0].approver.name = "Ana\u{202E}revorppA\u{0}\u{200B}".to_owned();
    }));
    assert!(page.contains("Ana[U+202E]revorppA[U+0000][U+200B]"));
    assert!(!page.contains('\u{202E}') && !page.contains('\u{0}'));
}

#[test]
fn headings_follow_each_other_and_tables_have_heads() {
    for page in [hostile(), html(&bent(|_, _, _| {})), period_html(&period())] {
        let mut last = 0;
        for part in page.split("<h").skip(1) {
            let Some(level) = part.chars().next().and_then(|c| c.to_digit(10)) else {
                continue;
            };
            assert!(level <= last + 1, "h{level} after h{last}");
            last = level;
        }
        assert_eq!(page.matches("<h1").count(), 1);
        assert_eq!(
            page.matches("<table").count(),
            page.matches("<caption").count()
        );
        assert_eq!(
            page.matches("<table").count(),
            page.matches("<thead>").count()
        );
        for part in page
            .split("<th")
            .skip(1)
            .filter(|part| !part.starts_with("ead"))
        {
            assert!(
                part.starts_with(" scope="),
                "{}",
                &part[..40.min(part.len())]
            );
        }
    }
}

#[test]
fn findings_come_first_and_say_it_in_words() {
    let page = html(&bent(|c, _, _| {
        c.approvals[1].at = Some(at("10:15:00"));
        (c.change.planned_start, c.change.planned_end) = (None, None);
    }));
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(
        place("✗ 1 of 14 rules did not hold; 1 more could not be shown to.")
            < place("<h2>Findings")
    );
    assert!(place("✗ Not held, high") < place("? Not shown, low"));
    assert!(place("<h2>Findings") < place("<h2>Deployment"));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let page = html(&bent(|_, r, _| {
        for n in 0..4999 {
            r.code
                .commits
                .add(commit(&format!("{n:040}"), "more", "pat@shop.example"));
        }
    }));
    assert!(page.contains("4900 more are not shown here"), "{page}");
    assert_eq!(page.matches("data-label=\"Commit\"").count(), 100);
    assert!(page.contains("5000 in all, by 1 author<"));
}

#[test]
fn an_empty_trail_still_renders() {
    let page = html(&bent(|c, r, _| {
        *r = crate::trail::RunTrail::default();
        c.approvals.clear();
        c.files.clear();
        c.notes = crate::trail::Notes::default();
        c.change.page = None;
        c.change.planned_start = None;
        c.change.planned_end = None;
        c.change.created_at = None;
        c.change.requested_by = None;
        c.change.opened_by = None;
        c.change.closed_by = None;
    }));
    assert!(page.contains("It could not be read."));
    assert!(page.ends_with("</html>\n"));
}

fn period() -> Period {
    let mut period = Period::new(at("00:00:00"), at("23:00:00"), None, at("23:00:00"));
    period.add(PeriodRow::of(&bent(|_, _, _| {})));
    period.add(PeriodRow::of(&bent(|c, _, _| {
        c.change.short_description = ATTACK.to_owned();
        c.change.close_code = Some("unsuccessful".to_owned());
    })));
    period.add(PeriodRow::unreadable("CHG0030009", None, ATTACK));
    period
}

#[test]
fn a_period_tells_its_totals_and_escapes_its_lines() {
    let page = period_html(&period());
    assert!(
        page.contains("✗ 3 changes, 1 with a rule that did not hold, 1 could not be read."),
        "{page}"
    );
    assert!(!page.contains("<script") && page.matches("&lt;script&gt;").count() == 2);
    let empty = Period::new(at("00:00:00"), at("23:00:00"), None, at("23:00:00"));
    assert!(period_html(&empty).contains("✓ 0 changes, none"));
}

#[test]
fn sizes_and_words_are_told_for_people() {
    for (size, told) in [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1_048_576, "1.0 MiB"),
        (u64::MAX, "16777215.9 TiB"),
    ] {
        assert_eq!(bytes(size), told);
    }
    assert_eq!(words("succeededWithIssues"), "succeeded with issues");
    assert_eq!(words("individualCI"), "individual CI");
}
