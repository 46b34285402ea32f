//! Calls per hour and user, as a rate rule counts them.

use std::collections::BTreeMap;

use crate::faults;
use crate::http::Reply;
use crate::ids::stable_id;
use crate::world::World;

/// Calls of the hour that is running, by user or key.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateWindow {
    hour: i64,
    calls: BTreeMap<String, u32>,
}

/// Counts a call; the 429 to give when it is one too many.
pub(crate) fn count(world: &mut World, who: &str) -> Option<Reply> {
    let limit = world.options.rate_limit_per_hour?;
    let now = world.now().as_second();
    let hour = now.div_euclid(3600);
    if world.rates.hour != hour {
        world.rates = RateWindow {
            hour,
            calls: BTreeMap::new(),
        };
    }
    let calls = world.rates.calls.entry(who.to_owned()).or_default();
    *calls += 1;
    let left = u32::try_from((hour + 1) * 3600 - now).unwrap_or(3600);
    (*calls > limit).then(|| faults::rate_limited(world, limit, left))
}

/// The headers every counted answer carries. There is no count of what remains.
pub(crate) fn mark(world: &World, reply: Reply) -> Reply {
    let Some(limit) = world.options.rate_limit_per_hour else {
        return reply;
    };
    let reset = (world.now().as_second().div_euclid(3600) + 1) * 3600;
    reply
        .with("X-RateLimit-Limit", limit.to_string())
        .with("X-RateLimit-Reset", reset.to_string())
        .with("X-RateLimit-Rule", stable_id("sys_rate_limit_rules", "all"))
}
