//! What only a real process shows: the environment it leaves behind, and how it crashes.

use testkit::agent::TaskResult;
use testkit::node::Version;

use crate::stage::{BOUND, Staged};

#[test]
fn no_secret_stays_in_the_environment() {
    let step = Staged::new();
    let finished = step
        .step(Version::V20, "tell")
        .input("text", "an input")
        .secret("Probe.Text", "a-secret-value")
        .raw("ENDPOINT_AUTH_PARAMETER_x_PASSWORD", "endpoint-password")
        .raw("ENDPOINT_URL_x", "http://127.0.0.1/")
        .start()
        .unwrap()
        .wait(BOUND);
    let raw = finished.raw();
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    for gone in [
        "env INPUT_",
        "env ENDPOINT_AUTH_",
        "env SECRET_",
        "env VSTS_SECRET",
        "env VSTS_PUBLIC",
        "a-secret-value",
        "endpoint-password",
    ] {
        assert!(!raw.contains(gone), "{gone} in {raw}");
    }
    for kept in [
        "env BUILD_BUILDID=4711",
        "env ENDPOINT_URL_x=http://127.0.0.1/",
        "input ***",
    ] {
        assert!(raw.contains(kept), "{kept} not in {raw}");
    }
    assert_eq!(
        raw.matches("fetched-token").count(),
        1,
        "announced once and masked from then on: {raw}"
    );
    assert_eq!(finished.log.output("told"), Some("yes"));
}

#[test]
fn a_panic_is_a_failed_step_with_exit_code_70() {
    for version in [Version::V20, Version::V24] {
        let finished = Staged::new()
            .step(version, "panic")
            .start()
            .unwrap()
            .wait(BOUND);
        assert_eq!(
            (finished.exit_code, finished.log.result),
            (Some(70), TaskResult::Failed),
            "{finished:?}"
        );
        let [issue] = finished.log.issues.as_slice() else {
            panic!("{finished:?}")
        };
        assert_eq!(
            (issue.kind.as_str(), issue.code.as_deref()),
            ("error", Some("internal"))
        );
        assert!(issue.text.contains("probe.rs"), "{issue:?}");
        assert!(!finished.raw().contains("in its text"), "{finished:?}");
    }
}
