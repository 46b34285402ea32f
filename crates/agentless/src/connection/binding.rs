//! The bindings of a task: which data source fills which input, and how a row becomes a choice.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::template::{Template, TemplateError, macros};

use super::{ConnectionType, Endpoint, PickList, QueryError};

/// Why a binding of a task cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BindingError {
    /// No JSON, or a key that a binding to a data source does not have.
    #[error("could not read the task's bindings")]
    Json(#[source] serde_json::Error),
    /// A template that cannot be read.
    #[error("could not read the binding of `{target}`")]
    Template {
        /// The input.
        target: String,
        /// What is wrong.
        #[source]
        source: TemplateError,
    },
}

/// What fills one input of a task.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The input.
    pub target: String,
    /// The data source.
    pub source: String,
    parameters: BTreeMap<String, String>,
    template: Option<Template>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTask {
    #[serde(default)]
    data_source_bindings: Vec<WireBinding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WireBinding {
    target: String,
    #[serde(rename = "endpointId")]
    _endpoint_id: String,
    data_source_name: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    result_template: Option<String>,
}

impl Binding {
    /// Reads the bindings of a `task.json`.
    ///
    /// # Errors
    ///
    /// When a binding has an unknown key or a template that cannot be read.
    pub fn read_all(task: &str) -> Result<Vec<Self>, BindingError> {
        let task: WireTask = serde_json::from_str(task).map_err(BindingError::Json)?;
        let read = |wire: WireBinding| {
            let template = wire
                .result_template
                .as_deref()
                .map(Template::parse)
                .transpose();
            Ok(Self {
                template: template.map_err(|source| BindingError::Template {
                    target: wire.target.clone(),
                    source,
                })?,
                target: wire.target,
                source: wire.data_source_name,
                parameters: wire.parameters,
            })
        };
        task.data_source_bindings.into_iter().map(read).collect()
    }
}

impl ConnectionType {
    /// Fills an input's pick list as the classic editor does, with the task's other inputs as they stand.
    ///
    /// # Errors
    ///
    /// As [`Self::query`].
    pub async fn pick_list(
        &self,
        endpoint: &Endpoint,
        binding: &Binding,
        inputs: &[(&str, &str)],
    ) -> Result<PickList, QueryError> {
        let find = |name: &str| {
            inputs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, value)| *value)
        };
        let filled: Vec<(String, String)> = binding
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), macros::expand(value, find)))
            .collect();
        let parameters: Vec<(&str, &str)> = filled
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.pages(
            endpoint,
            &binding.source,
            &parameters,
            binding.template.as_ref(),
        )
        .await
    }
}
