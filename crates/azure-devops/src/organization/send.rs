//! One call: sign it, send it, and read what came as an answer of the API or as something else.

use std::time::SystemTime;

use outbound::{Request, Response};
use serde_json::Value as Json;

use super::{Organization, pace};
use crate::error::{Error, Operation, Saying};
use crate::wire::{Missing, Node};

/// An answer of the API: JSON, or nothing at all.
#[derive(Debug)]
pub(crate) struct Answer {
    operation: Operation,
    document: Json,
    saying: Box<Saying>,
    /// Where the next page begins, if there is one.
    pub(crate) continuation: Option<String>,
}

impl Organization {
    /// Sends a request as this identity. Where it counts as signed out, a token that can be had anew is fetched anew,
    /// once.
    pub(crate) async fn send(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Answer, Box<Error>> {
        let (signed, ticket) = self.credentials.sign(self, request.clone()).await?;
        match self.exchange(operation, signed).await {
            Err(error) if ticket.is_some() && matches!(*error, Error::SignedOut { .. }) => {
                self.credentials.discard(ticket).await;
                let (signed, _) = self.credentials.sign(self, request).await?;
                self.exchange(operation, signed).await
            }
            other => other,
        }
    }

    /// Sends a request as it is, when the service is ready for it.
    pub(crate) async fn exchange(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Answer, Box<Error>> {
        // Without it a credential that is no longer accepted leads to a page for signing in, not to 401.
        let request = request
            .header("accept", "application/json")
            .header("x-tfs-fedauthredirect", "Suppress");
        self.pace.wait().await;
        let answered = self.http.send(&request).await;
        let now = self.clock.as_ref();
        let now = now.and_then(|clock| SystemTime::try_from(clock()).ok());
        self.pace.learn(match &answered {
            Ok(response) => pace::asked(|name| response.header(name), now),
            Err(error) => pace::asked(|name| error.header(name), now),
        });
        match answered {
            Ok(response) => Answer::read(operation, &response),
            Err(source) => Err(Error::of(operation, source)),
        }
    }
}

/// What a success is, going by its status and its media type: a page for signing in comes as 203, and as 200 once a
/// redirect to it was followed.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Nothing,
    SignIn,
    Other,
}

fn kind(status: u16, content_type: &str, body: &[u8]) -> Kind {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let markup = body.trim_ascii_start().first() == Some(&b'<');
    match (status, essence.as_str()) {
        (204, _) => Kind::Nothing,
        (203, _) => Kind::SignIn,
        (200 | 201, _) if markup || essence.contains("html") => Kind::SignIn,
        (200 | 201, "application/json") => Kind::Json,
        _ => Kind::Other,
    }
}

impl Answer {
    fn read(operation: &Operation, response: &Response) -> Result<Self, Box<Error>> {
        let saying = Box::new(Saying::of_success(response));
        let broken = |problem: String| {
            Box::new(Error::Shape {
                operation: operation.clone(),
                problem,
                saying: saying.clone(),
                source: None,
            })
        };
        let document = match kind(response.status(), response.content_type(), response.body()) {
            Kind::Json => response.json().map_err(|source| {
                Box::new(Error::Shape {
                    operation: operation.clone(),
                    problem: "the answer cannot be read".to_owned(),
                    saying: saying.clone(),
                    source: Some(Box::new(source)),
                })
            })?,
            Kind::Nothing => Json::Null,
            Kind::SignIn => {
                return Err(Box::new(Error::SignedOut {
                    operation: operation.clone(),
                    status: Some(response.status()),
                    saying,
                    source: None,
                }));
            }
            Kind::Other => {
                let status = response.status();
                return Err(broken(format!("the answer is no JSON (status {status})")));
            }
        };
        let continuation = response.header("x-ms-continuationtoken");
        Ok(Self {
            operation: operation.clone(),
            document,
            saying,
            continuation: continuation.map(str::to_owned),
        })
    }

    pub(crate) fn node(&self) -> Node<'_> {
        Node::new(&self.document)
    }

    /// Reads the whole answer.
    pub(crate) fn decode<'a, T>(
        &'a self,
        decode: impl FnOnce(Node<'a>) -> Result<T, Missing>,
    ) -> Result<T, Box<Error>> {
        decode(self.node()).map_err(|missing| self.lacks(&missing.0))
    }

    /// Reads the items below `key`. An answer without a body is how the service says that there is nothing.
    pub(crate) fn items<'a, T>(
        &'a self,
        key: &str,
        decode: impl Fn(Node<'a>) -> Result<T, Missing>,
    ) -> Result<Vec<T>, Box<Error>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        self.decode(|node| node.list(key, decode))
    }

    /// Whether the service answered that there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.document.is_null()
    }

    /// The error for an answer without something that belongs there.
    pub(crate) fn lacks(&self, path: &str) -> Box<Error> {
        Box::new(Error::Shape {
            operation: self.operation.clone(),
            problem: format!("the answer lacks a usable {path}"),
            saying: self.saying.clone(),
            source: None,
        })
    }

    /// The error for an answer that says that there is nothing, where there should be something.
    pub(crate) fn absent(&self) -> Box<Error> {
        Box::new(Error::NotFound {
            operation: self.operation.clone(),
            saying: self.saying.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_json_with_the_right_status_or_nothing() {
        let page = b" <!DOCTYPE html><title>Sign In</title>".as_slice();
        for (status, content_type, body, expected) in [
            (
                200,
                "application/json; charset=utf-8; api-version=7.1",
                b"{}".as_slice(),
                Kind::Json,
            ),
            (201, "Application/JSON", b"{}", Kind::Json),
            (204, "", b"", Kind::Nothing),
            (203, "text/html; charset=utf-8", page, Kind::SignIn),
            (203, "application/json", b"{}", Kind::SignIn),
            (200, "text/html", b"whatever", Kind::SignIn),
            (200, "application/json", page, Kind::SignIn),
            (200, "", page, Kind::SignIn),
            (200, "text/plain", b"{}", Kind::Other),
            (200, "", b"{}", Kind::Other),
            (202, "application/json", b"{}", Kind::Other),
            (206, "application/json", b"{}", Kind::Other),
        ] {
            assert_eq!(
                kind(status, content_type, body),
                expected,
                "{status} {content_type}"
            );
        }
    }
}
