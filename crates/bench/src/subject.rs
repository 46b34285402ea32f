//! What is measured: a task as an agent has it on disk, and the environment it starts in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use testkit::agent::{Package, Task};

const CONNECTION: &str = "c0ffee00-0000-4000-8000-000000000001";

/// The project that every step runs in: the one of the simulated organization.
pub(crate) const PROJECT: &str = "d4f5a6b7-2222-4333-8444-555566667777";

/// The inputs of a gate that only opens its change: one look-up, one create, one read.
const GATE: &[(&str, &str)] = &[
    ("INPUT_REQUESTAPPROVAL", "false"),
    ("INPUT_PROCEEDWHEN", "created"),
];

/// The unpacked task.
pub(crate) struct Subject {
    pub(crate) task: Task,
    inputs: &'static [(&'static str, &'static str)],
    temp: TempDir,
    _work: TempDir,
}

/// How a step signs in.
pub(crate) struct Account<'a> {
    pub(crate) url: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
}

impl Subject {
    /// The task that holds a stage.
    pub(crate) fn gate(vsix: &Path) -> Result<Self> {
        Self::unpack(vsix, "ServiceNowChangeGate", GATE)
    }

    /// The task that records a deployment, as a pipeline has it that sets nothing but the connection.
    pub(crate) fn record(vsix: &Path) -> Result<Self> {
        Self::unpack(vsix, "ServiceNowDeploymentRecord", &[])
    }

    fn unpack(
        vsix: &Path,
        task: &str,
        inputs: &'static [(&'static str, &'static str)],
    ) -> Result<Self> {
        let work = tempfile::tempdir().context("no scratch folder")?;
        let package = Package::unpack(vsix, work.path())?;
        let task = package.task(task)?.clone();
        let subject = Self {
            task,
            inputs,
            temp: tempfile::tempdir()?,
            _work: work,
        };
        make_executable(&subject.program()?)?;
        Ok(subject)
    }

    /// The program that lies in the package as it is: for this machine, or for what most agents run on.
    pub(crate) fn program(&self) -> Result<PathBuf> {
        let paths = |folder: &Path| -> Result<Vec<PathBuf>> {
            let entries = std::fs::read_dir(folder)?;
            entries.map(|entry| Ok(entry?.path())).collect()
        };
        let mut folders = paths(&self.task.folder.join("bin"))?.into_iter();
        let platform = folders.find(|path| path.is_dir());
        let platform = platform.context("no platform in the package")?;
        paths(&platform)?.pop().context("no program")
    }

    /// The launcher.
    pub(crate) fn launcher(&self) -> PathBuf {
        self.task.folder.join("launcher.js")
    }

    /// The folder that every step may write to.
    pub(crate) fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// A command in the environment of a step in that run.
    pub(crate) fn step(&self, program: &Path, account: &Account<'_>, run: u64) -> Command {
        let mut command = Command::new(program);
        let run = run.to_string();
        command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env("AGENT_TEMPDIRECTORY", self.temp.path())
            .env("SYSTEM_HOSTTYPE", "build")
            .env("SYSTEM_TEAMPROJECTID", PROJECT)
            .env("SYSTEM_TEAMPROJECT", "shop")
            .env("SYSTEM_STAGENAME", "Production")
            .env("BUILD_BUILDID", &run)
            .env("BUILD_BUILDNUMBER", &run)
            .env("BUILD_REPOSITORY_NAME", "payment-service")
            .env("INPUT_SERVICENOWCONNECTION", CONNECTION)
            .envs(self.inputs.iter().copied())
            .env(format!("ENDPOINT_URL_{CONNECTION}"), account.url)
            .env(
                format!("ENDPOINT_AUTH_SCHEME_{CONNECTION}"),
                "UsernamePassword",
            )
            .env(
                format!("ENDPOINT_AUTH_PARAMETER_{CONNECTION}_USERNAME"),
                account.user,
            )
            .env(
                format!("ENDPOINT_AUTH_PARAMETER_{CONNECTION}_PASSWORD"),
                account.password,
            );
        command
    }
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(
        program,
        std::fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
fn make_executable(_program: &Path) -> Result<()> {
    Ok(())
}
