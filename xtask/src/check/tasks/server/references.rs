//! What the texts of a request refer to: macros, tags of templates, and names in expressions.

/// Helpers of templates that shipped tasks of Microsoft use.
const HELPERS: [&str; 21] = [
    "add",
    "base64",
    "equals",
    "extractResource",
    "extractUrlQueryParameter",
    "getTokenValue",
    "if",
    "isEqualNumber",
    "isTokenPresent",
    "jsonEscape",
    "newGuid",
    "notEquals",
    "recursiveSelect",
    "regex",
    "removePrefixFromPath",
    "splitAndIterate",
    "stringReplace",
    "subString",
    "toDateTimeFormat",
    "unless",
    "uriDataEncode",
];

/// Whether a person chose the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    Yes,
    No,
}

/// Variables that Azure DevOps sets by itself for server tasks, and what else is known wherever a connection is used.
const PREDEFINED: [(&str, Free); 38] = [
    ("endpoint.url", Free::No),
    ("system.accesstoken", Free::No),
    ("system.checksstarttime", Free::No),
    ("system.collectionid", Free::No),
    ("system.collectionuri", Free::No),
    ("system.definitionid", Free::No),
    ("system.definitionname", Free::Yes),
    ("system.hosttype", Free::No),
    ("system.jobid", Free::No),
    ("system.planid", Free::No),
    ("system.stageattempt", Free::No),
    ("system.stageid", Free::No),
    // Letters, digits and underscores in YAML, where alone it is set.
    ("system.stagename", Free::No),
    ("system.taskinstanceid", Free::No),
    ("system.teamfoundationcollectionuri", Free::No),
    ("system.teamproject", Free::Yes),
    ("system.teamprojectid", Free::No),
    ("system.timelineid", Free::No),
    ("checks.stageattempt", Free::No),
    ("checks.stageid", Free::No),
    ("build.buildid", Free::No),
    ("build.buildnumber", Free::Yes),
    ("build.definitionname", Free::Yes),
    ("build.requestedfor", Free::Yes),
    ("build.sourcebranch", Free::Yes),
    ("build.sourceversion", Free::No),
    ("release.attemptnumber", Free::No),
    ("release.definitionenvironmentid", Free::No),
    ("release.definitionid", Free::No),
    ("release.definitionname", Free::Yes),
    ("release.deployment.starttime", Free::No),
    ("release.deploymentid", Free::No),
    ("release.environmentid", Free::No),
    ("release.environmentname", Free::Yes),
    ("release.releaseid", Free::No),
    ("release.releasename", Free::Yes),
    ("release.releaseweburl", Free::No),
    ("release.requestedfor", Free::Yes),
];

/// Whether the variable is predefined, and then whether a person chose its text. Case makes no difference.
pub(super) fn predefined(name: &str) -> Option<Free> {
    let known = |(known, _): &&(&str, Free)| known.eq_ignore_ascii_case(name);
    PREDEFINED.iter().find(known).map(|(_, free)| *free)
}

/// Names by the way they are referred to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct References<'a> {
    /// `$(name)`
    pub(super) macros: Vec<&'a str>,
    /// `{{name}}`, and what helpers are given.
    pub(super) tags: Vec<&'a str>,
    /// Of the tags, those of three braces, which escape nothing.
    pub(super) raw: Vec<&'a str>,
    /// `taskInputs['name']`
    pub(super) task_inputs: Vec<&'a str>,
    /// `variables['name']`
    pub(super) variables: Vec<&'a str>,
    /// Inputs with a word that they are held against.
    pub(super) compared: Vec<(&'a str, &'a str)>,
}

impl<'a> References<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, String> {
        let mut found = Self {
            macros: super::super::names_in(text),
            ..Self::default()
        };
        for tag in tags(text)? {
            found.tag(&tag)?;
        }
        for (name, rest) in indexed(text, "taskInputs['")? {
            found.task_inputs.push(name);
            let word = rest
                .strip_prefix(", '")
                .and_then(|it| it.split_once('\''))
                .map(|(word, _)| word);
            found.compared.extend(word.map(|word| (name, word)));
        }
        let variables = indexed(text, "variables['")?;
        found.variables = variables.into_iter().map(|(name, _)| name).collect();
        Ok(found)
    }

    fn tag(&mut self, tag: &Tag<'a>) -> Result<(), String> {
        let words: Vec<&str> = tag.inside.split_whitespace().collect();
        let Some((first, given)) = words.split_first() else {
            return Err("a tag is empty".to_owned());
        };
        let helper = first.trim_start_matches('#');
        let names = if first.starts_with('#') || !given.is_empty() {
            if !HELPERS.contains(&helper) {
                return Err(format!("no helper {helper} is known for templates"));
            }
            let is_name = |it: &&&str| !it.starts_with(['\'', '"']) && it.parse::<i64>().is_err();
            let names: Vec<&str> = given.iter().filter(is_name).copied().collect();
            if let (Some(name), Some(word)) = (names.first(), given.get(1)) {
                let word = word.trim_matches(['\'', '"']);
                let compares = matches!(helper, "equals" | "notEquals");
                self.compared.extend(compares.then_some((*name, word)));
            }
            names
        } else if first.starts_with('/') || *first == "else" {
            Vec::new()
        } else {
            vec![*first]
        };
        self.raw.extend(names.iter().filter(|_| tag.raw));
        self.tags.extend(names);
        Ok(())
    }

    /// Every name, however it is referred to.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let all = [&self.macros, &self.tags, &self.task_inputs, &self.variables];
        all.into_iter().flatten().copied()
    }
}

