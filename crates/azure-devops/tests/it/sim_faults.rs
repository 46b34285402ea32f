//! Credentials that end, rights that are missing, and a service that is out of order.

use azure_devops::{Auth, Error, Organization, RunId, ServicePrincipal};
use azure_devops_sim::{Credential, Fault, On, Options, SignIn, Sim, When};
use outbound::Class;
use redact::Secret;

use crate::simulated::{asked, assert_clean, job, signed_in, sim};

fn run() -> RunId {
    "4711".parse().unwrap()
}

async fn read(organization: &Organization) -> Result<azure_devops::Run, Box<Error>> {
    organization.runs("Fabrikam Fiber").get(&run()).await
}

fn principal(sim: &Sim) -> ServicePrincipal {
    let registered = sim.service_principal();
    ServicePrincipal {
        tenant: registered.tenant,
        client_id: registered.client_id,
        client_secret: Secret::new(registered.client_secret),
        authority: registered.authority.parse().unwrap(),
    }
}

#[tokio::test]
async fn every_way_to_sign_in_works() {
    let sim = sim();
    for auth in [
        Auth::Pat(Secret::new(sim.pat())),
        Auth::Bearer(Secret::new(sim.job_token())),
        Auth::ServicePrincipal(principal(&sim)),
    ] {
        let shown = format!("{auth:?}");
        read(&signed_in(&sim, auth)).await.expect(&shown);
    }
    assert_clean(&sim);
}

#[tokio::test]
async fn wrong_and_expired_credentials_are_signed_out() {
    for sign_in in [SignIn::Page, SignIn::Redirect] {
        let sim = Sim::start(Options {
            sign_in,
            ..Options::default()
        });
        let wrong = signed_in(&sim, Auth::Pat(Secret::new("wrong")));
        let organization = job(&sim);
        read(&organization).await.unwrap();
        sim.expire(&sim.job_token());
        // A personal access token is no bearer token.
        let confused = signed_in(&sim, Auth::Bearer(Secret::new(sim.pat())));
        for organization in [&wrong, &organization, &confused] {
            let before = sim.requests().len();
            let error = read(organization).await.unwrap_err();
            assert!(matches!(*error, Error::SignedOut { .. }), "{error:?}");
            assert_eq!(sim.requests().len(), before + 1, "once");
        }
        assert_clean(&sim);
    }
}

#[tokio::test]
async fn pages_and_redirects_in_spite_of_suppress_are_signed_out_too() {
    let sim = sim();
    let organization = job(&sim);
    for fault in [
        Fault::SignInPage,
        Fault::Unauthorized,
        Fault::Redirect {
            location: "https://login.example/?x".to_owned(),
        },
        Fault::Answer {
            status: 200,
            body: "<html>Sign in".to_owned(),
        },
    ] {
        sim.fail(On::path("builds/4711"), When::Next(1), fault.clone());
        let error = read(&organization).await.unwrap_err();
        assert!(
            matches!(*error, Error::SignedOut { .. }),
            "{fault:?}: {error:?}"
        );
        assert_eq!(error.class(), Class::Unauthorized);
    }
    read(&organization).await.unwrap();
}

#[tokio::test]
async fn a_principals_token_that_ended_is_fetched_anew() {
    let sim = sim();
    let organization = signed_in(&sim, Auth::ServicePrincipal(principal(&sim)));
    read(&organization).await.unwrap();
    sim.fail(On::path("builds/4711"), When::Next(1), Fault::SignInPage);
    read(&organization).await.unwrap();
    assert_eq!(asked(&sim, "/oauth2/v2.0/token"), 2);

    let mut wrong = principal(&sim);
    wrong.client_secret = Secret::new("wrong");
    let error = read(&signed_in(&sim, Auth::ServicePrincipal(wrong)))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::Token { .. }), "{error:?}");
    assert!(error.to_string().contains("invalid_client"), "{error}");
}

