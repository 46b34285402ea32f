//! The values of `servicenow.yml` for this service and environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipelines_agent::{Environment, Fallback, Inputs};
use settings::{Columns, Key, Settings, Value};

use crate::origin::Names;

/// The name of the file where the input names a folder.
const NAME: &str = "servicenow.yml";

/// Columns and their values.
pub type Fields = BTreeMap<String, String>;

/// What the file gives.
#[derive(Debug, Default)]
pub struct File {
    /// Values by input name.
    pub values: BTreeMap<String, Fallback>,
    /// Maps of columns by input name; the input's own columns are added to them one by one.
    pub maps: BTreeMap<String, Fields>,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// Reads the file that the input `configFile` names, if it names one: the values of the keys that are `wanted`.
///
/// # Errors
/// Every problem of the file, each a line with its place.
pub fn read(
    inputs: &mut Inputs<'_>,
    environment: &Environment,
    wanted: impl Fn(&Key) -> bool,
    names: &Names,
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
        .resolve(&names.service, Some(&names.environment))
        .map_err(|error| vec![redact::chain(&error)])?;
    let mut file = File {
        notices: resolved.notices().to_vec(),
        ..File::default()
    };
    for (name, value, origin) in resolved.iter() {
        let known = settings::value_keys().iter().find(|key| key.name() == name);
        let Some(key) = known.filter(|key| wanted(key)) else {
            continue;
        };
        let input = key.input_name().to_owned();
        let value = match value {
            Value::Fields(fields) => {
                file.maps.insert(input, fields.clone());
                continue;
            }
            Value::Text(text) => text.clone(),
            Value::Flag(flag) => flag.to_string(),
            Value::Whole(whole) => whole.to_string(),
            Value::List(items) => items.join("\n"),
        };
        file.values.insert(
            input,
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

impl File {
    /// The map of columns that an input holds, over the file's, without secrets: many may read a record. Problems are
    /// left with `inputs`.
    pub fn map(&mut self, inputs: &mut Inputs<'_>, input: &str, columns: Columns) -> Fields {
        let mut fields = self.maps.remove(input).unwrap_or_default();
        let given = inputs.free_text(input);
        let given = given.map(|text| settings::field_map(input, &text, columns));
        match given.transpose() {
            Ok(given) => fields.extend(given.into_iter().flatten()),
            Err(problems) => {
                for problem in problems.as_slice() {
                    let mend = "give a YAML or JSON map of columns";
                    inputs.problem(input, problem.to_string(), mend);
                }
            }
        }
        for value in fields.values_mut() {
            *value = inputs.without_secrets(value);
        }
        fields
    }
}
