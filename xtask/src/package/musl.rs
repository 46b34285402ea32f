//! Static programs for Linux on x64, linked by this machine's gcc against Debian's musl.
//!
//! Two gaps between Debian's packages are bridged by files written below `target/`:
//! - Debian's `musl-gcc` knows no static position-independent programs, though its musl has the start file for them;
//!   so gcc gets specs of our own.
//! - The standard library links an `unwind` library that rustup's targets bring and these packages do not. gcc's
//!   `libgcc_eh` is one, but asks glibc for one function more, `_dl_find_object`. Ours finds nothing. It is only asked
//!   while a panic unwinds or prints a backtrace; task programs abort on panic and carry no symbols.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::shell;

const FIND_OBJECT: &str = "\
/* See xtask/src/package/musl.rs: no object is ever found. */
int _dl_find_object(void *address, void *result) { (void)address; (void)result; return -1; }
";

/// What brings the library, its start files and `musl-gcc`.
pub(crate) const PACKAGES: [&str; 1] = ["musl-tools"];

const LIBRARY: &str = "/usr/lib/x86_64-linux-musl";
const HEADERS: &str = "/usr/include/x86_64-linux-musl";

pub(crate) fn is_here() -> bool {
    Path::new(LIBRARY).join("rcrt1.o").exists()
}

/// Writes the bridging files into `folder`; gives back the compiler flags that use them.
pub(crate) fn prepare(folder: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let specs = folder.join("static.specs");
    fs::write(&specs, self::specs())?;
    unwind_library(folder)?;
    Ok(vec![
        "-Clinker=gcc".to_owned(),
        format!("-Clink-arg=-specs={}", specs.display()),
        format!("-Lnative={}", folder.display()),
    ])
}

/// Lets C code find musl's headers.
pub(crate) fn steer(cargo: &mut Command, target: &str) {
    cargo.env(format!("CC_{}", target.replace('-', "_")), "musl-gcc");
}

fn unwind_library(folder: &Path) -> Result<()> {
    let source = folder.join("find-object.c");
    let object = folder.join("find-object.o");
    let library = folder.join("libunwind.a");
    let gcc_eh = shell::output(shell::command("gcc", folder).arg("-print-file-name=libgcc_eh.a"))?;
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

fn specs() -> String {
    format!(
        "\
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem {HEADERS} -isystem include%s %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem {HEADERS} -isystem include%s

*link_libgcc:
-L{LIBRARY} -L .%s

*libgcc:
libgcc.a%s libgcc_eh.a%s

*startfile:
%{{static-pie:{LIBRARY}/rcrt1.o;:{LIBRARY}/crt1.o}} {LIBRARY}/crti.o crtbeginS.o%s

*endfile:
crtendS.o%s {LIBRARY}/crtn.o

*link:
-nostdlib %{{static-pie:-static -pie --no-dynamic-linker -z text;:-static}}

*esp_link:


*esp_options:


*esp_cpp_options:


"
    )
}
