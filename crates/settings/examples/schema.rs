//! Writes the JSON Schema of `servicenow.yml` to standard output, or compares it:
//!
//! ```text
//! cargo run -p settings --example schema > extension/servicenow.schema.json
//! cargo run -p settings --example schema -- --check extension/servicenow.schema.json
//! ```

use std::process::ExitCode;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command, never run by an agent"
)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = settings::schema_text();
    match arguments.as_slice() {
        [] => {
            print!("{wanted}");
            ExitCode::SUCCESS
        }
        [flag, path] if flag == "--check" => match std::fs::read_to_string(path) {
            Ok(published) if published == wanted => ExitCode::SUCCESS,
            Ok(_) => {
                eprintln!("{path} is out of date: write it anew with this command without --check");
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("cannot read {path}: {error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("usage: schema [--check FILE]");
            ExitCode::FAILURE
        }
    }
}
