//! What the three sources come to, and what is said when they do not.

use std::collections::BTreeMap;
use std::path::Path;

use ::azure_devops::Auth as AzureAuth;
use ::servicenow::{Auth, Grant};

use super::*;

type Variables = BTreeMap<&'static str, &'static str>;

/// The variables of a quick start.
fn quick_start() -> Variables {
    BTreeMap::from([
        ("SERVICENOW_URL", "https://example.service-now.com"),
        ("SERVICENOW_USER", "svc.azure"),
        ("SERVICENOW_PASSWORD", "pass-w0rd"),
        ("ADO_ORG", "contoso"),
        ("ADO_PROJECT", "shop"),
        ("ADO_PAT", "pat-0123456789"),
    ])
}

fn with(more: &[(&'static str, &'static str)]) -> Variables {
    let mut variables = quick_start();
    variables.extend(more.iter().copied());
    variables
}

fn without(less: &[&str]) -> Variables {
    let mut variables = quick_start();
    variables.retain(|name, _| !less.contains(name));
    variables
}

fn read(variables: &Variables) -> Result<Config, Vec<String>> {
    Config::read(&Flags::default(), variables)
}

fn file(text: &str) -> (tempfile::TempDir, Flags) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snowgate.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Flags::of(Some(&path), &[]))
}

#[test]
fn the_quick_start_suffices() {
    let config = read(&quick_start()).unwrap();
    assert_eq!(
        config.servicenow.url.as_str(),
        "https://example.service-now.com/"
    );
    assert!(matches!(&config.servicenow.auth, Auth::Basic { user, .. } if user == "svc.azure"));
    let azure = config.azure_devops.unwrap();
    assert_eq!(azure.collection.as_str(), "https://dev.azure.com/contoso");
    assert!(matches!(azure.auth, AzureAuth::Pat(_)));
    assert_eq!(azure.project.as_deref(), Some("shop"));
    assert_eq!(config.notices, Vec::<String>::new());
    assert_eq!(config.secrets.len(), 2);
}

#[test]
fn azure_devops_may_be_left_out() {
    let config = read(&without(&["ADO_ORG", "ADO_PROJECT", "ADO_PAT"])).unwrap();
    assert!(config.azure_devops.is_none());
}

#[test]
fn the_organization_is_appended_unless_the_address_is_whole() {
    let table = [
        (
            Some("http://127.0.0.1:8080"),
            Some("contoso"),
            "http://127.0.0.1:8080/contoso",
        ),
        (
            Some("http://127.0.0.1:8080/"),
            Some("contoso"),
            "http://127.0.0.1:8080/contoso",
        ),
        (None, Some("contoso"), "https://dev.azure.com/contoso"),
        (
            Some("https://dev.azure.com/contoso"),
            Some("Contoso"),
            "https://dev.azure.com/contoso",
        ),
        (
            Some("https://dev.azure.com/contoso"),
            None,
            "https://dev.azure.com/contoso",
        ),
        (
            Some("https://contoso.visualstudio.com"),
            None,
            "https://contoso.visualstudio.com/",
        ),
        (
            Some("https://contoso.visualstudio.com"),
            Some("contoso"),
            "https://contoso.visualstudio.com/",
        ),
        (
            Some("https://tfs.example/tfs/Default Collection/"),
            None,
            "https://tfs.example/tfs/Default%20Collection/",
        ),
        (
            Some("https://tfs.example/tfs"),
            Some("Default"),
            "https://tfs.example/tfs/Default",
        ),
    ];
    for (url, organization, expected) in table {
        let mut variables = without(&["ADO_ORG"]);
        variables.extend(url.map(|url| ("ADO_URL", url)));
        variables.extend(organization.map(|name| ("ADO_ORG", name)));
        let config = read(&variables).unwrap();
        let collection = config.azure_devops.unwrap().collection;
        assert_eq!(collection.as_str(), expected, "{url:?} {organization:?}");
    }
}

