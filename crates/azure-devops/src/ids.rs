//! Keys of things in an organization. Most are numbers, unique within the organization, except an environment's.

use std::fmt;
use std::str::FromStr;

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what} id: a positive whole number is expected")]
pub struct ParseIdError {
    what: &'static str,
    text: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The id of that number; zero, which the service gives to nothing, is none.
            #[must_use]
            pub fn new(number: u64) -> Option<Self> {
                (number > 0).then_some(Self(number))
            }

            /// The number.
            #[must_use]
            pub fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            /// Reads digits only: no sign, no blanks, no zero.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                digits(text).and_then(Self::new).ok_or_else(|| ParseIdError {
                    what: $what,
                    text: text.chars().take(40).collect(),
                })
            }
        }
    };
}

id! {
    /// A run of a pipeline. The older word for it is build, and the two ids are one number.
    RunId, "run"
}
id! {
    /// A classic release.
    ReleaseId, "release"
}
id! {
    /// An environment that YAML pipelines deploy to.
    EnvironmentId, "environment"
}

/// A timeline of a run: the main one, or one that keeps an earlier attempt. A GUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimelineId(String);

impl TimelineId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TimelineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TimelineId {
    type Err = ParseTimelineIdError;

    /// Reads hexadecimal digits with hyphens between their groups of 8, 4, 4, 4 and 12.
    fn from_str(text: &str) -> Result<Self, ParseTimelineIdError> {
        let groups = text.split('-').map(|group| {
            let is_hex = group.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then_some(group.len())
        });
        match groups.eq([8, 4, 4, 4, 12].map(Some)) {
            true => Ok(Self(text.to_owned())),
            false => Err(ParseTimelineIdError(text.chars().take(40).collect())),
        }
    }
}

/// A text that is no timeline's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no id of a timeline: a GUID is expected")]
pub struct ParseTimelineIdError(String);

/// A number that is written in digits and nothing else.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_digits() {
        assert_eq!("4711".parse::<RunId>().unwrap().to_string(), "4711");
        for text in [
            "",
            "0",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "0x1",
            "１",
            "1/../2",
            "18446744073709551616",
        ] {
            assert!(text.parse::<RunId>().is_err(), "{text:?}");
        }
        let error = "4711?x=1".parse::<ReleaseId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"4711?x=1\" is no release id: a positive whole number is expected"
        );
    }

    #[test]
    fn a_timelines_id_is_a_guid() {
        let guid = "96ac2280-8cb4-5df5-99de-dd2da759617D";
        assert_eq!(guid.parse::<TimelineId>().unwrap().to_string(), guid);
        for text in [
            "",
            "4711",
            "96ac22808cb45df599dedd2da759617d",
            "96ac2280-8cb4-5df5-99de-dd2da759617",
            "96ac2280-8cb4-5df5-99de-dd2da759617d-",
            "../../../builds/1-8cb4-5df5-99de-dd2",
            "{96ac2280-8cb4-5df5-99de-dd2da759617d}",
        ] {
            assert!(text.parse::<TimelineId>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_reads_back(number in 1u64..) {
            let id = EnvironmentId::new(number).unwrap();
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn what_parses_is_digits(text in "\\PC{0,30}") {
            if let Ok(id) = text.parse::<RunId>() {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(text.trim_start_matches('0'), id.to_string());
            }
        }
    }
}
