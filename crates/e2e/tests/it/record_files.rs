//! Files on the change: each once, as it is, and what could not be attached is told.

use std::fs;
use std::path::Path;

use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Finished, Step, TaskResult};

use crate::office::Office;

const JUNIT: &str = "<testsuites><testsuite><testcase/><testcase><failure/></testcase><testcase><skipped/></testcase>\
                     </testsuite></testsuites>";
const SARIF: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
    {"level": "error"}, {"level": "warning"}, {"level": "note"}, {}]}]}"#;

/// The texts of what is told as missing.
fn missing(finished: &Finished) -> Vec<String> {
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    let issues = finished.log.issues_with("evidence-missing");
    issues.map(|issue| issue.text.clone()).collect()
}

/// The files on the change that are not ours.
fn evidence(office: &Office, number: &str) -> Vec<String> {
    let files = office.files(number).into_iter();
    files
        .filter(|name| !name.starts_with("snowgate-"))
        .collect()
}

/// A record of files in a folder of the test's own, where anything can be planted.
fn record_of(office: &Office, folder: &Path, patterns: &str) -> Step {
    let absolute: Vec<String> = patterns
        .lines()
        .map(|pattern| folder.join(pattern).to_string_lossy().into_owned())
        .collect();
    office.record().input("evidenceFiles", &absolute.join("\n"))
}

#[test]
fn results_are_counted_hashed_and_attached_once() {
    let office = Office::new();
    let number = office.gated();
    let step = office
        .record()
        .file("out/TEST-shop.xml", JUNIT)
        .file("out/lint.sarif", SARIF)
        .file("notes.txt", "As planned")
        .input(
            "evidenceFiles",
            "**/TEST-*.xml\nout/*.sarif\n  notes.txt  \n",
        );
    for _ in 0..2 {
        office.recorded(&step);
        assert_eq!(
            evidence(&office, &number),
            ["TEST-shop.xml", "lint.sarif", "notes.txt"]
        );
        assert_eq!(
            office.files(&number).len(),
            5,
            "{:?}",
            office.files(&number)
        );
    }
    let notes = office.notes(&number);
    assert_eq!(notes.len(), 1);
    let line = format!("File: TEST-shop.xml ({} bytes, SHA-256 ", JUNIT.len());
    for told in [
        "3 tests, 1 failed, 1 skipped",
        "lint: 1 error, 2 warnings, 1 note",
        &line,
    ] {
        assert!(notes[0].contains(told), "{told}: {}", notes[0]);
    }
    assert_eq!(office.file(&number, "TEST-shop.xml"), JUNIT);
    office.is_content();
}

#[test]
fn what_cannot_be_found_or_is_too_large_is_told_and_the_change_is_closed() {
    let office = Office::with(Options {
        attachment_limit: 1 << 20,
        ..Options::default()
    });
    let number = office.gated();
    let step = office
        .record()
        .file("large.log", &"x".repeat(2 << 20))
        .file("folder/inside.txt", "x")
        .file("small.txt", "x")
        .input("evidenceFiles", "*.pdf\nfolder\nlarge.log\nsmall.txt\n[a");
    let missing = missing(&office.run(&step));
    assert_eq!(missing.len(), 4, "{missing:?}");
    for part in ["'*.pdf'", "'folder'", "'[a'", "large.log"] {
        assert!(
            missing.iter().any(|text| text.contains(part)),
            "{part}: {missing:?}"
        );
    }
    assert_eq!(evidence(&office, &number), ["small.txt"]);
    assert_eq!(office.column(&number, "state"), "3");
}

#[test]
fn files_of_one_name_are_both_there() {
    let office = Office::new();
    let number = office.gated();
    let step = office
        .record()
        .file("web/results.xml", JUNIT)
        .file("api/results.xml", "<testsuite><testcase/></testsuite>")
        .input("evidenceFiles", "**/results.xml");
    office.recorded(&step);
    assert_eq!(
        evidence(&office, &number),
        ["api_results.xml", "web_results.xml"]
    );

    // A later attempt with other results adds them, and neither takes the place of what was there.
    let step = step.file("web/results.xml", "<testsuite/>");
    for _ in 0..2 {
        office.recorded(&step);
        let files = evidence(&office, &number);
        assert_eq!(files.len(), 3, "{files:?}");
        assert!(files[1].starts_with("web_results-"), "{files:?}");
    }
    office.is_content();
}

