use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn masker(secrets: &[&str]) -> Masker {
    let masker = Masker::default();
    for secret in secrets {
        masker.add(&Secret::new(*secret));
    }
    masker
}

/// A foreign encoder's idea: everything but letters and digits, in the given case.
fn percent(text: &str, upper: bool) -> String {
    let escape = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
        _ if upper => format!("%{byte:02X}"),
        _ => format!("%{byte:02x}"),
    };
    text.as_bytes().iter().map(escape).collect()
}

fn json_utf16(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

#[test]
fn masks_each_way_of_writing_a_secret() {
    let secret = "pä$s/w \"o\\rd+&=%41\u{1f511}";
    let masker = masker(&[secret]);
    let json = serde_json::to_string(secret).unwrap();
    let forms = [
        secret.to_owned(),
        percent(secret, true),
        percent(secret, false),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        json[1..json.len() - 1].to_owned(),
        json_utf16(secret),
        json[1..json.len() - 1].replace('/', "\\/"),
        STANDARD.encode(secret),
        URL_SAFE.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        percent(&STANDARD.encode(secret), true),
    ];
    for form in forms {
        assert_eq!(masker.mask(&format!("<{form}>")), "<***>", "{form}");
        assert_eq!(masker.mask(&form), "***");
    }
}

#[test]
fn masks_a_secret_inside_encoded_text() {
    let masker = masker(&["open sesame!"]);
    for before in ["", "u:", "us:", "use:", "a longer user name:"] {
        let coded = STANDARD.encode(format!("{before}open sesame!and more"));
        let shown = masker.mask(&coded).into_owned();
        assert!(shown.contains(MASK), "{before}: {shown}");
        let left: String = shown.replace(MASK, "");
        assert!(
            left.len() <= coded.len() - 14,
            "{before}: too much is left in {shown}"
        );
    }
}

#[test]
fn leaves_other_text_alone_and_borrowed() {
    let masker = masker(&["sesame"]);
    for text in [
        "", "open", "Sesame", "sesam", "%", "%7", "\\", "\\u00", "é%C3",
    ] {
        assert!(matches!(masker.mask(text), Cow::Borrowed(same) if same == text));
    }
    assert!(matches!(
        Masker::default().mask("sesame"),
        Cow::Borrowed("sesame")
    ));
}

#[test]
fn short_secrets_are_whole_values_only() {
    let masker = masker(&["me", "é"]);
    let table = [
        ("some time", "some time"),
        ("me", "***"),
        (" me\n", " ***\n"),
        (
            r#"{"user":"me","name":"some"}"#,
            r#"{"user":"***","name":"some"}"#,
        ),
        (r#"["\u006de","\u00e9"]"#, r#"["***","***"]"#),
    ];
    for (text, shown) in table {
        assert_eq!(masker.mask(text), shown);
    }
}

#[test]
fn overlapping_secrets_leave_no_remainder() {
    let masker = masker(&["abcdef", "defghi", "abcdefxyz"]);
    let table = [
        ("-abcdefghi-", "-***-"),
        ("-abcdefxyz-", "-***-"),
        ("abcdef defghi", "*** ***"),
        ("abcdefabcdef", "***"),
    ];
    for (text, shown) in table {
        assert_eq!(masker.mask(text), shown);
    }
}

#[test]
fn a_key_is_masked_line_by_line() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\nAwEH\n-----END PRIVATE KEY-----\n";
    let masker = masker(&[key]);
    assert_eq!(masker.mask("x SM49AgEGCCqGSM49 y"), "x *** y");
    assert_eq!(masker.mask(key), "***");
    let crlf = key.replace('\n', "\r\n");
    let shown = masker.mask(&crlf);
    assert!(
        !shown.contains("MIGHAgEAMBMGByqG") && shown.contains("BEGIN"),
        "{shown}"
    );
}

#[test]
fn clones_share_and_nothing_is_shown() {
    let one = Masker::default();
    let other = one.clone();
    for secret in ["", "  ", "hunter22", "hunter22"] {
        other.add(&Secret::new(secret));
    }
    assert_eq!(one.mask("hunter22"), MASK);
    assert_eq!(format!("{one:?}"), "Masker { secrets: 1, .. }");
}

#[test]
fn a_run_of_escape_marks_is_no_match() {
    // Each of these bytes may begin every needle: the worst text there is.
    let masker = masker(&["correct horse battery", "staple and nail"]);
    let text = "%".repeat(1 << 12);
    assert!(matches!(masker.mask(&text), Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn no_secret_survives(
        secrets in proptest::collection::vec("[a-zA-Z0-9]{4,12}", 1..4),
        pieces in proptest::collection::vec((0usize..6, 0usize..4, "[ -~éß]{0,6}"), 0..12),
    ) {
        let masker = masker(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let mut text = String::new();
        for (form, which, filler) in pieces {
            let secret = &secrets[which % secrets.len()];
            text.push_str(&filler);
            text.push_str(&match form {
                0 => secret.clone(),
                1 => percent(secret, true),
                2 => STANDARD.encode(secret),
                3 => URL_SAFE_NO_PAD.encode(format!("{filler}:{secret}")),
                4 => json_utf16(secret),
                _ => String::new(),
            });
        }
        let shown = masker.mask(&text).into_owned();
        for secret in &secrets {
            prop_assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
            prop_assert!(!shown.contains(&STANDARD.encode(secret)[..secret.len()]), "{secret} as base64 in {shown}");
        }
    }

    #[test]
    fn any_secret_is_found_in_any_encoding(secret in "\\PC{4,20}", around in "[.;|]{0,5}") {
        prop_assume!(secret.trim().chars().count() >= 4 && !secret.contains("***"));
        let masker = masker(&[&secret]);
        let json = serde_json::to_string(&secret).unwrap();
        for form in [secret.clone(), percent(&secret, true), percent(&secret, false), json_utf16(&secret), json, STANDARD.encode(&secret)] {
            let text = format!("{around}{form}{around}");
            prop_assert!(!masker.mask(&text).contains(form.as_str()), "{text}");
        }
    }

    #[test]
    fn masking_never_panics_and_never_invents(text in "\\PC{0,80}", secret in "\\PC{1,8}") {
        let masker = masker(&[&secret]);
        let shown = masker.mask(&text);
        prop_assert_eq!(shown.contains(MASK) || *shown == *text, true);
    }
}

#[test]
fn masks_a_secret_as_pages_write_it() {
    let secret = "a<b>&\"c'd-e ü";
    let masker = masker(&[secret]);
    let numbered = |x: &str| -> String {
        secret
            .chars()
            .map(|c| match (c.is_ascii_punctuation(), x) {
                (false, _) => c.to_string(),
                (true, "x") => format!("&#x{:X};", u32::from(c)),
                (true, _) => format!("&#{};", u32::from(c)),
            })
            .collect()
    };
    let named = "a&lt;b&gt;&amp;&quot;c&apos;d-e ü".to_owned();
    for form in [numbered(""), numbered("x"), named] {
        assert_eq!(masker.mask(&format!("[{form}]")), "[***]", "{form}");
    }
    assert_eq!(
        masker.mask("a&lt;b and &#99999999;"),
        "a&lt;b and &#99999999;"
    );
}

#[test]
fn masks_what_a_cut_left_of_a_secret() {
    let secret = "s3cr3t/value with=sp%ce";
    let masker = masker(&[secret]);
    let forms = [
        secret.to_owned(),
        percent(secret, true),
        STANDARD.encode(secret),
        secret.replace('/', "\\/"),
        secret.replace('/', "&#47;"),
    ];
    for form in &forms {
        for length in 8..form.len() {
            for mark in ["...", " [... 12 more bytes]", "&#46;&#46;&#46;"] {
                let shown = masker
                    .mask(&format!("<{}{mark}", &form[..length]))
                    .into_owned();
                let kept = form.len().min(8);
                assert!(
                    !shown.contains(&form[..kept]),
                    "{form} cut at {length}: {shown}"
                );
                assert!(shown.ends_with(mark.trim_start()), "{shown}");
            }
        }
    }
    for text in ["s3cr3...", "s3cr3t/valve...", "s3cr3t/value", "wait..."] {
        assert_eq!(masker.mask(text), text);
    }
}
