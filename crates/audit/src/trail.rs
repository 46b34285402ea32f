//! Everything known about one change and its runs, as data. The JSON report is this, as it stands.

mod change;
mod code;
mod deployment;
mod person;
mod run;
mod source;

use jiff::Timestamp;
use serde::Serialize;

use crate::claims::Claim;
use crate::rules::{self, Ruling, Verdict};

pub use change::{Approval, Change, ChangeTrail, File, Note, Notes};
pub use code::{
    Artifact, Code, Commit, Commits, KEPT, Listing, PullRequest, PullRequests, Reviewer, TestRun,
    WorkItem,
};
pub(crate) use deployment::named_services;
pub use deployment::{Deployment, Happened};
pub(crate) use person::Likeness;
pub use person::Person;
pub use run::{Built, Check, Ended, EnvironmentDeployment, FailedJob, Gate, Run, RunTrail, Stage};
pub use source::{Gap, Link, Told};

/// What the caller knows better than either system.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The service that was deployed.
    pub service: Option<String>,
    /// The environment it was deployed to.
    pub environment: Option<String>,
    /// The id of that environment in Azure DevOps.
    pub environment_id: Option<azure_devops::EnvironmentId>,
    /// When the deployment began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// How it ended: the job that asks is still running, so the timeline cannot say it.
    pub ended: Option<Ended>,
    /// Evidence files that were attached, beyond those that notes name.
    pub claims: Vec<Claim>,
    /// The account that writes to ServiceNow for the pipelines: it is nobody's second pair of eyes.
    pub integration_account: Option<String>,
}

/// One change from commit to closure: the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trail {
    /// Always `snowgate.audit`.
    pub schema: &'static str,
    /// The version of the schema.
    pub version: u32,
    /// When the report was made.
    pub generated: Timestamp,
    /// What it comes to, in one sentence.
    pub verdict: String,
    /// Rules that do not hold or could not be shown to, worst first.
    pub findings: Vec<Ruling>,
    /// The change.
    pub change: Change,
    /// Its approvers.
    pub approvals: Vec<Approval>,
    /// The deployment that it was for.
    pub deployment: Deployment,
    /// The runs that used it.
    pub runs: Vec<Run>,
    /// What they brought along.
    pub commits: Commits,
    /// Why it was done.
    pub work_items: Listing<WorkItem>,
    /// Who looked at it before.
    pub pull_requests: PullRequests,
    /// How it was tested.
    pub tests: Listing<TestRun>,
    /// What was built.
    pub artifacts: Listing<Artifact>,
    /// The change's work notes.
    pub notes: Notes,
    /// The change's files.
    pub files: Vec<File>,
    /// Evidence files that notes on the change name, with what they were when they were attached.
    pub claims: Vec<Claim>,
    /// Every rule, with what became of it.
    pub rules: Vec<Ruling>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Whether the list of files could be read.
    #[serde(skip)]
    pub(crate) files_readable: bool,
    /// See [`Hints::integration_account`].
    #[serde(skip)]
    pub(crate) integration_account: Option<String>,
}

/// The name of the JSON report's schema.
pub const SCHEMA: &str = "snowgate.audit";

/// Its version. A key that goes or changes its meaning raises it; a key that comes does not.
pub const VERSION: u32 = 1;

impl Trail {
    /// Puts together what was read, and judges it.
    #[must_use]
    pub fn new(read: ChangeTrail, runs: Vec<RunTrail>, hints: &Hints, now: Timestamp) -> Self {
        let claims = claims(&read, &hints.claims);
        let mut gaps = read.gaps;
        let mut code = Code::default();
        let mut stages = Vec::with_capacity(runs.len());
        for (index, run) in runs.into_iter().enumerate() {
            gaps.extend(run.gaps);
            stages.push(run.run);
            if index == 0 {
                code = run.code;
            } else {
                code.join(run.code);
            }
        }
        let deployment = Deployment::of(&read.change, &stages, hints);
        let mut trail = Self {
            schema: SCHEMA,
            version: VERSION,
            generated: now,
            verdict: String::new(),
            findings: Vec::new(),
            change: read.change,
            approvals: read.approvals,
            deployment,
            runs: stages,
            commits: code.commits,
            work_items: code.work_items,
            pull_requests: code.pull_requests,
            tests: code.tests,
            artifacts: code.artifacts,
            notes: read.notes,
            files: read.files,
            claims,
            rules: Vec::new(),
            gaps,
            files_readable: read.files_readable,
            integration_account: hints.integration_account.clone(),
        };
        trail.judge();
        trail
    }

    fn judge(&mut self) {
        self.rules = rules::judge(self);
        self.findings = self
            .rules
            .iter()
            .filter(|ruling| ruling.verdict != Verdict::Held)
            .cloned()
            .collect();
        // The order of the rules settles ties, so that two reports of one change read alike.
        self.findings.sort_by_key(|f| {
            (
                std::cmp::Reverse(f.severity),
                f.verdict == Verdict::Unproven,
            )
        });
        self.verdict = verdict(&self.findings, self.rules.len());
    }
}

/// What the notes name, and what the caller knows of, once each.
fn claims(read: &ChangeTrail, known: &[Claim]) -> Vec<Claim> {
    let notes = read.notes.kept.iter().map(|note| note.text.as_str());
    let texts = notes.chain(read.change.close_notes.as_deref());
    let mut claims: Vec<Claim> = Vec::new();
    for claim in texts
        .flat_map(crate::claims::read)
        .chain(known.iter().cloned())
    {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims
}

fn verdict(findings: &[Ruling], rules: usize) -> String {
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    match (count(Verdict::Broken), count(Verdict::Unproven)) {
        (0, 0) => format!("All {rules} rules held."),
        (0, unproven) => {
            format!("No rule was broken; {unproven} of {rules} could not be shown to hold.")
        }
        (broken, 0) => format!("{broken} of {rules} rules did not hold."),
        (broken, unproven) => format!(
            "{broken} of {rules} rules did not hold; {unproven} more could not be shown to."
        ),
    }
}
