//! A running simulator: its thread, its address, and the handle a test holds.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::options::Options;
use crate::seed::{self, SeedError};
use crate::serve::{self, Shared};
use crate::world::World;

/// Why a simulator could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("could not listen on {address}")]
    Listen {
        /// Address asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The seed file was refused.
    #[error("could not use the seed file")]
    Seed(#[from] SeedError),
}

/// What a client needs to talk to the seeded world.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// User name of the integration account (role `itil`).
    pub user: String,
    /// Its password; every other seeded user has the same.
    pub password: String,
    /// OAuth application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// API key of the integration account.
    pub api_key: String,
}

/// One simulated instance on a loopback port, served by a thread of its own until dropped.
#[derive(Debug)]
pub struct Sim {
    url: String,
    pub(crate) world: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Sim {
    /// Starts an instance with the default world on a free loopback port.
    ///
    /// # Panics
    ///
    /// When the machine has no free loopback port.
    pub fn start(options: Options) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::listen(address, options).expect("a machine that runs tests has a free loopback port")
    }

    /// Starts an instance on an address of the caller's choice.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub fn listen(address: SocketAddr, options: Options) -> Result<Self, StartError> {
        Self::run(address, options, None)
    }

    /// Starts an instance from a seed file's JSON: options, users, records.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or the file has a key, table or column that does not exist.
    pub fn seeded(address: SocketAddr, file: Value) -> Result<Self, StartError> {
        let options = seed::file_options(&file)?;
        Self::run(address, options, Some(file))
    }

    fn run(address: SocketAddr, options: Options, file: Option<Value>) -> Result<Self, StartError> {
        let wrap = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(wrap)?;
        let url = format!("http://{}", listener.local_addr().map_err(wrap)?);
        let mut world = World::new(options, url.clone());
        if let Some(file) = &file {
            seed::apply_file(&mut world, file)?;
        }
        world.seed_file = file;
        let world: Shared = Arc::new(Mutex::new(world));
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&world);
        let thread = std::thread::Builder::new()
            .name("servicenow-sim".to_owned())
            .spawn(move || serve::run(listener, shared, stopped))
            .map_err(wrap)?;
        Ok(Self {
            url,
            world,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Base address without a trailing slash, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How to log in to the default world.
    pub fn credentials(&self) -> Credentials {
        Credentials {
            user: seed::USER.to_owned(),
            password: seed::PASSWORD.to_owned(),
            client_id: seed::CLIENT_ID.to_owned(),
            client_secret: seed::CLIENT_SECRET.to_owned(),
            api_key: seed::API_KEY.to_owned(),
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only if the thread has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
