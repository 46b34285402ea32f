//! Who may come in, how, and what a dead credential gets.

use std::time::Duration;

use azure_devops_sim::{Credential, FindingKind, Options, SignIn, Sim};

use crate::client::{Answer, Caller, anonymous, api, basic, reader};

const RUN: &str = "build/builds/4711";

fn bearer(sim: &Sim, token: &str) -> Caller {
    reader(sim).with("Authorization", &format!("Bearer {token}"))
}

fn is_sign_in_page(answer: &Answer) {
    assert_eq!(answer.status, 203);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(answer.text().contains("Sign In"));
}

fn is_unauthorized(answer: &Answer) {
    assert_eq!(
        answer.refusal(),
        (401, "UnauthorizedRequestException".to_owned())
    );
    let json = answer.json();
    assert!(json["message"].as_str().unwrap().starts_with("TF400813"));
    assert_eq!(json["eventId"], 3000);
    assert!(answer.header("www-authenticate").is_some());
}

#[test]
fn a_dead_credential_gets_a_page_or_a_status() {
    let sim = Sim::start(Options::default());
    for header in [
        "",
        "Basic !",
        &basic("", "wrong"),
        "Bearer wrong",
        "Negotiate x",
    ] {
        let plain = anonymous(&sim).with("Authorization", header);
        is_sign_in_page(&plain.get(&api(RUN)));
        let body = serde_json::json!({ "ids": [297] });
        is_sign_in_page(&plain.post(&api("wit/workitemsbatch"), &body));
        is_unauthorized(&plain.patch(&api("wit/workitems/297"), &body));
        is_unauthorized(
            &plain
                .with("X-TFS-FedAuthRedirect", "suppress")
                .get(&api(RUN)),
        );
    }
    assert!(
        sim.findings()
            .iter()
            .all(|f| f.kind == FindingKind::SignInNotSuppressed)
    );
    sim.configure(|o| o.sign_in = SignIn::Redirect);
    let answer = anonymous(&sim).get(&api(RUN));
    assert_eq!(answer.status, 302);
    assert!(answer.header("location").unwrap().contains("_signin"));
}

#[test]
fn tokens_are_sent_the_way_their_kind_is() {
    let sim = Sim::start(Options::default());
    let (pat, job) = (sim.pat(), sim.job_token());
    for user in ["", "PAT", "anyone"] {
        let caller = reader(&sim).with("Authorization", &basic(user, &pat));
        assert_eq!(caller.get(&api(RUN)).status, 200, "{user}");
    }
    let caller = reader(&sim).with("Authorization", &basic("", &job));
    assert_eq!(caller.get(&api(RUN)).status, 200);
    assert_eq!(bearer(&sim, &job).get(&api(RUN)).status, 200);
    is_unauthorized(&bearer(&sim, &pat).get(&api(RUN)));
    let principal = sim.issue(Credential::PrincipalToken, &["vso.build"]);
    assert_eq!(bearer(&sim, &principal).get(&api(RUN)).status, 200);
    let caller = reader(&sim).with("Authorization", &basic("", &principal));
    is_unauthorized(&caller.get(&api(RUN)));
}

#[test]
fn a_credential_dies_in_the_middle() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-11-25T09:00:00Z".to_owned()),
        ..Options::default()
    });
    let caller = reader(&sim);
    sim.expire_in(&sim.pat(), Duration::from_secs(60));
    sim.advance(Duration::from_secs(59));
    assert_eq!(caller.get(&api(RUN)).status, 200);
    sim.advance(Duration::from_secs(1));
    is_unauthorized(&caller.get(&api(RUN)));
    is_sign_in_page(&caller.with("X-TFS-FedAuthRedirect", "").get(&api(RUN)));
    let job = sim.job_token();
    assert_eq!(bearer(&sim, &job).get(&api(RUN)).status, 200);
    sim.expire(&job);
    is_unauthorized(&bearer(&sim, &job).get(&api(RUN)));
}

#[test]
fn a_missing_scope_is_403() {
    let sim = Sim::start(Options::default());
    let narrow = sim.issue(Credential::Pat, &["vso.build_execute"]);
    let caller = reader(&sim).with("Authorization", &basic("", &narrow));
    assert_eq!(
        caller.get(&api(RUN)).status,
        200,
        "to execute contains to read"
    );
    for target in [
        "wit/workitems/297",
        "git/repositories",
        "test/runs",
        "release/releases",
    ] {
        let refusal = caller.get(&api(target)).refusal();
        assert_eq!(
            refusal,
            (403, "AccessCheckException".to_owned()),
            "{target}"
        );
    }
    sim.configure(|o| o.missing_scope_status = 401);
    assert_eq!(caller.get(&api("test/runs")).status, 401);
    sim.restrict(&sim.pat(), &["vso.work"]);
    assert_eq!(reader(&sim).get(&api(RUN)).status, 401);
    assert_eq!(reader(&sim).get(&api("wit/workitems/297")).status, 200);
}

