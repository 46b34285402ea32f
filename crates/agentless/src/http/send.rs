//! The line: a connection of its own for each request, on a thread of its own.
//!
//! A caller's paused clock must neither stop the bound on an answer nor run past it, so the exchange lives in a runtime
//! with the real clock, and the caller waits for the thread.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;

use crate::answer::Answer;

use super::{Bounds, Request, RequestError};

pub(crate) async fn send(request: Request, bounds: Bounds) -> Result<Answer, RequestError> {
    let sent = spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.map_err(line)?.block_on(within(request, bounds))
    });
    sent.await.map_err(line)?
}

async fn within(request: Request, bounds: Bounds) -> Result<Answer, RequestError> {
    let timed_out = RequestError::TimedOut {
        seconds: (bounds.within + Duration::from_nanos(999_999_999)).as_secs(),
    };
    let exchange = tokio::time::timeout(bounds.within, exchange(request, bounds.limit));
    exchange.await.unwrap_or(Err(timed_out))
}

async fn exchange(request: Request, limit: usize) -> Result<Answer, RequestError> {
    let request_url = request.url.clone();
    let no_host = || RequestError::Url {
        text: request_url.to_string(),
    };
    let host = request_url.host_str().ok_or_else(no_host)?;
    let port = request_url.port_or_known_default().ok_or_else(no_host)?;
    let host = host.trim_matches(['[', ']']);
    let message = head(&request)?;
    let stream = TcpStream::connect((host, port)).await.map_err(line)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(line)?;
    let connection = tokio::spawn(connection);
    let answered = async {
        let response = sender.send_request(message).await.map_err(line)?;
        read(response, limit).await
    };
    let answer = answered.await;
    connection.abort();
    answer
}

fn head(request: &Request) -> Result<hyper::Request<Full<Bytes>>, RequestError> {
    let authority = &request.url[url::Position::BeforeHost..url::Position::AfterPort];
    let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut builder = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(target)
        .header("Host", authority);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let body = request.body.clone().unwrap_or_default();
    builder
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| RequestError::Headers {
            text: error.to_string(),
        })
}

async fn read(response: hyper::Response<Incoming>, limit: usize) -> Result<Answer, RequestError> {
    let status = response.status().as_u16();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let headers = response.headers().iter().map(header).collect();
    let body = Limited::new(response.into_body(), limit).collect().await;
    let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => RequestError::TooLarge { limit },
        None => line(error),
    })?;
    let content = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(Answer::new(status, headers, content))
}

fn line(error: impl std::fmt::Display) -> RequestError {
    RequestError::Line {
        detail: error.to_string(),
    }
}
