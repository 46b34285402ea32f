//! How the story is told.

use std::time::Duration;

/// How long people think, and scripts work.
const THINKING: Duration = Duration::from_millis(1200);

/// A chapter begins.
pub(crate) fn chapter(what: &str) {
    println!("\n\n######## {what}");
}

/// Something happens.
pub(crate) fn say(what: &str) {
    println!("\n== {what}");
}

/// Somebody acts outside of the log that is shown.
pub(crate) fn aside(what: &str) {
    println!("   ({what})");
}

/// One thing that is known.
pub(crate) fn fact(name: &str, value: &str) {
    println!("  {name:<22} {value}");
}

/// Lets a moment pass.
pub(crate) fn think() {
    std::thread::sleep(THINKING);
}
