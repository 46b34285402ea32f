//! A started step.

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::log::{Log, TaskResult};
use super::output::{Entry, Stream, View, last_lines};
use super::processes::{Process, with_lookup_id};
use crate::wait::now;

/// The agent's patience after the interrupt, after the termination, and with streams that stay open.
const AFTER_INTERRUPT: Duration = Duration::from_millis(7_500);
const AFTER_TERMINATE: Duration = Duration::from_millis(2_500);
const AFTER_EXIT: Duration = Duration::from_secs(5);

/// What ended the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// It ended by itself.
    Itself,
    /// It ended within 7.5 s of the interrupt.
    Interrupt,
    /// It ended within 2.5 s of the termination.
    Terminate,
    /// It had to be killed.
    Kill,
}

/// A step that has ended.
pub struct Finished {
    /// The exit code of the direct child; `None` when a signal ended it.
    pub exit_code: Option<i32>,
    /// What ended it.
    pub ended_by: EndedBy,
    /// The step's result, exit code and cancellation counted in.
    pub result: TaskResult,
    /// What the agent made of the output.
    pub log: Log,
    /// Every line.
    pub entries: Vec<Entry>,
    /// From the start to the end of the direct child.
    pub duration: Duration,
    /// Processes of the step that outlived the direct child. They have been killed.
    pub leftovers: Vec<Process>,
    scratch: TempDir,
}

impl Finished {
    /// Everything written, line by line, secrets included.
    pub fn raw(&self) -> String {
        self.entries
            .iter()
            .map(|entry| format!("{}\n", entry.raw))
            .collect()
    }

    /// What a user sees in the log.
    pub fn shown(&self) -> String {
        self.log
            .shown
            .iter()
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// The folder that holds all of the job's folders, until this is dropped.
    pub fn folder(&self) -> PathBuf {
        self.scratch.path().to_owned()
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}, exit code {:?}, ended by {:?}\n{}",
            self.result,
            self.exit_code,
            self.ended_by,
            self.shown()
        )?;
        write!(
            f,
            "complaints: {:?}, leftovers: {:?}",
            self.log.complaints, self.leftovers
        )
    }
}

/// A step that runs. Dropped before its end, it is killed with everything it started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    view: Arc<View>,
    started: Instant,
    lookup_id: String,
    /// On a machine whose interrupts go through a console: the way to it.
    console: Option<ChildStdin>,
    /// Taken when the step has been finished.
    scratch: Option<TempDir>,
}

impl Running {
    pub(super) fn start(
        mut command: Command,
        log: Log,
        lookup_id: String,
        scratch: TempDir,
        console: bool,
    ) -> Result<Self> {
        let started = now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        // The agent closes standard input at once; what holds a console does it for what it starts.
        let console = child.stdin.take().filter(|_| console);
        let view = Arc::new(View::new(log));
        let output = child.stdout.take().context("standard output is piped")?;
        let error = child.stderr.take().context("standard error is piped")?;
        let readers = vec![
            View::follow(&view, output, Stream::Output, started),
            View::follow(&view, error, Stream::Error, started),
        ];
        Ok(Self {
            child,
            readers,
            view,
            started,
            lookup_id,
            console,
            scratch: Some(scratch),
        })
    }

    /// The id of the direct child.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The temporary folder the step was given.
    pub fn temp(&self) -> PathBuf {
        self.scratch
            .as_ref()
            .map(|scratch| scratch.path().join("_work/_temp"))
            .unwrap_or_default()
    }

    /// The step's processes with their peak memory: the launcher, and the program where it is another process.
    pub fn processes(&self) -> Vec<Process> {
        with_lookup_id(&self.lookup_id)
    }

