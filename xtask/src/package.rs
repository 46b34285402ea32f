//! `package`: plan, stage, pack. Everything is written under `target/`, or where `--out` says.

mod debian;
mod environment;
mod executable;
mod extension;
mod musl;
mod packed;
mod plan;
mod platform;
mod programs;
mod reproduce;
mod sizes;
mod stage;
#[cfg(test)]
mod tests;
mod tools;
mod verify;
mod vsix;
mod zig;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::args::Args;
use crate::sbom;
use crate::shell::{heading, note};
use crate::workspace::Workspace;
pub(crate) use extension::Extension;
use packed::Made;
use plan::{PackedFile, Plan, Program, Source};
pub(crate) use platform::Platform;
pub(crate) use vsix::check_names;

/// What the command line asked for.
#[derive(Debug, Default)]
pub(crate) struct Options {
    targets: Option<String>,
    /// Holds the programs by platform; they are built where this is not given.
    programs: Option<PathBuf>,
    out: Option<PathBuf>,
    verify: bool,
}

impl Options {
    /// For all platforms, and verified.
    pub(crate) fn release() -> Self {
        Self {
            targets: Some(platform::ALL.to_owned()),
            verify: true,
            ..Self::default()
        }
    }

    /// The quick one, for this machine: apart from where the package for all platforms lies, which it would replace.
    pub(crate) fn host(workspace: &Workspace) -> Self {
        Self {
            targets: Some(platform::HOST.to_owned()),
            out: Some(workspace.path("target/dist-host")),
            ..Self::default()
        }
    }
}

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let options = Options {
        targets: args.value("--targets")?,
        programs: args.value("--programs")?.map(PathBuf::from),
        out: args.value("--out")?.map(PathBuf::from),
        verify: args.flag("--verify"),
    };
    let (only_plan, reproduce) = (args.flag("--plan"), args.flag("--reproduce"));
    args.finish()?;
    if only_plan {
        let platforms = platform::chosen(options.targets.as_deref())?;
        print!("{}", Plan::new(workspace, &platforms)?);
        return Ok(());
    }
    let vsix = package(workspace, &options)?;
    if reproduce {
        if options.programs.is_some() {
            bail!("--reproduce builds the programs anew, so --programs makes no sense with it");
        }
        reproduce::check(workspace, options.targets.as_deref(), &vsix)?;
    }
    println!("{}", vsix.display());
    Ok(())
}

/// The `programs` command: builds them and leaves them in a folder, by platform, for `package --programs`.
pub(crate) fn run_programs(workspace: &Workspace, mut args: Args) -> Result<()> {
    let targets = args.value("--targets")?;
    let out = args.value("--out")?.context("programs needs --out DIR")?;
    args.finish()?;
    let platforms = platform::chosen(targets.as_deref())?;
    let out = std::path::absolute(out)?;
    let crates = Plan::new(workspace, &platforms)?.crates();
    for (program, path) in programs::build(workspace, &crates, &platforms)? {
        tell_size(program, &path)?;
        let folder = out.join(program.platform.folder());
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        fs::copy(&path, folder.join(program.file_name()))
            .with_context(|| format!("could not copy {}", path.display()))?;
    }
    println!("{}", out.display());
    Ok(())
}

/// That the same tree makes the same bytes in another folder, for this host.
pub(crate) fn reproduce(workspace: &Workspace) -> Result<()> {
    let options = Options {
        out: Some(workspace.path("target/reproduce/here")),
        ..Options::host(workspace)
    };
    let vsix = package(workspace, &options)?;
    reproduce::check(workspace, options.targets.as_deref(), &vsix)
}

