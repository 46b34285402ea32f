//! Words that every task uses alike. Texts of the instance pass through as they are: the console defuses them.

use std::time::Duration;

use change::{Request, State};
use jiff::Timestamp;
use jiff::tz::Offset;

/// The name of a state for people and for later steps: the shipped one, else the instance's label.
#[must_use]
pub fn state(request: &Request) -> String {
    match request.state {
        State::Other(_) if !request.state_label.is_empty() => request.state_label.clone(),
        state => state.to_string(),
    }
}

/// State and approval in one breath.
#[must_use]
pub fn standing(request: &Request) -> String {
    format!("{}, approval {}", state(request), request.approval)
}

/// A moment for people, always in UTC.
#[must_use]
pub fn moment(moment: Timestamp) -> String {
    let moment = Offset::UTC.to_datetime(moment);
    format!("{} {:.0} UTC", moment.date(), moment.time())
}

/// A length of time for people.
#[must_use]
pub fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_two_units_at_most() {
        let table = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min 0 s"),
            (3599, "59 min 59 s"),
            (7265, "2 h 1 min"),
        ];
        for (seconds, text) in table {
            assert_eq!(length(Duration::from_secs(seconds)), text);
        }
    }
}
