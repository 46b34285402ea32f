//! What stands behind a helper's name: texts in quotes, numbers, words with a meaning, and names.

use serde_json::Value as Json;

use super::parser::TemplateError;

/// One argument of a helper.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Literal(Json),
    Name(String),
}

/// All arguments. Blanks separate them, outside of quotes.
pub(super) fn read(text: &str) -> Result<Vec<Argument>, TemplateError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (argument, after) = if first == '"' || first == '\'' {
            quoted(rest, first)?
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (word(&rest[..end])?, &rest[end..])
        };
        found.push(argument);
        if after.chars().next().is_some_and(|c| !c.is_whitespace()) {
            return Err(TemplateError::Argument {
                text: text.to_owned(),
            });
        }
        rest = after.trim_start();
    }
    Ok(found)
}

/// A quote and a backslash are escaped with a backslash, and nothing else is.
fn quoted(rest: &str, quote: char) -> Result<(Argument, &str), TemplateError> {
    let wrong = || TemplateError::Argument {
        text: rest.to_owned(),
    };
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((Argument::Literal(Json::String(text)), &rest[at + 1..]));
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
            _ => return Err(wrong()),
        }
    }
    Err(wrong())
}

fn word(word: &str) -> Result<Argument, TemplateError> {
    let literal = match word.to_ascii_lowercase().as_str() {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        "null" => Json::Null,
        _ => match word.parse::<i64>() {
            Ok(number) => Json::from(number),
            Err(_) => return Ok(Argument::Name(name(word)?)),
        },
    };
    Ok(Argument::Literal(literal))
}

/// A name, or names with points between them.
pub(super) fn name(text: &str) -> Result<String, TemplateError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let good = |part: &str| !part.is_empty() && part.chars().all(plain);
    if text.split('.').all(good) && !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Ok(text.to_owned());
    }
    Err(TemplateError::Name {
        name: text.to_owned(),
    })
}
