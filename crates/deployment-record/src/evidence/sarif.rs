//! Findings of analysers as SARIF writes them, in numbers.

use serde::Deserialize;

/// What a file of findings comes to. Levels are those of SARIF 2.1.0 (section 3.27.10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// The analysers, by name.
    pub(crate) tools: Vec<String>,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    pub(crate) notes: u64,
}

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Option<Vec<Finding>>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

#[derive(Deserialize)]
struct Finding {
    level: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    suppressions: Option<Vec<serde::de::IgnoredAny>>,
}

/// Counts findings that are neither suppressed nor a mere "pass"; `None` where the text is no SARIF file.
pub(crate) fn read(text: &[u8]) -> Option<Findings> {
    let log: Log = serde_json::from_slice(text).ok()?;
    let mut findings = Findings::default();
    for run in log.runs {
        findings.tools.push(run.tool.driver.name);
        for finding in run.results.into_iter().flatten() {
            findings.count(&finding);
        }
    }
    Some(findings)
}

impl Findings {
    fn count(&mut self, finding: &Finding) {
        let suppressed = finding
            .suppressions
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        let fails = finding.kind.as_deref().is_none_or(|kind| kind == "fail");
        if suppressed || !fails {
            return;
        }
        match finding.level.as_deref().unwrap_or("warning") {
            "error" => self.errors += 1,
            "note" => self.notes += 1,
            "none" => {}
            _ => self.warnings += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn levels_are_counted_and_what_is_suppressed_is_not() {
        let text = br#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint"}},"results":[
            {"level":"error"},{"level":"note"},{},{"level":"error","suppressions":[{"kind":"inSource"}]},
            {"kind":"pass","level":"none"},{"level":"none"},{"level":"warning","kind":"fail"}]},
            {"tool":{"driver":{"name":"scan"}}}]}"#;
        let expected = Findings {
            tools: vec!["lint".to_owned(), "scan".to_owned()],
            errors: 1,
            warnings: 2,
            notes: 1,
        };
        assert_eq!(read(text), Some(expected));
    }

    #[test]
    fn other_files_are_none() {
        for text in ["", "{}", "[]", r#"{"runs":[{}]}"#, r#"{"runs":"#] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
