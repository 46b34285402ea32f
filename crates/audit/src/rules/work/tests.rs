use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{bent, expect};
use crate::trail::Listing;

#[test]
fn a_work_item_says_why() {
    expect(&LINKED, &bent(|_, _, _| {}), Held, "1 work item");
    let none = bent(|_, r, _| {
        r.code.work_items = Listing {
            complete: true,
            ..Listing::default()
        };
    });
    expect(&LINKED, &none, Broken, "No work item");
    let unread = bent(|_, r, _| r.code.work_items = Listing::default());
    expect(&LINKED, &unread, Unproven, "could not be read");
}
