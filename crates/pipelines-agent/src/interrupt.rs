//! Where a task learns that it should stop.
//!
//! The agent interrupts a step, waits 7.5 s, terminates it, waits 2.5 s and kills it. It signals only the process it
//! started. Where the launcher replaced itself by the program that is us; where it spawned the program, it passes the
//! signals on, and its own death shows as the end of standard input.

use std::io::Read;

use tokio::sync::watch;

use crate::env::Environment;

/// The variable by which the launcher says that it stays our parent and holds our standard input open. Without it
/// standard input says nothing: the agent closes it at the start.
const LAUNCHER: &str = "SNOWGATE_LAUNCHER";

/// Why the task should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The agent, or a person at a terminal, asked.
    Signal,
    /// The launcher was killed; nobody waits for us any more.
    LauncherGone,
}

/// Listens for the wish to stop.
#[derive(Debug)]
pub struct Interrupt {
    signals: signals::Signals,
    launcher_gone: watch::Receiver<bool>,
    happened: Option<Cause>,
}

impl Interrupt {
    /// Starts to listen; call it inside of a runtime, before the first wait.
    ///
    /// # Errors
    /// When the system refuses the signal handlers.
    pub fn listen(environment: &Environment) -> std::io::Result<Self> {
        let (gone, launcher_gone) = watch::channel(false);
        if environment.raw(LAUNCHER) == Some("spawn") {
            std::thread::Builder::new()
                .name("launcher-watch".to_owned())
                .stack_size(64 * 1024)
                .spawn(move || {
                    wait_for_end(std::io::stdin());
                    // An error means that nobody listens any more, which is fine.
                    let _ = gone.send(true);
                })?;
        }
        Ok(Self {
            signals: signals::Signals::new()?,
            launcher_gone,
            happened: None,
        })
    }

    /// Waits until the task should stop. Once it should, every further call returns at once. Safe to drop and to
    /// call again.
    pub async fn interrupted(&mut self) -> Cause {
        if let Some(cause) = self.happened {
            return cause;
        }
        let launcher_gone = async {
            // Without a watcher the sender is gone from the start; that is no death of a launcher.
            if self.launcher_gone.wait_for(|gone| *gone).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let cause = tokio::select! {
            () = self.signals.next() => Cause::Signal,
            () = launcher_gone => Cause::LauncherGone,
        };
        self.happened = Some(cause);
        cause
    }
}

/// Reads until the other side closes.
fn wait_for_end(mut input: impl Read) {
    let mut unused = [0; 64];
    loop {
        match input.read(&mut unused) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

#[cfg(unix)]
mod signals {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    #[derive(Debug)]
    pub(super) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Signal,
    }

    impl Signals {
        pub(super) fn new() -> std::io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        pub(super) async fn next(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
                _ = self.hang_up.recv() => {}
            }
        }
    }
}

#[cfg(windows)]
mod signals {
    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    #[derive(Debug)]
    pub(super) struct Signals {
        ctrl_c: CtrlC,
        ctrl_break: CtrlBreak,
    }

    impl Signals {
        pub(super) fn new() -> std::io::Result<Self> {
            Ok(Self {
                ctrl_c: ctrl_c()?,
                ctrl_break: ctrl_break()?,
            })
        }

        pub(super) async fn next(&mut self) {
            tokio::select! {
                _ = self.ctrl_c.recv() => {}
                _ = self.ctrl_break.recv() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_input_ends_the_wait() {
        wait_for_end(&b"whatever a launcher might write"[..]);
    }

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn a_closed_standard_input_is_no_interrupt_unless_the_launcher_spawned_us() {
        let mut interrupt = Interrupt::listen(&Environment::default()).unwrap();
        let waited =
            tokio::time::timeout(std::time::Duration::from_secs(60), interrupt.interrupted()).await;
        assert!(waited.is_err());
    }
}
