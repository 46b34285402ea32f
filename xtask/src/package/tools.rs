//! What builds the programs of some platforms, found or installed before the first build starts.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::debian::Debian;
use super::musl;
use super::platform::{Linker, Platform};
use super::zig::Zig;
use crate::setup;
use crate::shell::{self, note};
use crate::workspace::Workspace;

const MINGW: &str = "x86_64-w64-mingw32-gcc";
const MINGW_PACKAGES: [&str; 1] = ["gcc-mingw-w64-x86-64-win32"];

/// Who compiles a program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rust {
    /// The workspace's own toolchain: it has the platform's standard library.
    Own,
    /// Debian's, which builds the standard library.
    Debian,
}

/// The tools for some platforms.
#[derive(Debug)]
pub(crate) struct Tools {
    zig: Option<Zig>,
}

impl Tools {
    /// Names everything that is missing in one go, and installs it where that is allowed.
    pub(crate) fn find(workspace: &Workspace, platforms: &[Platform]) -> Result<Self> {
        let foreign: Vec<Platform> = platforms
            .iter()
            .copied()
            .filter(|it| !is_native(*it))
            .collect();
        let needed = needed(workspace.root(), &foreign);
        install(workspace, &needed, &foreign)?;
        if needed.contains(&Tool::Debian) {
            let debian = Debian::find(workspace.root(), &setup::oldest_rust(workspace)?)?;
            note(&format!("Debian's rustc {}", debian.version));
        }
        let zig = needed.contains(&Tool::Zig);
        Ok(Self {
            zig: zig.then(|| Zig::find(workspace)).transpose()?,
        })
    }

    /// Zig, for the platforms that are linked by it.
    pub(crate) fn zig(&self) -> Result<&Zig> {
        self.zig.as_ref().context("zig was not asked for")
    }
}

/// What may have to be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Debian,
    Musl,
    Mingw,
    Zig,
}

impl Tool {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Debian => &Debian::PACKAGES,
            Self::Musl => &musl::PACKAGES,
            Self::Mingw => &MINGW_PACKAGES,
            Self::Zig => &Zig::PACKAGES,
        }
    }

    /// Why it is not ready, if it is not.
    fn fault(self, workspace: &Workspace) -> Result<Option<String>> {
        let root = workspace.root();
        let absent = |there: bool, what: &str| (!there).then(|| format!("{what} is missing"));
        Ok(match self {
            Self::Debian => Debian::find(root, &setup::oldest_rust(workspace)?)
                .err()
                .map(|error| format!("{error:#}")),
            Self::Musl => absent(musl::is_here(), "musl"),
            Self::Mingw => absent(setup::has(root, MINGW), MINGW),
            Self::Zig => absent(setup::has(root, "python3"), "python3"),
        })
    }
}

/// What the platforms ask for, each once.
fn needed(root: &Path, platforms: &[Platform]) -> Vec<Tool> {
    let mut tools = Vec::new();
    for &platform in platforms {
        let rust = rust(root, platform);
        let linker = match (platform.about().linker, rust) {
            (Linker::Musl, Rust::Debian) => Some(Tool::Musl),
            // rustup's standard library brings musl along.
            (Linker::Musl, Rust::Own) => None,
            (Linker::Mingw, _) => Some(Tool::Mingw),
            (Linker::Zig, _) => Some(Tool::Zig),
        };
        let compiler = matches!(rust, Rust::Debian).then_some(Tool::Debian);
        for tool in compiler.into_iter().chain(linker) {
            if !tools.contains(&tool) {
                tools.push(tool);
            }
        }
    }
    tools
}

fn install(workspace: &Workspace, needed: &[Tool], platforms: &[Platform]) -> Result<()> {
    let mut packages = Vec::new();
    for tool in needed {
        if let Some(fault) = tool.fault(workspace)? {
            note(&fault);
            packages.extend(tool.packages());
        }
    }
    if packages.is_empty() {
        return Ok(());
    }
    let by_rustup = needed.contains(&Tool::Debian) && setup::has(workspace.root(), "rustup");
    if by_rustup && !setup::may_install(workspace.root()) {
        let targets: Vec<_> = platforms.iter().map(|it| it.about().target).collect();
        bail!(
            "the standard library of other platforms is missing; run: rustup target add {}",
            targets.join(" ")
        );
    }
    setup::install(workspace.root(), "building the programs", &packages)?;
    for tool in needed {
        if let Some(fault) = tool.fault(workspace)? {
            bail!("{} were installed, but {fault}", packages.join(" "));
        }
    }
    Ok(())
}

/// Whether the program is what this machine's own compiler makes by itself. Not on Linux: there it would ask for this
/// machine's C library.
pub(crate) fn is_native(platform: Platform) -> bool {
    !platform.is_linux() && Platform::host().is_ok_and(|host| host == platform)
}

/// The workspace's own toolchain if it has the standard library, else Debian's.
pub(crate) fn rust(root: &Path, platform: Platform) -> Rust {
    let mut rustc = shell::command("rustc", root);
    rustc.args(["--print", "target-libdir", "--target"]);
    let libraries = shell::output_opt(rustc.arg(platform.about().target));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        Rust::Own
    } else {
        Rust::Debian
    }
}
