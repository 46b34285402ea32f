//! The gate that needs no agent: its packed `task.json`, played as Azure DevOps plays it, against the instance.

mod stand;

mod agents;
mod coverage;
mod faults;
mod hostile;
mod jobs;
mod opening;
mod scenarios;
mod terms;
mod verdicts;
