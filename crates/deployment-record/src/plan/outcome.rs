//! How the deployment ended: as the user says, or as the job went.

use change::Outcome;
use pipelines_agent::{Inputs, RunFacts};

/// How the deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// As the user says.
    Said(Outcome),
    /// As the job of this step went so far.
    Job(Outcome),
}

impl Ended {
    /// The outcome.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Said(outcome) | Self::Job(outcome) => outcome,
        }
    }

    /// Reads `outcome`. Problems are left with `inputs`.
    pub(super) fn read(inputs: &mut Inputs<'_>, facts: &RunFacts) -> Self {
        let words = [
            ("auto", None),
            ("successful", Some(Outcome::Successful)),
            ("successfulWithIssues", Some(Outcome::SuccessfulWithIssues)),
            ("unsuccessful", Some(Outcome::Unsuccessful)),
        ];
        if let Some(said) = inputs.choice("outcome", &words, None) {
            return Self::Said(said);
        }
        let status = facts.job.status.as_deref();
        Self::Job(status.and_then(of_job).unwrap_or_else(|| {
            let what = match status {
                Some(status) => {
                    format!("the agent says the job is '{status}', which is not known here")
                }
                None => "the agent does not say how the job went (Agent.JobStatus)".to_owned(),
            };
            inputs.problem(
                "outcome",
                what,
                "set successful, successfulWithIssues or unsuccessful",
            );
            Outcome::Unsuccessful
        }))
    }
}

/// What a job's status says of the deployment in it. Whatever did not run to its end was not deployed.
fn of_job(status: &str) -> Option<Outcome> {
    let is = |word: &str| status.eq_ignore_ascii_case(word);
    if is("Succeeded") {
        Some(Outcome::Successful)
    } else if is("SucceededWithIssues") {
        Some(Outcome::SuccessfulWithIssues)
    } else if ["Failed", "Canceled", "Cancelled", "Abandoned", "Skipped"]
        .into_iter()
        .any(is)
    {
        Some(Outcome::Unsuccessful)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_a_job_says_how_the_deployment_ended() {
        use Outcome::{Successful, SuccessfulWithIssues, Unsuccessful};
        for (status, outcome) in [
            ("Succeeded", Some(Successful)),
            ("succeeded", Some(Successful)),
            ("SucceededWithIssues", Some(SuccessfulWithIssues)),
            ("Failed", Some(Unsuccessful)),
            ("Canceled", Some(Unsuccessful)),
            ("Abandoned", Some(Unsuccessful)),
            ("Skipped", Some(Unsuccessful)),
            ("Succeeding", None),
            ("", None),
        ] {
            assert_eq!(of_job(status), outcome, "{status}");
        }
    }
}
