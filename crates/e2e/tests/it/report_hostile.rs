//! A report is made of other people's words. In a real browser nothing in them runs, on the run's page and in the log they
//! are text, and neither JSON nor CSV is led astray.

use azure_devops_sim::{CommitSeed, Person, WorkItemSeed};
use serde_json::Value;
use testkit::browser::{Browser, Opened};

use crate::hostile::{is_command, is_plain};
use crate::office::RUN;
use crate::report_tricks::{SHORT, TRICKS, desk, recorded};
use crate::report_world::{Desk, escaped};

/// Everything that a page of ours is made of.
const ELEMENTS: [&str; 31] = [
    "a", "article", "b", "body", "br", "caption", "code", "dd", "div", "dl", "dt", "footer", "h1",
    "h2", "h3", "h4", "head", "header", "html", "li", "main", "meta", "ol", "p", "section",
    "small", "span", "style", "table", "title", "ul",
];
const OF_TABLES: [&str; 5] = ["tbody", "td", "th", "thead", "tr"];

/// What the step may tell the agent, and the variables it may set.
const COMMANDS: [&str; 7] = [
    "complete",
    "debug",
    "logissue",
    "setsecret",
    "setvariable",
    "uploadfile",
    "uploadsummary",
];
const OUTPUTS: [&str; 5] = [
    "changeNumber",
    "changeSysId",
    "changeState",
    "deploymentRecordId",
    "auditReportPath",
];

#[test]
fn words_of_others_stay_words_in_a_browser() {
    let desk = desk();
    recorded(&desk);
    desk.write("close_notes", TRICKS);
    let attached = desk.office.file(&desk.number, "snowgate-audit-");
    let asked = desk.asked(&["audit", &desk.number, "--format", "html"]);
    let period = desk.asked(&[
        "audit",
        "--from",
        "2026-11-25",
        "--to",
        "2026-11-26",
        "--format",
        "html",
    ]);
    for (html, title) in [
        (&attached, format!("Change audit {}", desk.number)),
        (&asked, format!("Change audit {}", desk.number)),
        (
            &period,
            "Change audit, 2026-11-25 00:00:00 UTC to 2026-11-26 00:00:00 UTC".to_owned(),
        ),
    ] {
        let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"";
        assert!(html.contains(policy), "{html}");
        // The policy alone would keep it from running; so it has to be quiet without it, too.
        for page in [
            html.clone(),
            html.replacen(policy, "<meta name=\"none\"", 1),
        ] {
            let opened = Browser::text(page).open().unwrap();
            assert_eq!(opened.title, title);
            assert_quiet(&opened);
            assert!(
                opened.dom.contains("&lt;script&gt;document.title="),
                "{}",
                opened.dom
            );
        }
    }
    assert!(
        attached.contains("[U+202E]evil") && attached.contains("{{ 7 * 7 }}"),
        "{attached}"
    );
    // Whoever forgets to escape is found out.
    let hole = attached
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#39;", "'");
    assert!(
        !Browser::text(hole.clone())
            .open()
            .unwrap()
            .console
            .is_empty()
    );
    let hole = hole.replacen("http-equiv=\"Content-Security-Policy\"", "", 1);
    let opened = Browser::text(hole).open().unwrap();
    assert_eq!(opened.title, "pwned");
    assert!(
        opened
            .requests
            .iter()
            .any(|address| address.starts_with("http://127.0.0.1:8008/")),
        "{opened:?}"
    );
    desk.office.is_content();
}

#[test]
fn no_word_is_too_long_for_a_phone() {
    let desk = desk();
    let endless = "Donaudampfschifffahrt".repeat(40);
    desk.office.azure.add_commits(
        RUN,
        vec![CommitSeed {
            message: endless.clone(),
            author: Person::new(&endless, &format!("{endless}@shop.example")),
            ..CommitSeed::default()
        }],
    );
    recorded(&desk);
    desk.write("close_notes", &endless);
    let page = desk.asked(&["audit", &desk.number, "--format", "html"]);
    let period = desk.asked(&[
        "audit",
        "--from",
        "2026-11-25",
        "--to",
        "2026-11-26",
        "--format",
        "html",
    ]);
    // A window of a headless browser has a least width; a frame in it has none.
    let measure = "<script>onload = () => document.title = f.contentDocument.documentElement.scrollWidth</script>";
    for html in [page, period] {
        let frame = format!(
            "<iframe id=f style='width:390px;height:800px;border:0' srcdoc=\"{}\"></iframe>",
            escaped(&html)
        );
        let opened = Browser::text(format!("<!DOCTYPE html>{frame}{measure}"))
            .open()
            .unwrap();
        assert_eq!(opened.title, "390");
    }
}

