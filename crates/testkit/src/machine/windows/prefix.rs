//! Making the Windows that steps run on, once, and keeping it up while tests run.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::Wine;

const INSTALL: &str =
    "apt-get install -y --no-install-recommends wine wine64 gcc-mingw-w64-x86-64-win32";

/// Where Debian and others put wine's program for 64-bit Windows programs.
const LOADERS: [&str; 3] = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"];

const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// What is built for it: source, place on its drive, further arguments of the compiler.
const BUILT: [(&str, &str, &str, &[&str]); 4] = [
    (
        "bcryptprimitives.c",
        include_str!("bcryptprimitives.c"),
        "windows/system32/bcryptprimitives.dll",
        &["-shared", "-ladvapi32"],
    ),
    (
        "agent.c",
        include_str!("agent.c"),
        "testkit/agent.exe",
        &["-municode"],
    ),
    (
        "keeper.c",
        include_str!("keeper.c"),
        "testkit/keeper.exe",
        &["-municode"],
    ),
    (
        "trust.c",
        include_str!("trust.c"),
        "testkit/trust.exe",
        &["-municode", "-lcrypt32"],
    ),
];

/// The one Windows of this process; made at first use, by one process at a time.
pub(in super::super) fn wine() -> Result<&'static Wine> {
    static WINE: OnceLock<Result<(Wine, Keeper), String>> = OnceLock::new();
    let made = WINE.get_or_init(|| prepare().map_err(|error| format!("{error:#}")));
    match made {
        Ok((wine, _)) => Ok(wine),
        Err(reason) => Err(anyhow!("{reason}")),
    }
}

fn prepare() -> Result<(Wine, Keeper)> {
    let loader = LOADERS.into_iter().map(PathBuf::from);
    let loader = loader.into_iter().find(|path| path.exists());
    let loader = loader.with_context(|| {
        format!("wine is missing: programs for Windows cannot be run; as root, run: {INSTALL}")
    })?;
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    fs::create_dir_all(&target)?;
    let target = target.canonicalize()?;
    let lock = File::create(target.join("wine.lock"))?;
    lock.lock().context("cannot lock target/wine.lock")?;
    let wine = Wine {
        loader,
        prefix: target.join("wine"),
    };
    let ready = wine.prefix.join("ready");
    let wanted = fingerprint(&wine)?;
    if fs::read_to_string(&ready).ok().as_deref() != Some(&wanted) {
        make(&wine)?;
        fs::write(&ready, wanted)?;
    }
    let keeper = Keeper::start(&wine)?;
    Ok((wine, keeper))
}

/// What a Windows that was made is good for: this wine, and these sources.
fn fingerprint(wine: &Wine) -> Result<String> {
    let version = Command::new(&wine.loader)
        .arg("--version")
        .output()
        .with_context(|| format!("{} does not start", wine.loader.display()))?;
    let mut text = String::from_utf8_lossy(&version.stdout).into_owned();
    for (_, source, ..) in BUILT {
        text += source;
    }
    Ok(text)
}

fn make(wine: &Wine) -> Result<()> {
    if wine.prefix.exists() {
        fs::remove_dir_all(&wine.prefix)?;
    }
    fs::create_dir_all(&wine.prefix)?;
    finish(wine.command("wineboot").arg("--init"))?;
    // Node asks for Windows 10 at least, and so does Rust; wine's default may be older.
    finish(wine.command("winecfg").args(["-v", "win10"]))?;
    build(wine)?;
    // Only the end of its server has all of the registry written.
    let server = wine.loader.with_file_name("wineserver");
    finish(Command::new(server).arg("-w").envs(wine.environment()))
}

fn build(wine: &Wine) -> Result<()> {
    let sources = tempfile::tempdir()?;
    for (name, text, to, arguments) in BUILT {
        let source = sources.path().join(name);
        fs::write(&source, text)?;
        let to = wine.drive().join(to);
        fs::create_dir_all(to.parent().context("a program has a folder")?)?;
        let mut compiler = Command::new(COMPILER);
        compiler.args(["-Os", "-s", "-Wall", "-Werror", "-o"]);
        compiler.arg(to).arg(source).args(arguments);
        finish(&mut compiler)
            .with_context(|| format!("{name} was not built; as root, run: {INSTALL}"))?;
    }
    Ok(())
}

fn finish(command: &mut Command) -> Result<()> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("{command:?}: {}\n{}", done.status, said.trim());
    }
    Ok(())
}

/// A program that does nothing but be there. The services and the desktop of Windows start with the first program that
/// needs them and end with the last: without it they would be a step's children, carry its environment and be taken for
/// leftovers. It ends with its standard input, that is with this process at the latest.
struct Keeper {
    _program: Child,
    _input: ChildStdin,
}

impl Keeper {
    fn start(wine: &Wine) -> Result<Self> {
        let mut program = wine
            .command(r"C:\testkit\keeper.exe")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = program.stdin.take().context("standard input is piped")?;
        let output = program.stdout.take().context("standard output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line.trim() == "up", "the emulated Windows does not start");
        Ok(Self {
            _program: program,
            _input: input,
        })
    }
}