/// Asks the directory for a token with these form fields.
fn token(sim: &Sim, tenant: &str, fields: &[(&str, &str)]) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let caller = anonymous(sim).with("Content-Type", "application/x-www-form-urlencoded");
    caller.send(
        "POST",
        &format!("/{tenant}/oauth2/v2.0/token"),
        Some(form.as_bytes()),
    )
}

#[test]
fn a_service_principal_gets_itself_a_token() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-11-25T09:00:00Z".to_owned()),
        ..Options::default()
    });
    let known = sim.service_principal();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_id", known.client_id.as_str()),
        ("client_secret", known.client_secret.as_str()),
        ("scope", known.scope.as_str()),
    ];
    let granted = token(&sim, &known.tenant, &good).json();
    assert_eq!(
        (&granted["token_type"], &granted["expires_in"]),
        (&"Bearer".into(), &3599.into())
    );
    let secret = granted["access_token"].as_str().unwrap();
    assert_eq!(bearer(&sim, secret).get(&api(RUN)).status, 200);
    sim.advance(Duration::from_secs(3599));
    is_unauthorized(&bearer(&sim, secret).get(&api(RUN)));

    let with = |name: &str, value: &'static str| {
        good.map(|(known, old)| (known, if known == name { value } else { old }))
    };
    for (name, value, status, error, code) in [
        (
            "grant_type",
            "password",
            400,
            "unsupported_grant_type",
            70_003,
        ),
        ("grant_type", "", 400, "invalid_request", 900_144),
        ("client_id", "other", 400, "unauthorized_client", 700_016),
        ("client_secret", "wrong", 401, "invalid_client", 7_000_215),
        ("client_secret", "", 401, "invalid_client", 7_000_218),
        (
            "scope",
            "499b84ac-1321-427f-aa17-267ca6975798",
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            "scope",
            "https://nobody.example/.default",
            400,
            "invalid_resource",
            500_011,
        ),
    ] {
        let answer = token(&sim, &known.tenant, &with(name, value));
        let json = answer.json();
        assert_eq!(
            (answer.status, json["error"].as_str().unwrap()),
            (status, error),
            "{name}={value}"
        );
        assert_eq!(json["error_codes"][0], code);
        assert!(
            json["error_description"]
                .as_str()
                .unwrap()
                .starts_with("AADSTS")
        );
    }
    let elsewhere = token(&sim, "other", &good).json();
    assert_eq!(elsewhere["error_codes"][0], 90_002);
    let json = serde_json::json!({ "grant_type": "client_credentials" });
    let target = format!("/{}/oauth2/v2.0/token", known.tenant);
    assert_eq!(
        anonymous(&sim).post(&target, &json).json()["error"],
        "invalid_request"
    );
    let body = sim.requests()[0].body.clone().unwrap();
    assert_eq!(
        (&body["client_secret"], &body["client_id"]),
        (&"***".into(), &known.client_id.into())
    );
}

#[test]
fn a_token_for_another_audience_is_refused() {
    let sim = Sim::start(Options::default());
    let known = sim.service_principal();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", known.client_id.as_str()),
        ("client_secret", known.client_secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let granted = token(&sim, &known.tenant, &fields).json();
    let caller = bearer(&sim, granted["access_token"].as_str().unwrap());
    is_unauthorized(&caller.get(&api(RUN)));
    is_unauthorized(&caller.with("X-TFS-FedAuthRedirect", "").get(&api(RUN)));
}

#[test]
fn anyone_with_a_credential_may_ask_who_it_is() {
    let sim = Sim::start(Options::default());
    let target = "/fabrikam/_apis/connectionData?api-version=7.1-preview.1";
    let none = sim.issue(Credential::Pat, &[]);
    let caller = reader(&sim).with("Authorization", &basic("", &none));
    let shown = caller.get(target).json();
    assert_eq!(shown["authenticatedUser"]["providerDisplayName"], "Pat Doe");
    let shown = bearer(&sim, &sim.job_token()).get(target).json();
    let name = shown["authenticatedUser"]["providerDisplayName"]
        .as_str()
        .unwrap();
    assert!(name.contains("Build Service"));
}
