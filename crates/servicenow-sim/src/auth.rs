//! Who is asking: Basic, bearer token or API key, each with the gates an instance may put in front of it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::acl::{self, Actor};
use crate::http::Request;
use crate::options::Api;
use crate::refusal::Refusal;
use crate::store;
use crate::world::World;

/// What the platform keeps about a user besides the row in `sys_user`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) password: String,
    pub(crate) roles: BTreeSet<String>,
    /// This user alone needs a second factor.
    pub(crate) mfa: bool,
}

/// Accounts by the `sys_id` of their user, and keys by their text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) by_user: BTreeMap<String, Account>,
    /// API key to `sys_id` of its user.
    pub(crate) keys: BTreeMap<String, String>,
}

/// The actor a request proves to be.
pub(crate) fn authenticate(
    world: &World,
    request: &Request,
    api: Option<Api>,
) -> Result<Actor, Refusal> {
    let nobody = Refusal::NotAuthenticated { mfa: false };
    let key = request
        .header("x-sn-apikey")
        .map(str::to_owned)
        .or_else(|| request.param("x-sn-apikey"));
    if let Some(key) = key {
        return by_key(world, &key, api).ok_or(nobody);
    }
    let Some((scheme, rest)) = request
        .header("authorization")
        .and_then(|h| h.split_once(' '))
    else {
        return Err(nobody);
    };
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => by_password(world, rest),
        "bearer" => {
            let user = world.oauth.bearer(rest, world.now()).ok_or(nobody)?;
            actor(world, &user).ok_or(Refusal::NotAuthenticated { mfa: false })
        }
        _ => Err(nobody),
    }
}

fn by_key(world: &World, key: &str, api: Option<Api>) -> Option<Actor> {
    let allowed = api.is_some_and(|api| world.options.api_key_apis.contains(&api));
    let user = world.accounts.keys.get(key).filter(|_| allowed)?;
    actor(world, user)
}

fn by_password(world: &World, encoded: &str) -> Result<Actor, Refusal> {
    let nobody = Refusal::NotAuthenticated { mfa: false };
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .and_then(|b| String::from_utf8(b).ok());
    let Some((name, password)) = decoded.as_deref().and_then(|d| d.split_once(':')) else {
        return Err(nobody);
    };
    let Some(user) = check_password(world, name, password) else {
        return Err(nobody);
    };
    let mfa = world.accounts.by_user.get(&user).is_some_and(|a| a.mfa);
    if world.options.mfa || mfa {
        return Err(Refusal::NotAuthenticated { mfa: true });
    }
    let actor = actor(world, &user).ok_or(nobody)?;
    let row = world.store.get("sys_user", &user);
    let machine = row.is_some_and(|r| store::get(r, "web_service_access_only") == "true");
    if world.options.basic_auth_restricted
        && !machine
        && !actor.roles.contains("snc_basic_auth_api_access")
    {
        return Err(Refusal::NotAuthenticated { mfa: false });
    }
    Ok(actor)
}

/// The `sys_id` of an active user with this name and password.
pub(crate) fn check_password(world: &World, name: &str, password: &str) -> Option<String> {
    let row = world.store.find("sys_user", "user_name", name)?;
    let user = store::get(row, "sys_id");
    let account = world.accounts.by_user.get(user)?;
    let usable = store::get(row, "active") == "true" && !account.password.is_empty();
    (usable && account.password == password).then(|| user.to_owned())
}

/// The actor for an active user, with contained roles spelled out.
pub(crate) fn actor(world: &World, user_id: &str) -> Option<Actor> {
    let row = world
        .store
        .get("sys_user", user_id)
        .filter(|r| store::get(r, "active") == "true")?;
    let granted = world
        .accounts
        .by_user
        .get(user_id)
        .map(|a| a.roles.clone())
        .unwrap_or_default();
    let contained = granted
        .iter()
        .flat_map(|role| acl::expand(role))
        .map(|role| (*role).to_owned());
    let roles = contained.chain(granted.iter().cloned()).collect();
    let user_name = store::get(row, "user_name").to_owned();
    Some(Actor {
        user_id: user_id.to_owned(),
        user_name,
        roles,
    })
}
