//! Names and labels that only the instance can resolve.

use change_control::{Control, Error};

/// Asks the instance for names, and keeps those that it does not know, so that all are reported together.
#[derive(Debug)]
pub struct Lookup<'c, 'i> {
    control: &'c Control<'i>,
    wrong: Vec<String>,
}

impl<'c, 'i> Lookup<'c, 'i> {
    /// No look-up yet.
    #[must_use]
    pub fn new(control: &'c Control<'i>) -> Self {
        Self {
            control,
            wrong: Vec::new(),
        }
    }

    /// What a name stands for; `None` where none was given, or where it is wrong and kept for [`Lookup::done`].
    ///
    /// # Errors
    /// When the instance refuses to answer, or stays unreachable.
    pub async fn up<T>(
        &mut self,
        input: &str,
        name: Option<&str>,
        once: impl AsyncFn(&str) -> Result<T, Box<servicenow::Error>>,
    ) -> Result<Option<T>, Box<Error>> {
        let Some(name) = name else {
            return Ok(None);
        };
        // An instance that is down is waited for, and one that refuses to answer is no fault of the name.
        let answer = self
            .control
            .persist(
                || format!("the input {input} could not be looked up"),
                async || match once(name).await {
                    Err(error) if is_about_the_name(&error) => Ok(Err(error)),
                    other => other.map(Ok),
                },
            )
            .await?;
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(error) => {
                self.wrong
                    .push(format!("input '{input}': {}", redact::chain(&error)));
                Ok(None)
            }
        }
    }

    /// Keeps a problem that showed only now.
    pub fn problem(&mut self, input: &str, what: &str, mend: &str) {
        self.wrong.push(format!("input '{input}': {what}; {mend}"));
    }

    /// Ends the look-ups.
    ///
    /// # Errors
    /// All that was wrong, each a line for the pipeline's author.
    pub fn done(self) -> Result<(), Vec<String>> {
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(self.wrong)
        }
    }
}

fn is_about_the_name(error: &servicenow::Error) -> bool {
    use servicenow::Error as E;
    matches!(
        error,
        E::NotFound { .. } | E::Ambiguous { .. } | E::NoChoice { .. } | E::Query { .. }
    )
}
