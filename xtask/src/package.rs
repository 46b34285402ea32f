//! `package`: plan, stage, pack. Everything is written under `target/`, or where `--out` says.

mod elf;
mod extension;
mod musl;
mod plan;
mod platform;
mod programs;
mod stage;
#[cfg(test)]
mod tests;
mod verify;
mod vsix;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::args::Args;
use crate::sbom;
use crate::shell::{heading, note};
use crate::workspace::Workspace;
pub(crate) use musl::Debian;
use plan::{Plan, Source};
use platform::Platform;

/// What one program may weigh: each of them travels to every agent, once per platform.
const AIMED_BYTES: u64 = 3_000_000;

/// What the command line asked for.
#[derive(Debug, Default)]
pub(crate) struct Options {
    targets: Option<String>,
    out: Option<PathBuf>,
    verify: bool,
}

impl Options {
    /// As a release is made: packed for this host and verified.
    pub(crate) fn verified() -> Self {
        Self {
            verify: true,
            ..Self::default()
        }
    }
}

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let options = Options {
        targets: args.value("--targets")?,
        out: args.value("--out")?.map(PathBuf::from),
        verify: args.flag("--verify"),
    };
    let only_plan = args.flag("--plan");
    args.finish()?;
    if only_plan {
        let platforms = platform::chosen(options.targets.as_deref())?;
        print!("{}", Plan::new(workspace, &platforms)?);
        return Ok(());
    }
    println!("{}", package(workspace, &options)?.display());
    Ok(())
}

/// Makes the package and gives back where it is.
pub(crate) fn package(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    let platforms = platform::chosen(options.targets.as_deref())?;
    let plan = Plan::new(workspace, &platforms)?;
    let out = match &options.out {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.path("target/dist"),
    };

    let built = build_programs(workspace, &plan)?;
    let staged = workspace.path("target/package/stage");
    stage::stage(workspace, &plan, &staged, |source| {
        let found = built.iter().find(|(known, _)| known == source);
        found.map(|(_, path)| path.clone())
    })?;

    let bytes = packed(&plan, &staged)?;
    if options.verify {
        verify(&plan, &staged, &bytes)?;
        verify::against_tfx(workspace, &staged, &bytes)?;
    }
    fs::create_dir_all(&out).with_context(|| format!("could not make {}", out.display()))?;
    let vsix = out.join(plan.extension.vsix_name());
    fs::write(&vsix, &bytes).with_context(|| format!("could not write {}", vsix.display()))?;
    note(&format!("{} bytes", bytes.len()));
    let bill = bill_of_materials(workspace, &plan, &built, &bytes)?;
    let beside = vsix.with_extension("vsix.cdx.json");
    fs::write(&beside, bill).with_context(|| format!("could not write {}", beside.display()))?;
    Ok(vsix)
}

/// What the package and its programs are made of, for who has to answer that.
fn bill_of_materials(
    workspace: &Workspace,
    plan: &Plan,
    built: &[(Source, PathBuf)],
    vsix: &[u8],
) -> Result<String> {
    let mut programs = Vec::new();
    for (source, path) in built {
        if let Source::Program {
            crate_name,
            platform,
        } = source
        {
            programs.push((*crate_name, platform.folder(), fs::read(path)?));
        }
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
                platform,
                bytes,
            })
            .collect(),
    };
    Ok(sbom::document(&package, &plan.parts(workspace)?))
}

fn build_programs(workspace: &Workspace, plan: &Plan) -> Result<Vec<(Source, PathBuf)>> {
    let mut built: Vec<(Source, PathBuf)> = Vec::new();
    for (platform, crates) in plan.programs() {
        heading(&format!("programs for {}", platform.folder()));
        let paths = programs::build(workspace, &crates, platform)?;
        for (crate_name, path) in crates.into_iter().zip(paths) {
            note(&told_size(crate_name, fs::metadata(&path)?.len()));
            let source = Source::Program {
                crate_name,
                platform,
            };
            built.push((source, path));
        }
    }
    Ok(built)
}

/// A program's size and how it stands to the aim.
fn told_size(program: &str, bytes: u64) -> String {
    let stands = match bytes.checked_sub(AIMED_BYTES) {
        None | Some(0) => "within".to_owned(),
        Some(more) => format!("{more} above"),
    };
    format!("{program}: {bytes} bytes, {stands} the aim of {AIMED_BYTES}")
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
                executable: matches!(entry.from, Source::Program { .. }),
            })
        })
        .collect::<Result<_>>()?;
    vsix::pack(&plan.extension, &parts)
}

/// Reads the package back, packs it once more, and looks into the programs.
fn verify(plan: &Plan, staged: &Path, bytes: &[u8]) -> Result<()> {
    heading("verify the package");
    verify::check(bytes)?;
    if packed(plan, staged)? != bytes {
        bail!("packing the same files twice gave different bytes");
    }
    for entry in &plan.entries {
        if let Source::Program { platform, .. } = &entry.from
            && matches!(platform, Platform::LinuxX64 | Platform::LinuxArm64)
        {
            elf::check_static(&fs::read(staged.join(&entry.to))?)
                .with_context(|| entry.to.clone())?;
        }
    }
    note(
        "every part has a content type, every task is complete, programs are static, same input gave same bytes",
    );
    Ok(())
}
