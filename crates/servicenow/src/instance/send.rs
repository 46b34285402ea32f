//! One call: sign it, send it, and read what came as an answer of the API or as something else.

use std::time::SystemTime;

use outbound::{Class, Effect, Request, Response};
use serde_json::Value as Json;

use super::Instance;
use crate::error::{Envelope, Error, Operation, Page};
use crate::wire::{self, Row};

/// An answer of the API: JSON, and without an error beside its result.
#[derive(Debug)]
pub(crate) struct Answer {
    operation: Operation,
    wrote: bool,
    document: Json,
    /// Rows that match, by the server's count, which ignores ACLs.
    pub(crate) total: Option<usize>,
}

impl Instance {
    /// Sends a request as this account. On 401 the credentials are renewed once, where they can be.
    pub(crate) async fn send(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Answer, Box<Error>> {
        let wrote = request.effect_kind() != Effect::Read;
        let request = request.header("accept", "application/json");
        let response = self.signed(operation, request).await?;
        Answer::read(operation, wrote, &response)
    }

    async fn signed(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Response, Box<Error>> {
        let (signed, ticket) = self.credentials.sign(self, request.clone()).await?;
        let answered = match self.exchange(&signed).await {
            Err(error) if error.class() == Class::Unauthorized && ticket.is_some() => {
                self.credentials.discard(ticket).await;
                let (signed, _) = self.credentials.sign(self, request.clone()).await?;
                self.exchange(&signed).await
            }
            other => other,
        };
        answered.map_err(|source| Error::of(operation, source))
    }

    /// Reads bytes as they are. A page in their place (a file may itself be one) does not bring along the description
    /// that the instance sends with a file.
    pub(crate) async fn fetch(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Vec<u8>, Box<Error>> {
        let response = self
            .signed(operation, request.header("accept", "*/*"))
            .await?;
        match page(response.content_type(), response.body()) {
            Some(page) if response.header("x-attachment-metadata").is_none() => {
                Err(Box::new(Error::NotApi {
                    operation: operation.clone(),
                    page,
                    may_have_happened: false,
                }))
            }
            _ => Ok(response.body().to_vec()),
        }
    }

    /// Sends a read; where the instance gave up in the middle of its answer, asks once more.
    pub(crate) async fn read(
        &self,
        operation: &Operation,
        request: Request,
    ) -> Result<Answer, Box<Error>> {
        match self.send(operation, request.clone()).await {
            Err(error) if error.is_incomplete() => self.send(operation, request).await,
            other => other,
        }
    }

    /// Sends a request as it is, and takes in what time the instance has.
    pub(crate) async fn exchange(&self, request: &Request) -> Result<Response, outbound::Error> {
        let answered = self.http.send(request).await;
        let date = match &answered {
            Ok(response) => response.date(),
            Err(error) => error.header("date").and_then(http_date),
        };
        if let Some(date) = date {
            self.clock.learn(date);
        }
        answered
    }
}

fn http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

impl Answer {
    fn read(operation: &Operation, wrote: bool, response: &Response) -> Result<Self, Box<Error>> {
        let document = document(operation, wrote, response.content_type(), response.body())?;
        let total = response.header("x-total-count");
        Ok(Self {
            operation: operation.clone(),
            wrote,
            document,
            total: total.and_then(|count| count.trim().parse().ok()),
        })
    }

    /// What stands under `result`.
    pub(crate) fn result(&self) -> &Json {
        self.document.get("result").unwrap_or(&Json::Null)
    }

    /// The one row under `result`.
    pub(crate) fn row(&self) -> Result<Row, Box<Error>> {
        wire::row(self.result()).ok_or_else(|| self.lacks("result"))
    }

    /// The rows under `result`.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Box<Error>> {
        wire::rows(self.result()).ok_or_else(|| self.lacks("result"))
    }

    /// The error for an answer without something that belongs there.
    pub(crate) fn lacks(&self, missing: &'static str) -> Box<Error> {
        Box::new(Error::Shape {
            operation: self.operation.clone(),
            missing,
            may_have_happened: self.wrote,
        })
    }
}

/// The document of a success. "Success" is a page of HTML from a hibernating instance, or half a result beside an
/// error object from one that ran out of time; both are told apart here.
pub(crate) fn document(
    operation: &Operation,
    wrote: bool,
    content_type: &str,
    body: &[u8],
) -> Result<Json, Box<Error>> {
    let incomplete = |saying: Option<String>| {
        Box::new(Error::Incomplete {
            operation: operation.clone(),
            saying,
            may_have_happened: wrote,
        })
    };
    if let Some(page) = page(content_type, body) {
        return Err(Box::new(Error::NotApi {
            operation: operation.clone(),
            page,
            may_have_happened: wrote,
        }));
    }
    let document: Json = serde_json::from_slice(body).map_err(|_| incomplete(None))?;
    match Envelope::of(&document) {
        Some(envelope) => Err(incomplete(Some(envelope.text()))),
        None => Ok(document),
    }
}

/// Which page a body is, if it is one.
fn page(content_type: &str, body: &[u8]) -> Option<Page> {
    /// A page says what it is near its top; scripts that mention a login come later.
    const HEAD: usize = 16 << 10;
    let markup = body.trim_ascii_start().first() == Some(&b'<');
    if !markup && !content_type.to_ascii_lowercase().contains("html") {
        return None;
    }
    let head = &body[..body.len().min(HEAD)];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(if says(&["hibernat", "waking up", "wake up"]) {
        Page::Hibernating
    } else if says(&["log in", "login", "sign in", "sign-in", "saml", "password"]) {
        Page::Login
    } else {
        Page::Other
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &str) -> Result<Json, Box<Error>> {
        let operation = Operation::new("read", "it");
        document(&operation, true, content_type, body.as_bytes())
    }

    #[test]
    fn pages_are_told_apart_whatever_they_call_themselves() {
        let table = [
            (
                "text/html",
                "<html><body>Your instance is hibernating",
                Page::Hibernating,
            ),
            (
                "application/json",
                "  <!doctype html><h1>Your instance is waking up",
                Page::Hibernating,
            ),
            (
                "text/html;charset=UTF-8",
                "<html><title>Log in | ServiceNow",
                Page::Login,
            ),
            ("TEXT/HTML", "Scheduled maintenance", Page::Other),
            ("", "<h1>502 Bad Gateway", Page::Other),
        ];
        for (content_type, body, expected) in table {
            match read(content_type, body).map_err(|error| *error) {
                Err(Error::NotApi {
                    page,
                    may_have_happened,
                    ..
                }) => {
                    assert_eq!((page, may_have_happened), (expected, true), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_success_with_an_error_or_half_a_body_is_none() {
        let json = "application/json;charset=UTF-8";
        for body in [
            "",
            r#"{"result":[{"sys_id":"#,
            r#"{"result":[],"error":{"message":"Transaction cancelled","detail":"time"},"status":"failure"}"#,
            r#"{"status":"failure"}"#,
        ] {
            assert!(
                matches!(
                    read(json, body).map_err(|error| *error),
                    Err(Error::Incomplete {
                        may_have_happened: true,
                        ..
                    })
                ),
                "{body}"
            );
        }
        assert!(read(json, r#"{"result":[]}"#).is_ok());
        // A description that mentions HTML is no page.
        assert!(read(json, r#"{"result":{"short_description":"<b>login</b>"}}"#).is_ok());
    }
}
