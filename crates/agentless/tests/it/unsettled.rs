//! What no page settles: each switch makes the difference that it says.

use agentless::{
    AfterFalse, Failure, Gate, Lasting, Order, Outcome, Precedence, Refusal, RequestError, Settings,
};
use serde_json::{Value as Json, json};

use crate::server::{Reply, Server, ok};
use crate::sets::{definition, get, job, with};

async fn lines(sections: &Json, name: &str, samples: usize, settings: Settings) -> Vec<String> {
    let server = Server::start(vec![ok(json!({ "a": "1" })); 9]);
    let job = job(server.url())
        .input("name", name)
        .variable("build.buildId", "42");
    let mut gate = Gate::new(&definition(sections), &job, settings).unwrap();
    for _ in 0..samples {
        gate.sample().await;
    }
    server.lines()
}

#[tokio::test]
async fn order_of_macros_and_mustache() {
    let path = "/?a={{{name}}}&b={{#uriDataEncode 1 '$(name)'}}{{/uriDataEncode}}";
    let sections = json!([get(path, "")]);
    let with_order = |order| Settings {
        order,
        ..Settings::default()
    };
    let macros = lines(&sections, "a/b", 1, with_order(Order::MacrosFirst)).await;
    assert_eq!(macros, ["GET /?a=a/b&b=a%2Fb"]);
    let mustache = lines(&sections, "a/b", 1, with_order(Order::MustacheFirst)).await;
    assert_eq!(mustache, ["GET /?a=a/b&b=%24%28name%29"]);

    // A value brings in what is worked off later.
    let brought = json!([get("/?a={{{name}}}", "")]);
    let plain = |text: &str| text.replace("$(criteria)", "");
    let second = lines(
        &brought,
        "x$(criteria)",
        1,
        with_order(Order::MustacheFirst),
    )
    .await;
    assert_eq!(second, [format!("GET /?a={}", plain("x$(criteria)"))]);
    let first = lines(&brought, "x$(criteria)", 1, with_order(Order::MacrosFirst)).await;
    assert_eq!(first, ["GET /?a=x$(criteria)"]);
    let pasted = json!([get("/?a=$(name)", "")]);
    let read = lines(&pasted, "{{criteria}}x", 1, with_order(Order::MacrosFirst)).await;
    assert_eq!(read, ["GET /?a=x"]);
    let kept = lines(
        &pasted,
        "{{criteria}}x",
        1,
        with_order(Order::MustacheFirst),
    )
    .await;
    assert_eq!(kept, ["GET /?a={{criteria}}x"]);
}

#[tokio::test]
async fn a_macro_that_mustache_drops_needs_no_value() {
    let sections = json!([get("/{{#if criteria}}$(release.releaseId){{/if}}", "")]);
    for order in [Order::MacrosFirst, Order::MustacheFirst] {
        let settings = Settings {
            order,
            ..Settings::default()
        };
        assert_eq!(
            lines(&sections, "", 1, settings).await,
            ["GET /"],
            "{order:?}"
        );
    }
    // Variables of the pipeline in an input are put in before anything else.
    let sections = json!([get("/$(name)/$(build.buildid)", "")]);
    assert_eq!(
        lines(&sections, "$(Build.BuildId)", 1, Settings::default()).await,
        ["GET /42/42"]
    );
}

#[tokio::test]
async fn sections_behind_a_false_expression() {
    let outputs = json!({ "OutputVariables": { "x": "root['a']" } });
    let sections = json!([
        with(get("/1", "false"), outputs),
        with(
            get("/2", ""),
            json!({ "SkipSectionExpression": "isNullOrEmpty(variables['x'])" })
        ),
    ]);
    let run = |after_false, outputs_of_false| {
        lines(
            &sections,
            "",
            1,
            Settings {
                after_false,
                outputs_of_false,
                ..Settings::default()
            },
        )
    };
    assert_eq!(run(AfterFalse::End, Lasting::Kept).await, ["GET /1"]);
    assert_eq!(
        run(AfterFalse::GoOn, Lasting::Kept).await,
        ["GET /1", "GET /2"]
    );
    assert_eq!(run(AfterFalse::GoOn, Lasting::Dropped).await, ["GET /1"]);
}

#[tokio::test]
async fn variables_between_samples() {
    let options = json!({
        "OutputVariables": { "x": "root['a']" },
        "SkipSectionExpression": "eq(isNullOrEmpty(variables['x']), false)",
    });
    let sections = json!([with(get("/once", ""), options), get("/each", "false")]);
    let run = |between_samples| {
        lines(
            &sections,
            "",
            2,
            Settings {
                between_samples,
                ..Settings::default()
            },
        )
    };
    assert_eq!(
        run(Lasting::Kept).await,
        ["GET /once", "GET /each", "GET /each"]
    );
    assert_eq!(
        run(Lasting::Dropped).await,
        ["GET /once", "GET /each", "GET /once", "GET /each"]
    );
}

#[tokio::test]
async fn a_name_with_two_owners() {
    let sections = json!([
        with(
            get("/$(name)", ""),
            json!({ "OutputVariables": { "NAME": "root['a']" } })
        ),
        get("/$(name)", "eq(variables['name'], '1')"),
    ]);
    let run = |precedence| {
        lines(
            &sections,
            "in",
            1,
            Settings {
                precedence,
                ..Settings::default()
            },
        )
    };
    assert_eq!(run(Precedence::Inputs).await, ["GET /in", "GET /in"]);
    assert_eq!(run(Precedence::Variables).await, ["GET /in", "GET /1"]);
}

#[tokio::test]
async fn an_expression_over_a_refusal() {
    let sections = json!([get("/", "eq(response['statuscode'], 'NotFound')")]);
    for (refusal, passed) in [(Refusal::Expression, true), (Refusal::Fails, false)] {
        let server = Server::start(vec![Reply::Body(404, String::new())]);
        let settings = Settings {
            refusal,
            ..Settings::default()
        };
        let mut gate = Gate::new(&definition(&sections), &job(server.url()), settings).unwrap();
        let sample = gate.sample().await;
        assert_eq!(sample.passed, passed, "{}", sample.log);
        assert_eq!(sample.failure().is_some(), !passed);
    }
}

#[tokio::test]
async fn a_story_holds_under_every_combination() {
    let sections = json!([get(
        "/?a={{#uriDataEncode 1 name}}{{/uriDataEncode}}",
        "eq(root['a'], '1')"
    )]);
    for settings in Settings::every() {
        assert_eq!(
            lines(&sections, "x&y", 1, settings.clone()).await,
            ["GET /?a=x%26y"],
            "{settings:?}"
        );
    }
}

#[tokio::test]
async fn braces_in_a_value_break_a_definition_that_pastes_it() {
    let sections = json!([get("/?a=$(name)", "")]);
    let server = Server::start(vec![]);
    let job = job(server.url()).input("name", "{{#if x}}");
    let mut gate = Gate::new(&definition(&sections), &job, Settings::default()).unwrap();
    let sample = gate.sample().await;
    let outcome = &sample.sections[0].outcome;
    assert!(
        matches!(
            outcome,
            Outcome::Failed(Failure::Request(RequestError::Template(_)))
        ),
        "{outcome:?}"
    );
    let told = "  Failed: a string of the request is no template: the block `if` is never closed\n";
    assert!(sample.log.contains(told), "{}", sample.log);
}
