use std::io;
use std::process::ExitCode;

use proptest::prelude::*;
use testkit::agent::{Command, Line, read_line};

use super::*;

fn written(act: impl Fn(&Console<&mut Vec<u8>>)) -> String {
    let mut bytes = Vec::new();
    act(&Console::new(&mut bytes, Masker::default()));
    String::from_utf8(bytes).expect("text")
}

fn commands(act: impl Fn(&Console<&mut Vec<u8>>)) -> Vec<Command> {
    let command = |line: &str| match read_line(line) {
        Line::Command(command) => command,
        other @ (Line::Text(_) | Line::Broken(_)) => panic!("{other:?}"),
    };
    written(act).lines().map(command).collect()
}

#[test]
fn every_command_as_it_is_written() {
    let told = written(|console| {
        console.section("Holding the stage");
        console.group("Details");
        console.end_group();
        console.debug("x");
        console.warning("change-timeout", "50% of\nit; [really]");
        console.set_variable("changeNumber", "CHG1", Visibility::Declared);
        console.set_variable("CHANGE_REQUEST_NUMBER", "CHG1", Visibility::Output);
        console.set_variable("ServiceNow.ChangeNumber", "CHG1", Visibility::Plain);
        console.upload_summary(Path::new("/t/a b.md"));
        console.upload_file(Path::new("/t/r.json"));
        console.progress(250, "waiting");
        assert_eq!(
            console.complete(Outcome::SucceededWithIssues, "went on"),
            ExitCode::SUCCESS
        );
    });
    assert_eq!(
        told,
        "##[section]Holding the stage
##[group]Details
##[endgroup]
##vso[task.debug]x
##vso[task.logissue type=warning;code=change-timeout]50%AZP25 of%0Ait%3B [really%5D
##vso[task.setvariable variable=changeNumber]CHG1
##vso[task.setvariable variable=CHANGE_REQUEST_NUMBER;isoutput=true]CHG1
##vso[task.setvariable variable=ServiceNow.ChangeNumber]CHG1
##vso[task.uploadsummary]/t/a b.md
##vso[task.uploadfile]/t/r.json
##vso[task.setprogress value=100]waiting
##vso[task.complete result=SucceededWithIssues]went on
"
    );
}

#[test]
fn results_are_spelled_as_the_agent_knows_them() {
    for (outcome, word) in [
        (Outcome::Succeeded, "Succeeded"),
        (Outcome::SucceededWithIssues, "SucceededWithIssues"),
        (Outcome::Failed, "Failed"),
    ] {
        let told = commands(|console| {
            let _ = console.complete(outcome, "");
        });
        assert_eq!(told[0].properties["result"], word);
    }
}

#[test]
fn secrets_are_masked_wherever_they_would_be_printed() {
    let masker = Masker::default();
    let mut bytes = Vec::new();
    let console = Console::new(&mut bytes, masker.clone());
    masker.add(&Secret::new("first-line\nsecond-line"));
    console.set_secret(&Secret::new("s3cret-value"));
    console.info("a s3cret-value b");
    console.info("first-line\nsecond-line");
    console.error("refused", "s3cret-value");
    console.section("s3cret-value");
    console.set_variable("x", "s3cret-value", Visibility::Plain);
    let _ = console.complete(Outcome::Failed, "s3cret-value");
    drop(console);
    let text = String::from_utf8(bytes).unwrap();
    let announced = text.lines().next().unwrap();
    assert_eq!(announced, "##vso[task.setsecret]s3cret-value");
    let rest = &text[announced.len()..];
    assert!(
        !rest.contains("s3cret-value") && !rest.contains("second-line"),
        "{text}"
    );
}

#[test]
fn a_secret_of_several_lines_is_announced_line_by_line_and_a_short_one_not_at_all() {
    let told = commands(|console| {
        console.set_secret(&Secret::new("line one]\r\nline two\nab"));
        console.set_secret(&Secret::new("abc"));
        console.set_secret_and_base64(&Secret::new("user:pass"));
    });
    let data: Vec<&str> = told.iter().map(|command| command.data.as_str()).collect();
    assert_eq!(
        data,
        [
            "line one]\r\nline two\nab",
            "line one]",
            "line two",
            "user:pass",
            "dXNlcjpwYXNz"
        ]
    );
}

#[test]
fn a_reader_that_is_gone_is_no_panic_but_no_success_either() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let console = Console::new(Gone, Masker::default());
    console.info("x");
    assert_eq!(console.complete(Outcome::Failed, "x"), ExitCode::from(70));
}

#[test]
fn a_full_pipe_is_waited_for() {
    #[derive(Default)]
    struct Slow {
        calls: usize,
        taken: Vec<u8>,
        flushed: usize,
    }
    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            match self.calls % 3 {
                0 => Err(ErrorKind::WouldBlock.into()),
                1 => Err(ErrorKind::Interrupted.into()),
                _ => {
                    self.taken.push(bytes[0]);
                    Ok(1)
                }
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            self.flushed = self.taken.len();
            Ok(())
        }
    }
    let mut slow = Slow::default();
    Console::new(&mut slow, Masker::default()).info("hello");
    assert_eq!(slow.taken, b"hello\n");
    assert_eq!(slow.flushed, 6);
}

proptest! {
    #[test]
    fn one_call_is_one_command_whatever_the_text(
        text in "(##vso\\[task\\.complete result=Succeeded\\]|##VSO|\r|\n|%0A|\\]|;|\\PC){0,12}",
    ) {
        let told = commands(|console| console.error(&text, &text));
        prop_assert_eq!(told.len(), 1);
        prop_assert_eq!((told[0].area.as_str(), told[0].event.as_str()), ("task", "logissue"));
        prop_assert_eq!(&told[0].properties["type"], "error");
        // The agent prints an issue's text without reading it again, but a later tool may.
        prop_assert!(!told[0].data.to_lowercase().contains("##vso"));
        let told = commands(|console| console.set_variable("x", &text, Visibility::Plain));
        prop_assert_eq!(told.len(), 1);
        prop_assert!(!told[0].data.contains(['\r', '\n']));
        for line in written(|console| { console.info(&text); console.section(&text); }).lines() {
            prop_assert!(matches!(read_line(line), Line::Text(_)), "{line:?}");
        }
    }
}
