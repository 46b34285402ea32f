//! Programs that run at the same time and end together: whichever ends first, and whoever interrupts, none is left.

use std::process::{Child, Command, ExitStatus};

use anyhow::{Context as _, Result, bail};

/// Runs all of them until this process is interrupted. One that ends by itself is an error, and ends the others.
pub(crate) fn until_interrupted(commands: Vec<(&str, Command)>) -> Result<()> {
    // Listening comes first, so that no interrupt falls between start and watch.
    let mut news = News::listen()?;
    let mut group = Group::default();
    for (name, command) in commands {
        group.start(name, command)?;
    }
    while let What::Ended = news.next() {
        if let Some((name, status)) = group.ended()? {
            bail!("{name} has ended ({status})");
        }
    }
    Ok(())
}

/// Started programs; those still running are ended when it goes.
#[derive(Default)]
struct Group<'a> {
    running: Vec<(&'a str, Child)>,
}

impl<'a> Group<'a> {
    fn start(&mut self, name: &'a str, mut command: Command) -> Result<()> {
        let child = command
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        self.running.push((name, child));
        Ok(())
    }

    fn ended(&mut self) -> Result<Option<(&'a str, ExitStatus)>> {
        for (name, child) in &mut self.running {
            if let Some(status) = child.try_wait()? {
                return Ok(Some((*name, status)));
            }
        }
        Ok(None)
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        for (_, child) in &mut self.running {
            // Both fail only where it has ended already, which is what is wanted.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What may have happened.
enum What {
    Interrupted,
    /// A program ended, perhaps.
    Ended,
}

#[cfg(unix)]
struct News {
    signals: signal_hook::iterator::Signals,
}

#[cfg(unix)]
impl News {
    fn listen() -> Result<Self> {
        use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
        Ok(Self {
            signals: signal_hook::iterator::Signals::new([SIGCHLD, SIGHUP, SIGINT, SIGTERM])?,
        })
    }

    fn next(&mut self) -> What {
        match self.signals.forever().next() {
            Some(signal_hook::consts::SIGCHLD) => What::Ended,
            _ => What::Interrupted,
        }
    }
}

/// Ctrl+C reaches every program of a console here, this one included, and ends it. What is left is to look.
#[cfg(not(unix))]
struct News;

#[cfg(not(unix))]
impl News {
    fn listen() -> Result<Self> {
        Ok(Self)
    }

    fn next(&mut self) -> What {
        std::thread::sleep(std::time::Duration::from_millis(200));
        What::Ended
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::Mutex;
    use std::time::Duration;

    use super::{Group, until_interrupted};
    use crate::shell;

    /// A signal reaches every listener of the process, so tests that listen take turns.
    static LISTENING: Mutex<()> = Mutex::new(());

    /// A program that writes its process id to `file` and then lasts for an hour.
    fn lasting(file: &Path) -> Command {
        let mut sh = shell::command("sh", Path::new("/"));
        sh.args(["-c", "echo $$ > \"$0\"; exec sleep 3600"])
            .arg(file);
        sh
    }

    fn alive(file: &Path) -> bool {
        let id = std::fs::read_to_string(file).unwrap();
        let mut kill = shell::command("kill", Path::new("/"));
        kill.args(["-0", id.trim()]).stderr(Stdio::null());
        kill.status().unwrap().success()
    }

    fn written(file: &Path) {
        for _ in 0..1000 {
            if std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n')) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} was not written", file.display());
    }

    /// A program that does so once the other one runs.
    fn once(file: &Path, command: &str) -> Command {
        let mut sh = shell::command("sh", Path::new("/"));
        sh.arg("-c").arg(format!(
            "until [ -s \"$0\" ]; do sleep 0.01; done; {command}"
        ));
        sh.arg(file);
        sh
    }

    #[test]
    fn one_that_ends_is_named_and_takes_the_other_with_it() {
        let _turn = LISTENING.lock().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id");
        let error = until_interrupted(vec![
            ("lasting", lasting(&file)),
            ("ending", once(&file, "exit 3")),
        ])
        .unwrap_err();
        assert_eq!(error.to_string(), "ending has ended (exit status: 3)");
        assert!(!alive(&file));
    }

    #[test]
    fn an_interrupt_ends_all_and_is_no_error() {
        let _turn = LISTENING.lock().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id");
        until_interrupted(vec![
            ("lasting", lasting(&file)),
            (
                "interrupting",
                once(&file, "kill -INT $PPID; exec sleep 3600"),
            ),
        ])
        .unwrap();
        assert!(!alive(&file));
    }

    #[test]
    fn one_that_cannot_be_started_takes_the_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("id");
        let mut group = Group::default();
        group.start("lasting", lasting(&file)).unwrap();
        written(&file);
        let missing = shell::command("no-such-program-here", Path::new("/"));
        let error = group.start("missing", missing).unwrap_err();
        assert_eq!(error.to_string(), "could not start missing");
        assert!(alive(&file));
        drop(group);
        assert!(!alive(&file));
    }
}
