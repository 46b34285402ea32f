//! What a file says, in one line of numbers.

use super::{junit, sarif};

/// The line for a file of test results or of analysers' findings; nothing for any other file.
pub(crate) fn of(name: &str, bytes: &[u8]) -> Option<String> {
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    if ends(".xml") {
        let tests = junit::read(bytes)?;
        return Some(format!(
            "{}, {} failed, {} skipped",
            count(tests.total, "test"),
            tests.failed,
            tests.skipped
        ));
    }
    if ends(".sarif") || ends(".sarif.json") {
        let findings = sarif::read(bytes)?;
        let tools: Vec<String> = findings.tools.iter().map(|name| shown(name)).collect();
        return Some(format!(
            "{}: {}, {}, {}",
            tools.join(", "),
            count(findings.errors, "error"),
            count(findings.warnings, "warning"),
            count(findings.notes, "note")
        ));
    }
    None
}

/// `1 test`, `2 tests`.
fn count(number: u64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// An analyser's name is foreign text and stands in one line.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_name_and_what_is_in_it() {
        let junit = b"<testsuite><testcase/><testcase><failure/></testcase></testsuite>";
        let sarif = b"{\"runs\":[{\"tool\":{\"driver\":{\"name\":\"li\\nnt\"}},\"results\":[{}]}]}";
        for (name, bytes, line) in [
            ("a.XML", &junit[..], Some("2 tests, 1 failed, 0 skipped")),
            ("a.txt", junit, None),
            ("a.sarif", sarif, Some("lint: 0 errors, 1 warning, 0 notes")),
            ("a.json", sarif, None),
            ("a.sarif.json", b"{}", None),
        ] {
            assert_eq!(of(name, bytes).as_deref(), line, "{name}");
        }
    }
}
