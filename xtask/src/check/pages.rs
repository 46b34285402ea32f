//! What pages promise: the tables of each task say what its `task.json` says, and every code word is told of wherever a
//! user looks for it.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::pages::{self, Page};
use crate::workspace::Workspace;

/// The listing: whoever has not installed anything yet reads here what there is.
const LISTING: &str = "extension/overview.md";

/// It says which files the listing can reach.
const MANIFEST: &str = "vss-extension.json";

/// The page whose table of code words the programs' own tests hold against the programs.
const WORDS: (&str, &str) = ("README.md", "## What each failure means");

/// The page that says what to do about each of them.
const MENDS: (&str, &str) = (LISTING, "## Troubleshooting");

pub(super) fn problems<'a>(
    workspace: &Workspace,
    tasks: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<String>> {
    let pages = pages::read(workspace)?;
    let text = |path: &str| {
        let page = pages.iter().find(|page| page.path == path);
        page.map_or("", |page| page.text.as_str())
    };
    let mut problems = stale(&pages);
    problems.extend(untold(text(LISTING), tasks));
    problems.extend(words(text(WORDS.0), text(MENDS.0)));
    problems.extend(pictures(text(LISTING), &workspace.read(MANIFEST)?)?);
    Ok(problems)
}

fn stale(pages: &[Page]) -> Vec<String> {
    let stale = pages.iter().filter(|page| !page.is_current());
    stale
        .map(|page| {
            format!(
                "{}: its tables are not what task.json says; run: cargo xtask pages",
                page.path
            )
        })
        .collect()
}

fn untold<'a>(listing: &str, tasks: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut problems = Vec::new();
    for task in tasks {
        for what in ["inputs", "outputs"] {
            let marker = pages::marker(what, task);
            if !listing.lines().any(|line| line == marker) {
                problems.push(format!("{LISTING} has no table for {marker}"));
            }
        }
    }
    problems
}

/// Pictures that the listing shows and the package does not give it. The Marketplace looks for them from the package's
/// root, wherever the page itself lies, and finds addressable files only.
fn pictures(listing: &str, manifest: &str) -> Result<Vec<String>> {
    let manifest: Value = serde_json::from_str(manifest)?;
    let files = manifest["files"].as_array().into_iter().flatten();
    let reached: BTreeSet<&str> = files
        .filter(|file| file["addressable"] == true)
        .filter_map(|file| file["path"].as_str())
        .collect();
    let shown: BTreeSet<&str> = listing
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| target.ends_with(".png"))
        .collect();
    Ok(shown
        .symmetric_difference(&reached)
        .map(|path| {
            if shown.contains(path) {
                format!("{LISTING} shows {path}, which is no addressable file of {MANIFEST}")
            } else {
                format!("{MANIFEST} has {path} for the listing, which does not show it")
            }
        })
        .collect())
}

/// Code words that one page has and the other has not.
fn words(readme: &str, listing: &str) -> Vec<String> {
    let known = rows(readme, WORDS.1);
    let mended = rows(listing, MENDS.1);
    known
        .symmetric_difference(&mended)
        .map(|word| {
            let (has, lacks) = if known.contains(word) {
                (WORDS, MENDS)
            } else {
                (MENDS, WORDS)
            };
            format!(
                "{}, {:?} tells of `{word}`; {}, {:?} does not",
                has.0, has.1, lacks.0, lacks.1
            )
        })
        .collect()
}

/// The code words in the first cells of the tables under the heading.
fn rows<'a>(page: &'a str, heading: &str) -> BTreeSet<&'a str> {
    let section = page.lines().skip_while(|line| *line != heading).skip(1);
    section
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once("` |")?.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{pictures, untold, words};

    const README: &str = "\
# Page
| `other` | a table elsewhere |
## What each failure means
| code word | what |
|---|---|
| `refused` | no |
| `internal` | a bug |
## Next
| `more` | a table elsewhere |
";

    #[test]
    fn both_pages_have_the_same_code_words() {
        let listing = README.replace("## What each failure means", "## Troubleshooting");
        assert_eq!(words(README, &listing), Vec::<String>::new());
        let listing = listing.replace("`refused`", "`refusd`");
        assert_eq!(
            words(README, &listing),
            [
                "extension/overview.md, \"## Troubleshooting\" tells of `refusd`; \
                 README.md, \"## What each failure means\" does not",
                "README.md, \"## What each failure means\" tells of `refused`; \
                 extension/overview.md, \"## Troubleshooting\" does not",
            ]
        );
    }

    #[test]
    fn pictures_are_files_that_the_listing_reaches() {
        let manifest =
            r#"{ "files": [{ "path": "i/a.png", "addressable": true }, { "path": "i/b.png" }] }"#;
        let found = |page| pictures(page, manifest).unwrap();
        assert_eq!(found("![A](i/a.png) [page](i/a.md)"), Vec::<String>::new());
        assert_eq!(
            found("![A](i/a.png) ![B](i/b.png)"),
            [
                "extension/overview.md shows i/b.png, which is no addressable file of vss-extension.json"
            ]
        );
        assert_eq!(
            found("no pictures"),
            ["vss-extension.json has i/a.png for the listing, which does not show it"]
        );
    }

    #[test]
    fn the_listing_tells_of_every_task() {
        let tasks = ["X".to_owned()];
        let listing = "<!-- inputs: X -->\n<!-- end -->\n<!-- outputs: X -->\n<!-- end -->\n";
        assert_eq!(untold(listing, &tasks), Vec::<String>::new());
        let found = untold(&listing.replace("outputs", "output"), &tasks);
        assert_eq!(
            found,
            ["extension/overview.md has no table for <!-- outputs: X -->"]
        );
    }
}
