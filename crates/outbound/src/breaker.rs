//! Leaves a party that keeps failing alone for a while.
//!
//! After the rest one request goes through as a probe; its outcome decides for all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When a party is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// After so many failed attempts in a row: no connection, no answer, 5xx. 5; with 0 it never opens.
    pub failures: u32,
    /// For so long. 30 s.
    pub open_for: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            failures: 5,
            open_for: Duration::from_secs(30),
        }
    }
}

/// What an attempt says about the party's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    Failing,
    /// Nothing either way: the fault was ours.
    Unknown,
}

/// The state per party.
#[derive(Debug)]
pub(crate) struct Breakers {
    policy: Breaker,
    parties: Mutex<HashMap<String, State>>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    opened: Option<Instant>,
    probing: bool,
}

impl Breakers {
    pub(crate) fn new(policy: Breaker) -> Self {
        Self {
            policy,
            parties: Mutex::default(),
        }
    }

    /// Lets an attempt through, or says how long the party still rests.
    pub(crate) fn admit(&self, party: &str) -> Result<Pass<'_>, Duration> {
        let mut parties = self.lock();
        let state = parties.entry(party.to_owned()).or_default();
        let probe = match state.opened {
            None => false,
            Some(opened) => {
                let left = self.policy.open_for.saturating_sub(opened.elapsed());
                if !left.is_zero() {
                    return Err(left);
                }
                if state.probing {
                    // The probe's outcome is not known yet; it cannot take longer than a short rest.
                    return Err(self.policy.open_for.min(Duration::from_secs(1)));
                }
                state.probing = true;
                true
            }
        };
        Ok(Pass {
            breakers: self,
            party: party.to_owned(),
            probe,
        })
    }

    fn settle(&self, party: &str, probe: bool, health: Health) {
        let mut parties = self.lock();
        let state = parties.entry(party.to_owned()).or_default();
        if probe {
            state.probing = false;
        }
        match health {
            Health::Unknown => {}
            Health::Well => *state = State::default(),
            Health::Failing => {
                state.failures = state.failures.saturating_add(1);
                if self.policy.failures > 0 && (probe || state.failures >= self.policy.failures) {
                    state.opened = Some(Instant::now());
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.parties.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permission for one attempt. Dropped without an outcome (the caller was interrupted) it gives the
/// place of a probe back.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breakers: &'a Breakers,
    party: String,
    probe: bool,
}

impl Pass<'_> {
    pub(crate) fn settle(mut self, health: Health) {
        self.breakers.settle(&self.party, self.probe, health);
        self.probe = false;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breakers.settle(&self.party, true, Health::Unknown);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const PARTY: &str = "h.example";

    fn breakers() -> Breakers {
        Breakers::new(Breaker {
            failures: 2,
            open_for: Duration::from_secs(30),
        })
    }

    fn attempt(breakers: &Breakers, health: Health) {
        breakers.admit(PARTY).unwrap().settle(health);
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_only() {
        let breakers = breakers();
        for health in [
            Health::Failing,
            Health::Well,
            Health::Failing,
            Health::Unknown,
        ] {
            attempt(&breakers, health);
        }
        attempt(&breakers, Health::Failing);
        assert_eq!(breakers.admit(PARTY).unwrap_err(), Duration::from_secs(30));
        assert!(breakers.admit("other.example").is_ok());
        advance(Duration::from_secs(10)).await;
        assert_eq!(breakers.admit(PARTY).unwrap_err(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_decides() {
        let breakers = breakers();
        attempt(&breakers, Health::Failing);
        attempt(&breakers, Health::Failing);
        advance(Duration::from_secs(30)).await;
        let probe = breakers.admit(PARTY).unwrap();
        assert_eq!(breakers.admit(PARTY).unwrap_err(), Duration::from_secs(1));
        probe.settle(Health::Failing);
        assert_eq!(breakers.admit(PARTY).unwrap_err(), Duration::from_secs(30));
        advance(Duration::from_secs(30)).await;
        attempt(&breakers, Health::Well);
        attempt(&breakers, Health::Failing);
        assert!(
            breakers.admit(PARTY).is_ok(),
            "a success forgets the failures before it"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_interrupted_probe_makes_room_for_the_next() {
        let breakers = breakers();
        attempt(&breakers, Health::Failing);
        attempt(&breakers, Health::Failing);
        advance(Duration::from_secs(30)).await;
        drop(breakers.admit(PARTY).unwrap());
        assert!(breakers.admit(PARTY).is_ok());
    }

    #[test]
    fn zero_failures_never_open() {
        let breakers = Breakers::new(Breaker {
            failures: 0,
            open_for: Duration::from_secs(30),
        });
        for _ in 0..100 {
            attempt(&breakers, Health::Failing);
        }
        assert!(breakers.admit(PARTY).is_ok());
    }
}
