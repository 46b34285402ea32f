use audit::collect::Scope;
use audit::trail::KEPT;
use azure_devops_sim::{CommitSeed, Person, WorkItemSeed};

use crate::harness::{RUN, finding, world};

#[tokio::test]
async fn thousands_pass_by_and_a_few_are_kept() {
    let world = world();
    world.azure.add_many_commits(RUN, 4998);
    world.azure.add_commits(
        RUN,
        vec![CommitSeed {
            author: Person::new("Nina", "nina.network@example.com"),
            ..CommitSeed::default()
        }],
    );
    let items: Vec<u64> = (0..799)
        .map(|_| world.azure.add_work_item(WorkItemSeed::default()))
        .collect();
    world.azure.link_work_items(RUN, &items);
    let (trail, commits, items) = world.report(&world.hints(), Scope::ALL).await;
    assert_eq!((commits, items), (5000, 800));
    assert_eq!(
        (trail.commits.list.total, trail.commits.list.kept.len()),
        (5000, KEPT)
    );
    assert_eq!(
        (trail.work_items.total, trail.work_items.kept.len()),
        (800, KEPT)
    );
    assert!(trail.commits.list.complete && trail.work_items.complete);
    // The last author is among the approvers and beyond what is kept.
    let author = finding(&trail, "author-among-approvers");
    assert!(
        author.says.contains("nina.network@example.com"),
        "{}",
        author.says
    );
    assert!(audit::json(&trail).len() < 300_000);
    assert!(audit::html(&trail).len() < 300_000);
}
