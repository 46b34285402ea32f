//! A secret, or where it stands: `env:NAME`, `file:PATH`.

use std::io::Read as _;
use std::path::Path;

use redact::Secret;

use super::vars::Vars;

/// A mounted secret is a line. Whoever names a log by mistake should hear of it.
const LONGEST_FILE: u64 = 64 << 10;

/// Why a secret could not be had. No text of it is kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReferenceError {
    /// The process list shows the values of flags.
    #[error(
        "a secret is not written into a flag, where the process list shows it: give env:NAME or file:PATH, or set \
         the environment variable"
    )]
    InFlag,
    /// A reference of the service.
    #[error(
        "{scheme}: references belong to the service; this version reads env:NAME and file:PATH, so have the secret \
         put into a variable or a file"
    )]
    Vault { scheme: &'static str },
    /// `env:` to nothing.
    #[error(
        "refers to the environment variable {name}, which is not set or empty: set it, or name another"
    )]
    NoVariable { name: String },
    /// `env:` or `file:` without a rest.
    #[error("names nothing after {scheme}: give env:NAME or file:PATH")]
    Nothing { scheme: &'static str },
    /// `file:` to nothing readable.
    #[error("refers to {path}, which could not be read ({}): check the path and who may read it", source.kind())]
    Unreadable {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// `file:` to something else.
    #[error("refers to {path}, which {problem}: it has to hold the secret and nothing else")]
    NoSecret { path: String, problem: &'static str },
    /// No header can hold it.
    #[error("holds a line break or another control character: give the secret alone, on one line")]
    Control,
}

/// The secret that a value is or refers to. Files are sought from `folder`. With `must_refer` a literal is refused.
///
/// What a reference leads to is the secret itself, never a further reference.
pub(crate) fn resolve(
    value: &Secret,
    must_refer: bool,
    vars: &dyn Vars,
    folder: &Path,
) -> Result<Secret, ReferenceError> {
    let text = value.expose().trim();
    let secret = if let Some(name) = text.strip_prefix("env:") {
        variable(name.trim(), vars)?
    } else if let Some(path) = text.strip_prefix("file:") {
        file(path.trim(), folder)?
    } else if text.starts_with("vault:") {
        return Err(ReferenceError::Vault { scheme: "vault" });
    } else if text.starts_with("keyvault:") {
        return Err(ReferenceError::Vault { scheme: "keyvault" });
    } else if must_refer {
        return Err(ReferenceError::InFlag);
    } else {
        value.clone()
    };
    if secret.expose().chars().any(char::is_control) {
        return Err(ReferenceError::Control);
    }
    Ok(secret)
}

fn variable(name: &str, vars: &dyn Vars) -> Result<Secret, ReferenceError> {
    if name.is_empty() {
        return Err(ReferenceError::Nothing { scheme: "env:" });
    }
    vars.get(name)
        .map(Secret::new)
        .ok_or_else(|| ReferenceError::NoVariable {
            name: name.to_owned(),
        })
}

fn file(path: &str, folder: &Path) -> Result<Secret, ReferenceError> {
    if path.is_empty() {
        return Err(ReferenceError::Nothing { scheme: "file:" });
    }
    let full = folder.join(path);
    let path = full.display().to_string();
    let wrong = |problem| ReferenceError::NoSecret {
        path: path.clone(),
        problem,
    };
    let mut bytes = Vec::new();
    std::fs::File::open(&full)
        .and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|source| ReferenceError::Unreadable {
            path: path.clone(),
            source,
        })?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(wrong("is too long"));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("is no text"))?;
    let text = Secret::new(text);
    // Editors and `echo` end a file with a line break that is not part of the secret.
    let line = text.expose().strip_suffix('\n').unwrap_or(text.expose());
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(wrong("is empty"));
    }
    Ok(Secret::new(line))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_a_value_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("plain", &b"s3cret"[..]),
            ("unix", b"s3cret\n"),
            ("dos", b"s3cret\r\n"),
            ("two", b"s3cret\nmore\n"),
            ("empty", b"\n"),
            ("bytes", b"\xff\xfe"),
            ("long", &[b'x'; 70_000]),
        ] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let vars = BTreeMap::from([("SET", "s3cret"), ("EMPTY", ""), ("DEEP", "env:SET")]);
        let table = [
            ("s3cret", Ok("s3cret")),
            ("env:SET", Ok("s3cret")),
            ("file:plain", Ok("s3cret")),
            ("file:unix", Ok("s3cret")),
            ("file:dos", Ok("s3cret")),
            // A reference is followed once.
            ("env:DEEP", Ok("env:SET")),
            ("env:", Err("names nothing after env:")),
            ("file:", Err("names nothing after file:")),
            ("env:UNSET", Err("variable UNSET, which is not set")),
            (
                "env:EMPTY",
                Err("variable EMPTY, which is not set or empty"),
            ),
            ("file:absent", Err("could not be read (entity not found)")),
            ("file:empty", Err("is empty")),
            ("file:bytes", Err("is no text")),
            ("file:long", Err("is too long")),
            ("file:two", Err("holds a line break")),
            (
                "vault:kv/snow#password",
                Err("this version reads env:NAME and file:PATH"),
            ),
            (
                "keyvault:snow/password",
                Err("this version reads env:NAME and file:PATH"),
            ),
        ];
        for (value, expected) in table {
            let result = resolve(&Secret::new(value), false, &vars, folder.path());
            match (result, expected) {
                (Ok(secret), Ok(text)) => assert_eq!(secret.expose(), text, "{value}"),
                (Err(error), Err(text)) => {
                    assert!(error.to_string().contains(text), "{value}: {error}");
                }
                (result, expected) => panic!("{value}: {result:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn a_flag_takes_a_reference_only_and_the_refusal_does_not_show_the_value() {
        let vars = BTreeMap::from([("SET", "s3cret")]);
        let flag = |value| resolve(&Secret::new(value), true, &vars, Path::new(""));
        assert_eq!(flag("env:SET").unwrap().expose(), "s3cret");
        let refused = flag("hunter2").unwrap_err().to_string();
        assert!(refused.contains("process list"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
