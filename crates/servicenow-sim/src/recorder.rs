//! Remembers every request and everything about it that a careful client would not have done.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::http::Request;

/// Something in a request that a real instance would have swallowed, or punished later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Column, term or value it was about.
    pub detail: String,
}

/// The kinds of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A written column does not exist: ignored with 200 or 201.
    UnknownField,
    /// A written `sys_*` column is not writable: ignored.
    SystemField,
    /// A date in a spelling the platform does not read.
    IsoDate,
    /// A text written to an integer state.
    TextState,
    /// A value outside a choice list.
    OffList,
    /// A text written to an integer or boolean column: ignored.
    WrongType,
    /// A text that is no `sys_id` written raw into a reference.
    UnresolvedReference,
    /// Text longer than its column.
    TooLong,
    /// A value that is neither text, number, boolean nor null.
    NonScalar,
    /// More than one record in one write.
    ExtraRecords,
    /// A caret inside a queried value.
    CaretInQuery,
    /// `%5E` after decoding, or a control character: encoded twice, or unchecked input.
    EncodedInQuery,
    /// A queried value that an instance would run as a script.
    JavascriptPrefix,
    /// A queried column does not exist: the query widened.
    UnknownQueryField,
    /// A query construct this stand-in does not speak: it matched nothing.
    UnsupportedQuery,
    /// A query parameter nobody reads.
    UnknownParameter,
    /// A priority the instance computes itself.
    PriorityIgnored,
    /// The approval of a change was written directly.
    ApprovalPatched,
    /// The type of a change was written after New: ignored.
    TypeIgnored,
    /// A note word for word as one that is there already.
    DuplicateNote,
    /// A file with the name and content of one that is there already.
    DuplicateAttachment,
    /// A note came along with a final state that the change was in already.
    FinalStateAgain,
    /// A change was moved without a look at its next states (option `expect_next_states`).
    UnaskedMove,
    /// A create was repeated after an unclear answer without looking first.
    BlindPostRetry,
}

/// One request as it came, without its secrets.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// When, in platform text (UTC).
    pub at: String,
    /// Method as handled (after an override header).
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query parameters, decoded once.
    pub query: Vec<(String, String)>,
    /// Header names and values; a secret's value is `***`.
    pub headers: Vec<(String, String)>,
    /// The body, when it was JSON; secrets of a token request are `***`.
    pub body: Option<Value>,
    /// Status sent; 0 when the connection was cut without one.
    pub status: u16,
    /// User the request was made as.
    pub user: Option<String>,
    /// An item inside a batch.
    pub in_batch: bool,
    /// Name of the fault that spoiled the answer.
    pub fault: Option<&'static str>,
    /// What a careful client would not have done.
    pub findings: Vec<Finding>,
}

const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "x-sn-apikey",
    "cookie",
    "x-usertoken",
    "proxy-authorization",
];
const SECRET_FORM: [&str; 7] = [
    "client_secret",
    "password",
    "refresh_token",
    "assertion",
    "code",
    "access_token",
    "x-sn-apikey",
];

impl Recorded {
    pub(crate) fn new(request: &Request, at: String) -> Self {
        let hide = |names: &[&str], (name, value): (String, String)| {
            let value = if names.contains(&name.as_str()) {
                "***".to_owned()
            } else {
                value
            };
            (name, value)
        };
        Self {
            at,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request
                .query()
                .into_iter()
                .map(|pair| hide(&SECRET_FORM, pair))
                .collect(),
            headers: request
                .headers
                .iter()
                .cloned()
                .map(|pair| hide(&SECRET_HEADERS, pair))
                .collect(),
            body: body(request),
            status: 0,
            user: None,
            in_batch: request.in_batch,
            fault: None,
            findings: Vec::new(),
        }
    }
}

/// The body as JSON, form fields included; what proves an identity is hidden in token requests of any form.
fn body(request: &Request) -> Option<Value> {
    let form = request.media_type().as_deref() == Some("application/x-www-form-urlencoded");
    let mut body: Value = if form {
        let pairs = url::form_urlencoded::parse(&request.body).into_owned();
        Value::Object(
            pairs
                .map(|(name, value)| (name, Value::String(value)))
                .collect(),
        )
    } else {
        serde_json::from_slice(&request.body).ok()?
    };
    if request.path == "/oauth_token.do" {
        let fields = body.as_object_mut().into_iter().flatten();
        for (_, value) in fields.filter(|(name, _)| SECRET_FORM.contains(&name.as_str())) {
            *value = Value::String("***".to_owned());
        }
    }
    Some(body)
}

/// The list, and what is needed to see a blind repetition.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) requests: Vec<Recorded>,
    /// Path of a create whose answer was unclear, and its body.
    unclear: BTreeMap<String, Vec<u8>>,
}

impl Recorder {
    /// Notes the outcome of a request; returns whether it was a create repeated without a look in between.
    pub(crate) fn is_blind_repeat(&mut self, request: &Request, unclear: bool) -> bool {
        let table = resource(&request.path);
        if request.method != "POST" {
            if request.method == "GET" {
                self.unclear.remove(&table);
            }
            return false;
        }
        let repeated = self
            .unclear
            .get(&table)
            .is_some_and(|body| *body == request.body);
        if unclear {
            self.unclear.insert(table, request.body.clone());
        } else {
            self.unclear.remove(&table);
        }
        repeated
    }
}

/// The collection a path speaks about, the same for both APIs on changes.
fn resource(path: &str) -> String {
    if path.contains("/sn_chg_rest/") {
        return "change_request".to_owned();
    }
    let mut parts = path.split('/').skip_while(|p| *p != "table");
    parts.nth(1).map_or_else(|| path.to_owned(), str::to_owned)
}
