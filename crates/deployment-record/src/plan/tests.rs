//! Every input with good and bad values, and the contract with `task.json`, both ways.

use std::collections::BTreeSet;

use change::Outcome;
use pipelines_agent::{Environment, RunFacts};

use super::*;

const TASK: &str = include_str!("../../../../tasks/ServiceNowDeploymentRecord/task.json");

/// A stage of a YAML run with these inputs and variables.
fn environment(inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Environment {
    let run = [
        ("SYSTEM_HOSTTYPE", "build"),
        (
            "SYSTEM_TEAMPROJECTID",
            "0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00",
        ),
        ("SYSTEM_STAGENAME", "Production"),
        ("BUILD_BUILDID", "4711"),
        ("BUILD_REPOSITORY_NAME", "acme/payment-service"),
        ("AGENT_JOBSTATUS", "Succeeded"),
        (
            "INPUT_SERVICENOWCONNECTION",
            "7d4d7b4e-0000-4000-8000-000000000001",
        ),
    ];
    let named = inputs
        .iter()
        .map(|(name, value)| (format!("INPUT_{}", name.to_uppercase()), *value));
    let run = run.iter().chain(variables);
    let all = run
        .map(|(name, value)| ((*name).to_owned(), *value))
        .chain(named);
    Environment::from_map(
        all.map(|(name, value)| (name, value.to_owned()))
            .collect::<BTreeMap<_, _>>(),
    )
}

fn read_with(inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Plan, Vec<String>> {
    let environment = environment(inputs, variables);
    Plan::read(&environment, &RunFacts::read(&environment))
}

fn read(inputs: &[(&str, &str)]) -> Result<Plan, Vec<String>> {
    read_with(inputs, &[])
}

#[test]
fn the_inputs_of_the_definition_are_those_that_are_read() {
    let definition: serde_json::Value = serde_json::from_str(TASK).unwrap();
    let defined: BTreeSet<&str> = definition["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["name"].as_str().unwrap())
        .collect();
    assert_eq!(defined, BTreeSet::from(INPUTS));
}

/// An input that is read but whose value changes nothing is as bad as one that is not read: a wrong value of each
/// has to be noticed, here or (for names and labels) by the instance.
#[test]
fn words_and_numbers_are_refused_by_name_when_wrong() {
    for input in [
        "changeNumber",
        "outcome",
        "targetState",
        "startedAt",
        "finishedAt",
        "closeChangeTasks",
        "evidence",
        "whenMissing",
        "whenUnavailable",
        "unavailableMinutes",
        "auditReport",
        "dryRun",
    ] {
        let problems = read(&[(input, "sideways")]).map(|_| ()).expect_err(input);
        assert_eq!(problems.len(), 1, "{input}: {problems:?}");
        assert!(
            problems[0].contains(&format!("'{input}'")),
            "{}",
            problems[0]
        );
        assert!(problems[0].contains("sideways"), "{}", problems[0]);
    }
    let table = ("deploymentTable", "u_deployment");
    let columns = ("deploymentFields", "u_run: \"{{ run.id }}\"");
    for (inputs, named) in [
        (vec![("closeNotes", "{{ nobody }}")], "closeNotes"),
        (vec![("workNote", "{{ outcome")], "workNote"),
        (vec![table], "deploymentFields"),
        (vec![columns], "deploymentTable"),
        (
            vec![("deploymentTable", "u_x; drop"), columns],
            "deploymentTable",
        ),
        (
            vec![table, ("deploymentFields", "u_run: \"{{ nobody }}\"")],
            "deploymentFields",
        ),
        (
            vec![table, ("deploymentFields", "u-run: 1")],
            "deploymentFields",
        ),
        (
            vec![
                ("whenMissing", "createRetrospective"),
                ("changeType", "huge"),
            ],
            "changeType",
        ),
        (
            vec![
                ("startedAt", "2026-03-01T10:00:00Z"),
                ("finishedAt", "2026-03-01T09:59:59Z"),
            ],
            "finishedAt",
        ),
    ] {
        let problems = read(&inputs).map(|_| ()).expect_err(named);
        assert!(
            problems.iter().any(|p| p.contains(named)),
            "{inputs:?}: {problems:?}"
        );
    }
}

#[test]
fn defaults_are_those_of_the_contract() {
    let plan = read(&[]).unwrap();
    assert_eq!(plan.ended, Ended::Job(Outcome::Successful));
    assert_eq!(plan.goal, Some(State::Closed));
    assert!(plan.close_tasks && plan.audit_report && plan.unavailable_fails && !plan.dry_run);
    assert!(plan.asks_organization() && plan.evidence.tests);
    assert!(matches!(plan.when_missing, WhenMissing::Fail));
    assert_eq!(plan.unavailable.as_secs(), 15 * 60);
    assert!(plan.number.is_none() && plan.table.is_none() && plan.files.is_empty());
}

#[test]
fn the_job_says_how_it_ended_unless_the_user_does() {
    use Outcome::{Successful, SuccessfulWithIssues, Unsuccessful};
    for (status, said, ended) in [
        ("Succeeded", "auto", Ended::Job(Successful)),
        ("SucceededWithIssues", "", Ended::Job(SuccessfulWithIssues)),
        ("Failed", "auto", Ended::Job(Unsuccessful)),
        ("Canceled", "auto", Ended::Job(Unsuccessful)),
        ("Failed", "successful", Ended::Said(Successful)),
        ("Succeeded", "unsuccessful", Ended::Said(Unsuccessful)),
        (
            "",
            "successfulWithIssues",
            Ended::Said(SuccessfulWithIssues),
        ),
    ] {
        let plan = read_with(&[("outcome", said)], &[("AGENT_JOBSTATUS", status)]).unwrap();
        assert_eq!(plan.ended, ended, "{status} {said}");
    }
    let problems = read_with(&[], &[("AGENT_JOBSTATUS", "")])
        .map(|_| ())
        .unwrap_err();
    assert!(problems[0].contains("'outcome'"), "{problems:?}");
}

#[test]
fn the_change_is_named_by_the_input_or_by_its_gate() {
    let gate = [("SERVICENOW_CHANGENUMBER", "CHG0030002")];
    let number = |inputs: &[(&str, &str)]| {
        let plan = read_with(inputs, &gate).unwrap();
        plan.number.map(|number| number.to_string())
    };
    assert_eq!(number(&[]).as_deref(), Some("CHG0030002"));
    assert_eq!(
        number(&[("changeNumber", "CHG0030001")]).as_deref(),
        Some("CHG0030001")
    );
    let bad = read_with(&[], &[("SERVICENOW_CHANGENUMBER", "CHG1^ORactive=true")]);
    let problems = bad.map(|_| ()).unwrap_err();
    assert!(
        problems[0].contains("ServiceNow.ChangeNumber"),
        "{problems:?}"
    );
}

#[test]
fn evidence_is_named_by_words_and_none_is_one() {
    let kinds = |text: &str| {
        let evidence = read(&[("evidence", text)]).unwrap().evidence;
        (
            evidence.work_items,
            evidence.commits,
            evidence.tests,
            evidence.artifacts,
        )
    };
    assert_eq!(kinds("workItems, commits"), (true, true, false, false));
    assert_eq!(kinds("TESTS\nartifacts"), (false, false, true, true));
    assert_eq!(kinds("none"), (false, false, false, false));
}

#[test]
fn the_file_gives_what_the_step_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("servicenow.yml");
    let text = "version: 1\nservices:\n  payment-service:\n    targetState: review\n    recordWhenUnavailable: warn\n    \
                evidence: [commits]\n    evidenceFiles: ['**/*.xml', 'a,b.sarif']\n    closeCode: Done\n    \
                deploymentTable: u_deployment\n    deploymentFields: {u_run: '{{ run.id }}', u_ring: one}\n    \
                whenMissing: createRetrospective\n    assignmentGroup: Network\n    onTimeout: proceed\n";
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    let plan = read(&[
        ("configFile", &path),
        ("closeCode", "successful"),
        ("deploymentFields", "u_ring: two"),
    ])
    .unwrap();
    assert_eq!(plan.goal, Some(State::Review));
    assert!(!plan.unavailable_fails && plan.evidence.commits && !plan.evidence.tests);
    assert_eq!(plan.files, ["**/*.xml", "a,b.sarif"]);
    assert_eq!(plan.close_code.as_deref(), Some("successful"));
    let table = plan.table.unwrap();
    assert_eq!(table.name, "u_deployment");
    assert_eq!(table.fields["u_ring"], "two");
    assert_eq!(table.fields["u_run"], "{{ run.id }}");
    assert!(matches!(
        plan.when_missing,
        WhenMissing::CreateRetrospective(_)
    ));
}
