use serde_json::json;

use super::*;

fn read(variables: &[(&str, &str)]) -> RunFacts {
    RunFacts::read(&Environment::from_map(
        variables
            .iter()
            .map(|(name, value)| (crate::env::mangle(name), *value)),
    ))
}

const RUN: [(&str, &str); 14] = [
    ("System.CollectionUri", "https://dev.azure.com/contoso/"),
    ("System.TeamProject", "My Shop"),
    ("System.TeamProjectId", "p-id"),
    ("System.HostType", "build"),
    ("Build.BuildId", "7"),
    ("Build.BuildNumber", "20260105.3"),
    ("Build.DefinitionName", "web"),
    ("Build.SourceVersion", "abc"),
    ("Build.Repository.Name", "shop"),
    ("Build.RequestedFor", "Pat"),
    ("System.StageName", "Prod"),
    ("System.StageAttempt", "2"),
    ("Environment.Name", "production"),
    ("Agent.JobStatus", "SucceededWithIssues"),
];

#[test]
fn a_run_of_a_pipeline() {
    let facts = read(&RUN);
    assert_eq!(facts.host_type, HostType::Build);
    assert_eq!(
        facts.run.url.as_deref(),
        Some("https://dev.azure.com/contoso/My%20Shop/_build/results?buildId=7")
    );
    assert_eq!(facts.page(), facts.run.url.as_deref());
    assert_eq!(facts.stage.attempt, Some(2));
    assert_eq!(facts.job.status.as_deref(), Some("SucceededWithIssues"));
    let json = facts.to_json();
    assert_eq!(
        json["run"],
        json!({ "id": "7", "number": "20260105.3", "url": facts.run.url })
    );
    assert_eq!(
        (
            &json["pipeline"]["name"],
            &json["stage"],
            &json["organization"]
        ),
        (&json!("web"), &json!("Prod"), &json!("contoso"))
    );
    assert_eq!(
        json["release"]["name"], "",
        "an absent fact is an empty text"
    );
    assert_eq!(json["stageAttempt"], "2");
}

#[test]
fn a_classic_release() {
    let mut variables = RUN.to_vec();
    variables.extend([
        ("System.HostType", "Release"),
        ("Release.ReleaseId", "33"),
        (
            "Release.ReleaseWebUrl",
            "https://dev.azure.com/contoso/r/33",
        ),
        ("Release.DefinitionName", "web release"),
        ("Release.DefinitionEnvironmentId", "9"),
        ("Release.RequestedFor", "Kim"),
        ("Release.Deployment.RequestedFor", "Lee"),
        ("Release.AttemptNumber", "3"),
    ]);
    let facts = read(&variables);
    let release = facts.release.clone().unwrap();
    assert_eq!(
        (facts.host_type, release.attempt),
        (HostType::Release, Some(3))
    );
    assert_eq!(release.definition_environment_id.as_deref(), Some("9"));
    assert_eq!(
        facts.run.url, None,
        "the artifact's run may belong to another project"
    );
    assert_eq!(facts.page(), Some("https://dev.azure.com/contoso/r/33"));
    assert_eq!(facts.requested_for.as_deref(), Some("Lee"));
    assert_eq!(facts.to_json()["pipeline"]["name"], "web release");
}

#[test]
fn organizations_by_address() {
    for (address, expected) in [
        ("https://dev.azure.com/contoso/", Some("contoso")),
        ("https://contoso.visualstudio.com/", Some("contoso")),
        (
            "https://devops.example/tfs/DefaultCollection/",
            Some("DefaultCollection"),
        ),
        ("http://127.0.0.1:8080/contoso", Some("contoso")),
        ("https://devops.example/", None),
        ("nonsense", None),
    ] {
        assert_eq!(organization(address).as_deref(), expected, "{address}");
    }
}

#[test]
fn unknown_words_and_numbers_are_no_crash() {
    let facts = read(&[
        ("System.HostType", "moon"),
        ("System.StageAttempt", "first"),
        ("System.Debug", "TRUE"),
    ]);
    assert_eq!(
        (facts.host_type, facts.stage.attempt, facts.debug),
        (HostType::Other, None, true)
    );
    assert_eq!(read(&[]).host_type, HostType::Build);
    assert_eq!(read(&[]).page(), None);
}

/// The names of all facts, those in objects with a point.
fn names() -> Vec<String> {
    let json = RunFacts::default().to_json();
    let mut names = Vec::new();
    for (name, value) in json.as_object().unwrap() {
        match value.as_object() {
            Some(inner) => names.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            None => names.push(name.clone()),
        }
    }
    names
}

#[test]
fn authors_of_pipelines_find_every_name_on_their_page() {
    let page = include_str!("../../../../docs/pipeline-author.md");
    for name in names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_documented_name_is_there_and_no_other() {
    let mut names = names();
    let source = include_str!("../facts.rs");
    let start = source.find("/// `organization project").unwrap();
    let docs = &source[start..start + source[start..].find("pub fn to_json").unwrap()];
    let mut documented: Vec<String> = docs
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .filter(|word| {
            word.contains('.') && !word.ends_with('.') || names.contains(&(*word).to_owned())
        })
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    documented.sort_unstable();
    documented.dedup();
    assert_eq!(names, documented);
}
