//! Building the tasks' programs: one build for all programs of a platform, since they share nearly all of their crates
//! and the standard library.
//!
//! A platform has one way to its program, so that the same tree makes the same bytes wherever it lies. On Linux the
//! program has to be static, so that one file serves every distribution and container. docs/decisions/0003 and 0006
//! have the reasons and figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::debian::Debian;
use super::environment;
use super::executable;
use super::musl;
use super::plan::Program;
use super::platform::{Linker, Platform};
use super::tools::{self, Rust, Tools};
use crate::shell::{self, heading};
use crate::workspace::Workspace;

/// Kept between runs, so that a rebuild is incremental; apart from `target/debug` and `target/release`, so that
/// other flags there rebuild nothing here. One for all platforms: what runs while building is built once. Nor would
/// two builds beside each other be faster, as the programs of one keep two cores busy (docs/decisions/0006).
const BUILD_FOLDER: &str = "target/package-build";

/// For Linux: nothing unwinds where a panic aborts, and without symbols no backtrace can be read. The tables would be
/// an eighth of the program. Windows does not allow to leave them out, and for macOS the linker does so by itself.
const NO_UNWIND_TABLES: &str = "-Cforce-unwind-tables=no";

/// For Linux and macOS on arm64, where the compiler gathers repeated instructions into functions if size comes first. That
/// makes a program a tenth smaller, and one that packs worse. Without it an agent downloads 0.35 MB less of the record,
/// and the programs stay within their aim, which on Windows they would not (docs/decisions/0003).
const NO_OUTLINING: &str = "-Cllvm-args=-enable-machine-outliner=never";