#[tokio::test]
async fn each_verb_names_the_scope_it_lacks() {
    let sim = sim();
    let token = sim.issue(Credential::JobToken, &["vso.profile"]);
    let organization = signed_in(&sim, Auth::Bearer(Secret::new(token)));
    let project = "Fabrikam Fiber";
    let runs = organization.runs(project);
    let shas = ["f".repeat(40)];
    let items = organization.work_items(project);
    let requests = organization.pull_requests(project);
    let deployments = organization.deployments(project);
    let releases = organization.releases(project);
    let lacking = [
        (runs.get(&run()).await.unwrap_err(), "vso.build"),
        (runs.commits(&run()).next().await.unwrap_err(), "vso.build"),
        (runs.work_item_ids(&run()).await.unwrap_err(), "vso.build"),
        (runs.timeline(&run()).await.unwrap_err(), "vso.build"),
        (runs.artifacts(&run()).await.unwrap_err(), "vso.build"),
        (runs.tests(&run()).await.unwrap_err(), "vso.test"),
        (items.get_many(&[1], |_| {}).await.unwrap_err(), "vso.work"),
        (
            requests.of_commits("shop-web", &shas).await.unwrap_err(),
            "vso.code",
        ),
        (requests.get("shop-web", 1).await.unwrap_err(), "vso.code"),
        (
            deployments.environment_opt("x").await.unwrap_err(),
            "vso.build",
        ),
        (
            releases.get(&"1".parse().unwrap()).await.unwrap_err(),
            "vso.release",
        ),
    ];
    for (error, scope) in lacking {
        assert!(matches!(*error, Error::Refused { .. }), "{error:?}");
        assert!(
            error.to_string().contains(&format!("scope {scope},")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    let sim = sim();
    let organization = job(&sim);
    for fault in [
        Fault::Throttled {
            retry_after: 0,
            html: false,
        },
        Fault::Throttled {
            retry_after: 0,
            html: true,
        },
        Fault::Gateway { status: 502 },
        Fault::GatewayAfterCommit { status: 504 },
        Fault::Offline,
        Fault::Reset,
        Fault::ResetAfterCommit,
        Fault::CutBody,
        Fault::SlowDrip { pause_ms: 0 },
        Fault::Slowed {
            retry_after: 0,
            delay_ms: 0,
        },
    ] {
        // A read by POST is repeated like one by GET.
        for part in ["builds/4711", "workitemsbatch"] {
            sim.fail(On::path(part), When::Next(1), fault.clone());
        }
        read(&organization)
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        let items = organization.work_items("Fabrikam Fiber");
        let left_out = items.get_many(&[987_654], |_| {}).await;
        assert_eq!(
            left_out.unwrap_or_else(|error| panic!("{fault:?}: {error:?}")),
            1
        );
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told() {
    let sim = sim();
    let organization = job(&sim);
    sim.fail(On::path("builds"), When::UntilCleared, Fault::Offline);
    let offline = read(&organization).await.unwrap_err();
    assert!(
        matches!(offline.class(), Class::Transient { .. }),
        "{offline:?}"
    );
    assert!(offline.saying().unwrap().message.is_some(), "{offline}");
    sim.heal();
    sim.fail(On::path("builds"), When::Next(1), Fault::Truncated);
    let truncated = read(&organization).await.unwrap_err();
    assert_eq!(truncated.class(), Class::Broken, "{truncated:?}");
    sim.fail(
        On::path("builds"),
        When::Next(1),
        Fault::Oversize { bytes: 9 << 20 },
    );
    let oversize = read(&organization).await.unwrap_err();
    assert_eq!(oversize.class(), Class::Broken, "{oversize:?}");
    sim.fail(On::path("builds"), When::Next(1), Fault::Forbidden);
    let forbidden = read(&organization).await.unwrap_err();
    assert_eq!(forbidden.class(), Class::Refused, "{forbidden:?}");
}
