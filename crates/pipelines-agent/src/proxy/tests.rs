use super::*;

fn read(more: &[(&str, &str)]) -> Result<Option<AgentProxy>, ProxyError> {
    AgentProxy::read(&Environment::from_map(more.iter().copied()))
}

#[test]
fn no_address_is_no_proxy() {
    assert!(read(&[("AGENT_PROXYUSERNAME", "u")]).unwrap().is_none());
    assert!(read(&[("AGENT_PROXYURL", "")]).unwrap().is_none());
}

#[test]
fn reads_everything_the_agent_was_told() {
    let proxy = read(&[
        ("AGENT_PROXYURL", "http://127.0.0.1:3128"),
        ("AGENT_PROXYUSERNAME", "u"),
        ("SECRET_AGENT_PROXYPASSWORD", "pw"),
        ("AGENT_PROXYBYPASSLIST", r#"["^https?://intern\\.example"]"#),
    ])
    .unwrap()
    .unwrap();
    assert_eq!(proxy.url.as_str(), "http://127.0.0.1:3128/");
    assert_eq!(proxy.username.as_deref(), Some("u"));
    assert_eq!(proxy.password.as_ref().map(Secret::expose), Some("pw"));
    assert_eq!(proxy.bypass, [r"^https?://intern\.example"]);
    assert!(!format!("{proxy:?}").contains("pw"));
}

#[test]
fn settings_that_cannot_be_read_are_errors() {
    for (more, part) in [
        (&[("AGENT_PROXYURL", "127.0.0.1:3128")][..], "not a URL"),
        (&[("AGENT_PROXYURL", "socks5://127.0.0.1")], "'socks5:'"),
        (
            &[("AGENT_PROXYURL", "http://u:p@127.0.0.1")],
            "--proxyusername",
        ),
        (
            &[
                ("AGENT_PROXYURL", "http://127.0.0.1"),
                ("AGENT_PROXYBYPASSLIST", "a,b"),
            ],
            "bypass list",
        ),
    ] {
        let error = read(more).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}
