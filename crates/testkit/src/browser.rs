//! A real browser, headless: what a page does when it is opened, how it looks, how it prints.
//!
//! Everything the browser asks for goes through a server of ours, which writes it down and answers for one address only.
//! So a page that reaches for another one is seen, and reaches nothing.

mod recorder;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::wait::now;
use recorder::{Answer, Recorder};

/// Longer than any page takes on a busy machine.
const BOUND: Duration = Duration::from_secs(120);

/// What keeps the browser from asking for anything on its own account.
const QUIET: [&str; 12] = [
    "--headless",
    // It refuses to start for root with it, as whom containers run. The pages are our own, and nothing gets out.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate",
    "--gaia-url=http://127.0.0.1:9/",
    "--component-updater=disable-background-downloader,url-source=http://127.0.0.1:9/",
];

/// A page, ready to be opened.
#[derive(Debug, Clone)]
pub struct Browser {
    answer: Answer,
    dark: bool,
    size: (u32, u32),
}

/// What came of opening a page.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The document after everything ran that runs.
    pub dom: String,
    /// The title after that.
    pub title: String,
    /// Every address that was asked for, but for the page's own.
    pub requests: Vec<String>,
    /// What the page or its policy wrote to the console.
    pub console: Vec<String>,
}

impl Browser {
    /// A page given as text.
    pub fn text(html: impl Into<String>) -> Self {
        Self::new(Answer::Text(html.into()))
    }

    /// A page in a file.
    ///
    /// # Errors
    /// When the file cannot be read as text.
    pub fn file(path: &Path) -> Result<Self> {
        let html = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        Ok(Self::text(html))
    }

    /// A page that a server on this machine gives (`http://127.0.0.1:8080/page`), with what else it has there.
    pub fn address(url: impl Into<String>) -> Self {
        Self::new(Answer::PassOn(url.into()))
    }

    fn new(answer: Answer) -> Self {
        Self {
            answer,
            dark: false,
            size: (1280, 800),
        }
    }

    /// Draws it in a window of this size, in pixels: a phone is 390 wide. What is merely opened gets 500 at least.
    #[must_use]
    pub fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Opens it for somebody who prefers dark colours.
    #[must_use]
    pub fn dark(mut self) -> Self {
        self.dark = true;
        self
    }

    /// Opens the page and waits until it rests.
    ///
    /// # Errors
    /// When the browser is missing (the message names the command that installs it) or does not show the page.
    pub fn open(&self) -> Result<Opened> {
        let visit = self.visit(&["--dump-dom".into()])?;
        ensure!(
            !visit.output.is_empty(),
            "the browser showed nothing: {}",
            visit.errors
        );
        let title = between(&visit.output, "<title>", "</title>").unwrap_or_default();
        let console = visit
            .errors
            .lines()
            .filter(|line| line.contains(":CONSOLE:"));
        Ok(Opened {
            title: title.to_owned(),
            requests: visit.requests,
            console: console.map(str::to_owned).collect(),
            dom: visit.output,
        })
    }

    /// Draws what the window shows of the page into a PNG file.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub fn screenshot(&self, path: &Path) -> Result<()> {
        self.draw("--screenshot=", path, &[])
    }

    /// Prints the page into a PDF file.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub fn print_pdf(&self, path: &Path) -> Result<()> {
        self.draw("--print-to-pdf=", path, &["--no-pdf-header-footer".into()])
    }

    fn draw(&self, flag: &str, path: &Path, further: &[OsString]) -> Result<()> {
        let mut into = OsString::from(flag);
        into.push(path);
        let mut arguments = vec![into];
        arguments.extend_from_slice(further);
        let visit = self.visit(&arguments)?;
        ensure!(path.is_file(), "nothing was drawn: {}", visit.errors);
        Ok(())
    }

    fn visit(&self, arguments: &[OsString]) -> Result<Visit> {
        let recorder = Recorder::start(self.answer.clone())?;
        let scratch = tempfile::Builder::new().prefix("browser-").tempdir()?;
        let mut command = Command::new(program());
        command
            .args(QUIET)
            .arg(format!("--user-data-dir={}", scratch.path().display()))
            .arg(format!("--proxy-server={}", recorder.address()))
            // Loopback too goes through it, which it would not by default.
            .arg("--proxy-bypass-list=<-loopback>")
            .arg("--enable-logging=stderr")
            .arg("--timeout=10000")
            .arg(format!("--window-size={},{}", self.size.0, self.size.1))
            .args(arguments);
        if self.dark {
            command.arg("--blink-settings=preferredColorScheme=0");
        }
        command.arg(recorder.page());
        let (output, errors) = run(command, &scratch)?;
        Ok(Visit {
            output,
            errors,
            requests: recorder.others(),
        })
    }
}

