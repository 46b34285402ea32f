//! Cuts an expression into its pieces.

use super::parser::ExpressionError;
use super::value::{Value, Version};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Literal(Value),
    Name(String),
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Dot,
}

/// All pieces with the place each begins at, in bytes.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ExpressionError> {
    let mut found: Vec<(Token, usize)> = Vec::new();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        let after_value = matches!(
            found.last(),
            Some((Token::Name(_) | Token::Close | Token::CloseIndex, _))
        );
        let (token, length) = match character {
            _ if character.is_whitespace() => {
                at += character.len_utf8();
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenIndex, 1),
            ']' => (Token::CloseIndex, 1),
            ',' => (Token::Comma, 1),
            '.' if after_value => (Token::Dot, 1),
            '\'' => quoted(rest, at)?,
            '-' | '.' | '0'..='9' => number(rest, at)?,
            'a'..='z' | 'A'..='Z' | '_' => name(rest),
            _ => return Err(ExpressionError::Character { character, at }),
        };
        found.push((token, at));
        at += length;
    }
    Ok(found)
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), ExpressionError> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((place, character)) = characters.next() {
        if character != '\'' {
            text.push(character);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Token::Literal(Value::Text(text)), place + 1));
        }
    }
    Err(ExpressionError::Unclosed { what: "'", at })
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), ExpressionError> {
    let ends = |c: char| c.is_whitespace() || "()[],".contains(c);
    let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let wrong = || ExpressionError::Number {
        text: word.to_owned(),
        at,
    };
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let plain = unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = if !plain {
        None
    } else if unsigned.matches('.').count() < 2 {
        word.parse().ok().map(Value::Number)
    } else {
        Version::parse(word).map(Value::Version)
    };
    Ok((Token::Literal(value.ok_or_else(wrong)?), word.len()))
}

fn name(rest: &str) -> (Token, usize) {
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let token = match word.to_ascii_lowercase().as_str() {
        "true" => Token::Literal(Value::Boolean(true)),
        "false" => Token::Literal(Value::Boolean(false)),
        "null" => Token::Literal(Value::Null),
        _ => Token::Name(word.to_owned()),
    };
    (token, word.len())
}
