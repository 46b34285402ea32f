//! Change tasks that are in the way of a change's end.

use change::{ChangeTask, Outcome};

use super::walk::Walk;
use super::{Left, Tasks};
use crate::{Error, News};

impl Walk<'_, '_> {
    /// Closes open change tasks, or says that they are in the way.
    pub(super) async fn finish_tasks(&mut self) -> Result<Option<Left>, Box<Error>> {
        let control = self.control;
        let number = self.request.number.clone();
        let id = self.request.sys_id.clone();
        let tasks = control
            .persist(
                || format!("the change tasks of {number} could not be read"),
                async || control.instance.change_tasks().of(&id).await,
            )
            .await;
        let tasks = match tasks {
            // Whether there are any is then for the instance to say, when it is asked for the next step.
            Err(error) if matches!(*error, Error::Refused { .. }) => {
                control.tell(News::TasksUnread(&error));
                Vec::new()
            }
            other => other?,
        };
        let open: Vec<ChangeTask> = tasks
            .into_iter()
            .filter(|task| !task.state.is_final())
            .collect();
        if open.is_empty() {
            return Ok(None);
        }
        let Tasks::Close { outcome, notes } = self.closing.tasks else {
            return Ok(Some(Left::OpenTasks(open)));
        };
        let code = self.task_code(outcome).await?;
        for task in open {
            let closed = control
                .persist(
                    || format!("the change task {} was not closed", task.number),
                    async || {
                        let tasks = control.instance.change_tasks();
                        tasks.close(&task.sys_id, &code, notes).await
                    },
                )
                .await;
            match closed {
                Ok(task) => control.tell(News::TaskClosed(&task)),
                Err(error) if matches!(*error, Error::Refused { .. }) => {
                    return Ok(Some(Left::StuckTask {
                        task: Box::new(task),
                        error,
                    }));
                }
                Err(error) => return Err(error),
            }
        }
        self.look_again().await?;
        Ok(None)
    }

    /// The code that change tasks are closed with.
    async fn task_code(&self, outcome: Outcome) -> Result<String, Box<Error>> {
        let references = self.control.instance.references();
        self.control
            .persist(
                || "the close codes of change tasks could not be looked up".to_owned(),
                async || match references.task_close_code(outcome).await {
                    // The refusal to close the task says what is wrong with it.
                    Err(error) if matches!(*error, servicenow::Error::NoChoice { .. }) => {
                        Ok(outcome.word().to_owned())
                    }
                    other => other,
                },
            )
            .await
    }
}
