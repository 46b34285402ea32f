//! The JSON of a connection type. A key beyond those named here is a mistake.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use crate::http::Bounds;
use crate::template::{Template, TemplateError};

use super::{ConnectionType, ConnectionTypeError, Paging, Scheme, SchemeRules, Source};

const TYPE: &str = "ms.vss-endpoint.service-endpoint-type";

#[derive(Deserialize)]
struct WireManifest {
    #[serde(default)]
    contributions: Vec<WireContribution>,
}

#[derive(Deserialize)]
struct WireContribution {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    properties: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WireType {
    name: String,
    #[serde(rename = "displayName")]
    _display_name: IgnoredAny,
    #[serde(default, rename = "icon")]
    _icon: IgnoredAny,
    #[serde(default, rename = "helpMarkDown")]
    _help: IgnoredAny,
    #[serde(default, rename = "url")]
    _url: IgnoredAny,
    #[serde(default)]
    input_descriptors: Vec<WireInput>,
    #[serde(default)]
    data_sources: Vec<WireSource>,
    authentication_schemes: Vec<WireScheme>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireInput {
    id: String,
    #[serde(default)]
    is_confidential: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WireSource {
    name: String,
    endpoint_url: String,
    #[serde(default)]
    request_verb: String,
    #[serde(default)]
    request_content: String,
    #[serde(default)]
    headers: Vec<WireHeader>,
    #[serde(default)]
    result_selector: String,
    initial_context_template: Option<String>,
    callback_context_template: Option<String>,
    callback_required_template: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHeader {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WireScheme {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "displayName")]
    _display_name: IgnoredAny,
    headers: Option<Vec<WireHeader>>,
    #[serde(default)]
    input_descriptors: Vec<WireInput>,
    /// The flow in a browser and the exchange of codes are not played here.
    #[serde(default, rename = "authorizationUrl")]
    _authorization_url: IgnoredAny,
    #[serde(default, rename = "dataSourceBindings")]
    _data_source_bindings: IgnoredAny,
}

pub(super) fn read(text: &str) -> Result<ConnectionType, ConnectionTypeError> {
    let manifest: WireManifest = serde_json::from_str(text).map_err(ConnectionTypeError::Json)?;
    let mut types: Vec<Json> = manifest
        .contributions
        .into_iter()
        .filter(|contribution| contribution.kind == TYPE)
        .map(|contribution| contribution.properties)
        .collect();
    let count = types.len();
    let (Some(properties), true) = (types.pop(), count == 1) else {
        return Err(ConnectionTypeError::NotOne { count });
    };
    let wire: WireType = serde_json::from_value(properties).map_err(ConnectionTypeError::Json)?;
    let sources = wire.data_sources.into_iter().map(|wire| {
        let name = wire.name.clone();
        Ok((name, source(wire)?))
    });
    let mut schemes = BTreeMap::new();
    for scheme in wire.authentication_schemes {
        let (scheme, rules) = rules(scheme, &wire.input_descriptors)?;
        schemes.insert(scheme, rules);
    }
    Ok(ConnectionType {
        name: wire.name,
        sources: sources.collect::<Result<_, _>>()?,
        schemes,
        bounds: Bounds::default(),
    })
}

fn template(place: &str, text: &str) -> Result<Template, ConnectionTypeError> {
    let failed = |source: TemplateError| ConnectionTypeError::Template {
        place: place.to_owned(),
        source,
    };
    Template::parse(text).map_err(failed)
}

fn rules(
    wire: WireScheme,
    common: &[WireInput],
) -> Result<(Scheme, SchemeRules), ConnectionTypeError> {
    let scheme =
        Scheme::of_contribution(&wire.kind).ok_or_else(|| ConnectionTypeError::Scheme {
            contribution: wire.kind.clone(),
        })?;
    let own = scheme
        .own_values()
        .iter()
        .map(|name| ((*name).to_owned(), true));
    let filled = common.iter().chain(&wire.input_descriptors);
    let filled = filled.map(|input| (input.id.clone(), input.is_confidential));
    let inputs: BTreeMap<String, bool> = own.chain(filled).collect();
    let given = wire.headers.map(|headers| {
        headers
            .into_iter()
            .map(|WireHeader { name, value }| (name, value))
            .collect()
    });
    let given: Vec<(String, String)> = given.unwrap_or_else(|| {
        let header = scheme.default_header().into_iter();
        header
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    });
    let mut headers = Vec::new();
    for (name, value) in given {
        let place = format!("scheme {}, header {name}", scheme.name());
        let value = template(&place, &value)?;
        let known = |name: &String| match name.strip_prefix("endpoint.") {
            Some(name) => name == "url" || inputs.contains_key(name),
            None => false,
        };
        if let Some(name) = value.names().iter().find(|name| !known(name)) {
            let name = name.clone();
            return Err(ConnectionTypeError::Name { place, name });
        }
        headers.push((name, value));
    }
    Ok((scheme, SchemeRules { headers, inputs }))
}

fn source(wire: WireSource) -> Result<Source, ConnectionTypeError> {
    let place = format!("data source {}", wire.name);
    template(&place, &wire.endpoint_url)?;
    template(&place, &wire.request_content)?;
    let paging = match (
        wire.initial_context_template,
        wire.callback_context_template,
        wire.callback_required_template,
    ) {
        (None, None, None) => None,
        (first, next, goes_on) => Some(Paging {
            first: template(&place, &first.unwrap_or_default())?,
            next: template(&place, &next.unwrap_or_default())?,
            goes_on: template(&place, &goes_on.unwrap_or_default())?,
        }),
    };
    let headers = wire
        .headers
        .into_iter()
        .map(|WireHeader { name, value }| (name, value));
    Ok(Source {
        url: wire.endpoint_url,
        method: if wire.request_verb.is_empty() {
            "GET".to_owned()
        } else {
            wire.request_verb.to_uppercase()
        },
        body: wire.request_content,
        headers: headers.collect(),
        selector: wire.result_selector,
        paging,
    })
}
