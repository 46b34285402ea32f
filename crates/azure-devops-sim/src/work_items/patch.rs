//! Creating and changing a work item by JSON Patch: the whole document or nothing of it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{View, render, visible};
use crate::http::Reply;
use crate::organization::WorkItem;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::Answer;
use crate::world::World;

const TYPES: [&str; 6] = ["Bug", "Task", "User Story", "Feature", "Epic", "Issue"];
const STATES: [&str; 5] = ["New", "Active", "Resolved", "Closed", "Removed"];

/// Fields of every type, beside those that the service writes itself.
const FIELDS: [&str; 13] = [
    "System.Title",
    "System.State",
    "System.Reason",
    "System.Description",
    "System.History",
    "System.Tags",
    "System.AssignedTo",
    "System.AreaPath",
    "System.IterationPath",
    "Microsoft.VSTS.Common.Priority",
    "Microsoft.VSTS.Common.Severity",
    "Microsoft.VSTS.TCM.ReproSteps",
    "Microsoft.VSTS.Common.AcceptanceCriteria",
];

#[derive(Debug, Deserialize)]
struct Operation {
    op: String,
    path: String,
    #[serde(default)]
    value: Value,
}

pub(super) fn create(world: &mut World, call: &mut Call<'_>) -> Answer {
    let document: Vec<Operation> = call.body()?;
    let project = call
        .project
        .clone()
        .unwrap_or_else(|| world.org.main_project().clone());
    let asked = call.argument(0);
    let kind = TYPES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(asked));
    let kind = kind.ok_or_else(|| {
        let text = format!(
            "VS402323: Work item type {asked} does not exist in project {}.",
            project.name
        );
        Refusal::new(404, "WorkItemTypeNotFoundException", text)
    })?;
    let now = world.now_text();
    let who = render::identity(world, &call.key.owner);
    let fields = json!({
        "System.TeamProject": project.name,
        "System.AreaPath": project.name,
        "System.IterationPath": project.name,
        "System.WorkItemType": kind,
        "System.State": "New",
        "System.Reason": "New",
        "System.CreatedDate": now,
        "System.CreatedBy": who,
    });
    let mut item = WorkItem {
        id: 0,
        rev: 0,
        project: project.id,
        fields: fields.as_object().cloned().unwrap_or_default(),
        relations: Vec::new(),
    };
    for operation in &document {
        apply(world, &mut item, operation)?;
    }
    if item
        .fields
        .get("System.Title")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        let text = "TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.";
        return Err(Refusal::rule("System.Title", text));
    }
    store(world, call, item)
}

pub(super) fn update(world: &mut World, call: &mut Call<'_>) -> Answer {
    let document: Vec<Operation> = call.body()?;
    let mut item = visible(world, call, call.argument(0))?.clone();
    for operation in &document {
        apply(world, &mut item, operation)?;
    }
    store(world, call, item)
}

/// Gives the item its next revision, unless the caller only wanted to know whether it could.
fn store(world: &mut World, call: &Call<'_>, mut item: WorkItem) -> Answer {
    let view = View::of(world, call)?;
    if !call.flag("validateOnly") {
        if item.id == 0 {
            item.id = world.org.next_id("work item", None);
        }
        item.rev += 1;
        let who = render::identity(world, &call.key.owner);
        item.fields.insert("System.Rev".to_owned(), json!(item.rev));
        item.fields.insert("System.ChangedBy".to_owned(), who);
        item.fields
            .insert("System.ChangedDate".to_owned(), json!(world.now_text()));
        world.org.work_items.insert(item.id, item.clone());
    }
    Ok(Reply::json(200, &render(world, &item, &view)))
}

fn apply(world: &World, item: &mut WorkItem, operation: &Operation) -> Result<(), Refusal> {
    let path = operation.path.as_str();
    let op = operation.op.to_ascii_lowercase();
    match (op.as_str(), path.strip_prefix("/fields/")) {
        ("test", _) => test(item, operation),
        ("add" | "replace", Some(field)) => set(world, item, field, operation),
        ("remove", Some(field)) => {
            item.fields.remove(field);
            Ok(())
        }
        ("add", None) if path == "/relations/-" => relate(item, &operation.value),
        ("remove", None) if path.starts_with("/relations/") => unrelate(item, path),
        _ => {
            let text = format!("The operation {op} on the path {path} is not supported.");
            Err(Refusal::new(400, "VssPropertyValidationException", text))
        }
    }
}

