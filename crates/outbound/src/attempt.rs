//! One attempt: put the request on the wire, follow what may be followed, read the answer within its limits.

use std::error::Error as StdError;

use reqwest::header::{HeaderName, HeaderValue};
use rustls::AlertDescription;
use url::Url;

use crate::error::{Answer, Cause, Error, KEPT_BODY};
use crate::request::{Body, Effect, Request, party};
use crate::response::{self, Response};
use crate::retry_after::asked_wait;
use crate::settings::{Clock, Limits};
use crate::setup::Wires;

/// Redirects followed for one read, all within its own origin.
const MOST_REDIRECTS: usize = 3;

/// What an attempt needs besides the request.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) wires: &'a Wires,
    pub(crate) limits: &'a Limits,
    pub(crate) clock: &'a Clock,
    pub(crate) request: &'a Request,
}

impl Attempt<'_> {
    /// Makes the attempt within its total time.
    pub(crate) async fn make(&self) -> Result<Response, Error> {
        let after = self.request.total.unwrap_or(self.limits.total);
        match tokio::time::timeout(after, self.exchange()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::TimedOut {
                party: self.party(),
                after,
                may_have_happened: self.may_have_happened(),
            }),
        }
    }

    async fn exchange(&self) -> Result<Response, Error> {
        let mut url = self.request.url.clone();
        let mut followed = 0;
        loop {
            let (client, proxy) = self.wires.for_url(&url);
            let wire = to_wire(self.request, &url).map_err(|source| Error::Request {
                party: self.party(),
                source,
            })?;
            let answer = client
                .execute(wire)
                .await
                .map_err(|error| self.wire_error(error, proxy))?;
            if let (407, Some(proxy)) = (answer.status().as_u16(), proxy) {
                return Err(Error::Proxy {
                    party: self.party(),
                    proxy: proxy.to_owned(),
                });
            }
            let Some(target) = redirect_target(&answer, &url) else {
                return self.receive(answer).await;
            };
            let may_follow = self.request.method == "GET" && target.origin() == url.origin();
            if !may_follow || followed == MOST_REDIRECTS {
                return Err(Error::Redirect {
                    party: self.party(),
                    target: party(&target),
                    status: answer.status().as_u16(),
                    may_have_happened: self.may_have_happened(),
                });
            }
            followed += 1;
            url = target;
        }
    }

    async fn receive(&self, mut answer: reqwest::Response) -> Result<Response, Error> {
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        if !(200..300).contains(&status) {
            // A refusal is clear even if the rest of its explanation does not arrive.
            let mut body = Vec::new();
            while let (true, Ok(Some(chunk))) = (body.len() < KEPT_BODY, answer.chunk().await) {
                body.extend_from_slice(&chunk);
            }
            let mut kept = Answer::new(status, &headers, &body);
            kept.retry_after = asked_wait(status, &headers, self.clock.now());
            let unclear = status >= 500 || matches!(status, 300..=399 | 408 | 425);
            let may_have_happened = unclear && self.may_have_happened();
            return Err(Error::Status {
                party: self.party(),
                may_have_happened,
                answer: Box::new(kept),
            });
        }
        let announced = response::text(&headers, "content-length")
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > self.limits.body) {
            return Err(self.too_large(status));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| self.interrupted(error))?
        {
            if chunk.len() > self.limits.body - body.len() {
                return Err(self.too_large(status));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            party: self.party(),
            effect: self.request.effect,
            status,
            headers,
            body,
        })
    }

    fn wire_error(&self, error: reqwest::Error, proxy: Option<&str>) -> Error {
        let party = self.party();
        let proxy = proxy.map(str::to_owned);
        // The library's text would repeat the address with its query.
        let error = error.without_url();
        if is_distrust(&error) {
            Error::Untrusted {
                party,
                proxy,
                source: error.into(),
            }
        } else if error.is_connect() {
            Error::Connect {
                party,
                proxy,
                source: error.into(),
            }
        } else if error.is_builder() {
            Error::Request {
                party,
                source: error.into(),
            }
        } else {
            self.interrupted(error)
        }
    }

    fn interrupted(&self, error: reqwest::Error) -> Error {
        let source = error.without_url().into();
        Error::Interrupted {
            party: self.party(),
            may_have_happened: self.may_have_happened(),
            source,
        }
    }

    fn too_large(&self, status: u16) -> Error {
        let (party, limit) = (self.party(), self.limits.body);
        Error::TooLarge {
            party,
            limit,
            status,
            may_have_happened: self.may_have_happened(),
        }
    }

    fn party(&self) -> String {
        party(&self.request.url)
    }

    fn may_have_happened(&self) -> bool {
        self.request.effect != Effect::Read
    }
}

fn to_wire(request: &Request, url: &Url) -> Result<reqwest::Request, Cause> {
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("only http and https addresses with a host can be called".into());
    }
    let mut wire = reqwest::Request::new(request.method.parse()?, url.clone());
    if let Some(content_type) = request.body.content_type() {
        wire.headers_mut().insert(
            reqwest::header::CONTENT_TYPE,
            HeaderValue::from_str(content_type)?,
        );
    }
    for (name, text) in &request.headers {
        let mut value = HeaderValue::from_bytes(text.expose().as_bytes())?;
        value.set_sensitive(text.is_secret());
        wire.headers_mut()
            .insert(HeaderName::try_from(*name)?, value);
    }
    if !matches!(request.body, Body::None) {
        *wire.body_mut() = Some(request.body.to_bytes().into());
    }
    Ok(wire)
}

fn redirect_target(answer: &reqwest::Response, url: &Url) -> Option<Url> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    url.join(response::text(answer.headers(), "location")?).ok()
}

/// Whether the handshake failed because one side does not accept the other: then nothing was sent, or
/// nothing of it was read, and another attempt would end the same way.
fn is_distrust(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(tls) = tls_error(cause) {
            return match tls {
                rustls::Error::InvalidCertificate(_)
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::NoCertificatesPresented => true,
                rustls::Error::AlertReceived(alert) => is_handshake_refusal(*alert),
                _ => false,
            };
        }
        next = cause.source();
    }
    false
}

/// TLS errors travel inside I/O errors, also inside several of them, which give out the *cause of* what
/// they hold as their source, not what they hold.
fn tls_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<std::io::Error>() {
        Some(outer) => tls_error(outer.get_ref()?),
        None => cause.downcast_ref(),
    }
}

/// In TLS 1.3 a client's certificate is refused after the client's side of the handshake is done, so such
/// an alert comes in place of the answer.
fn is_handshake_refusal(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity
            | AlertDescription::UnrecognisedName
    )
}
