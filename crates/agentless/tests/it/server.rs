//! A small scripted HTTP server: one answer for each request, in order, and a list of what came.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Answers with a status and a body.
    Body(u16, String),
    /// The same with one more header.
    Header(u16, &'static str, &'static str, String),
    /// Closes the line.
    Cut,
    /// Says nothing for as long as the caller waits.
    Silence,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&String| line.split(':').next().unwrap().eq_ignore_ascii_case(name);
        let line = self.headers.iter().find(named)?;
        Some(line.split_once(':')?.1.trim())
    }
}

pub(crate) struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) fn ok(json: serde_json::Value) -> Reply {
    Reply::Body(200, json.to_string())
}

impl Server {
    /// Serves the replies in order; a request beyond them gets a 599.
    pub(crate) fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&seen);
        thread::spawn(move || {
            let mut replies = replies.into_iter();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let reply = replies.next().unwrap_or(Reply::Body(599, String::new()));
                let list = Arc::clone(&list);
                // In turn, except for the silent ones, which must hold up nobody.
                match reply {
                    Reply::Silence => drop(thread::spawn(move || serve(stream, reply, &list))),
                    _ => serve(stream, reply, &list),
                }
            }
        });
        Self { url, seen }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Request lines without the version.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |seen: Seen| seen.line.trim_end_matches(" HTTP/1.1").to_owned();
        self.seen().into_iter().map(line).collect()
    }
}

fn serve(mut stream: TcpStream, reply: Reply, list: &Mutex<Vec<Seen>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    if lines.is_empty() {
        return;
    }
    let mut seen = Seen {
        line: lines.remove(0),
        headers: lines,
        body: String::new(),
    };
    let length = seen
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    seen.body = String::from_utf8(body).unwrap();
    list.lock().unwrap().push(seen);
    let (status, header, body) = match reply {
        Reply::Body(status, body) => (status, String::new(), body),
        Reply::Header(status, name, value, body) => (status, format!("{name}: {value}\r\n"), body),
        Reply::Cut => return,
        // Ends when the caller gives up and closes.
        Reply::Silence => return drop(reader.read(&mut [0])),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{header}\r\n");
    // The caller may have left.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}
