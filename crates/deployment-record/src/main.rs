#![doc = include_str!("../README.md")]

mod attach;
mod dry_run;
mod ending;
mod evidence;
mod find;
mod notes;
mod plan;
mod publish;
mod record;
mod report;
mod row;
mod summary;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use pipelines_agent::{Environment, Interrupt};
use task::{Log, connect};

use crate::ending::Ending;
use crate::plan::Plan;
use crate::record::Parties;
use crate::report::Report;

/// How this task introduces itself.
const TASK: &str = "ServiceNowDeploymentRecord";

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

/// Reads everything, makes the record, and tells the agent once how it ended.
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
    let log = report.log();
    let plan = match Plan::read(environment, log.facts()) {
        Ok(plan) => plan,
        Err(mut problems) => {
            // A connection that is wrong as well is told in the same go.
            let connection = connect::instance(environment, log, TASK, Duration::ZERO);
            problems.extend(connection.err().unwrap_or_default());
            return report.finish(None, &Ending::BadInput(problems));
        }
    };
    let (instance, http) = match connect::instance(environment, log, TASK, plan.unavailable) {
        Ok(connected) => connected,
        Err(problems) => return report.finish(Some(&plan), &Ending::BadInput(problems)),
    };
    report.opens(&plan, &instance);
    let organization = plan.asks_organization().then(|| {
        connect::organization(environment, log, TASK)
            .inspect_err(|why| report.no_organization(why))
            .ok()
    });
    let organization = organization.flatten();
    let parties = Parties {
        instance: &instance,
        organization: organization.as_ref().map(|(organization, _)| organization),
    };
    let ending = tokio::select! {
        ending = record::make_record(&plan, &parties, report) => ending,
        cause = interrupt.interrupted() => report.interrupted(cause),
    };
    let mut receipts = http.receipts();
    receipts.extend(organization.iter().flat_map(|(_, http)| http.receipts()));
    log.keep_receipts(&receipts);
    report.finish(Some(&plan), &ending)
}
