//! Sizes of package and program.

use std::path::Path;

use anyhow::Result;

use crate::subject::Subject;

pub(crate) fn print(vsix: &Path, subject: &Subject) -> Result<()> {
    println!("size, bytes");
    println!(
        "  package  {:>10}  {}",
        vsix.metadata()?.len(),
        vsix.display()
    );
    let program = subject.program()?;
    println!(
        "  program  {:>10}  {}",
        program.metadata()?.len(),
        name(&program)
    );
    let launcher = subject.launcher();
    println!(
        "  launcher {:>10}  {}",
        launcher.metadata()?.len(),
        name(&launcher)
    );
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
