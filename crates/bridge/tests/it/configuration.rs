//! What the program says before it asks anybody.

use crate::harness::{Program, snowgate};

const SECRET: &str = "hunter2-hunter2";

/// A configuration that nothing is wrong with; nobody listens there.
fn configured(arguments: &[&str]) -> Program {
    snowgate(arguments)
        .with("SERVICENOW_URL", "http://127.0.0.1:1")
        .with("SERVICENOW_USER", "svc.azure")
        .with("SERVICENOW_PASSWORD", SECRET)
}

#[test]
fn the_version_is_told() {
    let ended = snowgate(&["--version"]).run();
    ended.assert_code(0);
    assert_eq!(
        ended.out,
        format!("snowgate {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(ended.err, "");
}

/// Names between backquotes in the README's table of configuration, by column.
fn readme_column(column: usize) -> Vec<String> {
    include_str!("../../README.md")
        .lines()
        .filter(|line| line.starts_with("| ") && line.matches('|').count() == 5)
        .filter_map(|line| line.split('|').nth(column))
        .filter_map(|cell| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned()))
        .collect()
}

#[test]
fn help_and_readme_name_the_same_flags_and_variables() {
    let ended = snowgate(&["audit", "--help"]).run();
    ended.assert_code(0);
    let own = [
        "--from",
        "--to",
        "--service",
        "--format",
        "--out",
        "--fail-on",
        "--verbose",
        "--run",
        "--stage",
        "--config",
        "--help",
    ];
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    let mut shown: Vec<&str> = ended
        .out
        .lines()
        .filter_map(|line| {
            line.trim_start()
                .trim_start_matches("-v, ")
                .trim_start_matches("-h, ")
                .strip_prefix("--")
                .map(|_| line)
        })
        .filter_map(|line| line.split(word).find(|word| word.starts_with("--")))
        .filter(|flag| !own.contains(flag))
        .collect();
    let flags = readme_column(1);
    let mut told: Vec<&str> = flags.iter().map(String::as_str).collect();
    shown.sort_unstable();
    told.sort_unstable();
    assert_eq!(shown, told);
    for own in own {
        assert!(ended.out.contains(own), "{own}");
    }
    let unflagged = ["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"];
    for variable in readme_column(2)
        .iter()
        .filter(|name| !unflagged.contains(&name.as_str()))
    {
        assert!(ended.out.contains(&format!("({variable}; ")), "{variable}");
    }
}

#[test]
fn a_newcomer_is_shown_examples_and_the_least_to_set() {
    for arguments in [&["--help"][..], &["audit", "--help"]] {
        let ended = snowgate(arguments).run();
        ended.assert_code(0);
        for part in [
            "snowgate audit CHG0030001 --out",
            "SERVICENOW_URL",
            "ADO_PAT",
            "Exit codes: 0 written",
        ] {
            assert!(ended.out.contains(part), "{part} not in {}", ended.out);
        }
    }
    let ended = snowgate(&[]).run();
    ended.assert_code(1).assert_says("Usage: snowgate");
    assert_eq!(ended.out, "");
}

#[test]
fn nothing_is_listed_that_does_not_exist() {
    let help = snowgate(&["--help"]).run().out;
    for later in ["serve", "init", "hooks", "events"] {
        assert!(!help.contains(&format!("  {later}")), "{later}");
        snowgate(&[later])
            .run()
            .assert_code(1)
            .assert_says("unrecognized subcommand");
    }
}

#[test]
fn wrong_use_and_wrong_configuration_are_told_together() {
    let ended = snowgate(&["audit", "INC0010001", "--service", "shop"])
        .with("ADO_ORG", "contoso")
        .with("SERVICENOW_PASSWORD", "vault:kv/snow")
        .run();
    ended.assert_code(1);
    assert_eq!(ended.out, "");
    for part in [
        "'INC0010001': a change request number is CHG",
        "--service chooses among",
        "set the variable SERVICENOW_URL, the flag --servicenow-url or the key servicenow.url",
        "SERVICENOW_PASSWORD: vault: references belong to the service",
        "servicenow.password needs servicenow.user",
        "no way to sign in to Azure DevOps",
    ] {
        ended.assert_says(part);
    }
    assert_eq!(ended.err.matches("\n  - ").count(), 6, "{}", ended.err);
}

#[test]
fn a_secret_in_a_flag_is_refused_and_not_repeated() {
    let flags = [
        "--servicenow-password",
        "--servicenow-api-key",
        "--servicenow-token",
        "--servicenow-client-secret",
    ];
    for flag in flags {
        let ended = configured(&["audit", "CHG0030001", flag, "s3cr3t-in-a-flag"]).run();
        ended
            .assert_code(1)
            .assert_says(&format!("{flag}: a secret is not written into a flag"));
        assert!(!ended.err.contains("s3cr3t-in-a-flag"), "{}", ended.err);
    }
}

#[test]
fn a_flag_refers_to_a_variable_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, SECRET).unwrap();
    let by_file = format!("file:{}", file.display());
    for reference in ["env:ELSEWHERE", &by_file] {
        let ended = configured(&[
            "audit",
            "CHG0030001",
            "--format",
            "json",
            "--servicenow-password",
            reference,
        ])
        .without("SERVICENOW_PASSWORD")
        .with("ELSEWHERE", SECRET)
        .run();
        // The configuration is fine: what is missing is the instance.
        ended.assert_code(2);
        assert!(!ended.err.contains(SECRET) && !ended.command_line.contains(SECRET));
    }
}

#[test]
fn the_file_is_told_by_path_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snowgate.toml");
    std::fs::write(
        &path,
        format!("[servicenow]\npassword = '{SECRET}'\nurll = 'x'\n"),
    )
    .unwrap();
    let ended = configured(&["audit", "CHG0030001", "--config", path.to_str().unwrap()]).run();
    ended
        .assert_code(1)
        .assert_says("snowgate.toml, key servicenow.urll: there is no such key");
    std::fs::write(&path, format!("[servicenow]\npassword = {SECRET}\n")).unwrap();
    let ended = configured(&["audit", "CHG0030001", "--config", path.to_str().unwrap()]).run();
    ended
        .assert_code(1)
        .assert_says("snowgate.toml, line 2: this is not TOML");
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
}

#[test]
fn a_file_of_authorities_has_to_be_one() {
    let ended = configured(&["audit", "CHG0030001"])
        .with("SSL_CERT_FILE", "/nowhere/ca.pem")
        .run();
    ended
        .assert_code(1)
        .assert_says("could not read the certificate file /nowhere/ca.pem");
}

#[test]
fn foreign_words_do_not_act_on_a_terminal() {
    let ended = configured(&["audit", "\u{1b}[2JCHG0030001"]).run();
    ended.assert_code(1).assert_says("<U+001B>[2J");
    assert!(!ended.err.contains('\u{1b}'), "{}", ended.err);
}
