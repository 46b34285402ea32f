//! A step's log, printed as it comes.

use std::time::Duration;

use anyhow::Result;
use testkit::agent::{Entry, Finished, Running, Step};

/// A step that runs, and how much of its log was printed.
pub(crate) struct Live {
    running: Running,
    printed: usize,
}

/// A line that was waited for.
pub(crate) struct Line(String);

impl Line {
    /// The first change number in the line.
    pub(crate) fn number(&self) -> Option<String> {
        let at = self.0.find("CHG")?;
        Some(
            self.0[at..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect(),
        )
    }
}

impl Live {
    pub(crate) fn start(step: &Step) -> Result<Self> {
        Ok(Self {
            running: step.start()?,
            printed: 0,
        })
    }

    /// Prints until a line with this text has come.
    pub(crate) fn until(&mut self, text: &str, bound: Duration) -> Line {
        let found = self.running.wait_for_line(text, bound);
        self.print_new();
        Line(found.raw)
    }

    /// Prints the rest, and gives back how the step ended.
    pub(crate) fn finish(mut self, bound: Duration) -> Finished {
        self.until("task.complete", bound);
        let printed = self.printed;
        let finished = self.running.wait(bound);
        print(finished.entries.iter().skip(printed));
        finished
    }

    fn print_new(&mut self) {
        let entries = self.running.entries();
        print(entries.iter().skip(self.printed));
        self.printed = entries.len();
    }
}

/// What a user sees of these lines: the agent takes its commands out.
fn print<'a>(entries: impl Iterator<Item = &'a Entry>) {
    for entry in entries {
        if let Some(shown) = &entry.shown {
            println!("   {:6.1} s | {shown}", entry.at.as_secs_f64());
        }
    }
}

/// A line of a step that is only told: the pipeline's own script.
pub(crate) fn line(text: &str) {
    println!("            | {text}");
}
