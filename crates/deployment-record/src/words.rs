//! The words a user reads. Texts of the instance are passed through as they are: the console defuses them.

use change::Request;
use change_control::Left;
use task::words::standing;

/// Why a change does not stand where it should, as a sentence about it.
pub(crate) fn left(left: &Left, request: &Request) -> String {
    let number = &request.number;
    match left {
        Left::Unapproved => format!(
            "{number} is not approved ({}); it is left as it is, and nothing was approved for it",
            standing(request)
        ),
        Left::OnHold(reason) if reason.is_empty() => {
            format!("{number} is on hold; release it and run this step again")
        }
        Left::OnHold(reason) => {
            format!("{number} is on hold ({reason}); release it and run this step again")
        }
        Left::Canceled => {
            format!(
                "{number} was cancelled; what was deployed is noted on it, and it is left as it is"
            )
        }
        Left::OpenTasks(tasks) => {
            let named: Vec<String> = tasks
                .iter()
                .map(|task| {
                    format!(
                        "{} ({}, {})",
                        task.number, task.short_description, task.state
                    )
                })
                .collect();
            format!(
                "{number} has open change tasks, which were to be left alone (closeChangeTasks: false): {}",
                named.join("; ")
            )
        }
        Left::StuckTask { task, error } => format!(
            "{number} has an open change task that could not be closed, {} ({}): {}",
            task.number,
            task.short_description,
            redact::chain(&**error)
        ),
        Left::Refused(error) => redact::chain(&**error),
        Left::NoStep(offered) => {
            let offered: Vec<String> = offered.iter().map(ToString::to_string).collect();
            let offered = if offered.is_empty() {
                "nothing".to_owned()
            } else {
                offered.join(", ")
            };
            format!(
                "{number} is in {} and offers no clear step on (it offers: {offered})",
                task::words::state(request)
            )
        }
        Left::NoCloseCode => {
            format!("{number} was not closed, as there is no close code for it (input closeCode)")
        }
    }
}

/// A number of bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_one_digit() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (1_950, "1.9 kB"),
            (12_345_678, "12.3 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
