//! Which processes belong to a step, as the agent finds them at the end of a job.

use std::fs;

/// A running process of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// Its name, as the system shows it.
    pub name: String,
    /// The most memory it had resident so far, in KiB.
    pub peak_memory: u64,
}

/// The running processes whose environment carries that lookup id (`VSTS_PROCESS_LOOKUP_ID`). On Linux only;
/// elsewhere the list is empty.
pub fn with_lookup_id(lookup_id: &str) -> Vec<Process> {
    let mark = format!("VSTS_PROCESS_LOOKUP_ID={lookup_id}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| carries(*id, mark.as_bytes()))
        .filter_map(describe)
        .collect()
}

fn carries(id: u32, mark: &[u8]) -> bool {
    // A process that has just ended, or a zombie, has no environment any more.
    fs::read(format!("/proc/{id}/environ")).is_ok_and(|environment| {
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark)
    })
}

fn describe(id: u32) -> Option<Process> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    };
    let peak_memory = field("VmHWM")
        .and_then(|kib| kib.split(' ').next()?.parse().ok())
        .unwrap_or(0);
    Some(Process {
        id,
        name: field("Name")?.to_owned(),
        peak_memory,
    })
}
