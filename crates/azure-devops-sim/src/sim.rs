//! A running simulator: its thread, its addresses, and the handle a test holds.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::http::Host;
use crate::options::Options;
use crate::seed_file::{self, SeedError};
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

/// One simulated organization on a loopback port, served by a thread of its own until dropped.
#[derive(Debug)]
pub struct Sim {
    url: String,
    release_url: String,
    pub(crate) world: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Sim {
    /// Starts an organization with the default world on a free loopback port.
    ///
    /// # Panics
    ///
    /// When the machine has no free loopback port.
    pub fn start(options: Options) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::listen(address, options).expect("a machine that runs tests has a free loopback port")
    }

    /// Starts an organization on an address of the caller's choice. A separate host of releases takes any free port
    /// of the same address.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub fn listen(address: SocketAddr, options: Options) -> Result<Self, StartError> {
        Self::run(address, options, None)
    }

    /// Starts an organization from a seed file's JSON.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or the file has a key that does not exist or names what does not.
    pub fn seeded(address: SocketAddr, file: Value) -> Result<Self, StartError> {
        let options = seed_file::options(&file)?;
        Self::run(address, options, Some(file))
    }

    fn run(address: SocketAddr, options: Options, file: Option<Value>) -> Result<Self, StartError> {
        let wrap = |source| StartError::Listen { address, source };
        let open = |address: SocketAddr| {
            let listener = TcpListener::bind(address)?;
            let url = format!("http://{}", listener.local_addr()?);
            Ok((listener, url))
        };
        let (listener, url) = open(address).map_err(wrap)?;
        let mut listeners = vec![(listener, Host::Both)];
        let mut release_url = url.clone();
        if options.separate_release_host {
            let (other, other_url) = open(SocketAddr::new(address.ip(), 0)).map_err(wrap)?;
            listeners[0].1 = Host::Main;
            listeners.push((other, Host::Release));
            release_url = other_url;
        }
        let mut world = World::new(options, url.clone(), release_url.clone());
        if let Some(file) = &file {
            seed_file::apply(&mut world, file)?;
        }
        world.seed_file = file;
        let world: Shared = Arc::new(Mutex::new(world));
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&world);
        let thread = std::thread::Builder::new()
            .name("azure-devops-sim".to_owned())
            .spawn(move || serve::run(listeners, &shared, stopped))
            .map_err(wrap)?;
        Ok(Self {
            url: format!("{url}/"),
            release_url: format!("{release_url}/"),
            world,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Base address with a slash at its end, as the public service's is written; the organization comes behind it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Base address of the host of classic releases; the same unless separated.
    pub fn release_url(&self) -> &str {
        &self.release_url
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
