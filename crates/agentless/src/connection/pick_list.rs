//! Pick lists: a data source, asked page by page, and choices made of its rows.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::answer::{Answer, status_name};
use crate::http::{self, Exchange, Request, RequestError};
use crate::json_path::{self, PathError};
use crate::template::{RenderError, Template, macros};

use super::{ConnectionType, Endpoint, Paging, Source};

/// Most calls that the editor makes for one list.
const CALLS: usize = 5;

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The type has no such data source.
    #[error("no data source `{name}`")]
    Source {
        /// Its name.
        name: String,
    },
    /// No request, or no answer.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// An answer other than 200.
    #[error("{url} answered {status}: {content}")]
    Refused {
        /// The address.
        url: String,
        /// The status by its name.
        status: String,
        /// The answer.
        content: String,
    },
    /// An answer that is no JSON.
    #[error("{url} did not answer with JSON")]
    NoJson {
        /// The address.
        url: String,
    },
    /// A selector of another kind than `jsonpath:`.
    #[error("the selector `{selector}` is not interpreted")]
    Selector {
        /// The selector.
        selector: String,
    },
    /// A selector's path that is none.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A paging template that made something else than it has to.
    #[error("a paging template made `{text}`")]
    Paging {
        /// What it made.
        text: String,
    },
    /// A template that does not fit a row or a page.
    #[error("a template does not fit")]
    Render(#[from] RenderError),
    /// A row whose template made no choice.
    #[error("row {row} became no choice: {text}")]
    Choice {
        /// Which row, from 0.
        row: usize,
        /// What the template made.
        text: String,
    },
}

/// One line of a pick list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What becomes the input's value.
    #[serde(rename = "Value")]
    pub value: String,
    /// What a person sees.
    #[serde(rename = "DisplayValue")]
    pub display: String,
}

/// A filled pick list.
#[derive(Clone, Debug)]
pub struct PickList {
    /// The lines, in the order they came.
    pub choices: Vec<Choice>,
    /// The calls that were made.
    pub exchanges: Vec<Exchange>,
    /// Whether there is more that the editor never asks for.
    pub cut: bool,
}

impl ConnectionType {
    /// Asks a data source for choices; without a template a row's text is both value and display.
    ///
    /// # Errors
    ///
    /// When a call is not answered by 200 and JSON under 2 MB, or a row becomes no choice.
    pub async fn query(
        &self,
        endpoint: &Endpoint,
        source: &str,
        parameters: &[(&str, &str)],
        result_template: Option<&str>,
    ) -> Result<PickList, QueryError> {
        let template = result_template.map(Template::parse).transpose();
        let template =
            template.map_err(|error| QueryError::Request(RequestError::Template(error)))?;
        self.pages(endpoint, source, parameters, template.as_ref())
            .await
    }

    pub(super) async fn pages(
        &self,
        endpoint: &Endpoint,
        source: &str,
        parameters: &[(&str, &str)],
        template: Option<&Template>,
    ) -> Result<PickList, QueryError> {
        let source = self.source(source)?;
        let mut list = PickList {
            choices: Vec::new(),
            exchanges: Vec::new(),
            cut: false,
        };
        let mut page = match &source.paging {
            Some(paging) => context(&paging.first.render(&self.values(endpoint, []))?)?,
            None => Map::new(),
        };
        loop {
            let request = self.request(source, endpoint, parameters, &page)?;
            let (exchange, answer) = self.ask(request, endpoint).await?;
            let answer = good(&exchange.url, answer?)?;
            list.exchanges.push(exchange);
            let rows = rows(&source.selector, &answer)?;
            let count = rows.len();
            for row in rows {
                let row = choice(list.choices.len(), row, template)?;
                list.choices.push(row);
            }
            let Some(next) = following(source.paging.as_ref(), &page, count, &answer)? else {
                return Ok(list);
            };
            if list.exchanges.len() == CALLS {
                list.cut = true;
                return Ok(list);
            }
            page = next;
        }
    }

    pub(super) fn source(&self, name: &str) -> Result<&Source, QueryError> {
        self.sources.get(name).ok_or_else(|| QueryError::Source {
            name: name.to_owned(),
        })
    }

