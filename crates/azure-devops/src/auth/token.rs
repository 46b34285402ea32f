//! Access tokens of a service principal: one at a time, renewed before they end, thrown away when refused.

use std::time::Duration;

use outbound::{Effect, FormValue, Request};
use redact::Secret;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ServicePrincipal;
use crate::Organization;
use crate::error::{Error, Operation, Scope};
use crate::organization::Segment;

/// Azure DevOps as a resource in Entra, the same in every tenant ("Use service principals and managed identities").
const SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/.default";

/// A token is renewed this long before its end; where it lives for less than twice this, after half its life.
const MARGIN: Duration = Duration::from_secs(60);

/// The token in use.
#[derive(Default)]
pub(super) struct Tokens(Mutex<State>);

#[derive(Default)]
struct State {
    token: Option<Token>,
    serial: u64,
}

struct Token {
    access: Secret,
    /// `None` where the service does not say when it ends.
    renew_at: Option<Instant>,
}

impl Tokens {
    /// The token to use, and its serial number. Whoever comes while one is being fetched waits for that one.
    pub(super) async fn current(
        &self,
        organization: &Organization,
        principal: &ServicePrincipal,
    ) -> Result<(Secret, u64), Box<Error>> {
        let mut state = self.0.lock().await;
        if let Some(token) = &state.token
            && token.renew_at.is_none_or(|at| Instant::now() < at)
        {
            return Ok((token.access.clone(), state.serial));
        }
        let token = fetch(organization, principal).await?;
        organization.announce(&token.access);
        let access = token.access.clone();
        state.token = Some(token);
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

async fn fetch(
    organization: &Organization,
    principal: &ServicePrincipal,
) -> Result<Token, Box<Error>> {
    let operation = Operation::new(
        Scope::None,
        "fetch an access token for",
        &principal.client_id,
    );
    let request = request(&operation, principal)?;
    let answer = organization
        .exchange(&operation, request)
        .await
        .map_err(|error| Box::new(error.of_token()))?;
    answer.decode(|node| {
        Ok(Token {
            access: Secret::new(node.need_text("access_token")?),
            renew_at: node.number("expires_in").map(renew_at),
        })
    })
}

fn renew_at(expires_in: u64) -> Instant {
    let life = Duration::from_secs(expires_in.min(365 * 24 * 3600));
    Instant::now() + life.saturating_sub(MARGIN).max(life / 2)
}

/// The request for a token: form-encoded, and nothing of it in the address. Asking twice does no harm.
fn request(operation: &Operation, principal: &ServicePrincipal) -> Result<Request, Box<Error>> {
    let tenant = Segment::checked(operation, "tenant", &principal.tenant)?;
    let mut url = principal.authority.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty()
            .extend([tenant.as_str(), "oauth2", "v2.0", "token"]);
    }
    let plain = |text: &str| FormValue::Plain(text.to_owned());
    Ok(Request::post(url)
        .form(vec![
            ("grant_type", plain("client_credentials")),
            ("client_id", plain(&principal.client_id)),
            (
                "client_secret",
                FormValue::Secret(principal.client_secret.clone()),
            ),
            ("scope", plain(SCOPE)),
        ])
        .effect(Effect::Read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(authority: &str) -> ServicePrincipal {
        ServicePrincipal {
            tenant: "contoso.example".to_owned(),
            client_id: "11111111-2222-4333-8444-555555555555".to_owned(),
            client_secret: Secret::new("shh & tell = none"),
            authority: authority.parse().unwrap(),
        }
    }

    #[test]
    fn a_token_is_asked_for_by_form() {
        let operation = Operation::new(Scope::None, "fetch", "it");
        for authority in ["https://login.example/", "https://login.example"] {
            let request = request(&operation, &principal(authority)).unwrap();
            assert_eq!(request.method(), "POST");
            assert_eq!(
                request.url().as_str(),
                "https://login.example/contoso.example/oauth2/v2.0/token"
            );
            let form: Vec<_> = request.body_form().collect();
            assert_eq!(
                form,
                [
                    ("grant_type", "client_credentials"),
                    ("client_id", "11111111-2222-4333-8444-555555555555"),
                    ("client_secret", "***"),
                    ("scope", "499b84ac-1321-427f-aa17-267ca6975798/.default"),
                ]
            );
            assert_eq!(request.effect_kind(), Effect::Read);
        }
    }

    #[test]
    fn a_tenant_is_one_segment() {
        let operation = Operation::new(Scope::None, "fetch", "it");
        let mut principal = principal("https://login.example/");
        principal.tenant = "a/../b?c".to_owned();
        let url = request(&operation, &principal).unwrap().url().clone();
        assert_eq!(url.path(), "/a%2F..%2Fb%3Fc/oauth2/v2.0/token");
        principal.tenant = "..".to_owned();
        assert!(request(&operation, &principal).is_err());
    }

    #[test]
    fn the_public_authority_is_an_address() {
        let url: url::Url = ServicePrincipal::AUTHORITY.parse().unwrap();
        assert_eq!(url.scheme(), "https");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_a_minute_early_or_after_half_a_short_life() {
        let left = |life| (renew_at(life) - Instant::now()).as_secs();
        assert_eq!(left(3600), 3540);
        assert_eq!(left(120), 60);
        assert_eq!(left(40), 20);
        assert_eq!(left(0), 0);
        assert!(left(u64::MAX) > 0);
    }
}
