//! Which evidence files a change says it has: one line each in a note, written and read here so that both agree.

use serde::Serialize;

/// A file as it was when it was attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
}

/// How a line begins that names a file.
const START: &str = "File: ";

/// The line for a note: `File: report.html (1234 bytes, SHA-256 ...)`.
#[must_use]
pub fn line(claim: &Claim) -> String {
    let Claim { name, size, sha256 } = claim;
    format!("{START}{name} ({size} bytes, SHA-256 {sha256})")
}

/// The files that a note names. A line that is not quite of this form names none.
#[must_use]
pub fn read(note: &str) -> Vec<Claim> {
    note.lines().filter_map(read_line).collect()
}

fn read_line(line: &str) -> Option<Claim> {
    let rest = line.trim().strip_prefix(START)?.strip_suffix(')')?;
    // The name may hold brackets of its own: what counts is the last one.
    let (name, facts) = rest.rsplit_once(" (")?;
    let (size, sha256) = facts.split_once(" bytes, SHA-256 ")?;
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hash || name.is_empty() {
        return None;
    }
    Some(Claim {
        name: name.to_owned(),
        size: size.parse().ok()?,
        sha256: sha256.to_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let claim = |name: &str| Claim {
            name: name.to_owned(),
            size: 1234,
            sha256: "0a".repeat(32),
        };
        let (plain, odd) = (claim("junit.xml"), claim("a (1 bytes) \"b\".html"));
        let note = format!("Deployed.\n{}\n  {}\r\nEnd.", line(&plain), line(&odd));
        assert_eq!(read(&note), [plain, odd]);
    }

    #[test]
    fn other_lines_name_no_file() {
        for text in [
            "",
            "File: a",
            "File: a (1 bytes, SHA-256 0a)",
            &format!("File: a (x bytes, SHA-256 {})", "0a".repeat(32)),
            &format!("File: a (1 bytes, SHA-256 {})", "0g".repeat(32)),
            &format!("File a (1 bytes, SHA-256 {})", "0a".repeat(32)),
        ] {
            assert_eq!(read(text), [], "{text:?}");
        }
    }
}
