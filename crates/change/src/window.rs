//! The planned window of a change.

use jiff::Timestamp;

/// Planned start and end. Either may be missing, and then does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// The first moment of the window.
    pub start: Option<Timestamp>,
    /// The first moment after the window.
    pub end: Option<Timestamp>,
}

/// Where a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the window, which opens then.
    NotOpen(Timestamp),
    /// Inside, or there is no window.
    Open,
    /// After the window, which closed then.
    Over(Timestamp),
}

impl Window {
    /// Where `now` lies. The start belongs to the window, the end does not.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        match (self.start, self.end) {
            (_, Some(end)) if now >= end => Phase::Over(end),
            (Some(start), _) if now < start => Phase::NotOpen(start),
            _ => Phase::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_belongs_to_the_window_and_the_end_does_not() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let both = Window {
            start: Some(at(100)),
            end: Some(at(200)),
        };
        for (now, phase) in [
            (99, Phase::NotOpen(at(100))),
            (100, Phase::Open),
            (199, Phase::Open),
            (200, Phase::Over(at(200))),
        ] {
            assert_eq!(both.phase(at(now)), phase, "{now}");
        }
        assert_eq!(Window::default().phase(at(0)), Phase::Open);
        assert_eq!(Window { end: None, ..both }.phase(at(900)), Phase::Open);
        assert_eq!(
            Window {
                start: None,
                ..both
            }
            .phase(at(0)),
            Phase::Open
        );
    }
}
