use proptest::prelude::*;
use serde_json::json;

use super::*;

fn values() -> Json {
    json!({
        "name": "O'Brien & <Söhne>",
        "empty": "",
        "no": "false",
        "off": false,
        "zero": 0,
        "type": "Normal",
        "quote": "a \"b\" \\ c\n",
        "offset": "2000",
        "list": ["a"],
        "result": { "count": 1000 },
        "headers": { "x-token": "t" },
        "endpoint": { "username": "svc", "password": "pä:ss" },
        "null": null,
    })
}

#[track_caller]
fn gives(rows: &[(&str, &str)]) {
    for (row, made) in rows {
        let template = Template::parse(row).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(template.render(&values()).as_deref(), Ok(*made), "{row}");
    }
}

#[test]
fn prints() {
    gives(&[
        ("plain { } $ text", "plain { } $ text"),
        ("{{name}}", "O&#39;Brien &amp; &lt;S&#246;hne&gt;"),
        ("{{{name}}}", "O'Brien & <Söhne>"),
        (
            "{{ name }}|{{{ type }}}",
            "O&#39;Brien &amp; &lt;S&#246;hne&gt;|Normal",
        ),
        ("{\"a\": {{{zero}}}}", "{\"a\": 0}"),
        (
            "{\"a\": {\"b\": \"{{type}}\"}}",
            "{\"a\": {\"b\": \"Normal\"}}",
        ),
        ("{{endpoint.username}}", "svc"),
        ("{{{headers.x-token}}}{{result.count}}", "t1000"),
        ("{{off}}{{null}}", "False"),
        ("\\{{name\\}}", "{{name}}"),
        ("a\\b}} c", "a\\b}} c"),
    ]);
}

#[test]
fn tests_keep_or_drop_their_block() {
    gives(&[
        ("{{#if name}}y{{/if}}", "y"),
        ("{{#if empty}}y{{else}}n{{/if}}", "n"),
        ("{{#IF no}}y{{/If}}", "y"),
        (
            "{{#if off}}y{{/if}}{{#if zero}}y{{/if}}{{#if gone}}y{{/if}}",
            "",
        ),
        (
            "{{#if name}}{{empty}}{{else}}printed nothing{{/if}}",
            "printed nothing",
        ),
        (
            "{{#unless empty}}y{{/unless}}{{#unless name}}n{{/unless}}",
            "y",
        ),
        ("{{#equals type 'normal'}}y{{else}}n{{/equals}}", "n"),
        ("{{#equals type 'normal' 1}}y{{/equals}}", "y"),
        ("{{#equals type \"Normal\"}}y{{/type \"Normal\"}}", "y"),
        ("{{#equals zero '0'}}y{{/equals}}", "y"),
        ("{{#equals null ''}}y{{else}}n{{/equals}}", "n"),
        ("{{#notEquals type 'x'}}y{{/notEquals}}", "y"),
        (
            "{{#and name type}}y{{/and}}{{#and name empty}}n{{/and}}",
            "y",
        ),
        ("{{#or empty type}}y{{/or}}{{#or empty off}}n{{/or}}", "y"),
        (
            "{{equals type 'Normal'}} {{notEquals type 'Normal'}}",
            "true false",
        ),
        ("{{#name}}y{{/name}}{{^name}}n{{/name}}", "y"),
        ("{{#gone}}y{{/gone}}{{^gone}}n{{/gone}}", "n"),
        ("{{{#headers.x-token}}}true{{{/headers.x-token}}}", "true"),
        (
            "{{#if name}}a{{#if type}}b{{/if}}c{{else}}d{{#if type}}e{{/if}}{{/if}}",
            "abc",
        ),
    ]);
}

#[test]
fn makers_make() {
    gives(&[
        (
            "{{{#uriDataEncode 1 name}}}{{{/uridataencode}}}.",
            "O%27Brien%20%26%20%3CS%C3%B6hne%3E.",
        ),
        (
            "{{#uriDataEncode 1 'a-_.~^'}}{{/uriDataEncode}}",
            "a-_.~%5E",
        ),
        (
            "Basic {{ #base64 endpoint.username \":\" endpoint.password }}",
            "Basic c3ZjOnDDpDpzcw==",
        ),
        ("{{add offset 1000}} {{add 1 -3}}", "3000 -2"),
        (
            "{{isEqualNumber result.count 1000}} {{isEqualNumber offset 1}}",
            "true false",
        ),
        (
            "{{{ #stringReplace '\"' '\\\\\\\"' quote }}}",
            "a \\\"b\\\" \\ c\n",
        ),
        ("{{{ #jsonEscape quote }}}", "a \\\"b\\\" \\\\ c\\n"),
        ("{{stringLower type}}", "normal"),
    ]);
    let made = |text: &str| Template::parse(text).unwrap().render(&values()).unwrap();
    let guid = made("{{#newGuid}}{{/newGuid}}");
    let parts: Vec<usize> = guid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{guid}");
    assert_ne!(guid, made("{{#newGuid}}{{/newGuid}}"));
}