#[test]
fn every_way_to_sign_in() {
    let servicenow: [(&[(&str, &str)], &str); 3] = [
        (&[("SERVICENOW_API_KEY", "k")], "ApiKey"),
        (&[("SERVICENOW_TOKEN", "t")], "Bearer"),
        (
            &[
                ("SERVICENOW_CLIENT_ID", "i"),
                ("SERVICENOW_CLIENT_SECRET", "s"),
            ],
            "ClientCredentials",
        ),
    ];
    for (variables, expected) in servicenow {
        let mut all = without(&["SERVICENOW_USER", "SERVICENOW_PASSWORD"]);
        all.extend(variables.iter().copied());
        let name = match read(&all).unwrap().servicenow.auth {
            Auth::ApiKey(_) => "ApiKey",
            Auth::Bearer(_) => "Bearer",
            Auth::OAuth(Grant::ClientCredentials { .. }) => "ClientCredentials",
            other => panic!("{other:?}"),
        };
        assert_eq!(name, expected);
    }
    let mut principal = without(&["ADO_PAT"]);
    principal.extend([
        ("ADO_TENANT", "t"),
        ("ADO_CLIENT_ID", "i"),
        ("ADO_CLIENT_SECRET", "s"),
    ]);
    match read(&principal).unwrap().azure_devops.unwrap().auth {
        AzureAuth::ServicePrincipal(it) => {
            assert_eq!((it.tenant.as_str(), it.client_id.as_str()), ("t", "i"));
            assert_eq!(it.authority.as_str(), "https://login.microsoftonline.com/");
        }
        other => panic!("{other:?}"),
    }
    let mut token = without(&["ADO_PAT"]);
    token.extend([("ADO_TOKEN", "t")]);
    assert!(matches!(
        read(&token).unwrap().azure_devops.unwrap().auth,
        AzureAuth::Bearer(_)
    ));
}

#[test]
fn flags_beat_the_environment_beats_the_file() {
    let (_folder, flags) = file(
        "[servicenow]\nurl = 'https://file.example'\nuser = 'file'\n[azure_devops]\norganization = 'file'\nproject = 'file'",
    );
    let config = Config::read(&flags, &without(&["ADO_ORG", "SERVICENOW_URL"])).unwrap();
    assert_eq!(config.servicenow.url.as_str(), "https://file.example/");
    let azure = config.azure_devops.unwrap();
    assert_eq!(azure.collection.as_str(), "https://dev.azure.com/file");
    assert_eq!(azure.project.as_deref(), Some("shop"));

    let given = [("ado-project", "flag"), ("servicenow-token", "env:T")];
    let flags = Flags::of(flags.config.as_deref(), &given);
    let config = Config::read(&flags, &with(&[("T", "token")])).unwrap();
    assert_eq!(
        config.azure_devops.unwrap().project.as_deref(),
        Some("flag")
    );
    // The token in the flag wins over the password in the environment, which is no mistake then.
    assert!(matches!(config.servicenow.auth, Auth::Bearer(_)));
    assert_eq!(config.notices, Vec::<String>::new());
}

#[test]
fn secrets_of_the_file_are_sought_beside_it() {
    let (folder, flags) = file("[servicenow]\npassword = 'file:secrets/password'");
    std::fs::create_dir(folder.path().join("secrets")).unwrap();
    std::fs::write(folder.path().join("secrets/password"), "from the file\n").unwrap();
    let config = Config::read(&flags, &without(&["SERVICENOW_PASSWORD"])).unwrap();
    let Auth::Basic { password, .. } = config.servicenow.auth else {
        panic!("a password signs in by Basic");
    };
    assert_eq!(password.expose(), "from the file");
}

#[test]
fn all_problems_come_together_each_with_its_place() {
    let (_folder, flags) = file(
        "[servicenow]\nuser = 7\npasword = 's3cret-one'\n[azure_devops]\nurl = 'ftp://host'\nproject = 'a/b'\n[redis]\n",
    );
    let variables = BTreeMap::from([
        (
            "SERVICENOW_URL",
            "https://u:s3cret-two@example.service-now.com",
        ),
        ("SERVICENOW_PASSWORD", "vault:kv/s3cret-three"),
        ("ADO_ORG", "a?b"),
    ]);
    let problems = Config::read(&flags, &variables).unwrap_err().join("\n");
    for expected in [
        "snowgate.toml, key servicenow.user: a text is expected, not integer",
        "snowgate.toml, key servicenow.pasword: there is no such key; [servicenow] has url, user, password",
        "snowgate.toml, [redis]: there is no such table; this version reads [servicenow], [azure_devops], [network]",
        "SERVICENOW_URL: the address holds a user name or password",
        "SERVICENOW_PASSWORD: vault: references belong to the service",
        "servicenow.password needs servicenow.user: set the variable SERVICENOW_USER",
        "snowgate.toml, key azure_devops.url: an address starts with https://",
        "snowgate.toml, key azure_devops.project: a project's name holds no slash",
        "no way to sign in to Azure DevOps is given: set one of the variables ADO_PAT, ADO_TOKEN, ADO_CLIENT_SECRET",
    ] {
        assert!(
            problems.contains(expected),
            "{expected}\nnot in\n{problems}"
        );
    }
    assert!(!problems.contains("s3cret"), "{problems}");
}

