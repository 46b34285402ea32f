//! What some stories put between the step and the instance: a proxy, a switch to turn the way off, a party of our own.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longest head that is read, and longest time without a byte.
const HEAD: usize = 64 << 10;
const SILENCE: Duration = Duration::from_secs(60);

/// A request's head as it came, and when.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) at: Instant,
    /// The request line.
    pub(crate) line: String,
    /// Header lines, names in lower case.
    headers: Vec<(String, String)>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What becomes of a request.
pub(crate) enum Act {
    /// The party there answers it; these headers are added on the way.
    Relay(SocketAddr, Vec<(String, String)>),
    /// A tunnel to the party there.
    Tunnel(SocketAddr),
    /// This answer, word for word.
    Say(String),
}

type Decide = dyn Fn(&Head) -> Act + Send + Sync;

struct Shared {
    decide: Box<Decide>,
    tls: Option<Arc<ServerConfig>>,
    seen: Mutex<Vec<Head>>,
    stopped: AtomicBool,
}

/// A listener that decides request by request, until dropped. One connection carries one request.
pub(crate) struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// On a free port.
    pub(crate) fn start(decide: impl Fn(&Head) -> Act + Send + Sync + 'static) -> Self {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), None, decide)
    }

    /// On a free port, behind TLS.
    pub(crate) fn start_tls(
        config: ServerConfig,
        decide: impl Fn(&Head) -> Act + Send + Sync + 'static,
    ) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::listen(any, Some(Arc::new(config)), decide)
    }

    /// On a reserved address, passing everything on.
    pub(crate) fn relay(address: SocketAddr, to: SocketAddr) -> Self {
        Self::listen(address, None, move |_| Act::Relay(to, Vec::new()))
    }

    fn listen(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        decide: impl Fn(&Head) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("the address is free");
        let address = listener.local_addr().expect("a bound listener");
        let shared = Arc::new(Shared {
            decide: Box::new(decide),
            tls,
            seen: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        let thread = std::thread::spawn(move || accept(&listener, &accepting));
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address, `http` or `https`.
    pub(crate) fn url(&self) -> String {
        let scheme = self.shared.tls.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{}", self.address)
    }

    /// The heads of all requests so far.
    pub(crate) fn seen(&self) -> Vec<Head> {
        locked(&self.shared.seen).clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener; if it is gone already, all the better.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// An address where nobody listens, and nobody else will: every reservation has a loopback address of its own, so no
/// other test is handed its port while it is not in use.
pub(crate) fn reserved() -> SocketAddr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let [low, high, ..] = std::process::id().to_le_bytes();
    let last = COUNT.fetch_add(1, Ordering::Relaxed);
    let own = Ipv4Addr::new(127, 64 | (high & 63), low, last);
    let listener = TcpListener::bind((IpAddr::V4(own), 0)).expect("loopback addresses are ours");
    listener.local_addr().expect("a bound listener")
}

/// Host and port of a base address.
pub(crate) fn address_of(url: &str) -> SocketAddr {
    let rest = url.split_once("://").expect("a base address").1;
    rest.trim_end_matches('/').parse().expect("host and port")
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let (Ok(stream), shared) = (stream, Arc::clone(shared)) else {
            continue;
        };
        // A connection that breaks is the story's business, not an error here.
        std::thread::spawn(move || drop(serve(stream, &shared)));
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    if let Some(config) = &shared.tls {
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        answer(&mut stream, shared)?;
        stream.conn.send_close_notify();
        return stream.flush();
    }
    let mut stream = stream;
    match answer(&mut stream, shared)? {
        Some(to) => tunnel(stream, to),
        None => stream.shutdown(Shutdown::Write),
    }
}

/// Reads one request and answers it; returns where a tunnel is to go.
fn answer(stream: &mut (impl Read + Write), shared: &Shared) -> io::Result<Option<SocketAddr>> {
    let (head, begun) = read_head(stream)?;
    locked(&shared.seen).push(head.clone());
    match (shared.decide)(&head) {
        Act::Say(text) => stream.write_all(text.as_bytes())?,
        Act::Tunnel(to) => {
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            return Ok(Some(to));
        }
        Act::Relay(to, more) => {
            let mut upstream = TcpStream::connect(to)?;
            upstream.write_all(passed_on(&head, &more).as_bytes())?;
            upstream.write_all(&begun)?;
            let length = head.header("content-length").and_then(|n| n.parse().ok());
            let missing = length.unwrap_or(0usize).saturating_sub(begun.len());
            io::copy(&mut stream.take(missing as u64), &mut upstream)?;
            io::copy(&mut upstream, stream)?;
        }
    }
    stream.flush()?;
    Ok(None)
}

/// The head, and what came of the body with it.
fn read_head(stream: &mut impl Read) -> io::Result<(Head, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk)?;
        if read == 0 || bytes.len() > HEAD {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..read]);
    };
    let begun = bytes.split_off(end + 4);
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let head = Head {
        at: now(),
        line,
        headers: headers.collect(),
    };
    Ok((head, begun))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time between two requests is what some stories are about"
)]
fn now() -> Instant {
    Instant::now()
}

/// The head as a party gets it: the address without its host, nothing meant for a proxy, one request a connection.
fn passed_on(head: &Head, more: &[(String, String)]) -> String {
    let mut words = head.line.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    let kept = head
        .headers
        .iter()
        .filter(|(name, _)| name != "connection" && !name.starts_with("proxy-"));
    for (name, value) in kept.chain(more) {
        text += &format!("{name}: {value}\r\n");
    }
    text + "\r\n"
}

fn tunnel(stream: TcpStream, to: SocketAddr) -> io::Result<()> {
    let upstream = TcpStream::connect(to)?;
    let (mut from, mut into) = (stream.try_clone()?, upstream.try_clone()?);
    let up = std::thread::spawn(move || {
        drop(io::copy(&mut from, &mut into));
        drop(into.shutdown(Shutdown::Write));
    });
    let (mut from, mut into) = (upstream, stream);
    drop(io::copy(&mut from, &mut into));
    drop(into.shutdown(Shutdown::Write));
    drop(up.join());
    Ok(())
}