#[test]
fn what_cannot_be_made_is_an_error() {
    let render = |text: &str| {
        Template::parse(text)
            .unwrap()
            .render(&values())
            .unwrap_err()
    };
    let missing = |name: &str| RenderError::Missing {
        name: name.to_owned(),
    };
    assert_eq!(render("{{gone}}"), missing("gone"));
    assert_eq!(render("{{Name}}"), missing("Name"));
    assert_eq!(render("{{endpoint.none}}"), missing("endpoint.none"));
    assert_eq!(render("{{name.more}}"), missing("name.more"));
    assert_eq!(render("{{#equals gone ''}}y{{/equals}}"), missing("gone"));
    assert_eq!(render("{{add gone 1}}"), missing("gone"));
    assert_eq!(
        render("{{list}}"),
        RenderError::NoText {
            name: "list".to_owned()
        }
    );
    assert_eq!(
        render("{{#list}}x{{/list}}"),
        RenderError::NoText {
            name: "list".to_owned()
        }
    );
    for text in [
        "{{add name 1}}",
        "{{add 9223372036854775807 1}}",
        "{{isEqualNumber empty 0}}",
        "{{#uriDataEncode 2 name}}{{/uriDataEncode}}",
        "{{ #base64 list }}",
        "{{ #stringReplace '' 'x' name }}",
    ] {
        assert!(matches!(render(text), RenderError::Unfit { .. }), "{text}");
    }
}

#[test]
fn refuses() {
    use TemplateError as E;
    let form = |name: &str, form| E::Form {
        name: name.to_owned(),
        form,
    };
    let name = |name: &str| E::Name {
        name: name.to_owned(),
    };
    let close = |name: &str| E::Close {
        name: name.to_owned(),
    };
    let argument = |text: &str| E::Argument {
        text: text.to_owned(),
    };
    let rows = [
        ("a {{name", E::Unclosed { at: 2 }),
        ("{{a {{b}}", E::Unclosed { at: 0 }),
        ("{{{name}}", E::Braces { at: 0 }),
        (
            "{{#if name}}x",
            E::Open {
                name: "if".to_owned(),
            },
        ),
        (
            "{{#newGuid}}-x",
            E::Open {
                name: "newGuid".to_owned(),
            },
        ),
        (
            "{{#newGuid}}x{{/newGuid}}",
            E::Body {
                name: "newGuid".to_owned(),
            },
        ),
        ("x{{/if}}", close("if")),
        ("{{#if a}}{{/unless}}", close("unless")),
        ("{{else}}", E::Else),
        ("{{#if a}}{{else}}{{else}}{{/if}}", E::Else),
        ("{{#uriDataEncode 1 a}}{{else}}{{/uriDataEncode}}", E::Else),
        (
            "{{#foo a}}{{/foo}}",
            E::Helper {
                name: "foo".to_owned(),
            },
        ),
        (
            "{{toDateTimeFormat a 'x'}}",
            E::Helper {
                name: "toDateTimeFormat".to_owned(),
            },
        ),
        (
            "{{ #foo a}}",
            E::Helper {
                name: "foo".to_owned(),
            },
        ),
        (
            "{{#base64 a}}",
            form("base64", "`{{ #name ...}}`, with a blank before it"),
        ),
        (
            "{{uriDataEncode 1 a}}",
            form("uriDataEncode", "`{{#name ...}} ... {{/name}}`"),
        ),
        ("{{ #add 1 2}}", form("add", "`{{name ...}}`")),
        (
            "{{add 1}}",
            E::Arguments {
                name: "add".to_owned(),
                count: 1,
            },
        ),
        (
            "{{#equals a}}{{/equals}}",
            E::Arguments {
                name: "equals".to_owned(),
                count: 1,
            },
        ),
        ("{{add 1 'a}}", argument("'a")),
        ("{{add 1 'a\\n'}}", argument("'a\\n'")),
        ("{{add 'a''b' 1}}", argument("'a''b' 1")),
        ("{{}}", name("")),
        ("{{../a}}", name("../a")),
        ("{{a..b}}", name("a..b")),
        (
            "{{! remark}}",
            E::Helper {
                name: "!".to_owned(),
            },
        ),
        (
            "{{> part}}",
            E::Helper {
                name: ">".to_owned(),
            },
        ),
        ("{{1a}}", name("1a")),
    ];
    for (row, error) in rows {
        assert_eq!(Template::parse(row).err(), Some(error), "{row}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        format!(
            "{}x{}",
            "{{#if name}}".repeat(depth),
            "{{/if}}".repeat(depth)
        )
    };
    let deepest = Template::parse(&nested(MAX_DEPTH)).unwrap();
    assert_eq!(deepest.render(&values()).as_deref(), Ok("x"));
    assert_eq!(
        Template::parse(&nested(MAX_DEPTH + 1)).err(),
        Some(TemplateError::TooDeep)
    );
    assert_eq!(
        Template::parse(&nested(100_000)).err(),
        Some(TemplateError::TooDeep)
    );
}