/// The browser: as named by whoever runs the tests, else the one of that name on the search path.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says which browser the machine has"
)]
fn program() -> OsString {
    std::env::var_os("SNOWGATE_CHROMIUM").unwrap_or_else(|| "chromium".into())
}

struct Visit {
    output: String,
    errors: String,
    requests: Vec<String>,
}

/// Runs the browser to its end. It writes into files, since nobody reads two streams at once here.
fn run(mut command: Command, scratch: &TempDir) -> Result<(String, String)> {
    let (out, err) = (scratch.path().join("out"), scratch.path().join("err"));
    let child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out)?)
        .stderr(File::create(&err)?)
        .spawn()
        .context("chromium cannot be started; on Debian, run: apt-get install chromium")?;
    let over = wait(child)?;
    let read =
        |path| Ok::<_, std::io::Error>(String::from_utf8_lossy(&fs::read(path)?).into_owned());
    let (output, errors) = (read(out)?, read(err)?);
    ensure!(over, "chromium did not end within {BOUND:?}: {errors}");
    Ok((output, errors))
}

/// Whether it ended in time, and well.
fn wait(mut child: Child) -> Result<bool> {
    let end = now() + BOUND;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(true),
            Some(status) => bail!("chromium failed: {status}"),
            None if now() < end => std::thread::sleep(Duration::from_millis(20)),
            None => {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
        }
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let rest = text.split_once(start)?.1;
    Some(rest.split_once(end)?.0)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};

    use super::*;

    const EVIL: &str = "<!DOCTYPE html><title>calm</title><script>document.title='ran';console.log('said')</script>\
        <img src=\"http://127.0.0.1:8008/pixel.png\"><p>text";

    #[test]
    fn a_page_that_runs_and_reaches_out_is_seen_to() {
        let opened = Browser::text(EVIL).open().unwrap();
        assert_eq!(opened.title, "ran");
        assert!(opened.dom.contains("<p>text"), "{opened:?}");
        assert!(
            opened
                .requests
                .contains(&"http://127.0.0.1:8008/pixel.png".to_owned()),
            "{opened:?}"
        );
        assert!(
            opened.console.iter().any(|line| line.contains("said")),
            "{opened:?}"
        );
    }

    #[test]
    fn a_quiet_page_asks_for_nothing_and_is_drawn() {
        let page = "<!DOCTYPE html><link rel=icon href=data:,><title>quiet</title><p>text";
        let browser = Browser::text(page);
        let opened = browser.open().unwrap();
        assert_eq!(
            (opened.title.as_str(), opened.requests.len()),
            ("quiet", 0),
            "{opened:?}"
        );
        assert_eq!(opened.console, [""; 0]);
        let folder = tempfile::tempdir().unwrap();
        let (png, pdf) = (folder.path().join("a.png"), folder.path().join("a.pdf"));
        let phone = browser.clone().dark().sized(390, 300);
        phone.screenshot(&png).unwrap();
        // The width stands at byte 16 of a PNG file, the height after it.
        let bytes = fs::read(png).unwrap();
        assert_eq!(bytes[16..24], [0, 0, 1, 134, 0, 0, 1, 44]);
        browser.print_pdf(&pdf).unwrap();
        assert!(fs::read(pdf).unwrap().starts_with(b"%PDF"));
    }

    #[test]
    fn a_page_of_a_server_is_passed_on() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        // Serves until the test program ends.
        std::thread::spawn(move || {
            for mut stream in server.incoming().flatten() {
                let mut line = String::new();
                let read = BufReader::new(&stream).read_line(&mut line);
                assert!(read.is_ok(), "{read:?}");
                let page = if line.starts_with("GET /start ") {
                    "<title>of the server</title><script src=/more></script>"
                } else {
                    "document.title += ', and more'"
                };
                let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
                assert!(stream.write_all(answer.as_bytes()).is_ok());
            }
        });
        let opened = Browser::address(format!("http://{address}/start"))
            .open()
            .unwrap();
        assert_eq!(opened.title, "of the server, and more", "{opened:?}");
        assert!(opened.requests.contains(&format!("http://{address}/more")));
    }
}
