use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension="vsomanifest" ContentType="application/json"/>
  <Override ContentType="application/octet-stream" PartName="/tasks/Hold/bin/linux-x64/hold"/>
</Types>"#;

fn pack(parts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = ZipWriter::new(File::create(folder.path().join("x.vsix")).unwrap());
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(0o755))
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    folder
}

fn manifest() -> String {
    json!({ "contributions": [{ "type": "ms.vss-distributed-task.task", "properties": { "name": "tasks/Hold" } }] })
        .to_string()
}

fn definition() -> String {
    json!({ "id": "a-b", "name": "Hold", "version": { "Major": 1, "Minor": 2, "Patch": 3 } })
        .to_string()
}

#[test]
fn only_parts_with_a_content_type_arrive_and_none_is_executable() {
    let folder = pack(&[
        ("[Content_Types].xml", TYPES),
        ("extension.vsomanifest", &manifest()),
        ("tasks/Hold/task.json", &definition()),
        ("tasks/Hold/bin/linux-x64/hold", "program"),
        ("tasks/Hold/bin/linux-arm64/hold", "program"),
    ]);
    let package = Package::unpack(&folder.path().join("x.vsix"), folder.path()).unwrap();
    assert_eq!(package.lost, ["tasks/Hold/bin/linux-arm64/hold"]);
    let home = folder.path().join("_tasks/Hold_a-b/1.2.3");
    assert_eq!(package.task("Hold").unwrap().folder, home);
    assert!(!home.join("bin/linux-arm64").exists());
    let mode = fs::metadata(home.join("bin/linux-x64/hold"))
        .unwrap()
        .permissions();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o111, 0);
    assert!(!mode.readonly());
}

#[test]
fn a_contribution_without_a_task_is_an_error() {
    let folder = pack(&[
        ("[Content_Types].xml", TYPES),
        ("extension.vsomanifest", &manifest()),
    ]);
    let error = Package::unpack(&folder.path().join("x.vsix"), folder.path()).unwrap_err();
    assert!(
        error.to_string().contains("task.json was not found"),
        "{error}"
    );
}
