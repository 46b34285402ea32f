use super::*;

fn environment() -> Environment {
    Environment::from_map([
        ("BUILD_BUILDID", "7"),
        ("EMPTY", ""),
        ("Kept_Case", "kept"),
        ("VSTS_SECRET_VARIABLES", r#"["My Token","Empty.Secret"]"#),
        ("SECRET_MY_TOKEN", "t0ken"),
        ("SECRET_EMPTY_SECRET", ""),
        ("SECRET_UNLISTED", "unlisted"),
        ("SYSTEM_ACCESSTOKEN", "job-token"),
        ("INPUT_TEXT", "input"),
        ("SECUREFILE_TICKET_1", "ticket"),
        ("VSTS_TASKVARIABLE_STATE", "true"),
        ("ENDPOINT_AUTH_PARAMETER_a-b_PASSWORD", "pass"),
        ("ENDPOINT_AUTH_PARAMETER_a-b_USERNAME", "admin"),
        ("ENDPOINT_AUTH_SCHEME_a-b", "UsernamePassword"),
        ("agent.jobstatus", "Failed"),
    ])
}

#[test]
fn variables_are_found_by_their_pipeline_names() {
    let environment = environment();
    for (name, expected) in [
        ("Build.BuildId", Some("7")),
        ("build buildid", Some("7")),
        ("Empty", None),
        ("Absent", None),
        ("Kept_Case", Some("kept")),
        ("my.token", Some("t0ken")),
        ("Empty.Secret", None),
        ("Unlisted", None),
        ("System.AccessToken", Some("job-token")),
        ("agent.jobstatus", Some("Failed")),
    ] {
        assert_eq!(environment.variable(name), expected, "{name}");
    }
}

#[test]
fn facts_never_come_from_secret_variables() {
    let environment = environment();
    assert_eq!(environment.public_variable("My Token"), None);
    assert_eq!(environment.public_variable("System.AccessToken"), None);
}

#[test]
fn a_public_variable_wins_over_a_secret_one() {
    let both = Environment::from_map([
        ("X", "public"),
        ("SECRET_X", "secret"),
        ("VSTS_SECRET_VARIABLES", r#"["X"]"#),
    ]);
    assert_eq!(both.variable("X"), Some("public"));
}

#[test]
fn secret_values_are_those_and_no_more() {
    let environment = environment();
    let mut values: Vec<&str> = environment.secret_values().map(Secret::expose).collect();
    values.sort_unstable();
    assert_eq!(values, ["job-token", "pass", "t0ken", "ticket", "unlisted"]);
}

#[test]
fn printing_the_environment_shows_no_secret() {
    let printed = format!("{:?}", environment());
    for secret in [
        "t0ken",
        "job-token",
        "ticket",
        "pass\"",
        "unlisted",
        "\"input\"",
    ] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn names_are_mangled_as_the_agent_does() {
    for (name, expected) in [
        ("Build.BuildId", "BUILD_BUILDID"),
        ("a b-c.d", "A_B-C_D"),
        ("straße", "STRASSE"),
    ] {
        assert_eq!(mangle(name), expected);
    }
}
