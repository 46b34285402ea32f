//! YAML of a pipeline as plain data. Every scalar is text, as a step's input is.

use std::mem;

use anyhow::{Result, bail};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// Reads the one document of `text`. Anchors and tags, which pipelines know nothing of, and repeated keys are refused.
pub(super) fn read(text: &str) -> Result<Value> {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, place) = event?;
        if let Err(error) = builder.take(event) {
            bail!("line {}: {error}", place.start.line());
        }
    }
    Ok(builder.root.unwrap_or(Value::Null))
}

#[derive(Default)]
struct Builder {
    root: Option<Value>,
    open: Vec<Open>,
}

enum Open {
    List(Vec<Value>),
    /// With the key that waits for its value.
    Map(Map<String, Value>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<()> {
        match event {
            Event::Scalar(text, _, 0, None) => self.finish(Value::String(text.into_owned())),
            Event::SequenceStart(0, None) => {
                self.open.push(Open::List(Vec::new()));
                Ok(())
            }
            Event::MappingStart(0, None) => {
                self.open.push(Open::Map(Map::new(), None));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(items)) => self.finish(Value::Array(items)),
                Some(Open::Map(map, None)) => self.finish(Value::Object(map)),
                Some(Open::Map(_, Some(_))) | None => bail!("an end without its start"),
            },
            Event::DocumentStart(_) if self.root.is_some() => bail!("a second document"),
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => Ok(()),
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::MappingStart(..) => bail!("pipelines take no anchors, aliases and tags"),
        }
    }

    fn finish(&mut self, value: Value) -> Result<()> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(map, key)) => match (mem::take(key), value) {
                (Some(key), _) if map.contains_key(&key) => bail!("{key} stands here twice"),
                (Some(key), value) => {
                    map.insert(key, value);
                }
                (None, Value::String(name)) => *key = Some(name),
                (None, _) => bail!("a key that is no text"),
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn scalars_stay_text() {
        assert_eq!(
            read("steps:\n- a: 1\n  b: [true, x]\n- |\n  text\n").unwrap(),
            json!({ "steps": [{ "a": "1", "b": ["true", "x"] }, "text\n"] })
        );
        assert_eq!(read("# nothing\n").unwrap(), json!(null));
    }

    #[test]
    fn what_a_pipeline_would_not_take_is_refused_with_its_line() {
        for (text, says) in [
            ("a: 1\nb: 2\na: 3\n", "line 3: a stands here twice"),
            ("a: &x 1\n", "anchors"),
            ("a: !x 1\n", "tags"),
            ("a: 1\n---\nb: 2\n", "second document"),
            ("a: [1\nb: 2\n", "line"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
