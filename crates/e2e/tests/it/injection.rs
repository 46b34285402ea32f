//! Numbers, names and queries that could widen or run: refused before anything is asked, or harmless.

use serde_json::json;
use testkit::agent::TaskResult;

use crate::hostile::{assert_harmless, existing, foreign_change, plain, text};
use crate::world::{BOUND, World, output};

#[test]
fn numbers_that_are_none_are_refused_before_anything_is_asked() {
    for number in [
        "CHG0030001^ORnumberISNOTEMPTY",
        "CHG0030001^NQactive=true",
        "CHG0030001%5EORactive=true",
        "javascript:gs.getUserID()",
        "CHG0030001\n",
        "CHG00300\n01",
        "CHG0030001' OR 1=1",
        "CHG*",
        "INC0010001",
        "##vso[task.complete result=Succeeded]",
    ] {
        let world = World::new();
        let finished = existing(&world, number).start().unwrap().wait(BOUND);
        assert_harmless(&finished);
        if number.trim() == "CHG0030001" {
            // The agent trims its inputs, so that this is a number: it is looked for, and not there.
            assert_eq!(
                finished.log.issues_with("refused").count()
                    + finished.log.issues_with("bad-input").count(),
                1,
                "{finished:?}"
            );
            continue;
        }
        assert_eq!(
            finished.log.issues_with("bad-input").count(),
            1,
            "{number:?}: {finished:?}"
        );
        assert_eq!(output(&finished, "changeDecision"), "badInput");
        assert!(
            world.sim.requests().is_empty(),
            "{number:?}: {:?}",
            world.sim.requests()
        );
    }
}

#[test]
fn queries_that_could_widen_or_run_are_refused() {
    for query in [
        "number=CHG0030001^",
        "javascript:gs.getUserID()=1",
        "short_description=javascript:gs.getUserID()",
        "numberjavascript:x",
        "active=true\nnumberISNOTEMPTY",
        "number%3DCHG0030001",
        "number=CHG0030001%5EORnumberISNOTEMPTY",
        "nosuchcolumn=1",
        "number=CHG0030001^^ORactive=true",
        "sys_created_onDATEPARTx@javascript:gs.beginningOfToday()",
        "123TEXTQUERY321=shop",
        "JOINchange_request.sys_id=task.sys_id!active=true",
        "ORDERBYnumber",
    ] {
        let world = World::new();
        foreign_change(&world, json!({ "short_description": "Somebody else's" }));
        let step = plain(&world)
            .input("changeAction", "existing")
            .input("changeQuery", query);
        let finished = step
            .input("requestApproval", "false")
            .start()
            .unwrap()
            .wait(BOUND);
        assert_harmless(&finished);
        assert_eq!(
            finished.result,
            TaskResult::Failed,
            "{query:?}: {finished:?}"
        );
        assert!(
            finished.log.output("changeNumber").is_none(),
            "{query:?}: {finished:?}"
        );
        let scripts: Vec<_> = world
            .sim
            .findings()
            .into_iter()
            .filter(|f| {
                use servicenow_sim::FindingKind::{CaretInQuery, EncodedInQuery, JavascriptPrefix};
                matches!(f.kind, JavascriptPrefix | EncodedInQuery | CaretInQuery)
            })
            .collect();
        assert!(scripts.is_empty(), "{query:?}: {scripts:?}");
    }
}

#[test]
fn names_that_could_end_a_term_are_never_asked_for() {
    for name in [
        "Network^ORnameISNOTEMPTY",
        "Network^NQname=CAB Approval",
        "Network%5EORactive=true",
        "javascript:gs.getUserID()",
        "Net\nwork",
    ] {
        for input in [
            "assignmentGroup",
            "standardChangeTemplate",
            "changeModel",
            "configurationItem",
        ] {
            let world = World::new();
            let mut step = plain(&world).input(input, name);
            if input == "standardChangeTemplate" {
                step = step.input("changeType", "standard");
            }
            let finished = step.start().unwrap().wait(BOUND);
            assert_harmless(&finished);
            assert_eq!(
                finished.result,
                TaskResult::Failed,
                "{input} {name:?}: {finished:?}"
            );
            assert_eq!(
                world.sim.records("change_request").len(),
                0,
                "{input} {name:?}"
            );
            assert_eq!(world.sim.findings(), [], "{input} {name:?}");
        }
    }
}

#[test]
fn values_of_columns_are_stored_word_for_word_and_never_read_as_a_query() {
    let world = World::new();
    let value = "x^ORnumberISNOTEMPTY^NQ %5E javascript:gs.log(1)";
    let fields = json!({ "justification": value, "backout_plan": format!("{value}\nline") });
    let step = world.gate().input("additionalFields", &fields.to_string());
    let (number, finished) = world.approved(&step);
    assert_harmless(&finished);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(&number);
    assert_eq!(change["justification"], value);
    assert_eq!(change["backout_plan"], format!("{value}\nline"));
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn names_of_columns_that_are_none_are_refused() {
    for name in [
        "a^b",
        "sys_id",
        "x=y",
        "javascript:x",
        "a b",
        "##vso[task.debug]",
    ] {
        let world = World::new();
        let fields = json!({ name: "1" }).to_string();
        let finished = world
            .gate()
            .input("additionalFields", &fields)
            .start()
            .unwrap()
            .wait(BOUND);
        assert_harmless(&finished);
        assert_eq!(
            finished.log.issues_with("bad-input").count(),
            1,
            "{name}: {finished:?}"
        );
        assert!(world.sim.requests().is_empty(), "{name}");
    }
}

#[test]
fn a_stage_with_a_hostile_name_has_a_key_of_its_own_that_is_safe() {
    for stage in [
        "Prod^ORnumberISNOTEMPTY",
        "javascript:gs.log(1)",
        "Prod%5ENQ",
        "Prod##vso[task.debug]",
    ] {
        let world = World::new();
        let step = world
            .gate()
            .variable("System.StageName", stage)
            .variable("System.StageDisplayName", stage);
        let (number, finished) = world.approved(&step);
        assert_harmless(&finished);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        let key = text(&world.sim.change(&number)["correlation_id"]);
        let safe = |c: char| c.is_ascii_alphanumeric() || ":._-".contains(c);
        assert!(key.starts_with("azdo:") && key.chars().all(safe), "{key}");
        assert_eq!(world.sim.findings(), [], "{stage}");
    }
}
