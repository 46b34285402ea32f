//! The platforms that agents run on, by the names the launcher looks for, and how a program for each comes about.

use anyhow::{Context as _, Result, bail};

/// Node's `process.platform` and `process.arch`, joined: the name of the folder under `bin/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    LinuxX64,
    WindowsX64,
    LinuxArm64,
    MacArm64,
    WindowsArm64,
    MacX64,
}

/// Who compiles a program's C code and links it, where the program is not built on its own system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linker {
    /// This machine's gcc, against musl.
    Musl,
    /// Debian's gcc for Windows.
    Mingw,
    /// Zig, which brings the C libraries of all systems along.
    Zig,
}

/// What is known about a platform.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) folder: &'static str,
    /// The compiler's name for it, where the program is not built on its own system.
    pub(crate) target: &'static str,
    pub(crate) linker: Linker,
}

impl Platform {
    /// What most agents run on comes first: that is the order in which programs are packed and read.
    pub(crate) const ALL: [Self; 6] = [
        Self::LinuxX64,
        Self::WindowsX64,
        Self::LinuxArm64,
        Self::MacArm64,
        Self::WindowsArm64,
        Self::MacX64,
    ];

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

    pub(crate) fn about(self) -> About {
        let (folder, target, linker) = match self {
            Self::LinuxX64 => ("linux-x64", "x86_64-unknown-linux-musl", Linker::Musl),
            Self::LinuxArm64 => ("linux-arm64", "aarch64-unknown-linux-musl", Linker::Zig),
            Self::WindowsX64 => ("win32-x64", "x86_64-pc-windows-gnu", Linker::Mingw),
            Self::WindowsArm64 => ("win32-arm64", "aarch64-pc-windows-gnullvm", Linker::Zig),
            Self::MacX64 => ("darwin-x64", "x86_64-apple-darwin", Linker::Zig),
            Self::MacArm64 => ("darwin-arm64", "aarch64-apple-darwin", Linker::Zig),
        };
        About {
            folder,
            target,
            linker,
        }
    }

    pub(crate) fn folder(self) -> &'static str {
        self.about().folder
    }

    pub(crate) fn is_linux(self) -> bool {
        matches!(self, Self::LinuxX64 | Self::LinuxArm64)
    }

    pub(crate) fn is_windows(self) -> bool {
        matches!(self, Self::WindowsX64 | Self::WindowsArm64)
    }

    pub(crate) fn file_name(self, program: &str) -> String {
        let end = if self.is_windows() { ".exe" } else { "" };
        format!("{program}{end}")
    }
}

/// The word for this machine's platform.
pub(super) const HOST: &str = "host";

/// The word for all platforms.
pub(super) const ALL: &str = "all";

/// `--targets`: `all`, which is meant where nothing is said, `host`, or names with commas between.
pub(crate) fn chosen(targets: Option<&str>) -> Result<Vec<Platform>> {
    match targets.unwrap_or(ALL) {
        ALL => Ok(Platform::ALL.to_vec()),
        HOST => Ok(vec![Platform::host()?]),
        names => listed(names),
    }
}

/// In the order of packing, whatever the order of the names.
fn listed(names: &str) -> Result<Vec<Platform>> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let folders = Platform::ALL.map(Platform::folder);
    if let Some(unknown) = names.iter().find(|name| !folders.contains(name)) {
        bail!(
            "--targets takes host, all, or some of {}, not {unknown:?}",
            folders.join(", ")
        );
    }
    let all = Platform::ALL.into_iter();
    Ok(all.filter(|it| names.contains(&it.folder())).collect())
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
    fn targets_are_the_host_all_or_some_by_name() {
        assert_eq!(chosen(Some("host")).unwrap(), [Platform::host().unwrap()]);
        assert_eq!(chosen(None).unwrap(), Platform::ALL);
        assert_eq!(chosen(Some("all")).unwrap(), Platform::ALL);
        assert_eq!(
            chosen(Some("darwin-x64, linux-x64")).unwrap(),
            [Platform::LinuxX64, Platform::MacX64]
        );
        for wrong in ["", "linux", "linux-x64,windows-x64", "all,host"] {
            let error = chosen(Some(wrong)).unwrap_err().to_string();
            assert!(error.contains("win32-arm64"), "{error}");
        }
    }
}
