//! The output of a running step, line by line.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::log::Log;

/// Where a line came from. The agent reads commands from both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// One line of output.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it came, counted from the start.
    pub at: Duration,
    /// Where it came from.
    pub stream: Stream,
    /// The line as written, secrets included.
    pub raw: String,
    /// What the user sees, if anything.
    pub shown: Option<String>,
}

/// The lines and what the agent made of them, shared with the readers.
#[derive(Debug)]
pub(super) struct View {
    state: Mutex<State>,
    pub(super) news: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) entries: Vec<Entry>,
    pub(super) log: Log,
}

impl View {
    pub(super) fn new(log: Log) -> Self {
        Self {
            state: Mutex::new(State {
                entries: Vec::new(),
                log,
            }),
            news: Condvar::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one stream to its end, on a thread of its own.
    pub(super) fn follow(
        view: &Arc<Self>,
        mut from: impl Read + Send + 'static,
        stream: Stream,
        started: Instant,
    ) -> JoinHandle<()> {
        let view = Arc::clone(view);
        std::thread::spawn(move || {
            let mut pending = Vec::new();
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                pending.extend_from_slice(&buffer[..count]);
                for line in complete_lines(&mut pending) {
                    view.add(&line, stream, started);
                }
            }
            if !pending.is_empty() {
                view.add(&String::from_utf8_lossy(&pending), stream, started);
            }
        })
    }

    fn add(&self, raw: &str, stream: Stream, started: Instant) {
        let mut state = self.lock();
        let shown = state.log.take(raw);
        state.entries.push(Entry {
            at: started.elapsed(),
            stream,
            raw: raw.to_owned(),
            shown,
        });
        self.news.notify_all();
    }
}

/// The end of the output, for messages.
pub(super) fn last_lines(entries: &[Entry]) -> String {
    let last = &entries[entries.len().saturating_sub(20)..];
    last.iter()
        .map(|entry| format!("{:>9.3?} {}\n", entry.at, entry.raw))
        .collect()
}

/// Takes the complete lines out of the buffer. LF, CR and CRLF end a line; a CR at the very end waits for its LF.
fn complete_lines(pending: &mut Vec<u8>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(end) = pending
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
    {
        if pending[end] == b'\r' && end + 1 == pending.len() {
            break;
        }
        let width = if pending[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        lines.push(String::from_utf8_lossy(&pending[..end]).into_owned());
        pending.drain(..end + width);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_any_line_end() {
        let mut pending = b"a\nb\r\nc\rd\r".to_vec();
        assert_eq!(complete_lines(&mut pending), ["a", "b", "c"]);
        assert_eq!(pending, b"d\r");
        pending.extend_from_slice(b"\n\nrest");
        assert_eq!(complete_lines(&mut pending), ["d", ""]);
        assert_eq!(pending, b"rest");
    }
}
