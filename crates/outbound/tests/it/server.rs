//! A server that does as it is told, request by request, and remembers what it was sent.
//!
//! It speaks bytes rather than HTTP, since most of what is tested is broken HTTP.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// What to do with a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Write this and wait for the next request.
    Say(Vec<u8>),
    /// Write this and end the connection in order.
    SayAndClose(Vec<u8>),
    /// Write this and cut the connection off.
    SayAndReset(Vec<u8>),
    /// Write this byte by byte, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// Say nothing.
    Hang,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        pairs
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
    }
}

#[derive(Default)]
struct Script {
    acts: VecDeque<Act>,
    seen: Vec<Seen>,
    connections: usize,
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    script: Arc<Mutex<Script>>,
}

impl Server {
    /// Starts a plain server. When its acts are used up, it answers 200 with `{}`.
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::listen(acts, None).await
    }

    pub(crate) async fn start_tls(
        acts: impl IntoIterator<Item = Act>,
        config: rustls::ServerConfig,
    ) -> Self {
        Self::listen(acts, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn listen(acts: impl IntoIterator<Item = Act>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let script = Arc::new(Mutex::new(Script {
            acts: acts.into_iter().collect(),
            ..Script::default()
        }));
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve_connection(stream, tls.clone(), Arc::clone(&shared)));
            }
        });
        Self {
            address,
            scheme,
            script,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("{}://{}{path}", self.scheme, self.address)
            .parse()
            .unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.script.lock().unwrap().seen.len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.script.lock().unwrap().connections
    }
}

async fn serve_connection(stream: TcpStream, tls: Option<TlsAcceptor>, script: Arc<Mutex<Script>>) {
    match tls {
        None => {
            let mut stream = stream;
            if serve(&mut stream, &script).await == End::Reset {
                stream.set_zero_linger().unwrap();
            }
        }
        Some(acceptor) => {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                serve(&mut stream, &script).await;
                let _ = stream.shutdown().await;
            }
        }
    }
}

#[derive(PartialEq)]
enum End {
    Close,
    Reset,
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, script: &Mutex<Script>) -> End {
    while let Some(seen) = read_request(stream).await {
        let act = {
            let mut script = script.lock().unwrap();
            script.seen.push(seen);
            script
                .acts
                .pop_front()
                .unwrap_or_else(|| Act::Say(json(200, "{}")))
        };
        match act {
            Act::Say(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return End::Close;
                }
            }
            Act::SayAndClose(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                return End::Close;
            }
            Act::SayAndReset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                return End::Reset;
            }
            Act::Drip(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&[byte]).await.is_err() {
                        return End::Close;
                    }
                }
            }
            Act::Hang => std::future::pending().await,
        }
        let _ = stream.flush().await;
    }
    End::Close
}

/// Reads a head and the body its `content-length` announces.
pub(crate) async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let mut seen = Seen {
        head: String::from_utf8(head).unwrap(),
        body: Vec::new(),
    };
    let length = seen
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    seen.body.resize(length, 0);
    stream.read_exact(&mut seen.body).await.ok()?;
    Some(seen)
}

/// An answer with further headers, each as a whole line.
pub(crate) fn answer(status: u16, headers: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n",
        body.len()
    );
    for line in headers {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

pub(crate) fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, &["content-type: application/json"], body)
}

pub(crate) fn say(status: u16) -> Act {
    Act::Say(json(status, "{}"))
}
