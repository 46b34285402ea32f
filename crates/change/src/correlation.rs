//! One identity per stage, never per attempt.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// How long a key may be: the width of the `correlation_id` column.
const WIDTH: usize = 100;

/// Hex digits of the hash that ends a key which was too long or held foreign characters.
const HASH: usize = 16;

/// Which stage of which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A stage of a YAML (or classic build) run.
    Run {
        /// The project's id.
        project_id: &'a str,
        /// The run's id.
        run_id: &'a str,
        /// The stage's name.
        stage: &'a str,
    },
    /// A stage of a classic release.
    Release {
        /// The project's id.
        project_id: &'a str,
        /// The release's id.
        release_id: &'a str,
        /// The id of the stage's definition, the same in every attempt.
        stage_definition_id: &'a str,
    },
}

/// The repeatable key under which a stage finds its change request again, from any attempt and any process.
///
/// It is plain text, so that the agentless gate can build the same key from the platform's macros:
/// `azdo:{project id}:run:{run id}:{stage name}`, in a classic release
/// `azdo:{project id}:release:{release id}:{stage definition id}`. Its alphabet is `[A-Za-z0-9:._-]`. A key longer
/// than the column (100 characters), or one with characters outside the alphabet, ends in a hash of the whole, so
/// that two stages never share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Correlation {
    plain: String,
    /// Everything up to and including the run's or release's id: what all stages of one run share.
    run: String,
}

impl Correlation {
    /// The key of a stage.
    #[must_use]
    pub fn of(origin: &Origin<'_>) -> Self {
        let (run, stage) = match origin {
            Origin::Run {
                project_id,
                run_id,
                stage,
            } => (format!("azdo:{project_id}:run:{run_id}:"), *stage),
            Origin::Release {
                project_id,
                release_id,
                stage_definition_id,
            } => (
                format!("azdo:{project_id}:release:{release_id}:"),
                *stage_definition_id,
            ),
        };
        Self {
            plain: format!("{run}{stage}"),
            run,
        }
    }

    /// The key of a generation. The first is the plain one; a stage whose change was rejected, cancelled or closed
    /// goes on with `:g2`, `:g3`, and so on.
    #[must_use]
    pub fn key(&self, generation: u32) -> String {
        let suffix = if generation <= 1 {
            String::new()
        } else {
            format!(":g{generation}")
        };
        fit(&self.plain, WIDTH - suffix.len()) + &suffix
    }

    /// Whether a stored key was made for another stage of the same run, or for this one.
    #[must_use]
    pub fn is_same_run(&self, stored: &str) -> bool {
        stored.starts_with(&self.run)
    }

    /// Whether a stored key was made by Snowgate at all.
    #[must_use]
    pub fn is_ours(stored: &str) -> bool {
        stored.starts_with("azdo:")
    }
}

impl std::fmt::Display for Correlation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.key(1))
    }
}

/// The text itself where it fits the alphabet and the width, else its head and the hash of all of it.
fn fit(plain: &str, width: usize) -> String {
    let clean: String = plain
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect();
    if clean == plain && clean.len() <= width {
        return clean;
    }
    let mut key: String = clean.chars().take(width - HASH - 1).collect();
    key.push('.');
    for byte in &Sha256::digest(plain.as_bytes())[..HASH / 2] {
        let _ = write!(key, "{byte:02x}");
    }
    key
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROJECT: &str = "0f9cd2a1-6f4b-4f1c-9a3e-2b7d5c8e1f00";

    fn run(stage: &str) -> Correlation {
        Correlation::of(&Origin::Run {
            project_id: PROJECT,
            run_id: "4711",
            stage,
        })
    }

    #[test]
    fn keys_are_plain_and_count_generations() {
        let key = run("Production");
        assert_eq!(key.key(1), format!("azdo:{PROJECT}:run:4711:Production"));
        assert_eq!(key.key(2), format!("azdo:{PROJECT}:run:4711:Production:g2"));
        let release = Correlation::of(&Origin::Release {
            project_id: PROJECT,
            release_id: "12",
            stage_definition_id: "3",
        });
        assert_eq!(release.key(1), format!("azdo:{PROJECT}:release:12:3"));
    }

    #[test]
    fn a_stage_knows_its_own_run() {
        let key = run("Production");
        assert!(key.is_same_run(&run("Staging").key(3)));
        assert!(!key.is_same_run(&format!("azdo:{PROJECT}:run:47110:Production")));
        assert!(Correlation::is_ours(&key.key(1)));
        assert!(!Correlation::is_ours("jira:OPS-1"));
    }

    #[test]
    fn foreign_characters_end_in_a_hash_and_stay_apart() {
        let (a, b) = (run("Prod EU").key(1), run("Prod-EU").key(1));
        assert_ne!(a, b);
        assert!(
            a.starts_with(&format!("azdo:{PROJECT}:run:4711:Prod-EU.")),
            "{a}"
        );
        assert_ne!(run("a^b").key(1), run("a\nb").key(1));
    }

    proptest! {
        #[test]
        fn every_key_fits_the_column_and_the_alphabet(stage in ".{0,200}", generation in 1u32..2000) {
            let key = run(&stage).key(generation);
            prop_assert!(key.len() <= WIDTH);
            prop_assert!(key.chars().all(allowed));
        }

        #[test]
        fn different_stages_have_different_keys(a in ".{1,150}", b in ".{1,150}") {
            prop_assume!(a != b);
            prop_assert_ne!(run(&a).key(1), run(&b).key(1));
        }
    }
}
