//! The gate that needs no agent: its packed `task.json`, played as Azure DevOps plays it, against the instance.

mod stand;

mod opening;
mod verdicts;
