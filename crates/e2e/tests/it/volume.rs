//! A release of a whole year: 5,000 commits and 800 work items.

use std::time::Duration;

use azure_devops_sim::{CommitSeed, Person, WorkItemSeed};
use serde_json::Value;
use testkit::agent::{Finished, TaskResult};

use crate::office::RUN;
use crate::report_world::Desk;

const COMMITS: usize = 5_000;
const ITEMS: usize = 800;

/// What the program may take of an agent's memory, in KiB; built for debugging, it begins at 18 MiB.
const MOST_MEMORY: u64 = 27 << 10;

/// Long enough for a busy machine and a program that was built for debugging.
const LONG: Duration = Duration::from_secs(120);

pub(crate) fn desk(commits: usize, items: usize) -> Desk {
    let desk = Desk::new();
    let azure = &desk.office.azure;
    azure.clear_commits(RUN);
    let commit = |n: usize| CommitSeed {
        message: format!(
            "Change {n} of {commits}\n\n{}",
            "Why this was done, in a sentence. ".repeat(20)
        ),
        author: Person::new(
            &format!("Author {}", n % 40),
            &format!("author{}@shop.example", n % 40),
        ),
        ..CommitSeed::default()
    };
    azure.add_commits(RUN, (1..=commits).map(commit).collect());
    let item = |n| WorkItemSeed {
        title: format!("Wish {n} of a customer"),
        ..WorkItemSeed::default()
    };
    // The world has two already.
    let items: Vec<u64> = (2..items).map(|n| azure.add_work_item(item(n))).collect();
    azure.link_work_items(RUN, &items);
    desk
}

/// Runs the step, and gives its peak memory in KiB: the system keeps the peak, so that a look now and then will do.
fn measured(desk: &Desk) -> (Finished, u64) {
    let running = desk.record().start().unwrap();
    let mut peak = 0;
    testkit::wait::until("the step to complete", LONG, || {
        let all = running.processes();
        // The launcher is another program, until it becomes this one.
        let of_program = all
            .iter()
            .filter(|process| process.name.starts_with("deployment-reco"));
        peak = of_program
            .map(|process| process.peak_memory)
            .fold(peak, u64::max);
        let told = running.entries();
        let is_over = told
            .iter()
            .any(|entry| entry.raw.contains("##vso[task.complete"));
        is_over.then_some(())
    });
    let finished = running.wait(LONG);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    (finished, peak)
}

#[test]
fn a_year_of_work_is_recorded_whole_in_little_memory() {
    let desk = desk(COMMITS, ITEMS);
    let before = desk.office.azure.requests().len();
    let (finished, peak) = measured(&desk);
    assert!(peak > 0 && peak < MOST_MEMORY, "{peak} KiB");

    // Lists are read by pages, and no commit is asked for on its own.
    let requests = &desk.office.azure.requests()[before..];
    assert!(requests.len() < 50, "{} requests", requests.len());
    let pages = requests
        .iter()
        .filter(|request| request.path.ends_with("/changes"))
        .count();
    assert!(
        (10..=COMMITS / 100).contains(&pages),
        "{pages} pages of commits"
    );

    // The note has the numbers, and says where the rest is.
    let notes = desk.office.notes(&desk.number);
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = &notes[0];
    assert!(note.chars().count() <= 4_000, "{note}");
    for part in [
        "\nCommits: 5000\n",
        ", and 780 more\n",
        "File: snowgate-record-4711-Production-successful.json (",
    ] {
        assert!(note.contains(part), "{part} not in {note}");
    }
    assert!(
        finished.raw().len() < 16 << 10,
        "{} bytes of log",
        finished.raw().len()
    );

    the_record_has_all(&desk);
    the_page_stays_readable(&desk);
    desk.office.is_content();
}

#[track_caller]
fn the_record_has_all(desk: &Desk) {
    let record = desk.office.file(&desk.number, "snowgate-record-");
    let record: Value = serde_json::from_str(&record).expect("JSON");
    let commits = record["commits"].as_array().unwrap();
    assert_eq!(commits.len(), COMMITS);
    for (n, commit) in commits.iter().enumerate() {
        let message = commit["message"].as_str().unwrap();
        assert!(
            message.starts_with(&format!("Change {} of 5000\n", n + 1)),
            "{message}"
        );
        assert_eq!(commit["author"]["name"], format!("Author {}", (n + 1) % 40));
    }
    let items = record["workItems"].as_array().unwrap();
    assert_eq!(items.len(), ITEMS);
    assert!(
        items
            .iter()
            .all(|item| item["title"].is_string() && item["page"].is_string())
    );
    assert_eq!(
        (&record["commitsLeftOut"], &record["workItemsLeftOut"]),
        (&0.into(), &0.into())
    );
}

#[track_caller]
fn the_page_stays_readable(desk: &Desk) {
    let html = desk.office.file(&desk.number, "snowgate-audit-");
    assert!(html.len() < 1 << 20, "{} bytes", html.len());
    for part in [
        "5000 in all, by 40 authors",
        "4900 more are not shown here; the evidence files on the change list all of them.",
        "800 in all",
        "700 more are not shown here",
    ] {
        assert!(html.contains(part), "{part} not in the page");
    }
    assert!(html.contains("Change 100 of 5000") && !html.contains("Change 101 of 5000"));
}

#[test]
fn one_text_of_a_megabyte_is_one_line_of_a_page() {
    let desk = Desk::new();
    let long = "All work and no play. ".repeat(50_000);
    let azure = &desk.office.azure;
    azure.clear_commits(RUN);
    let commit = CommitSeed {
        message: long.clone(),
        author: Person::new(&long, "pat@shop.example"),
        ..crate::report_world::reviewed()
    };
    azure.add_commits(RUN, vec![commit]);
    let item = azure.add_work_item(WorkItemSeed {
        title: long.clone(),
        kind: long,
        ..WorkItemSeed::default()
    });
    azure.link_work_items(RUN, &[item]);
    let (finished, _) = measured(&desk);
    let html = desk.office.file(&desk.number, "snowgate-audit-");
    assert!(html.len() < 200 << 10, "{} bytes", html.len());
    let record = desk.office.file(&desk.number, "snowgate-record-");
    assert!(record.len() < 100 << 10, "{} bytes", record.len());
    assert!(
        finished.raw().len() < 64 << 10,
        "{} bytes of log",
        finished.raw().len()
    );
    assert!(
        finished.log.summaries[0].len() < 64 << 10,
        "{} bytes",
        finished.log.summaries[0].len()
    );
    desk.office.is_content();
}
