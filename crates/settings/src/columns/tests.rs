use super::*;
use proptest::prelude::*;

fn good(text: &str) -> Vec<(String, String)> {
    field_map("additionalFields", text, Columns::Change)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .into_iter()
        .collect()
}

fn bad(text: &str) -> String {
    field_map("additionalFields", text, Columns::Change)
        .expect_err("problems")
        .to_string()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec()
}

#[test]
fn yaml_and_json_maps_are_read_and_values_stay_as_written() {
    let expected = pairs([
        ("u_cost", "1.10"),
        ("u_flag", "true"),
        ("u_none", ""),
        ("u_team", "A: B"),
    ]);
    assert_eq!(
        good("u_team: 'A: B'\nu_cost: 1.10\nu_flag: true\nu_none: ~\n"),
        expected
    );
    assert_eq!(
        good("{\"u_team\": \"A: B\", \"u_cost\": 1.10, \"u_flag\": true, \"u_none\": null}"),
        expected
    );
    assert_eq!(good(""), []);
    assert_eq!(good("  \n# nothing\n"), []);
    assert_eq!(good("u_note: |\n  a\n  b\n"), pairs([("u_note", "a\nb\n")]));
    assert_eq!(
        good("u_zip: 00123\nu_time: 12:30\n"),
        pairs([("u_time", "12:30"), ("u_zip", "00123")])
    );
}

#[test]
fn json_surrogates_are_joined_and_escaped_backslashes_left_alone() {
    assert_eq!(
        good(r#"{"u_a": "\ud83d\ude00 \u00e9 \\ud83d\\ude00"}"#),
        pairs([("u_a", r"😀 é \ud83d\ude00")])
    );
    assert!(bad(r#"{"u_a": "\ud83d"}"#).contains("additionalFields:1:"));
}

#[test]
fn everything_wrong_is_said_at_once_with_its_place() {
    let text = "u_ok: 1\nsys_id: x\napproval: approved\nU_Bad: 1\nu_list: [1]\nu_ok: 2\nstate: 3\n";
    let lines: Vec<String> = bad(text)
        .lines()
        .map(|line| line.chars().take(70).collect())
        .collect();
    assert_eq!(lines.len(), 6, "{lines:#?}");
    for (line, start) in lines.iter().zip([
        "additionalFields:2:1: column `sys_id` cannot be set here; columns that",
        "additionalFields:3:1: column `approval` cannot be set here; approval i",
        "additionalFields:4:1: `U_Bad` is not a column name; write the name fro",
        "additionalFields:5:9: column `u_list` holds a list; a column takes a s",
        "additionalFields:6:1: `u_ok` is written twice in this map, first at 1:",
        "additionalFields:7:1: column `state` cannot be set here; a change is m",
    ]) {
        assert_eq!(line, start);
    }
    assert!(
        bad("just text").contains(
            "additionalFields:1:1: `additionalFields` is `just text`, not a map of columns"
        )
    );
    assert!(bad("- a: 1").contains("is a list, not a map of columns"));
    assert!(bad("u_a: \"\\e[31m\"").contains("1:6: the value of column `u_a` does not fit"));
    let many: String = (0..=MOST).map(|n| format!("u_{n}: 1\n")).collect();
    assert!(bad(&many).contains("201 columns, more than 200"));
}

#[test]
fn a_custom_table_has_its_own_state() {
    let read = |text| field_map("deploymentFields", text, Columns::Custom);
    assert_eq!(read("state: 3").unwrap()["state"], "3");
    assert!(read("sys_created_on: x").is_err());
}

proptest! {
    #[test]
    fn json_round_trips(map in proptest::collection::btree_map("u_[a-z0-9_]{0,10}", "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}]{0,20}", 0..8)) {
        let text = serde_json::to_string(&map).unwrap();
        prop_assert_eq!(field_map("f", &text, Columns::Change).map_err(|p| p.to_string()), Ok(map.clone()));
        // As other writers do it: everything beyond ASCII escaped.
        let escaped: String = text.chars().map(|c| if c.is_ascii() { c.to_string() } else {
            c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }).collect();
        prop_assert_eq!(field_map("f", &escaped, Columns::Change).map_err(|p| p.to_string()), Ok(map));
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = field_map("f", &text, Columns::Change);
        let _ = field_map("f", &format!("{{{text}"), Columns::Custom);
    }
}
