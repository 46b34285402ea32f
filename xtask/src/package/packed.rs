//! Programs for several platforms packed into one stream for each task, by the crate `bundle`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::executable;
use super::plan::{PackedFile, Program, Source};
use super::platform::Platform;
use crate::built;
use crate::shell::{self, heading, note};
use crate::workspace::Workspace;

const FOLDER: &str = "target/package/packed";

/// What was built and what it was packed into: where the files lie.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) programs: Vec<(Program, PathBuf)>,
    /// The folder with both files of a crate's stream.
    packed: Vec<(&'static str, PathBuf)>,
}

impl Made {
    /// Packs together the programs for these platforms, in this order, and leaves the others as they are.
    pub(crate) fn pack(
        workspace: &Workspace,
        programs: Vec<(Program, PathBuf)>,
        platforms: &[Platform],
    ) -> Result<Self> {
        let mut made = Self {
            programs,
            packed: Vec::new(),
        };
        if !platforms.is_empty() {
            made.packed = made.streams(workspace, platforms)?;
        }
        Ok(made)
    }

    /// Packs each crate's programs beside the others': one stream keeps one core busy for most of a minute.
    fn streams(
        &self,
        workspace: &Workspace,
        platforms: &[Platform],
    ) -> Result<Vec<(&'static str, PathBuf)>> {
        heading("pack the programs");
        let bundle = program(workspace)?;
        let mut crates: Vec<&'static str> = Vec::new();
        for (program, _) in &self.programs {
            if !crates.contains(&program.crate_name) {
                crates.push(program.crate_name);
            }
        }
        let mut running = Vec::new();
        for crate_name in crates {
            let folder = workspace.path(FOLDER).join(crate_name);
            let mut pack = shell::command(&bundle, workspace.root());
            pack.arg("pack").arg(&folder);
            for &platform in platforms {
                pack.arg(self.named(Program {
                    crate_name,
                    platform,
                })?);
            }
            let child = pack.spawn().context("could not start the packing")?;
            running.push((crate_name, folder, child));
        }
        let mut packed = Vec::new();
        let mut failed = Vec::new();
        for (crate_name, folder, mut child) in running {
            if !child.wait()?.success() {
                failed.push(crate_name);
                continue;
            }
            let stream = folder.join(PackedFile::Stream.name());
            note(&format!("{crate_name}: {} bytes", stream.metadata()?.len()));
            packed.push((crate_name, folder));
        }
        if !failed.is_empty() {
            bail!("the programs of {} could not be packed", failed.join(", "));
        }
        Ok(packed)
    }

    /// As the packer's command line takes it.
    fn named(&self, program: Program) -> Result<String> {
        let path = self
            .path(&Source::Program(program))
            .with_context(|| format!("{} was not built", program.file_name()))?;
        let path = path.to_str().context("a path is not UTF-8")?;
        Ok(format!("{}={path}", program.platform.folder()))
    }

    /// Where the bytes of a planned entry lie, if they were made.
    pub(crate) fn path(&self, source: &Source) -> Option<PathBuf> {
        match source {
            Source::Program(program) => {
                let mut programs = self.programs.iter();
                let found = programs.find(|(known, _)| known == program);
                found.map(|(_, path)| path.clone())
            }
            Source::Packed { crate_name, file } => {
                let found = self.packed.iter().find(|(known, _)| known == crate_name);
                found.map(|(_, folder)| folder.join(file.name()))
            }
            Source::File(_) | Source::Stamped(_) | Source::Notice => None,
        }
    }
}

/// Takes a staged task's programs out of its stream again and looks into each.
pub(crate) fn verify(
    workspace: &Workspace,
    crate_name: &'static str,
    bin: &Path,
    platforms: &[Platform],
) -> Result<()> {
    let out = workspace.path("target/package/unpacked").join(crate_name);
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    let mut unpack: Command = shell::command(program(workspace)?, workspace.root());
    shell::run(unpack.arg("unpack").arg(bin).arg(&out))?;
    for &platform in platforms {
        let path = out
            .join(platform.folder())
            .join(platform.file_name(crate_name));
        let bytes = std::fs::read(&path)
            .with_context(|| format!("{} is not in the stream", path.display()))?;
        executable::check(&bytes, platform).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn program(workspace: &Workspace) -> Result<PathBuf> {
    let [bundle] = built::programs(workspace, &[("bundle", "bundle")])?;
    Ok(bundle)
}
