//! The stream and its index, in memory.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use brotli::enc::BrotliEncoderParams;
use brotli::{CompressorWriter, Decompressor};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The most thorough setting there is; it reads about 300 KB a second.
const QUALITY: i32 = 11;
/// The largest window that every decoder accepts, 16 MB: the first program is still in sight of the fifth.
const WINDOW: i32 = 24;
const BUFFER: usize = 1 << 16;

/// One program on its way into a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// Node's names for system and architecture, as in `win32-x64`.
    pub platform: &'a str,
    /// File name under which it is started.
    pub file: &'a str,
    /// The program itself.
    pub bytes: &'a [u8],
}

/// Where a program lies in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// File name under which the program is started.
    pub file: String,
    /// Bytes of the stream to read, from its start.
    pub read: usize,
    /// Bytes that these unpack to before the program begins.
    pub skip: usize,
    /// Bytes of the program.
    pub size: usize,
    /// SHA-256 of the program, in lower-case hex.
    pub sha256: String,
}

/// Entries by platform.
pub type Index = BTreeMap<String, Entry>;

/// Programs in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// One brotli stream, flushed after each program.
    pub stream: Vec<u8>,
    /// Where each program lies in it.
    pub index: Index,
}

/// Why programs cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two programs for one platform: the index could name only one.
    #[error("there are two programs for {platform}")]
    Twice {
        /// The platform of both.
        platform: String,
    },
    /// The compressor failed; in memory it has no reason to.
    #[error("could not compress the program for {platform}")]
    Compress {
        /// The program that was being written.
        platform: String,
        /// What the compressor says.
        #[source]
        source: std::io::Error,
    },
    /// The index points beyond the end of the stream.
    #[error("the stream ends before the {read} bytes that {file} needs")]
    Short {
        /// File name of the program.
        file: String,
        /// Bytes of the stream that the entry asks for.
        read: usize,
    },
    /// The stream does not unpack.
    #[error("could not unpack {file}")]
    Unpack {
        /// File name of the program.
        file: String,
        /// What the decompressor says.
        #[source]
        source: std::io::Error,
    },
    /// What came out has another SHA-256 than the index says.
    #[error("{file} came out of the stream as another program than went in")]
    Differs {
        /// File name of the program.
        file: String,
    },
}

/// Packs the programs in the given order: those that are asked for most come first. The same input gives the same
/// bytes.
///
/// # Errors
/// When two programs are for one platform.
pub fn pack(programs: &[Program<'_>]) -> Result<Bundle, Error> {
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: programs.iter().map(|it| it.bytes.len()).sum(),
        ..BrotliEncoderParams::default()
    };
    let mut writer = CompressorWriter::with_params(Vec::new(), BUFFER, &parameters);
    let mut index = Index::new();
    let mut skip = 0;
    for program in programs {
        let written = writer
            .write_all(program.bytes)
            .and_then(|()| writer.flush());
        written.map_err(|source| Error::Compress {
            platform: program.platform.to_owned(),
            source,
        })?;
        let entry = Entry {
            file: program.file.to_owned(),
            read: writer.get_ref().len(),
            skip,
            size: program.bytes.len(),
            sha256: sha256(program.bytes),
        };
        if index.insert(program.platform.to_owned(), entry).is_some() {
            return Err(Error::Twice {
                platform: program.platform.to_owned(),
            });
        }
        skip += program.bytes.len();
    }
    Ok(Bundle {
        stream: writer.into_inner(),
        index,
    })
}

/// Takes one program out. No more of the stream is read than the entry says, as the launcher does it.
///
/// # Errors
/// When the stream is too short, does not unpack, or holds other bytes than the entry says.
pub fn unpack(stream: &[u8], entry: &Entry) -> Result<Vec<u8>, Error> {
    let file = || entry.file.clone();
    let prefix = stream.get(..entry.read).ok_or_else(|| Error::Short {
        file: file(),
        read: entry.read,
    })?;
    let mut reader = Decompressor::new(prefix, BUFFER);
    let mut program = Vec::new();
    // `take`, since the stream ends only behind the last program: reading on would be an error here.
    let unpacked = std::io::copy(
        &mut reader.by_ref().take(entry.skip as u64),
        &mut std::io::sink(),
    )
    .and_then(|_| reader.take(entry.size as u64).read_to_end(&mut program));
    unpacked.map_err(|source| Error::Unpack {
        file: file(),
        source,
    })?;
    if program.len() != entry.size || sha256(&program) != entry.sha256 {
        return Err(Error::Differs { file: file() });
    }
    Ok(program)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
