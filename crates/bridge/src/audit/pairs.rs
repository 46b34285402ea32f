//! Work on many things, two at a time.
//!
//! Two, because an instance gives all integrations together a handful of sessions, and a report can wait.

use std::cell::RefCell;

/// What `work` makes of each item, in the items' order.
pub(super) async fn two_at_a_time<T, R>(items: &[T], work: impl AsyncFn(&T) -> R) -> Vec<R> {
    let waiting = RefCell::new(items.iter().enumerate());
    let done = RefCell::new(Vec::with_capacity(items.len()));
    let worker = async || {
        loop {
            // The borrow ends here, before the wait.
            let Some((index, item)) = waiting.borrow_mut().next() else {
                return;
            };
            let result = work(item).await;
            done.borrow_mut().push((index, result));
        }
    };
    tokio::join!(worker(), worker());
    let mut done = done.into_inner();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn two_go_on_at_once_and_the_order_stays() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let items: Vec<usize> = (0..9).collect();
        let results = two_at_a_time(&items, async |item| {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            // Every second one takes longer than its neighbours.
            for _ in 0..=(item % 2) * 5 {
                tokio::task::yield_now().await;
            }
            running.set(running.get() - 1);
            item * 10
        })
        .await;
        assert_eq!(results, [0, 10, 20, 30, 40, 50, 60, 70, 80]);
        assert_eq!(most.get(), 2);
    }
}
