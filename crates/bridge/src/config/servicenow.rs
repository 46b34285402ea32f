//! The instance.

use servicenow::{Auth, Grant};
use url::Url;

use super::layers::Layers;
use super::{address, keys, sign_in};

/// Where the instance is and who we are there.
#[derive(Debug)]
pub(crate) struct ServiceNow {
    /// `SERVICENOW_URL`; required.
    pub(crate) url: Url,
    /// From `SERVICENOW_USER` and `SERVICENOW_PASSWORD`, `SERVICENOW_API_KEY`, `SERVICENOW_TOKEN`, or
    /// `SERVICENOW_CLIENT_ID` and `SERVICENOW_CLIENT_SECRET`; required.
    pub(crate) auth: Auth,
}

/// Reads it; what is missing or wrong is noted in `layers`.
pub(crate) fn read(layers: &mut Layers<'_>, notices: &mut Vec<String>) -> Option<ServiceNow> {
    if layers.find(&keys::SERVICENOW_URL).is_none() {
        let what = "the address of the ServiceNow instance is missing";
        layers
            .problems
            .push(address::missing(&keys::SERVICENOW_URL, what));
    }
    let url = address::read(layers, &keys::SERVICENOW_URL, notices);
    let auth = auth(layers, notices);
    Some(ServiceNow {
        url: url?,
        auth: auth?,
    })
}

fn auth(layers: &mut Layers<'_>, notices: &mut Vec<String>) -> Option<Auth> {
    let secrets = [
        &keys::SERVICENOW_PASSWORD,
        &keys::SERVICENOW_API_KEY,
        &keys::SERVICENOW_TOKEN,
        &keys::SERVICENOW_CLIENT_SECRET,
    ];
    let (key, found) = sign_in::choose(layers, "ServiceNow", &secrets)?;
    let secret = layers.secret(&found);
    let user = &keys::SERVICENOW_USER;
    let client = &keys::SERVICENOW_CLIENT_ID;
    let (auth, others): (Auth, &[&'static keys::Key]) = match key.name {
        "servicenow.password" => {
            let user = sign_in::need(layers, user, key);
            (
                Auth::Basic {
                    user,
                    password: secret,
                },
                &[client],
            )
        }
        "servicenow.client_secret" => {
            let client_id = sign_in::need(layers, client, key);
            let grant = Grant::ClientCredentials {
                client_id,
                client_secret: secret,
            };
            (Auth::OAuth(grant), &[user])
        }
        "servicenow.api_key" => (Auth::ApiKey(secret), &[user, client]),
        _ => (Auth::Bearer(secret), &[user, client]),
    };
    sign_in::unused(layers, &found, others, notices);
    Some(auth)
}
