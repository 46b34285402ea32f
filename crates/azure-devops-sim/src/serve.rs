//! Sockets: reads a request to its end, hands it to the world, lets the answer leave the way the fault plan says.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::{mpsc, oneshot};

use crate::clock;
use crate::control;
use crate::exchange::exchange;
use crate::faults::Delivery;
use crate::http::{Host, Reply, Request};
use crate::world::World;

/// Longest body read; far above what the served routes take.
const MAX_BODY: usize = 10_485_760;

pub(crate) type Shared = Arc<Mutex<World>>;
type Body = BoxBody<Bytes, io::Error>;

/// A poisoned lock means a handler panicked; the world is still what the test wants to look at.
pub(crate) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until told to stop. Owns its thread's runtime, so a caller's paused clock does not reach it.
pub(crate) fn run(
    listeners: Vec<(TcpListener, Host)>,
    world: &Shared,
    stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut serving = tokio::task::JoinSet::new();
        for (listener, host) in listeners {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            serving.spawn(accept(listener, host, Arc::clone(world)));
        }
        tokio::select! {
            ended = serving.join_next() => match ended {
                Some(Ok(result)) => result,
                Some(Err(error)) => Err(io::Error::other(error)),
                None => Ok(()),
            },
            _ = stop => Ok(()),
        }
    })
}

async fn accept(listener: tokio::net::TcpListener, host: Host, world: Shared) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let service = service_fn(move |request| handle(Arc::clone(&world), host, request));
            // A caller that goes away, or a fault that cuts the line, ends here; neither is worth a word.
            drop(
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await,
            );
        });
    }
}

async fn handle(
    world: Shared,
    host: Host,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Body>, io::Error> {
    let request = read(request, host).await?;
    if control::is_ours(&request) {
        let reply = control::serve(&mut lock(&world), &request);
        return Ok(whole(&world, reply));
    }
    let delay = lock(&world).options.response_delay_ms;
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let delivery = exchange(&mut lock(&world), &request);
    deliver(&world, delivery).await
}

async fn read(request: hyper::Request<Incoming>, host: Host) -> Result<Request, io::Error> {
    let (head, body) = request.into_parts();
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter();
    let headers = headers
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    let (body, too_large) = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => (body.to_bytes().to_vec(), false),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => (Vec::new(), true),
        Err(error) => return Err(io::Error::other(error)),
    };
    Ok(Request {
        host,
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        raw_query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
        too_large,
    })
}

async fn deliver(world: &Shared, delivery: Delivery) -> Result<hyper::Response<Body>, io::Error> {
    match delivery {
        Delivery::Whole(reply) => Ok(whole(world, reply)),
        Delivery::Late(reply, delay_ms) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            Ok(whole(world, reply))
        }
        Delivery::Nothing => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Delivery::Silence => {
            std::future::pending::<Infallible>().await;
            Err(io::Error::from(io::ErrorKind::TimedOut))
        }
        Delivery::Half(reply) => {
            let half = reply.body.len() / 2;
            let first = Bytes::copy_from_slice(&reply.body[..half]);
            let cut = Err(io::Error::from(io::ErrorKind::ConnectionReset));
            let pieces = vec![(0, Ok(first)), (1, cut)];
            Ok(head(world, &reply, pieced(pieces)))
        }
        Delivery::Drip(reply, pause_ms) => {
            let chunks = reply.body.chunks(8);
            let pieces = chunks
                .map(|c| (pause_ms, Ok(Bytes::copy_from_slice(c))))
                .collect();
            Ok(head(world, &reply, pieced(pieces)))
        }
    }
}

type Piece = (u64, Result<Bytes, io::Error>);

/// A body whose pieces leave after their pauses (milliseconds).
fn pieced(pieces: Vec<Piece>) -> Body {
    let (send, receive) = mpsc::channel(1);
    tokio::spawn(async move {
        for (pause, piece) in pieces {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if send.send(piece.map(Frame::data)).await.is_err() {
                return;
            }
        }
    });
    Pieces(receive).boxed()
}

/// The receiving end as a body.
struct Pieces(mpsc::Receiver<Result<Frame<Bytes>, io::Error>>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context)
    }
}

fn whole(world: &Shared, mut reply: Reply) -> hyper::Response<Body> {
    let body = Full::new(Bytes::from(std::mem::take(&mut reply.body)));
    head(world, &reply, body.map_err(|never| match never {}).boxed())
}

fn head(world: &Shared, reply: &Reply, body: Body) -> hyper::Response<Body> {
    let mut response = hyper::Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status)
        .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let date = ("Date".to_owned(), clock::http_date(lock(world).now()));
    for (name, value) in reply.headers.iter().chain([&date]) {
        let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, hyper::header::HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