    pub(super) fn request(
        &self,
        source: &Source,
        endpoint: &Endpoint,
        parameters: &[(&str, &str)],
        page: &Map<String, Json>,
    ) -> Result<Request, RequestError> {
        let given = parameters
            .iter()
            .map(|(name, value)| (*name, Json::from(*value)));
        let paged = page
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        let values = self.values(endpoint, given.chain(paged));
        let fill = |text: &str| {
            let template = Template::parse(text).map_err(RequestError::Template)?;
            let text = template.render(&values).map_err(RequestError::Render)?;
            let find = |name: &str| match name.to_lowercase().as_str() {
                "endpoint.url" => Some(endpoint.url.as_str()),
                _ => parameters
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, value)| *value),
            };
            match macros::names(&text)
                .into_iter()
                .find(|name| find(name).is_none())
            {
                Some(name) => Err(RequestError::Macro {
                    name: name.to_owned(),
                }),
                None => Ok(macros::expand(&text, find)),
            }
        };
        // Microsoft's manifest for ServiceNow names no Accept, which an instance insists on: the server sends one itself.
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        headers.extend(source.headers.iter().cloned());
        Request::new(
            &source.method,
            &fill(&source.url)?,
            headers,
            fill(&source.body)?,
        )
    }

    /// Sends a request with the proof of who asks.
    pub(super) async fn ask(
        &self,
        mut request: Request,
        endpoint: &Endpoint,
    ) -> Result<(Exchange, Result<Answer, RequestError>), RequestError> {
        let mut exchange = request.recorded();
        request.headers.extend(self.proof(endpoint)?);
        let answer = http::send(request, self.bounds).await;
        if let Ok(answer) = &answer {
            exchange.answered(answer);
        }
        Ok((exchange, answer))
    }
}

fn good(url: &str, answer: Answer) -> Result<Answer, QueryError> {
    let url = url.to_owned();
    if answer.status != 200 {
        return Err(QueryError::Refused {
            url,
            status: status_name(answer.status),
            content: answer.content,
        });
    }
    if answer.root.is_null() {
        return Err(QueryError::NoJson { url });
    }
    Ok(answer)
}

fn rows(selector: &str, answer: &Answer) -> Result<Vec<Json>, QueryError> {
    let path = selector
        .strip_prefix("jsonpath:")
        .ok_or_else(|| QueryError::Selector {
            selector: selector.to_owned(),
        })?;
    Ok(json_path::select(path, &answer.root)?)
}

fn choice(row: usize, json: Json, template: Option<&Template>) -> Result<Choice, QueryError> {
    // A row that is a text has this name in a template.
    let values = match json {
        Json::Object(members) => Json::Object(members),
        other => serde_json::json!({ "defaultResultKey": other }),
    };
    let Some(template) = template else {
        let text = values.get("defaultResultKey").and_then(Json::as_str);
        return match text {
            Some(text) => Ok(Choice {
                value: text.to_owned(),
                display: text.to_owned(),
            }),
            None => Err(QueryError::Choice {
                row,
                text: values.to_string(),
            }),
        };
    };
    let text = template.render(&values)?;
    serde_json::from_str(&text).map_err(|_| QueryError::Choice { row, text })
}

/// What the next page is asked with; none where this was the last.
fn following(
    paging: Option<&Paging>,
    page: &Map<String, Json>,
    count: usize,
    answer: &Answer,
) -> Result<Option<Map<String, Json>>, QueryError> {
    let Some(paging) = paging else {
        return Ok(None);
    };
    let mut values = page.clone();
    values.insert("result".to_owned(), serde_json::json!({ "count": count }));
    let headers = answer.headers.iter();
    let headers: Map<String, Json> = headers
        .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
        .collect();
    values.insert("headers".to_owned(), Json::Object(headers));
    let values = Json::Object(values);
    let text = paging.goes_on.render(&values)?;
    match text.trim() {
        "true" => Ok(Some(context(&paging.next.render(&values)?)?)),
        // Microsoft's own example prints nothing where there is no more.
        "false" | "" => Ok(None),
        _ => Err(QueryError::Paging { text }),
    }
}

fn context(text: &str) -> Result<Map<String, Json>, QueryError> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|_| QueryError::Paging {
        text: text.to_owned(),
    })
}
