//! The environment a program is built in: nobody's own settings reach it, and no folder of this machine leaves it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

/// The oldest macOS that runs the programs: the first one for both kinds of processors.
const OLDEST_MACOS: &str = "11.0";

/// What stands for a time where a tool insists on one: 1980-01-01, as in the package.
const EPOCH: &str = "315532800";

/// Takes away whatever would steer the build, and says what is the same everywhere.
pub(crate) fn settle(cargo: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_none_or(steers_a_build) {
            cargo.env_remove(name);
        }
    }
    cargo
        .env("SOURCE_DATE_EPOCH", EPOCH)
        .env("MACOSX_DEPLOYMENT_TARGET", OLDEST_MACOS);
}

/// Sets the compiler's flags, with those that replace this machine's folders by words.
pub(crate) fn set_flags(
    cargo: &mut Command,
    workspace: &Workspace,
    mut flags: Vec<String>,
) -> Result<()> {
    for (from, to) in [
        (workspace.root().to_path_buf(), "snowgate"),
        (cargo_home()?, "cargo"),
    ] {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    }
    // Encoded, since a folder's name may hold a space.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    Ok(())
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
    const NAMES: [&str; 15] = [
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
        "SDKROOT",
        // Cargo sets it for what it runs; it would hand one compiler the other's libraries.
        "LD_LIBRARY_PATH",
    ];
    const PREFIXES: [&str; 11] = [
        "CARGO_BUILD_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_UNSTABLE_",
        "CARGO_ZIGBUILD_",
        "CC_",
        "AR_",
        "CFLAGS_",
        "TARGET_",
        "HOST_",
        "ZIG_",
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
            "ZIG_LIB_DIR",
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
