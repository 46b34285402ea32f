//! The organization, where there is one.

use azure_devops::{Auth, ServicePrincipal};
use url::Url;

use super::keys::Key;
use super::layers::Layers;
use super::{address, keys, sign_in};

/// The public service.
const SERVICE: &str = "https://dev.azure.com/";

/// Where the organization is and who we are there.
#[derive(Debug)]
pub(crate) struct AzureDevOps {
    /// From `ADO_URL` (default: the public service) and `ADO_ORG`.
    pub(crate) collection: Url,
    /// From `ADO_PAT`, `ADO_TOKEN`, or `ADO_TENANT`, `ADO_CLIENT_ID` and `ADO_CLIENT_SECRET`; required.
    pub(crate) auth: Auth,
    /// `ADO_PROJECT`: the project where nothing else names one.
    pub(crate) project: Option<String>,
}

static SECRETS: [&Key; 3] = [&keys::ADO_PAT, &keys::ADO_TOKEN, &keys::ADO_CLIENT_SECRET];

/// Reads it; none where nothing names an organization. What is wrong is noted in `layers`.
pub(crate) fn read(layers: &mut Layers<'_>, notices: &mut Vec<String>) -> Option<AzureDevOps> {
    let named = [&keys::ADO_URL, &keys::ADO_ORG]
        .into_iter()
        .chain(SECRETS)
        .any(|key| layers.find(key).is_some());
    if !named {
        return None;
    }
    let collection = collection(layers, notices);
    let auth = auth(layers, notices);
    let project = project(layers);
    Some(AzureDevOps {
        collection: collection?,
        auth: auth?,
        project,
    })
}

/// `ADO_URL/ADO_ORG`; the address alone where no organization is named, or where it ends in it already.
fn collection(layers: &mut Layers<'_>, notices: &mut Vec<String>) -> Option<Url> {
    let given = layers.find(&keys::ADO_URL).is_some();
    let mut url = if given {
        address::read(layers, &keys::ADO_URL, notices)?
    } else {
        Url::parse(SERVICE).expect("a constant address")
    };
    let Some(organization) = layers.find(&keys::ADO_ORG) else {
        if is_whole(&url) {
            return Some(url);
        }
        let what = format!(
            "no organization is named, and {} alone is none",
            redact::SafeUrl::from(&url)
        );
        layers
            .problems
            .push(address::missing(&keys::ADO_ORG, &what));
        return None;
    };
    let name = organization.text.expose().trim();
    if !address::is_segment(&organization) {
        let problem = organization
            .problem("an organization's name holds no slash, '?' or '#': give the name alone");
        layers.problems.push(problem);
        return None;
    }
    if !ends_in(&url, name) {
        // Only an address without a base refuses segments, and those are none of http.
        let mut segments = url.path_segments_mut().ok()?;
        segments.pop_if_empty().push(name);
    }
    Some(url)
}

/// Whether an address names a collection by itself: only the public service's root and a bare host do not.
fn is_whole(url: &Url) -> bool {
    let legacy = url
        .host_str()
        .is_some_and(|host| host.ends_with(".visualstudio.com"));
    legacy || !url.path().trim_matches('/').is_empty()
}

/// Whether the address ends in the organization: as its last segment, or as the first part of the older host name.
fn ends_in(url: &Url, name: &str) -> bool {
    let last = url
        .path_segments()
        .into_iter()
        .flatten()
        .rfind(|segment| !segment.is_empty());
    let host = url
        .host_str()
        .and_then(|host| host.strip_suffix(".visualstudio.com"));
    last.or(host)
        .is_some_and(|word| word.eq_ignore_ascii_case(name))
}

fn auth(layers: &mut Layers<'_>, notices: &mut Vec<String>) -> Option<Auth> {
    let (key, found) = sign_in::choose(layers, "Azure DevOps", &SECRETS)?;
    let secret = layers.secret(&found);
    let principal = [
        &keys::ADO_TENANT,
        &keys::ADO_CLIENT_ID,
        &keys::ADO_AUTHORITY,
    ];
    match key.name {
        "azure_devops.client_secret" => {
            let tenant = sign_in::need(layers, &keys::ADO_TENANT, key);
            let client_id = sign_in::need(layers, &keys::ADO_CLIENT_ID, key);
            let authority = match layers.find(&keys::ADO_AUTHORITY) {
                Some(_) => address::read(layers, &keys::ADO_AUTHORITY, notices)?,
                None => Url::parse(ServicePrincipal::AUTHORITY).expect("a constant address"),
            };
            Some(Auth::ServicePrincipal(ServicePrincipal {
                tenant,
                client_id,
                client_secret: secret,
                authority,
            }))
        }
        other => {
            sign_in::unused(layers, &found, &principal, notices);
            Some(if other == "azure_devops.pat" {
                Auth::Pat(secret)
            } else {
                Auth::Bearer(secret)
            })
        }
    }
}

fn project(layers: &mut Layers<'_>) -> Option<String> {
    let found = layers.find(&keys::ADO_PROJECT)?;
    if !address::is_segment(&found) {
        let problem =
            found.problem("a project's name holds no slash, '?' or '#': give the name or id alone");
        layers.problems.push(problem);
    }
    layers.text(&keys::ADO_PROJECT)
}
