//! Static programs by Debian's own packages: its Rust builds the standard library from its source package, and its
//! gcc links against its musl.
//!
//! Two gaps between those packages are bridged by files written below `target/`:
//! - Debian's `musl-gcc` knows no static position-independent programs, though its musl has the start file for them;
//!   so gcc gets specs of our own.
//! - The standard library links an `unwind` library that rustup's targets bring and these packages do not. gcc's
//!   `libgcc_eh` is one, but asks glibc for one function more, `_dl_find_object`. Ours finds nothing. It is only asked
//!   while a panic unwinds or prints a backtrace; task programs abort on panic and carry no symbols.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

const FIND_OBJECT: &str = "\
/* See xtask/src/package/musl.rs: no object is ever found. */
int _dl_find_object(void *address, void *result) { (void)address; (void)result; return -1; }
";

/// Debian's Rust, found complete.
#[derive(Debug)]
pub(crate) struct Debian {
    pub(crate) version: String,
    /// Folder with musl's start files and library.
    musl: PathBuf,
    machine: String,
}

impl Debian {
    /// The packages that make it complete.
    pub(crate) const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "musl-tools"];

    /// By full path: a rustup compiler earlier on the search path has no such source.
    pub(crate) const CARGO: &str = "/usr/bin/cargo";
    const RUSTC: &str = "/usr/bin/rustc";

    /// Finds the packages, or says what is missing or does not fit.
    pub(crate) fn find(root: &Path, machine: &str, oldest: &str) -> Result<Self> {
        let musl = PathBuf::from(format!("/usr/lib/{machine}-linux-musl"));
        let source = Path::new("/usr/lib/rustlib/src/rust/library/Cargo.lock");
        for needed in [
            Path::new(Self::CARGO),
            Path::new(Self::RUSTC),
            source,
            &musl.join("rcrt1.o"),
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
        Ok(Self {
            version,
            musl,
            machine: machine.to_owned(),
        })
    }

    /// Writes the bridging files into `folder`; gives back the compiler flags that use them.
    pub(crate) fn prepare(&self, folder: &Path) -> Result<Vec<String>> {
        fs::create_dir_all(folder)?;
        let specs = folder.join("static.specs");
        fs::write(&specs, self.specs())?;
        self.unwind_library(folder)?;
        Ok(vec![
            // The start files are musl's own, not those that rustup's targets bring.
            "-Clink-self-contained=no".to_owned(),
            "-Clinker=gcc".to_owned(),
            format!("-Clink-arg=-specs={}", specs.display()),
            format!("-Lnative={}", folder.display()),
            "--remap-path-prefix=/usr/lib/rustlib/src/rust=rust".to_owned(),
        ])
    }

    /// Lets Debian's stable compiler build the standard library, and C code find musl's headers.
    pub(crate) fn environment(&self, cargo: &mut Command, target: &str) {
        cargo.env_remove("RUSTUP_TOOLCHAIN");
        cargo.env("RUSTC", Self::RUSTC).env("RUSTC_BOOTSTRAP", "1");
        cargo.env(format!("CC_{}", target.replace('-', "_")), "musl-gcc");
    }

    fn unwind_library(&self, folder: &Path) -> Result<()> {
        let source = folder.join("find-object.c");
        let object = folder.join("find-object.o");
        let library = folder.join("libunwind.a");
        let gcc_eh =
            shell::output(shell::command("gcc", folder).arg("-print-file-name=libgcc_eh.a"))?;
        fs::copy(gcc_eh.trim(), &library).context("gcc has no libgcc_eh.a")?;
        fs::write(&source, FIND_OBJECT)?;
        let mut compile = shell::command("gcc", folder);
        shell::run(
            compile
                .args(["-O2", "-fPIC", "-c", "-o"])
                .arg(&object)
                .arg(&source),
        )?;
        shell::run(
            shell::command("ar", folder)
                .arg("rD")
                .arg(&library)
                .arg(&object),
        )
    }

    fn specs(&self) -> String {
        let musl = self.musl.display();
        let include = format!("/usr/include/{}-linux-musl", self.machine);
        format!(
            "\
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem {include} -isystem include%s %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem {include} -isystem include%s

*link_libgcc:
-L{musl} -L .%s

*libgcc:
libgcc.a%s libgcc_eh.a%s

*startfile:
%{{static-pie:{musl}/rcrt1.o;:{musl}/crt1.o}} {musl}/crti.o crtbeginS.o%s

*endfile:
crtendS.o%s {musl}/crtn.o

*link:
-nostdlib %{{static-pie:-static -pie --no-dynamic-linker -z text;:-static}}

*esp_link:


*esp_options:


*esp_cpp_options:


"
        )
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
    use super::{Debian, numbers};
    use std::path::Path;

    #[test]
    fn what_is_missing_is_named() {
        let error = Debian::find(Path::new("/"), "no-machine", "1.95").unwrap_err();
        assert!(error.to_string().ends_with("is missing"), "{error}");
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("1.96.0") > numbers("1.95"));
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.63.0") < numbers("1.95"));
    }
}
