//! Templates of standard changes.

use change::SysId;
use outbound::Request;

use super::{References, one};
use crate::change_requests::shape;
use crate::error::{Error, Operation};
use crate::wire::Row;

const PRODUCER: &str = "std_change_record_producer";
const VERSION: &str = "std_change_producer_version";

/// A template of standard changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its key.
    pub sys_id: SysId,
    /// Its name; the key again where it was given by key.
    pub name: String,
}

impl References<'_> {
    /// A template of standard changes. A `sys_id` passes as it is, without a call.
    ///
    /// By name it is looked for in the catalogue table, then in the Change Management API's list (which an account may
    /// see without reading that table), then among the templates' versions.
    ///
    /// # Errors
    /// As [`References::group`].
    pub async fn standard_template(&self, name_or_id: &str) -> Result<Template, Box<Error>> {
        let name_or_id = name_or_id.trim();
        if let Ok(sys_id) = name_or_id.parse::<SysId>() {
            let name = sys_id.to_string();
            return Ok(Template { sys_id, name });
        }
        let operation = Operation::new(
            "find the standard change template",
            format!("{name_or_id:?}"),
        );
        let mut found = self.or_none(self.named(&operation, PRODUCER, name_or_id).await)?;
        if found.is_empty() {
            found = self.offered(&operation, name_or_id).await?;
        }
        if found.is_empty() {
            found = self.or_none(self.named(&operation, VERSION, name_or_id).await)?;
        }
        match one(&operation, &found)? {
            Some(sys_id) => Ok(Template {
                sys_id,
                name: name_or_id.to_owned(),
            }),
            None => Err(Box::new(Error::NotFound {
                near: self.near(PRODUCER, name_or_id).await,
                operation,
            })),
        }
    }

    /// The version that a change made from a template refers to, for instances without the Change Management API. The
    /// key may be that of a version itself. `None`, with a notice, where it cannot be found out.
    pub(crate) async fn version_of(&self, template: &SysId) -> Result<Option<SysId>, Box<Error>> {
        let operation = Operation::new("read the standard change template", template);
        let record = |table: &str, columns: &[&str]| {
            let mut url = self.instance.paths().record(table, template);
            shape(&mut url, columns);
            Request::get(url)
        };
        let producer = record(PRODUCER, &["sys_id", "name", "current_version"]);
        let name = match self.instance.read(&operation, producer).await {
            Ok(answer) => {
                let row = answer.row()?;
                if let Ok(version) = row.value("current_version").parse() {
                    return Ok(Some(version));
                }
                row.value("name").to_owned()
            }
            Err(error) if error.is_withheld() => String::new(),
            Err(error) => return Err(error),
        };
        if name.is_empty() {
            match self
                .instance
                .read(&operation, record(VERSION, &["sys_id"]))
                .await
            {
                Ok(answer) => return Ok(answer.row()?.sys_id()),
                Err(error) if error.refusal().is_some() => {}
                Err(error) => return Err(error),
            }
        } else if let [row] = self
            .or_none(self.named(&operation, VERSION, &name).await)?
            .as_slice()
        {
            return Ok(row.sys_id());
        }
        self.instance.notice(format!(
            "the version of the standard change template {template} could not be read: the change is opened without it"
        ));
        Ok(None)
    }

    /// Templates of that name in the Change Management API's list.
    async fn offered(&self, operation: &Operation, name: &str) -> Result<Vec<Row>, Box<Error>> {
        if !self.instance.has_change_api() {
            return Ok(Vec::new());
        }
        let request = Request::get(self.instance.paths().change(&["standard", "template"]));
        let rows = match self.instance.read(operation, request).await {
            Err(error) if error.is_absent_api() => {
                self.instance.remember_no_change_api();
                Vec::new()
            }
            other => self.or_none(other.and_then(|answer| answer.rows()))?,
        };
        let same = |row: &Row| row.value("name").eq_ignore_ascii_case(name);
        Ok(rows.into_iter().filter(same).collect())
    }

    /// No rows from a table that this account may not read, or that is not there.
    fn or_none(&self, answered: Result<Vec<Row>, Box<Error>>) -> Result<Vec<Row>, Box<Error>> {
        match answered {
            Err(error) if error.is_withheld() => Ok(Vec::new()),
            other => other,
        }
    }
}
