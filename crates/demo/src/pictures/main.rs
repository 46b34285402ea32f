//! Draws the pictures of the marketplace page from what a demo left behind, so that they show what the shipped tasks
//! really write.

mod frame;
mod small;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use testkit::browser::Browser;

/// A listing is read on phones too.
const MOST_BYTES: u64 = 120_000;

const WIDTH: u32 = 900;

/// How much of the report is shown: its verdict, and the beginning of the way.
const REPORT_HEIGHT: u32 = 860;

#[expect(clippy::print_stderr, reason = "a program for a person's desk")]
fn main() -> ExitCode {
    match draw() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pictures: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn draw() -> Result<()> {
    let (from, out) = folders()?;
    fs::create_dir_all(&out)?;
    let text = |name: &str| {
        let path = from.join(name);
        fs::read_to_string(&path).with_context(|| format!("{}; the demo writes it", path.display()))
    };
    for name in ["summary-gate", "summary-record"] {
        let summary = text(&format!("{name}.md"))?;
        whole(&frame::summary(&summary), &out.join(format!("{name}.png")))?;
    }
    let samples = text("release-gate.log")?;
    whole(&frame::log(&samples), &out.join("release-gate.png"))?;
    let report = Browser::file(&first_report(&from)?)?.sized(WIDTH, REPORT_HEIGHT);
    shoot(&report, &out.join("report.png"))
}

/// Where the demo kept its output, and where pictures go.
fn folders() -> Result<(PathBuf, PathBuf)> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match &words[..] {
        [from_flag, from, out_flag, out] if from_flag == "--from" && out_flag == "--out" => {
            Ok((from.into(), out.into()))
        }
        _ => bail!("usage: pictures --from DIR --out DIR"),
    }
}

/// The auditor's report of the demo's first change.
fn first_report(folder: &Path) -> Result<PathBuf> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let reports = names
        .iter()
        .filter(|name| name.starts_with("CHG") && name.ends_with(".html"));
    let first = reports.min().context("the demo kept no report")?;
    Ok(folder.join(first))
}

/// Draws all of a page, however long it is: its script tells the height in its title.
fn whole(page: &str, path: &Path) -> Result<()> {
    let browser = Browser::text(page);
    let title = browser.clone().sized(WIDTH, 600).open()?.title;
    let height = title
        .parse()
        .with_context(|| format!("the page's height is {title:?}"))?;
    shoot(&browser.sized(WIDTH, height), path)
}

fn shoot(browser: &Browser, path: &Path) -> Result<()> {
    browser.screenshot(path)?;
    small::shrink(path)?;
    let bytes = fs::metadata(path)?.len();
    ensure!(
        bytes <= MOST_BYTES,
        "{} has {bytes} bytes, and may have {MOST_BYTES}",
        path.display()
    );
    Ok(())
}
