//! From a request to its answer: credential, organization, project, address, method, version, scope, parameters.

use crate::access::Key;
use crate::auth;
use crate::http::{self, Host, Reply, Request};
use crate::oauth;
use crate::organization::Project;
use crate::recorder::{FindingKind, Recorded};
use crate::refusal::Refusal;
use crate::routes::{self, Answer, InProject, Route};
use crate::versions;
use crate::world::World;

/// What a handler works with besides the world.
#[derive(Debug)]
pub(crate) struct Call<'r> {
    pub(crate) request: &'r Request,
    pub(crate) recorded: &'r mut Recorded,
    pub(crate) key: Key,
    /// The project the address names.
    pub(crate) project: Option<Project>,
    /// What the placeholders of the address took.
    pub(crate) arguments: Vec<String>,
}

impl Call<'_> {
    pub(crate) fn argument(&self, index: usize) -> &str {
        self.arguments.get(index).map_or("", String::as_str)
    }

    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.request.param(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A parameter that has to be a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.param(name) else {
            return Ok(None);
        };
        let refused = || {
            Refusal::argument(
                name,
                &format!("The value '{text}' is not valid for {name}."),
            )
        };
        text.parse().map(Some).map_err(|_| refused())
    }

    /// The items of a parameter that is a list with commas.
    pub(crate) fn items(&self, name: &str) -> Vec<String> {
        let text = self.param(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim);
        parts.filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    pub(crate) fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        self.recorded.find(kind, detail);
    }

    /// The body as JSON; anything else is the caller's mistake.
    pub(crate) fn body<T: serde::de::DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.request.body).map_err(|error| {
            let text = format!("The request body could not be read: {error}");
            Refusal::new(400, "VssPropertyValidationException", text)
        })
    }
}

/// Answers one request and notes on the record who asked and what was odd.
pub(crate) fn answer(world: &mut World, request: &Request, recorded: &mut Recorded) -> Reply {
    if let Some(tenant) = oauth::tenant(&request.path) {
        return oauth::token(world, request, tenant);
    }
    if request.too_large {
        return Refusal::new(413, "RequestTooLargeException", "The request is too large.").reply();
    }
    if !auth::is_suppressed(request) {
        recorded.find(FindingKind::SignInNotSuppressed, request.path.clone());
    }
    let key = match auth::authenticate(world, request) {
        Ok(key) => key,
        Err(reply) => return reply,
    };
    recorded.user = Some(key.owner.name.clone());
    serve(world, request, recorded, key).unwrap_or_else(|refusal| refusal.reply())
}

fn serve(world: &mut World, request: &Request, recorded: &mut Recorded, key: Key) -> Answer {
    let segments: Vec<String> = request.path.split('/').skip(1).map(http::decode).collect();
    let (organization, rest) = segments
        .split_first()
        .ok_or_else(|| Refusal::no_route("/"))?;
    if !organization.eq_ignore_ascii_case(&world.options.organization) {
        return Err(Refusal::no_organization(organization));
    }
    let at = rest.iter().position(|s| s.eq_ignore_ascii_case("_apis"));
    let at = at
        .filter(|at| *at < 2)
        .ok_or_else(|| Refusal::no_route(&request.path))?;
    let project = match rest[..at].first() {
        None => None,
        Some(given) => Some(
            world
                .org
                .project(given)
                .ok_or_else(|| Refusal::no_project(given))?,
        ),
    };
    let project = project.cloned();
    let rest = &rest[at + 1..];
    if request.method == "OPTIONS" {
        return Ok(crate::discovery::locations(request.host, rest));
    }
    let matched = routes::find(rest);
    let fits = |route: &&Route| fits(route, request.host, project.is_some());
    let routes: Vec<&Route> = matched.routes.into_iter().filter(fits).collect();
    if routes.is_empty() {
        return Err(Refusal::no_route(&request.path));
    }
    let route = routes.into_iter().find(|r| r.method == request.method);
    let route = route.ok_or_else(|| Refusal::method(&request.method))?;
    versions::check(request, route.maturity, recorded)?;
    if !key.may(route.scopes) {
        let status = world.options.missing_scope_status;
        return Err(Refusal::forbidden(status, route.template));
    }
    let mut call = Call {
        request,
        recorded,
        key,
        project,
        arguments: matched.arguments,
    };
    check_parameters(&mut call, route);
    check_body(&call)?;
    (route.answer)(world, &mut call)
}

/// Whether an address exists on this host, with or without a project.
fn fits(route: &Route, host: Host, in_project: bool) -> bool {
    let release = routes::area(route) == "release";
    let here = match host {
        Host::Both => true,
        Host::Main => !release,
        Host::Release => release || crate::discovery::is_everywhere(route),
    };
    let place = match route.project {
        InProject::Always => in_project,
        InProject::Never => !in_project,
        InProject::Maybe => true,
    };
    here && place
}

/// The service ignores parameters it does not know; a client that sends one is mistaken about what it gets.
fn check_parameters(call: &mut Call<'_>, route: &Route) {
    for (name, _) in call.request.query() {
        let known = |k: &&str| k.eq_ignore_ascii_case(&name);
        if !name.eq_ignore_ascii_case("api-version") && !route.parameters.iter().any(known) {
            call.find(FindingKind::UnknownParameter, name);
        }
    }
}

fn check_body(call: &Call<'_>) -> Result<(), Refusal> {
    let request = call.request;
    if request.is_read() {
        return Ok(());
    }
    let patch = crate::work_items::takes_patch_documents(call);
    let valid = if patch {
        "application/json-patch+json"
    } else {
        "application/json"
    };
    let given = request.media_type().unwrap_or_default();
    if given == valid {
        return Ok(());
    }
    Err(Refusal::content_type(&request.method, &given, valid))
}
