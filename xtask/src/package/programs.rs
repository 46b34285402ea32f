//! Building the tasks' programs with what this machine has: one build for all of them, since they share nearly all of
//! their crates and the standard library.
//!
//! On Linux the program has to be static, so that one file serves every distribution and container. The route is
//! chosen by what is found: rustup's standard library for musl, else Debian's Rust packages (`musl`). Elsewhere the
//! native build is the program. docs/decisions/0003 has the reasons and figures.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::elf;
use super::musl::Debian;
use super::platform::Platform;
use crate::setup;
use crate::shell;
use crate::workspace::Workspace;

/// Kept between runs, so that a rebuild is incremental; apart from `target/debug` and `target/release`, so that
/// other flags there rebuild nothing here.
const BUILD_FOLDER: &str = "target/package-build";

/// For static programs: nothing unwinds where a panic aborts, and without symbols no backtrace can be read. The tables
/// would be an eighth of the program. Windows does not allow to leave them out.
const NO_UNWIND_TABLES: &str = "-Cforce-unwind-tables=no";

/// Builds the crates' programs for the platform and gives back where they lie, in the same order.
pub(crate) fn build(
    workspace: &Workspace,
    crates: &[&str],
    platform: Platform,
) -> Result<Vec<PathBuf>> {
    if platform != Platform::host()? {
        bail!(
            "programs for {} cannot be built on this machine",
            platform.folder()
        );
    }
    let folder = workspace.path(BUILD_FOLDER);
    std::fs::create_dir_all(&folder)?;
    let build = Build {
        workspace,
        crates,
        folder: &folder,
    };
    match platform.musl_machine() {
        None => build.natively(platform),
        Some(machine) => build.statically(machine, platform),
    }
}

struct Build<'a> {
    workspace: &'a Workspace,
    crates: &'a [&'a str],
    folder: &'a Path,
}

impl Build<'_> {
    fn natively(&self, platform: Platform) -> Result<Vec<PathBuf>> {
        let mut cargo = self.cargo("cargo");
        set_flags(&mut cargo, &self.remapped(&[])?);
        shell::run(&mut cargo)?;
        Ok(self.made(&self.folder.join("release"), platform))
    }

    fn statically(&self, machine: &str, platform: Platform) -> Result<Vec<PathBuf>> {
        let target = format!("{machine}-unknown-linux-musl");
        let mut cargo = if rustup_has(self.workspace.root(), &target) {
            shell::note("with rustup's standard library");
            self.with_rustup(&target)?
        } else {
            let debian = setup::debian_rust(self.workspace, machine)?;
            shell::note(&format!("with Debian's rustc {}", debian.version));
            self.with_debian(&debian, &target)?
        };
        cargo.args(["--target", &target]);
        shell::run(&mut cargo)?;
        let programs = self.made(&self.folder.join(&target).join("release"), platform);
        for program in &programs {
            let bytes = std::fs::read(program)
                .with_context(|| format!("could not read {}", program.display()))?;
            elf::check_static(&bytes).with_context(|| program.display().to_string())?;
        }
        Ok(programs)
    }

    fn made(&self, folder: &Path, platform: Platform) -> Vec<PathBuf> {
        let files = self.crates.iter().map(|name| platform.file_name(name));
        files.map(|file| folder.join(file)).collect()
    }

    fn with_rustup(&self, target: &str) -> Result<Command> {
        let mut cargo = self.cargo("cargo");
        set_flags(&mut cargo, &self.remapped(&[NO_UNWIND_TABLES.to_owned()])?);
        if shell::output_opt(shell::command("musl-gcc", self.folder).arg("-dumpversion")).is_none()
        {
            // The C code of the TLS library calls nothing that differs between C libraries, unless the compiler
            // is told to swap in the checked functions that only glibc has.
            let target = target.replace('-', "_");
            cargo.env(format!("CC_{target}"), "cc");
            cargo.env(format!("CFLAGS_{target}"), "-U_FORTIFY_SOURCE");
        }
        Ok(cargo)
    }

    fn with_debian(&self, debian: &Debian, target: &str) -> Result<Command> {
        let mut flags = debian.prepare(&self.folder.join("musl"))?;
        flags.push(NO_UNWIND_TABLES.to_owned());
        let mut cargo = self.cargo(Debian::CARGO);
        debian.environment(&mut cargo, target);
        cargo.args([
            "-Zbuild-std=std,panic_abort",
            "-Zbuild-std-features=optimize_for_size",
        ]);
        set_flags(&mut cargo, &self.remapped(&flags)?);
        Ok(cargo)
    }

    /// The build's command line in an environment that nobody's own settings reach.
    fn cargo(&self, program: &str) -> Command {
        let mut cargo = shell::command(program, self.workspace.root());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_none_or(steers_a_build) {
                cargo.env_remove(name);
            }
        }
        cargo.args(["build", "--release", "--locked"]);
        for crate_name in self.crates {
            cargo.args(["--package", crate_name]);
        }
        cargo.arg("--target-dir").arg(self.folder);
        cargo
    }

    /// The flags with this machine's folders replaced by words, so that they do not end up in the program.
    fn remapped(&self, flags: &[String]) -> Result<Vec<String>> {
        let mut all = flags.to_vec();
        for (from, to) in [
            (self.workspace.root().to_path_buf(), "snowgate"),
            (cargo_home()?, "cargo"),
        ] {
            all.push(format!("--remap-path-prefix={}={to}", from.display()));
        }
        Ok(all)
    }
}

/// Encoded, since a folder's name may hold a space.
fn set_flags(cargo: &mut Command, flags: &[String]) {
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

fn rustup_has(root: &Path, target: &str) -> bool {
    let mut rustc = shell::command("rustc", root);
    rustc.args(["--print", "target-libdir", "--target", target]);
    shell::output_opt(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the build's environment, not a task's"
)]
fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    std::env::home_dir()
        .map(|home| home.join(".cargo"))
        .context("there is neither CARGO_HOME nor a home folder")
}

/// Whether a variable would change what the build makes. What says where crates come from stays.
fn steers_a_build(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_BOOTSTRAP",
        "CARGO_INCREMENTAL",
        "CC",
        "AR",
        "CFLAGS",
        "CPPFLAGS",
        "LDFLAGS",
        // Cargo sets it for what it runs; it would hand one compiler the other's libraries.
        "LD_LIBRARY_PATH",
    ];
    const PREFIXES: [&str; 9] = [
        "CARGO_BUILD_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_UNSTABLE_",
        "CC_",
        "AR_",
        "CFLAGS_",
        "TARGET_",
        "HOST_",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::steers_a_build;

    #[test]
    fn settings_of_the_desk_do_not_reach_the_program() {
        for name in [
            "RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_DEBUG",
            "CARGO_TARGET_DIR",
            "CC_x86_64_unknown_linux_musl",
        ] {
            assert!(steers_a_build(name), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_REGISTRIES_X_INDEX",
            "HTTPS_PROXY",
        ] {
            assert!(!steers_a_build(name), "{name}");
        }
    }
}
