//! Files that the user wants on the change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// The name on the change: the file's own, or its path where two share one.
    pub(crate) name: String,
}

/// More files than anybody attaches on purpose.
const MOST: usize = 100;

/// The files that the patterns lead to, in the order of their paths, and what is wrong with the patterns.
pub(crate) fn find(folder: &Path, patterns: &[String]) -> (Vec<Found>, Vec<String>) {
    let mut paths = BTreeSet::new();
    let mut problems = Vec::new();
    for pattern in patterns {
        match matches(folder, pattern) {
            Ok(found) if found.is_empty() => {
                problems.push(format!("no file matches '{pattern}' (evidenceFiles)"));
            }
            Ok(found) => paths.extend(found),
            Err(why) => problems.push(format!("'{pattern}' (evidenceFiles): {why}")),
        }
    }
    if paths.len() > MOST {
        problems.push(format!(
            "{} files match evidenceFiles; the first {MOST} are attached",
            paths.len()
        ));
    }
    let paths: Vec<PathBuf> = paths.into_iter().take(MOST).collect();
    (named(folder, paths), problems)
}

fn matches(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    // What comes before the pattern is a path and no pattern, whatever brackets are in it.
    let folder = glob::Pattern::escape(&folder.to_string_lossy());
    let whole = if Path::new(pattern).is_absolute() {
        pattern.to_owned()
    } else {
        format!("{folder}/{pattern}")
    };
    let options = glob::MatchOptions {
        require_literal_separator: true,
        ..glob::MatchOptions::new()
    };
    let found = glob::glob_with(&whole, options).map_err(|error| error.to_string())?;
    let files = found
        .filter_map(|entry| entry.ok())
        .filter(|path| path.is_file());
    Ok(files.take(MOST + 1).collect())
}

/// Names on the change: a name that two files share becomes the path below the folder.
fn named(folder: &Path, paths: Vec<PathBuf>) -> Vec<Found> {
    let own = |path: &Path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        clean(&name.to_string_lossy())
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for path in &paths {
        *count.entry(own(path)).or_default() += 1;
    }
    let name = |path: &Path| {
        let own = own(path);
        if count.get(&own) == Some(&1) {
            return own;
        }
        let below = path.strip_prefix(folder).unwrap_or(path);
        clean(&below.to_string_lossy())
    };
    paths
        .iter()
        .map(|path| Found {
            name: name(path),
            path: path.clone(),
        })
        .collect()
}

/// A name that an attachment may have: no separators, no control characters, at most 100 characters, its end kept.
pub(crate) fn clean(name: &str) -> String {
    const WIDTH: usize = 100;
    let safe = |c: char| match c {
        '/' | '\\' | ':' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let all: Vec<char> = name.chars().map(safe).collect();
    let start = all.len().saturating_sub(WIDTH);
    all[start..].iter().collect()
}

/// What kind of file a name says it is.
pub(crate) fn content_type(name: &str) -> &'static str {
    let end = name
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match end.as_str() {
        "xml" => "application/xml",
        "json" | "sarif" => "application/json",
        "html" | "htm" => "text/html",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lead_to_files_and_say_where_they_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a[1]");
        for file in [
            "x/results.xml",
            "y/results.xml",
            "y/deep/scan.sarif",
            "top.txt",
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let patterns = ["**/*.xml", "y/**/*.sarif", "*.txt", "*.pdf", "[", "y"];
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let (found, problems) = find(&root, &patterns);
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(
            names,
            ["top.txt", "x_results.xml", "scan.sarif", "y_results.xml"]
        );
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems[0].contains("*.pdf") && problems[2].contains("'y'"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_name_is_one_that_an_attachment_may_have() {
        assert_eq!(clean("a/b\\c:d\ne"), "a_b_c_d_e");
        let long = clean(&format!("{}.xml", "ü".repeat(200)));
        assert!(
            long.chars().count() == 100 && long.ends_with(".xml"),
            "{long}"
        );
    }
}
