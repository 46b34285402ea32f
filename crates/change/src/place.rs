//! Where a stored key leads.

use crate::Correlation;

/// The stage of a run that a key was made for, as far as the key says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The project's id.
    pub project_id: String,
    /// The run or the release.
    pub run: RunKey,
    /// The stage's name, in a release the id of the stage's definition. Where the name was too long for a key or held
    /// characters that a key does not, it is cut or changed and ends in a dot and 16 hex digits.
    pub stage: String,
    /// Which change of this stage: 1 for the first.
    pub generation: u32,
}

/// What a stage belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunKey {
    /// A run, by its id: digits.
    Run(String),
    /// A classic release, by its id: digits.
    Release(String),
}

impl Correlation {
    /// Where a stored key leads, or `None` for a key that Snowgate did not make.
    ///
    /// The generation's suffix is cut off. A stage that is really named `x:g2` is read as the second generation of
    /// `x`; no pipeline can name a stage so.
    #[must_use]
    pub fn read(stored: &str) -> Option<Place> {
        let rest = stored.strip_prefix("azdo:")?;
        let (project_id, rest) = rest.split_once(':')?;
        let (kind, rest) = rest.split_once(':')?;
        let (id, stage) = rest.split_once(':')?;
        if project_id.is_empty() || id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let run = match kind {
            "run" => RunKey::Run(id.to_owned()),
            "release" => RunKey::Release(id.to_owned()),
            _ => return None,
        };
        let (stage, generation) = generation(stage);
        (!stage.is_empty()).then(|| Place {
            project_id: project_id.to_owned(),
            run,
            stage: stage.to_owned(),
            generation,
        })
    }
}

/// The stage, and the generation that follows it. Only what [`Correlation::key`] writes is a generation: 2 and up,
/// without leading zeros.
fn generation(stage: &str) -> (&str, u32) {
    let Some((name, count)) = stage.rsplit_once(":g") else {
        return (stage, 1);
    };
    match count.parse::<u32>() {
        Ok(number) if number > 1 && number.to_string() == count => (name, number),
        _ => (stage, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;
    use proptest::prelude::*;

    const PROJECT: &str = "0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00";

    #[test]
    fn keys_lead_back_to_their_stage() {
        let table = [
            (
                "run:4711:Production",
                RunKey::Run("4711".into()),
                "Production",
                1,
            ),
            (
                "run:4711:Production:g3",
                RunKey::Run("4711".into()),
                "Production",
                3,
            ),
            ("release:12:3:g2", RunKey::Release("12".into()), "3", 2),
            ("run:1:a:b", RunKey::Run("1".into()), "a:b", 1),
            ("run:1:a:g1", RunKey::Run("1".into()), "a:g1", 1),
            ("run:1:a:g02", RunKey::Run("1".into()), "a:g02", 1),
            ("run:1:a:gx", RunKey::Run("1".into()), "a:gx", 1),
        ];
        for (tail, run, stage, generation) in table {
            let place = Place {
                project_id: PROJECT.to_owned(),
                run,
                stage: stage.to_owned(),
                generation,
            };
            assert_eq!(
                Correlation::read(&format!("azdo:{PROJECT}:{tail}")),
                Some(place)
            );
        }
    }

    #[test]
    fn other_keys_lead_nowhere() {
        for stored in [
            "",
            "jira:OPS-1",
            "azdo:",
            "azdo:p",
            "azdo:p:run",
            "azdo:p:run:4711",
            "azdo:p:run:4711:",
            "azdo:p:run:4711::g2",
            "azdo:p:run:../x:Production",
            "azdo:p:run::Production",
            "azdo::run:1:Production",
            "azdo:p:build:1:Production",
            "AZDO:p:run:1:Production",
        ] {
            assert_eq!(Correlation::read(stored), None, "{stored:?}");
        }
    }

    proptest! {
        #[test]
        fn every_key_of_ours_is_read(stage in "[A-Za-z0-9_ ü-]{1,150}", id in 1u64.., number in 1u32..3000) {
            let run_id = id.to_string();
            let key = Correlation::of(&Origin::Run { project_id: PROJECT, run_id: &run_id, stage: &stage });
            let place = Correlation::read(&key.key(number)).expect("a key of ours");
            prop_assert_eq!(&place.project_id, PROJECT);
            prop_assert_eq!(place.run, RunKey::Run(run_id));
            prop_assert_eq!(place.generation, number);
            if stage.len() < 30 && stage.bytes().all(|b| b.is_ascii_alphanumeric()) {
                prop_assert_eq!(place.stage, stage);
            }
        }
    }
}
