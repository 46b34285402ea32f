//! The directory's token address, `/{tenant}/oauth2/v2.0/token`: form fields only, its own error shape.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::access::{ALL_SCOPES, AUDIENCE, Kind};
use crate::http::{Reply, Request};
use crate::world::World;

/// Another service of the same vendor, to get tokens for the wrong audience from.
const OTHER_AUDIENCE: &str = "https://graph.microsoft.com";

/// The tenant, when this is the token address.
pub(crate) fn tenant(path: &str) -> Option<&str> {
    let rest = path.strip_suffix("/oauth2/v2.0/token")?;
    rest.strip_prefix('/').filter(|t| !t.contains('/'))
}

struct Problem {
    status: u16,
    error: &'static str,
    code: u32,
    text: String,
}

fn problem(status: u16, error: &'static str, code: u32, text: impl Into<String>) -> Problem {
    Problem {
        status,
        error,
        code,
        text: text.into(),
    }
}

pub(crate) fn token(world: &mut World, request: &Request, tenant: &str) -> Reply {
    match grant(world, request, tenant) {
        Ok(granted) => plain_json(200, &granted),
        Err(problem) => {
            let body = json!({
                "error": problem.error,
                "error_description": format!("AADSTS{}: {}", problem.code, problem.text),
                "error_codes": [problem.code],
                "timestamp": world.now_text(),
                "trace_id": world.ids.guid(),
                "correlation_id": world.ids.guid(),
            });
            plain_json(problem.status, &body)
        }
    }
}

fn plain_json(status: u16, value: &Value) -> Reply {
    let body = value.to_string().into_bytes();
    Reply::bytes(status, "application/json; charset=utf-8", body)
        .with("Cache-Control", "no-store, no-cache")
}

fn grant(world: &mut World, request: &Request, tenant: &str) -> Result<Value, Problem> {
    if request.method != "POST" {
        let text = "Endpoint only accepts POST requests.";
        return Err(problem(400, "invalid_request", 900_561, text));
    }
    let form = Form::of(request);
    match form.get("grant_type") {
        "" => return Err(missing("grant_type")),
        "client_credentials" => {}
        other => {
            let text = format!("The grant type '{other}' is not supported.");
            return Err(problem(400, "unsupported_grant_type", 70_003, text));
        }
    }
    check_client(world, request, &form, tenant)?;
    let audience = audience(form.get("scope"))?;
    let seconds = world.options.token_seconds;
    let expires = world.now() + SignedDuration::from_secs(seconds);
    let claims = json!({ "aud": audience, "exp": expires.as_second(), "tid": tenant });
    let secret = format!(
        "{}.{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"RS256"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        world.ids.token()
    );
    let owner = world.access.principal.person.clone();
    world
        .access
        .add(secret.clone(), Kind::Principal, owner, &ALL_SCOPES);
    if let Some(key) = world.access.find_mut(&secret) {
        key.expires = Some(expires);
        key.audience = audience;
    }
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": secret,
    }))
}

/// Fields of the body; a body of any other type has none.
struct Form(Vec<(String, String)>);

impl Form {
    fn of(request: &Request) -> Self {
        let form = request.media_type().as_deref() == Some("application/x-www-form-urlencoded");
        let fields = if form { request.body.as_slice() } else { &[] };
        Self(url::form_urlencoded::parse(fields).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(n, _)| n == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }
}

fn missing(name: &str) -> Problem {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    problem(400, "invalid_request", 900_144, text)
}

/// Id and secret from the form, or as Basic, which the directory also takes.
fn check_client(
    world: &World,
    request: &Request,
    form: &Form,
    tenant: &str,
) -> Result<(), Problem> {
    let principal = &world.access.principal;
    if !tenant.eq_ignore_ascii_case(&principal.tenant) {
        let text = format!("Tenant '{tenant}' not found.");
        return Err(problem(400, "invalid_request", 90_002, text));
    }
    let header = request
        .header("authorization")
        .and_then(|h| h.strip_prefix("Basic "));
    let basic = header.and_then(|v| String::from_utf8(STANDARD.decode(v).ok()?).ok());
    let (id, secret) = match basic.as_deref().and_then(|b| b.split_once(':')) {
        Some(pair) => pair,
        None => (form.get("client_id"), form.get("client_secret")),
    };
    if id.is_empty() {
        return Err(missing("client_id"));
    }
    if id != principal.client_id {
        let text = format!("Application with identifier '{id}' was not found in the directory.");
        return Err(problem(400, "unauthorized_client", 700_016, text));
    }
    if secret.is_empty() {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(problem(401, "invalid_client", 7_000_218, text));
    }
    if secret != principal.client_secret {
        let text = "Invalid client secret provided.";
        return Err(problem(401, "invalid_client", 7_000_215, text));
    }
    Ok(())
}

/// Whom the token will be for. This grant wants exactly one resource, with `/.default` behind it.
fn audience(scope: &str) -> Result<String, Problem> {
    if scope.is_empty() {
        return Err(missing("scope"));
    }
    let Some(resource) = scope.strip_suffix("/.default") else {
        let text =
            format!("The provided value for scope {scope} is not valid: it must end in /.default.");
        return Err(problem(400, "invalid_scope", 1_002_012, text));
    };
    if [AUDIENCE, OTHER_AUDIENCE].contains(&resource) {
        return Ok(resource.to_owned());
    }
    let text = format!("The resource principal named {resource} was not found in the tenant.");
    Err(problem(400, "invalid_resource", 500_011, text))
}
