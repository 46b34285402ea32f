//! The two stages of throttling, as the pages on rate limits describe them: late answers first, then a block.

use crate::http::Reply;
use crate::refusal::Refusal;
use crate::world::World;

const RESOURCE: &str = "Core";
/// Units of use in a sliding window of five minutes.
const LIMIT: u32 = 200;

/// A good answer that says it was delayed. The delay is told in seconds with three decimals.
pub(crate) fn slowed(world: &World, reply: Reply, retry_after: u32, delay_ms: u64) -> Reply {
    let delay = format!("{}.{:03}", delay_ms / 1000, delay_ms % 1000);
    limits(world, reply, retry_after).with("X-RateLimit-Delay", delay)
}

/// The block: 429, as JSON or as a page.
pub(crate) fn blocked(world: &World, retry_after: u32, html: bool) -> Reply {
    let refusal = Refusal::blocked(RESOURCE, world.options.organization.as_str());
    let reply = if html {
        let text = crate::page::escape(refusal.message());
        let page = format!("<!DOCTYPE html><html><body><h1>429</h1><p>{text}</p></body></html>");
        Reply::html(429, &page)
    } else {
        refusal.reply()
    };
    limits(world, reply, retry_after)
}

fn limits(world: &World, reply: Reply, retry_after: u32) -> Reply {
    let reset = world.now().as_second() + i64::from(retry_after);
    reply
        .with("Retry-After", retry_after.to_string())
        .with("X-RateLimit-Resource", RESOURCE)
        .with("X-RateLimit-Limit", LIMIT.to_string())
        .with("X-RateLimit-Remaining", "0")
        .with("X-RateLimit-Reset", reset.to_string())
}
