//! Into the stream and out again.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

use std::path::Path;
use std::process::Command;

use bundle::{Bundle, Error, Program, pack, read, unpack, write};
use proptest::prelude::*;

const PLATFORMS: [&str; 5] = [
    "win32-x64",
    "linux-arm64",
    "darwin-arm64",
    "win32-arm64",
    "darwin-x64",
];

fn packed(contents: &[Vec<u8>]) -> Bundle {
    let programs: Vec<_> = PLATFORMS
        .iter()
        .zip(contents)
        .map(|(platform, bytes)| Program {
            platform,
            file: "program",
            bytes,
        })
        .collect();
    pack(&programs).unwrap()
}

/// Bytes that do not compress, the same in each run.
fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_program_comes_out_as_it_went_in(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..=5)
    ) {
        let bundle = packed(&contents);
        prop_assert_eq!(bundle.index.len(), contents.len());
        for (platform, program) in PLATFORMS.iter().zip(&contents) {
            let entry = &bundle.index[*platform];
            // Nothing behind `read` is needed.
            let prefix = &bundle.stream[..entry.read];
            prop_assert_eq!(&unpack(prefix, entry).unwrap(), program);
        }
    }

    #[test]
    fn a_changed_byte_never_passes_for_the_program(at in 0.0..1.0f64, bit in 0..8u32) {
        let mut bundle = packed(&[noise(500, 1), b"text ".repeat(200)]);
        let entry = bundle.index["linux-arm64"].clone();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place somewhere in a short stream"
        )]
        let place = (at * entry.read as f64) as usize;
        bundle.stream[place] ^= 1 << bit;
        // Bits that carry nothing may change; then the program is still itself.
        if let Ok(program) = unpack(&bundle.stream, &entry) {
            prop_assert_eq!(program, b"text ".repeat(200));
        }
    }
}

#[test]
fn what_programs_share_is_stored_once() {
    let shared = noise(200_000, 7);
    let one = packed(std::slice::from_ref(&shared)).stream.len();
    let three = packed(&[shared.clone(), shared.clone(), shared])
        .stream
        .len();
    assert!(one > 190_000 && three < one + 2_000, "{one}, then {three}");
}

#[test]
fn the_same_programs_make_the_same_bytes() {
    let contents = [noise(5_000, 3), b"text ".repeat(4_000)];
    assert_eq!(packed(&contents), packed(&contents));
}

#[test]
fn a_stream_cut_short_or_of_other_bytes_is_refused() {
    let bundle = packed(&[noise(5_000, 3), noise(5_000, 4)]);
    let entry = &bundle.index["linux-arm64"];
    let short = unpack(&bundle.stream[..entry.read - 1], entry).unwrap_err();
    assert!(matches!(short, Error::Short { .. }), "{short}");

    let mut less = entry.clone();
    less.read = bundle.index["win32-x64"].read;
    assert!(unpack(&bundle.stream, &less).is_err());

    let mut other = entry.clone();
    other.sha256 = bundle.index["win32-x64"].sha256.clone();
    let differs = unpack(&bundle.stream, &other).unwrap_err();
    assert!(matches!(differs, Error::Differs { .. }), "{differs}");
}

#[test]
fn two_programs_for_one_platform_are_refused() {
    let program = Program {
        platform: "win32-x64",
        file: "program.exe",
        bytes: b"program",
    };
    assert!(matches!(
        pack(&[program, program]),
        Err(Error::Twice { .. })
    ));
}

#[test]
fn both_files_are_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = packed(&[b"one".to_vec(), b"two".to_vec()]);
    write(&bundle, &folder.path().join("bin")).unwrap();
    assert_eq!(read(&folder.path().join("bin")).unwrap(), bundle);
    // The keys that the launcher reads.
    let index = std::fs::read_to_string(folder.path().join("bin/packed.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let entry = index["linux-arm64"].as_object().unwrap();
    let keys: Vec<_> = entry.keys().map(String::as_str).collect();
    assert_eq!(keys, ["file", "read", "sha256", "size", "skip"]);
    assert_eq!((&entry["skip"], &entry["size"]), (&3.into(), &3.into()));
}

#[test]
fn the_program_packs_files_and_unpacks_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("gate.exe"), noise(4_000, 5)).unwrap();
    std::fs::write(at("gate"), noise(4_000, 6)).unwrap();
    let windows = format!("win32-x64={}", at("gate.exe").display());
    let linux = format!("linux-arm64={}", at("gate").display());
    assert!(run(&["pack", &text(&at("bin")), &windows, &linux]));
    assert!(run(&["unpack", &text(&at("bin")), &text(&at("out"))]));
    for (path, seed) in [("win32-x64/gate.exe", 5), ("linux-arm64/gate", 6)] {
        assert_eq!(
            std::fs::read(at("out").join(path)).unwrap(),
            noise(4_000, seed)
        );
    }
    assert!(!run(&["pack", &text(&at("bin"))]));
    assert!(!run(&[
        "pack",
        &text(&at("bin")),
        "win32-x64=/no/such/file"
    ]));
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn run(words: &[&str]) -> bool {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bundle"));
    program.args(words).status().unwrap().success()
}
