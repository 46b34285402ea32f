//! One program, one file per theme.

mod world;

mod approvals;
mod cancel;
mod decide;
mod dry_run;
mod echo;
mod existing;
mod front;
mod hostile;
mod inputs;
mod kinds;
mod machines;
mod outages;
mod race;
mod rerun;
mod secrets;
mod settings_file;
mod strange_answers;
mod templates;
mod throttled;
mod unclear;
mod window;
