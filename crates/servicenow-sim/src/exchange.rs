//! One request through the instance: fault plan, rate rule, answer, record.

use crate::faults::Delivery;
use crate::http::{Reply, Request};
use crate::limits;
use crate::protocol;
use crate::recorder::{Finding, FindingKind, Recorded};
use crate::stop::Passage;
use crate::world::World;

pub(crate) fn exchange(world: &mut World, request: Request) -> Delivery {
    let passage = world.line.pass();
    if passage == Passage::Cut {
        return Delivery::Nothing;
    }
    let delivery = served(world, request);
    match passage {
        Passage::Mute => Delivery::Nothing,
        Passage::Open | Passage::Cut => delivery,
    }
}

fn served(world: &mut World, mut request: Request) -> Delivery {
    apply_override(&mut request);
    let mut recorded = Recorded::new(&request, world.now_text());
    let fault = world.faults.pick(&request);
    recorded.fault = fault.as_ref().map(crate::faults::Fault::name);
    let delivery = match &fault {
        Some(fault) => {
            let honest = if fault.commits() {
                honest(world, &request, &mut recorded)
            } else {
                Reply::empty(200)
            };
            fault.spoil(world, honest)
        }
        None => Delivery::Whole(honest(world, &request, &mut recorded)),
    };
    let unclear = fault
        .as_ref()
        .is_some_and(crate::faults::Fault::leaves_unclear);
    if world.recorder.is_blind_repeat(&request, unclear) {
        let detail = request.path.clone();
        recorded.findings.push(Finding {
            kind: FindingKind::BlindPostRetry,
            detail,
        });
    }
    recorded.status = delivery.status();
    world.recorder.requests.push(recorded);
    delivery
}

fn honest(world: &mut World, request: &Request, recorded: &mut Recorded) -> Reply {
    let who = request
        .header("authorization")
        .or_else(|| request.header("x-sn-apikey"))
        .unwrap_or("");
    let who = who.to_owned();
    if request.path.starts_with("/api/")
        && let Some(reply) = limits::count(world, &who)
    {
        return reply;
    }
    let reply = protocol::answer(world, request, recorded);
    if request.path.starts_with("/api/") {
        limits::mark(world, reply)
    } else {
        reply
    }
}

/// A POST may stand in for another verb where something in between lets no other pass.
fn apply_override(request: &mut Request) {
    if request.method == "POST"
        && let Some(method) = request.header("x-http-method-override")
    {
        request.method = method.to_ascii_uppercase();
    }
}
