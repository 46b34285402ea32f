//! Marks that programs of ours leave in a change's texts: which stages used it, which rules they set aside.

use change::{Correlation, Place};

/// Keys of stages that a text names, as `[snowgate azdo:...]`.
pub(crate) fn keys(text: &str) -> Vec<Place> {
    bracketed(text)
        .filter_map(|inside| {
            Correlation::read(inside.strip_prefix("snowgate ")?.split(' ').next()?)
        })
        .collect()
}

/// What a note says was set aside, as `[azdo:... override: window, timeout]`.
pub(crate) fn overrides(text: &str) -> Vec<String> {
    bracketed(text)
        .filter_map(|inside| inside.split_once(" override: "))
        .filter(|(key, _)| Correlation::is_ours(key))
        .flat_map(|(_, kinds)| kinds.split(", ").map(str::to_owned))
        .collect()
}

/// What stands in square brackets, innermost, on one line.
fn bracketed(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| {
        let inside = rest.split_once(']')?.0;
        (!inside.contains('\n')).then_some(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_marks_and_nothing_else() {
        let text = "Deployed. [snowgate azdo:p:run:4711:Production]\n[x] [snowgate azdo:p:release:3:9:g2 record]\n\
                    [azdo:p:run:1:A] azdo:p:run:2:B [snowgate jira:1] [snowgate azdo:p:run:3:C";
        let keys = keys(text);
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert_eq!(keys[0].stage, "Production");
        assert_eq!((keys[1].stage.as_str(), keys[1].generation), ("9", 2));
    }

    #[test]
    fn overrides_are_read_from_the_gates_mark() {
        let note = "The stage went on although ...\n[azdo:p:run:1:A override: window, timeout]";
        assert_eq!(overrides(note), ["window", "timeout"]);
        for other in [
            "[azdo:p:run:1:A]",
            "[x override: y]",
            "override: window",
            "[azdo:p:run:1:A override: w",
        ] {
            assert!(overrides(other).is_empty(), "{other}");
        }
    }
}
