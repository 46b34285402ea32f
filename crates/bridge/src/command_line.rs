//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Flags;

const EXAMPLES: &str = "\
Examples:
  snowgate audit CHG0030001 --out CHG0030001.html
  snowgate audit CHG0030001 --format json
  snowgate audit --from 2026-11-01 --to 2026-12-01 --service shop --out november.csv
  snowgate audit CHG0030001 --format json --fail-on high > report.json

The least that has to be known, as environment variables:
  SERVICENOW_URL, SERVICENOW_USER, SERVICENOW_PASSWORD   the instance
  ADO_ORG, ADO_PAT                                       the organization (optional for audit)

Exit codes: 0 written; 1 wrong use or configuration, no such change, or the report could not be written;
2 a party failed; 3 findings as severe as --fail-on.";

const AUDIT_USAGE: &str = "\
snowgate audit <NUMBER> [OPTIONS]
       snowgate audit --from <DATE> --to <DATE> [OPTIONS]";

/// ServiceNow change control for Azure Pipelines, from a desk.
#[derive(Debug, Parser)]
#[command(name = "snowgate", version, after_help = EXAMPLES, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report what is known about a change, or about every deployment of a period: findings first, evidence below
    #[command(after_help = EXAMPLES, override_usage = AUDIT_USAGE)]
    Audit(Box<AuditArgs>),
}

/// The report to make, and from whom to ask for it.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Number of the change request, as in CHG0030001
    #[arg(value_name = "NUMBER")]
    pub(crate) number: Option<String>,

    /// Begin of a period: 2026-11-01 (midnight UTC) or 2026-11-01T08:00:00+01:00
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,

    /// End of the period, not part of it: a deployment on this very moment belongs to the next period
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,

    /// Only deployments of this service: its configuration item, business service, or a line `Service: NAME` in
    /// description or close notes, in any case
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,

    /// A run that used the change, where the change does not say so itself; its project is --ado-project
    #[arg(long, value_name = "ID", requires = "stage")]
    pub(crate) run: Option<u64>,

    /// Stage of --run that deployed
    #[arg(long, value_name = "NAME", requires = "run")]
    pub(crate) stage: Option<String>,

    /// How to write it; by default as the name of --out ends, else html
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

    /// Write to this file, whole or not at all, readable by you alone; by default to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// End with exit code 3 where there is a finding of this severity or a worse one: a rule that does not hold, or
    /// could not be shown to
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::None)]
    pub(crate) fail_on: FailOn,

    /// Tell of each change of a period, also where standard error is no terminal
    #[arg(long, short)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) connections: Flags,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One page without scripts, for reading and printing
    Html,
    /// For programs; the schema is published
    Json,
    /// One line per deployment, for spreadsheets
    Csv,
}

/// From which severity on findings show in the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    High,
    Medium,
    Low,
    None,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        CommandLine::command().debug_assert();
    }
}