/// Builds the crates' programs for the platforms and gives back where they lie.
pub(crate) fn build(
    workspace: &Workspace,
    crates: &[&'static str],
    platforms: &[Platform],
) -> Result<Vec<(Program, PathBuf)>> {
    heading("tools");
    let tools = Tools::find(workspace, platforms)?;
    let mut built = Vec::new();
    for &platform in platforms {
        heading(&format!("programs for {}", platform.folder()));
        let build = Build {
            workspace,
            crates,
            platform,
            folder: workspace.path(BUILD_FOLDER),
        };
        let made = build.run(&tools)?;
        built.extend(lying_in(&made, crates, platform)?);
    }
    Ok(built)
}

/// Takes programs that lie in `folder`, by platform, instead of building them.
pub(crate) fn taken(
    folder: &Path,
    crates: &[&'static str],
    platforms: &[Platform],
) -> Result<Vec<(Program, PathBuf)>> {
    let mut found = Vec::new();
    for &platform in platforms {
        found.extend(lying_in(&folder.join(platform.folder()), crates, platform)?);
    }
    Ok(found)
}

/// The crates' programs in the folder, each looked into.
fn lying_in(
    folder: &Path,
    crates: &[&'static str],
    platform: Platform,
) -> Result<Vec<(Program, PathBuf)>> {
    let programs = crates.iter().map(|&crate_name| Program {
        crate_name,
        platform,
    });
    programs
        .map(|program| {
            let path = folder.join(program.file_name());
            let bytes =
                fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
            executable::check(&bytes, platform).with_context(|| path.display().to_string())?;
            Ok((program, path))
        })
        .collect()
}

struct Build<'a> {
    workspace: &'a Workspace,
    crates: &'a [&'static str],
    platform: Platform,
    folder: PathBuf,
}

impl Build<'_> {
    /// Gives back the folder that holds the programs.
    fn run(&self, tools: &Tools) -> Result<PathBuf> {
        fs::create_dir_all(&self.folder)?;
        if tools::is_native(self.platform) {
            let mut cargo = self.cargo(Path::new("cargo"), "build");
            environment::set_flags(&mut cargo, self.workspace, sized(self.platform))?;
            shell::run(&mut cargo)?;
            return Ok(self.folder.join("release"));
        }
        let about = self.platform.about();
        if !cfg!(target_os = "linux") && about.linker != Linker::Zig {
            bail!("programs for {} are built on Linux", about.folder);
        }
        let rust = tools::rust(self.workspace.root(), self.platform);
        let (mut cargo, mut flags) = self.linked(rust, tools)?;
        if let Rust::Debian = rust {
            Debian::steer(&mut cargo);
            flags.extend(Debian::flags(self.platform.is_linux()));
        }
        flags.extend(sized(self.platform));
        environment::set_flags(&mut cargo, self.workspace, flags)?;
        shell::run(cargo.args(["--target", about.target]))?;
        Ok(self.folder.join(about.target).join("release"))
    }

    /// The command and the flags that bring in the platform's linker and C compiler.
    fn linked(&self, rust: Rust, tools: &Tools) -> Result<(Command, Vec<String>)> {
        let about = self.platform.about();
        let program = match rust {
            Rust::Own => Path::new("cargo"),
            Rust::Debian => Path::new(Debian::CARGO),
        };
        Ok(match (about.linker, rust) {
            (Linker::Zig, _) => {
                let zig = tools.zig()?;
                let mut cargo = self.cargo(&zig.helper(), "zigbuild");
                zig.steer(&mut cargo);
                (cargo, Vec::new())
            }
            (Linker::Mingw, _) => {
                // Its linker would write the time into the program.
                let flags = vec!["-Clink-arg=-Wl,--no-insert-timestamp".to_owned()];
                (self.cargo(program, "build"), flags)
            }
            (Linker::Musl, Rust::Debian) => {
                let mut cargo = self.cargo(program, "build");
                musl::steer(&mut cargo, about.target);
                (cargo, musl::prepare(&self.folder.join("musl"))?)
            }
            (Linker::Musl, Rust::Own) => {
                let mut cargo = self.cargo(program, "build");
                if !musl::is_here() {
                    // The C code of the TLS library calls nothing that differs between C libraries, unless the
                    // compiler is told to swap in the checked functions that only glibc has.
                    let target = about.target.replace('-', "_");
                    cargo.env(format!("CC_{target}"), "cc");
                    cargo.env(format!("CFLAGS_{target}"), "-U_FORTIFY_SOURCE");
                }
                (cargo, Vec::new())
            }
        })
    }

    /// The build's command line, but for what the platform needs.
    fn cargo(&self, program: &Path, verb: &str) -> Command {
        let mut cargo = shell::command(program, self.workspace.root());
        environment::settle(&mut cargo);
        cargo.args([verb, "--release", "--locked"]);
        for crate_name in self.crates {
            cargo.args(["--package", crate_name]);
        }
        cargo.arg("--target-dir").arg(&self.folder);
        cargo
    }
}

/// The flags by which the platform's programs are small.
fn sized(platform: Platform) -> Vec<String> {
    let flags: &[&str] = match platform {
        Platform::LinuxX64 => &[NO_UNWIND_TABLES],
        Platform::LinuxArm64 => &[NO_UNWIND_TABLES, NO_OUTLINING],
        Platform::MacArm64 => &[NO_OUTLINING],
        Platform::MacX64 | Platform::WindowsX64 | Platform::WindowsArm64 => &[],
    };
    flags.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::executable::sample;
    use super::super::platform::Platform;
    use super::taken;

    fn lay(folder: &Path, path: &str, platform: Platform) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, sample(platform)).unwrap();
    }

    #[test]
    fn programs_are_taken_by_platform_if_they_are_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = |platform| taken(folder.path(), &["gate"], &[platform]);
        lay(folder.path(), "win32-x64/gate.exe", Platform::WindowsX64);
        let [(program, path)] = &taken(Platform::WindowsX64).unwrap()[..] else {
            panic!("one program");
        };
        assert_eq!(program.platform, Platform::WindowsX64);
        assert!(path.ends_with("win32-x64/gate.exe"), "{path:?}");

        let refused = |platform| format!("{:#}", taken(platform).unwrap_err());
        assert!(refused(Platform::MacX64).contains("could not read"));
        lay(folder.path(), "darwin-x64/gate", Platform::MacArm64);
        let other = refused(Platform::MacX64);
        assert!(other.contains("for darwin-arm64, not for darwin-x64"));
    }
}
