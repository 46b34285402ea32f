//! Access tokens from `/oauth_token.do`: one at a time, renewed before they end, thrown away when refused.

use std::time::Duration;

use outbound::{Class, Effect, FormValue, Request};
use redact::Secret;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Grant;
use super::assertion::{self, Claims};
use crate::Instance;
use crate::error::{Envelope, Error, Operation};

/// A token is renewed this long before its end. The service hands out the same token with its remaining life, so for
/// a life shorter than twice this it is half of it.
const MARGIN: Duration = Duration::from_secs(60);

/// The token in use, and what may be shown instead of the user's refresh token.
#[derive(Default)]
pub(super) struct Tokens(Mutex<State>);

#[derive(Default)]
struct State {
    token: Option<Token>,
    serial: u64,
    rotated: Option<Secret>,
}

struct Token {
    access: Secret,
    /// `None` where the service does not say when it ends.
    renew_at: Option<Instant>,
}

/// The service's answer.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

/// Seconds as a number, or as a number in a text.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let json = serde_json::Value::deserialize(deserializer)?;
    Ok(json
        .as_u64()
        .or_else(|| json.as_str().and_then(|text| text.trim().parse().ok())))
}

impl Tokens {
    /// The token to use, and its serial number. Whoever comes while one is being fetched waits for that one.
    pub(super) async fn current(
        &self,
        instance: &Instance,
        grant: &Grant,
    ) -> Result<(Secret, u64), Box<Error>> {
        let mut state = self.0.lock().await;
        if let Some(token) = &state.token
            && token.renew_at.is_none_or(|at| Instant::now() < at)
        {
            return Ok((token.access.clone(), state.serial));
        }
        let granted = fetch(instance, grant, state.rotated.as_ref()).await?;
        let access = Secret::new(granted.access_token);
        instance.announce(&access);
        if let Some(refresh) = granted.refresh_token.map(Secret::new) {
            instance.announce(&refresh);
            state.rotated = Some(refresh);
        }
        state.token = Some(Token {
            access: access.clone(),
            renew_at: granted.expires_in.map(renew_at),
        });
        state.serial += 1;
        Ok((access, state.serial))
    }

    pub(super) async fn discard(&self, serial: u64) {
        let mut state = self.0.lock().await;
        // Somebody else may have renewed it meanwhile.
        if state.serial == serial {
            state.token = None;
        }
    }
}

fn renew_at(expires_in: u64) -> Instant {
    let life = Duration::from_secs(expires_in.min(365 * 24 * 3600));
    Instant::now() + life.saturating_sub(MARGIN).max(life / 2)
}

/// Asks the service. An assertion is good for one use, so it is made anew where the outcome of the first is unclear,
/// and where the answer showed that our clock was wrong when it was signed.
async fn fetch(
    instance: &Instance,
    grant: &Grant,
    rotated: Option<&Secret>,
) -> Result<Granted, Box<Error>> {
    let before = instance.now();
    let answered = ask(instance, grant, rotated).await;
    let Err(error) = &answered else {
        return answered;
    };
    let assertion = matches!(grant, Grant::JwtBearer { .. });
    let moved = instance.now().duration_since(before).abs() > jiff::SignedDuration::from_secs(120);
    let refused_for_time = moved && error.class() == Class::Unauthorized;
    if assertion && (error.may_have_happened() || refused_for_time) {
        return ask(instance, grant, rotated).await;
    }
    answered
}

async fn ask(
    instance: &Instance,
    grant: &Grant,
    rotated: Option<&Secret>,
) -> Result<Granted, Box<Error>> {
    let operation = Operation::new("fetch an access token", "");
    let request = request(instance, grant, rotated)?;
    let response = instance
        .exchange(&request)
        .await
        .map_err(|source| refused(&operation, source))?;
    let document =
        crate::instance::document(&operation, false, response.content_type(), response.body());
    let document = document.map_err(|error| {
        // The service's own errors may come with any status.
        let own = || token_error(response.body(), response.status());
        let own = error.is_incomplete().then(own).flatten();
        own.unwrap_or(error)
    })?;
    let granted: Option<Granted> = serde_json::from_value(document).ok();
    granted
        .filter(|granted| !granted.access_token.is_empty())
        .ok_or_else(|| {
            Box::new(Error::Shape {
                operation,
                missing: "access_token",
                may_have_happened: false,
            })
        })
}

fn refused(operation: &Operation, source: outbound::Error) -> Box<Error> {
    let clear = matches!(
        source.class(),
        Class::Unauthorized | Class::Refused | Class::Conflict
    );
    let word = source
        .body()
        .filter(|_| clear)
        .and_then(|body| token_error(body, source.status().unwrap_or(400)));
    word.unwrap_or_else(|| Error::of(operation, source))
}

/// The service does not use the API's envelope but `{"error", "error_description"}` ("OAuth API response parameters").
fn token_error(body: &[u8], status: u16) -> Option<Box<Error>> {
    let envelope = Envelope::parse(body)?;
    let text = |text: &str| crate::error::cut(text);
    Some(Box::new(Error::Token {
        error: text(&envelope.message),
        description: (!envelope.detail.is_empty()).then(|| text(&envelope.detail)),
        status,
    }))
}

/// The request for a token: form-encoded, and nothing of it in the address.
fn request(
    instance: &Instance,
    grant: &Grant,
    rotated: Option<&Secret>,
) -> Result<Request, Box<Error>> {
    let plain = |text: &str| FormValue::Plain(text.to_owned());
    let secret = |secret: &Secret| FormValue::Secret(secret.clone());
    let application = |kind: &str, id: &str, key: &Secret| {
        vec![
            ("grant_type", plain(kind)),
            ("client_id", plain(id)),
            ("client_secret", secret(key)),
        ]
    };
    let mut effect = Effect::Read;
    let form = match grant {
        Grant::ClientCredentials {
            client_id,
            client_secret,
        } => application("client_credentials", client_id, client_secret),
        Grant::Password {
            client_id,
            client_secret,
            user,
            password,
        } => {
            let mut form = application("password", client_id, client_secret);
            form.push(("username", plain(user)));
            form.push(("password", secret(password)));
            form
        }
        Grant::RefreshToken {
            client_id,
            client_secret,
            refresh_token,
        } => {
            let mut form = application("refresh_token", client_id, client_secret);
            form.push(("refresh_token", secret(rotated.unwrap_or(refresh_token))));
            form
        }
        Grant::JwtBearer {
            client_id,
            client_secret,
            key_pem,
            key_id,
            subject,
        } => {
            // The way out must not send the same assertion twice.
            effect = Effect::Create;
            let kind = "urn:ietf:params:oauth:grant-type:jwt-bearer";
            let claims = Claims {
                client_id,
                subject,
                now: instance.now(),
            };
            let signed = assertion::sign(&claims, key_pem, key_id.as_deref())?;
            instance.announce(&signed);
            let mut form = application(kind, client_id, client_secret);
            form.push(("assertion", secret(&signed)));
            form
        }
    };
    Ok(Request::post(instance.paths().at(&["oauth_token.do"]))
        .header("accept", "application/json")
        .form(form)
        .effect(effect))
}

#[cfg(test)]
mod tests;
