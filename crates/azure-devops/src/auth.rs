//! Who we are to the organization: the scheme the user chose, and the tokens that come from it.

mod token;

use std::fmt;
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outbound::Request;
use redact::Secret;
use url::Url;

use crate::Organization;
use crate::error::Error;
use token::Tokens;

/// How to sign in.
#[derive(Clone)]
pub enum Auth {
    /// A personal access token. It acts with its owner's permissions, narrowed to its scopes.
    Pat(Secret),
    /// A job's own token (`System.AccessToken`), or any access token obtained elsewhere. It cannot be renewed here.
    Bearer(Secret),
    /// An application registered in Microsoft Entra and added to the organization as a user.
    ServicePrincipal(ServicePrincipal),
}

/// An application that fetches its own access tokens. They live for about an hour and are renewed by themselves.
#[derive(Clone)]
pub struct ServicePrincipal {
    /// The tenant: a GUID or a domain.
    pub tenant: String,
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret,
    /// The token service, [`ServicePrincipal::AUTHORITY`] for the public cloud.
    pub authority: Url,
}

impl ServicePrincipal {
    /// The token service of the public cloud.
    pub const AUTHORITY: &'static str = "https://login.microsoftonline.com/";
}

/// Shows the scheme and the names in it, no secret.
impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pat(_) => f.write_str("Pat(***)"),
            Self::Bearer(_) => f.write_str("Bearer(***)"),
            Self::ServicePrincipal(principal) => principal.fmt(f),
        }
    }
}

impl fmt::Debug for ServicePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServicePrincipal")
            .field("tenant", &self.tenant)
            .field("client_id", &self.client_id)
            .field("authority", &redact::SafeUrl::from(&self.authority))
            .finish_non_exhaustive()
    }
}

/// Which token a request was signed with, where a newer one can be had.
pub(crate) type Ticket = Option<u64>;

/// The scheme, with what it obtained so far.
pub(crate) struct Credentials {
    auth: Auth,
    announced: Once,
    tokens: Tokens,
}

impl Credentials {
    pub(crate) fn new(auth: Auth) -> Self {
        Self {
            auth,
            announced: Once::new(),
            tokens: Tokens::default(),
        }
    }

    /// Adds who we are to a request, fetching a token first where one is due.
    pub(crate) async fn sign(
        &self,
        organization: &Organization,
        request: Request,
    ) -> Result<(Request, Ticket), Box<Error>> {
        Ok(match &self.auth {
            Auth::Pat(pat) => {
                self.announced.call_once(|| {
                    let pair = Secret::new(format!(":{}", pat.expose()));
                    organization.announce(&Secret::new(STANDARD.encode(pair.expose())));
                });
                // The service ignores the user's name; the documentation leaves it empty.
                (request.basic("", pat), None)
            }
            // A job's token is taken as Basic, too. As Bearer it travels in no second form, base64, that a log filter
            // would have to know; and an Entra token is taken in this form only, so that one variant serves both.
            Auth::Bearer(token) => (request.bearer(token), None),
            Auth::ServicePrincipal(principal) => {
                let (token, serial) = self.tokens.current(organization, principal).await?;
                (request.bearer(&token), Some(serial))
            }
        })
    }

    /// Forgets the token of a ticket, so that the next request fetches a new one.
    pub(crate) async fn discard(&self, ticket: Ticket) {
        if let Some(serial) = ticket {
            self.tokens.discard(serial).await;
        }
    }
}
