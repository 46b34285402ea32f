//! What shows that the deployment was what it claims to be: facts of the run, and files.

pub(crate) mod bundle;
pub(crate) mod files;
mod junit;
mod sarif;
pub(crate) mod summary;
