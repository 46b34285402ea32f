//! Programs for systems that nothing here can run, looked at from outside: what a Mac or a Windows on ARM asks of a
//! file before it starts it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use object::macho::{self, MachHeader64};
use object::pe::{self, ImageNtHeaders64};
use object::read::macho::MachOFile64;
use object::read::pe::PeFile64;
use object::{LittleEndian, Object};
use sha2::{Digest as _, Sha256};
use testkit::node::{self, Version};

use crate::foreign::unpacked;
use crate::world::task_named;

const TASKS: [&str; 2] = ["ServiceNowChangeGate", "ServiceNowDeploymentRecord"];

/// Version numbers of Apple's load commands: a byte each for minor and patch.
const MACOS_11: macho::Version = macho::Version(11 << 16);

/// Libraries that every Windows since 10 has.
const WINDOWS: [&str; 8] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "ntdll.dll",
    "ws2_32.dll",
    // Of the x64 program's C library; the ARM one has the universal library's `api-ms-win-crt-...`.
    "msvcrt.dll",
];

/// Calls `look` with the program of each task, unpacked by the launcher that takes this machine for another.
fn programs(platform: &str, architecture: &str, look: impl Fn(&[u8])) {
    for task in TASKS {
        let folder = tempfile::tempdir().unwrap();
        let launcher = unpacked(task_named(task), folder.path())
            .folder
            .join("launcher.js");
        let script = format!(
            "Object.defineProperty(process, 'platform', {{ value: '{platform}' }});
             Object.defineProperty(process, 'arch', {{ value: '{architecture}' }});
             require({launcher:?});"
        );
        // It cannot be started here, which the launcher tells; by then it lies where it belongs.
        let run = Command::new(node::executable(Version::V20).unwrap())
            .args(["-e", &script])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let bin = folder
            .path()
            .join("bin")
            .join(format!("{platform}-{architecture}"));
        let files: Vec<PathBuf> = std::fs::read_dir(&bin)
            .unwrap_or_else(|error| panic!("{}: {error}: {run:?}", bin.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        look(&std::fs::read(&files[0]).unwrap());
    }
}

fn libraries<'a>(image: &impl Object<'a>) -> Vec<String> {
    let all = image.import_libraries().unwrap();
    all.map(|library| String::from_utf8_lossy(library.unwrap().name()).into_owned())
        .collect()
}

fn assert_mac(bytes: &[u8], cpu: macho::CpuType) {
    let image: MachOFile64<'_, LittleEndian> = MachOFile64::parse(bytes).unwrap();
    let header: &MachHeader64<LittleEndian> = image.macho_header();
    assert_eq!(header.cputype.get(LittleEndian), cpu);
    assert_eq!(header.filetype.get(LittleEndian), macho::MH_EXECUTE);
    assert!(header.flags.get(LittleEndian).contains(macho::MH_PIE));
    let mut commands = image.macho_load_commands().unwrap();
    let version = std::iter::from_fn(|| commands.next().unwrap())
        .find_map(|command| command.build_version(LittleEndian).unwrap())
        .expect("it says what it was built for")
        .0;
    assert_eq!(version.platform.get(LittleEndian), macho::PLATFORM_MACOS);
    assert_eq!(version.minos.get(LittleEndian), MACOS_11);
    let libraries = libraries(&image);
    assert!(!libraries.is_empty());
    for library in libraries {
        assert!(
            library.starts_with("/usr/lib/") || library.starts_with("/System/Library/"),
            "{library} is no part of the system"
        );
    }
}

/// The signature that a Mac with Apple's processor asks of every program: by nobody, over every page.
fn assert_signed(bytes: &[u8]) {
    let image: MachOFile64<'_, LittleEndian> = MachOFile64::parse(bytes).unwrap();
    let mut commands = image.macho_load_commands().unwrap();
    let signature = std::iter::from_fn(|| commands.next().unwrap())
        .find(|command| command.cmd() == macho::LC_CODE_SIGNATURE)
        .expect("it is signed")
        .data::<macho::LinkeditDataCommand<LittleEndian>>()
        .unwrap();
    let blob = signature.data(LittleEndian, bytes).unwrap();
    assert_eq!(word(blob, 0), 0xfade_0cc0, "an embedded signature");
    let entries = (0..word(blob, 8)).map(|entry| 12 + entry * 8);
    let directory = entries
        .map(|entry| &blob[word(blob, entry + 4)..])
        .find(|blob| word(blob, 0) == 0xfade_0c02)
        .expect("a code directory");
    let (hashes, pages, end) = (
        word(directory, 16),
        word(directory, 28),
        word(directory, 32),
    );
    let (size, kind, page) = (directory[36], directory[37], 1 << directory[39]);
    assert_eq!(word(directory, 12) & 0x2, 0x2, "signed ad hoc");
    assert_eq!((size, kind), (32, 2), "hashes are SHA-256");
    assert_eq!(
        u32::try_from(end).unwrap(),
        signature.dataoff.get(LittleEndian),
        "everything before the signature is signed"
    );
    let code = bytes[..end].chunks(page);
    assert_eq!(code.len(), pages);
    let signed = directory[hashes..].chunks(32);
    for (number, (page, signed)) in code.zip(signed).enumerate() {
        assert_eq!(Sha256::digest(page).as_slice(), signed, "page {number}");
    }
}

/// A number of a signature, which is big-endian.
fn word(blob: &[u8], at: usize) -> usize {
    let bytes = blob[at..at + 4].try_into().unwrap();
    usize::try_from(u32::from_be_bytes(bytes)).unwrap()
}

fn assert_windows(bytes: &[u8], machine: pe::Machine) {
    let image = PeFile64::parse(bytes).unwrap();
    let headers: &ImageNtHeaders64 = image.nt_headers();
    let (file, optional) = (&headers.file_header, &headers.optional_header);
    assert_eq!(file.machine.get(LittleEndian), machine);
    assert_eq!(
        optional.subsystem.get(LittleEndian),
        pe::IMAGE_SUBSYSTEM_WINDOWS_CUI
    );
    for wanted in [
        pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
        pe::IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
        pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
    ] {
        let set = optional.dll_characteristics.get(LittleEndian);
        assert!(set.contains(wanted), "{set:?} lacks {wanted:?}");
    }
    let libraries = libraries(&image);
    assert!(!libraries.is_empty());
    for library in libraries {
        let library = library.to_lowercase();
        assert!(
            WINDOWS.contains(&&*library) || library.starts_with("api-ms-win-"),
            "{library} is not known to be part of the system"
        );
    }
}

#[test]
fn a_mac_with_apples_processor_would_start_it() {
    programs("darwin", "arm64", |bytes| {
        assert_mac(bytes, macho::CPU_TYPE_ARM64);
        assert_signed(bytes);
    });
}

#[test]
fn a_mac_with_intels_processor_would_start_it() {
    programs("darwin", "x64", |bytes| {
        assert_mac(bytes, macho::CPU_TYPE_X86_64);
    });
}

#[test]
fn windows_would_start_it() {
    programs("win32", "arm64", |bytes| {
        assert_windows(bytes, pe::IMAGE_FILE_MACHINE_ARM64);
    });
    programs("win32", "x64", |bytes| {
        assert_windows(bytes, pe::IMAGE_FILE_MACHINE_AMD64);
    });
}
