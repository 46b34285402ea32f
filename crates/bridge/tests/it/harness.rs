//! Two simulators, and the built program between them.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// What became of one start of the program.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// What the process list showed.
    pub(crate) command_line: String,
}

/// One start of the program: with these arguments and variables, and nothing else from the outside.
#[derive(Clone)]
pub(crate) struct Program {
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
}

pub(crate) fn snowgate(arguments: &[&str]) -> Program {
    Program {
        arguments: arguments.iter().map(ToString::to_string).collect(),
        variables: BTreeMap::new(),
    }
}

impl Program {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub(crate) fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    pub(crate) fn run(&self) -> Ended {
        let child = Command::new(env!("CARGO_BIN_EXE_snowgate"))
            .args(&self.arguments)
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let command_line = command_line(child.id());
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().expect("the program ends by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            command_line,
        }
    }
}

/// The process list's line of a child that was just started: empty until it became the program, and after its end.
fn command_line(id: u32) -> String {
    let path = format!("/proc/{id}/cmdline");
    let tries = std::iter::repeat_with(|| std::fs::read_to_string(&path).unwrap_or_default());
    tries
        .take(10_000)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
}

/// Enough of each text to see what went wrong; a report is long.
impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head = |text: &str| text.chars().take(600).collect::<String>();
        write!(
            f,
            "exit code {}\n{}\n{}",
            self.code,
            self.err,
            head(&self.out)
        )
    }
}

impl Ended {
    /// The report on standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn assert_says(&self, part: &str) -> &Self {
        assert!(self.err.contains(part), "'{part}' is not in: {}", self.err);
        self
    }
}
