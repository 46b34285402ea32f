//! The Markdown page a step adds to its run.

use std::io;
use std::path::{Path, PathBuf};

use redact::Masker;

use crate::text;

/// The most bytes of one piece of foreign text in a summary.
const BYTES: usize = 2000;

/// Foreign text as one line of Markdown that shows as itself.
///
/// No link, picture, HTML, heading, list or table can come of it. Line ends become spaces; an address loses its
/// `://`, since pages turn bare addresses into links.
pub fn escape_markdown(foreign: &str) -> String {
    let one_line = foreign
        .split(['\r', '\n', '\t'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let end = one_line.floor_char_boundary(BYTES);
    let mut shown = text::defuse(&one_line[..end])
        .replace("://", "[:]//")
        .replace("www.", "www[.]");
    if end < one_line.len() {
        shown.push_str(&format!(" [... {} more bytes]", one_line.len() - end));
    }
    let mut markdown = String::with_capacity(shown.len());
    for c in shown.chars() {
        // A character given by its number is never taken as structure.
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '\'' | '"' | '?' | '%') {
            markdown.push_str(&format!("&#{};", u32::from(c)));
        } else {
            markdown.push(c);
        }
    }
    markdown
}

/// Writes a summary file into the agent's temporary folder and gives its absolute path, for
/// [`Console::upload_summary`](crate::Console::upload_summary). The agent empties that folder after the job.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_summary(
    masker: &Masker,
    temp_dir: &Path,
    name: &str,
    markdown: &str,
) -> io::Result<PathBuf> {
    let stem: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let path = std::path::absolute(temp_dir)?.join(format!("{stem}-{}.md", std::process::id()));
    std::fs::write(&path, masker.mask(markdown).as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests;
