//! From a request to its answer: length, authentication, address, method, headers, body, in the platform's order.

use crate::acl::Actor;
use crate::http::{Reply, Request};
use crate::options::Api;
use crate::recorder::{Finding, FindingKind, Recorded};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{attachments, auth, batch, chg_rest, oauth, stats, table_api};

/// Longest request line target the front end takes (measured).
const MAX_TARGET: usize = 8192;
/// `glide.rest.max_content_length`, its default.
pub(crate) const MAX_BODY: u64 = 10_485_760;

/// What a handler works with besides the world.
#[derive(Debug)]
pub(crate) struct Call<'r> {
    pub(crate) request: &'r Request,
    pub(crate) actor: Actor,
    pub(crate) findings: Vec<Finding>,
}

impl Call<'_> {
    pub(crate) fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        self.findings.push(Finding {
            kind,
            detail: detail.into(),
        });
    }

    /// Reports parameters nobody reads; the instance itself ignores them.
    pub(crate) fn check_parameters(&mut self, known: &[&str]) {
        for (name, _) in self.request.query() {
            if !known.contains(&name.as_str()) {
                self.find(FindingKind::UnknownParameter, name);
            }
        }
    }
}

pub(crate) type Answer = Result<Reply, Refusal>;

/// Answers one request and notes on the record who asked and what was odd.
pub(crate) fn answer(world: &mut World, request: &Request, recorded: &mut Recorded) -> Reply {
    if request.path.len() + request.raw_query.len() > MAX_TARGET {
        return Reply::html(
            414,
            "<html><body><h1>Request-URI Too Long</h1></body></html>",
        );
    }
    if request.path == "/oauth_token.do" {
        return oauth::token(world, request);
    }
    let parts: Vec<&str> = request.path.split('/').skip(1).collect();
    let route = Route::of(&parts, world.options.change_api);
    let actor = match auth::authenticate(world, request, route.as_ref().map(Route::api)) {
        Ok(actor) => actor,
        Err(refusal) => return refusal.reply(),
    };
    recorded.user = Some(actor.user_name.clone());
    let mut call = Call {
        request,
        actor,
        findings: Vec::new(),
    };
    let reply = match route {
        Some(route) => dispatch(world, &mut call, &route),
        None => Err(Refusal::UnknownUri),
    };
    recorded.findings.append(&mut call.findings);
    let reply = reply.unwrap_or_else(|refusal| refusal.reply());
    if request.header("x-no-response-body") == Some("true") && reply.status < 300 {
        return Reply {
            body: Vec::new(),
            ..reply
        };
    }
    reply
}

/// Where a path leads.
#[derive(Debug)]
enum Route<'p> {
    Table {
        v1: bool,
        table: &'p str,
        id: Option<&'p str>,
    },
    Stats {
        table: &'p str,
    },
    Batch,
    Attachment {
        rest: Vec<&'p str>,
    },
    Change {
        rest: Vec<&'p str>,
    },
}

