//! One row per served address and method: where it lives, what it needs, which parameters it reads, who answers.

use crate::http::Reply;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::versions::Maturity;
use crate::world::World;
use crate::{
    builds, discovery, environments, git, pipelines, releases, tests_area, timeline, work_items,
};

pub(crate) type Answer = Result<Reply, Refusal>;

/// Whether an address names a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InProject {
    Never,
    Maybe,
    Always,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// What follows `_apis/`; `{}` takes one segment.
    pub(crate) template: &'static str,
    pub(crate) project: InProject,
    pub(crate) maturity: Maturity,
    /// Any of these scopes; none means that any credential will do.
    pub(crate) scopes: &'static [&'static str],
    pub(crate) parameters: &'static [&'static str],
    pub(crate) answer: fn(&mut World, &mut Call<'_>) -> Answer,
}

/// A released read inside a project, which most are; the rows say what differs.
pub(crate) const READ: Route = Route {
    method: "GET",
    template: "",
    project: InProject::Always,
    maturity: Maturity::Released,
    scopes: &[],
    parameters: &[],
    answer: |_, call| Err(Refusal::no_route(&call.request.path)),
};

fn all() -> impl Iterator<Item = &'static Route> {
    let areas: [&'static [Route]; 9] = [
        builds::ROUTES,
        timeline::ROUTES,
        pipelines::ROUTES,
        environments::ROUTES,
        work_items::ROUTES,
        git::ROUTES,
        tests_area::ROUTES,
        releases::ROUTES,
        discovery::ROUTES,
    ];
    areas.into_iter().flatten()
}

/// What a path leads to.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// Rows of this address, one for each method.
    pub(crate) routes: Vec<&'static Route>,
    /// What the placeholders took.
    pub(crate) arguments: Vec<String>,
}

/// Routes are found in any letter case. Placeholders take any one segment that is not empty.
pub(crate) fn find(segments: &[String]) -> Matched {
    let mut matched = Matched::default();
    for route in all() {
        if let Some(arguments) = fit(route.template, segments) {
            matched.routes.push(route);
            matched.arguments = arguments;
        }
    }
    matched
}

fn fit(template: &str, segments: &[String]) -> Option<Vec<String>> {
    let parts: Vec<&str> = template.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut arguments = Vec::new();
    for (part, segment) in parts.into_iter().zip(segments) {
        match part {
            "{}" if !segment.is_empty() => arguments.push(segment.clone()),
            // The type of a work item to create stands behind a dollar sign in the same segment.
            "${}" if segment.starts_with('$') => arguments.push(segment[1..].to_owned()),
            _ if part.eq_ignore_ascii_case(segment) => {}
            _ => return None,
        }
    }
    Some(arguments)
}

/// The area a template belongs to: its first segment.
pub(crate) fn area(route: &Route) -> &'static str {
    route.template.split('/').next().unwrap_or_default()
}
