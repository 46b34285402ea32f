//! No secret is written anywhere: everything a run leaves behind is searched, in every form that secrets travel in.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Connection, Finished, Running, TaskResult};
use testkit::node::Version;

use crate::world::{BOUND, World, bare_gate, number_of};

const PASSWORD: &str = "p@ss:w0rd/+&=%41!?~";
const PROXY_PASSWORD: &str = "pr0xy p@ss/w0rd+&";
const VARIABLE: &str = "s3cr3t-v@riable/+&?";
const JOB_TOKEN: &str = "job-token-4711-abcdef";
const SET_SECRET: &str = "##vso[task.setsecret]";

/// The ways in which an instance might repeat a secret.
fn spellings(secret: &str) -> Vec<String> {
    let percent = |escape: fn(u8) -> String| -> String {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        let one = |b: u8| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                escape(b)
            }
        };
        secret.bytes().map(one).collect()
    };
    let mut all = vec![
        secret.to_owned(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        percent(|b| format!("%{b:02X}")),
        percent(|b| format!("%{b:02x}")),
        secret.replace('/', "\\/"),
    ];
    all.sort();
    all.dedup();
    all
}

/// What may stand nowhere: the same, without the last digit of Base64, which depends on what follows.
fn forms(secret: &str) -> Vec<String> {
    let mut all = spellings(secret);
    for form in &mut all {
        if !secret.contains(form.trim_end_matches('=')) && !form.contains('%') {
            let end = form.trim_end_matches('=').len() - 1;
            form.truncate(end);
        }
    }
    all
}

/// Everything the run wrote: its lines, what a user sees, every file of the job, everything the instance was sent.
fn written(world: &World, finished: &Finished) -> Vec<(String, String)> {
    let mut all = vec![("the log".to_owned(), finished.shown())];
    let raw = finished.raw();
    let quiet: Vec<&str> = raw
        .lines()
        .filter(|line| !line.starts_with(SET_SECRET))
        .collect();
    all.push(("the raw output".to_owned(), quiet.join("\n")));
    all.push((
        "variables".to_owned(),
        format!("{:?}", finished.log.variables),
    ));
    let pages = finished.log.summaries.concat();
    all.push((
        "summaries, as they read".to_owned(),
        without_references(&pages),
    ));
    all.push(("summaries".to_owned(), pages));
    files(&finished.folder(), &mut all);
    for request in world.sim.requests() {
        all.push((
            "a request".to_owned(),
            format!("{} {:?} {:?}", request.path, request.query, request.body),
        ));
    }
    for table in ["change_request", "sys_journal_field"] {
        for record in world.sim.records(table) {
            all.push((table.to_owned(), format!("{record:?}")));
        }
    }
    all
}

/// A page's text with its numeric character references resolved.
fn without_references(page: &str) -> String {
    let mut parts = page.split("&#");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').expect("a whole reference");
        text.push(char::from(code.parse::<u8>().expect("punctuation")));
        text.push_str(rest);
    }
    text
}

fn files(folder: &Path, all: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            all.push((path.display().to_string(), text));
        }
    }
}

/// `own` came in from outside; `derived` came to be on the way and may be announced, nothing else.
fn assert_kept(world: &World, finished: &Finished, own: &[&str], derived: &[&str]) {
    let places = written(world, finished);
    for secret in own.iter().chain(derived) {
        for form in forms(secret) {
            for (place, text) in &places {
                if let Some(at) = text.find(&form) {
                    let around: String = text[at.saturating_sub(200)..].chars().take(400).collect();
                    panic!("{form:?} stands in {place}: {around}");
                }
            }
        }
    }
    let raw = finished.raw();
    for announced in raw.lines().filter_map(|line| line.strip_prefix(SET_SECRET)) {
        for secret in own {
            assert!(
                !announced.contains(secret),
                "{secret} is announced: {announced}"
            );
        }
    }
    let receipts = places
        .iter()
        .filter(|(place, _)| place.contains("receipts"));
    let receipts: String = receipts.map(|(_, text)| text.as_str()).collect();
    assert!(
        receipts.contains("/change_request"),
        "no receipts: {finished:?}"
    );
    assert!(finished.log.complaints.is_empty(), "{finished:?}");
}