impl<'p> Route<'p> {
    fn of(parts: &[&'p str], change_api: bool) -> Option<Self> {
        let (space, rest) = parts.strip_prefix(["api"].as_slice())?.split_first()?;
        let version = rest.first().filter(|p| matches!(**p, "v1" | "v2")).copied();
        let rest = if version.is_some() { &rest[1..] } else { rest };
        match (*space, rest) {
            ("now", ["table", table]) => Some(Self::Table {
                v1: version == Some("v1"),
                table,
                id: None,
            }),
            ("now", ["table", table, id]) => Some(Self::Table {
                v1: version == Some("v1"),
                table,
                id: Some(id),
            }),
            ("now", ["stats", table]) => Some(Self::Stats { table }),
            ("now", ["batch"]) if version != Some("v2") => Some(Self::Batch),
            ("now", ["attachment", rest @ ..]) => Some(Self::Attachment {
                rest: rest.to_vec(),
            }),
            ("sn_chg_rest", ["change", rest @ ..]) if change_api && version != Some("v2") => {
                Some(Self::Change {
                    rest: rest.to_vec(),
                })
            }
            _ => None,
        }
    }

    fn api(&self) -> Api {
        match self {
            Self::Table { .. } => Api::Table,
            Self::Stats { .. } => Api::Stats,
            Self::Batch => Api::Batch,
            Self::Attachment { .. } => Api::Attachment,
            Self::Change { .. } => Api::Change,
        }
    }

    /// Attachments carry any content, everything else JSON.
    fn takes_any_content(&self) -> bool {
        matches!(self, Self::Attachment { .. })
    }
}

fn dispatch(world: &mut World, call: &mut Call<'_>, route: &Route<'_>) -> Answer {
    check_headers(call.request, route.takes_any_content())?;
    check_length(call.request)?;
    match route {
        Route::Table { v1, table, id } => table_api::serve(world, call, *v1, table, *id),
        Route::Stats { table } => stats::serve(world, call, table),
        Route::Batch => batch::serve(world, call),
        Route::Attachment { rest } => attachments::serve(world, call, rest),
        Route::Change { rest } => chg_rest::serve(world, call, rest),
    }
}

/// `Accept` everywhere, `Content-Type` where a body is. A DELETE has none, and the vendor's own client sends none.
fn check_headers(request: &Request, any_content: bool) -> Result<(), Refusal> {
    if request.in_batch {
        return Ok(());
    }
    let accept = request
        .header("accept")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if accept.trim().is_empty() {
        return Err(Refusal::bad(
            400,
            "Bad Request",
            Some("Accept header is required"),
        ));
    }
    // The platform also speaks XML; this stand-in does not.
    let json = ["*/*", "application/*", "application/json"]
        .iter()
        .any(|t| accept.contains(t));
    if !json && !any_content {
        return Err(Refusal::bad(
            406,
            "Not Acceptable",
            Some("Unsupported value of Accept"),
        ));
    }
    let needs_type = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    if !needs_type || any_content {
        return Ok(());
    }
    match request.media_type().as_deref() {
        Some("application/json") => Ok(()),
        None | Some("") if request.body.is_empty() => Ok(()),
        None | Some("") => Err(Refusal::bad(
            400,
            "Bad Request",
            Some("Content-Type header is required"),
        )),
        Some(_) => Err(Refusal::bad(
            415,
            "Unsupported Media Type",
            Some("Unsupported value of Content-Type"),
        )),
    }
}

fn check_length(request: &Request) -> Result<(), Refusal> {
    let read = u64::try_from(request.body.len()).unwrap_or(u64::MAX);
    let length = request.claimed_length.unwrap_or(read).max(read);
    if length <= MAX_BODY {
        return Ok(());
    }
    Err(too_large(&length.to_string(), MAX_BODY))
}

pub(crate) fn too_large(length: &str, limit: u64) -> Refusal {
    let detail = format!(
        "Rejected large REST payload with content-length = {length} bytes. Max allowed: {limit} bytes."
    );
    Refusal::bad(400, "Exception while reading request", Some(&detail))
}

/// The JSON object of a body; a list counts for its first record only.
pub(crate) fn json_object(
    call: &mut Call<'_>,
) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    use serde_json::Value;
    if call.request.body.is_empty() {
        return Ok(serde_json::Map::new());
    }
    let unreadable = || {
        Refusal::bad(
            400,
            "Exception while reading request",
            Some("The payload is not valid JSON."),
        )
    };
    let body: Value = serde_json::from_slice(&call.request.body).map_err(|_| unreadable())?;
    match body {
        Value::Object(map) => Ok(map),
        Value::Array(items) => {
            if items.len() > 1 {
                call.find(FindingKind::ExtraRecords, items.len().to_string());
            }
            match items.into_iter().next() {
                Some(Value::Object(map)) => Ok(map),
                _ => Err(unreadable()),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(unreadable()),
    }
}
