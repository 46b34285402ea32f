//! Verify, pressed on connections of every kind: what a person is shown tells one cause from another, as far as a bare
//! status and the instance's own words can.

use agentless::{ConnectionType, Endpoint, Scheme, Verdict};
use serde_json::json;
use servicenow_sim::{Api, Fault, On, Options, Sim, When};

/// The connection type as it is packed.
pub(crate) fn connection_type() -> ConnectionType {
    let manifest = include_str!("../../../../vss-extension.json");
    ConnectionType::read(manifest).expect("the manifest's connection type")
}

/// Waits for the server's work.
pub(crate) fn done<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

/// A connection of the integration account.
pub(crate) fn ours(sim: &Sim) -> Endpoint {
    let account = sim.credentials();
    Endpoint::basic(sim.url(), &account.user, &account.password)
}

fn verify(endpoint: &Endpoint) -> Verdict {
    done(connection_type().verify(endpoint)).expect("a request")
}

/// An instance with a change, as one in use has.
fn instance(options: Options) -> Sim {
    let sim = Sim::start(options);
    sim.seed("change_request", json!({}));
    sim
}

/// Verify fails with this status, and what is shown holds the words and no secret.
fn refused(cause: &str, sim: &Sim, endpoint: &Endpoint, status: u16, words: &str) -> String {
    let shown = verify(endpoint);
    assert!(!shown.verified, "{cause}: {shown:?}");
    assert_eq!(shown.status, Some(status), "{cause}: {shown:?}");
    assert!(shown.message.contains(words), "{cause}: {}", shown.message);
    let account = sim.credentials();
    for secret in [&account.password, &account.api_key] {
        assert!(
            !shown.message.contains(secret),
            "{cause}: {}",
            shown.message
        );
    }
    shown.message
}

const NOBODY: &str = "User Not Authenticated";
const NO_ROW: &str = "No Record found";
const NO_ADDRESS: &str = "Requested URI does not represent any resource";

#[test]
fn every_scheme_that_the_server_can_carry_out_is_verified() {
    let sim = instance(Options::default());
    let account = sim.credentials();
    let token = sim.token_for(&account.user);
    for endpoint in [
        ours(&sim),
        Endpoint::token(sim.url(), &account.api_key),
        Endpoint::oauth2(sim.url(), &token),
    ] {
        sim.forget_requests();
        let shown = verify(&endpoint);
        assert!(shown.verified, "{endpoint:?}: {shown:?}");
        let requests = sim.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert_eq!(requests[0].user.as_ref(), Some(&account.user));
        assert_eq!(sim.findings(), [], "{endpoint:?}");
    }
    // A reader's role is enough for Verify: that the account may write shows when it first does.
    sim.add_user("reader", "reader-Passw0rd!", &["sn_change_read"]);
    assert!(verify(&Endpoint::basic(sim.url(), "reader", "reader-Passw0rd!")).verified);
}

#[test]
fn the_unattended_grants_are_not_the_servers_to_carry_out() {
    let sim = instance(Options {
        client_credentials: true,
        ..Options::default()
    });
    let account = sim.credentials();
    let endpoint = Endpoint::new(sim.url(), Scheme::None)
        .with("grant", "clientCredentials")
        .with("clientId", &account.client_id)
        .with("clientSecret", &account.client_secret);
    let shown = refused("unattended", &sim, &endpoint, 401, NOBODY);
    assert!(!shown.contains(&account.client_secret), "{shown}");
}

