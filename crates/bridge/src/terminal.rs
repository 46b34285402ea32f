//! The door to standard output and standard error.
//!
//! Reports go to standard output, everything said to the person to standard error. Whatever a terminal would act on is
//! made visible first, and no line holds a secret.

use std::io::{self, IsTerminal as _, Write as _};

use redact::Masker;

/// The two streams, and what must not be seen in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terminal {
    masker: Masker,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the door: the one writer of this program's streams"
)]
impl Terminal {
    /// Streams that hide what the masker knows.
    pub(crate) fn new(masker: Masker) -> Self {
        Self { masker }
    }

    /// Says something to the person; line breaks within it stay.
    pub(crate) fn say(&self, text: &str) {
        let text = harmless(&self.masker.mask(text));
        // Nobody is left to be told that standard error is gone.
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
    }

    /// Answers on standard output: help, version.
    pub(crate) fn answer(&self, text: &str) -> io::Result<()> {
        closed_is_fine(io::stdout().lock().write_all(text.as_bytes()))
    }

    /// Writes a report to standard output; on a terminal as harmless text.
    pub(crate) fn report(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = if out.is_terminal() {
            out.write_all(harmless(text).as_bytes())
        } else {
            out.write_all(text.as_bytes())
        };
        closed_is_fine(written.and_then(|()| out.flush()))
    }

    /// Whether a report on standard output would be read as it runs by.
    pub(crate) fn shows_reports(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether somebody watches.
    pub(crate) fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }
}

/// A reader such as `head` that has seen enough is no failure.
fn closed_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Text of several lines that a terminal only shows: controls and marks that reorder or hide text become `<U+...>`.
fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => safe.push(c),
            // A line end of CSV.
            '\r' => {}
            c if acts(c) => safe.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use redact::Secret;

    use super::*;

    #[test]
    fn a_terminal_gets_nothing_to_act_on() {
        let table = [
            ("plain äöü\n\tnext", "plain äöü\n\tnext"),
            ("a\r\nb", "a\nb"),
            ("\u{1b}[2Jgone", "<U+001B>[2Jgone"),
            ("\u{9b}31m", "<U+009B>31m"),
            ("\u{202e}txt.exe", "<U+202E>txt.exe"),
            ("\u{7}", "<U+0007>"),
        ];
        for (text, shown) in table {
            assert_eq!(harmless(text), shown);
        }
    }

    #[test]
    fn a_closed_reader_is_no_failure_but_a_full_disk_is() {
        let broken = |kind| closed_is_fine(Err(io::Error::from(kind)));
        assert!(broken(io::ErrorKind::BrokenPipe).is_ok());
        assert!(broken(io::ErrorKind::StorageFull).is_err());
    }

    #[test]
    fn debug_does_not_show_what_is_hidden() {
        let masker = Masker::default();
        masker.add(&Secret::new("hunter2"));
        assert!(!format!("{:?}", Terminal::new(masker)).contains("hunter2"));
    }
}
