//! The Verify button.

use crate::answer::status_name;
use crate::causes;
use crate::http::Exchange;

use super::{ConnectionType, Endpoint, QueryError};

/// The data source that Verify asks, by its very name.
const SOURCE: &str = "TestConnection";
/// How much of an answer the message repeats, in characters.
const QUOTED: usize = 1_000;

/// What a person sees who presses Verify.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whether the connection counts as good: the status was 200, whatever the content is.
    pub verified: bool,
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// What the settings show: the address, the status by name, the answer's own words.
    pub message: String,
    /// The request.
    pub exchange: Exchange,
}

impl ConnectionType {
    /// Presses Verify.
    ///
    /// # Errors
    ///
    /// When the type cannot be verified at all, or the request cannot be made from the connection.
    pub async fn verify(&self, endpoint: &Endpoint) -> Result<Verdict, QueryError> {
        let source = self.source(SOURCE)?;
        let request = self.request(source, endpoint, &[], &serde_json::Map::new())?;
        let (exchange, answer) = self.ask(request, endpoint).await?;
        let url = &exchange.url;
        let message = match &answer {
            Ok(answer) if answer.status == 200 => "verified".to_owned(),
            Ok(answer) => {
                let words: String = answer.content.chars().take(QUOTED).collect();
                format!("{url} answered {}: {words}", status_name(answer.status))
            }
            Err(error) => format!("{url} did not answer: {}", causes::told(error)),
        };
        let status = answer.ok().map(|answer| answer.status);
        Ok(Verdict {
            verified: status == Some(200),
            status,
            message,
            exchange,
        })
    }
}
