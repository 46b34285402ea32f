//! Debian's own Rust, which builds the standard library from its source package: the way to every target on machines
//! that reach package registries only.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// Debian's Rust, found complete.
#[derive(Debug)]
pub(crate) struct Debian {
    pub(crate) version: String,
}

impl Debian {
    /// The packages that make it complete.
    pub(crate) const PACKAGES: [&str; 4] =
        ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];

    /// By full path: a rustup compiler earlier on the search path has no such source.
    pub(crate) const CARGO: &str = "/usr/bin/cargo";
    const RUSTC: &str = "/usr/bin/rustc";
    const LIBRARIES: &str = "/usr/lib/rustlib";

    /// Finds the packages, or says what is missing or does not fit.
    pub(crate) fn find(root: &Path, oldest: &str) -> Result<Self> {
        let libraries = Path::new(Self::LIBRARIES);
        let source = libraries.join("src/rust/library/Cargo.lock");
        // Strips programs of other systems.
        let strip = format!(
            "{}-unknown-linux-gnu/bin/rust-objcopy",
            std::env::consts::ARCH
        );
        for needed in [
            Path::new(Self::CARGO),
            Path::new(Self::RUSTC),
            &source,
            &libraries.join(strip),
        ] {
            if !needed.exists() {
                bail!("{} is missing", needed.display());
            }
        }
        let text = shell::output_opt(shell::command(Self::RUSTC, root).arg("--version"))
            .with_context(|| format!("{} does not start", Self::RUSTC))?;
        let version = text
            .split_whitespace()
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        if numbers(&version) < numbers(oldest) {
            bail!("{} is {version}; at least {oldest} is needed", Self::RUSTC);
        }
        // Compiler and source come by separate packages; a mixture fails in the middle of the build.
        let mut query = shell::command("dpkg-query", root);
        query.args([
            "--show",
            "--showformat=${Version}\n",
            "rustc-web",
            "rust-web-src",
        ]);
        let versions =
            shell::output_opt(&mut query).context("dpkg knows no rustc-web and rust-web-src")?;
        if versions.lines().next() != versions.lines().nth(1) {
            bail!(
                "rustc-web and rust-web-src differ in version: {}",
                versions.replace('\n', ", ")
            );
        }
        Ok(Self { version })
    }

    /// Lets Debian's stable compiler build the standard library, for size.
    pub(crate) fn steer(cargo: &mut Command) {
        cargo.env_remove("RUSTUP_TOOLCHAIN");
        cargo.env("CARGO", Self::CARGO).env("RUSTC", Self::RUSTC);
        cargo.env("RUSTC_BOOTSTRAP", "1").args([
            "-Zbuild-std=std,panic_abort",
            "-Zbuild-std-features=optimize_for_size",
        ]);
    }

    /// Flags for the compiler: the start files are the linker's own, not those that rustup's targets bring, and no
    /// path of this machine's standard library ends up in a program.
    pub(crate) fn flags(is_linux: bool) -> Vec<String> {
        let mut flags = vec![format!(
            "--remap-path-prefix={}/src/rust=rust",
            Self::LIBRARIES
        )];
        if is_linux {
            flags.push("-Clink-self-contained=no".to_owned());
        }
        flags
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("1.96.0") > numbers("1.95"));
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.63.0") < numbers("1.95"));
    }
}
