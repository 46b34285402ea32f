//! The service connection type in `vss-extension.json`.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace::Workspace;

const TYPE: &str = "ms.vss-endpoint.service-endpoint-type";

/// The connection type's name and data sources, for the tasks to refer to.
#[derive(Debug)]
pub(super) struct Connection {
    properties: Value,
}

impl Connection {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let manifest: Value = serde_json::from_str(&workspace.read("vss-extension.json")?)?;
        let contributions = manifest["contributions"].as_array().into_iter().flatten();
        let mut types = contributions.filter(|it| it["type"] == TYPE);
        let found = types
            .next()
            .context("vss-extension.json has no connection type")?;
        Ok(Self {
            properties: found["properties"].clone(),
        })
    }

    pub(super) fn name(&self) -> &str {
        self.properties["name"].as_str().unwrap_or_default()
    }

    pub(super) fn has_source(&self, name: &str) -> bool {
        let sources = self.properties["dataSources"]
            .as_array()
            .into_iter()
            .flatten();
        sources
            .filter_map(|it| it["name"].as_str())
            .any(|it| it == name)
    }
}

pub(super) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let connection = Connection::read(workspace)?;
    let faults = faults(&connection);
    Ok(faults
        .into_iter()
        .map(|it| format!("vss-extension.json, connection type: {it}"))
        .collect())
}

fn faults(connection: &Connection) -> Vec<String> {
    let mut faults = Vec::new();
    if !connection.has_source("TestConnection") {
        faults.push("Verify needs the data source TestConnection".to_owned());
    }
    let schemes = connection.properties["authenticationSchemes"].as_array();
    for scheme in schemes.into_iter().flatten() {
        for field in scheme["inputDescriptors"].as_array().into_iter().flatten() {
            // Keys are pasted over several lines, which only a text area takes; it hides nothing by itself.
            let secret = matches!(
                field["inputMode"].as_str(),
                Some("passwordbox" | "textarea")
            );
            if secret && field["isConfidential"] != true {
                faults.push(format!(
                    "{} in {} is no confidential field",
                    field["id"], scheme["displayName"]
                ));
            }
        }
        for binding in scheme["dataSourceBindings"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let source = binding["dataSourceName"].as_str().unwrap_or_default();
            if !connection.has_source(source) {
                faults.push(format!("there is no data source {source:?}"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{Connection, faults};
    use crate::workspace::Workspace;

    fn changed(from: &str, to: &str) -> Vec<String> {
        let connection = Connection::read(&Workspace::find().unwrap()).unwrap();
        let text = connection.properties.to_string();
        assert!(text.contains(from), "{from}");
        faults(&Connection {
            properties: serde_json::from_str(&text.replacen(from, to, 1)).unwrap(),
        })
    }

    #[test]
    fn the_tracked_type_is_right() {
        assert_eq!(changed("x", "x"), Vec::<String>::new());
    }

    #[test]
    fn an_open_secret_and_a_missing_source_are_named() {
        let open = changed("\"isConfidential\":true", "\"isConfidential\":false");
        assert!(
            open.len() == 1 && open[0].contains("confidential"),
            "{open:?}"
        );
        let lost = changed("\"name\":\"TestConnection\"", "\"name\":\"Test\"");
        assert!(lost.len() == 1 && lost[0].contains("Verify"), "{lost:?}");
        let lost = changed(
            "\"dataSourceName\":\"RefreshToken\"",
            "\"dataSourceName\":\"Refresh\"",
        );
        assert!(lost.len() == 1 && lost[0].contains("Refresh"), "{lost:?}");
    }
}
