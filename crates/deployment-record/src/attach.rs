//! Files on the change, each once: known by name, size and SHA-256.

use audit::claims::Claim;
use bytes::Bytes;
use change::{Number, Request, SysId};
use change_control::Control;
use servicenow::{Attachment, Instance};
use sha2::{Digest, Sha256};

use crate::evidence::files::WIDTH;

/// The table whose records are changes.
const TABLE: &str = "change_request";

/// The files on one change, and those that this attempt adds.
pub(crate) struct Attacher<'a, 'c> {
    instance: &'a Instance,
    control: &'a Control<'c>,
    id: SysId,
    number: Number,
    present: Vec<Attachment>,
}

/// What makes a file the same as one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Same {
    /// Its name: what is in it differs by the moment it was made.
    Name,
    /// Its name and what is in it.
    Content,
}

impl<'a, 'c> Attacher<'a, 'c> {
    /// The files on a change.
    ///
    /// # Errors
    /// When the instance refuses to list them, or stays unreachable.
    pub(crate) async fn of(
        instance: &'a Instance,
        control: &'a Control<'c>,
        request: &Request,
    ) -> Result<Self, Box<change_control::Error>> {
        let present = control
            .persist(
                || format!("the files on {} could not be listed", request.number),
                async || instance.attachments().of(TABLE, &request.sys_id).await,
            )
            .await?;
        Ok(Self {
            present,
            ..Self::blind(instance, control, request)
        })
    }

    /// The same where the account may not list the files: whatever is attached then may be there twice.
    pub(crate) fn blind(
        instance: &'a Instance,
        control: &'a Control<'c>,
        request: &Request,
    ) -> Self {
        Self {
            instance,
            control,
            id: request.sys_id.clone(),
            number: request.number.clone(),
            present: Vec::new(),
        }
    }

    /// Whether a file of this name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.present.iter().any(|file| file.file_name == name)
    }

    /// What is in the file of this name, where there is one and it can be read.
    pub(crate) async fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = self.present.iter().find(|file| file.file_name == name)?;
        let files = self.instance.attachments();
        Box::pin(files.download(&file.sys_id)).await.ok()
    }

    /// Attaches a file that is not there yet. Gives back what is there now.
    ///
    /// # Errors
    /// Whatever the instance said, or when it stays unreachable. An upload without a clear answer is looked for before
    /// it is repeated.
    pub(crate) async fn attach(
        &mut self,
        name: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
        same: Same,
    ) -> Result<Claim, Box<change_control::Error>> {
        let bytes = bytes.into();
        let claim = claim(name, &bytes);
        // A file of that name with something else in it is not overwritten: both are evidence.
        let name = self.free_name(&claim, same);
        let claim = Claim { name, ..claim };
        if let Some(there) = self.find(&claim, same) {
            return Ok(self.seen(there, same).await);
        }
        let mut tried = false;
        let (id, number) = (&self.id, &self.number);
        let attachments = self.instance.attachments();
        let uploaded = self
            .control
            .persist(
                || format!("the file {} was not attached to {}", claim.name, number),
                async || {
                    if std::mem::replace(&mut tried, true) {
                        let now = attachments.of(TABLE, id).await?;
                        if let Some(there) = now.into_iter().find(|file| is(file, &claim, same)) {
                            return Ok(there);
                        }
                    }
                    let name = &claim.name;
                    attachments
                        .upload(TABLE, id, name, content_type, bytes.clone())
                        .await
                },
            )
            .await?;
        self.present.push(uploaded);
        Ok(claim)
    }

    fn find(&self, claim: &Claim, same: Same) -> Option<Claim> {
        let there = self.present.iter().find(|file| is(file, claim, same))?;
        Some(Claim {
            name: there.file_name.clone(),
            size: there.size.unwrap_or(claim.size),
            sha256: there.hash.clone().unwrap_or_else(|| claim.sha256.clone()),
        })
    }

    /// What is known of a file that is there. One that is known by its name alone may hold something else than what was
    /// to be attached, so where the instance says no hash, it is read.
    async fn seen(&self, there: Claim, same: Same) -> Claim {
        let named = |file: &&Attachment| file.file_name == there.name;
        let says = self
            .present
            .iter()
            .find(named)
            .is_some_and(|file| file.hash.is_some());
        if says || same == Same::Content {
            return there;
        }
        match self.read(&there.name).await {
            Some(bytes) => claim(&there.name, &bytes),
            None => there,
        }
    }

    /// The name itself; where another file bears it, with the beginning of the hash.
    fn free_name(&self, claim: &Claim, same: Same) -> String {
        if !self.has(&claim.name) || self.find(claim, same).is_some() {
            return claim.name.clone();
        }
        marked(&claim.name, &claim.sha256[..8])
    }
}

/// A name with a mark before its end, no longer than a name may be.
fn marked(name: &str, mark: &str) -> String {
    let (stem, end) = match name.rsplit_once('.') {
        Some((stem, end)) => (stem, format!("-{mark}.{end}")),
        None => (name, format!("-{mark}")),
    };
    let room = WIDTH.saturating_sub(end.chars().count());
    stem.chars().take(room).chain(end.chars()).collect()
}

/// Whether a file on the change is the one meant. Where the instance says no hash, size and name have to do.
fn is(file: &Attachment, claim: &Claim, same: Same) -> bool {
    let content = || {
        let hash = file.hash.as_deref();
        hash.is_none_or(|hash| hash.eq_ignore_ascii_case(&claim.sha256))
            && file.size.is_none_or(|size| size == claim.size)
    };
    file.file_name == claim.name && (same == Same::Name || content())
}

/// A file as it is.
pub(crate) fn claim(name: &str, bytes: &[u8]) -> Claim {
    use std::fmt::Write as _;
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(sha256, "{byte:02x}");
    }
    Claim {
        name: name.to_owned(),
        size: bytes.len() as u64,
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_name_keeps_its_end_and_its_width() {
        assert_eq!(marked("a.b.xml", "12345678"), "a.b-12345678.xml");
        assert_eq!(marked("LICENSE", "12345678"), "LICENSE-12345678");
        let long = marked(&format!("{}.xml", "ü".repeat(96)), "12345678");
        assert!(
            long.chars().count() == WIDTH && long.ends_with("ü-12345678.xml"),
            "{long}"
        );
    }

    #[test]
    fn a_file_is_known_by_name_and_by_what_is_in_it() {
        let ours = claim("a.xml", b"abc");
        assert_eq!(
            ours.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let file = |name: &str, hash: Option<&str>, size| Attachment {
            sys_id: Request::example().sys_id,
            file_name: name.to_owned(),
            size,
            hash: hash.map(str::to_owned),
        };
        let hash = ours.sha256.to_uppercase();
        for (there, by_name, by_content) in [
            (file("a.xml", Some(&hash), Some(3)), true, true),
            (file("a.xml", None, Some(3)), true, true),
            (file("a.xml", None, None), true, true),
            (file("a.xml", None, Some(4)), true, false),
            (file("a.xml", Some("00"), Some(3)), true, false),
            (file("b.xml", Some(&hash), Some(3)), false, false),
        ] {
            assert_eq!(is(&there, &ours, Same::Name), by_name, "{there:?}");
            assert_eq!(is(&there, &ours, Same::Content), by_content, "{there:?}");
        }
    }
}