#[test]
fn a_secret_in_a_message_of_others_goes_no_further() {
    let desk = Desk::new();
    let secret = desk.office.world.sim.credentials().password.clone();
    let azure = &desk.office.azure;
    azure.add_commits(
        RUN,
        vec![CommitSeed {
            message: format!("Use \"{secret}\" for now"),
            ..CommitSeed::default()
        }],
    );
    let item = azure.add_work_item(WorkItemSeed {
        title: format!("Change {secret}"),
        ..WorkItemSeed::default()
    });
    azure.link_work_items(RUN, &[item]);
    let finished = desk.office.run(&desk.record());
    let record = desk.office.file(&desk.number, "snowgate-record-");
    assert!(record.contains("\"Use \\\"***\\\" for now\""), "{record}");
    let html = desk.office.file(&desk.number, "snowgate-audit-");
    assert!(html.contains("Use &quot;***&quot; for now"), "{html}");
    for text in [
        &record,
        &html,
        &finished.raw(),
        &desk.office.column(&desk.number, "close_notes"),
    ] {
        assert!(!text.contains(&secret), "{text}");
    }
    assert!(!desk.office.notes(&desk.number)[0].contains(&secret));
    let asked = desk.asked(&["audit", &desk.number, "--format", "json"]);
    assert!(!asked.contains(&secret), "{asked}");
    desk.office.is_content();
}

/// Nothing was asked for but perhaps the icon that a browser asks for on its own, nothing said, and only what a report
/// is made of is in the document.
#[track_caller]
fn assert_quiet(opened: &Opened) {
    let asked = opened
        .requests
        .iter()
        .filter(|address| !address.ends_with("/favicon.ico"));
    assert_eq!(asked.collect::<Vec<_>>(), [""; 0]);
    assert_eq!(opened.console, [""; 0]);
    let (_, body) = opened.dom.split_once("</style>").expect("a style");
    for tag in body.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag
            .trim_start_matches('/')
            .split([' ', '\n'])
            .next()
            .unwrap_or_default();
        assert!(
            ELEMENTS.contains(&name) || OF_TABLES.contains(&name),
            "<{tag}>"
        );
        assert!(!tag.contains(" on") && !tag.contains(" style="), "<{tag}>");
        if let Some((_, link)) = tag.split_once("href=\"") {
            assert!(
                link.starts_with("http://127.0.0.1:")
                    && !link.starts_with("http://127.0.0.1:8008/"),
                "<{tag}>"
            );
        }
    }
}

#[test]
fn words_of_others_fire_no_command_and_stay_text_on_the_page() {
    let desk = desk();
    let finished = recorded(&desk);
    assert!(finished.log.complaints.is_empty(), "{finished:?}");
    for command in &finished.log.commands {
        assert!(COMMANDS.contains(&command.event.as_str()), "{command:?}");
    }
    let completed = finished
        .log
        .commands
        .iter()
        .filter(|command| command.event == "complete");
    assert_eq!(completed.count(), 1, "{finished:?}");
    for (name, value) in &finished.log.variables {
        let output = name.strip_prefix("record.").unwrap_or_default();
        assert!(OUTPUTS.contains(&output), "{name}");
        assert!(is_plain(value) && !is_command(value), "{value:?}");
    }
    assert_eq!(finished.log.files.len(), 1, "{finished:?}");
    for entry in &finished.entries {
        assert!(is_plain(&entry.raw), "{:?}", entry.raw);
    }
    for line in &finished.log.shown {
        assert!(is_plain(line) && !is_command(line), "{line:?}");
    }
    for page in &finished.log.summaries {
        assert!(page.lines().all(is_plain), "{page:?}");
        let lower = page.to_lowercase();
        let active = [
            "##vso",
            "<script",
            "<img",
            "<svg",
            "](javascript",
            "](http://127.0.0.1:8008",
            "https://127.0.0.1/k",
            "| t |",
            "\n# h",
        ];
        for active in active {
            assert!(!lower.contains(active), "{active} in {page}");
        }
        // A row of a table has two cells, whatever is in them.
        let rows = page.lines().filter(|line| line.starts_with('|'));
        assert!(
            rows.clone().all(|row| row.matches('|').count() == 3),
            "{page}"
        );
    }
    desk.office.is_content();
}

#[test]
fn words_of_others_lead_neither_json_nor_a_spreadsheet_astray() {
    let desk = desk();
    recorded(&desk);
    let record = desk.office.file(&desk.number, "snowgate-record-");
    let record: Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["commits"][0]["message"], TRICKS);
    let report = desk.asked(&["audit", &desk.number, "--format", "json"]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["change"]["shortDescription"], SHORT);
    for arguments in [
        &["audit", &desk.number, "--format", "csv"][..],
        &[
            "audit",
            "--from",
            "2026-11-25",
            "--to",
            "2026-11-26",
            "--format",
            "csv",
        ],
    ] {
        let csv = desk.asked(arguments);
        let rows = rows(&csv);
        assert!(
            rows.len() == 2 && rows[0].len() == rows[1].len(),
            "{rows:?}"
        );
        for cell in rows.iter().flatten() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
        }
        assert!(
            rows[1].iter().any(|cell| cell.contains("<script>")),
            "{rows:?}"
        );
    }
    desk.office.is_content();
}

/// The cells of a CSV file by RFC 4180.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut chars) = (false, csv.chars().peekable());
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        let cell = row.last_mut().unwrap();
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            '\r' if !quoted => {}
            c => cell.push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    rows
}
