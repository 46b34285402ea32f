//! Two small packages: the same in other words, and with one difference at a time.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

use super::compare::differences;
use super::tfx::warnings;
use super::{CONTENT_TYPES, VSIX_MANIFEST, VSO_MANIFEST};

const OUR_TYPES: &str = r#"<Types xmlns="t">
<Default Extension=".json" ContentType="application/json"/>
<Default Extension=".exe" ContentType="application/octet-stream"/>
<Default Extension=".vsixmanifest" ContentType="text/xml"/>
<Default Extension=".vsomanifest" ContentType="application/json"/>
<Override PartName="/LICENSE" ContentType="text/plain"/>
<Override PartName="/t/bin/linux-x64/p" ContentType="application/octet-stream"/>
</Types>"#;

const OUR_MANIFEST: &str = r#"<PackageManifest xmlns="v" xmlns:d="d">
<Metadata><Identity Id="x" Version="1.0.0"/><Tags>a,b</Tags></Metadata>
<Assets><Asset Type="T" d:Source="File" Path="LICENSE"/><Asset Type="U" d:Source="File" Path="q"/></Assets>
</PackageManifest>"#;

const OUR_JSON: &str =
    r#"{"scopes": [], "contributions": [{"id": "a", "properties": {"name": "t"}}]}"#;

fn ours() -> Vec<(&'static str, String)> {
    vec![
        (CONTENT_TYPES, OUR_TYPES.to_owned()),
        (VSIX_MANIFEST, OUR_MANIFEST.to_owned()),
        (VSO_MANIFEST, OUR_JSON.to_owned()),
        ("LICENSE", "terms".to_owned()),
        ("t/task.json", "{}".to_owned()),
        ("t/bin/linux-x64/p", "program".to_owned()),
        ("t/bin/win32-x64/p.exe", "program".to_owned()),
    ]
}

/// The same as Microsoft's packer writes it: another order, folders, types it found out by itself.
fn theirs() -> Vec<(&'static str, String)> {
    let types = OUR_TYPES
        .replace(
            "\".exe\" ContentType=\"application/octet-stream",
            "\"EXE\" ContentType=\"application/x-msdownload",
        )
        .replace(
            "linux-x64/p\" ContentType=\"application/octet-stream",
            "linux-x64/p\" ContentType=\"application/x-pie-executable",
        );
    let manifest = r#"<PackageManifest xmlns="v" xmlns:dd="d"><Assets>
<Asset Path="q" Type="U" dd:Source="File"/><Asset Type="T" dd:Source="File" Path="LICENSE"></Asset></Assets>
<Metadata>
    <Tags>a,b</Tags><Identity Version="1.0.0" Id="x"/></Metadata></PackageManifest>"#;
    let json = r#"{"contributions": [{"properties": {"name": "t"}, "id": "a"}], "scopes": [], "$schema": "s"}"#;
    let mut all = ours();
    all[0].1 = types;
    all[1].1 = manifest.to_owned();
    all[2].1 = json.to_owned();
    all.push(("t/", String::new()));
    all.reverse();
    all
}

fn zipped(files: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        if name.ends_with('/') {
            zip.add_directory(*name, SimpleFileOptions::default())
                .unwrap();
            continue;
        }
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_same_package_in_other_words_is_the_same() {
    let found = differences(&zipped(&ours()), &zipped(&theirs())).unwrap();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn each_difference_that_counts_is_told() {
    for (name, from, to, says) in [
        ("LICENSE", "terms", "other", "LICENSE has other bytes"),
        (
            "t/bin/linux-x64/p",
            "program",
            "progran",
            "linux-x64/p has other bytes",
        ),
        (
            CONTENT_TYPES,
            "text/plain",
            "text/html",
            "type of LICENSE is text/plain in ours",
        ),
        (
            CONTENT_TYPES,
            "/t/bin/linux-x64/p",
            "/t/bin/linux-x64/P",
            "octet-stream in ours and none in theirs",
        ),
        (
            CONTENT_TYPES,
            "\".json\"",
            "\".jso\"",
            "type of t/task.json",
        ),
        (
            VSIX_MANIFEST,
            "1.0.0",
            "1.0.1",
            "/PackageManifest/Metadata/Identity Id",
        ),
        (
            VSIX_MANIFEST,
            "a,b",
            "b,a",
            "Tags: \"b,a\" 0 times in ours and 1 times",
        ),
        (
            VSIX_MANIFEST,
            "<Asset Path=\"q\" Type=\"U\" dd:Source=\"File\"/>",
            "",
            "Asset Path=\"q\"",
        ),
        (
            VSIX_MANIFEST,
            "xmlns:dd=\"d\"",
            "xmlns:dd=\"e\"",
            "{d}Source",
        ),
        (
            VSIX_MANIFEST,
            "xmlns=\"v\"",
            "xmlns=\"w\"",
            "{v}PackageManifest",
        ),
        (
            VSO_MANIFEST,
            "\"name\": \"t\"",
            "\"name\": \"T\"",
            "contributions[0].properties.name is \"t\" in ours",
        ),
        (
            VSO_MANIFEST,
            "\"scopes\": []",
            "\"scopes\": [\"x\"]",
            "scopes is [] in ours",
        ),
        (
            VSO_MANIFEST,
            "\"scopes\": [], ",
            "",
            "only ours has extension.vsomanifest.scopes",
        ),
        (
            VSO_MANIFEST,
            "\"$schema\"",
            "\"demands\"",
            "only theirs has extension.vsomanifest.demands",
        ),
    ] {
        let mut other = theirs();
        let file = other.iter_mut().find(|(known, _)| *known == name).unwrap();
        assert!(file.1.contains(from), "{name}: {from}");
        file.1 = file.1.replacen(from, to, 1);
        let found = differences(&zipped(&ours()), &zipped(&other)).unwrap();
        assert!(
            found.iter().any(|it| it.contains(says)),
            "{says}: {found:?}"
        );
    }
}

#[test]
fn a_file_that_only_one_has_is_told() {
    let mut other = theirs();
    other.retain(|(name, _)| *name != "LICENSE");
    other.push(("t/stray.json", String::new()));
    let found = differences(&zipped(&ours()), &zipped(&other)).unwrap();
    assert_eq!(
        found,
        ["only ours has LICENSE", "only theirs has t/stray.json"]
    );
}

#[test]
fn warnings_are_found_among_what_is_printed() {
    let printed = "TFS Cross Platform\nwarning: Invalid task json:\nwarning: \tx is required\n\n=== Completed\n - VSIX: warning.vsix\n";
    assert_eq!(warnings(printed), ["Invalid task json:", "x is required"]);
}
