//! Every way of signing in, and what a user is told when one does not work.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use servicenow_sim::Options;
use testkit::agent::{Connection, Finished, Step, TaskResult};
use testkit::node::Version;

use crate::front::address_of;
use crate::world::{BOUND, World, bare_gate, count, number_of, output, problems};

const TOKENS: &str = "/oauth_token.do";

fn gate_with(connection: &Connection) -> Step {
    bare_gate(Version::V24)
        .connection("serviceNowConnection", connection)
        .input("assignmentGroup", "Network")
        .input("pollSeconds", "2")
}

/// A gate that ends once the change is open.
fn opens_with(connection: &Connection) -> Finished {
    let step = gate_with(connection)
        .input("requestApproval", "false")
        .input("proceedWhen", "created")
        .input("moveToImplement", "false");
    step.start().unwrap().wait(BOUND)
}

/// The connection's own grants travel under the scheme `None`.
fn grant(world: &World, kind: &str, more: &[(&str, &str)]) -> Connection {
    let account = world.sim.credentials();
    let application = [
        ("grant", kind),
        ("clientId", account.client_id.as_str()),
        ("clientSecret", account.client_secret.as_str()),
    ];
    Connection::with("None", world.sim.url(), &[&application, more].concat())
}

fn with_client_credentials() -> World {
    World::with(Options {
        client_credentials: true,
        ..Options::default()
    })
}

