//! Sizes of package and programs.

use std::path::Path;

use anyhow::Result;

use crate::subject::Subject;

pub(crate) fn print(vsix: &Path, subjects: &[&Subject]) -> Result<()> {
    println!("size, bytes");
    line("package", vsix)?;
    for subject in subjects {
        line("program", &subject.program()?)?;
    }
    // Every task has the same one.
    let launcher = subjects.first().map(|subject| subject.launcher());
    launcher.map_or(Ok(()), |launcher| line("launcher", &launcher))
}

fn line(what: &str, path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default();
    println!(
        "  {what:<8} {:>10}  {}",
        path.metadata()?.len(),
        name.display()
    );
    Ok(())
}
