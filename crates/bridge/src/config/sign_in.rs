//! Which of several ways to sign in was chosen.
//!
//! The secret chooses: the one from the strongest source. A token in a flag beats the password that the environment
//! holds for other programs; two in the same source are a question, not a choice.

use super::address::missing;
use super::keys::Key;
use super::layers::{Found, Layers};

/// The secret to sign in with, among `keys`. None, or several in one source, is a problem.
pub(crate) fn choose(
    layers: &mut Layers<'_>,
    party: &str,
    keys: &[&'static Key],
) -> Option<(&'static Key, Found)> {
    let mut found: Vec<_> = keys
        .iter()
        .filter_map(|key| Some((*key, layers.find(key)?)))
        .collect();
    let strongest = found.iter().map(|(_, found)| found.place.rank()).max();
    found.retain(|(_, found)| Some(found.place.rank()) == strongest);
    if found.len() > 1 {
        let places: Vec<String> = found
            .iter()
            .map(|(_, found)| found.place.to_string())
            .collect();
        layers.problems.push(format!(
            "{}: more than one way to sign in to {party}: leave one of them",
            places.join(", ")
        ));
        return None;
    }
    if found.is_empty() {
        let names: Vec<&str> = keys.iter().map(|key| key.variable).collect();
        layers.problems.push(format!(
            "no way to sign in to {party} is given: set one of the variables {}, their flags or keys of the file",
            names.join(", ")
        ));
    }
    found.pop()
}

/// A value that the chosen way needs beside its secret.
pub(crate) fn need(layers: &mut Layers<'_>, key: &'static Key, because: &Key) -> String {
    layers.text(key).unwrap_or_else(|| {
        let what = format!("{} needs {}", because.name, key.name);
        layers.problems.push(missing(key, &what));
        String::new()
    })
}

/// Notices for values that belong to a way not chosen, where they stand in a source at least as strong.
pub(crate) fn unused(
    layers: &Layers<'_>,
    chosen: &Found,
    others: &[&'static Key],
    notices: &mut Vec<String>,
) {
    let stray = others
        .iter()
        .filter_map(|key| layers.find(key))
        .filter(|found| found.place.rank() >= chosen.place.rank());
    notices.extend(stray.map(|found| {
        found.problem(format!(
            "not used, since {} says how to sign in",
            chosen.place
        ))
    }));
}
