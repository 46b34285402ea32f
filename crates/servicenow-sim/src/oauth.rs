//! `/oauth_token.do`: form bodies only, its own error shape, and the same token again while it lives.

mod jwt;
mod pem;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::auth;
use crate::http::{Reply, Request};
use crate::world::World;

pub(crate) use pem::PublicKey;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// 100 days.
const REFRESH_SECONDS: i64 = 8_640_000;

/// An application registered with the instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Application {
    pub(crate) secret: String,
    /// `sys_id` of the "OAuth Application User"; without one client credentials are refused.
    pub(crate) user: Option<String>,
    /// Keys that may sign assertions.
    pub(crate) keys: Vec<PublicKey>,
}

#[derive(Clone, Debug)]
struct Token {
    client: String,
    user: String,
    expires: Timestamp,
    refresh: bool,
}

/// Applications, tokens, codes and the assertions already used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    pub(crate) applications: BTreeMap<String, Application>,
    tokens: BTreeMap<String, Token>,
    /// Authorization code to application and user.
    codes: BTreeMap<String, (String, String)>,
    used_assertions: BTreeSet<String>,
}

impl Registry {
    /// The user an access token stands for, while it lives.
    pub(crate) fn bearer(&self, token: &str, now: Timestamp) -> Option<String> {
        let token = self
            .tokens
            .get(token.trim())
            .filter(|t| !t.refresh && t.expires > now)?;
        Some(token.user.clone())
    }

    /// Ends every token; with `refresh`, those that could renew them too.
    pub(crate) fn revoke(&mut self, refresh: bool) {
        self.tokens.retain(|_, token| token.refresh && !refresh);
    }

    pub(crate) fn add_code(&mut self, code: &str, client: &str, user: &str) {
        self.codes
            .insert(code.to_owned(), (client.to_owned(), user.to_owned()));
    }
}

/// A token request's form.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, v)| v.as_str())
    }
}

/// `{"error", "error_description"}`, never the API's envelope.
struct Denied(&'static str, &'static str);

const ACCESS_DENIED: Denied = Denied("server_error", "access_denied");

impl Denied {
    fn reply(&self) -> Reply {
        Reply::json(
            401,
            &json!({ "error_description": self.1, "error": self.0 }),
        )
    }
}

pub(crate) fn token(world: &mut World, request: &Request) -> Reply {
    if request.method != "POST" {
        return Reply::failure(405, "Method not supported", None);
    }
    let form = request.media_type().as_deref() == Some("application/x-www-form-urlencoded");
    // Parameters count in the body only (`glide.oauth.allow.parameters.in.post.body.only`).
    if !form || !request.raw_query.is_empty() {
        return ACCESS_DENIED.reply();
    }
    let form = Form(
        url::form_urlencoded::parse(&request.body)
            .into_owned()
            .collect(),
    );
    grant(world, &form).unwrap_or_else(|denied| denied.reply())
}

fn grant(world: &mut World, form: &Form) -> Result<Reply, Denied> {
    let client = form.get("client_id").to_owned();
    let kind = form.get("grant_type");
    let application = world
        .oauth
        .applications
        .get(&client)
        .cloned()
        .ok_or(ACCESS_DENIED)?;
    let secret = form.get("client_secret");
    // An assertion is proof enough; a secret given beside it has to be right all the same.
    let secret_optional = kind == JWT_BEARER && secret.is_empty();
    if !secret_optional && secret != application.secret {
        return Err(ACCESS_DENIED);
    }
    match kind {
        "password" => {
            let user = auth::check_password(world, form.get("username"), form.get("password"));
            let user = user
                .filter(|_| world.options.password_grant)
                .ok_or(ACCESS_DENIED)?;
            Ok(issue(world, &client, &user, true))
        }
        "client_credentials" => {
            if !world.options.client_credentials {
                return Err(ACCESS_DENIED);
            }
            let user = application.user.ok_or(NO_USER)?;
            Ok(issue(world, &client, &user, false))
        }
        "refresh_token" => refresh(world, &client, form.get("refresh_token")),
        "authorization_code" => {
            let known = world.oauth.codes.remove(form.get("code"));
            let (_, user) = known
                .filter(|(owner, _)| *owner == client)
                .ok_or(ACCESS_DENIED)?;
            Ok(issue(world, &client, &user, true))
        }
        JWT_BEARER => {
            let user = assertion(world, &client, &application, form.get("assertion"))?;
            Ok(issue(world, &client, &user, false))
        }
        _ => Err(Denied(
            "unsupported_grant_type",
            "grant type is not supported",
        )),
    }
}

const NO_USER: Denied = Denied("unauthorized_client", "integration user is not configured");

fn assertion(
    world: &mut World,
    client: &str,
    application: &Application,
    text: &str,
) -> Result<String, Denied> {
    let claims = jwt::verify(text, client, &application.keys, world.now()).ok_or(ACCESS_DENIED)?;
    if !world.oauth.used_assertions.insert(claims.id) {
        return Err(ACCESS_DENIED);
    }
    let row = world
        .store
        .find("sys_user", "user_name", &claims.subject)
        .ok_or(ACCESS_DENIED)?;
    let user = crate::store::get(row, "sys_id").to_owned();
    auth::actor(world, &user).map(|_| user).ok_or(ACCESS_DENIED)
}

fn refresh(world: &mut World, client: &str, text: &str) -> Result<Reply, Denied> {
    let now = world.now();
    let token = world
        .oauth
        .tokens
        .get(text)
        .filter(|t| t.refresh && t.client == client && t.expires > now);
    let user = token.map(|t| t.user.clone()).ok_or(ACCESS_DENIED)?;
    // A refresh is for a new access token, so the old one does not come back.
    world
        .oauth
        .tokens
        .retain(|_, t| t.refresh || t.client != client || t.user != user);
    if world.options.refresh_rotation {
        world.oauth.tokens.remove(text);
    }
    Ok(issue(world, client, &user, true))
}

fn issue(world: &mut World, client: &str, user: &str, with_refresh: bool) -> Reply {
    let life = world.options.token_seconds;
    let (access, left) = live(world, client, user, false, life);
    let mut body = json!({
        "access_token": access,
        "scope": "useraccount",
        "token_type": "Bearer",
        "expires_in": left,
    });
    if with_refresh {
        body["refresh_token"] = json!(live(world, client, user, true, REFRESH_SECONDS).0);
    }
    Reply::json(200, &body)
}

/// The live token of this application and user with the seconds it has left, or a new one.
pub(crate) fn live(
    world: &mut World,
    client: &str,
    user: &str,
    refresh: bool,
    seconds: i64,
) -> (String, i64) {
    let now = world.now();
    let same =
        |t: &Token| t.client == client && t.user == user && t.refresh == refresh && t.expires > now;
    let found = world.oauth.tokens.iter().find(|(_, t)| same(t));
    if let Some((text, token)) = found {
        return (text.clone(), token.expires.duration_since(now).as_secs());
    }
    let text = world.ids.token();
    let expires = now + SignedDuration::from_secs(seconds);
    let token = Token {
        client: client.to_owned(),
        user: user.to_owned(),
        expires,
        refresh,
    };
    world.oauth.tokens.insert(text.clone(), token);
    // A token is handed out with a second already gone.
    (text, (seconds - 1).max(0))
}
