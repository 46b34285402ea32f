//! `snowgate audit`: one report, from the question to the file.

mod moment;
mod pairs;
mod period;
mod plan;
mod trail;

use ::audit::Severity;
use redact::{Masker, Secret};

use crate::command_line::{AuditArgs, Format};
use crate::config::{Config, Vars};
use crate::connect;
use crate::ending::Ending;
use crate::report_file;
use crate::terminal::Terminal;
use plan::{Plan, Subject};

/// A secret shorter than this is a word that evidence may hold for other reasons.
const SHORTEST_HIDDEN: usize = 12;

/// A report that is ready to be written.
struct Report {
    text: String,
    /// The worst of what does not hold, or could not be shown to: what nobody could read must not pass for fine.
    worst: Option<Severity>,
    /// Whether a party's failure left a change out.
    incomplete: bool,
}

/// Makes the report that the arguments ask for.
pub(crate) async fn run(
    args: &AuditArgs,
    vars: &dyn Vars,
    masker: &Masker,
    terminal: &Terminal,
) -> Ending {
    let plan = Plan::read(args, terminal.shows_reports());
    let config = Config::read(&args.connections, vars).and_then(|config| fits(args, config));
    let (plan, config) = match (plan, config) {
        (Ok(plan), Ok(config)) => (plan, config),
        (plan, config) => {
            let problems = [plan.err(), config.err()];
            return wrong(problems.into_iter().flatten().flatten(), terminal);
        }
    };
    config.secrets.iter().for_each(|secret| masker.add(secret));
    let evidence = evidence_masker(&config.secrets);
    config
        .notices
        .iter()
        .for_each(|notice| terminal.say(notice));
    let parties = match connect::open(config, masker) {
        Ok(parties) => parties,
        Err(error) => return wrong([redact::chain(&error)], terminal),
    };
    parties
        .notices
        .iter()
        .for_each(|notice| terminal.say(notice));
    let report = match &plan.subject {
        Subject::Change(number, stage) => {
            trail::report(&parties, number, stage.as_ref(), plan.format, terminal).await
        }
        Subject::Period { from, to, service } => {
            let asked = period::Asked {
                from: *from,
                to: *to,
                service: service.as_deref(),
            };
            let tells = args.verbose || terminal.is_watched();
            period::report(&parties, &asked, plan.format, tells.then_some(terminal)).await
        }
    };
    match report {
        Ok(report) => finish(&plan, &report, &evidence, terminal),
        Err(ending) => ending.told(terminal),
    }
}

/// What the arguments need of the configuration.
fn fits(args: &AuditArgs, config: Config) -> Result<Config, Vec<String>> {
    let project = config
        .azure_devops
        .as_ref()
        .and_then(|azure| azure.project.as_ref());
    if args.run.is_some() && project.is_none() {
        let problem = "--run is the run of a project of Azure DevOps: set ADO_ORG, ADO_PROJECT and a way to sign in";
        return Err(vec![problem.to_owned()]);
    }
    Ok(config)
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum NoReport {
    /// The number is nobody's, or hidden from this account.
    #[error(
        "there is no change {0} on this instance, or this account may not see it: check the number and the account's roles"
    )]
    Unknown(change::Number),
    /// The instance could not be asked for the change, or for the changes of the period.
    #[error("there is no report")]
    Find(#[source] Box<servicenow::Error>),
    /// The change could not be read.
    #[error("there is no report")]
    Read(#[from] ::audit::collect::Error),
}

impl NoReport {
    fn told(&self, terminal: &Terminal) -> Ending {
        terminal.say(&redact::chain(self));
        match self {
            Self::Unknown(_) => Ending::Wrong,
            Self::Find(_) | Self::Read(_) => Ending::PartyFailed,
        }
    }
}

fn wrong(problems: impl IntoIterator<Item = String>, terminal: &Terminal) -> Ending {
    let lines: String = problems
        .into_iter()
        .map(|problem| format!("\n  - {problem}"))
        .collect();
    terminal.say(&format!("this cannot work as asked:{lines}"));
    Ending::Wrong
}

/// Evidence is foreign text: somebody may have pasted the very token into it that this program signs in with.
fn evidence_masker(secrets: &[Secret]) -> Masker {
    let masker = Masker::default();
    secrets
        .iter()
        .filter(|secret| secret.expose().len() >= SHORTEST_HIDDEN)
        .for_each(|secret| masker.add(secret));
    masker
}

/// Writes the report and says how the program ends.
fn finish(plan: &Plan, report: &Report, evidence: &Masker, terminal: &Terminal) -> Ending {
    let text = evidence.mask(&report.text);
    let written = match &plan.out {
        Some(path) => report_file::write(path, &text).map_err(|error| redact::chain(&error)),
        None => terminal
            .report(&text)
            .map_err(|error| format!("could not write the report: {}", redact::chain(&error))),
    };
    if let Err(problem) = written {
        terminal.say(&problem);
        return Ending::Wrong;
    }
    if let Some(path) = &plan.out {
        terminal.say(&format!("wrote {}", path.display()));
    }
    let severe = plan
        .fail_on
        .is_some_and(|least| report.worst.is_some_and(|worst| worst >= least));
    if severe {
        Ending::Findings
    } else if report.incomplete {
        Ending::PartyFailed
    } else {
        Ending::Written
    }
}

/// What a format makes of a report.
fn written(
    format: Format,
    html: impl FnOnce() -> String,
    json: impl FnOnce() -> String,
    csv: impl FnOnce() -> String,
) -> String {
    match format {
        Format::Html => html(),
        Format::Json => json(),
        Format::Csv => csv(),
    }
}

#[cfg(test)]
mod tests;
