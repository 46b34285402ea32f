//! The functions and filters of these templates.
//!
//! Tera registers its own; those that multiply text are replaced by ones that stop at a bound, and `guard` lets
//! none through that is not listed here. None of them reads the environment, a file or a clock.

use std::sync::Arc;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::{Brake, TemplateFault};

/// Filters that a template may use. The HTML and XML ones are missing on purpose: the text is plain.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// Functions that a template may call.
pub(super) const FUNCTIONS: &[&str] = &["range", "throw"];

/// Tests that may follow `is`.
pub(super) const TESTS: &[&str] = &[
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// The largest value that may be kept or produced by one filter, in bytes of text plus some for each item.
const LARGEST_VALUE: usize = 512 * 1024;
/// The longest list that a function or filter makes.
const LONGEST_LIST: usize = 10_000;
/// Levels of lists and maps in one value. Dropping a value recurses once for each.
const DEEPEST_VALUE: usize = 32;

/// Puts the bounded functions and filters in place of Tera's.
pub(super) fn register(tera: &mut Tera, brake: &Arc<Brake>) {
    let for_rounds = Arc::clone(brake);
    tera.register_function(
        "__round",
        move |_: Kwargs, _: &State<'_>| -> TeraResult<&'static str> {
            if for_rounds.round() {
                Ok("")
            } else {
                Err(stopped())
            }
        },
    );
    let for_checks = Arc::clone(brake);
    tera.register_function(
        "__check",
        move |arguments: Kwargs, _: &State<'_>| -> TeraResult<&'static str> {
            let value = arguments.get::<Value>("value")?.unwrap_or_else(Value::none);
            if weight(&value, LARGEST_VALUE, DEEPEST_VALUE).is_none() {
                for_checks.stop(TemplateFault::TooLargeValue);
            }
            if for_checks.is_on() {
                Err(stopped())
            } else {
                Ok("")
            }
        },
    );
    tera.register_function("range", range);
    let growing = Growing(Arc::clone(brake));
    let (for_replace, for_indent, for_join, for_split) =
        (growing.clone(), growing.clone(), growing.clone(), growing);
    tera.register_filter(
        "replace",
        move |text: &str, arguments: Kwargs, _: &State<'_>| for_replace.replace(text, &arguments),
    );
    tera.register_filter(
        "indent",
        move |text: &str, arguments: Kwargs, _: &State<'_>| for_indent.indent(text, &arguments),
    );
    tera.register_filter(
        "join",
        move |items: &[Value], arguments: Kwargs, _: &State<'_>| for_join.join(items, &arguments),
    );
    tera.register_filter(
        "split",
        move |text: &str, arguments: Kwargs, _: &State<'_>| for_split.split(text, &arguments),
    );
}

fn stopped() -> Error {
    Error::message("stopped")
}

/// The value's size, or `None` where it is larger or deeper than allowed.
fn weight(value: &Value, most: usize, deepest: usize) -> Option<usize> {
    let mut total: usize = 32;
    let mut add = |more: usize| {
        total += more;
        total <= most
    };
    if let Some(text) = value.as_str() {
        return add(text.len()).then_some(total);
    }
    let deeper = deepest.checked_sub(1)?;
    if let Some(items) = value.as_array() {
        for item in items {
            let weight = weight(item, most, deeper)?;
            if !add(weight) {
                return None;
            }
        }
    } else if let Some(map) = value.as_map() {
        for (key, item) in map {
            let weight = weight(item, most, deeper)?;
            if !add(weight + key.as_str().map_or(16, str::len)) {
                return None;
            }
        }
    }
    Some(total)
}

/// `range(end=, start=, step_by=)`, with a bounded number of elements.
fn range(arguments: Kwargs, _: &State<'_>) -> TeraResult<Vec<i64>> {
    let start = arguments.get::<i64>("start")?.unwrap_or_default();
    let end = arguments.must_get::<i64>("end")?;
    let step = arguments.get::<i64>("step_by")?.unwrap_or(1);
    if step <= 0 || start > end {
        return Err(Error::message(
            "`range` counts upwards: `start` may not exceed `end`, `step_by` is at least 1",
        ));
    }
    let elements = (i128::from(end) - i128::from(start)).div_euclid(i128::from(step));
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    if elements >= i128::try_from(LONGEST_LIST).unwrap_or(i128::MAX) {
        return Err(Error::message(format!(
            "`range` makes at most {LONGEST_LIST} elements"
        )));
    }
    Ok((start..end).step_by(step).collect())
}

/// The filters whose result may be many times as long as what goes in.
#[derive(Clone)]
struct Growing(Arc<Brake>);

impl Growing {
    /// Fails where a result of this many bytes is too much, before it is made.
    fn fits(&self, bytes: Option<usize>) -> TeraResult<()> {
        if bytes.is_none_or(|bytes| bytes > LARGEST_VALUE) {
            self.0.stop(TemplateFault::TooLargeValue);
        }
        if self.0.is_on() {
            Err(stopped())
        } else {
            Ok(())
        }
    }

    fn replace(&self, text: &str, arguments: &Kwargs) -> TeraResult<String> {
        let from = arguments.must_get::<&str>("from")?;
        let to = arguments.must_get::<&str>("to")?;
        let found = text.matches(from).count();
        self.fits(
            found
                .checked_mul(to.len())
                .and_then(|more| more.checked_add(text.len())),
        )?;
        Ok(text.replace(from, to))
    }

    fn indent(&self, text: &str, arguments: &Kwargs) -> TeraResult<String> {
        let width = arguments.get::<usize>("width")?.unwrap_or(4);
        let first = arguments.get::<bool>("first")?.unwrap_or(false);
        let blank = arguments.get::<bool>("blank")?.unwrap_or(false);
        let lines = text.split('\n').count();
        self.fits(
            lines
                .checked_mul(width)
                .and_then(|more| more.checked_add(text.len())),
        )?;
        let indentation = " ".repeat(width);
        let mut indented = String::with_capacity(text.len() + lines * width);
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                indented.push('\n');
            }
            if (index > 0 || first) && (blank || !line.is_empty()) {
                indented.push_str(&indentation);
            }
            indented.push_str(line);
        }
        Ok(indented)
    }

    fn join(&self, items: &[Value], arguments: &Kwargs) -> TeraResult<String> {
        let separator = arguments.get::<&str>("sep")?.unwrap_or("");
        let separators = items.len().saturating_sub(1).checked_mul(separator.len());
        self.fits(separators)?;
        let mut joined = String::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                joined.push_str(separator);
            }
            joined.push_str(&item.to_string());
            self.fits(Some(joined.len()))?;
        }
        Ok(joined)
    }

    fn split(&self, text: &str, arguments: &Kwargs) -> TeraResult<Vec<Value>> {
        let pattern = arguments.must_get::<&str>("pat")?;
        if pattern.is_empty() {
            return Err(Error::message("`split` needs a `pat` that is not empty"));
        }
        let parts = text.matches(pattern).count();
        self.fits(if parts < LONGEST_LIST {
            Some(text.len())
        } else {
            None
        })?;
        Ok(text.split(pattern).map(Value::from).collect())
    }
}