/// An instance that repeats what it was told, in an error, in a title and in an approver's comment; then it refuses.
fn echoes(world: &World, running: &mut Running, number: &str, secrets: &[&str]) {
    let echo: Vec<String> = secrets
        .iter()
        .flat_map(|secret| spellings(secret))
        .collect();
    let echo = echo.join(" | ");
    let id = world.sim.change(number)["sys_id"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .sim
        .set("change_request", &id, "short_description", &echo);
    world.sim.fail(
        On::path("change_request").method("GET"),
        When::Next(8),
        Fault::Answer {
            status: 503,
            body: json!({ "error": { "message": format!("busy: {echo}"), "detail": echo }, "status": "failure" }).to_string(),
        },
    );
    running.wait_for_line("does not answer", BOUND);
    world.sim.heal();
    world
        .sim
        .hold(number, "nina.network", &format!("held: {echo}"))
        .unwrap();
    running.wait_for_line("on hold", BOUND);
    world.sim.release(number, "nina.network").unwrap();
    world
        .sim
        .reject(number, "nina.network", &format!("no: {echo}"))
        .unwrap();
}

fn world() -> World {
    World::with(Options {
        journal_in_display: true,
        client_credentials: true,
        ..Options::default()
    })
}

/// What the instance stores of its own doing is no leak of ours.
fn forget_echoes(world: &World, number: &str) {
    let id = world.sim.change(number)["sys_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for column in ["short_description", "on_hold_reason"] {
        world.sim.set("change_request", &id, column, "");
    }
    for entry in world.sim.records("sys_journal_field") {
        if entry["element"] == "comments" || entry["value"].as_str().unwrap().contains("held: ") {
            world
                .sim
                .remove("sys_journal_field", entry["sys_id"].as_str().unwrap());
        }
    }
}

#[test]
fn a_run_by_basic_authentication_through_a_proxy_with_diagnostics_keeps_its_secrets() {
    let world = world();
    world.sim.add_user("svc.secret", PASSWORD, &["itil"]);
    let connection = Connection::basic(world.sim.url(), "svc.secret", PASSWORD);
    let mut running = bare_gate(Version::V24)
        .connection("serviceNowConnection", &connection)
        .variable("System.Debug", "true")
        // The instance itself understands a proxy's requests.
        .proxy(world.sim.url(), Some(("proxy-user", PROXY_PASSWORD)), &[])
        .secret("Deploy.Token", VARIABLE)
        .input("assignmentGroup", "Network")
        .input("pollSeconds", "2")
        .input("justification", "Uses $(Deploy.Token).")
        .start()
        .unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let header = format!("svc.secret:{PASSWORD}");
    let proxy = format!("proxy-user:{PROXY_PASSWORD}");
    echoes(
        &world,
        &mut running,
        &number,
        &[PASSWORD, PROXY_PASSWORD, VARIABLE, JOB_TOKEN, &header],
    );
    let finished = running.wait(BOUND);

    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert!(
        finished.shown().contains("was rejected by Nina Network"),
        "{finished:?}"
    );
    let proxied = world.sim.requests();
    let asked = |r: &servicenow_sim::Recorded| {
        r.headers
            .iter()
            .any(|(name, _)| name == "proxy-authorization")
    };
    assert!(proxied.iter().all(asked), "{proxied:?}");
    forget_echoes(&world, &number);
    assert_eq!(world.sim.change(&number)["justification"], "Uses ***.");
    assert_kept(
        &world,
        &finished,
        &[PASSWORD, PROXY_PASSWORD, VARIABLE, JOB_TOKEN],
        &[&header, &proxy],
    );
}

#[test]
fn a_run_by_client_credentials_with_diagnostics_keeps_its_secrets() {
    let world = world();
    let account = world.sim.credentials();
    let connection = Connection::with(
        "None",
        world.sim.url(),
        &[
            ("grant", "clientCredentials"),
            ("clientId", &account.client_id),
            ("clientSecret", &account.client_secret),
        ],
    );
    let mut running = bare_gate(Version::V24)
        .connection("serviceNowConnection", &connection)
        .variable("System.Debug", "true")
        .input("assignmentGroup", "Network")
        .input("pollSeconds", "2")
        .start()
        .unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let entries = running.entries();
    let announced = entries
        .iter()
        .filter_map(|entry| entry.raw.strip_prefix(SET_SECRET));
    let tokens: Vec<String> = announced.map(str::to_owned).collect();
    assert!(
        !tokens.is_empty(),
        "the token is announced before its first use"
    );
    let derived: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let secrets = [&[account.client_secret.as_str(), JOB_TOKEN], &derived[..]].concat();
    echoes(&world, &mut running, &number, &secrets);
    let finished = running.wait(BOUND);

    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    forget_echoes(&world, &number);
    assert_kept(
        &world,
        &finished,
        &[&account.client_secret, JOB_TOKEN],
        &derived,
    );
}

#[test]
fn a_token_endpoint_that_repeats_what_it_was_told_gives_nothing_away() {
    let world = world();
    let account = world.sim.credentials();
    let connection = Connection::with(
        "None",
        world.sim.url(),
        &[
            ("clientId", &account.client_id),
            ("clientSecret", &account.client_secret),
        ],
    );
    let echo = spellings(&account.client_secret).join(" ");
    world.sim.fail(
        On::path("/oauth_token.do"),
        When::UntilCleared,
        Fault::Answer {
            status: 401,
            body: json!({ "error": "invalid_client", "error_description": format!("no such secret: {echo}") }).to_string(),
        },
    );
    let step = bare_gate(Version::V24).connection("serviceNowConnection", &connection);
    let finished = step
        .variable("System.Debug", "true")
        .start()
        .unwrap()
        .wait(BOUND);
    assert_eq!(
        finished.log.issues_with("refused").count(),
        1,
        "{finished:?}"
    );
    for (place, text) in written(&world, &finished) {
        for form in forms(&account.client_secret) {
            assert!(!text.contains(&form), "{form} stands in {place}: {text}");
        }
    }
}
