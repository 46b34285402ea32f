//! A page of Markdown for the run's summary tab.

use std::fmt::Write as _;

use change::Request;
use pipelines_agent::summary::escape_markdown;
use redact::Masker;

/// A page that is being written.
#[derive(Debug)]
pub struct Page<'m> {
    text: String,
    masker: &'m Masker,
}

impl<'m> Page<'m> {
    /// A page under this headline, which is ours.
    #[must_use]
    pub fn new(headline: &str, masker: &'m Masker) -> Self {
        Self {
            text: format!("### {headline}\n\n"),
            masker,
        }
    }

    /// Foreign text as it may stand on the page. Secrets go first: once escaped or cut they are hard to find.
    #[must_use]
    pub fn shown(&self, foreign: &str) -> String {
        escape_markdown(&self.masker.mask(foreign))
    }

    /// A line of Markdown of our own.
    pub fn line(&mut self, markdown: &str) {
        let _ = writeln!(self.text, "{markdown}");
    }

    /// Lines that stand out, if there are any.
    pub fn quote(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        for line in lines {
            let line = self.shown(line);
            let _ = writeln!(self.text, "> {line}\n>");
        }
        self.text.push('\n');
    }

    /// Begins a table of names and values.
    pub fn table(&mut self) {
        self.text.push_str("| | |\n|---|---|\n");
    }

    /// A row of that table.
    pub fn row(&mut self, name: &str, value: &str) {
        let value = self.shown(value);
        let _ = writeln!(self.text, "| {name} | {value} |");
    }

    /// The row of a change, with its address where one is known.
    pub fn change(&mut self, request: &Request, address: Option<&str>) {
        let number = self.shown(request.number.as_str());
        let number = match address {
            Some(address) => format!("[{number}]({address})"),
            None => number,
        };
        let _ = writeln!(self.text, "| Change | {number} |");
    }

    /// A list under a title; nothing where it is empty.
    pub fn list(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "\n#### {title}\n");
        for line in lines {
            let line = self.shown(line);
            let _ = writeln!(self.text, "- {line}");
        }
    }

    /// The page.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}
