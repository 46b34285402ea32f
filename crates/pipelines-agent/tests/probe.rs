//! A task program that only shows what it is given, for the tests of the launcher and of this crate's doors.
//!
//! The pipeline variable `Probe` says what to do.

use std::process::ExitCode;

use pipelines_agent::{Console, Environment, Interrupt, Outcome, Visibility, finish};
use redact::{Masker, Secret};

fn main() -> ExitCode {
    let environment = Environment::from_process();
    let masker = Masker::default();
    environment
        .secret_values()
        .for_each(|secret| masker.add(secret));
    finish::install_panic_hook(masker.clone());
    let console = Console::stdout(masker);
    match environment.variable("Probe").unwrap_or("tell") {
        "wait" => wait(&environment, &console),
        "exit" => return ExitCode::from(7),
        "panic" => panic!("with ##vso[task.complete result=Succeeded] in its text"),
        "abort" => std::process::abort(),
        _ => tell(&environment, &console),
    }
    console.complete(Outcome::Succeeded, "done")
}

/// Shows what of the environment is left for whatever a program would start, and where it runs from.
#[expect(
    clippy::disallowed_methods,
    reason = "the probe shows what the door has left in the environment"
)]
fn tell<W: std::io::Write>(environment: &Environment, console: &Console<W>) {
    for (name, value) in std::env::vars() {
        console.info(&format!("env {name}={value}"));
    }
    let program = std::env::current_exe().unwrap_or_default();
    console.info(&format!("program {}", program.display()));
    console.info(&format!(
        "input {}",
        environment.variable("Probe.Text").unwrap_or_default()
    ));
    console.set_secret(&Secret::new("fetched-token"));
    console.info("a fetched-token in a line");
    console.set_variable("told", "yes", Visibility::Declared);
}

fn wait<W: std::io::Write>(environment: &Environment, console: &Console<W>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        let mut interrupt = Interrupt::listen(environment).expect("signals can be listened to");
        console.info(&format!("waiting as process {}", std::process::id()));
        let cause = interrupt.interrupted().await;
        assert_eq!(interrupt.interrupted().await, cause, "an interrupt stays");
        console.info(&format!("stopped: {cause:?}"));
    });
}
