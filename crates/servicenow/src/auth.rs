//! Who we are to the instance: the scheme the user chose, and the tokens that come from it.

mod assertion;
mod token;

use std::fmt;
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outbound::Request;
use redact::Secret;

use crate::Instance;
use crate::error::Error;
use token::Tokens;

/// How to sign in.
#[derive(Clone)]
pub enum Auth {
    /// A user's name and password. Instances are closing this way for accounts without the role
    /// `snc_basic_auth_api_access`.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An access token obtained elsewhere. It cannot be renewed here.
    Bearer(Secret),
    /// A key for the header `x-sn-apikey` (plugin `com.glide.tokenbased_auth`, with an access policy per API).
    ApiKey(Secret),
    /// Access tokens from the instance's own token service.
    OAuth(Grant),
    /// The client certificate alone, which `outbound` presents; the instance maps it to a user.
    Certificate,
}

/// What to show the token service.
#[derive(Clone)]
pub enum Grant {
    /// The application itself; its registry record names the user it acts as.
    ClientCredentials {
        /// The application's id.
        client_id: String,
        /// The application's secret.
        client_secret: Secret,
    },
    /// A user's password, by way of an application.
    Password {
        /// The application's id.
        client_id: String,
        /// The application's secret.
        client_secret: Secret,
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token for tokens. Where the service replaces it, the new one is used from then on.
    RefreshToken {
        /// The application's id.
        client_id: String,
        /// The application's secret.
        client_secret: Secret,
        /// The refresh token.
        refresh_token: Secret,
    },
    /// A signed statement of who we are; no shared secret has to travel for it.
    JwtBearer {
        /// The application's id, which is issuer and audience of the statement.
        client_id: String,
        /// The application's secret.
        client_secret: Secret,
        /// The private key, PEM: RSA (signs RS256) or an EC key on P-256 or P-384 (ES256, ES384).
        key_pem: Secret,
        /// The key's id as the instance knows it.
        key_id: Option<String>,
        /// The user to act as.
        subject: String,
    },
}

/// Shows the scheme and the names in it; secrets show as `***`.
impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { user, .. } => f
                .debug_struct("Basic")
                .field("user", user)
                .finish_non_exhaustive(),
            Self::Bearer(_) => f.write_str("Bearer(***)"),
            Self::ApiKey(_) => f.write_str("ApiKey(***)"),
            Self::OAuth(grant) => f.debug_tuple("OAuth").field(grant).finish(),
            Self::Certificate => f.write_str("Certificate"),
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, client_id) = match self {
            Self::ClientCredentials { client_id, .. } => ("ClientCredentials", client_id),
            Self::Password { client_id, .. } => ("Password", client_id),
            Self::RefreshToken { client_id, .. } => ("RefreshToken", client_id),
            Self::JwtBearer { client_id, .. } => ("JwtBearer", client_id),
        };
        f.debug_struct(kind)
            .field("client_id", client_id)
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
        instance: &Instance,
        request: Request,
    ) -> Result<(Request, Ticket), Box<Error>> {
        Ok(match &self.auth {
            Auth::Basic { user, password } => {
                self.announced.call_once(|| {
                    let pair = Secret::new(format!("{user}:{}", password.expose()));
                    instance.announce(&Secret::new(STANDARD.encode(pair.expose())));
                });
                (request.basic(user, password), None)
            }
            Auth::Bearer(token) => (request.bearer(token), None),
            Auth::ApiKey(key) => (request.secret_header("x-sn-apikey", "", key), None),
            Auth::Certificate => (request, None),
            Auth::OAuth(grant) => {
                let (token, serial) = self.tokens.current(instance, grant).await?;
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
