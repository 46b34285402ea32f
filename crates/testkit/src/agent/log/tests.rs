use std::path::Path;

use serde_json::json;

use super::*;

fn log(definition: serde_json::Value) -> Log {
    Log::new(
        &Task {
            folder: PathBuf::new(),
            definition,
        },
        &Machine::this(Path::new("node")),
        "gate",
        false,
    )
}

#[test]
fn results_merge_to_the_worst_and_cancellation_sticks() {
    use TaskResult::{Canceled, Failed, Succeeded, SucceededWithIssues};
    for (old, new, merged) in [
        (Succeeded, SucceededWithIssues, SucceededWithIssues),
        (Failed, Succeeded, Failed),
        (SucceededWithIssues, Failed, Failed),
        (Canceled, Failed, Canceled),
        (Failed, Canceled, Canceled),
    ] {
        assert_eq!(old.merge(new), merged, "{old:?} {new:?}");
    }
}

#[test]
fn outputs_are_published_under_the_steps_name_only() {
    let mut log = log(json!({ "outputVariables": [{ "name": "changeNumber" }] }));
    log.take("##vso[task.setvariable variable=changeNumber]CHG0030001");
    log.take("##vso[task.setvariable variable=other;isoutput=true]1");
    log.take("##vso[task.setvariable variable=plain]2");
    assert_eq!(log.output("changeNumber"), Some("CHG0030001"));
    assert_eq!(
        log.variables.keys().collect::<Vec<_>>(),
        ["gate.changeNumber", "gate.other", "plain"]
    );
}

#[test]
fn restrictions_block_with_a_complaint() {
    let mut log = log(json!({ "restrictions": {
        "commands": { "mode": "restricted" }, "settableVariables": { "allowed": ["change*"] } } }));
    log.take("##vso[task.setvariable variable=changeState]1");
    log.take("##vso[task.setvariable variable=PATH]/evil");
    log.take("##vso[task.uploadsummary]/t/x.md");
    assert_eq!(log.variables.keys().collect::<Vec<_>>(), ["changeState"]);
    assert_eq!(log.complaints.len(), 2, "{:?}", log.complaints);
    assert_eq!(log.result, TaskResult::Succeeded);
}

#[test]
fn what_the_agent_cannot_obey_fails_the_step() {
    for line in [
        "##vso[task.complete result=Cancelled]the task library's spelling",
        "##vso[task.complete]no result",
        "##vso[task.logissue type=note]x",
        "##vso[task.unheard]x",
        "##vso[task.uploadsummary]relative.md",
        "##vso[task.setvariable variable=x;issecret=true]a%0Ab",
    ] {
        let mut log = log(json!({}));
        log.take(line);
        assert_eq!(log.result, TaskResult::Failed, "{line}");
    }
    let mut other_area = log(json!({}));
    other_area.take("##vso[tusk.complete result=Failed]x");
    assert_eq!(
        (other_area.result, other_area.complaints.len()),
        (TaskResult::Succeeded, 1)
    );
}

#[test]
fn secrets_are_masked_once_known_and_ten_issues_are_kept() {
    let mut log = log(json!({}));
    log.take("##vso[task.setsecret]s3cr%0Aet]x");
    assert_eq!(log.take("a s3cr%0Aet]x b").as_deref(), Some("a *** b"));
    for count in 0..12 {
        log.take(&format!("##vso[task.logissue type=warning;code=w]{count}"));
    }
    assert_eq!(log.issues_with("w").count(), 10);
    assert_eq!(log.take("##vso[task.debug]hidden"), None);
}