/// Values are compared as texts: `"3"` equals `3`.
fn test(item: &WorkItem, operation: &Operation) -> Result<(), Refusal> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let have = match operation.path.strip_prefix("/fields/") {
        Some(field) => item.fields.get(field).map(&text).unwrap_or_default(),
        None => item.rev.to_string(),
    };
    let asked = text(&operation.value);
    if have == asked {
        return Ok(());
    }
    let text = format!(
        "VS403351: Test Operation for path {} failed, value {asked} was not equal to test value {have}.",
        operation.path
    );
    Err(Refusal::new(412, "TestPatchOperationFailedException", text))
}

fn set(
    world: &World,
    item: &mut WorkItem,
    field: &str,
    operation: &Operation,
) -> Result<(), Refusal> {
    let custom = &world.options.custom_fields;
    let known = FIELDS.contains(&field) || custom.iter().any(|c| c == field);
    if !known {
        let text = format!("TF51535: Cannot find field {field}.");
        return Err(Refusal::new(400, "WorkItemFieldNotFoundException", text));
    }
    let value = match (field, &operation.value) {
        ("System.State", Value::String(state)) if !STATES.contains(&state.as_str()) => {
            let text = format!(
                "The field 'State' contains the value '{state}' that is not in the list of supported values"
            );
            return Err(Refusal::rule(field, text));
        }
        ("System.AreaPath" | "System.IterationPath", Value::String(path)) => {
            let root = item
                .fields
                .get("System.TeamProject")
                .and_then(Value::as_str);
            let tree = path.split('\\').next();
            if tree != root {
                let text =
                    format!("TF401347: Invalid tree name given for work item, field '{field}'.");
                return Err(Refusal::new(
                    400,
                    "WorkItemTrackingTreeNodeNotFoundException",
                    text,
                ));
            }
            operation.value.clone()
        }
        ("System.Tags", Value::String(tags)) => {
            let merge = operation.op.eq_ignore_ascii_case("add");
            let before = item
                .fields
                .get(field)
                .and_then(Value::as_str)
                .filter(|_| merge);
            json!(join_tags(before.unwrap_or_default(), tags))
        }
        ("System.AssignedTo", Value::String(name)) => {
            let person = crate::seeds::Person::new(name, name);
            render::identity(world, &person)
        }
        (_, value) => value.clone(),
    };
    item.fields.insert(field.to_owned(), value);
    Ok(())
}

/// Adding merges, without regard to letter case; replacing starts from nothing.
fn join_tags(before: &str, more: &str) -> String {
    let mut tags: Vec<&str> = Vec::new();
    for tag in before.split(';').chain(more.split(';')).map(str::trim) {
        if !tag.is_empty() && !tags.iter().any(|t| t.eq_ignore_ascii_case(tag)) {
            tags.push(tag);
        }
    }
    tags.join("; ")
}

fn relate(item: &mut WorkItem, value: &Value) -> Result<(), Refusal> {
    let same = |r: &&Value| r["rel"] == value["rel"] && r["url"] == value["url"];
    if item.relations.iter().any(|r| same(&r)) {
        let text = "TF401349: The relation already exists on the work item.";
        return Err(Refusal::new(400, "RelationAlreadyExistsException", text));
    }
    if value["rel"] == "ArtifactLink" && value["attributes"]["name"].as_str().is_none() {
        let text = "VS403297: Artifact links must have a valid name specified.";
        return Err(Refusal::new(400, "WorkItemResourceLinkException", text));
    }
    item.relations.push(value.clone());
    Ok(())
}

/// By position, whatever stands there now.
fn unrelate(item: &mut WorkItem, path: &str) -> Result<(), Refusal> {
    let index: Option<usize> = path.trim_start_matches("/relations/").parse().ok();
    match index.filter(|index| *index < item.relations.len()) {
        Some(index) => {
            item.relations.remove(index);
            Ok(())
        }
        None => {
            let text = format!("There is no relation at {path}.");
            Err(Refusal::new(400, "VssPropertyValidationException", text))
        }
    }
}
