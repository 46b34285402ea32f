//! What runs the programs of other systems in tests: qemu for Linux on ARM, wine for Windows.

use std::path::Path;

use anyhow::Result;

use super::install;
use crate::shell::note;
use crate::workspace::Workspace;

/// Debian's packages, each with a file that is there once it is installed.
const PACKAGES: [(&str, &str); 6] = [
    ("qemu-user-static", "/usr/bin/qemu-aarch64-static"),
    ("libc6-arm64-cross", "/usr/aarch64-linux-gnu/lib/libc.so.6"),
    (
        "libstdc++6-arm64-cross",
        "/usr/aarch64-linux-gnu/lib/libstdc++.so.6",
    ),
    ("wine", "/usr/bin/wine"),
    ("wine64", "/usr/lib/wine/wine64"),
    (
        "gcc-mingw-w64-x86-64-win32",
        "/usr/bin/x86_64-w64-mingw32-gcc",
    ),
];

/// Installs what is missing of the emulators, with what Node for ARM and wine need beside them.
pub(crate) fn emulators(workspace: &Workspace) -> Result<()> {
    let missing: Vec<_> = PACKAGES
        .into_iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| package)
        .collect();
    if !missing.is_empty() {
        let what = "the tests that run programs for ARM and for Windows";
        install(workspace.root(), what, &missing)?;
    }
    note("qemu for ARM, wine for Windows");
    Ok(())
}
