//! The values of `servicenow.yml` for this service and environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipelines_agent::{Environment, Fallback, Inputs};
use settings::{Columns, Settings, Task, Value};

/// The name of the file where the input names a folder.
const NAME: &str = "servicenow.yml";

/// Columns and their values.
pub(crate) type Fields = BTreeMap<String, String>;

/// What the file gives.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Values by input name.
    pub(super) values: BTreeMap<String, Fallback>,
    /// Additional columns; the input's are added to them one by one.
    pub(super) fields: Fields,
    /// What the user should know.
    pub(super) notices: Vec<String>,
}

/// Reads the file that the input `configFile` names, if it names one.
///
/// # Errors
/// Every problem of the file, each a line with its place.
pub(super) fn read(
    inputs: &mut Inputs<'_>,
    environment: &Environment,
    service: &str,
    target: &str,
) -> Result<File, Vec<String>> {
    let Some(given) = inputs.text("configFile") else {
        return Ok(File::default());
    };
    let Some(path) = locate(environment, &given) else {
        return Ok(File::default());
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        vec![format!(
            "input 'configFile': {} cannot be read: {error}",
            path.display()
        )]
    })?;
    let name = path
        .file_name()
        .map_or(given.as_str().into(), |name| name.to_string_lossy());
    let settings = Settings::parse(&name, &text).map_err(|problems| {
        problems
            .as_slice()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    })?;
    let resolved = settings
        .resolve(service, Some(target))
        .map_err(|error| vec![redact::chain(&error)])?;
    let mut file = File {
        notices: resolved.notices().to_vec(),
        ..File::default()
    };
    let ours: Vec<&str> = settings::value_keys()
        .iter()
        .filter(|key| key.task() == Task::Gate)
        .map(|key| key.name())
        .collect();
    for (key, value, origin) in resolved.iter().filter(|(key, _, _)| ours.contains(key)) {
        let value = match value {
            Value::Fields(fields) => {
                file.fields.clone_from(fields);
                continue;
            }
            Value::Text(text) => text.clone(),
            Value::Flag(flag) => flag.to_string(),
            Value::Whole(whole) => whole.to_string(),
            Value::List(items) => items.join(","),
        };
        file.values.insert(
            key.to_owned(),
            Fallback {
                value,
                origin: origin.to_string(),
            },
        );
    }
    Ok(file)
}

/// The file: as named, relative to the folder the run works in; in a folder, the file of the usual name. A folder
/// without one gives nothing, since an agent may turn an empty path into a folder.
fn locate(environment: &Environment, given: &str) -> Option<PathBuf> {
    let folder = environment
        .public_variable("System.DefaultWorkingDirectory")
        .unwrap_or(".");
    let path = Path::new(folder).join(given);
    if !path.is_dir() {
        return Some(path);
    }
    let inside = path.join(NAME);
    inside.is_file().then_some(inside)
}

/// The input `additionalFields`.
///
/// # Errors
/// Every problem, each with its place in the input.
pub(super) fn field_map(text: &str) -> Result<Fields, Vec<String>> {
    settings::field_map("additionalFields", text, Columns::Change).map_err(|problems| {
        problems
            .as_slice()
            .iter()
            .map(ToString::to_string)
            .collect()
    })
}