    /// Every line so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.view.lock().entries.clone()
    }

    /// Waits until some line, as written or as shown, holds the text; also one that came before.
    ///
    /// # Panics
    /// When the bound is over, or the step ends without such a line; with the last lines seen.
    #[track_caller]
    pub fn wait_for_line(&mut self, text: &str, bound: Duration) -> Entry {
        let holds = |entry: &&Entry| {
            entry.raw.contains(text) || entry.shown.as_ref().is_some_and(|s| s.contains(text))
        };
        let end = now() + bound;
        loop {
            let over = now() >= end
                || (self.has_exited() && self.readers.iter().all(JoinHandle::is_finished));
            let state = self.view.lock();
            if let Some(found) = state.entries.iter().find(holds) {
                return found.clone();
            }
            let last = last_lines(&state.entries);
            assert!(
                !over,
                "waited up to {bound:?} for a line with {text:?}; saw last:\n{last}"
            );
            drop(
                self.view
                    .news
                    .wait_timeout(state, Duration::from_millis(20)),
            );
        }
    }

    /// Waits for the step's own end.
    ///
    /// # Panics
    /// When it does not end within the bound; with the last lines seen.
    #[track_caller]
    pub fn wait(mut self, bound: Duration) -> Finished {
        let Some(status) = self.exits_within(bound) else {
            let last = last_lines(&self.entries());
            panic!("the step did not end within {bound:?}; saw last:\n{last}");
        };
        self.finish(status, EndedBy::Itself, false)
    }

    /// Cancels the step as the agent does: interrupt, terminate, kill, sent to the direct child only.
    pub fn interrupt(mut self) -> Finished {
        self.signal(Signal::Interrupt);
        if let Some(status) = self.exits_within(AFTER_INTERRUPT) {
            return self.finish(status, EndedBy::Interrupt, true);
        }
        self.signal(Signal::Terminate);
        if let Some(status) = self.exits_within(AFTER_TERMINATE) {
            return self.finish(status, EndedBy::Terminate, true);
        }
        self.kill()
    }

    /// Kills the direct child at once, as at the end of the agent's patience.
    ///
    /// # Panics
    /// When the system does not end a killed process.
    pub fn kill(mut self) -> Finished {
        // An error means that it has just ended, which is what is wanted.
        let _ = self.child.kill();
        let status = self.child.wait().expect("a killed child ends");
        self.finish(status, EndedBy::Kill, true)
    }

    /// Sends the interrupt alone and leaves the step running.
    pub fn send_interrupt(&mut self) {
        self.signal(Signal::Interrupt);
    }

    fn has_exited(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    fn exits_within(&mut self, bound: Duration) -> Option<ExitStatus> {
        let end = now() + bound;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if now() < end => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn finish(mut self, status: ExitStatus, ended_by: EndedBy, canceled: bool) -> Finished {
        let duration = self.started.elapsed();
        let end = now() + AFTER_EXIT;
        while !self.readers.iter().all(JoinHandle::is_finished) && now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        let leftovers = with_lookup_id(&self.lookup_id);
        kill_all(&leftovers);
        let state = self.view.lock();
        let entries = state.entries.clone();
        let log = state.log.clone();
        drop(state);
        let result = if canceled {
            TaskResult::Canceled
        } else if status.success() {
            log.result
        } else {
            TaskResult::Failed
        };
        let scratch = self.scratch.take().expect("a step is finished once");
        Finished {
            exit_code: status.code(),
            ended_by,
            result,
            log,
            entries,
            duration,
            leftovers,
            scratch,
        }
    }

    fn signal(&mut self, signal: Signal) {
        // While the child is not waited for, its id is still its own.
        if self.has_exited() {
            return;
        }
        match (&mut self.console, signal) {
            // An error means that it has just ended.
            (Some(console), Signal::Interrupt) => drop(console.write_all(b"c")),
            // The second event is not passed on there; the kill comes next.
            (Some(_), Signal::Terminate) => {}
            (None, signal) => send(&mut self.child, signal),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.scratch.is_some() {
            // Errors mean that it has ended by itself.
            let _ = self.child.kill();
            let _ = self.child.wait();
            kill_all(&with_lookup_id(&self.lookup_id));
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Interrupt,
    Terminate,
}

#[cfg(unix)]
fn send(child: &mut Child, signal: Signal) {
    let signal = match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Terminate => rustix::process::Signal::TERM,
    };
    // An error means that it has just ended.
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(child), signal);
}

/// Windows has no such signal for one process; the test's step is ended.
#[cfg(not(unix))]
fn send(child: &mut Child, _: Signal) {
    let _ = child.kill();
}

#[cfg(unix)]
fn kill_all(processes: &[Process]) {
    for process in processes {
        if let Some(id) = i32::try_from(process.id)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(not(unix))]
fn kill_all(_: &[Process]) {}
