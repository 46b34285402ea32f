//! Files on records.

use bytes::Bytes;
use change::SysId;
use outbound::Request;

use crate::Instance;
use crate::error::{Error, Operation};
use crate::instance::{List, Paths};
use crate::query::QueryError;
use crate::wire::Row;

/// Verbs on attachments.
#[derive(Debug, Clone, Copy)]
pub struct Attachments<'a> {
    instance: &'a Instance,
}

/// A file on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its key.
    pub sys_id: SysId,
    /// Its name.
    pub file_name: String,
    /// Its size in bytes, where the instance says it.
    pub size: Option<u64>,
    /// Its SHA-256 in hex, where the instance says it.
    pub hash: Option<String>,
}

impl<'a> Attachments<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// Attaches a file to a record.
    ///
    /// # Errors
    /// [`Error::NotWritable`] for a name that is empty or holds a path separator or control
    /// character: such names are cleaned by who chooses them, not here.
    /// Where [`Error::may_have_happened`] says so, it may be there: look with [`Attachments::of`] before trying again.
    /// [`Error::Shape`] where the instance stored another number of bytes; otherwise see [`Error`].
    pub async fn upload(
        &self,
        table: &str,
        sys_id: &SysId,
        file_name: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<Attachment, Box<Error>> {
        check_name(file_name)?;
        let operation = Operation::new("attach a file to", format!("{table} {sys_id}"));
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        let request =
            upload(self.instance.paths(), table, sys_id, file_name).bytes(content_type, bytes);
        let answer = self.instance.send(&operation, request).await?;
        let attachment = decode(&answer.row()?).ok_or_else(|| answer.lacks("sys_id"))?;
        match attachment.size {
            Some(size) if size != length => Err(answer.lacks("size_bytes")),
            _ => Ok(attachment),
        }
    }

    /// The bytes of a file, at most as many as the way out takes in one answer.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is missing or hidden; [`Error::NotApi`] where a page came that does not say to be
    /// this file; otherwise see [`Error`].
    pub async fn download(&self, id: &SysId) -> Result<Vec<u8>, Box<Error>> {
        let operation = Operation::new("read the file", id);
        let request = download(self.instance.paths(), id);
        self.instance.fetch(&operation, request).await
    }

    /// The files on a record: by the Table API, or where that is closed for their table, by the Attachment API, in one
    /// answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn of(&self, table: &str, sys_id: &SysId) -> Result<Vec<Attachment>, Box<Error>> {
        let operation = Operation::new("list the files on", format!("{table} {sys_id}"));
        let list = of(table, sys_id).map_err(Error::query(&operation))?;
        let rows = match self.instance.list(&operation, &list).await {
            Err(error) if error.refusal().is_some() => {
                let request = by_own_api(self.instance.paths(), &list);
                // What the first said is the better reason where neither answers.
                match self.instance.read(&operation, request).await {
                    Ok(answer) => answer.rows()?,
                    Err(_) => return Err(error),
                }
            }
            other => other?,
        };
        let ours = |row: &&Row| row.value("table_sys_id") == sys_id.as_str();
        Ok(rows.iter().filter(ours).filter_map(decode).collect())
    }
}

/// The same question to the Attachment API, which gives 1000 at most.
fn by_own_api(paths: &Paths, list: &List) -> Request {
    let mut url = paths.at(&["api", "now", "attachment"]);
    url.query_pairs_mut()
        .append_pair("sysparm_query", &list.query.to_string())
        .append_pair("sysparm_limit", "1000");
    Request::get(url)
}

fn upload(paths: &Paths, table: &str, sys_id: &SysId, file_name: &str) -> Request {
    let mut url = paths.at(&["api", "now", "attachment", "file"]);
    url.query_pairs_mut()
        .append_pair("table_name", table)
        .append_pair("table_sys_id", sys_id.as_str())
        .append_pair("file_name", file_name);
    Request::post(url)
}

fn download(paths: &Paths, id: &SysId) -> Request {
    Request::get(paths.at(&["api", "now", "attachment", id.as_str(), "file"]))
}

fn check_name(name: &str) -> Result<(), Box<Error>> {
    let why = if name.trim().is_empty() || matches!(name, "." | "..") {
        "it needs a name"
    } else if name
        .chars()
        .any(|c| matches!(c, '/' | '\\') || c.is_control())
    {
        "it holds a path separator or control character"
    } else {
        return Ok(());
    };
    Err(Box::new(Error::NotWritable {
        column: "file_name".to_owned(),
        why,
    }))
}

fn of(table: &str, sys_id: &SysId) -> Result<List, QueryError> {
    let fields = ["sys_id", "table_sys_id", "file_name", "size_bytes", "hash"];
    let list = List::by_key("sys_attachment", "table_sys_id", sys_id.as_str(), &fields)?;
    Ok(List {
        query: list.query.eq("table_name", table)?,
        ..list
    })
}

fn decode(row: &Row) -> Option<Attachment> {
    Some(Attachment {
        sys_id: row.sys_id()?,
        file_name: row.value("file_name").to_owned(),
        size: row.value("size_bytes").parse().ok(),
        hash: Some(row.value("hash").to_owned()).filter(|hash| !hash.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["report.html", "prod ü & co.xml"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", " ", ".", "..", "a/b", "a\\b", "a\nb", "a\0"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_file_travels_as_it_is_and_its_name_is_encoded_once() {
        let id: SysId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let paths = Paths::new("http://127.0.0.1/snow/".parse().unwrap());
        let name = "tests & coverage=1 %5E ü.xml";
        let request =
            upload(&paths, "change_request", &id, name).bytes("application/xml", b"<x/>".to_vec());
        assert_eq!(request.method(), "POST");
        assert_eq!(request.url().path(), "/snow/api/now/attachment/file");
        let query: Vec<(String, String)> = request.url().query_pairs().into_owned().collect();
        assert_eq!(
            query[0],
            ("table_name".to_owned(), "change_request".to_owned())
        );
        assert_eq!(query[1], ("table_sys_id".to_owned(), id.to_string()));
        assert_eq!(query[2], ("file_name".to_owned(), name.to_owned()));
        assert_eq!(request.body_bytes(), Some(b"<x/>".as_slice()));
        assert_eq!(request.effect_kind(), outbound::Effect::Create);
    }
}
