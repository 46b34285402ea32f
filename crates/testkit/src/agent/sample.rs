//! The variables of a sample job, under names and with shapes that real jobs have.

use std::collections::BTreeMap;

/// The variables of a deployment job in a YAML pipeline.
pub(super) fn yaml_job() -> BTreeMap<String, String> {
    let mut all = named(&[
        ("Build.BuildId", "4711"),
        ("Build.BuildNumber", "20260105.3"),
        ("Build.BuildUri", "vstfs:///Build/Build/4711"),
        ("Build.DefinitionName", "shop-web"),
        ("Build.DefinitionId", "12"),
        ("Build.DefinitionVersion", "7"),
        ("Build.QueuedBy", "Pat Doe"),
        ("Build.QueuedById", "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02"),
        ("Build.Reason", "IndividualCI"),
        ("Build.Repository.Clean", "False"),
        (
            "Build.Repository.ID",
            "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11",
        ),
        ("Build.Repository.Name", "shop-web"),
        ("Build.Repository.Provider", "TfsGit"),
        (
            "Build.Repository.Uri",
            "http://127.0.0.1/contoso/Shop/_git/shop-web",
        ),
        ("Build.RequestedFor", "Pat Doe"),
        ("Build.RequestedForEmail", "pat@shop.example"),
        (
            "Build.RequestedForId",
            "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02",
        ),
        ("Build.SourceBranch", "refs/heads/main"),
        ("Build.SourceBranchName", "main"),
        (
            "Build.SourceVersion",
            "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b",
        ),
        ("Build.SourceVersionAuthor", "Pat Doe"),
        ("Build.SourceVersionMessage", "Sell blue shoes"),
        ("Environment.Id", "3"),
        ("Environment.Name", "production"),
    ]);
    all.extend(system());
    all.extend(agent());
    all
}

/// The variables that a classic release has and a YAML job has not.
pub(super) fn classic_release() -> BTreeMap<String, String> {
    named(&[
        ("System.HostType", "release"),
        ("Release.AttemptNumber", "1"),
        ("Release.DefinitionEnvironmentId", "9"),
        ("Release.DefinitionId", "5"),
        ("Release.DefinitionName", "shop-web release"),
        ("Release.Deployment.RequestedFor", "Kim Roe"),
        ("Release.DeploymentID", "77"),
        ("Release.EnvironmentId", "44"),
        ("Release.EnvironmentName", "Production"),
        (
            "Release.EnvironmentUri",
            "vstfs:///ReleaseManagement/Environment/44",
        ),
        ("Release.ReleaseDescription", "Blue shoes"),
        ("Release.ReleaseId", "33"),
        ("Release.ReleaseName", "Release-33"),
        (
            "Release.ReleaseWebUrl",
            "http://127.0.0.1/contoso/Shop/_release?releaseId=33",
        ),
        ("Release.RequestedFor", "Kim Roe"),
    ])
}

/// Names of the variables that a classic release lacks.
pub(super) fn is_yaml_only(name: &str) -> bool {
    [
        "System.Stage",
        "System.Phase",
        "System.Job",
        "System.Pipeline",
        "Environment.",
        "Build.Reason",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

fn system() -> BTreeMap<String, String> {
    named(&[
        ("System", "build"),
        (
            "System.CollectionId",
            "6c1f2b9e-3b0a-4ed1-9b57-0f2a4c6d8e10",
        ),
        ("System.CollectionUri", "http://127.0.0.1/contoso/"),
        ("System.Culture", "en-US"),
        ("System.DefinitionId", "12"),
        ("System.DefinitionName", "shop-web"),
        ("System.EnableAccessToken", "SecretVariable"),
        ("System.HostType", "build"),
        ("System.JobAttempt", "1"),
        ("System.JobDisplayName", "Deploy"),
        ("System.JobId", "b1a2c3d4-0000-5000-8000-1234567890ab"),
        ("System.JobIdentifier", "Production.Deploy.__default"),
        ("System.JobName", "Deploy"),
        ("System.PhaseAttempt", "1"),
        ("System.PhaseDisplayName", "Deploy"),
        ("System.PhaseName", "Deploy"),
        ("System.PipelineStartTime", "2026-01-05 09:00:00+00:00"),
        ("System.PlanId", "aa0b1c2d-1111-4222-8333-444455556666"),
        ("System.ServerType", "Hosted"),
        ("System.StageAttempt", "1"),
        ("System.StageDisplayName", "To production"),
        ("System.StageId", "96ac2280-8cb4-5df5-99de-dd2da759617d"),
        ("System.StageName", "Production"),
        (
            "System.TeamFoundationCollectionUri",
            "http://127.0.0.1/contoso/",
        ),
        ("System.TeamProject", "Shop"),
        (
            "System.TeamProjectId",
            "d4f5a6b7-2222-4333-8444-555566667777",
        ),
        ("System.TimelineId", "aa0b1c2d-1111-4222-8333-444455556666"),
    ])
}

fn agent() -> BTreeMap<String, String> {
    named(&[
        ("Agent.Id", "8"),
        ("Agent.IsSelfHosted", "1"),
        ("Agent.JobName", "Deploy"),
        ("Agent.MachineName", "agent-8"),
        ("Agent.Name", "Agent 8"),
        (
            "Agent.OS",
            if cfg!(windows) {
                "Windows_NT"
            } else if cfg!(target_os = "macos") {
                "Darwin"
            } else {
                "Linux"
            },
        ),
        (
            "Agent.OSArchitecture",
            if cfg!(target_arch = "aarch64") {
                "ARM64"
            } else {
                "X64"
            },
        ),
        ("Agent.Version", "4.275.0"),
    ])
}

/// A map of these pairs.
pub(super) fn named(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
