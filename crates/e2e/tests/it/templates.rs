//! Templates in inputs are contained: they see the run's facts, and nothing else, for a moment.

use std::time::Duration;

use testkit::agent::TaskResult;

use crate::world::{BOUND, World, output, problems};

#[test]
fn a_template_that_does_more_than_write_facts_is_refused_by_name() {
    let endless = "{% for i in range(end=1000000000) %}{{ i }}{% endfor %}";
    let nested = "{% for i in range(end=3000) %}{% for j in range(end=3000) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}";
    let silent =
        "{% for i in range(end=3000) %}{% for j in range(end=3000) %}{% endfor %}{% endfor %}";
    let deep = "{{ ".to_owned() + &"(".repeat(5_000) + "1" + &")".repeat(5_000) + " }}";
    let long = "x".repeat(70_000) + "{{ service }}";
    let table = [
        ("loops for ever", endless),
        ("writes megabytes", nested),
        ("works in silence", silent),
        ("includes a file", r#"{% include "/etc/passwd" %}"#),
        ("extends a file", r#"{% extends "../../launcher.js" %}"#),
        ("imports macros", r#"{% import "m" as m %}{{ m::x() }}"#),
        ("reads the environment", r#"{{ get_env(name="PATH") }}"#),
        (
            "reads the environment",
            r#"{{ get_env(name="SECRET_SYSTEM_ACCESSTOKEN", default="") }}"#,
        ),
        ("prints everything there is", "{{ __tera_context }}"),
        ("asks for the clock", "{{ now() }}"),
        ("misspells a fact", "Deploy {{ servise }}"),
        ("is not closed", "Deploy {{ service"),
        ("has an unknown filter", "{{ service | shell }}"),
        ("nests deeply", &deep),
        ("is very long", &long),
    ];
    for (what, template) in table {
        let world = World::new();
        let step = world.gate().input("description", template);
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Failed, "{what}: {finished:?}");
        assert_eq!(finished.exit_code, Some(0), "{what}: {finished:?}");
        assert_eq!(output(&finished, "changeDecision"), "badInput", "{what}");
        let told = problems(&finished);
        assert!(told.contains("description"), "{what}: {told}");
        assert!(told.len() < 2_000, "{what}: {told}");
        assert!(world.sim.requests().is_empty(), "{what}");
        assert!(
            finished.duration < Duration::from_secs(10),
            "{what}: {:?}",
            finished.duration
        );
        assert!(
            finished.leftovers.is_empty() && finished.log.complaints.is_empty(),
            "{what}: {finished:?}"
        );
    }
}

#[test]
fn the_nearest_fact_is_offered_for_a_misspelt_one() {
    let world = World::new();
    let step = world
        .gate()
        .input("shortDescription", "Deploy {{ servise }}");
    let told = problems(&step.start().unwrap().wait(BOUND));
    assert!(
        told.contains("servise") && told.contains("service"),
        "{told}"
    );
    assert!(told.contains("shortDescription"), "{told}");
}

#[test]
fn all_bad_templates_are_reported_together() {
    let world = World::new();
    let mut step = world.gate();
    let inputs = [
        "shortDescription",
        "description",
        "justification",
        "implementationPlan",
        "backoutPlan",
        "testPlan",
    ];
    for input in inputs {
        step = step.input(input, "{{ nothing.like.this }}");
    }
    let told = problems(&step.start().unwrap().wait(BOUND));
    for input in inputs {
        assert!(told.contains(input), "{input}: {told}");
    }
}

#[test]
fn templates_write_the_facts_of_the_run_and_no_secret() {
    let world = World::new();
    let step = world
        .gate()
        .secret("Deploy.Key", "deploy-key-0815-secret")
        .input("shortDescription", "Deploy {{ service }} {{ run.number }} to {{ environment }}")
        .input("description", "{{ pipeline.name }} of {{ requestedFor }}, {{ page }}")
        .input("justification", "{% for part in [service, branch] %}{{ part }}\n{% endfor %}")
        .input("backoutPlan", "{% if commit %}Redeploy what was there before {{ commit | truncate(length=8) }}{% endif %}")
        .input("testPlan", "100 % {not a tag} ^OR");
    let (number, finished) = world.approved(&step);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(&number);
    assert_eq!(
        change["short_description"],
        "Deploy shop-web 20260105.3 to production"
    );
    assert_eq!(change["justification"], "shop-web\nrefs/heads/main");
    assert_eq!(change["test_plan"], "100 % {not a tag} ^OR");
    assert!(
        change["backout_plan"]
            .as_str()
            .unwrap()
            .contains("8d3a1f0c"),
        "{change:?}"
    );
    let all = format!("{change:?}");
    for secret in [
        "deploy-key-0815-secret",
        "job-token-4711-abcdef",
        &world.sim.credentials().password,
    ] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert_eq!(world.sim.findings(), []);
}
