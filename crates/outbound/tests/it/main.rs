//! The client against a scripted server: what is sent, what is repeated, what is refused.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod breaker;
mod limits;
mod proxy;
mod receipts;
mod redirect;
mod retry;
mod secrets;
mod server;
mod shape;
mod tls;

use std::time::Duration;

use outbound::{Client, Error, Request, Retry, Settings};
use url::Url;

/// Settings whose waits are too short to notice.
fn quick() -> Settings {
    let retry = Retry {
        base: Duration::from_micros(50),
        cap: Duration::from_millis(1),
        ..Retry::default()
    };
    Settings {
        retry,
        ..Settings::default()
    }
}

fn client(settings: Settings) -> Client {
    Client::new(settings).unwrap()
}

async fn fail(client: &Client, request: &Request) -> Error {
    client.send(request).await.unwrap_err()
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}
