//! Which errors are worth another attempt, and after which wait.

use std::time::Duration;

use crate::breaker::Health;
use crate::error::{Class, Error};
use crate::jitter::Jitter;
use crate::request::Effect;

/// How often and after which waits a request is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first one included. 4.
    pub attempts: u32,
    /// The wait before the second attempt, doubled from there on. 250 ms.
    pub base: Duration,
    /// The longest such wait. 10 s.
    pub cap: Duration,
    /// After so long no further attempt begins, unless the party asked for one. 30 s: attempts that time out one after
    /// the other would keep a caller, who may know what to do about it, in the dark for minutes.
    pub within: Duration,
    /// The longest wait that is made because the party asks for it. 5 min. If it asks for more, the error
    /// is returned at once and [`Class::Transient`] says how much: asking earlier would be no use, and
    /// what else to do with the time is for the caller to say.
    pub retry_after_cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(10),
            within: Duration::from_secs(30),
            retry_after_cap: Duration::from_secs(300),
        }
    }
}

impl Retry {
    /// The wait before the next attempt, after `made` attempts that took `spent` and of which the last ended in
    /// `error`; none if there is to be no other.
    pub(crate) fn next_wait(
        &self,
        error: &Error,
        effect: Effect,
        made: u32,
        spent: Duration,
        jitter: &Jitter,
    ) -> Option<Duration> {
        if made >= self.attempts || !is_worth_repeating(error, effect) {
            return None;
        }
        match error.class() {
            Class::Transient {
                retry_after: Some(asked),
            } => (asked <= self.retry_after_cap).then(|| asked + jitter.below(self.base)),
            _ if spent >= self.within => None,
            _ => {
                let doubled = self
                    .base
                    .saturating_mul(1_u32.checked_shl(made - 1).unwrap_or(u32::MAX));
                let half = doubled.min(self.cap) / 2;
                Some(half + jitter.below(half))
            }
        }
    }
}

/// The retry matrix. What was not executed may always be repeated; what may have been only if it reads.
fn is_worth_repeating(error: &Error, effect: Effect) -> bool {
    match error {
        Error::Connect { .. } => true,
        // 429 means that the request was turned away or queued out, not executed.
        Error::Status { answer, .. } if answer.status == 429 => true,
        Error::Status { .. } => {
            matches!(error.class(), Class::Transient { .. }) && effect == Effect::Read
        }
        Error::TimedOut { .. } | Error::Interrupted { .. } => effect == Effect::Read,
        Error::Request { .. }
        | Error::Untrusted { .. }
        | Error::Proxy { .. }
        | Error::Resting { .. }
        | Error::Redirect { .. }
        | Error::TooLarge { .. }
        | Error::Decode { .. } => false,
    }
}

/// What an error says about the party. One that answers, and be it with 429, is not down.
pub(crate) fn health(error: &Error) -> Health {
    match error {
        Error::Connect { .. } | Error::TimedOut { .. } | Error::Interrupted { .. } => {
            Health::Failing
        }
        Error::Status { answer, .. } if answer.status >= 500 => Health::Failing,
        Error::Status { .. }
        | Error::Redirect { .. }
        | Error::TooLarge { .. }
        | Error::Decode { .. } => Health::Well,
        Error::Request { .. }
        | Error::Untrusted { .. }
        | Error::Proxy { .. }
        | Error::Resting { .. } => Health::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::error::Answer;

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        let mut answer = Answer::new(status, &HeaderMap::new(), b"");
        answer.retry_after = retry_after.map(Duration::from_secs);
        Error::Status {
            party: "h.example".to_owned(),
            may_have_happened: false,
            answer: Box::new(answer),
        }
    }

    fn connect() -> Error {
        Error::Connect {
            party: "h.example".to_owned(),
            proxy: None,
            source: "refused".into(),
        }
    }

    fn interrupted() -> Error {
        Error::Interrupted {
            party: "h.example".to_owned(),
            may_have_happened: true,
            source: "reset".into(),
        }
    }

    fn timed_out() -> Error {
        Error::TimedOut {
            party: "h.example".to_owned(),
            after: Duration::ZERO,
            may_have_happened: true,
        }
    }

    #[test]
    fn the_matrix() {
        // error, then whether a read, an absolute write and a creation are repeated
        let table = [
            (connect(), [true, true, true]),
            (timed_out(), [true, false, false]),
            (interrupted(), [true, false, false]),
            (status(429, None), [true, true, true]),
            (status(429, Some(3)), [true, true, true]),
            (status(429, Some(301)), [false, false, false]),
            (status(500, None), [true, false, false]),
            (status(503, Some(1)), [true, false, false]),
            (status(504, None), [true, false, false]),
            (status(408, None), [true, false, false]),
            (status(304, None), [false, false, false]),
            (status(400, None), [false, false, false]),
            (status(401, None), [false, false, false]),
            (status(404, None), [false, false, false]),
            (status(409, None), [false, false, false]),
            (status(415, None), [false, false, false]),
        ];
        for (error, expected) in table {
            let effects = [Effect::Read, Effect::Absolute, Effect::Create];
            let policy = Retry::default();
            let repeated = effects.map(|effect| {
                policy
                    .next_wait(&error, effect, 1, Duration::ZERO, &Jitter::new())
                    .is_some()
            });
            assert_eq!(repeated, expected, "{error}");
        }
    }

    #[test]
    fn waits_grow_to_the_cap_and_attempts_end() {
        let policy = Retry {
            attempts: 100,
            ..Retry::default()
        };
        let jitter = Jitter::new();
        for (made, longest) in [
            (1, 250),
            (2, 500),
            (3, 1000),
            (6, 8000),
            (7, 10_000),
            (40, 10_000),
        ] {
            let wait = policy
                .next_wait(&connect(), Effect::Read, made, Duration::ZERO, &jitter)
                .unwrap();
            let longest = Duration::from_millis(longest);
            assert!(wait >= longest / 2 && wait <= longest, "{made}: {wait:?}");
        }
        assert_eq!(
            policy.next_wait(&connect(), Effect::Read, 100, Duration::ZERO, &jitter),
            None
        );
    }

    #[test]
    fn attempts_that_take_long_are_not_repeated_for_long() {
        let policy = Retry::default();
        let next = |error: &Error, spent| {
            let spent = Duration::from_secs(spent);
            policy.next_wait(error, Effect::Read, 1, spent, &Jitter::new())
        };
        assert!(next(&timed_out(), 29).is_some());
        assert_eq!(next(&timed_out(), 70), None);
        assert!(
            next(&status(429, Some(40)), 70).is_some(),
            "it was asked for"
        );
    }

    #[test]
    fn health_counts_outages_only() {
        let table = [
            (connect(), Health::Failing),
            (interrupted(), Health::Failing),
            (timed_out(), Health::Failing),
            (status(500, None), Health::Failing),
            (status(429, None), Health::Well),
            (status(401, None), Health::Well),
            (status(404, None), Health::Well),
        ];
        for (error, expected) in table {
            assert_eq!(health(&error), expected, "{error}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_asked_for_is_kept(asked in 0u64..=300, made in 1u32..4) {
            let policy = Retry::default();
            let wait = policy.next_wait(&status(429, Some(asked)), Effect::Create, made, Duration::from_secs(900), &Jitter::new()).unwrap();
            prop_assert!(wait >= Duration::from_secs(asked) && wait <= Duration::from_secs(asked) + policy.base);
        }
    }
}