#[cfg(unix)]
#[test]
fn odd_files_are_attached_once_under_harmless_names() {
    use std::os::unix::fs::symlink;
    let office = Office::new();
    let number = office.gated();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("dir.txt")).unwrap();
    symlink("..", root.join("dir.txt/up")).unwrap();
    symlink("nowhere", root.join("gone.txt")).unwrap();
    symlink("/dev/zero", root.join("endless.txt")).unwrap();
    for (name, text) in [
        ("empty.txt", ""),
        ("##vso[task.setvariable variable=x]y.txt", "a"),
        ("a\nb^c;d&e=f.txt", "b"),
        ("\u{202e}gpj.txt", "c"),
        (
            "<script>alert(1)</script>.txt".replace('/', "|").as_str(),
            "d",
        ),
        (&format!("{}.txt", "ü".repeat(120)), "e"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    let step = record_of(&office, root, "**/*.txt");
    let mut seen = Vec::new();
    for _ in 0..2 {
        let finished = office.run(&step);
        assert!(finished.log.complaints.is_empty(), "{finished:?}");
        let stray = finished
            .log
            .variables
            .keys()
            .find(|name| name.ends_with(".x") || *name == "x");
        assert_eq!(stray, None, "{finished:?}");
        assert_eq!(office.column(&number, "state"), "3");
        seen.push(evidence(&office, &number));
    }
    assert_eq!(seen[0], seen[1]);
    let names = seen[0].join("\n");
    assert!(names.contains("empty.txt") && seen[0].len() == 6, "{names}");
    assert!(
        !names.contains('\u{202e}') && names.lines().count() == 6,
        "{names}"
    );
    office.is_content();
}

#[test]
fn a_report_that_a_closed_change_does_not_take_is_told() {
    let office = Office::with(Options {
        attach_to_closed: false,
        ..Options::default()
    });
    let number = office.gated();
    let step = office
        .record()
        .file("a.xml", JUNIT)
        .input("evidenceFiles", "a.xml");
    let finished = office.run(&step);
    let missing = missing(&finished);
    assert!(
        missing.len() == 1 && missing[0].contains("snowgate-audit-"),
        "{missing:?}"
    );
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(
        evidence(&office, &number),
        ["a.xml"],
        "what can be attached is, before the end"
    );
    let path = crate::world::output(&finished, "auditReportPath");
    assert!(
        Path::new(path).is_file(),
        "the report is on the run all the same"
    );
}

#[test]
fn an_instance_that_takes_no_files_gets_its_change_closed() {
    let office = Office::new();
    let number = office.gated();
    let body = r#"{"error":{"message":"User Not Authorized","detail":"attachments are off"},"status":"failure"}"#;
    let fault = Fault::Answer {
        status: 403,
        body: body.to_owned(),
    };
    office
        .world
        .sim
        .fail(On::path("/attachment"), When::UntilCleared, fault);
    let step = office
        .record()
        .file("a.xml", JUNIT)
        .input("evidenceFiles", "a.xml");
    for _ in 0..2 {
        let missing = missing(&office.run(&step));
        assert!(
            missing.iter().any(|text| text.contains("a.xml")),
            "{missing:?}"
        );
        assert_eq!(office.column(&number, "state"), "3");
        assert_eq!(office.notes(&number).len(), 1);
    }
    office.world.sim.heal();
    office.recorded(&step);
    assert_eq!(office.files(&number).len(), 3);
    assert_eq!(office.notes(&number).len(), 1);
}

#[test]
fn an_upload_whose_answer_is_lost_is_not_repeated() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::Truncated,
    ] {
        for nth in 1..=3 {
            let office = Office::new();
            let number = office.gated();
            let on = On::path("/attachment/file").method("POST");
            office.world.sim.fail(on, When::Nth(nth), fault.clone());
            let step = office
                .record()
                .file("a.xml", JUNIT)
                .input("evidenceFiles", "a.xml");
            let finished = office.run(&step);
            assert_eq!(
                office.files(&number).len(),
                3,
                "{nth} {fault:?}: {finished:?}"
            );
            assert_eq!(office.column(&number, "state"), "3", "{finished:?}");
        }
    }
}

#[test]
fn the_close_notes_name_the_file_that_is_there_and_not_the_one_that_would_be() {
    for hidden in [false, true] {
        let office = Office::new();
        if hidden {
            let column = "sys_attachment.hash".to_owned();
            let hide = |options: &mut Options| options.hidden_columns.push(column);
            office.world.sim.configure(hide);
        }
        let number = office.gated();
        let sim = &office.world.sim;
        sim.hold(&number, "nina.network", "Call the bank").unwrap();
        office.run(&office.record());
        sim.release(&number, "nina.network").unwrap();
        // By now the run brings more than the record of the first attempt says.
        office.azure.add_many_commits(crate::office::RUN, 5);
        office.run(&office.record());
        assert_eq!(office.column(&number, "state"), "3");
        let id = office.column(&number, "sys_id");
        let files = sim.find("sys_attachment", "table_sys_id", &id);
        let named = |file: &&serde_json::Map<String, serde_json::Value>| {
            let name = file["file_name"].as_str().unwrap();
            name.starts_with("snowgate-record-")
        };
        let record = files.iter().find(named).expect("the record");
        let hash = record["hash"].as_str().unwrap();
        let notes = office.column(&number, "close_notes");
        assert!(notes.contains(hash), "{hidden}: {hash} is not in {notes}");
    }
}
