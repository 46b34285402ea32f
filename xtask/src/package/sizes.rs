//! What programs, downloads and the package weigh, beside the aims for them.

use std::io::Cursor;

use anyhow::Result;

use crate::shell::note;

/// One program: each travels to every agent of its platform.
pub(crate) const PROGRAM: u64 = 3_000_000;
/// What an agent downloads before it runs a task for the first time.
const DOWNLOAD: u64 = 7_000_000;
/// The package with all platforms and tasks.
const PACKAGE: u64 = 15_000_000;

/// A size and how it stands to the aim.
pub(crate) fn told(what: &str, bytes: u64, aim: u64) -> String {
    let stands = match bytes.checked_sub(aim) {
        None | Some(0) => "within".to_owned(),
        Some(more) => format!("{more} above"),
    };
    format!("{what}: {bytes} bytes, {stands} the aim of {aim}")
}

/// Tells what the package weighs, and what of it an agent downloads for each task: the service makes a zip of the
/// task's folder, so that is the sum of its packed files.
pub(crate) fn tell(vsix: &[u8], task_folders: &[&str]) -> Result<()> {
    let mut zip = zip::ZipArchive::new(Cursor::new(vsix))?;
    let mut entries = Vec::new();
    for at in 0..zip.len() {
        let entry = zip.by_index_raw(at)?;
        entries.push((entry.name()?.into_owned(), entry.compressed_size()));
    }
    for folder in task_folders {
        let of_task = entries
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{folder}/")));
        let bytes = of_task.map(|(_, bytes)| bytes).sum();
        let task = folder.rsplit('/').next().unwrap_or(folder);
        note(&told(&format!("download of {task}"), bytes, DOWNLOAD));
    }
    note(&told("package", vsix.len() as u64, PACKAGE));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{PROGRAM, told};

    #[test]
    fn a_size_is_told_beside_the_aim() {
        assert_eq!(
            told("change-gate", PROGRAM, PROGRAM),
            "change-gate: 3000000 bytes, within the aim of 3000000"
        );
        assert_eq!(
            told("change-gate", PROGRAM + 7, PROGRAM),
            "change-gate: 3000007 bytes, 7 above the aim of 3000000"
        );
    }
}
