//! The simulator as a program: serves until interrupted, prints what a client needs to log in.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use azure_devops_sim::{Options, Sim};

const USAGE: &str = "usage: azure-devops-sim [--listen ADDR:PORT] [--seed FILE.json]";

#[derive(Debug)]
struct Arguments {
    listen: SocketAddr,
    seed: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say_problem(&problem);
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments = arguments(std::env::args().skip(1))?;
    let sim = start(&arguments)?;
    announce(&sim).map_err(|e| format!("could not print: {e}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| format!("could not wait for signals: {e}"))?;
    runtime
        .block_on(interrupted())
        .map_err(|e| format!("could not wait for signals: {e}"))
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut found = Arguments {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        seed: None,
    };
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))
        };
        match word.as_str() {
            "--listen" => {
                let text = value()?;
                found.listen = text
                    .parse()
                    .map_err(|_| format!("not an address with a port: {text}\n{USAGE}"))?;
            }
            "--seed" => found.seed = Some(PathBuf::from(value()?)),
            _ => return Err(format!("unknown argument: {word}\n{USAGE}")),
        }
    }
    Ok(found)
}

fn start(arguments: &Arguments) -> Result<Sim, String> {
    let started = match &arguments.seed {
        None => Sim::listen(arguments.listen, Options::default()),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| format!("could not read {}: {e}", path.display()))?;
            let file = serde_json::from_str(&text)
                .map_err(|e| format!("{} is not JSON: {e}", path.display()))?;
            Sim::seeded(arguments.listen, file)
        }
    };
    started.map_err(|error| chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this program is no task: its output is for the person who started it"
)]
fn announce(sim: &Sim) -> std::io::Result<()> {
    let project = sim.project();
    let mut out = std::io::stdout().lock();
    for (name, value) in [
        ("ADO_URL", sim.url()),
        ("ADO_ORG", &sim.organization()),
        ("ADO_PROJECT", &project.name),
        ("ADO_PROJECT_ID", &project.id),
        ("ADO_PAT", &sim.pat()),
        ("ADO_JOB_TOKEN", &sim.job_token()),
    ] {
        writeln!(out, "{name}={value}")?;
    }
    if sim.release_url() != sim.url() {
        writeln!(out, "ADO_RELEASE_URL={}", sim.release_url())?;
    }
    out.flush()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this program is no task: its errors are for the person who started it"
)]
fn say_problem(problem: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "azure-devops-sim: {problem}");
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
