//! `api-version`: where it may stand, what it may say, and what previews ask for.

use crate::http::Request;
use crate::recorder::{FindingKind, Recorded};
use crate::refusal::Refusal;

/// The newest version that is no preview, and the newest of all.
const RELEASED: (u32, u32) = (7, 1);
const NEWEST: (u32, u32) = (7, 2);

/// How far a resource has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maturity {
    /// Out of preview.
    Released,
    /// Answers only where the caller accepts a preview.
    Preview,
    /// A preview that began with the newest version.
    Newest,
}

/// The version asked for, wherever it stands.
fn asked(request: &Request) -> Option<String> {
    let accepted = || {
        let parts = request.header("accept")?.split([';', ',']);
        let mut versions = parts.filter_map(|part| part.trim().strip_prefix("api-version="));
        versions.next().map(str::to_owned)
    };
    request.param("api-version").or_else(accepted)
}

/// Refuses what the service refuses; a read without a version is served, and told as a finding.
pub(crate) fn check(
    request: &Request,
    maturity: Maturity,
    recorded: &mut Recorded,
) -> Result<(), Refusal> {
    let Some(text) = asked(request).filter(|text| !text.is_empty()) else {
        if request.is_read() {
            recorded.find(FindingKind::NoApiVersion, request.path.clone());
            return Ok(());
        }
        return Err(Refusal::no_version(&request.method));
    };
    let version = Version::parse(&text).ok_or_else(|| Refusal::version_text(&text))?;
    let number = (version.major, version.minor);
    if number > NEWEST || number < (1, 0) || maturity == Maturity::Newest && number < NEWEST {
        return Err(Refusal::version_range(&text));
    }
    let preview = maturity != Maturity::Released || number > RELEASED;
    if preview && !version.preview {
        return Err(Refusal::preview_flag(&text));
    }
    Ok(())
}

struct Version {
    major: u32,
    minor: u32,
    preview: bool,
}

impl Version {
    /// `{major}.{minor}[-preview[.{resource version}]]`.
    fn parse(text: &str) -> Option<Self> {
        let (number, stage) = match text.split_once('-') {
            Some((number, stage)) => (number, Some(stage)),
            None => (text, None),
        };
        let (major, minor) = number.split_once('.')?;
        let stage_is_known = stage.is_none_or(|stage| {
            let rest = stage.strip_prefix("preview");
            rest.is_some_and(|rest| {
                let revision = rest.strip_prefix('.');
                rest.is_empty() || revision.is_some_and(|r| r.parse::<u32>().is_ok())
            })
        });
        stage_is_known.then_some(())?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
            preview: stage.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(query: &str, accept: &str, maturity: Maturity) -> Result<usize, String> {
        let request = Request {
            method: "GET".to_owned(),
            raw_query: query.to_owned(),
            headers: vec![("accept".to_owned(), accept.to_owned())],
            ..Request::default()
        };
        let mut recorded = Recorded::new(&request, String::new());
        check(&request, maturity, &mut recorded)
            .map(|()| recorded.findings.len())
            .map_err(|refusal| refusal.message().to_owned())
    }

    #[test]
    fn versions_stand_in_the_query_or_in_the_accept_header() {
        assert_eq!(verdict("api-version=7.1", "", Maturity::Released), Ok(0));
        let accept = "application/json;api-version=7.1";
        assert_eq!(verdict("", accept, Maturity::Released), Ok(0));
        assert_eq!(verdict("", "application/json", Maturity::Released), Ok(1));
    }

    #[test]
    fn previews_have_to_be_asked_for() {
        for (version, maturity, fine) in [
            ("7.1", Maturity::Released, true),
            ("7.2", Maturity::Released, false),
            ("7.2-preview.3", Maturity::Released, true),
            ("7.1", Maturity::Preview, false),
            ("7.1-preview", Maturity::Preview, true),
            ("7.1-preview.1", Maturity::Newest, false),
            ("7.2-preview.1", Maturity::Newest, true),
            ("8.0-preview", Maturity::Released, false),
            ("7", Maturity::Released, false),
            ("7.1-beta", Maturity::Released, false),
        ] {
            let query = format!("api-version={version}");
            assert_eq!(verdict(&query, "", maturity).is_ok(), fine, "{version}");
        }
    }
}
