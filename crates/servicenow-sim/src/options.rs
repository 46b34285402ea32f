//! Every switch of the simulator, in this one file. A behaviour that no source settles for a real instance is
//! marked "unverified": a run against a live one may prove the other setting right without a change of code.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// How the simulated instance is set up. `Options::default()` is the strict profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is one named behaviour of an instance, set on its own"
)]
pub struct Options {
    /// Seed of ids, tokens and row order.
    pub seed: u64,
    /// Platform date text (UTC) at which the clock stands still; unset, the machine's clock runs.
    pub clock_start: Option<String>,
    /// Seconds the instance's clock is ahead of the caller's (negative: behind); shows in every date it writes.
    pub clock_skew_seconds: i64,
    /// Milliseconds before any answer leaves.
    pub response_delay_ms: u64,
    /// Milliseconds during which a state the instance moved by itself still reads as the old one.
    pub delayed_visibility_ms: u64,
    /// Rows without a total order come in another order with each request.
    pub random_row_order: bool,
    /// Minutes east of UTC of the users' time zone (display values, display input).
    pub user_time_zone_minutes: i64,
    /// The property `glide.invalid_query.returns_no_rows`: an unknown column yields nothing instead of everything.
    pub invalid_query_returns_no_rows: bool,
    /// Journal columns show their entries as display value (unverified).
    pub journal_in_display: bool,
    /// Roles that may read `sys_journal_field` over REST (unverified which a stock instance grants).
    pub journal_readers: Vec<String>,
    /// Language packs installed beside English, as `de`: every choice has a row for each language, all with one value.
    pub languages: Vec<String>,
    /// Non-admins may not filter `sys_choice` by `name`, `element` or `value`.
    pub restrict_sys_choice: bool,
    /// Columns only an admin sees, as `table.column`.
    pub hidden_columns: Vec<String>,
    /// Columns added to the schema by an administrator.
    pub extra_columns: Vec<ExtraColumn>,
    /// Tables added to the schema by an administrator.
    pub extra_tables: Vec<ExtraTable>,
    /// What becomes of dates in a spelling the platform does not read (unverified for the Table API).
    pub dates: DateMode,
    /// Over-length text is refused with 400 instead of cut (unverified).
    pub lint_lengths: bool,
    /// What a choice value outside the list does in unprotected columns (unverified per column).
    pub off_list: OffList,
    /// What a text such as `implement` does when written to `change_request.state`.
    pub text_state: TextState,
    /// Priority of a change follows impact and urgency.
    pub derive_change_priority: bool,
    /// `glide.rest.table_api.admin_only_sys_fields`: only an admin may choose `sys_id` on insert.
    pub admin_only_sys_fields: bool,
    /// The type-driven state model of older releases instead of today's.
    pub legacy: bool,
    /// Type of a change created with neither `type` nor `chg_model`; differs by release.
    pub default_type: String,
    /// What an insert with a state other than New does.
    pub insert_policy: InsertPolicy,
    /// Approval of a standard change once Scheduled (both values were seen).
    pub standard_approval: StandardApproval,
    /// Whether one approver of a group decides for it, or all must (unverified, a policy of the customer).
    pub round_policy: RoundPolicy,
    /// Group that approves in Authorize.
    pub cab_group: String,
    /// Moving to Implement creates the two stock change tasks; legacy always does.
    pub implement_creates_tasks: bool,
    /// Implement to Review needs all change tasks closed (unverified outside the form).
    pub review_needs_closed_tasks: bool,
    /// The list of `close_code` on changes and their tasks, as `value|Label`; empty, the shipped one.
    pub close_codes: Vec<String>,
    /// Columns that a data policy of the customer's demands when a change closes, beside code and notes.
    pub close_demands: Vec<String>,
    /// A business rule of the customer's, by its name, that lets no change close.
    pub close_refused_by: Option<String>,
    /// Columns, as `table.column`, whose writes by non-admins an access rule drops without a word.
    pub write_protected: Vec<String>,
    /// Columns, as `table.column`, into which a business rule puts this value whatever was written.
    pub rewritten: BTreeMap<String, String>,
    /// Bytes of the largest file the attachment API takes; the REST limit stays the upper bound.
    pub attachment_limit: u64,
    /// The same for files on one table.
    pub attachment_limits: BTreeMap<String, u64>,
    /// Non-admins may attach files to closed and cancelled changes (unverified, an access rule of the customer's).
    pub attach_to_closed: bool,
    /// Moving a change without having asked for its next states is a finding, where the change API is there to be asked.
    pub expect_next_states: bool,
    /// The change API (`sn_chg_rest`) is installed.
    pub change_api: bool,
    /// Status of a business-rule refusal on the change API (unverified: 400 or 500).
    pub change_api_refusal_status: u16,
    /// The change API mixes value types as its documentation shows; off, all values are strings (unverified).
    pub change_api_mixed_types: bool,
    /// Conflict detection says "Conflict" although its list is empty, as documented to happen.
    pub stale_conflict_status: bool,
    /// Basic authentication needs the role `snc_basic_auth_api_access` or a web-service-only account.
    pub basic_auth_restricted: bool,
    /// Basic authentication needs a second factor for everyone.
    pub mfa: bool,
    /// APIs that an access policy opens to API keys; empty: the plugin is absent.
    pub api_key_apis: BTreeSet<Api>,
    /// `glide.oauth.inbound.client.credential.grant_type.enabled`.
    pub client_credentials: bool,
    /// `glide.oauth.inbound.ropc.grant_type.disabled`, turned around.
    pub password_grant: bool,
    /// A refresh also replaces the refresh token.
    pub refresh_rotation: bool,
    /// Life of an access token in seconds.
    pub token_seconds: i64,
    /// Calls per hour and user before 429; unset, no rule exists and no header is sent.
    pub rate_limit_per_hour: Option<u32>,
    /// Requests served at once and queued behind them; unset, unlimited.
    pub semaphore: Option<Semaphore>,
    /// Items of a batch after which the rest stays unserviced.
    pub batch_max_items: Option<usize>,
}

