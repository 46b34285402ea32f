//! One request through the service: fault plan, answer, correlation headers, record.

use crate::faults::{Delivery, Fault};
use crate::http::{Reply, Request};
use crate::protocol;
use crate::recorder::{FindingKind, Recorded};
use crate::world::World;

pub(crate) fn exchange(world: &mut World, request: &Request) -> Delivery {
    let mut recorded = Recorded::new(request, world.now_text());
    let fault = world.faults.pick(request);
    recorded.fault = fault.as_ref().map(Fault::name);
    let mut delivery = match &fault {
        Some(fault) => {
            let honest = if fault.commits() {
                protocol::answer(world, request, &mut recorded)
            } else {
                Reply::empty(200)
            };
            fault.spoil(world, honest)
        }
        None => Delivery::Whole(protocol::answer(world, request, &mut recorded)),
    };
    let unclear = fault.as_ref().is_some_and(Fault::leaves_unclear);
    if world.recorder.is_blind_repeat(request, unclear) {
        recorded.find(FindingKind::BlindPostRetry, request.path.clone());
    }
    if let Some(reply) = delivery.reply_mut() {
        recorded.status = reply.status;
        correlate(world, request, reply);
    }
    world.recorder.requests.push(recorded);
    delivery
}

/// Every answer names the activity on the service's side; the caller's own session comes back as sent.
fn correlate(world: &mut World, request: &Request, reply: &mut Reply) {
    let activity = world.ids.guid();
    let mut add = |name: &str, value: String| reply.headers.push((name.to_owned(), value));
    add("ActivityId", activity.clone());
    add("X-VSS-E2EID", activity);
    if let Some(session) = request.header("x-tfs-session") {
        add("X-TFS-Session", session.to_owned());
    }
}