/// Names behind `start`, each with the text that follows its bracket.
fn indexed<'a>(text: &'a str, start: &str) -> Result<Vec<(&'a str, &'a str)>, String> {
    text.split(start)
        .skip(1)
        .map(|it| {
            it.split_once("']")
                .ok_or_else(|| format!("{start} has no end"))
        })
        .collect()
}

/// A tag of a template, from its first brace to its last.
#[derive(Debug)]
struct Tag<'a> {
    start: usize,
    end: usize,
    inside: &'a str,
    raw: bool,
}

fn tags(text: &str) -> Result<Vec<Tag<'_>>, String> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let raw = text[start..].starts_with("{{{");
        let (open, close) = if raw { ("{{{", "}}}") } else { ("{{", "}}") };
        let inside = start + open.len();
        let Some(length) = text[inside..].find(close) else {
            return Err("a tag is not closed".to_owned());
        };
        at = inside + length + close.len();
        tags.push(Tag {
            start,
            end: at,
            inside: &text[inside..inside + length],
            raw,
        });
    }
    Ok(tags)
}

/// The text with a word for every value, and the parts that depend on something kept or left out. `None` if its blocks do
/// not close.
pub(super) fn filled(text: &str, kept: bool) -> Option<String> {
    let mut filled = String::new();
    let mut at = 0;
    // For each open block, whether its part is shown.
    let mut open: Vec<bool> = Vec::new();
    for tag in tags(text).ok()? {
        if open.iter().all(|shown| *shown) {
            filled.push_str(&text[at..tag.start]);
        }
        at = tag.end;
        match tag.inside.trim() {
            inside if inside.starts_with('#') => open.push(kept),
            inside if inside.starts_with('/') => {
                open.pop()?;
            }
            "else" => {
                let shown = open.last_mut()?;
                *shown = !*shown;
            }
            _ if open.iter().all(|shown| *shown) => filled.push('x'),
            _ => {}
        }
    }
    filled.push_str(&text[at..]);
    for name in super::super::names_in(&filled.clone()) {
        filled = filled.replace(&format!("$({name})"), "x");
    }
    open.is_empty().then_some(filled)
}

#[cfg(test)]
mod tests {
    use super::{References, filled};

    #[test]
    fn names_are_found_however_they_are_referred_to() {
        let text = "$(a) {{b}} {{{c}}} {{#if d}}x{{else}}y{{/if}} {{#equals e 'f' 1}}{{/equals}} \
                    eq(taskInputs['g'], 'h') variables['i']";
        let found = References::of(text).unwrap();
        assert_eq!(found.macros, ["a"]);
        assert_eq!(found.tags, ["b", "c", "d", "e"]);
        assert_eq!(found.raw, ["c"]);
        assert_eq!(found.task_inputs, ["g"]);
        assert_eq!(found.variables, ["i"]);
        assert_eq!(found.compared, [("e", "f"), ("g", "h")]);
    }

    #[test]
    fn what_is_not_closed_or_known_is_refused() {
        for (text, says) in [
            ("{{a", "not closed"),
            ("{{{a}}", "not closed"),
            ("{{}}", "empty"),
            ("{{#each a}}{{/each}}", "no helper each"),
            ("{{shout a}}", "no helper shout"),
            ("taskInputs['a", "no end"),
        ] {
            let error = References::of(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn optional_parts_are_kept_or_left_out() {
        let text = "{\"a\": \"$(b)\"{{#if c}}, \"c\": \"{{c}}\"{{else}}, \"d\": 1{{/if}}}";
        assert_eq!(filled(text, true).unwrap(), r#"{"a": "x", "c": "x"}"#);
        assert_eq!(filled(text, false).unwrap(), r#"{"a": "x", "d": 1}"#);
        assert_eq!(filled("{{#if a}}", true), None);
        assert_eq!(filled("{{/if}}", true), None);
    }
}
