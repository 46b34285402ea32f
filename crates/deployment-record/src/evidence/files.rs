//! Files that the user wants on the change.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::DirEntry;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

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

/// Case counts where it tells files apart, which it does not on Windows.
const MATCH: MatchOptions = MatchOptions {
    case_sensitive: !cfg!(windows),
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

/// One part of a pattern, between two separators.
enum Part {
    Name(OsString),
    Pattern(Pattern),
    /// `**`: any folders, or none.
    Folders,
}

fn matches(folder: &Path, pattern: &str) -> Result<BTreeSet<PathBuf>, String> {
    let mut parts = Vec::new();
    for part in Path::new(pattern).components() {
        let text = part.as_os_str().to_string_lossy();
        parts.push(match part {
            Component::Normal(_) if text == "**" => Part::Folders,
            Component::Normal(_) if text.contains(['*', '?', '[']) => {
                Part::Pattern(Pattern::new(&text).map_err(|error| error.to_string())?)
            }
            // The root of an absolute pattern takes the folder's place.
            name => Part::Name(name.as_os_str().to_owned()),
        });
    }
    if let Some(Part::Folders) = parts.last() {
        let all = Pattern::new("*").map_err(|error| error.to_string())?;
        parts.push(Part::Pattern(all));
    }
    let mut found = BTreeSet::new();
    follow(folder, &parts, &mut found);
    Ok(found)
}

/// Follows a pattern part by part. `**` does not go through links to folders, which may lead in circles; whoever wants
/// to can name them.
fn follow(at: &Path, parts: &[Part], found: &mut BTreeSet<PathBuf>) {
    let Some((part, rest)) = parts.split_first() else {
        if at.is_file() {
            found.insert(at.to_owned());
        }
        return;
    };
    match part {
        Part::Name(name) => follow(&at.join(name), rest, found),
        Part::Pattern(pattern) => {
            for entry in entries(at) {
                let name = entry.file_name();
                if found.len() <= MOST && pattern.matches_with(&name.to_string_lossy(), MATCH) {
                    follow(&entry.path(), rest, found);
                }
            }
        }
        Part::Folders => {
            follow(at, rest, found);
            for entry in entries(at) {
                if found.len() <= MOST && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    follow(&entry.path(), parts, found);
                }
            }
        }
    }
}

/// What is in a folder, in the order of names; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<DirEntry> {
    let mut all: Vec<DirEntry> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    all.sort_by_key(DirEntry::file_name);
    all
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

/// Characters of an attachment's name.
pub(crate) const WIDTH: usize = 100;

/// A name that an attachment may have: no separators, nothing that changes how the rest is read, at most 100
/// characters, its end kept.
pub(crate) fn clean(name: &str) -> String {
    let safe = |c: char| match c {
        '/' | '\\' | ':' => '_',
        // Direction and other marks that are not seen let one name look like another.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '_',
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
        let patterns = [
            "**/*.xml",
            "y/**/*.sarif",
            "*.txt",
            "*.pdf",
            "[",
            "y",
            "z/**",
        ];
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let (found, problems) = find(&root, &patterns);
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(
            names,
            ["top.txt", "x_results.xml", "scan.sarif", "y_results.xml"]
        );
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(
            problems[0].contains("*.pdf") && problems[2].contains("'y'"),
            "{problems:?}"
        );
    }

    #[test]
    fn the_end_of_a_pattern_may_stand_for_everything_below() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("y/deep")).unwrap();
        std::fs::write(folder.path().join("y/deep/a.txt"), "x").unwrap();
        std::fs::write(folder.path().join("y/b.txt"), "x").unwrap();
        let names = |pattern: &str| -> Vec<String> {
            let (found, _) = find(folder.path(), &[pattern.to_owned()]);
            found.into_iter().map(|found| found.name).collect()
        };
        assert_eq!(names("y/**"), ["b.txt", "a.txt"]);
        assert_eq!(names("./y/../y/b.txt"), ["b.txt"]);
        let absolute = folder.path().join("*").join("b.txt");
        assert_eq!(names(&absolute.to_string_lossy()), ["b.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_in_circles_lead_to_each_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a")).unwrap();
        std::fs::create_dir_all(root.join("b")).unwrap();
        std::fs::write(root.join("a/t.xml"), "x").unwrap();
        for (from, to) in [
            ("a/up", ".."),
            ("b/up", ".."),
            ("a/b", "../b"),
            ("b/a", "../a"),
        ] {
            std::os::unix::fs::symlink(to, root.join(from)).unwrap();
        }
        let (found, _) = find(root, &["**/*.xml".to_owned()]);
        assert_eq!(found.len(), 1, "{found:?}");
        // Nothing matches, and that is known soon.
        let (found, problems) = find(root, &["**/*.pdf".to_owned()]);
        assert!(found.is_empty() && problems.len() == 1, "{found:?}");
        // A link that is named is followed.
        let (found, _) = find(root, &["b/a/*.xml".to_owned()]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_name_is_one_that_an_attachment_may_have() {
        assert_eq!(clean("a/b\\c:d\ne"), "a_b_c_d_e");
        assert_eq!(clean("gpj\u{202e}exe.xml"), "gpj_exe.xml");
        let long = clean(&format!("{}.xml", "ü".repeat(200)));
        assert!(
            long.chars().count() == 100 && long.ends_with(".xml"),
            "{long}"
        );
    }
}
