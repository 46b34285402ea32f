//! No secret of a deployment record is written anywhere: log, files, change, attachments, the customer's table.

use std::fs;
use std::path::Path;

use testkit::agent::Finished;

use crate::office::Office;

const TOKEN: &str = "tok-9182/secret+&?";
const SET_SECRET: &str = "##vso[task.setsecret]";

/// Everything that is left of a record: its lines, the job's files, and all that both parties were sent.
fn written(office: &Office, finished: &Finished) -> Vec<(String, String)> {
    let raw = finished.raw();
    let quiet = raw.lines().filter(|line| !line.starts_with(SET_SECRET));
    let mut all = vec![
        (
            "the raw output".to_owned(),
            quiet.collect::<Vec<_>>().join("\n"),
        ),
        (
            "variables".to_owned(),
            format!("{:?}", finished.log.variables),
        ),
        ("summaries".to_owned(), finished.log.summaries.concat()),
    ];
    files(&finished.folder(), &mut all);
    let sim = &office.world.sim;
    for request in sim.requests() {
        let text = format!("{} {:?} {:?}", request.path, request.query, request.body);
        all.push(("a request".to_owned(), text));
    }
    for table in [
        "change_request",
        "sys_journal_field",
        "u_deployment",
        "change_task",
    ] {
        let records = sim.records(table).into_iter();
        all.extend(records.map(|record| (table.to_owned(), format!("{record:?}"))));
    }
    for file in sim.records("sys_attachment") {
        let id = file["sys_id"].as_str().unwrap();
        let bytes = sim.attachment_opt(id).unwrap();
        let name = file["file_name"].as_str().unwrap().to_owned();
        all.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    all
}

fn files(folder: &Path, all: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            all.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn a_record_with_diagnostics_keeps_its_secrets() {
    let office = Office::new();
    let sim = &office.world.sim;
    sim.add_table("u_deployment", &[("u_run", "text"), ("u_text", "text")]);
    let number = office.gated();
    let job_token = office.azure.job_token();
    let password = sim.credentials().password;
    // A careless commit, in the two texts that leave the run.
    office.azure.clear_commits(crate::office::RUN);
    office.azure.add_commits(
        crate::office::RUN,
        vec![azure_devops_sim::CommitSeed {
            message: format!("Use {TOKEN} and {password} and {job_token}"),
            ..azure_devops_sim::CommitSeed::default()
        }],
    );
    let step = office
        .record()
        .variable("System.Debug", "true")
        .secret("Deploy.Token", TOKEN)
        .input("closeNotes", "Deployed with $(Deploy.Token)")
        .input("workNote", "Deployed with $(Deploy.Token), {{ outcome }}")
        .input("deploymentTable", "u_deployment")
        .input(
            "deploymentFields",
            "u_run: \"{{ run.id }}\"\nu_text: with $(Deploy.Token)",
        );
    let finished = office.recorded(&step);
    assert!(
        office
            .column(&number, "close_notes")
            .starts_with("Deployed with ***"),
        "{finished:?}"
    );
    assert!(
        office.notes(&number)[0].starts_with("Deployed with ***, successful"),
        "{finished:?}"
    );
    let record = office.file(&number, "snowgate-record-");
    let record: serde_json::Value =
        serde_json::from_str(&record).expect("JSON in spite of masking");
    assert_eq!(record["commits"][0]["message"], "Use *** and *** and ***");
    let places = written(&office, &finished);
    assert!(
        places.iter().any(|(name, _)| name.contains("receipts")),
        "{finished:?}"
    );
    let seen = "snowgate-audit-";
    assert!(
        places.iter().any(|(name, _)| name.starts_with(seen)),
        "{finished:?}"
    );
    for secret in [TOKEN, &password, &job_token] {
        for (place, text) in &places {
            assert!(!text.contains(secret), "{secret} stands in {place}");
        }
    }
    office.is_content();
}

#[test]
fn a_change_opened_after_the_fact_holds_no_secret() {
    let office = Office::new();
    let step = office
        .record()
        .secret("Deploy.Token", TOKEN)
        .input("whenMissing", "createRetrospective")
        .input("assignmentGroup", "Network")
        .input("additionalFields", "justification: with $(Deploy.Token)");
    let finished = office.run(&step);
    let changes = office.world.sim.records("change_request");
    assert_eq!(changes.len(), 1, "{finished:?}");
    assert_eq!(changes[0]["justification"], "with ***");
    for (place, text) in written(&office, &finished) {
        assert!(!text.contains(TOKEN), "{TOKEN} stands in {place}");
    }
}
