//! The classic release that users import: our tasks stand where they can run, and are given only what they take.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::pipelines;
use crate::workspace::Workspace;

const EXPORT: &str = "extension/examples/classic-release.json";

pub(super) fn problems(
    workspace: &Workspace,
    tasks: &BTreeMap<String, Value>,
) -> Result<Vec<String>> {
    let release: Value = serde_json::from_str(&workspace.read(EXPORT)?).context(EXPORT)?;
    let faults = faults(&release, tasks);
    Ok(faults.iter().map(|it| format!("{EXPORT}: {it}")).collect())
}

fn faults(release: &Value, tasks: &BTreeMap<String, Value>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut used = Vec::new();
    for stage in list(&release["environments"]) {
        for when in ["preDeploymentGates", "postDeploymentGates"] {
            for gate in list(&stage[when]["gates"]) {
                for step in list(&gate["tasks"]) {
                    used.extend(checked(step, "ServerGate", tasks, &mut faults));
                }
            }
        }
        for phase in list(&stage["deployPhases"]) {
            let place = match phase["phaseType"].as_str() {
                Some("agentBasedDeployment") => "Agent",
                Some("runOnServer") => "Server",
                _ => "DeploymentGroup",
            };
            for step in list(&phase["workflowTasks"]) {
                used.extend(checked(step, place, tasks, &mut faults));
            }
        }
    }
    let missing = tasks.keys().filter(|name| !used.contains(&name.as_str()));
    faults.extend(missing.map(|name| format!("{name} is not in it")));
    faults
}

/// Checks a step that is one of ours, and gives back the task's name.
fn checked<'a>(
    step: &Value,
    place: &str,
    tasks: &'a BTreeMap<String, Value>,
    faults: &mut Vec<String>,
) -> Option<&'a str> {
    let (name, task) = tasks
        .iter()
        .find(|(_, task)| task["id"] == step["taskId"])?;
    let mut fault = |what: String| faults.push(format!("{name}: {what}"));
    if step["version"] != "1.*" {
        fault(format!("version is {}", step["version"]));
    }
    if !list(&task["runsOn"]).iter().any(|it| it == place) {
        fault(format!("it does not run on {place}"));
    }
    let none = Map::new();
    let given = step["inputs"].as_object().unwrap_or(&none);
    pipelines::inputs(given, task).into_iter().for_each(fault);
    // A failed deployment has to be on record too.
    let always = step["alwaysRun"] == true && step["condition"] == "always()";
    if name.ends_with("Record") && !always {
        faults.push(format!("{name}: it does not run always"));
    }
    Some(name)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{EXPORT, faults};
    use crate::check::tasks;
    use crate::workspace::Workspace;

    fn found(change: impl FnOnce(String) -> String) -> Vec<String> {
        let workspace = Workspace::find().unwrap();
        let tasks = tasks::read(&workspace).unwrap();
        let text = workspace.read(EXPORT).unwrap();
        let changed = change(text.clone());
        faults(&serde_json::from_str(&changed).unwrap(), &tasks)
    }

    #[test]
    fn the_tracked_export_is_right() {
        assert_eq!(found(|text| text), Vec::<String>::new());
    }

    #[test]
    fn what_an_import_would_stumble_over_is_named() {
        for (from, to, says) in [
            (
                "8574816c-8d13",
                "8574816c-8d14",
                "ServiceNowReleaseGate is not in it",
            ),
            (
                "\"changeAction\": \"open\"",
                "\"changeAction\": \"opened\"",
                "ServiceNowReleaseGate: changeAction does not offer \"opened\"",
            ),
            (
                "\"changeAction\": \"open\"",
                "\"changeAction\": \"number\"",
                "ServiceNowReleaseGate: changeNumber is not given",
            ),
            (
                "\"outcome\"",
                "\"outcom\"",
                "ServiceNowDeploymentRecord: there is no input outcom",
            ),
            (
                "\"condition\": \"always()\"",
                "\"condition\": \"succeeded()\"",
                "ServiceNowDeploymentRecord: it does not run always",
            ),
            (
                "agentBasedDeployment",
                "runOnServer",
                "ServiceNowChangeGate: it does not run on Server",
            ),
            ("\"1.*\"", "\"2.*\"", "version is \"2.*\""),
        ] {
            let found = found(|text| {
                assert!(text.contains(from), "{from}");
                text.replace(from, to)
            });
            assert!(
                found.iter().any(|it| it.contains(says)),
                "{says}: {found:?}"
            );
        }
    }
}
