//! Which names Microsoft's packaging reader keeps.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

/// Refuses names that the reader would drop, take for one another, or fail on; all of them in one go.
pub(super) fn check(names: &[String]) -> Result<()> {
    let mut problems = Vec::new();
    let mut folders = BTreeSet::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        if let Some(why) = fault(name) {
            problems.push(format!("{name:?}: {why}"));
        }
        if let Some(other) = seen.insert(name.to_ascii_lowercase(), name) {
            problems.push(format!("{name:?} and {other:?} differ in case only"));
        }
        for (at, _) in name.match_indices('/') {
            folders.insert(name[..at].to_ascii_lowercase());
        }
    }
    for (lower, name) in &seen {
        if folders.contains(lower) {
            problems.push(format!("{name:?} is a file and a folder of another"));
        }
    }
    if !problems.is_empty() {
        bail!(
            "names that do not survive in a package: {}",
            problems.join("; ")
        );
    }
    Ok(())
}

fn fault(name: &str) -> Option<&'static str> {
    for segment in name.split('/') {
        if segment.is_empty() {
            return Some("has an empty segment");
        }
        if segment.ends_with('.') {
            return Some("has a segment that ends with a period");
        }
        // Percent escapes are allowed by the conventions; no file of ours needs one.
        let good = |c: char| c.is_ascii_alphanumeric() || "._~!$&'()*+,;=:@-".contains(c);
        if !segment.chars().all(good) {
            return Some("has a character outside of the allowed set");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::check;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn plain_names_pass() {
        check(&names(&[
            "LICENSE",
            "tasks/X/bin/linux-x64/tool",
            "a/b-c_d.e~f.png",
        ]))
        .unwrap();
    }

    #[test]
    fn names_the_reader_drops_are_refused() {
        for bad in [
            "a b", "a/", "/a", "a//b", "a/b.", "a[1]", "a\\b", "größe", "a%20b", "a#b", "",
        ] {
            assert!(check(&names(&[bad])).is_err(), "{bad}");
        }
    }

    #[test]
    fn clashing_names_are_refused() {
        let error = check(&names(&["a/B.js", "A/b.js"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("case only"), "{error}");
        let error = check(&names(&["a/b", "a/b/c.js"])).unwrap_err().to_string();
        assert!(error.contains("file and a folder"), "{error}");
    }
}
