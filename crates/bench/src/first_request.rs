//! From the start of the program to the first byte of its first request, as the server sees it.

use std::io::Read as _;
use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::Instant;

use crate::spread::Spread;
use crate::subject::{Account, Subject};

const RUNS: u64 = 50;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let time = once(subject, run)?;
        // The first one warms the disk's cache.
        if run > 0 {
            times.push(time);
        }
    }
    println!(
        "\nstart of the program to its first request, ms ({RUNS} runs)\n  {:>9} {:>9} {:>9}",
        "min", "median", "max"
    );
    println!("  {}", Spread::of_millis(&times));
    Ok(())
}

fn once(subject: &Subject, run: u64) -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let account = Account {
        url: &url,
        user: "user",
        password: "password",
    };
    let mut command = subject.step(&subject.program()?, &account, run);
    let start = Instant::now();
    let mut child = command.spawn().context("the program does not start")?;
    let (mut stream, _) = listener.accept()?;
    let mut first = [0; 1];
    stream.read_exact(&mut first)?;
    let time = start.elapsed();
    child.kill()?;
    child.wait()?;
    Ok(time)
}
