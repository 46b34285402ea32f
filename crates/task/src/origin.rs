//! Which stage of which run this is, and what it deploys where.

use change::{Correlation, Origin};
use pipelines_agent::{Inputs, RunFacts};
use serde_json::Value;

/// What is deployed, and to where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The service, by name.
    pub service: String,
    /// The environment deployed to, by name.
    pub environment: String,
}

impl Names {
    /// Reads the inputs `service` and `environment` over what the run is called. Problems are left with `inputs`.
    pub fn read(inputs: &mut Inputs<'_>, facts: &RunFacts) -> Self {
        Self {
            service: service(inputs, facts),
            environment: environment(inputs, facts),
        }
    }

    /// The facts of the run for text templates, with these names among them.
    #[must_use]
    pub fn with_facts(&self, facts: &RunFacts) -> Value {
        let mut facts = facts.to_json();
        if let Value::Object(map) = &mut facts {
            map.insert("service".to_owned(), self.service.as_str().into());
            map.insert("environment".to_owned(), self.environment.as_str().into());
        }
        facts
    }
}

/// The service: the input, else the repository's own name, else the pipeline's.
fn service(inputs: &mut Inputs<'_>, facts: &RunFacts) -> String {
    let repository = facts.source.repository.as_deref();
    let name = repository.map(|name| name.rsplit('/').next().unwrap_or(name));
    let release = facts
        .release
        .as_ref()
        .and_then(|release| release.definition.as_deref());
    let found = inputs.text("service").or_else(|| {
        name.or(release)
            .or(facts.run.definition.as_deref())
            .map(str::to_owned)
    });
    found.unwrap_or_else(|| {
        let what = "it is empty and the run has no repository to name it after";
        inputs.problem("service", what, "name the service");
        String::new()
    })
}

/// The environment: the input, else the YAML environment, else the release stage, else the stage.
fn environment(inputs: &mut Inputs<'_>, facts: &RunFacts) -> String {
    let release = facts
        .release
        .as_ref()
        .and_then(|release| release.environment.as_ref());
    let stage = facts.stage.name.as_ref();
    let found = inputs
        .text("environment")
        .or_else(|| facts.environment.as_ref().or(release).or(stage).cloned());
    found.unwrap_or_else(|| {
        let what = "it is empty and the run names no environment and no stage";
        inputs.problem(
            "environment",
            what,
            "name the environment that is deployed to",
        );
        String::new()
    })
}

/// The stage's identity.
///
/// # Errors
/// When the agent did not say which project, run or stage this is.
pub fn correlation(facts: &RunFacts) -> Result<Correlation, String> {
    let need = |value: &'_ Option<String>, name: &str| {
        value.clone().ok_or_else(|| {
            format!(
                "the agent's environment has no {name}, without which a rerun could not find its change; run this \
                 task in a pipeline stage or a release stage"
            )
        })
    };
    let project_id = need(&facts.project_id, "System.TeamProjectId")?;
    if let Some(release) = &facts.release {
        let stage = need(
            &release.definition_environment_id,
            "Release.DefinitionEnvironmentId",
        )?;
        return Ok(Correlation::of(&Origin::Release {
            project_id: &project_id,
            release_id: &release.id,
            stage_definition_id: &stage,
        }));
    }
    let run_id = need(&facts.run.id, "Build.BuildId")?;
    // Classic build pipelines have no stages; the platform's own name for the one they run in is this.
    let stage = facts
        .stage
        .name
        .clone()
        .unwrap_or_else(|| "__default".to_owned());
    Ok(Correlation::of(&Origin::Run {
        project_id: &project_id,
        run_id: &run_id,
        stage: &stage,
    }))
}

/// The identity in words, for people: at most as wide as its column, 100 characters.
pub(crate) fn display(facts: &RunFacts) -> String {
    let release = facts.release.as_ref();
    let stage = release.and_then(|release| release.environment.as_deref());
    let parts = [
        Some("Azure Pipelines:"),
        facts.project.as_deref(),
        release.map_or(facts.run.definition.as_deref(), |release| {
            release.definition.as_deref()
        }),
        release.map_or(facts.run.number.as_deref(), |release| {
            release.name.as_deref()
        }),
        stage.or(facts.stage.name.as_deref()),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// A value short enough for a message.
#[must_use]
pub fn shown(value: &str) -> String {
    let mut short: String = value.chars().take(60).collect();
    if short.len() < value.len() {
        short.push_str("...");
    }
    short
}
