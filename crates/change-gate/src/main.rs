#![doc = include_str!("../README.md")]

mod dry_run;
mod ending;
mod gate;
mod plan;
mod report;
mod seen;
mod summary;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use pipelines_agent::{Environment, Interrupt};
use task::{Log, connect};

use crate::ending::Ending;
use crate::plan::Plan;
use crate::report::Report;

/// How this task introduces itself.
const TASK: &str = "ServiceNowChangeGate";

fn main() -> ExitCode {
    let environment = Environment::from_process();
    let report = Report::new(Log::of(&environment));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run(&environment, &report)),
        Err(error) => report.finish(
            None,
            &Ending::internal("no runtime could be started", &error),
        ),
    }
}

/// Reads everything, holds the stage, and tells the agent once how it ended.
async fn run(environment: &Environment, report: &Report) -> ExitCode {
    let mut interrupt = match Interrupt::listen(environment) {
        Ok(interrupt) => interrupt,
        Err(error) => {
            return report.finish(
                None,
                &Ending::internal("signals cannot be received", &error),
            );
        }
    };
    let plan = match Plan::read(environment, report.log().facts()) {
        Ok(plan) => plan,
        Err(mut problems) => {
            // A connection that is wrong as well is told in the same go.
            let connection = connect::instance(environment, report.log(), TASK, Duration::ZERO);
            problems.extend(connection.err().unwrap_or_default());
            return report.finish(None, &Ending::BadInput(problems));
        }
    };
    let (instance, http) =
        match connect::instance(environment, report.log(), TASK, plan.unavailable) {
            Ok(connected) => connected,
            Err(problems) => return report.finish(Some(&plan), &Ending::BadInput(problems)),
        };
    report.opens(&plan, &instance);
    let ending = tokio::select! {
        ending = gate::hold_stage(&plan, &instance, report) => ending,
        cause = interrupt.interrupted() => gate::leave(&plan, &instance, report, cause).await,
    };
    report.log().keep_receipts(&http.receipts());
    report.finish(Some(&plan), &ending)
}