/// Makes the package and gives back where it is.
pub(crate) fn package(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    let platforms = platform::chosen(options.targets.as_deref())?;
    let plan = Plan::new(workspace, &platforms)?;
    let out = match &options.out {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.path("target/dist"),
    };

    let built = match &options.programs {
        Some(folder) => programs::taken(folder, &plan.crates(), &platforms)?,
        None => programs::build(workspace, &plan.crates(), &platforms)?,
    };
    for (program, path) in &built {
        tell_size(*program, path)?;
    }
    let made = Made::pack(workspace, built, &plan.packed())?;
    let staged = workspace.path("target/package/stage");
    stage::stage(workspace, &plan, &staged, |source| made.path(source))?;

    let bytes = packed(&plan, &staged)?;
    if options.verify {
        verify(workspace, &plan, &staged, &bytes)?;
        verify::against_tfx(workspace, &staged, &bytes)?;
    }
    fs::create_dir_all(&out).with_context(|| format!("could not make {}", out.display()))?;
    let vsix = out.join(plan.extension.vsix_name());
    fs::write(&vsix, &bytes).with_context(|| format!("could not write {}", vsix.display()))?;
    sizes::tell(&bytes, &plan.extension.task_folders())?;
    let bill = bill_of_materials(workspace, &plan, &made.programs, &bytes)?;
    let beside = vsix.with_extension("vsix.cdx.json");
    fs::write(&beside, bill).with_context(|| format!("could not write {}", beside.display()))?;
    Ok(vsix)
}

/// What the package and its programs are made of, for who has to answer that.
fn bill_of_materials(
    workspace: &Workspace,
    plan: &Plan,
    built: &[(Program, PathBuf)],
    vsix: &[u8],
) -> Result<String> {
    let mut programs = Vec::new();
    for (program, path) in built {
        programs.push((program.crate_name, program.platform, fs::read(path)?));
    }
    let package = sbom::Package {
        publisher: &plan.extension.publisher,
        id: &plan.extension.id,
        version: &plan.extension.version,
        vsix,
        programs: programs
            .iter()
            .map(|(crate_name, platform, bytes)| sbom::Program {
                crate_name,
                platform: *platform,
                bytes,
            })
            .collect(),
    };
    Ok(sbom::document(&package, &plan.parts(workspace)?))
}

fn tell_size(program: Program, path: &Path) -> Result<()> {
    let what = format!("{} for {}", program.crate_name, program.platform.folder());
    let bytes = fs::metadata(path)?.len();
    note(&sizes::told(&what, bytes, sizes::PROGRAM));
    Ok(())
}

fn packed(plan: &Plan, staged: &Path) -> Result<Vec<u8>> {
    let parts: Vec<vsix::Part> = plan
        .entries
        .iter()
        .map(|entry| {
            let path = staged.join(&entry.to);
            Ok(vsix::Part {
                name: entry.to.clone(),
                bytes: fs::read(&path)
                    .with_context(|| format!("could not read {}", path.display()))?,
                executable: matches!(entry.from, Source::Program(_)),
            })
        })
        .collect::<Result<_>>()?;
    vsix::pack(&plan.extension, &parts)
}

/// Reads the package back, packs it once more, and looks into the programs.
fn verify(workspace: &Workspace, plan: &Plan, staged: &Path, bytes: &[u8]) -> Result<()> {
    heading("verify the package");
    verify::check(bytes)?;
    if packed(plan, staged)? != bytes {
        bail!("packing the same files twice gave different bytes");
    }
    for entry in &plan.entries {
        let path = staged.join(&entry.to);
        match &entry.from {
            Source::Program(program) => executable::check(&fs::read(&path)?, program.platform)
                .with_context(|| entry.to.clone())?,
            Source::Packed {
                crate_name,
                file: PackedFile::Index,
            } => {
                let bin = path.parent().unwrap_or(staged);
                packed::verify(workspace, crate_name, bin, &plan.packed())?;
            }
            _ => {}
        }
    }
    note(
        "every part has a content type, every task is complete, programs are for their platforms and static on Linux, \
         same input gave same bytes",
    );
    Ok(())
}
