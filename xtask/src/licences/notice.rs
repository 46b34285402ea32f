//! `NOTICE.txt`: who made what the programs hold, and the terms it comes under. Generated when the package is made, from
//! the folders of the crates that were compiled.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Parts;
use super::beside::Terms;
use crate::workspace::{Version, Workspace};

/// How the names of files with terms begin, in lower case.
const NAMES: [&str; 6] = [
    "licen",
    "copying",
    "copyright",
    "notice",
    "unlicense",
    "authors",
];

/// Our own licence: what follows this line is the MIT licence without anybody's name.
const TERMS_START: &str = "Permission is hereby granted";

/// The text of the notice for these parts.
pub(crate) fn notice(workspace: &Workspace, version: Version, parts: &Parts) -> Result<String> {
    let own = workspace.read("LICENSE")?;
    let at = own
        .find(TERMS_START)
        .context("LICENSE is not the MIT licence")?;
    let mit = &own[at..];
    let mut texts = Texts::default();
    let mut list = String::new();
    for (id, linked) in parts.crates.iter().filter(|(_, linked)| !linked.ours) {
        let numbers = self::texts(&linked.folder)?
            .into_iter()
            .map(|text| texts.number(text));
        let numbers: String = numbers.map(|number| format!(" [{number}]")).collect();
        let licence = linked.licence.as_deref().unwrap_or("no licence named");
        writeln!(list, "{} {} ({licence}){numbers}", id.name, id.version)?;
    }
    list.push('\n');
    for one in &parts.beside {
        let number = match &one.terms {
            Terms::Mit(line) => {
                format!(" [{}]", texts.number(format!("{line}\n\n{mit}")))
            }
            Terms::Text(text) => format!(" [{}]", texts.number((*text).to_owned())),
            Terms::Waived => String::new(),
        };
        writeln!(list, "{} ({}){number}", one.name, one.licence)?;
    }
    let mut notice = format!(
        "Snowgate {version}\n\nSnowgate itself comes under the terms in LICENSE. Its programs hold the pieces below, \
         each with its licence;\nthe numbers are those of the texts that follow. Where a licence is one of several to \
         choose from, any of them may be chosen.\n\n{list}"
    );
    for (number, text) in (1..).zip(&texts.found) {
        write!(notice, "\n{}\n[{number}]\n\n{text}\n", "-".repeat(80))?;
    }
    Ok(notice)
}

/// Distinct texts in the order they were met.
#[derive(Default)]
struct Texts {
    found: Vec<String>,
}

impl Texts {
    /// The text's number, counted from 1. Line breaks and blanks make no difference.
    fn number(&mut self, text: String) -> usize {
        let same = |known: &String| known.split_whitespace().eq(text.split_whitespace());
        let at = self.found.iter().position(same).unwrap_or_else(|| {
            self.found.push(tidied(&text));
            self.found.len() - 1
        });
        at + 1
    }
}

fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim_end)
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The files with terms in a crate's folder and below it, where code of others lies, in the order of their paths.
pub(super) fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    find(folder, &mut files)?;
    files.sort();
    let read = |path: &PathBuf| {
        fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
    };
    files.iter().map(read).collect()
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            find(&entry.path(), files)?;
        } else if kind.is_file()
            && !name.ends_with(".rs")
            && NAMES.iter().any(|start| name.starts_with(start))
        {
            files.push(entry.path());
        }
    }
    Ok(())
}