#[test]
fn wrong_credentials_are_unauthorized() {
    let sim = instance(Options::default());
    let account = sim.credentials();
    let url = sim.url();
    sim.add_user("two.factors", "two-Passw0rd!", &["itil"]);
    sim.require_mfa("two.factors");
    sim.add_user("left", "left-Passw0rd!", &["itil"]);
    sim.deactivate("left");
    let ended = sim.token_for(&account.user);
    sim.expire_tokens();
    for (cause, endpoint) in [
        ("password", Endpoint::basic(url, &account.user, "wrong")),
        ("user", Endpoint::basic(url, "svc.azur", &account.password)),
        (
            "factor",
            Endpoint::basic(url, "two.factors", "two-Passw0rd!"),
        ),
        ("inactive", Endpoint::basic(url, "left", "left-Passw0rd!")),
        ("key", Endpoint::token(url, "now_another-key")),
        ("ended token", Endpoint::oauth2(url, &ended)),
    ] {
        refused(cause, &sim, &endpoint, 401, NOBODY);
    }
}

#[test]
fn a_way_in_that_the_instance_closes_is_unauthorized_too() {
    let sim = instance(Options {
        basic_auth_restricted: true,
        api_key_apis: [Api::Change].into(),
        ..Options::default()
    });
    refused("basic", &sim, &ours(&sim), 401, NOBODY);
    let key = Endpoint::token(sim.url(), &sim.credentials().api_key);
    refused("no policy for the Table API", &sim, &key, 401, NOBODY);
}

#[test]
fn a_missing_role_is_not_found_and_says_so() {
    let sim = instance(Options::default());
    for (name, roles) in [("none", &[][..]), ("blocked", &["snc_read_only"][..])] {
        sim.add_user(name, "some-Passw0rd!", roles);
        let endpoint = Endpoint::basic(sim.url(), name, "some-Passw0rd!");
        let shown = refused(name, &sim, &endpoint, 404, NO_ROW);
        assert!(shown.contains("ACL restricts"), "{shown}");
    }
}

#[test]
fn an_instance_without_a_change_looks_like_a_missing_role() {
    // Wrong, but the price for telling the role; the words name both causes, and no instance in use is empty.
    let sim = Sim::start(Options::default());
    refused("empty", &sim, &ours(&sim), 404, NO_ROW);
}

#[test]
fn something_behind_the_host_is_a_bad_request() {
    let sim = instance(Options::default());
    let account = sim.credentials();
    for rest in ["/", "/now/nav/ui", "/api/now"] {
        let url = format!("{}{rest}", sim.url());
        let endpoint = Endpoint::basic(&url, &account.user, &account.password);
        refused(rest, &sim, &endpoint, 400, NO_ADDRESS);
    }
}

#[test]
fn a_closed_interface_is_forbidden_and_outages_keep_their_names() {
    let sim = instance(Options::default());
    let closed = r#"{"error":{"message":"Failed API level ACL Validation","detail":null},"status":"failure"}"#;
    let answer = |status, body: &str| Fault::Answer {
        status,
        body: body.to_owned(),
    };
    for (fault, status, words) in [
        (answer(403, closed), 403, "Failed API level ACL Validation"),
        // A host that is no instance: its own page.
        (answer(404, "<html>nothing here</html>"), 404, "<html>"),
        (Fault::Gateway { status: 503 }, 503, "ServiceUnavailable"),
        (Fault::TooBusy, 429, ""),
        (
            Fault::Redirect {
                location: "https://signon.example/".to_owned(),
            },
            302,
            "",
        ),
    ] {
        sim.fail(On::any(), When::Next(1), fault);
        refused(words, &sim, &ours(&sim), status, words);
    }
}

#[test]
fn an_address_that_nobody_answers_has_no_status() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let shown = verify(&Endpoint::basic(&url, "svc.azure", "some-Passw0rd!"));
    assert!(!shown.verified && shown.status.is_none(), "{shown:?}");
    assert!(
        shown.message.contains("did not answer"),
        "{}",
        shown.message
    );
}

#[test]
fn a_page_that_answers_ok_counts_as_verified() {
    // Wrong, and out of our hands: the platform looks at nothing but the status. The lists tell (`connection_lists`).
    let sim = instance(Options::default());
    for page in [Fault::Hibernating, Fault::LoginPage] {
        sim.fail(On::any(), When::Next(1), page);
        assert!(verify(&ours(&sim)).verified);
    }
}
