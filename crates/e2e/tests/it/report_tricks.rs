//! A world in which everybody writes tricks wherever they can.

use azure_devops_sim::{
    ArtifactSeed, CommitSeed, Issue, Person, PullRequestSeed, ReviewerSeed, StageSeed, TestRunSeed,
    WorkItemSeed,
};
use serde_json::json;
use testkit::agent::{Finished, TaskResult};

use crate::office::RUN;
use crate::report_world::{Desk, reviewed};

/// What a browser, a Markdown reader, a template engine, a spreadsheet, a terminal and an agent could take for more than
/// text.
pub(crate) const TRICKS: &str = "=1+1<script>document.title='pwned'</script><img src=http://127.0.0.1:8008/i onerror=document.title='pwned'>\
    \"><svg onload=document.title='pwned'>' autofocus onfocus=document.title='pwned' x='</title></style></table>\
    <iframe src=javascript:top.document.title='pwned'></iframe><link rel=stylesheet href=http://127.0.0.1:8008/c>]]>-->\
    {{ 7 * 7 }}{% raw %}&lt;b&gt;[l](javascript:alert(1))![i](http://127.0.0.1:8008/m)| t |`c` https://127.0.0.1/k\
    ##vso[task.setvariable variable=pwned;isOutput=true]yes\u{1b}[31mred\u{202e}evil\u{2028}\u{200b}\u{0}\u{7}\
    \r\n##vso[task.complete result=Succeeded]b\n##[error]c\n# H\n| a | b |\n|---|---|";

/// The same within the width of a title.
pub(crate) const SHORT: &str = "<script>document.title='pwned'</script><img src=http://127.0.0.1:8008/i onerror=document.title='pwned'>\
    \"><svg onload=document.title='pwned'>";

/// A world in which everybody writes tricks wherever they can.
pub(crate) fn desk() -> Desk {
    let desk = Desk::prepared(
        &json!({ "short_description": SHORT, "description": TRICKS }),
        |desk| {
            let sim = &desk.office.world.sim;
            for user in sim.records("sys_user") {
                let id = user["sys_id"].as_str().unwrap();
                sim.set(
                    "sys_user",
                    id,
                    "name",
                    &format!("{SHORT} {}", user["user_name"].as_str().unwrap()),
                );
            }
            for row in sim.find("sysapproval_approver", "state", "requested") {
                sim.set(
                    "sysapproval_approver",
                    row["sys_id"].as_str().unwrap(),
                    "comments",
                    TRICKS,
                );
            }
            desk.approve();
        },
    );
    let azure = &desk.office.azure;
    let tricky = || Person::new(TRICKS, "tricks<svg onload=a()>@shop.example");
    azure.clear_commits(RUN);
    let commits = [Some(reviewed().id.unwrap()), None, None].map(|id| CommitSeed {
        id,
        message: TRICKS.to_owned(),
        author: tricky(),
        ..CommitSeed::default()
    });
    azure.add_commits(RUN, commits.to_vec());
    let item = azure.add_work_item(WorkItemSeed {
        kind: SHORT.to_owned(),
        title: TRICKS.to_owned(),
        state: SHORT.to_owned(),
        assigned_to: Some(tricky()),
        ..WorkItemSeed::default()
    });
    azure.link_work_items(RUN, &[item]);
    azure.add_pull_request(PullRequestSeed {
        id: Some(42),
        title: TRICKS.to_owned(),
        created_by: tricky(),
        reviewers: vec![ReviewerSeed {
            person: tricky(),
            ..ReviewerSeed::default()
        }],
        ..PullRequestSeed::default()
    });
    azure.add_test_run(
        RUN,
        TestRunSeed {
            name: TRICKS.to_owned(),
            ..TestRunSeed::default()
        },
    );
    azure.add_artifact(
        RUN,
        ArtifactSeed {
            name: TRICKS.to_owned(),
            kind: SHORT.to_owned(),
            ..ArtifactSeed::default()
        },
    );
    azure.change_run(RUN, |run| {
        run.number = Some(SHORT.to_owned());
        SHORT.clone_into(&mut run.definition);
        run.branch = format!("refs/heads/{SHORT}");
        run.requested_for = tricky();
    });
    let failed = || Some("failed".to_owned());
    let stage = StageSeed {
        display_name: Some(TRICKS.to_owned()),
        job: TRICKS.to_owned(),
        result: failed(),
        deploy_result: failed(),
        issues: vec![Issue {
            kind: "error".to_owned(),
            message: TRICKS.to_owned(),
        }],
        ..StageSeed::default()
    };
    azure.seed_stage(RUN, "Production", 1, stage);
    desk
}

pub(crate) fn recorded(desk: &Desk) -> Finished {
    let step = desk
        .record()
        .input("service", SHORT)
        .input("environment", &TRICKS.replace(char::from(0), ""))
        .input("evidenceFiles", "out/*")
        .file(
            "out/<img src=x onerror=a()>.xml",
            "<testsuite><testcase/></testsuite>",
        )
        .file("out/=1+1 ##vso[task.complete].txt", "x");
    let finished = desk.office.run(&step);
    // A job of the stage failed, which is told and changes how the change is closed.
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(
        desk.office.column(&desk.number, "close_code"),
        "unsuccessful"
    );
    desk.run_ends("failed");
    finished
}
