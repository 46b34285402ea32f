//! Arrows between crates point down, and the doors that a manifest keeps shut stay shut.

use super::crates::{Crate, Floor, Kind};

/// Libraries that only one crate of the floors may link: the network's door.
const DOORS: [(&str, &str); 2] = [("reqwest", "outbound"), ("hyper", "outbound")];

pub(super) fn problems(crates: &[Crate]) -> Vec<String> {
    let mut problems = Vec::new();
    for one in crates {
        let Some(floor) = one.floor else {
            problems.push(format!(
                "{} does not say its floor (package.metadata.floor)",
                one.name
            ));
            continue;
        };
        for (name, kind) in &one.dependencies {
            if let Some((_, keeper)) = DOORS.iter().find(|(library, _)| library == name) {
                let numbered = matches!(floor, Floor::Number(_));
                if numbered && one.name != *keeper && *kind != Kind::Dev {
                    problems.push(format!(
                        "{} links {name}, which only {keeper} may",
                        one.name
                    ));
                }
            }
            let Some(other) = crates.iter().find(|other| other.name == *name) else {
                continue;
            };
            if let Some(why) = fault(one, floor, other.floor, *kind) {
                problems.push(format!("{} -> {name}: {why}", one.name));
            }
        }
    }
    problems
}

fn fault(one: &Crate, floor: Floor, other: Option<Floor>, kind: Kind) -> Option<&'static str> {
    if one.name.ends_with("-sim") {
        // A shared struct would make client and stand-in wrong together.
        return Some("a simulator depends on nothing of ours");
    }
    match (floor, other?) {
        (Floor::Number(above), Floor::Number(below)) if below < above => None,
        (Floor::Number(above), Floor::Number(below)) if below == above => {
            Some("neighbours never see each other")
        }
        (Floor::Number(_), Floor::Number(_)) => Some("arrows point down only"),
        (Floor::Number(_), Floor::Beside) if kind == Kind::Dev => None,
        (Floor::Number(_), Floor::Beside) => {
            Some("what stands beside the floors is for tests only")
        }
        (Floor::Beside, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::crates::{Crate, Floor, Kind};
    use super::problems;

    fn tree(name: &str, dependency: &str, kind: Kind) -> Vec<String> {
        let mut crates = vec![
            Crate::sample("words", Some(Floor::Number(0)), &[]),
            Crate::sample("more-words", Some(Floor::Number(0)), &[]),
            Crate::sample(
                "outbound",
                Some(Floor::Number(1)),
                &[("reqwest", Kind::Normal)],
            ),
            Crate::sample("party", Some(Floor::Number(2)), &[("words", Kind::Normal)]),
            Crate::sample("testkit", Some(Floor::Beside), &[("party", Kind::Normal)]),
            Crate::sample("party-sim", Some(Floor::Beside), &[]),
        ];
        for one in &mut crates {
            if one.name == name {
                one.dependencies.push((dependency.to_owned(), kind));
            }
        }
        problems(&crates)
    }

    #[test]
    fn arrows_down_and_to_the_side_for_tests_pass() {
        assert_eq!(
            tree("party", "outbound", Kind::Normal),
            Vec::<String>::new()
        );
        assert_eq!(tree("party", "testkit", Kind::Dev), Vec::<String>::new());
        assert_eq!(
            tree("testkit", "party-sim", Kind::Normal),
            Vec::<String>::new()
        );
        assert_eq!(tree("party", "reqwest", Kind::Dev), Vec::<String>::new());
    }

    #[test]
    fn other_arrows_are_named() {
        for (from, to, kind, says) in [
            ("words", "party", Kind::Normal, "down only"),
            ("words", "party", Kind::Dev, "down only"),
            ("words", "more-words", Kind::Normal, "neighbours"),
            ("party", "testkit", Kind::Normal, "tests only"),
            ("party-sim", "words", Kind::Dev, "simulator"),
            ("party", "reqwest", Kind::Normal, "only outbound"),
        ] {
            let found = tree(from, to, kind);
            assert!(found.len() == 1 && found[0].contains(says), "{found:?}");
        }
    }

    #[test]
    fn a_crate_without_floor_is_named() {
        let found = problems(&[Crate::sample("lost", None, &[])]);
        assert!(found[0].contains("does not say its floor"), "{found:?}");
    }
}
