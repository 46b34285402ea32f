//! Users, roles, tokens and keys from outside.

use crate::oauth::{self, PublicKey};
use crate::seed;
use crate::sim::Sim;
use crate::store;
use crate::world::World;

fn user_id(world: &World, user: &str) -> String {
    let row = world.store.find("sys_user", "user_name", user);
    row.map(|r| store::get(r, "sys_id").to_owned())
        .unwrap_or_else(|| panic!("the simulator has no user {user}"))
}

impl Sim {
    /// Adds or replaces a user with exactly these roles; returns its `sys_id`.
    pub fn add_user(&self, user_name: &str, password: &str, roles: &[&str]) -> String {
        self.with(|w| seed::plant_user(w, user_name, user_name, roles, password))
    }

    /// Puts a user into a group (by the group's `sys_id`).
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn join(&self, user_name: &str, group: &str) {
        self.with(|w| {
            let user = user_id(w, user_name);
            let row = [("group", group.to_owned()), ("user", user)];
            w.plant(
                "sys_user_grmember",
                row.into_iter().map(|(c, v)| (c.to_owned(), v)).collect(),
                "admin",
            );
        });
    }

    /// Changes a user's password.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn set_password(&self, user_name: &str, password: &str) {
        self.with(|w| {
            let id = user_id(w, user_name);
            w.accounts.by_user.entry(id).or_default().password = password.to_owned();
        });
    }

    /// Asks one user for a second factor on Basic authentication.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn require_mfa(&self, user_name: &str) {
        self.with(|w| {
            let id = user_id(w, user_name);
            w.accounts.by_user.entry(id).or_default().mfa = true;
        });
    }

    /// Locks a user out: no credential of theirs works any more.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn deactivate(&self, user_name: &str) {
        self.with(|w| {
            let id = user_id(w, user_name);
            w.store.set("sys_user", &id, "active", "false");
        });
    }

    /// A live access token for a user, as if the seeded application had asked for it.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn token_for(&self, user_name: &str) -> String {
        self.with(|w| {
            let id = user_id(w, user_name);
            let seconds = w.options.token_seconds;
            oauth::live(w, seed::CLIENT_ID, &id, false, seconds).0
        })
    }

    /// Ends every access token; refresh tokens still work.
    pub fn expire_tokens(&self) {
        self.with(|w| w.oauth.revoke(false));
    }

    /// Ends every access and refresh token.
    pub fn revoke_tokens(&self) {
        self.with(|w| w.oauth.revoke(true));
    }

    /// An authorization code of the seeded application, as a user's consent would have given.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn authorization_code(&self, user_name: &str) -> String {
        self.with(|w| {
            let id = user_id(w, user_name);
            let code = w.ids.token();
            w.oauth.add_code(&code, seed::CLIENT_ID, &id);
            code
        })
    }

    /// Registers a public key (PEM) whose owner may sign assertions for the seeded application.
    ///
    /// # Panics
    ///
    /// When the text is no RSA, P-256 or P-384 public key.
    pub fn trust_key(&self, pem: &str) {
        let key = PublicKey::from_pem(pem).expect("an RSA, P-256 or P-384 public key in PEM");
        self.with(|w| {
            w.oauth
                .applications
                .entry(seed::CLIENT_ID.to_owned())
                .or_default()
                .keys
                .push(key);
        });
    }

    /// Takes the application user away, so that client credentials answer `unauthorized_client`.
    pub fn remove_application_user(&self) {
        self.with(|w| {
            if let Some(application) = w.oauth.applications.get_mut(seed::CLIENT_ID) {
                application.user = None;
            }
        });
    }

    /// Adds an API key for a user.
    ///
    /// # Panics
    ///
    /// When the user does not exist.
    pub fn add_api_key(&self, key: &str, user_name: &str) {
        self.with(|w| {
            let id = user_id(w, user_name);
            w.accounts.keys.insert(key.to_owned(), id);
        });
    }
}
