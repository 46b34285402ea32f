//! From the `Authorization` header to a person, or to what a dead credential gets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::access::{AUDIENCE, Key, Kind};
use crate::http::{Reply, Request};
use crate::options::SignIn;
use crate::refusal::Refusal;
use crate::world::World;

/// Whose request this is; else the whole answer.
pub(crate) fn authenticate(world: &World, request: &Request) -> Result<Key, Reply> {
    let header = request.header("authorization").unwrap_or_default();
    let (scheme, value) = header.split_once(' ').unwrap_or((header, ""));
    let found = match scheme.to_ascii_lowercase().as_str() {
        "basic" => basic(world, value.trim()),
        "bearer" => {
            let key = world.access.find(value.trim());
            // Such a token is a token, only not one for this service: no sign-in would help.
            if key.is_some_and(|key| key.kind == Kind::Pat || key.audience != AUDIENCE) {
                return Err(wrong_audience(world));
            }
            key
        }
        _ => None,
    };
    let alive = found.filter(|key| key.expires.is_none_or(|end| end > world.now()));
    alive.cloned().ok_or_else(|| dead(world, request))
}

/// Any user name will do, the password is the credential. A principal's token is no password.
fn basic<'w>(world: &'w World, value: &str) -> Option<&'w Key> {
    let decoded = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    let key = world.access.find(password)?;
    (key.kind != Kind::Principal).then_some(key)
}

fn wrong_audience(world: &World) -> Reply {
    let mut reply = Refusal::unauthorized(None).reply();
    reply.status = world.options.wrong_audience_status;
    reply
}

/// What a missing, wrong or expired credential gets: depends on the method and on one header.
fn dead(world: &World, request: &Request) -> Reply {
    if request.method == "PATCH" || is_suppressed(request) {
        return Refusal::unauthorized(None).reply();
    }
    match world.options.sign_in {
        SignIn::Page => sign_in_page(),
        SignIn::Redirect => {
            Reply::empty(302).with("Location", format!("{}/_signin?realm=sim", world.base_url))
        }
    }
}

/// Whether the caller asked for a status instead of a sign-in page.
pub(crate) fn is_suppressed(request: &Request) -> bool {
    let value = request.header("x-tfs-fedauthredirect");
    value.is_some_and(|v| v.eq_ignore_ascii_case("suppress"))
}

/// The page a person would sign in at, with the status that looks like success.
pub(crate) fn sign_in_page() -> Reply {
    let text = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Azure DevOps Services | Sign In</title></head>\
                <body><form method=\"post\"><input name=\"login\"></form></body></html>";
    Reply::html(203, text)
}
