//! No secret anywhere but where it must be, and no foreign text that acts.

use azure_devops_sim::{CommitSeed, Person};
use serde_json::json;

use crate::world::{RUN, World};

const FORMATS: [&str; 3] = ["html", "json", "csv"];

#[test]
fn no_secret_shows_in_report_messages_or_process_list() {
    let world = World::start();
    let login = world.servicenow.credentials();
    let pat = world.azure.pat();
    let number =
        world.change(json!({ "close_notes": format!("signed in with {}", login.password) }));
    world.note(&number, &format!("somebody pasted {pat} here"));
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("pat");
    std::fs::write(&secret, format!("{pat}\n")).unwrap();
    for format in FORMATS {
        let arguments = [
            "audit",
            &number,
            "--format",
            format,
            "--verbose",
            "--ado-pat",
            &format!("file:{}", secret.display()),
        ];
        let ended = world.snowgate(&arguments).without("ADO_PAT").run();
        ended.assert_code(0);
        assert!(
            ended.command_line.contains("file:"),
            "the process list was read: {ended:?}"
        );
        for text in [&ended.out, &ended.err, &ended.command_line] {
            assert!(
                !text.contains(&pat) && !text.contains(&login.password),
                "{text}"
            );
        }
    }
    let report = world
        .snowgate(&["audit", &number, "--format", "json"])
        .run()
        .json();
    assert_eq!(report["change"]["closeNotes"], "signed in with ***");
}

#[test]
fn hostile_texts_stay_texts() {
    const HTML: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
    const FORMULA: &str = "=HYPERLINK(\"http://127.0.0.1/\",\"x\")";
    const TRICKS: &str = "\u{202e}gpj.exe \u{1b}[2J \"quoted\", and\r\nmore";
    let world = World::start();
    let number = world.change(json!({ "short_description": FORMULA, "description": format!("{HTML}\nService: {FORMULA}") }));
    world.note(&number, &format!("{HTML} {TRICKS}"));
    let commit = CommitSeed {
        message: format!("{HTML} {TRICKS}"),
        author: Person::new(FORMULA, "mallory@shop.example"),
        ..CommitSeed::default()
    };
    world.azure.add_commits(RUN, vec![commit]);

    let audit = |format: &str| {
        world
            .snowgate(&["audit", &number, "--format", format])
            .run()
    };
    let json = audit("json").assert_code(0).json();
    assert_eq!(json["change"]["shortDescription"], FORMULA);
    let html = audit("html").assert_code(0).out.clone();
    assert!(
        !html.contains("<script") && !html.contains("<img"),
        "markup of others"
    );
    assert!(html.contains("&lt;script&gt;"), "it is shown");
    let csv = audit("csv").assert_code(0).out.clone();
    assert!(csv.contains("\"'=HYPERLINK"), "{csv}");
    for cell in [",=", "\n=", "\"="] {
        assert!(!csv.contains(cell), "{cell:?} in {csv}");
    }
}

#[test]
fn what_is_said_on_standard_error_has_no_controls() {
    let world = World::start();
    let number = world.change(json!({ "description": "Service: \u{1b}[31mred" }));
    let day = [
        "audit",
        "--from",
        "2026-11-25",
        "--to",
        "2026-11-26",
        "--format",
        "json",
        "--verbose",
    ];
    let ended = world.snowgate(&day).run();
    ended.assert_code(0).assert_says(&number);
    assert!(!ended.err.contains('\u{1b}'), "{}", ended.err);
    let refused = world
        .snowgate(&["audit", &number, "--format", "json"])
        .with("ADO_ORG", "no\u{1b}[31mbody")
        .run();
    assert!(!refused.err.contains('\u{1b}'), "{}", refused.err);
}
