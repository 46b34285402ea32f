//! What a run published.

use url::Url;

use crate::RunId;
use crate::organization::Place;
use crate::wire::{Missing, Node};

/// A published artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// How it is kept: `PipelineArtifact`, `Container`, `FilePath`, ...
    pub kind: String,
    /// Its size in bytes, where the service tells.
    pub size: Option<u64>,
    /// The page that lists what the run published. The service's own link leads to a store of content, for programs.
    pub page: Option<Url>,
}

pub(super) fn decode(node: Node<'_>, place: &Place<'_>, run: RunId) -> Result<Artifact, Missing> {
    let run = run.to_string();
    let query = [
        ("buildId", run.as_str()),
        ("view", "artifacts"),
        ("type", "publishedArtifacts"),
    ];
    let resource = node.at("resource");
    Ok(Artifact {
        id: node.number("id").unwrap_or_default(),
        name: node.need_text("name")?,
        kind: resource.text_or_empty("type"),
        size: resource.at("properties").number("artifactsize"),
        page: Some(place.page(&["_build", "results"], &query)),
    })
}
