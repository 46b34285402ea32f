//! A line that is cut at a chosen request: what a caller sees whose own end, or whose network's, comes in the middle.

/// What the last request before the cut gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// Its answer.
    Answered,
    /// Its effect, and no answer.
    Unanswered,
}

/// Counts requests, and knows after which of them the line is cut.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    served: u64,
    cut: Option<(u64, Last)>,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    Open,
    /// Served, and its answer lost.
    Mute,
    Cut,
}

impl Line {
    pub(crate) fn stop_after(&mut self, requests: u64, last: Last) {
        self.cut = Some((requests, last));
    }

    pub(crate) fn resume(&mut self) {
        self.cut = None;
    }

    /// Requests that were let through so far.
    pub(crate) fn served(&self) -> u64 {
        self.served
    }

    pub(crate) fn pass(&mut self) -> Passage {
        let passage = match &mut self.cut {
            None => Passage::Open,
            Some((0, _)) => return Passage::Cut,
            Some((left, last)) => {
                *left -= 1;
                match (*left, *last) {
                    (0, Last::Unanswered) => Passage::Mute,
                    _ => Passage::Open,
                }
            }
        };
        self.served += 1;
        passage
    }
}
