//! Every switch of the simulator, in this one file. A behaviour that no source settles for the real service is
//! marked "unverified": a run against a live organization may prove the other setting right without a change of code.

use serde::Deserialize;

/// How the simulated organization is set up. `Options::default()` is the strict profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is one named behaviour of the service, set on its own"
)]
pub struct Options {
    /// Seed of ids and tokens.
    pub seed: u64,
    /// Name of the organization.
    pub organization: String,
    /// RFC 3339 moment at which the clock stands still; unset, the machine's clock runs.
    pub clock_start: Option<String>,
    /// Seconds the service's clock is ahead of the caller's (negative: behind).
    pub clock_skew_seconds: i64,
    /// Milliseconds before any answer leaves.
    pub response_delay_ms: u64,
    /// Classic releases are served on a port of their own, and only there. Read at start.
    pub separate_release_host: bool,
    /// Dates carry 0 to 7 digits of a second; off, as many as needed.
    pub vary_fractions: bool,
    /// What a dead credential gets where the caller did not ask for a status.
    pub sign_in: SignIn,
    /// Status for a missing scope: 403, or 401 (unverified).
    pub missing_scope_status: u16,
    /// Status for a token made for another audience (unverified).
    pub wrong_audience_status: u16,
    /// Life of a service principal's token in seconds.
    pub token_seconds: i64,
    /// Runs in one page of the list of builds (unverified).
    pub builds_page: Page,
    /// Commits in one page of a run's changes (unverified; without `$top` there are fewer than callers think).
    pub changes_page: Page,
    /// Work items of a run, which have no second page (unverified).
    pub work_item_refs: Page,
    /// Records in one page of an environment's deployments (unverified).
    pub deployments_page: Page,
    /// Entries in one page of the lists that are paged by `$skip`: projects, pull requests, test runs (unverified).
    pub skipped_page: Page,
    /// Releases, deployments or approvals in one page (unverified).
    pub releases_page: Page,
    /// Where the list of a pipeline's runs stops; it has no second page.
    pub runs_cap: usize,
    /// Characters of a commit message shown before it is cut (unverified).
    pub message_limit: usize,
    /// A run without timeline records answers 204 instead of an empty list (unverified).
    pub empty_timeline_is_204: bool,
    /// Records of earlier attempts stand in the main timeline too, instead of only in timelines of their own
    /// (unverified).
    pub earlier_attempts_in_main_timeline: bool,
    /// Counts of a test run are shown only with `includeRunDetails=true` (unverified).
    pub test_counts_need_details: bool,
    /// `fields` together with an `$expand` other than `none` or `links` is refused (unverified).
    pub fields_exclude_expand: bool,
    /// What the newer pipelines API calls a partially succeeded run, for which it has no word (unverified).
    pub partial_run_result: String,
    /// Fields added to the work item types by an administrator, by reference name.
    pub custom_fields: Vec<String>,
}

/// How many entries one answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// When the caller asks for no number.
    pub default: usize,
    /// However many the caller asks for.
    pub cap: usize,
}

/// What a dead credential gets on a GET or POST without `X-TFS-FedAuthRedirect: Suppress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// 203 with the sign-in page.
    Page,
    /// 302 to it.
    Redirect,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            organization: "fabrikam".to_owned(),
            clock_start: None,
            clock_skew_seconds: 0,
            response_delay_ms: 0,
            separate_release_host: false,
            vary_fractions: true,
            sign_in: SignIn::Page,
            missing_scope_status: 403,
            wrong_audience_status: 401,
            token_seconds: 3599,
            builds_page: Page::new(1000, 5000),
            changes_page: Page::new(50, 10_000),
            work_item_refs: Page::new(50, 10_000),
            deployments_page: Page::new(25, 100),
            skipped_page: Page::new(100, 1000),
            releases_page: Page::new(50, 100),
            runs_cap: 10_000,
            message_limit: 1000,
            empty_timeline_is_204: true,
            earlier_attempts_in_main_timeline: false,
            test_counts_need_details: true,
            fields_exclude_expand: true,
            partial_run_result: "succeeded".to_owned(),
            custom_fields: Vec::new(),
        }
    }
}

impl Page {
    /// A page of `default` entries, or as many as asked for up to `cap`.
    pub fn new(default: usize, cap: usize) -> Self {
        Self { default, cap }
    }
}
