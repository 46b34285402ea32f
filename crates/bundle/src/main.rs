//! `bundle pack` and `bundle unpack`; see the crate's page.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use bundle::{Program, pack, unpack};

const USAGE: &str = "usage: bundle pack FOLDER PLATFORM=FILE... | bundle unpack FOLDER OUT";

#[expect(
    clippy::print_stderr,
    reason = "a tool of the desk: no agent reads its lines"
)]
fn main() -> ExitCode {
    match run(&std::env::args_os().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bundle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[OsString]) -> Result<()> {
    match words {
        [verb, folder, programs @ ..] if verb == "pack" && !programs.is_empty() => {
            pack_files(Path::new(folder), programs)
        }
        [verb, folder, out] if verb == "unpack" => unpack_files(Path::new(folder), Path::new(out)),
        _ => bail!(USAGE),
    }
}

fn pack_files(folder: &Path, words: &[OsString]) -> Result<()> {
    let mut files = Vec::new();
    for word in words {
        let word = word.to_str().context("a path is not UTF-8")?;
        let (platform, path) = word.split_once('=').context(USAGE)?;
        let name = Path::new(path).file_name().and_then(|it| it.to_str());
        let name = name.with_context(|| format!("{path} is no file"))?;
        let bytes = fs::read(path).with_context(|| format!("could not read {path}"))?;
        files.push((platform, name, bytes));
    }
    let programs: Vec<_> = files
        .iter()
        .map(|(platform, file, bytes)| Program {
            platform,
            file,
            bytes,
        })
        .collect();
    bundle::write(&pack(&programs)?, folder)
        .with_context(|| format!("could not write to {}", folder.display()))
}

fn unpack_files(folder: &Path, out: &Path) -> Result<()> {
    let bundle =
        bundle::read(folder).with_context(|| format!("could not read {}", folder.display()))?;
    for (platform, entry) in &bundle.index {
        let to = out.join(platform);
        fs::create_dir_all(&to)?;
        fs::write(to.join(&entry.file), unpack(&bundle.stream, entry)?)?;
    }
    Ok(())
}
