//! The two files that a bundle is, in a folder.

use std::fs;
use std::io;
use std::path::Path;

use crate::solid::{Bundle, Index};

/// File name of the stream.
pub const STREAM: &str = "packed.br";
/// File name of the index.
pub const INDEX: &str = "packed.json";

/// Writes both files into the folder, which is made if need be.
///
/// # Errors
/// When the file system refuses.
pub fn write(bundle: &Bundle, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut index = serde_json::to_string_pretty(&bundle.index)?;
    index.push('\n');
    fs::write(folder.join(STREAM), &bundle.stream)?;
    fs::write(folder.join(INDEX), index)
}

/// Reads both files of the folder; the programs in them are not looked at.
///
/// # Errors
/// When a file is missing, or the index is no index.
pub fn read(folder: &Path) -> io::Result<Bundle> {
    let index: Index = serde_json::from_str(&fs::read_to_string(folder.join(INDEX))?)?;
    Ok(Bundle {
        stream: fs::read(folder.join(STREAM))?,
        index,
    })
}
