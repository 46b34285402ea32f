//! Who may do what: credentials with their scopes, and the registered service principal.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::ids::{Ids, stable_guid};
use crate::seeds::Person;

/// The audience that tokens for the service are made for.
pub(crate) const AUDIENCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";

/// What an unrestricted reader of this simulator needs.
pub(crate) const ALL_SCOPES: [&str; 8] = [
    "vso.build",
    "vso.code",
    "vso.environment_manage",
    "vso.project",
    "vso.release",
    "vso.test",
    "vso.work_write",
    "vso.profile",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Basic only.
    Pat,
    /// Basic or Bearer.
    Job,
    /// Bearer only.
    Principal,
}

/// One secret that opens something.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) secret: String,
    pub(crate) kind: Kind,
    pub(crate) owner: Person,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) expires: Option<Timestamp>,
    /// For whom the token was made; only tokens of principals say so.
    pub(crate) audience: String,
}

impl Key {
    /// Whether one of these scopes, or one that implies it, was granted. No scope asked means any credential will do.
    pub(crate) fn may(&self, any_of: &[&str]) -> bool {
        any_of.is_empty() || any_of.iter().any(|wanted| self.grants(wanted))
    }

    /// A scope to write, execute or manage contains the one to read.
    fn grants(&self, wanted: &str) -> bool {
        let more = ["_write", "_execute", "_manage", "_full"];
        let implied = |granted: &String| {
            let rest = granted.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || more.contains(&rest))
        };
        self.scopes.iter().any(implied)
    }
}

/// An application registered with the directory.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) person: Person,
}

#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) keys: Vec<Key>,
    pub(crate) principal: Principal,
    pub(crate) pat: String,
    pub(crate) job_token: String,
}

impl Access {
    pub(crate) fn new(ids: &mut Ids) -> Self {
        let pat = ids.token();
        // Job tokens have three parts, as web tokens do.
        let job_token = format!("eyJ0eXAiOiJKV1Qi.{}.{}", ids.token(), ids.token());
        let service = Person::new(
            "Fabrikam Fiber Build Service (fabrikam)",
            "Build\\d4f5a6b7-2222-4333-8444-555566667777",
        );
        let principal = Principal {
            tenant: stable_guid("tenant", "fabrikam"),
            client_id: stable_guid("client", "snowgate"),
            client_secret: format!("sim8Q~{}", &ids.token()[..34]),
            person: Person::new("Change reader", "change-reader"),
        };
        let mut access = Self {
            keys: Vec::new(),
            principal,
            pat: pat.clone(),
            job_token: job_token.clone(),
        };
        access.add(pat, Kind::Pat, Person::pat_doe(), &ALL_SCOPES);
        access.add(job_token, Kind::Job, service, &ALL_SCOPES);
        access
    }

    pub(crate) fn add(&mut self, secret: String, kind: Kind, owner: Person, scopes: &[&str]) {
        self.keys.push(Key {
            secret,
            kind,
            owner,
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            expires: None,
            audience: AUDIENCE.to_owned(),
        });
    }

    pub(crate) fn find(&self, secret: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.secret == secret)
    }

    pub(crate) fn find_mut(&mut self, secret: &str) -> Option<&mut Key> {
        self.keys.iter_mut().find(|key| key.secret == secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_to_write_contain_those_to_read_and_no_others() {
        let mut access = Access::new(&mut Ids::new(1));
        let owner = Person::pat_doe();
        access.add("s".to_owned(), Kind::Pat, owner, &["vso.work_write"]);
        let key = access.find("s").unwrap();
        assert!(key.may(&["vso.work"]) && key.may(&["vso.work_write"]) && key.may(&[]));
        assert!(!key.may(&["vso.build"]) && !key.may(&["vso.work_full"]));
        assert!(key.may(&["vso.build", "vso.work"]));
    }
}
