//! How a task ends when it has a bug.

use std::io::Write;
use std::panic::PanicHookInfo;

use redact::Masker;

use crate::commands::{Console, Outcome};

/// The exit code of a crash; also of a task that could not tell the agent how it ended.
pub const INTERNAL: u8 = 70;

/// Makes a panic end the process as a failed step: an error issue with the code word `internal`, the outcome
/// `Failed`, exit code 70.
///
/// Only the place in the source is told. The panic's text stays out, since it may quote what it was working on.
pub fn install_panic_hook(masker: Masker) {
    let hook = move |info: &PanicHookInfo<'_>| {
        report(&Console::stdout(masker.clone()), &place(info));
        end();
    };
    std::panic::set_hook(Box::new(hook));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(
        || "unknown place".to_owned(),
        |at| format!("{}:{}", at.file(), at.line()),
    )
}

fn report<W: Write>(console: &Console<W>, place: &str) {
    let version = env!("CARGO_PKG_VERSION");
    console.error(
        "internal",
        &format!("this is a bug of the task (version {version}, at {place}); please report it with this line. Nothing was decided"),
    );
    // The exit code is 70 in any case.
    let _ = console.complete(Outcome::Failed, "the task ended by a bug of its own");
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "released programs abort on panic: the hook is the last code that runs, and 134 would look like a kill"
)]
fn end() -> ! {
    std::process::exit(i32::from(INTERNAL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_reported_as_a_failed_step() {
        let mut written = Vec::new();
        report(
            &Console::new(&mut written, Masker::default()),
            "src/gate.rs:7",
        );
        let text = String::from_utf8(written).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("##vso[task.logissue type=error;code=internal]"),
            "{text}"
        );
        assert!(lines[0].contains("src/gate.rs:7"), "{text}");
        assert!(
            lines[1].starts_with("##vso[task.complete result=Failed]"),
            "{text}"
        );
    }
}