#[test]
fn each_single_problem() {
    let table: [(Variables, &str); 12] = [
        (
            without(&["SERVICENOW_URL"]),
            "set the variable SERVICENOW_URL, the flag --servicenow-url or the key servicenow.url",
        ),
        (
            with(&[("SERVICENOW_URL", "example")]),
            "SERVICENOW_URL: this is no address",
        ),
        (
            with(&[("SERVICENOW_URL", "https://h.example/?a=b")]),
            "SERVICENOW_URL: the address has a part after '?'",
        ),
        (
            without(&["SERVICENOW_PASSWORD"]),
            "no way to sign in to ServiceNow is given",
        ),
        (
            with(&[("SERVICENOW_API_KEY", "k")]),
            "SERVICENOW_PASSWORD, SERVICENOW_API_KEY: more than one way",
        ),
        (
            with(&[("SERVICENOW_PASSWORD", "env:NONE")]),
            "SERVICENOW_PASSWORD: refers to the environment variable NONE",
        ),
        (
            with(&[("ADO_PAT", "keyvault:x/y")]),
            "ADO_PAT: keyvault: references belong to the service",
        ),
        (
            with(&[("ADO_TOKEN", "t")]),
            "ADO_PAT, ADO_TOKEN: more than one way",
        ),
        (
            without(&["ADO_ORG"]),
            "no organization is named, and https://dev.azure.com/ alone is none",
        ),
        (
            with(&[("ADO_ORG", "a/b")]),
            "ADO_ORG: an organization's name holds no slash",
        ),
        (without(&["ADO_PAT"]), "no way to sign in to Azure DevOps"),
        (
            with(&[("HTTPS_PROXY", "socks5://h:1080")]),
            "HTTPS_PROXY: this is no http or https address",
        ),
    ];
    for (variables, expected) in table {
        let problems = read(&variables).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].contains(expected),
            "{expected} not in {problems:?}"
        );
    }
}

#[test]
fn what_is_not_wrong_but_worth_knowing() {
    let table = [
        (
            with(&[("SERVICENOW_CLIENT_ID", "i")]),
            "SERVICENOW_CLIENT_ID: not used, since SERVICENOW_PASSWORD says how to sign in",
        ),
        (
            with(&[("ADO_TENANT", "t")]),
            "ADO_TENANT: not used, since ADO_PAT says how to sign in",
        ),
        (
            with(&[("SERVICENOW_URL", "http://snow.example")]),
            "SERVICENOW_URL: the address is not https",
        ),
    ];
    for (variables, expected) in table {
        let notices = read(&variables).unwrap().notices;
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(
            notices[0].contains(expected),
            "{expected} not in {notices:?}"
        );
    }
}

#[test]
fn a_file_that_is_not_toml_is_told_by_line_and_without_its_text() {
    let (_folder, flags) = file("[servicenow]\nurl = 'https://h.example'\npassword = s3cret\n");
    let problems = Config::read(&flags, &quick_start()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("snowgate.toml, line 3: this is not TOML"),
        "{problems:?}"
    );
    assert!(!problems[0].contains("s3cret"), "{problems:?}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let flags = Flags::of(Some(Path::new("/nowhere/snowgate.toml")), &[]);
    let problems = Config::read(&flags, &quick_start()).unwrap_err();
    assert!(
        problems[0].contains("--config: /nowhere/snowgate.toml could not be read"),
        "{problems:?}"
    );
}

#[test]
fn the_proxy_is_for_https_and_knows_its_exceptions() {
    let variables = with(&[
        ("HTTPS_PROXY", "user:s3cret@proxy.example:3128"),
        ("NO_PROXY", "localhost, .corp.example"),
        ("SSL_CERT_FILE", "/etc/ca.pem"),
    ]);
    let network = read(&variables).unwrap().network;
    let proxy = network.proxy.unwrap();
    assert_eq!(proxy.url.as_str(), "http://user:s3cret@proxy.example:3128/");
    assert_eq!(proxy.bypass.len(), 3);
    assert_eq!(proxy.bypass[0], "^http://");
    assert_eq!(network.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
}

/// The list in the README is the list in the code, and so is its table of exit codes.
#[test]
fn the_readme_names_exactly_these_keys() {
    let readme = include_str!("../../README.md");
    let flag = |key: &keys::Key| {
        key.flag
            .map_or("-".to_owned(), |flag| format!("`--{flag}`"))
    };
    let expected: Vec<String> = keys::ALL
        .iter()
        .map(|key| {
            let help = key.help.split(" [default").next().unwrap_or_default();
            format!(
                "| {} | `{}` | `{}` | {help} |",
                flag(key),
                key.variable,
                key.name
            )
        })
        .collect();
    let told: Vec<&str> = readme
        .lines()
        .filter(|line| {
            line.starts_with('|')
                && keys::ALL.iter().any(|key| {
                    line.contains(key.name.split_once('.').unwrap().0) && line.contains('.')
                })
        })
        .filter(|line| line.matches('|').count() == 5)
        .collect();
    assert_eq!(told, expected);
}
