//! Linux on 64-bit ARM by qemu's user mode: one program at a time, on this machine's kernel.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// Debian's place for it. Static, so that it runs in folders that hide this machine's libraries.
pub(super) const EMULATOR: &str = "/usr/bin/qemu-aarch64-static";

/// Where Debian puts the C and C++ libraries that Node is linked with. Our own programs need none.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";

/// Starts programs through the emulator, as the kernel would where it is told to.
const PRELOADED: &str = "src/machine/through_emulator.js";

const INSTALL: &str = "apt-get install -y --no-install-recommends qemu-user-static libc6-arm64-cross \
                       libstdc++6-arm64-cross";

/// Whether everything is there but Node.
pub(super) fn check() -> Result<()> {
    for needed in [
        EMULATOR,
        "/usr/aarch64-linux-gnu/lib/libc.so.6",
        "/usr/aarch64-linux-gnu/lib/libstdc++.so.6",
    ] {
        if !Path::new(needed).exists() {
            bail!("{needed} is missing: programs for ARM cannot be run; as root, run: {INSTALL}");
        }
    }
    Ok(())
}

/// The emulator's arguments up to the script.
pub(super) fn node_arguments(node: &Path) -> Vec<PathBuf> {
    let preloaded = Path::new(env!("CARGO_MANIFEST_DIR")).join(PRELOADED);
    vec![
        "-L".into(),
        LIBRARIES.into(),
        node.to_owned(),
        "--require".into(),
        preloaded,
    ]
}