fn signed_in(world: &World, connection: &Connection) {
    let finished = opens_with(connection);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let requests = world.sim.requests();
    let mut calls = requests.iter().filter(|r| !r.path.contains(TOKENS));
    let user = Some(world.sim.credentials().user);
    assert!(calls.all(|call| call.user == user), "{requests:?}");
    let (shown, findings) = (finished.shown(), world.sim.findings());
    for secret in connection.parameters.values().filter(|v| v.len() > 20) {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(findings.is_empty(), "{findings:?}");
}

/// What the instance's token service says to a form.
fn token_service(world: &World, form: &str) -> serde_json::Value {
    let mut stream = TcpStream::connect(address_of(world.sim.url())).unwrap();
    let length = form.len();
    write!(
        stream,
        "POST {TOKENS} HTTP/1.1\r\nhost: instance\r\nconnection: close\r\ncontent-length: {length}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{form}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (from, to) = (answer.find('{').unwrap(), answer.rfind('}').unwrap());
    serde_json::from_str(&answer[from..=to]).unwrap()
}

#[test]
fn by_basic_authentication() {
    let world = World::new();
    signed_in(&world, &world.connection());
    assert_eq!(count(&world, "POST", TOKENS), 0);
}

#[test]
fn by_client_credentials() {
    let world = with_client_credentials();
    signed_in(&world, &grant(&world, "clientCredentials", &[]));
    assert_eq!(count(&world, "POST", TOKENS), 1, "one token for all calls");
}

#[test]
fn by_a_users_password() {
    let world = World::new();
    let account = world.sim.credentials();
    let user = [
        ("username", account.user.as_str()),
        ("password", account.password.as_str()),
    ];
    signed_in(&world, &grant(&world, "password", &user));
    assert_eq!(count(&world, "POST", TOKENS), 1);
}

#[test]
fn by_a_refresh_token() {
    let world = World::new();
    let account = world.sim.credentials();
    let form = format!(
        "grant_type=password&client_id={}&client_secret={}&username={}&password={}",
        account.client_id,
        account.client_secret,
        account.user,
        account.password.replace('!', "%21")
    );
    let granted = token_service(&world, &form);
    let refresh = granted["refresh_token"].as_str().expect("a refresh token");
    world.sim.expire_tokens();
    world.sim.forget_requests();
    let connection = grant(&world, "refreshToken", &[("refreshToken", refresh)]);
    signed_in(&world, &connection);
    let requests = world.sim.requests();
    let body = requests[0].body.as_ref().expect("a form");
    assert_eq!(body["grant_type"], "refresh_token");
}

#[test]
fn by_a_signed_assertion() {
    let world = World::new();
    let key = rcgen::KeyPair::generate().unwrap();
    world.sim.trust_key(&key.public_key_pem());
    let user = world.sim.credentials().user;
    let pem = key.serialize_pem();
    let more = [
        ("jwtPrivateKey", pem.as_str()),
        ("jwtSubject", user.as_str()),
    ];
    signed_in(&world, &grant(&world, "jwtBearer", &more));
}

#[test]
fn by_an_assertion_beside_a_clock_that_is_an_hour_off() {
    for skew in [3600, -3600] {
        let world = World::with(Options {
            clock_skew_seconds: skew,
            ..Options::default()
        });
        let key = rcgen::KeyPair::generate().unwrap();
        world.sim.trust_key(&key.public_key_pem());
        let user = world.sim.credentials().user;
        let pem = key.serialize_pem();
        let more = [
            ("jwtPrivateKey", pem.as_str()),
            ("jwtSubject", user.as_str()),
        ];
        signed_in(&world, &grant(&world, "jwtBearer", &more));
    }
}

#[test]
fn by_an_api_key() {
    let world = World::new();
    let key = world.sim.credentials().api_key;
    let connection = Connection::with("Token", world.sim.url(), &[("apitoken", &key)]);
    signed_in(&world, &connection);
}

#[test]
fn by_the_platforms_own_token() {
    let world = World::new();
    let token = world.sim.token_for(&world.sim.credentials().user);
    let connection = Connection::with("OAuth2", world.sim.url(), &[("AccessToken", &token)]);
    signed_in(&world, &connection);
}

#[test]
fn a_token_that_ends_in_the_middle_of_the_wait_is_renewed() {
    let world = with_client_credentials();
    let step = gate_with(&grant(&world, "clientCredentials", &[]));
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world.sim.expire_tokens();
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(count(&world, "POST", TOKENS), 2);
    assert_eq!(world.sim.change(&number)["state"], "-1");
    let refused = world.sim.requests();
    let refused = refused.iter().filter(|r| r.status == 401).count();
    assert_eq!(refused, 1, "one refusal, and the renewal");
}

/// The step ends at once, says so, and names the change it leaves behind.
fn ended_by_refusal(finished: &Finished, number: &str, told: &str) {
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "refused");
    assert_eq!(output(finished, "changeNumber"), number);
    refused_with(finished, told);
}

fn refused_with(finished: &Finished, told: &str) {
    let mut issues = finished.log.issues_with("refused");
    let text = issues.next().map(|issue| issue.text.clone());
    let text = text.unwrap_or_else(|| panic!("no issue: {finished:?}"));
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_password_that_changes_in_the_middle_of_the_wait_ends_it() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let user = world.sim.credentials().user;
    world.sim.set_password(&user, "another-Passw0rd!");
    let finished = running.wait(BOUND);
    ended_by_refusal(&finished, &number, "did not accept the credentials");
    let refused = world.sim.requests();
    let refused = refused.iter().filter(|r| r.status == 401).count();
    assert!(
        refused <= 2,
        "an account is not locked by trying: {refused}"
    );
}

#[test]
fn a_token_that_cannot_be_renewed_ends_the_wait() {
    let world = with_client_credentials();
    let step = gate_with(&grant(&world, "clientCredentials", &[]));
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world.sim.remove_application_user();
    world.sim.revoke_tokens();
    let finished = running.wait(BOUND);
    ended_by_refusal(&finished, &number, "gave no access token");
}

#[test]
fn the_platforms_token_cannot_be_renewed() {
    let world = World::new();
    let token = world.sim.token_for(&world.sim.credentials().user);
    let connection = Connection::with("OAuth2", world.sim.url(), &[("AccessToken", &token)]);
    let mut running = gate_with(&connection).start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world.sim.expire_tokens();
    let finished = running.wait(BOUND);
    ended_by_refusal(&finished, &number, "did not accept the credentials");
}

#[test]
fn an_instance_that_restricts_basic_authentication_says_so() {
    let world = World::with(Options {
        basic_auth_restricted: true,
        ..Options::default()
    });
    let finished = opens_with(&world.connection());
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    refused_with(&finished, "may not use this way of signing in");
    assert_eq!(world.sim.requests().len(), 1);
}

#[test]
fn an_account_without_the_right_to_write_is_told_which_role() {
    let world = World::new();
    world
        .sim
        .add_user("reader", "reader-Passw0rd!", &["sn_change_read"]);
    let connection = Connection::basic(world.sim.url(), "reader", "reader-Passw0rd!");
    let finished = opens_with(&connection);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    refused_with(&finished, "grant it the role sn_change_write");
    assert!(world.sim.records("change_request").is_empty());
}

#[test]
fn an_account_without_any_role_is_told_so() {
    let world = World::new();
    world.sim.add_user("nobody", "nobody-Passw0rd!", &[]);
    let connection = Connection::basic(world.sim.url(), "nobody", "nobody-Passw0rd!");
    let finished = opens_with(&connection);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(
        told.contains("an access rule hides it from this account"),
        "{told}"
    );
    assert!(world.sim.records("change_request").is_empty());
}

#[test]
fn what_a_connection_lacks_is_named_before_anything_is_asked() {
    let world = World::new();
    let url = world.sim.url();
    for (connection, named) in [
        (Connection::with("None", url, &[]), "clientid, clientsecret"),
        (Connection::with("Token", url, &[]), "apitoken"),
        (Connection::with("OAuth2", url, &[]), "accesstoken"),
        (
            Connection::with("UsernamePassword", url, &[("username", "svc.azure")]),
            "password",
        ),
        (grant(&world, "jwtBearer", &[]), "jwtprivatekey, jwtsubject"),
    ] {
        let finished = opens_with(&connection);
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        assert_eq!(output(&finished, "changeDecision"), "badInput");
        let told = problems(&finished);
        assert!(told.contains(named), "{named}: {told}");
    }
    assert!(world.sim.requests().is_empty());
}
