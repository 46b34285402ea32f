//! Over the tracked tree, and over a folder of its own.

use std::fs;

use super::notice::{notice, texts};
use super::{Parts, checksums, licence_problem, problems};
use crate::package::Platform;
use crate::workspace::Workspace;

fn parts(platforms: &[Platform]) -> Parts {
    Parts::of(&Workspace::find().unwrap(), platforms).unwrap()
}

fn names(parts: &Parts) -> Vec<&str> {
    parts.crates.keys().map(|id| id.name.as_str()).collect()
}

#[test]
fn what_the_programs_link_may_be_passed_on() {
    let found = problems(&Workspace::find().unwrap()).unwrap();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_licence_that_is_not_allowed_or_not_understood_is_named() {
    assert_eq!(licence_problem("MIT/Apache-2.0"), None);
    assert!(
        licence_problem("AGPL-3.0-only")
            .unwrap()
            .contains("not among")
    );
    assert!(licence_problem("").unwrap().contains("not understood"));
}

#[test]
fn only_what_is_linked_on_a_platform_is_told() {
    let linux = parts(&[Platform::LinuxX64]);
    let names = names(&linux);
    for linked in ["change-gate", "deployment-record", "ring", "webpki-roots"] {
        assert!(names.contains(&linked), "{linked}: {names:?}");
    }
    // A macro, a build script's crate, one for tests, and what only Windows needs.
    for other in ["serde_derive", "cc", "tempfile", "schannel"] {
        assert!(!names.contains(&other), "{other}: {names:?}");
    }
    assert!(self::names(&parts(&[Platform::WindowsX64])).contains(&"schannel"));
    let beside: Vec<&str> = linux.beside.iter().map(|it| it.name).collect();
    assert!(beside.contains(&"musl") && !beside.contains(&"mingw-w64 runtime"));
}

#[test]
fn each_crate_has_its_checksum_and_what_it_needs() {
    let parts = parts(&[Platform::LinuxX64]);
    for (id, linked) in &parts.crates {
        let length = linked.checksum.as_deref().map(str::len);
        assert_eq!(length, (!linked.ours).then_some(64), "{id:?}");
        assert!(
            linked
                .needs
                .iter()
                .all(|need| parts.crates.contains_key(need))
        );
    }
    let gate = parts.crates.iter().find(|(id, _)| id.name == "change-gate");
    assert!(gate.unwrap().1.needs.iter().any(|id| id.name == "change"));
    assert!(checksums("version = 4\n").is_err());
}

#[test]
fn the_notice_names_every_piece_and_gives_each_text_once() {
    let workspace = Workspace::find().unwrap();
    let parts = parts(&Platform::ALL);
    let version = "1.2.3".parse().unwrap();
    let text = notice(&workspace, version, &parts).unwrap();
    assert!(text.starts_with("Snowgate 1.2.3\n"));
    for (id, linked) in &parts.crates {
        let line = format!("\n{} {} (", id.name, id.version);
        assert_eq!(text.contains(&line), !linked.ours, "{line}");
    }
    for once in [
        "Copyright (c) The Rust Project Contributors",
        "Rich Felker, et al.",
        "by the mingw-w64 project",
        "Copyright (c) Zig contributors",
        "Community Data License Agreement",
        // Code of others within crates.
        "the fiat-crypto authors",
        "Mathijs van de Nes",
    ] {
        assert!(text.contains(once), "{once}");
    }
    // In many folders, told once.
    let apache = "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION";
    let times = text.matches(apache).count();
    assert!((1..20).contains(&times), "{times}");
    assert!(!text.contains('\r') && !text.contains(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(text, notice(&workspace, version, &parts).unwrap());
}

#[test]
fn a_folder_without_terms_has_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "licence: MIT").unwrap();
    assert!(texts(folder.path()).unwrap().is_empty());
    fs::write(folder.path().join("LICENSE-MIT"), "terms").unwrap();
    let below = folder.path().join("src/other");
    fs::create_dir_all(&below).unwrap();
    fs::write(below.join("LICENSE"), "others' terms").unwrap();
    fs::write(below.join("license.rs"), "code").unwrap();
    assert_eq!(texts(folder.path()).unwrap(), ["terms", "others' terms"]);
}
