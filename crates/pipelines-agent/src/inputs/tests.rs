use super::*;

fn environment(value: &str) -> Environment {
    Environment::from_map([
        ("INPUT_X", value),
        ("BUILD_BUILDID", "7"),
        ("BUILD_SOURCESDIRECTORY", "/agent/1/s"),
    ])
}

fn read<T>(value: &str, reader: impl Fn(&mut Inputs<'_>) -> T) -> (T, Vec<String>) {
    let environment = environment(value);
    let mut inputs = Inputs::new(&environment);
    let read = reader(&mut inputs);
    (
        read,
        inputs.problems.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn text_is_trimmed_and_empty_is_unset() {
    assert_eq!(
        read(" a b\n", |i| i.text("x")),
        (Some("a b".to_owned()), vec![])
    );
    assert_eq!(read("  ", |i| i.text("x")), (None, vec![]));
    assert_eq!(read("v", |i| i.text("absent")), (None, vec![]));
}

#[test]
fn a_macro_without_a_variable_is_a_problem_that_names_it() {
    let (value, problems) = read("to $(Deploy.Target)", |i| i.text("x"));
    assert_eq!(value, None);
    assert_eq!(
        problems,
        [
            "input 'x': the variable 'Deploy.Target' did not exist when the step started; \
          define it, or mend the name inside $(...)"
        ]
    );
    // The first that is missing counts, not the first that is there.
    assert!(read("$(Build.BuildId) $(y)", |i| i.text("x")).1[0].contains("'y'"));
    for fine in [
        "$(Build.BuildId)",
        "$(date +%s)",
        "$(",
        "$()",
        "costs $5 (net)",
    ] {
        assert_eq!(
            read(fine, |i| i.text("x")),
            (Some(fine.to_owned()), vec![]),
            "{fine}"
        );
    }
    assert_eq!(
        read("sh $(pwd)", |i| i.free_text("x")),
        (Some("sh $(pwd)".to_owned()), vec![])
    );
}

#[test]
fn what_is_required_may_not_be_empty_and_is_told_once() {
    assert_eq!(
        read("", |i| i.required("x")),
        (
            None,
            vec!["input 'x': it is required and empty; give it a value".to_owned()]
        )
    );
    let (_, problems) = read("$(nope)", |i| (i.required("x"), i.required("x")));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(
        read("v", |i| i.required("x")),
        (Some("v".to_owned()), vec![])
    );
}

#[test]
fn an_empty_path_is_the_sources_folder_and_unset() {
    assert_eq!(read("/agent/1/s/", |i| i.file("x")).0, None);
    assert_eq!(
        read("/agent/1/s/a.yml", |i| i.file("x")).0,
        Some(PathBuf::from("/agent/1/s/a.yml"))
    );
}

#[test]
fn flags_take_true_and_false_only() {
    for (value, expected) in [("True", true), ("FALSE", false), ("", true)] {
        assert_eq!(
            read(value, |i| i.flag("x", true)),
            (expected, vec![]),
            "{value}"
        );
    }
    let (value, problems) = read("yes", |i| i.flag("x", true));
    assert!(value);
    assert_eq!(
        problems,
        ["input 'x': 'yes' is not an accepted word; use one of: true, false"]
    );
}

#[test]
fn choices_compare_without_case_and_list_the_words() {
    let words = [("wait", 1), ("fail", 2)];
    assert_eq!(read("FAIL", |i| i.choice("x", &words, 0)), (2, vec![]));
    assert_eq!(read("", |i| i.choice("x", &words, 0)), (0, vec![]));
    let (value, problems) = read("ignore", |i| i.choice("x", &words, 9));
    assert_eq!(value, 9);
    assert!(
        problems[0].contains("'ignore'") && problems[0].contains("wait, fail"),
        "{problems:?}"
    );
}

#[test]
fn numbers_keep_their_bounds() {
    for (value, expected) in [("2", 2), ("10", 10), ("-0", 0), ("", 5)] {
        assert_eq!(
            read(value, |i| i.integer("x", 5, 0..=10)),
            (expected, vec![]),
            "{value}"
        );
    }
    for bad in [
        "11",
        "-1",
        "2.0",
        "1e1",
        "two",
        "0x2",
        "99999999999999999999",
    ] {
        let (value, problems) = read(bad, |i| i.integer("x", 5, 0..=10));
        assert_eq!((value, problems.len()), (5, 1), "{bad}");
        assert!(
            problems[0].contains(bad) && problems[0].contains("from 0 to 10"),
            "{problems:?}"
        );
    }
    for bad in [
        "nan", "inf", "1e1", "+1", "1,5", ".", "-", "--1", "1.2.3", "61",
    ] {
        let (value, problems) = read(bad, |i| i.decimal("x", 5.0, 0.0..=60.0));
        assert_eq!(
            (value.to_bits(), problems.len()),
            (5.0_f64.to_bits(), 1),
            "{bad}"
        );
    }
}

#[test]
fn times_may_be_parts_of_their_unit() {
    assert_eq!(
        read("0.5", |i| i.minutes("x", 120.0, 0.1..=60.0)),
        (Duration::from_secs(30), vec![])
    );
    assert_eq!(
        read("", |i| i.minutes("x", 120.0, 0.1..=60.0)),
        (Duration::from_secs(7200), vec![])
    );
    assert_eq!(
        read("2.5", |i| i.seconds("x", 15.0, 2.0..=60.0)),
        (Duration::from_millis(2500), vec![])
    );
    assert_eq!(read("1.9", |i| i.seconds("x", 15.0, 2.0..=60.0)).1.len(), 1);
    assert_eq!(
        read("99999999999999999999999", |i| i.seconds(
            "x",
            0.0,
            0.0..=f64::MAX
        ))
        .0,
        Duration::ZERO
    );
}

#[test]
fn a_long_value_is_shortened_in_the_message() {
    let (_, problems) = read(&format!("{}\nsecond", "ä".repeat(5000)), |i| {
        i.flag("x", true)
    });
    assert!(problems[0].len() < 300, "{}", problems[0].len());
    assert!(problems[0].contains("ä...'"), "{}", problems[0]);
}
