//! Opening a change request: one call, and the key goes in with it.
//!
//! Without a template that call is a plain insert through the Table API, also where the Change Management API is
//! present: it echoes what it stored, and nothing has to be probed. Only a standard change from a template goes
//! through the Change Management API, and through the Table API where that is absent.

use change::{SysId, Type};
use outbound::Request;

use super::{ChangeRequests, TABLE, Written, columns_with, decode, shape};
use crate::error::{Error, Operation};
use crate::fields::Fields;
use crate::instance::Paths;
use crate::wire::Row;

/// A change request to open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewChange {
    /// Its type. With a model, a category only.
    pub kind: Option<Type>,
    /// The template of a standard change (a row of `std_change_record_producer`).
    pub template: Option<SysId>,
    /// The change model.
    pub model: Option<SysId>,
    /// Further columns, stored values.
    pub fields: Fields,
    /// The key under which it is found again, at most 100 characters.
    pub correlation: String,
    /// What the key means, for people.
    pub correlation_display: String,
}

impl NewChange {
    /// Everything that goes into the record.
    fn columns(&self) -> Fields {
        let mut all = Fields::new();
        if let Some(kind) = &self.kind {
            all.insert("type", kind.value());
        }
        if let Some(model) = &self.model {
            all.insert("chg_model", model.as_str());
        }
        for (column, value) in self.fields.iter() {
            all.insert(column, value);
        }
        all.insert("correlation_id", self.correlation.as_str());
        all.insert("correlation_display", self.correlation_display.as_str());
        all
    }
}

impl ChangeRequests<'_> {
    /// Opens a change request in state New.
    ///
    /// # Errors
    /// Where [`Error::may_have_happened`] says so, it may exist: look for it by its correlation before trying again.
    /// [`Error::Dropped`] and [`Error::Keyless`] where it exists but did not take the correlation, [`Error::NotFound`]
    /// for an unknown template; otherwise see [`Error`].
    pub async fn create(&self, new: &NewChange) -> Result<Written, Box<Error>> {
        let operation = Operation::new("open a change request for", &new.correlation);
        new.fields.check()?;
        if new.fields.get("state").is_some() {
            return Err(Box::new(Error::NotWritable {
                column: "state".to_owned(),
                why: "a change request begins in New and is moved from there",
            }));
        }
        let fields = new.columns();
        match &new.template {
            None => self.insert(&operation, &fields).await,
            Some(template) => self.insert_by_template(&operation, template, fields).await,
        }
    }

    async fn insert(&self, operation: &Operation, fields: &Fields) -> Result<Written, Box<Error>> {
        let request = insert(self.instance.paths(), fields);
        let echo = self.instance.send(operation, request).await?.row()?;
        Written::compare(operation, fields, &echo)?.vital(operation)
    }

    async fn insert_by_template(
        &self,
        operation: &Operation,
        template: &SysId,
        mut fields: Fields,
    ) -> Result<Written, Box<Error>> {
        if self.instance.has_change_api() {
            let request = by_template(self.instance.paths(), template, &fields);
            match self.instance.send(operation, request).await {
                Ok(answer) => return self.opened(operation, &fields, &answer.row()?).await,
                Err(error) if error.is_absent_api() => self.instance.remember_no_change_api(),
                Err(error) => return Err(error),
            }
        }
        fields.insert("type", Type::Standard.value());
        if let Some(version) = self.instance.references().version_of(template).await? {
            fields.insert("std_change_producer_version", version.as_str());
        }
        self.insert(operation, &fields).await
    }

    /// What the Change Management API opened. It answers with all columns, but not with every custom one, and may not
    /// have taken the key: then the key is written at once, before anybody else can look for it.
    async fn opened(
        &self,
        operation: &Operation,
        fields: &Fields,
        echo: &Row,
    ) -> Result<Written, Box<Error>> {
        let lacks = |missing| {
            Box::new(Error::Shape {
                operation: operation.clone(),
                missing,
                may_have_happened: true,
            })
        };
        let id = echo.sys_id().ok_or_else(|| lacks("sys_id"))?;
        let written = match decode::request(echo) {
            Ok(_) => Written::compare(operation, fields, echo)?,
            // It was opened, whatever becomes of the reading: so the outcome stays unclear.
            Err(missing) => match self.compare(operation, &id, fields).await {
                Ok(found) => found,
                Err(_) => return Err(lacks(missing)),
            },
        };
        let key = |column: &str| matches!(column, "correlation_id" | "correlation_display");
        if !written.dropped.iter().any(|dropped| key(&dropped.column)) {
            return Ok(written);
        }
        let keys = fields.iter().filter(|(column, _)| key(column));
        let keys = keys.fold(Fields::new(), |keys, (column, value)| {
            keys.set(column, value)
        });
        let keyed = self.update(&id, &keys).await;
        let keyed = keyed.map_err(|source| {
            Box::new(Error::Keyless {
                number: written.request.number.clone(),
                source,
            })
        })?;
        let others = written.dropped.into_iter().filter(|d| !key(&d.column));
        Ok(Written {
            dropped: others.chain(keyed.dropped).collect(),
            request: keyed.request,
        })
    }
}

fn insert(paths: &Paths, fields: &Fields) -> Request {
    let mut url = paths.table(TABLE);
    shape(&mut url, &columns_with(fields));
    url.query_pairs_mut()
        .append_pair("sysparm_input_display_value", "false");
    Request::post(url).json(&fields.to_json())
}

fn by_template(paths: &Paths, template: &SysId, fields: &Fields) -> Request {
    let url = paths.change(&["standard", template.as_str()]);
    Request::post(url).json(&fields.to_json())
}

#[cfg(test)]
mod tests;
