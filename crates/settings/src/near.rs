//! The name someone probably meant.

/// Longer names are not compared: the distance costs the product of both lengths, and nobody mistypes a name
/// of this length into another one.
const LONGEST: usize = 100;

/// Up to `count` of `known` that look like `wanted`, nearest first, equal ones by name.
pub(crate) fn nearest<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<&'a str> {
    let mut ranked: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|name| Some((likeness(wanted, name)?, name)))
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked
        .into_iter()
        .take(count)
        .map(|(_, name)| name)
        .collect()
}

/// How far two names are apart, or `None` where they are not alike: about a third of the letters may differ.
/// Case and the separators `-`, `_`, `.` and space cost nothing, because those are what people mix up.
fn likeness(wanted: &str, name: &str) -> Option<usize> {
    let (a, b) = (plain(wanted), plain(name));
    let longer = a.len().max(b.len());
    if a.is_empty() || b.is_empty() || longer > LONGEST {
        return None;
    }
    let distance = distance(&a, &b);
    (distance <= longer.div_ceil(3) && distance < longer).then_some(distance)
}

fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .take(LONGEST + 1)
        .collect()
}

/// Edit distance where swapping two neighbours counts once (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let change = above[j] + usize::from(x != y);
            let mut best = change.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn between(a: &str, b: &str) -> usize {
        distance(
            &a.chars().collect::<Vec<_>>(),
            &b.chars().collect::<Vec<_>>(),
        )
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("risk", "risk", 0),
            ("risk", "rsik", 1),
            ("risk", "riks", 1),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("größe", "grosse", 3),
        ] {
            assert_eq!(between(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_names_come_first_and_strangers_not_at_all() {
        let known = ["risk", "impact", "assignmentGroup", "payment-service"];
        assert_eq!(nearest("riks", known, 3), ["risk"]);
        assert_eq!(nearest("assignment_group", known, 1), ["assignmentGroup"]);
        assert_eq!(nearest("Payment Service", known, 1), ["payment-service"]);
        assert_eq!(nearest("zzz", known, 3), Vec::<&str>::new());
        assert_eq!(nearest("a", ["b"], 1), Vec::<&str>::new());
        assert_eq!(
            nearest("web-2", ["web-1", "web-12", "web-2x"], 2),
            ["web-1", "web-12"]
        );
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_bounded(a in "\\PC{0,12}", b in "\\PC{0,12}") {
            let d = between(&a, &b);
            prop_assert_eq!(d, between(&b, &a));
            prop_assert!(d <= a.chars().count().max(b.chars().count()));
            prop_assert_eq!(d == 0, a == b);
        }

        #[test]
        fn one_slip_of_the_finger_is_always_recognised(name in "[a-z]{4,30}", at in 0usize..30, with in "[0-9]") {
            let at = at % name.len();
            let slipped = format!("{}{with}{}", &name[..at], &name[at + 1..]);
            prop_assert_eq!(nearest(&slipped, [name.as_str()], 1), [name.as_str()]);
        }

        #[test]
        fn any_two_texts_can_be_compared(wanted in any::<String>(), known in proptest::collection::vec(any::<String>(), 0..6)) {
            prop_assert!(nearest(&wanted, known.iter().map(String::as_str), 3).len() <= 3);
        }
    }
}
