//! Work items: reading one, many, and by what they are linked to. Writing is in `patch`.

mod patch;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::Reply;
use crate::organization::WorkItem;
use crate::protocol::Call;
use crate::recorder::FindingKind;
use crate::refusal::Refusal;
use crate::routes::{Answer, InProject, READ, Route};
use crate::world::World;

/// Ids in one batch.
const BATCH: usize = 200;

const WORK: Route = Route {
    project: InProject::Maybe,
    scopes: &["vso.work"],
    ..READ
};

const WRITES: &[&str] = &["validateOnly", "$expand"];

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "wit/workitems",
        parameters: &["ids", "fields", "$expand", "errorPolicy"],
        answer: list,
        ..WORK
    },
    Route {
        template: "wit/workitems/{}",
        parameters: &["fields", "$expand"],
        answer: get,
        ..WORK
    },
    Route {
        method: "PATCH",
        template: "wit/workitems/{}",
        scopes: &["vso.work_write"],
        parameters: WRITES,
        answer: patch::update,
        ..WORK
    },
    Route {
        method: "POST",
        template: "wit/workitems/${}",
        project: InProject::Always,
        scopes: &["vso.work_write"],
        parameters: WRITES,
        answer: patch::create,
        ..READ
    },
    Route {
        method: "POST",
        template: "wit/workitemsbatch",
        answer: batch,
        ..WORK
    },
    Route {
        method: "POST",
        template: "wit/artifacturiquery",
        answer: by_artifact,
        ..WORK
    },
];

/// Whether the body has to be a JSON Patch document.
pub(crate) fn takes_patch_documents(call: &Call<'_>) -> bool {
    let path = call.request.path.to_ascii_lowercase();
    let document = matches!(call.request.method.as_str(), "PATCH" | "POST");
    document && crate::http::decode(&path).contains("/_apis/wit/workitems/")
}

/// What the caller wants to see of an item.
struct View {
    fields: Vec<String>,
    relations: bool,
    links: bool,
}

impl View {
    fn new(world: &World, fields: Vec<String>, expand: &str) -> Result<Self, Refusal> {
        let expand = expand.to_ascii_lowercase();
        let known = ["", "none", "relations", "fields", "links", "all"];
        if !known.contains(&expand.as_str()) {
            let text = format!("The value '{expand}' is not valid for $expand.");
            return Err(Refusal::argument("$expand", &text));
        }
        let bare = matches!(expand.as_str(), "" | "none" | "links");
        if !fields.is_empty() && !bare && world.options.fields_exclude_expand {
            let text = "The expand parameter can not be used with the fields parameter.";
            return Err(Refusal::argument("$expand", text));
        }
        Ok(Self {
            fields,
            relations: matches!(expand.as_str(), "relations" | "all"),
            links: matches!(expand.as_str(), "links" | "all"),
        })
    }

    fn of(world: &World, call: &Call<'_>) -> Result<Self, Refusal> {
        let expand = call.param("$expand").unwrap_or_default();
        Self::new(world, call.items("fields"), &expand)
    }
}

/// Ids are unique in the organization; an address with a project sees only that project's. What is missing and what
/// may not be seen get the same answer.
fn visible<'w>(world: &'w World, call: &Call<'_>, given: &str) -> Result<&'w WorkItem, Refusal> {
    let found = given
        .parse()
        .ok()
        .and_then(|id| world.org.work_items.get(&id));
    let here = |item: &&WorkItem| call.project.as_ref().is_none_or(|p| p.id == item.project);
    found
        .filter(here)
        .ok_or_else(|| Refusal::no_work_item(given))
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let view = View::of(world, call)?;
    let item = visible(world, call, call.argument(0))?;
    Ok(Reply::json(200, &render(world, item, &view)))
}

fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let view = View::of(world, call)?;
    let ids = call.items("ids");
    let policy = call.param("errorPolicy").unwrap_or_default();
    many(world, call, &ids, &view, &policy)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchBody {
    ids: Vec<i64>,
    #[serde(default)]
    fields: Option<Vec<String>>,
    #[serde(default, rename = "$expand")]
    expand: Option<Value>,
    #[serde(default)]
    error_policy: Option<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// An enumeration, by name or by number as the vendor's own client writes it.
fn word(value: Option<Value>, names: &[&str]) -> String {
    match value {
        Some(Value::String(name)) => name,
        Some(Value::Number(at)) => {
            let at = at.as_u64().and_then(|at| usize::try_from(at).ok());
            let name = at.and_then(|at| names.get(at));
            (*name.unwrap_or(&"")).to_owned()
        }
        _ => String::new(),
    }
}

fn batch(world: &mut World, call: &mut Call<'_>) -> Answer {
    let body: BatchBody = call.body()?;
    for name in body.rest.keys() {
        call.find(FindingKind::UnknownField, name.clone());
    }
    let expand = word(
        body.expand,
        &["none", "relations", "fields", "links", "all"],
    );
    let policy = word(body.error_policy, &["", "fail", "omit"]);
    let view = View::new(world, body.fields.unwrap_or_default(), &expand)?;
    let ids: Vec<String> = body.ids.iter().map(i64::to_string).collect();
    many(world, call, &ids, &view, &policy)
}

fn many(world: &World, call: &Call<'_>, ids: &[String], view: &View, policy: &str) -> Answer {
    if ids.is_empty() {
        return Err(Refusal::argument("ids", "The parameter ids is required."));
    }
    if ids.len() > BATCH {
        let text = format!(
            "VS403474: {} ids were given, at most {BATCH} are served.",
            ids.len()
        );
        return Err(Refusal::argument("ids", &text));
    }
    let omit = policy.eq_ignore_ascii_case("omit");
    let mut shown = Vec::new();
    for id in ids {
        match visible(world, call, id) {
            Ok(item) => shown.push(render(world, item, view)),
            Err(_) if omit => shown.push(Value::Null),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Reply::list(shown))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactBody {
    artifact_uris: Vec<String>,
}

/// Every address asked for is a key of the answer, exactly as it was written.
fn by_artifact(world: &mut World, call: &mut Call<'_>) -> Answer {
    let body: ArtifactBody = call.body()?;
    let mut found = Map::new();
    for uri in body.artifact_uris {
        let linked = |item: &&WorkItem| {
            let mut urls = item.relations.iter().filter_map(|r| r["url"].as_str());
            urls.any(|url| url.eq_ignore_ascii_case(&uri))
                && call.project.as_ref().is_none_or(|p| p.id == item.project)
        };
        let items = world.org.work_items.values().filter(linked);
        let items = items
            .map(|item| json!({ "id": item.id, "url": url(world, item) }))
            .collect();
        found.insert(uri, Value::Array(items));
    }
    Ok(Reply::json(
        200,
        &json!({ "artifactUrisQueryResult": found }),
    ))
}

fn url(world: &World, item: &WorkItem) -> String {
    format!(
        "{}/{}/_apis/wit/workItems/{}",
        world.collection(),
        item.project,
        item.id
    )
}

fn render(world: &World, item: &WorkItem, view: &View) -> Value {
    let chosen = |name: &String| {
        view.fields.is_empty() || view.fields.iter().any(|f| f.eq_ignore_ascii_case(name))
    };
    let fields = item.fields.iter().filter(|(name, _)| chosen(name));
    let fields: Map<String, Value> = fields.map(|(n, v)| (n.clone(), v.clone())).collect();
    let url = url(world, item);
    let mut shown = json!({ "id": item.id, "rev": item.rev, "fields": fields, "url": url });
    if view.relations && !item.relations.is_empty() {
        shown["relations"] = json!(item.relations);
    }
    if view.links {
        let web = format!(
            "{}/{}/_workitems/edit/{}",
            world.collection(),
            item.project,
            item.id
        );
        shown["_links"] = json!({ "self": { "href": url }, "html": { "href": web } });
    }
    shown
}
