//! When to go on, as the user wrote it.

use change::{ConflictPolicy, Criteria, ProceedWhen, State, WindowPolicy};
use pipelines_agent::Inputs;
use servicenow::Instance;
use task::Lookup;

/// When to go on; a state given by an instance's own label is not known yet.
#[derive(Debug)]
pub(crate) struct CriteriaPlan {
    when: When,
    window: WindowPolicy,
    conflicts: ConflictPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Known(ProceedWhen),
    Labelled(String),
}

impl CriteriaPlan {
    /// Reads `proceedWhen`, `changeWindow` and `conflictPolicy`.
    pub(crate) fn read(inputs: &mut Inputs<'_>) -> Self {
        Self {
            when: when(inputs),
            window: inputs.choice(
                "changeWindow",
                &[
                    ("wait", WindowPolicy::Wait),
                    ("fail", WindowPolicy::Fail),
                    ("ignore", WindowPolicy::Ignore),
                ],
                WindowPolicy::Wait,
            ),
            conflicts: inputs.choice(
                "conflictPolicy",
                &[
                    ("ignore", ConflictPolicy::Ignore),
                    ("wait", ConflictPolicy::Wait),
                    ("fail", ConflictPolicy::Fail),
                ],
                ConflictPolicy::Ignore,
            ),
        }
    }

    /// The criteria, with a label resolved by the instance. One that it does not know is left with `look`.
    pub(super) async fn resolve(
        &self,
        instance: &Instance,
        look: &mut Lookup<'_, '_>,
    ) -> Result<Criteria, Box<change_control::Error>> {
        let label = match &self.when {
            When::Known(known) => return Ok(self.with(known.clone())),
            When::Labelled(label) => label,
        };
        let references = instance.references();
        let state = look
            .up("proceedWhen", Some(label), async |label| {
                references.state(label).await
            })
            .await?;
        Ok(self.with(state.map_or(ProceedWhen::Approved, ProceedWhen::State)))
    }

    fn with(&self, proceed_when: ProceedWhen) -> Criteria {
        Criteria {
            proceed_when,
            window: self.window,
            conflicts: self.conflicts,
        }
    }
}

fn when(inputs: &mut Inputs<'_>) -> When {
    let approved = When::Known(ProceedWhen::Approved);
    let Some(text) = inputs.text("proceedWhen") else {
        return approved;
    };
    let named = [
        ("approved", ProceedWhen::Approved),
        ("scheduled", ProceedWhen::Scheduled),
        ("implement", ProceedWhen::Implement),
        ("created", ProceedWhen::Created),
    ];
    if let Some((_, known)) = named
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(&text))
    {
        return When::Known(known.clone());
    }
    let Some((prefix, state)) = text.split_once(':') else {
        let what = format!("'{}' is not an accepted word", super::origin::shown(&text));
        let mend = "use approved, scheduled, implement, created, or state:<label or value>";
        inputs.problem("proceedWhen", what, mend);
        return approved;
    };
    let state = state.trim();
    if !prefix.trim().eq_ignore_ascii_case("state") || state.is_empty() {
        let what = format!("'{}' names no state", super::origin::shown(&text));
        inputs.problem(
            "proceedWhen",
            what,
            "write state:<label or value>, such as state:-2",
        );
        return approved;
    }
    let by_value = state.parse().ok().map(State::from_value);
    match by_value.or_else(|| State::from_label(state)) {
        Some(state) => When::Known(ProceedWhen::State(state)),
        None => When::Labelled(state.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use pipelines_agent::Environment;

    use super::*;

    #[test]
    fn words_values_and_labels() {
        let known = |when| Some(When::Known(when));
        let table = [
            ("", known(ProceedWhen::Approved)),
            ("Approved", known(ProceedWhen::Approved)),
            ("scheduled", known(ProceedWhen::Scheduled)),
            ("implement", known(ProceedWhen::Implement)),
            ("created", known(ProceedWhen::Created)),
            ("state:-2", known(ProceedWhen::State(State::Scheduled))),
            (
                "state: Implement",
                known(ProceedWhen::State(State::Implement)),
            ),
            ("state:17", known(ProceedWhen::State(State::Other(17)))),
            (
                "state:In Pilot",
                Some(When::Labelled("In Pilot".to_owned())),
            ),
            ("state:", None),
            ("status:-2", None),
            ("approve", None),
        ];
        for (text, expected) in table {
            let environment = Environment::from_map([("INPUT_PROCEEDWHEN", text)]);
            let mut inputs = Inputs::new(&environment);
            let read = when(&mut inputs);
            assert_eq!(
                inputs.problems.is_empty().then_some(read),
                expected,
                "{text:?}"
            );
        }
    }
}
