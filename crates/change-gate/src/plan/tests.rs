//! Every input with good and bad values, and the contract with `task.json`, both ways.

use std::collections::BTreeSet;

use pipelines_agent::{Environment, RunFacts};

use super::*;

const TASK: &str = include_str!("../../../../tasks/ServiceNowChangeGate/task.json");

/// A stage of a YAML run with these inputs.
fn environment(inputs: &[(&str, &str)]) -> Environment {
    let run = [
        ("SYSTEM_HOSTTYPE", "build"),
        (
            "SYSTEM_TEAMPROJECTID",
            "0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00",
        ),
        ("SYSTEM_TEAMPROJECT", "shop"),
        ("SYSTEM_STAGENAME", "Production"),
        ("BUILD_BUILDID", "4711"),
        ("BUILD_BUILDNUMBER", "20260301.2"),
        ("BUILD_REPOSITORY_NAME", "acme/payment-service"),
        (
            "INPUT_SERVICENOWCONNECTION",
            "7d4d7b4e-0000-4000-8000-000000000001",
        ),
    ];
    let named = inputs.iter().map(|(name, value)| {
        (
            format!("INPUT_{}", name.to_uppercase()),
            (*value).to_owned(),
        )
    });
    let run = run
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment::from_map(
        run.chain(named)
            .collect::<std::collections::BTreeMap<_, _>>(),
    )
}

fn read(inputs: &[(&str, &str)]) -> Result<Plan, Vec<String>> {
    let environment = environment(inputs);
    Plan::read(&environment, &RunFacts::read(&environment))
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
        "changeAction",
        "changeType",
        "requestApproval",
        "proceedWhen",
        "timeoutMinutes",
        "pollSeconds",
        "onTimeout",
        "changeWindow",
        "conflictPolicy",
        "moveToImplement",
        "whenUnavailable",
        "unavailableMinutes",
        "onCancel",
        "dryRun",
        "plannedStart",
        "plannedEnd",
    ] {
        let problems = read(&[(input, "sideways")]).expect_err(input);
        assert_eq!(problems.len(), 1, "{input}: {problems:?}");
        assert!(
            problems[0].contains(&format!("'{input}'")),
            "{}",
            problems[0]
        );
        assert!(problems[0].contains("sideways"), "{}", problems[0]);
    }
}

#[test]
fn all_problems_are_reported_together() {
    let problems = read(&[
        ("serviceNowConnection", ""),
        ("changeType", "huge"),
        ("pollSeconds", "1"),
        ("shortDescription", "{{ nobody }}"),
        ("additionalFields", "state: 3\nsys_id: x\n"),
        ("plannedStart", "$(When)"),
    ])
    .unwrap_err();
    for named in [
        "serviceNowConnection",
        "changeType",
        "pollSeconds",
        "shortDescription",
        "state",
        "sys_id",
        "plannedStart",
    ] {
        assert!(
            problems.iter().any(|problem| problem.contains(named)),
            "{named}: {problems:#?}"
        );
    }
}

#[test]
fn service_and_environment_follow_the_run() {
    let plan = read(&[]).unwrap();
    assert_eq!(
        (plan.names.service.as_str(), plan.names.environment.as_str()),
        ("payment-service", "Production")
    );
    let plan = read(&[("service", "billing"), ("environment", "eu")]).unwrap();
    assert_eq!(
        (plan.names.service.as_str(), plan.names.environment.as_str()),
        ("billing", "eu")
    );
    assert_eq!(
        plan.correlation.key(1),
        "azdo:0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00:run:4711:Production"
    );
}

#[test]
fn an_existing_change_is_named_once() {
    let existing = ("changeAction", "existing");
    assert!(matches!(
        read(&[existing, ("changeNumber", "CHG0030001")])
            .unwrap()
            .target,
        Target::Number(_)
    ));
    assert!(matches!(
        read(&[existing, ("changeQuery", "active=true")])
            .unwrap()
            .target,
        Target::Query(_)
    ));
    for bad in [
        vec![existing],
        vec![
            existing,
            ("changeNumber", "CHG0030001"),
            ("changeQuery", "active=true"),
        ],
        vec![existing, ("changeNumber", "CHG0030001^ORactive=true")],
        vec![("changeNumber", "CHG0030001")],
        vec![("changeQuery", "active=true")],
    ] {
        assert_eq!(read(&bad).map(|_| ()).unwrap_err().len(), 1, "{bad:?}");
    }
}

#[test]
fn defaults_are_those_of_the_contract() {
    let plan = read(&[]).unwrap();
    assert_eq!(plan.patience.timeout.as_secs(), 120 * 60);
    assert_eq!(plan.patience.poll.as_secs(), 15);
    assert_eq!(plan.unavailable.as_secs(), 15 * 60);
    assert!(plan.request_approval && plan.move_to_implement && !plan.dry_run);
    assert_eq!(plan.on_timeout, OnTimeout::Fail);
    assert_eq!(plan.when_unavailable, WhenUnavailable::Fail);
    assert_eq!(plan.on_cancel, OnCancel::Leave);
    assert!(matches!(plan.target, Target::New { reuse: true, .. }));
}

#[test]
fn a_stage_without_an_identity_is_refused() {
    let environment = Environment::from_map([("INPUT_SERVICENOWCONNECTION", "x")]);
    let problems = Plan::read(&environment, &RunFacts::read(&environment)).unwrap_err();
    assert!(
        problems.iter().any(|p| p.contains("System.TeamProjectId")),
        "{problems:?}"
    );
}

/// A settings file in a folder of its own, removed at the end.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("snowgate-plan-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("servicenow.yml"), text).unwrap();
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.join("servicenow.yml").display().to_string()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn inputs_win_over_the_file_and_the_file_over_defaults() {
    let text = "version: 1\nservices:\n  payment-service:\n    onTimeout: proceed\n    pollSeconds: 30\n    \
                additionalFields: {u_team: pay, u_tier: \"1\"}\n";
    let file = File::new("layers", text);
    let plan = read(&[
        ("configFile", &file.path()),
        ("pollSeconds", "5"),
        ("additionalFields", "u_tier: \"2\""),
    ])
    .unwrap();
    assert_eq!(plan.on_timeout, OnTimeout::Proceed);
    assert_eq!(plan.patience.poll.as_secs(), 5);
    let Target::New { draft, .. } = &plan.target else {
        panic!("a new change");
    };
    assert!(draft.sets("u_team", "pay") && draft.sets("u_tier", "2"));
}

#[test]
fn problems_of_the_file_come_with_their_place_beside_those_of_inputs() {
    let file = File::new(
        "wrong",
        "version: 1\nservices:\n  payment-service:\n    pollSecond: 5\n",
    );
    let problems = read(&[("configFile", &file.path()), ("changeType", "huge")]).unwrap_err();
    assert!(
        problems.iter().any(|p| p.starts_with("servicenow.yml:4:5")),
        "{problems:#?}"
    );
    assert!(
        problems.iter().any(|p| p.contains("changeType")),
        "{problems:#?}"
    );

    let problems = read(&[("configFile", "/nowhere/servicenow.yml")]).unwrap_err();
    assert!(problems[0].contains("configFile"), "{problems:?}");
}
