//! One section: skip, ask, poll, decide, keep what was learned.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::answer::Answer;
use crate::connection::{ConnectionType, Endpoint};
use crate::definition;
use crate::duration;
use crate::expression::{Expression, ExpressionError, Scope, Value};
use crate::http::{self, Bounds, Exchange, Request, RequestError};
use crate::job::Job;
use crate::names::Names;
use crate::settings::{Lasting, Refusal, Settings};

use super::strings::Strings;
use super::{Asked, Failure, Outcome, Section};

/// A section and all it may look at.
pub(super) struct Run<'a> {
    pub(super) section: &'a definition::Section,
    pub(super) job: &'a Job,
    pub(super) settings: &'a Settings,
    pub(super) inputs: &'a Names,
    pub(super) predefined: &'a Names,
    pub(super) outputs: &'a Names,
}

impl Run<'_> {
    /// Runs the section; gives what became of it and the output variables it set.
    pub(super) async fn section(&self) -> (Section, Names) {
        let mut done = Section::of(Outcome::Passed);
        let mut set = Names::default();
        done.outcome = match self.steps(&mut done, &mut set).await {
            Ok(outcome) => outcome,
            Err(failure) => Outcome::Failed(failure),
        };
        (done, set)
    }

    async fn steps(&self, done: &mut Section, set: &mut Names) -> Result<Outcome, Failure> {
        let picked = match &self.section.connection {
            None => None,
            Some(input) => self.job.connection_opt(input),
        };
        let strings = self.strings(picked);
        let skip = strings.fill(&self.section.skip)?;
        let skip = self.evaluated(done, "SkipSectionExpression", &skip, None)?;
        if skip.is_some_and(|skip| skip.truth()) {
            return Ok(Outcome::Skipped);
        }
        if let (Some(input), None) = (&self.section.connection, picked) {
            let input = input.clone();
            return Err(Failure::NoConnection { input });
        }
        let answer = self.polled(&strings, picked, done).await?;
        let expression = strings.fill(&self.section.expression)?;
        done.expression.clone_from(&expression);
        let verdict = self.evaluated(done, "Expression", &expression, Some(&answer))?;
        let decided = verdict.is_some() && self.settings.refusal == Refusal::Expression;
        if !answer.succeeded() && !decided {
            let status = answer.status_name();
            return Err(Failure::Refused { status });
        }
        let passed = verdict.is_none_or(|value| value.truth());
        if passed || self.settings.outputs_of_false == Lasting::Kept {
            for (name, expression) in &self.section.outputs {
                let value = expression.evaluate(self.scope(&self.variables(), Some(&answer)))?;
                set.set(name, &text(value));
            }
        }
        Ok(if passed {
            Outcome::Passed
        } else {
            Outcome::Waiting
        })
    }

    /// Asks until the polling condition is false, or there is none.
    async fn polled(
        &self,
        strings: &Strings<'_>,
        picked: Option<&(ConnectionType, Endpoint)>,
        done: &mut Section,
    ) -> Result<Answer, Failure> {
        let mut waited = Duration::ZERO;
        loop {
            let answer = self.asked(strings, picked, &mut done.requests).await?;
            let Some(polling) = &self.section.polling else {
                return Ok(answer);
            };
            let goes_on = strings.fill(&polling.expression)?;
            let part = "ContinuePollingExpression";
            let goes_on = self.evaluated(done, part, &goes_on, Some(&answer))?;
            if !goes_on.is_some_and(|value| value.truth()) {
                return Ok(answer);
            }
            let pause = strings.fill(&polling.pause)?;
            let pause = duration::read(&pause).ok_or(Failure::Pause { text: pause })?;
            // A pause of nothing must not poll for ever.
            waited += pause.max(Duration::from_secs(1));
            if waited > self.settings.polling_within {
                let seconds = self.settings.polling_within.as_secs();
                return Err(Failure::StillPolling { seconds });
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn asked(
        &self,
        strings: &Strings<'_>,
        picked: Option<&(ConnectionType, Endpoint)>,
        requests: &mut Vec<Exchange>,
    ) -> Result<Answer, Failure> {
        let waits = strings.fill(&self.section.wait_for_completion)?;
        if waits.eq_ignore_ascii_case("true") {
            return Err(Failure::CallBack);
        }
        let mut request = self.request(strings)?;
        let mut exchange = request.recorded();
        if let Some((kind, endpoint)) = picked {
            let proof = kind.proof(endpoint)?;
            let doubled = |(name, _): &(String, String)| {
                request
                    .headers
                    .iter()
                    .any(|(own, _)| own.eq_ignore_ascii_case(name))
            };
            if let Some((name, _)) = proof.iter().find(|header| doubled(header)) {
                let text = format!("{name} is the connection's");
                return Err(RequestError::Headers { text }.into());
            }
            request.headers.extend(proof);
        }
        let bounds = Bounds {
            within: self.settings.answer_within,
            limit: self.settings.answer_limit,
        };
        let answer = http::send(request, bounds).await;
        if let Ok(answer) = &answer {
            exchange.answered(answer);
        }
        requests.push(exchange);
        Ok(answer?)
    }

    fn request(&self, strings: &Strings<'_>) -> Result<Request, RequestError> {
        let headers = strings.fill(&self.section.headers)?;
        let pairs = if headers.trim().is_empty() {
            Ok(Vec::new())
        } else {
            serde_json::from_str::<BTreeMap<String, String>>(&headers)
                .map(|pairs| pairs.into_iter().collect())
        };
        let pairs = pairs.map_err(|_| RequestError::Headers { text: headers })?;
        Request::new(
            &strings.fill(&self.section.method)?,
            &strings.fill(&self.section.url)?,
            pairs,
            strings.fill(&self.section.body)?,
        )
    }

    /// Asks a condition with everything put in; nothing where it is empty.
    fn evaluated(
        &self,
        done: &mut Section,
        condition: &'static str,
        text: &str,
        answer: Option<&Answer>,
    ) -> Result<Option<Value>, Failure> {
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(ExpressionError::Empty) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let variables = self.variables();
        let value = expression.evaluate(self.scope(&variables, answer))?;
        done.asked.push(Asked {
            condition,
            expression,
            variables,
            inputs: self.inputs.clone(),
            answer: answer.cloned(),
        });
        Ok(Some(value))
    }

    /// Predefined variables and those that sections have set; the later ones win.
    fn variables(&self) -> Names {
        let mut variables = self.predefined.clone();
        for (name, value) in self.outputs.iter() {
            variables.set(name, value);
        }
        variables
    }

    fn scope<'s>(&'s self, variables: &'s Names, answer: Option<&'s Answer>) -> Scope<'s> {
        Scope {
            variables,
            inputs: self.inputs,
            answer,
        }
    }

    fn strings<'s>(&'s self, picked: Option<&'s (ConnectionType, Endpoint)>) -> Strings<'s> {
        Strings {
            inputs: self.inputs,
            predefined: self.predefined,
            outputs: self.outputs,
            url: picked.map(|(_, endpoint)| endpoint.url.as_str()),
            settings: self.settings,
        }
    }
}

/// A variable is a text: what is missing is the empty one, a list or an object its JSON.
fn text(value: Value) -> String {
    match value {
        Value::List(items) => serde_json::Value::Array(items).to_string(),
        Value::Object(members) => serde_json::Value::Object(members).to_string(),
        value => value.text().unwrap_or_default(),
    }
}
