//! Each reader with what it takes and what it refuses.

use super::{Fallback, Inputs};
use crate::Environment;

#[test]
fn a_fallback_stands_in_only_for_an_empty_input_and_names_its_origin() {
    let environment = Environment::from_map([("INPUT_RISK", "high"), ("INPUT_POLLSECONDS", " ")]);
    let fallback = |value: &str| Fallback {
        value: value.to_owned(),
        origin: "servicenow.yml:4:7".to_owned(),
    };
    let mut inputs = Inputs::new(&environment).with_fallbacks(
        [("risk", "low"), ("pollSeconds", "often")]
            .map(|(name, value)| (name.to_owned(), fallback(value)))
            .into(),
    );
    assert_eq!(inputs.text("risk").as_deref(), Some("high"));
    assert_eq!(inputs.integer("pollSeconds", 15, 2..=60), 15);
    assert!(inputs.is_given("risk") && !inputs.is_given("pollSeconds"));
    let said = inputs.problems[0].to_string();
    assert!(
        said.contains("'often'") && said.contains("servicenow.yml:4:7"),
        "{said}"
    );
}
