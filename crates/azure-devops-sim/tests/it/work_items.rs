//! Work items: one, many, and what writing does.

use azure_devops_sim::{FindingKind, Options, Sim, WorkItemSeed};
use serde_json::{Value, json};

use crate::client::{Answer, api, reader};

const BATCH: &str = "/fabrikam/_apis/wit/workitemsbatch?api-version=7.1";

fn write(sim: &Sim, method: &str, target: &str, document: &Value) -> Answer {
    let caller = reader(sim).with("Content-Type", "application/json-patch+json");
    caller.send(method, target, Some(document.to_string().as_bytes()))
}

fn set(field: &str, value: impl Into<Value>) -> Value {
    json!({ "op": "add", "path": format!("/fields/{field}"), "value": value.into() })
}

#[test]
fn one_work_item_shows_identities_as_objects() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let item = caller.get(&api("wit/workitems/297")).json();
    assert_eq!((&item["id"], &item["rev"]), (&json!(297), &json!(1)));
    assert_eq!(
        item["fields"]["System.AssignedTo"]["uniqueName"],
        "pat@shop.example"
    );
    assert_eq!(item["fields"]["System.TeamProject"], "Fabrikam Fiber");
    assert!(item.get("relations").is_none() && item.get("_links").is_none());
    let item = caller
        .get(&api("wit/workitems/297?$expand=relations"))
        .json();
    assert_eq!(item["relations"][0]["url"], "vstfs:///Build/Build/4711");
    let item = caller
        .get(&api("wit/workitems/297?fields=System.Title,system.state"))
        .json();
    assert_eq!(item["fields"].as_object().unwrap().len(), 2);
    let both = api("wit/workitems/297?fields=System.Title&$expand=relations");
    assert_eq!(caller.get(&both).status, 400);
    sim.configure(|o| o.fields_exclude_expand = false);
    assert_eq!(
        caller.get(&both).json()["relations"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn what_is_missing_and_what_is_elsewhere_look_the_same() {
    let sim = Sim::start(Options::default());
    let elsewhere = sim.add_work_item(WorkItemSeed {
        project: Some("Fabrikam Lab".to_owned()),
        ..WorkItemSeed::default()
    });
    let caller = reader(&sim);
    let here = |id: u64| caller.get(&api(&format!("wit/workitems/{id}")));
    for id in [elsewhere, 9999] {
        let answer = here(id);
        assert_eq!(
            answer.refusal(),
            (404, "WorkItemUnauthorizedAccessException".to_owned())
        );
        let json = answer.json();
        assert!(
            json["message"]
                .as_str()
                .unwrap()
                .starts_with(&format!("TF401232: Work item {id} "))
        );
        assert_eq!(json["eventId"], 3200);
    }
    let anywhere = format!("/fabrikam/_apis/wit/workitems/{elsewhere}?api-version=7.1");
    assert_eq!(caller.get(&anywhere).status, 200);
    sim.delete_work_item(297);
    assert_eq!(here(297).status, 404);
}

#[test]
fn a_batch_holds_two_hundred_and_leaves_gaps_where_asked() {
    let sim = Sim::start(Options::default());
    let ids: Vec<u64> = (0..200)
        .map(|_| sim.add_work_item(WorkItemSeed::default()))
        .collect();
    let caller = reader(&sim);
    let all = caller
        .post(BATCH, &json!({ "ids": ids, "fields": ["System.Title"] }))
        .items();
    let shown: Vec<u64> = all.iter().map(|i| i["id"].as_u64().unwrap()).collect();
    assert_eq!(shown, ids, "in the order asked for");
    let one_more: Vec<u64> = ids.iter().copied().chain([297]).collect();
    assert_eq!(caller.post(BATCH, &json!({ "ids": one_more })).status, 400);
    assert_eq!(caller.post(BATCH, &json!({ "ids": [] })).status, 400);
    let gap =
        |policy: Value| caller.post(BATCH, &json!({ "ids": [297, 9999], "errorPolicy": policy }));
    for omit in [json!("omit"), json!("Omit"), json!(2)] {
        let items = gap(omit).items();
        assert_eq!((&items[0]["id"], &items[1]), (&json!(297), &Value::Null));
    }
    for fail in [json!("fail"), json!(1), Value::Null] {
        assert_eq!(gap(fail).refusal().0, 404);
    }
    assert_eq!(sim.findings(), []);
    caller.post(BATCH, &json!({ "ids": [297], "feilds": [] }));
    assert_eq!(sim.findings()[0].kind, FindingKind::UnknownField);
    let listed = caller
        .get(&api("wit/workitems?ids=297,298&fields=System.Title"))
        .items();
    assert_eq!(listed.len(), 2);
    let listed = caller
        .get(&api("wit/workitems?ids=297,9999&errorPolicy=omit"))
        .items();
    assert_eq!(listed[1], Value::Null);
}

#[test]
fn creating_answers_200_and_starts_at_revision_one() {
    let sim = Sim::start(Options::default());
    let target = api("wit/workitems/$User%20Story");
    let document = json!([
        set("System.Title", "From a change"),
        set("System.AssignedTo", "kim@shop.example")
    ]);
    let made = write(&sim, "POST", &target, &document);
    assert_eq!(made.status, 200);
    let made = made.json();
    assert_eq!((&made["id"], &made["rev"]), (&json!(299), &json!(1)));
    assert_eq!(made["fields"]["System.WorkItemType"], "User Story");
    assert_eq!(
        made["fields"]["System.AssignedTo"]["uniqueName"],
        "kim@shop.example"
    );
    assert_eq!(
        sim.work_item_field(299, "System.Title"),
        Some(json!("From a change"))
    );

    let untitled = write(&sim, "POST", &target, &json!([]));
    assert_eq!(
        untitled.refusal(),
        (400, "RuleValidationException".to_owned())
    );
    assert!(
        untitled.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("TF401320")
    );
    let errors = &untitled.json()["customProperties"]["RuleValidationErrors"];
    assert_eq!(errors[0]["fieldReferenceName"], "System.Title");
    let unknown = write(&sim, "POST", &api("wit/workitems/$Wish"), &document);
    assert_eq!(unknown.refusal().0, 404);
    assert!(
        unknown.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("VS402323")
    );
    let only_asked = write(
        &sim,
        "POST",
        &format!("{target}&validateOnly=true"),
        &document,
    );
    assert_eq!(
        (only_asked.status, sim.work_item_field(300, "System.Title")),
        (200, None)
    );
}

#[test]
fn an_update_is_all_or_nothing() {
    let sim = Sim::start(Options {
        custom_fields: vec!["Custom.ServiceNowSysId".to_owned()],
        ..Options::default()
    });
    let target = api("wit/workitems/297");
    let update = |document: Value| write(&sim, "PATCH", &target, &document);
    let test = |rev: Value| json!({ "op": "test", "path": "/rev", "value": rev });
    let good = update(json!([
        test(json!("1")),
        set("System.State", "Closed"),
        set("Custom.ServiceNowSysId", "9d38")
    ]));
    assert_eq!((good.status, &good.json()["rev"]), (200, &json!(2)));
    let stale = update(json!([test(json!(1)), set("System.Title", "no")]));
    assert_eq!(
        stale.refusal(),
        (412, "TestPatchOperationFailedException".to_owned())
    );
    assert!(
        stale.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("VS403351")
    );
    for (bad, start) in [
        (set("Custom.Nothing", "x"), "TF51535"),
        (set("System.AreaPath", "Elsewhere\\Team"), "TF401347"),
        (set("System.State", "Shipped"), "The field 'State'"),
        (
            json!({ "op": "add", "path": "/relations/-", "value": { "rel": "ArtifactLink", "url": "vstfs:///x" } }),
            "VS403297",
        ),
        (
            json!({ "op": "remove", "path": "/relations/7" }),
            "There is no relation",
        ),
    ] {
        let answer = update(json!([set("System.Title", "no"), bad]));
        assert_eq!(answer.status, 400, "{start}");
        assert!(
            answer.json()["message"]
                .as_str()
                .unwrap()
                .starts_with(start),
            "{}",
            answer.text()
        );
    }
    assert_eq!(
        sim.work_item_field(297, "System.Title"),
        Some(json!("Customers can buy blue shoes"))
    );
    assert_eq!(sim.work_item_field(297, "System.Rev"), Some(json!(2)));
}

#[test]
fn tags_merge_when_added_and_go_when_replaced() {
    let sim = Sim::start(Options::default());
    let target = api("wit/workitems/297");
    let tag = |op: &str, tags: &str| {
        let document = json!([{ "op": op, "path": "/fields/System.Tags", "value": tags }]);
        write(&sim, "PATCH", &target, &document).json()["fields"]["System.Tags"].clone()
    };
    assert_eq!(tag("add", "Tag0"), "Tag0");
    assert_eq!(tag("add", "Tag1; tag0;Tag2"), "Tag0; Tag1; Tag2");
    assert_eq!(tag("replace", "Tag3"), "Tag3");
}

#[test]
fn links_are_added_once_and_taken_by_their_place() {
    let sim = Sim::start(Options::default());
    let item = sim.add_work_item(WorkItemSeed::default());
    sim.link_work_items(4710, &[item]);
    let target = api(&format!("wit/workitems/{item}?$expand=relations"));
    let link = json!({ "rel": "Hyperlink", "url": "https://instance.example/CHG0030001" });
    let add = json!([{ "op": "add", "path": "/relations/-", "value": link }]);
    let made = write(&sim, "PATCH", &target, &add).json();
    assert_eq!(made["relations"][1], link);
    let again = write(&sim, "PATCH", &target, &add);
    assert_eq!(
        again.refusal(),
        (400, "RelationAlreadyExistsException".to_owned())
    );
    let gone = write(
        &sim,
        "PATCH",
        &target,
        &json!([{ "op": "remove", "path": "/relations/0" }]),
    )
    .json();
    assert_eq!(gone["relations"], json!([link]));
}
