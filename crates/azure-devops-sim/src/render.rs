//! Shapes that many answers share.

use serde_json::{Value, json};

use crate::http;
use crate::organization::Project;
use crate::seeds::{Person, Repository};
use crate::world::World;

/// An identity, as objects of current versions show it.
pub(crate) fn identity(world: &World, person: &Person) -> Value {
    let collection = world.collection();
    let image = format!(
        "{collection}/_apis/GraphProfile/MemberAvatars/aad.{}",
        person.id
    );
    json!({
        "displayName": person.name,
        "url": format!("{collection}/_apis/Identities/{}", person.id),
        "_links": { "avatar": { "href": image } },
        "id": person.id,
        "uniqueName": person.unique_name,
        "imageUrl": image,
        "descriptor": format!("aad.{}", person.id.replace('-', "")),
    })
}

pub(crate) fn identity_opt(world: &World, person: Option<&Person>) -> Value {
    person.map_or(Value::Null, |person| identity(world, person))
}

pub(crate) fn project(world: &World, project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "url": format!("{}/_apis/projects/{}", world.collection(), project.id),
        "state": "wellFormed",
        "revision": 128,
        "visibility": "private",
        "lastUpdateTime": "2026-01-05T08:00:00.313Z",
    })
}

/// Address of a project's part of the service, by GUID, as answers spell it.
pub(crate) fn project_url(world: &World, project: &Project) -> String {
    format!("{}/{}", world.collection(), project.id)
}

/// Address of a page for people, which spells the project by name.
pub(crate) fn web_url(world: &World, page: &str) -> String {
    let name = http::encode(&world.org.main_project().name);
    format!("{}/{name}/{page}", world.collection())
}

pub(crate) fn repository_url(world: &World, repository: &Repository) -> String {
    let ours = || web_url(world, &format!("_git/{}", http::encode(&repository.name)));
    repository.url.clone().unwrap_or_else(ours)
}

/// Removes what has no value: most answers leave such keys out.
pub(crate) fn without_nulls(mut object: Value) -> Value {
    if let Some(map) = object.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
    object
}
