//! Which variable holds which fact.

use super::{Agent, Job, Release, Run, Source, Stage};
use crate::env::Environment;

/// Reads public variables only: what ends up on a change record must not be a secret.
pub(super) struct Reader<'e>(pub(super) &'e Environment);

impl Reader<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.public_variable(name).map(str::to_owned)
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.0.public_variable(name)?.parse().ok()
    }

    pub(super) fn run(&self) -> Run {
        Run {
            id: self.text("Build.BuildId"),
            number: self.text("Build.BuildNumber"),
            definition: self
                .text("Build.DefinitionName")
                .or_else(|| self.text("System.DefinitionName")),
            definition_id: self
                .text("Build.DefinitionId")
                .or_else(|| self.text("System.DefinitionId")),
            reason: self.text("Build.Reason"),
            url: None,
        }
    }

    pub(super) fn source(&self) -> Source {
        Source {
            version: self.text("Build.SourceVersion"),
            branch: self.text("Build.SourceBranch"),
            branch_name: self.text("Build.SourceBranchName"),
            repository: self.text("Build.Repository.Name"),
            repository_uri: self.text("Build.Repository.Uri"),
            provider: self.text("Build.Repository.Provider"),
        }
    }

    pub(super) fn stage(&self) -> Stage {
        Stage {
            name: self.text("System.StageName"),
            display_name: self.text("System.StageDisplayName"),
            attempt: self.count("System.StageAttempt"),
        }
    }

    pub(super) fn job(&self) -> Job {
        Job {
            name: self
                .text("System.JobName")
                .or_else(|| self.text("Agent.JobName")),
            display_name: self.text("System.JobDisplayName"),
            attempt: self.count("System.JobAttempt"),
            status: self.text("agent.jobstatus"),
        }
    }

    pub(super) fn release(&self) -> Option<Release> {
        Some(Release {
            id: self.text("Release.ReleaseId")?,
            name: self.text("Release.ReleaseName"),
            url: self.text("Release.ReleaseWebUrl"),
            definition: self.text("Release.DefinitionName"),
            definition_id: self.text("Release.DefinitionId"),
            environment: self.text("Release.EnvironmentName"),
            environment_id: self.text("Release.EnvironmentId"),
            definition_environment_id: self.text("Release.DefinitionEnvironmentId"),
            attempt: self.count("Release.AttemptNumber"),
        })
    }

    pub(super) fn agent(&self) -> Agent {
        Agent {
            name: self.text("Agent.Name"),
            os: self.text("Agent.OS"),
            temp_dir: self.text("Agent.TempDirectory").map(Into::into),
        }
    }
}
