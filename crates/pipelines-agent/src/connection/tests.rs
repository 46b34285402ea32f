use super::*;

const ID: &str = "3f0e5c2a-1b4d-4e6f-8a90-b1c2d3e4f506";

fn read(more: &[(&str, &str)], id: &str) -> Result<ServiceConnection, ConnectionError> {
    let named = more
        .iter()
        .map(|(name, value)| (name.replace("<id>", ID), (*value).to_owned()));
    ServiceConnection::read(&Environment::from_map(named), "serviceNowConnection", id)
}

fn address(url: &str) -> Result<String, ConnectionError> {
    read(&[("ENDPOINT_URL_<id>", url)], ID).map(|connection| connection.url.to_string())
}

#[test]
fn json_and_single_entries_are_read_as_one() {
    let connection = read(
        &[
            ("ENDPOINT_URL_<id>", "https://x.example/"),
            (
                "ENDPOINT_AUTH_<id>",
                r#"{"parameters":{"clientId":"c","Empty":"","port":8},"scheme":"None"}"#,
            ),
            ("ENDPOINT_AUTH_SCHEME_<id>", "UsernamePassword"),
            (
                "ENDPOINT_AUTH_PARAMETER_<id>_CLIENTID",
                "mangled spelling of the same",
            ),
            ("ENDPOINT_AUTH_PARAMETER_<id>_PASSWORD", "pw"),
            ("ENDPOINT_DATA_<id>", r#"{"Region":"eu"}"#),
            ("ENDPOINT_DATA_<id>_ZONE", "1"),
            (
                "ENDPOINT_AUTH_PARAMETER_11111111-1b4d-4e6f-8a90-b1c2d3e4f506_PASSWORD",
                "of another",
            ),
        ],
        &ID.to_uppercase(),
    )
    .unwrap();
    assert_eq!(connection.scheme, "UsernamePassword");
    let parameters: Vec<_> = connection
        .parameters
        .iter()
        .map(|(key, value)| (key.as_str(), value.expose()))
        .collect();
    assert_eq!(
        parameters,
        [("clientid", "c"), ("password", "pw"), ("port", "8")]
    );
    assert_eq!(
        connection.parameter("Password").map(Secret::expose),
        Some("pw")
    );
    assert_eq!(
        connection.data,
        BTreeMap::from([("region".into(), "eu".into()), ("zone".into(), "1".into())])
    );
    assert!(!format!("{connection:?}").contains("pw"));
}

#[test]
fn the_address_keeps_its_prefix_and_ends_in_a_slash() {
    for (given, expected) in [
        ("https://x.example", "https://x.example/"),
        ("https://x.example/", "https://x.example/"),
        (" https://x.example/a/b ", "https://x.example/a/b/"),
        ("http://127.0.0.1:8080/a/", "http://127.0.0.1:8080/a/"),
    ] {
        assert_eq!(address(given).unwrap(), expected);
    }
    let base = Url::parse(&address("https://x.example/a").unwrap()).unwrap();
    assert_eq!(
        base.join("api/now").unwrap().as_str(),
        "https://x.example/a/api/now"
    );
}

#[test]
fn addresses_that_cannot_serve_are_refused_without_quoting_them() {
    for (given, part) in [
        ("x.example", "not a URL"),
        ("ftp://x.example/", "'ftp:'"),
        ("https://user:hidden@x.example/", "user name or password"),
        ("https://hidden@x.example/", "user name or password"),
        ("https://x.example/?hidden=1", "'?' or '#'"),
        ("https://x.example/#hidden", "'?' or '#'"),
    ] {
        let error = address(given).unwrap_err();
        assert!(error.to_string().contains(part), "{given}: {error}");
        assert!(!redact::chain(&error).contains("hidden"), "{error}");
    }
}

#[test]
fn a_missing_connection_names_the_input() {
    for id in [ID, "", "nobody"] {
        let error = read(&[("ENDPOINT_URL_other", "https://x.example")], id).unwrap_err();
        assert!(
            error.to_string().contains("'serviceNowConnection'"),
            "{error}"
        );
    }
    let several = read(
        &[("ENDPOINT_URL_<id>", "https://x.example")],
        &format!("{ID},{ID}"),
    )
    .unwrap_err();
    assert!(several.to_string().contains("more than one"), "{several}");
}

#[test]
fn broken_json_is_told_without_its_text() {
    for name in ["ENDPOINT_AUTH_<id>", "ENDPOINT_DATA_<id>"] {
        let error = read(
            &[
                ("ENDPOINT_URL_<id>", "https://x.example"),
                (name, r#"{"a":"hid den""#),
            ],
            ID,
        )
        .unwrap_err();
        assert!(!redact::chain(&error).contains("hid"), "{error}");
    }
    let bare = read(&[("ENDPOINT_URL_<id>", "https://x.example")], ID).unwrap();
    assert_eq!((bare.scheme.as_str(), bare.parameters.len()), ("None", 0));
}
