//! What a command line asks for, once it makes sense.

use std::path::{Path, PathBuf};

use audit::Severity;
use change::Number;
use jiff::Timestamp;

use super::moment;
use crate::command_line::{AuditArgs, FailOn, Format};

/// One report to make.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) subject: Subject,
    pub(crate) format: Format,
    pub(crate) out: Option<PathBuf>,
    /// From which severity on findings show in the exit code.
    pub(crate) fail_on: Option<Severity>,
}

/// What the report is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One change, and perhaps a run that it does not name itself.
    Change(Number, Option<StageOf>),
    /// Every deployment from the first moment up to the second, which is not part of it.
    Period {
        from: Timestamp,
        to: Timestamp,
        service: Option<String>,
    },
}

/// A stage of a run, as the user names it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StageOf {
    pub(crate) run: u64,
    pub(crate) stage: String,
}

impl Plan {
    /// Reads the arguments. `to_terminal` says whether standard output is one.
    ///
    /// # Errors
    /// Every problem, each a line.
    pub(crate) fn read(args: &AuditArgs, to_terminal: bool) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let subject = subject(args, &mut problems);
        let format = format(args);
        if to_terminal && args.out.is_none() && format == Format::Html {
            problems.push(
                "a terminal does not show HTML: give --out FILE.html, or --format json or csv"
                    .to_owned(),
            );
        }
        match subject {
            Some(subject) if problems.is_empty() => Ok(Self {
                subject,
                format,
                out: args.out.clone(),
                fail_on: severity(args.fail_on),
            }),
            _ => Err(problems),
        }
    }
}

fn subject(args: &AuditArgs, problems: &mut Vec<String>) -> Option<Subject> {
    let is_period = args.from.is_some() || args.to.is_some();
    match (&args.number, is_period) {
        (Some(_), true) => {
            problems.push(
                "either the number of a change or a period is reported on, not both".to_owned(),
            );
            None
        }
        (None, false) => {
            problems.push(
                "nothing to report on: give the number of a change, as in CHG0030001, or --from DATE and --to DATE"
                    .to_owned(),
            );
            None
        }
        (Some(number), false) => {
            if args.service.is_some() {
                problems.push("--service chooses among the deployments of a period: leave it out for one change".to_owned());
            }
            number
                .trim()
                .to_ascii_uppercase()
                .parse()
                .map(|number| Subject::Change(number, named(args)))
                .map_err(|error| problems.push(format!("'{number}': {error}")))
                .ok()
        }
        (None, true) => {
            if args.run.is_some() {
                problems.push(
                    "--run names the run of one change: leave it out for a period".to_owned(),
                );
            }
            period(args, problems)
        }
    }
}

/// The command line takes both or neither.
fn named(args: &AuditArgs) -> Option<StageOf> {
    let stage = args.stage.clone()?;
    args.run.map(|run| StageOf { run, stage })
}

fn period(args: &AuditArgs, problems: &mut Vec<String>) -> Option<Subject> {
    let mut side = |flag: &str, given: Option<&String>| match given.map(|text| moment::parse(text))
    {
        Some(Ok(moment)) => Some(moment),
        Some(Err(problem)) => {
            problems.push(format!("{flag}: {problem}"));
            None
        }
        None => {
            problems.push(format!(
                "{flag} is missing: a period has a begin and an end"
            ));
            None
        }
    };
    let (from, to) = (
        side("--from", args.from.as_ref()),
        side("--to", args.to.as_ref()),
    );
    let (from, to) = (from?, to?);
    if from >= to {
        problems.push(
            "--from has to be before --to, which is not part of the period: for one day give that day and the next"
                .to_owned(),
        );
        return None;
    }
    let service = args.service.as_deref().map(str::trim);
    if service == Some("") {
        problems.push("--service names nothing: give a name, or leave it out".to_owned());
    }
    Some(Subject::Period {
        from,
        to,
        service: service.map(str::to_owned),
    })
}

/// As asked for, else as the file's name ends, else HTML.
fn format(args: &AuditArgs) -> Format {
    let by_name = || {
        let extension = args.out.as_deref().and_then(Path::extension)?;
        let extension = extension.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Format::Json),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    };
    args.format.or_else(by_name).unwrap_or(Format::Html)
}

fn severity(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::None => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::command_line::{Command, CommandLine};

    fn read(words: &str, to_terminal: bool) -> Result<Plan, Vec<String>> {
        let words = ["snowgate", "audit"]
            .into_iter()
            .chain(words.split(' ').filter(|word| !word.is_empty()));
        let Command::Audit(args) = CommandLine::try_parse_from(words).unwrap().command;
        Plan::read(&args, to_terminal)
    }

    #[test]
    fn a_report_is_html_unless_said_or_named_otherwise() {
        let table = [
            ("CHG0030001", Format::Html),
            ("chg0030001 --out a.HTML", Format::Html),
            ("CHG0030001 --out a", Format::Html),
            ("CHG0030001 --out a.json", Format::Json),
            ("CHG0030001 --out a.CSV", Format::Csv),
            ("CHG0030001 --out a.csv --format json", Format::Json),
            ("CHG0030001 --format csv", Format::Csv),
        ];
        for (words, format) in table {
            let plan = read(words, false).unwrap();
            assert_eq!(plan.format, format, "{words}");
            assert_eq!(
                plan.subject,
                Subject::Change("CHG0030001".parse().unwrap(), None)
            );
            assert_eq!(plan.fail_on, None);
        }
    }

    #[test]
    fn a_period_has_two_ends_and_perhaps_a_service() {
        let plan = read(
            "--from 2026-11-01 --to 2026-11-02 --service Shop --fail-on medium",
            false,
        )
        .unwrap();
        let expected = Subject::Period {
            from: "2026-11-01T00:00:00Z".parse().unwrap(),
            to: "2026-11-02T00:00:00Z".parse().unwrap(),
            service: Some("Shop".to_owned()),
        };
        assert_eq!(plan.subject, expected);
        assert_eq!(plan.fail_on, Some(Severity::Medium));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let table: [(&str, &[&str]); 10] = [
            ("", &["nothing to report on"]),
            ("CHG0030001 --from 2026-11-01", &["not both"]),
            (
                "INC0010001",
                &["'INC0010001': a change request number is CHG"],
            ),
            ("CHG0030001 --service shop", &["--service chooses among"]),
            ("--from 2026-11-01", &["--to is missing"]),
            ("--to 2026-11-01", &["--from is missing"]),
            (
                "--from 2026-11-01 --to 2026-11-02 --run 1 --stage A",
                &["--run names the run of one change"],
            ),
            (
                "--from x --to y",
                &["--from: 'x' is no date", "--to: 'y' is no date"],
            ),
            (
                "--from 2026-11-01 --to 2026-11-01",
                &["--from has to be before --to"],
            ),
            (
                "--from 2026-11-02 --to 2026-11-01",
                &["--from has to be before --to"],
            ),
        ];
        for (words, expected) in table {
            let problems = read(words, false).unwrap_err();
            assert_eq!(problems.len(), expected.len(), "{words}: {problems:?}");
            for (problem, part) in problems.iter().zip(expected) {
                assert!(problem.contains(part), "{words}: {problem}");
            }
        }
    }

    #[test]
    fn html_does_not_go_to_a_terminal() {
        assert!(read("CHG0030001", true).unwrap_err()[0].contains("--out FILE.html"));
        for fine in [
            "CHG0030001 --out a.html",
            "CHG0030001 --format json",
            "CHG0030001 --format csv",
        ] {
            assert!(read(fine, true).is_ok(), "{fine}");
        }
    }
}