/// A column an administrator added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraColumn {
    /// Table that gets the column.
    pub table: String,
    /// Column name, `u_...` or `x_...` on a real instance.
    pub name: String,
    /// `text`, `text:40`, `int`, `bool`, `datetime`, `date`, `choice`, `journal` or `ref:<table>`.
    pub kind: String,
}

/// A table an administrator added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraTable {
    /// Table name.
    pub name: String,
    /// Columns as `name|label|kind|default` (label and default may be empty).
    pub columns: Vec<String>,
}

/// The pool that serves inbound REST.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Semaphore {
    /// Requests served at once (a stock node: 4).
    pub threads: usize,
    /// Requests that may wait (a stock node: 50).
    pub queue: usize,
}

/// What becomes of a date such as `2026-03-02T09:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateMode {
    /// Stored empty.
    Realistic,
    /// Refused with 400.
    Lint,
    /// Read as `dd-MM-yyyy` and rolled over into the year 11.
    LenientRollover,
}

/// What becomes of a choice value outside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffList {
    /// Stored as sent.
    StoreRaw,
    /// Stored empty.
    StoreEmpty,
    /// Refused with 400.
    Refuse,
}

/// What becomes of a text written to the state of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextState {
    /// 200, and the state is what it was.
    Unchanged,
    /// 200, and the change is stuck in Authorize with approval `not requested`, as one instance showed.
    Corrupt,
    /// Refused with 400.
    Lint,
}

/// What an insert with a state other than New does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsertPolicy {
    /// The state becomes New.
    Rewrite,
    /// Review, Closed and Canceled are refused with 403; others become New.
    Refuse,
}

/// Approval of a standard change once Scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandardApproval {
    /// `approved`.
    Approved,
    /// `not requested`.
    NotRequested,
}

/// Who of a group has to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundPolicy {
    /// Every member.
    Everyone,
    /// The first who does; the others are no longer required.
    Anyone,
}

/// The APIs an access policy can open one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Table API.
    Table,
    /// Change Management API.
    Change,
    /// Aggregate API.
    Stats,
    /// Attachment API.
    Attachment,
    /// Batch API.
    Batch,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            clock_start: None,
            clock_skew_seconds: 0,
            response_delay_ms: 0,
            delayed_visibility_ms: 0,
            random_row_order: true,
            user_time_zone_minutes: -420,
            invalid_query_returns_no_rows: false,
            journal_in_display: false,
            journal_readers: vec!["change_manager".to_owned()],
            languages: Vec::new(),
            restrict_sys_choice: true,
            hidden_columns: Vec::new(),
            extra_columns: Vec::new(),
            extra_tables: Vec::new(),
            dates: DateMode::Realistic,
            lint_lengths: false,
            off_list: OffList::StoreRaw,
            text_state: TextState::Unchanged,
            derive_change_priority: false,
            admin_only_sys_fields: false,
            legacy: false,
            default_type: "normal".to_owned(),
            insert_policy: InsertPolicy::Rewrite,
            standard_approval: StandardApproval::Approved,
            round_policy: RoundPolicy::Everyone,
            cab_group: "CAB Approval".to_owned(),
            implement_creates_tasks: false,
            review_needs_closed_tasks: true,
            close_codes: Vec::new(),
            close_demands: Vec::new(),
            close_refused_by: None,
            write_protected: Vec::new(),
            rewritten: BTreeMap::new(),
            attachment_limit: crate::protocol::MAX_BODY,
            attachment_limits: BTreeMap::new(),
            attach_to_closed: true,
            expect_next_states: false,
            change_api: true,
            change_api_refusal_status: 400,
            change_api_mixed_types: true,
            stale_conflict_status: false,
            basic_auth_restricted: false,
            mfa: false,
            api_key_apis: BTreeSet::from([
                Api::Table,
                Api::Change,
                Api::Stats,
                Api::Attachment,
                Api::Batch,
            ]),
            client_credentials: false,
            password_grant: true,
            refresh_rotation: false,
            token_seconds: 1800,
            rate_limit_per_hour: None,
            semaphore: None,
            batch_max_items: None,
        }
    }
}

impl Options {
    /// The type-driven state model of older releases, with its side effects.
    pub fn legacy() -> Self {
        Self {
            legacy: true,
            implement_creates_tasks: true,
            ..Self::default()
        }
    }
}
