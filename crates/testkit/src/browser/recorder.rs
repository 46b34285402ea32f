//! The server that stands between the browser and everything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;

/// A head of a request that is longer is none of a browser's.
const MOST: usize = 64 << 10;

/// What is answered for the page's address.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// This page.
    Text(String),
    /// Whatever the server says that is at this address.
    PassOn(String),
}

/// Everything else gets 404, and is remembered.
#[derive(Debug)]
pub(super) struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    page: String,
    answer: Answer,
    others: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Recorder {
    pub(super) fn start(answer: Answer) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let page = match &answer {
            Answer::Text(_) => format!("http://{address}/page"),
            Answer::PassOn(url) => url.clone(),
        };
        let shared = Arc::new(Shared {
            page,
            answer,
            others: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || serve(&listener, &of_thread));
        Ok(Self {
            address,
            shared,
            thread: Some(thread),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn page(&self) -> &str {
        &self.shared.page
    }

    pub(super) fn others(&self) -> Vec<String> {
        let others = self.shared.others.lock();
        others.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        // Wakes the thread up, which waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().flatten() {
        if shared.over.load(Ordering::Acquire) {
            return;
        }
        let shared = Arc::clone(shared);
        // A connection that is cut, as at the browser's end, is nobody's fault.
        std::thread::spawn(move || answer(stream, &shared).ok());
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let head = head(&mut stream)?;
    let mut words = head.split(' ');
    let (Some(method), Some(address)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let is_page = address == shared.page;
    if !is_page {
        let mut others = shared.others.lock().unwrap_or_else(PoisonError::into_inner);
        // A tunnel names a host where a request names an address.
        others.push(if method == "CONNECT" {
            format!("CONNECT {address}")
        } else {
            address.to_owned()
        });
    }
    match &shared.answer {
        Answer::Text(page) if is_page => say(&mut stream, "200 OK", page),
        Answer::PassOn(url) if origin(address) == origin(url) => {
            pass_on(&mut stream, &head, origin(url))
        }
        Answer::Text(_) | Answer::PassOn(_) => say(&mut stream, "404 Not Found", ""),
    }
}

fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") && bytes.len() < MOST {
        match stream.read(&mut buffer)? {
            0 => break,
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn say(stream: &mut TcpStream, status: &str, page: &str) -> std::io::Result<()> {
    let size = page.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(page.as_bytes())
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> &str {
    let host = address.find("//").map_or(0, |at| at + 2);
    let end = address[host..]
        .find('/')
        .map_or(address.len(), |at| host + at);
    &address[..end]
}

/// Asks the server for the same, in its own words and once, and gives back what it says.
fn pass_on(stream: &mut TcpStream, head: &str, origin: &str) -> std::io::Result<()> {
    let host = origin.rsplit('/').next().unwrap_or_default();
    let mut server = TcpStream::connect(host)?;
    let lines = head
        .trim_end()
        .lines()
        .map(|line| line.replacen(origin, "", 1));
    let kept = lines.filter(|line| !line.to_ascii_lowercase().contains("connection:"));
    let request: String = kept.map(|line| format!("{line}\r\n")).collect();
    write!(server, "{request}Connection: close\r\n\r\n")?;
    std::io::copy(&mut server, stream).map(|_| ())
}
