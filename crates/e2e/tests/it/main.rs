//! One program, one file per theme.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod front;
mod office;
mod report_tricks;
mod report_world;
mod world;

mod approvals;
mod cancel;
mod connection;
mod connection_lists;
mod decide;
mod dry_run;
mod echo;
mod existing;
mod foreign;
mod foreign_arm;
mod foreign_images;
mod foreign_windows;
mod hostile;
mod injection;
mod inputs;
mod kinds;
mod launcher;
mod machines;
mod outages;
mod race;
mod record;
mod record_endings;
mod record_evidence;
mod record_files;
mod record_kill;
mod record_missing;
mod record_secrets;
mod record_table;
mod record_tasks;
mod record_trouble;
mod record_walks;
mod release_gate;
mod report_findings;
mod report_hostile;
mod rerun;
mod secrets;
mod settings_file;
mod sign_in;
mod strange_answers;
mod summary;
mod templates;
mod throttled;
mod unclear;
mod volume;
mod way;
mod window;