#[test]
fn names_are_noted() {
    let template =
        Template::parse("{{a}}{{#if b}}{{add c 1}}{{/if}}{{ #base64 d.e ':' }}{{^f}}{{/f}}");
    assert_eq!(template.unwrap().names(), ["a", "b", "c", "d.e", "f"]);
}

#[test]
fn macros_are_replaced_once() {
    let find = |name: &str| match name.to_lowercase().as_str() {
        "a" => Some("$(b)"),
        "b" => Some("B"),
        "my.name" => Some("x"),
        "with blank" => Some("y"),
        _ => None,
    };
    for (row, made) in [
        ("$(a)$(B)", "$(b)B"),
        ("$(My.Name)-$(with blank)", "x-y"),
        ("$(none) $() $(a $(b)", "$(none) $() $(a B"),
        ("$$(b)$((b))", "$B$((b))"),
        ("é$(b)é", "éBé"),
        ("$(a'b)", "$(a'b)"),
    ] {
        assert_eq!(macros::expand(row, find), made, "{row}");
    }
    assert_eq!(macros::names("$(a)x$(b.c)$(d"), ["a", "b.c"]);
}

/// Whole megabytes are read in no time to speak of: nothing looks back over what it has read.
#[test]
fn length_costs_its_length() {
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for piece in [
            "{{name}}",
            "{ ",
            "\\{{",
            "$(",
            "$(a",
            "{{#if a}}{{/if}}",
            "{{#if a}}x{{else}}y{{/if}}",
            "}}",
        ] {
            let text = piece.repeat(1 << 15);
            drop(Template::parse(&text));
            assert_eq!(macros::expand(&text, |_| None), text);
        }
        done.send(()).unwrap();
    });
    assert_eq!(
        wait.recv_timeout(std::time::Duration::from_secs(20)),
        Ok(())
    );
}

fn noise() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{{{",
            "}}}",
            "{{#if ",
            "{{/if}}",
            "{{else}}",
            "{{#equals ",
            "{{/equals}}",
            "{{ #base64 ",
            "{{add ",
            "{{name}}",
            "{{#name}}",
            "{{/name}}",
            "name",
            "'",
            "\"",
            "\\",
            " ",
            "1",
            "$(",
            ")",
            ".",
            "é",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn noise_never_panics(text in noise()) {
        drop(macros::expand(&text, |_| Some("x")));
        drop(macros::names(&text));
        if let Ok(template) = Template::parse(&text) {
            drop(template.render(&values()));
        }
    }

    #[test]
    fn text_without_braces_stays(text in "[^{}\\\\]{0,200}") {
        let template = Template::parse(&text).unwrap();
        prop_assert_eq!(template.render(&values()), Ok(text));
    }

    #[test]
    fn two_braces_leave_nothing_that_ends_a_quote(value in ".{0,100}") {
        let template = Template::parse("{{v}}").unwrap();
        let made = template.render(&json!({ "v": value })).unwrap();
        prop_assert!(!made.contains(['"', '\'', '<', '>']), "{}", made);
    }

    #[test]
    fn an_encoded_value_is_one_value_of_a_query(value in ".{0,100}") {
        let template = Template::parse("{{#uriDataEncode 1 v}}{{/uriDataEncode}}").unwrap();
        let made = template.render(&json!({ "v": value.clone() })).unwrap();
        let url = url::Url::parse(&format!("http://x/?q={made}")).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        // A plus sign is encoded, so that what reads it as a blank is not fooled.
        prop_assert_eq!(pairs, vec![("q".to_owned(), value)]);
    }
}
