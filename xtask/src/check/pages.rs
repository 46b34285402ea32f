//! What pages promise: the tables of each task say what its `task.json` says, and every code word is told of wherever a
//! user looks for it.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::pages::{self, Page};
use crate::workspace::Workspace;

/// The listing: whoever has not installed anything yet reads here what there is.
const LISTING: &str = "extension/overview.md";

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
    use super::{untold, words};

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
