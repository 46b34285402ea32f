//! The platforms that agents run on, by the names the launcher looks for.

use anyhow::{Context as _, Result, bail};

/// Node's `process.platform` and `process.arch`, joined: the name of the folder under `bin/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    LinuxX64,
    LinuxArm64,
    WindowsX64,
    WindowsArm64,
    MacX64,
    MacArm64,
}

impl Platform {
    /// The platform this program runs on.
    pub(crate) fn host() -> Result<Self> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH)
            .context("agents do not run on this platform")
    }

    fn of(os: &str, arch: &str) -> Option<Self> {
        Some(match (os, arch) {
            ("linux", "x86_64") => Self::LinuxX64,
            ("linux", "aarch64") => Self::LinuxArm64,
            ("windows", "x86_64") => Self::WindowsX64,
            ("windows", "aarch64") => Self::WindowsArm64,
            ("macos", "x86_64") => Self::MacX64,
            ("macos", "aarch64") => Self::MacArm64,
            _ => return None,
        })
    }

    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::LinuxX64 => "linux-x64",
            Self::LinuxArm64 => "linux-arm64",
            Self::WindowsX64 => "win32-x64",
            Self::WindowsArm64 => "win32-arm64",
            Self::MacX64 => "darwin-x64",
            Self::MacArm64 => "darwin-arm64",
        }
    }

    pub(crate) fn file_name(self, program: &str) -> String {
        match self {
            Self::WindowsX64 | Self::WindowsArm64 => format!("{program}.exe"),
            Self::LinuxX64 | Self::LinuxArm64 | Self::MacX64 | Self::MacArm64 => program.to_owned(),
        }
    }

    /// The machine's name in a musl target and in Debian's musl paths; `None` where programs are built natively.
    pub(crate) fn musl_machine(self) -> Option<&'static str> {
        match self {
            Self::LinuxX64 => Some("x86_64"),
            Self::LinuxArm64 => Some("aarch64"),
            Self::WindowsX64 | Self::WindowsArm64 | Self::MacX64 | Self::MacArm64 => None,
        }
    }
}

/// `--targets`: so far only what this machine can build and run.
pub(crate) fn chosen(targets: Option<&str>) -> Result<Vec<Platform>> {
    match targets {
        None | Some("host") => Ok(vec![Platform::host()?]),
        Some("all") => bail!(
            "--targets all cannot be built yet: programs for other platforms need the cross-building that the \
             release issue brings; `--targets host` packs the program for this one"
        ),
        Some(other) => bail!("--targets takes host or all, not {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Platform, chosen};

    #[test]
    fn folders_are_named_as_node_names_platforms() {
        let of = |os, arch| Platform::of(os, arch).unwrap();
        assert_eq!(of("linux", "x86_64").folder(), "linux-x64");
        assert_eq!(of("windows", "x86_64").folder(), "win32-x64");
        assert_eq!(of("macos", "aarch64").folder(), "darwin-arm64");
        assert_eq!(
            of("windows", "aarch64").file_name("change-gate"),
            "change-gate.exe"
        );
        assert_eq!(Platform::of("linux", "riscv64gc"), None);
    }

    #[test]
    fn targets_that_cannot_be_built_are_refused() {
        assert_eq!(chosen(None).unwrap(), chosen(Some("host")).unwrap());
        assert!(chosen(Some("all")).unwrap_err().to_string().contains("yet"));
        assert!(chosen(Some("linux")).is_err());
    }
}
