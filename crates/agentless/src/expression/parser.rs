//! Reads an expression into a tree whose depth is bounded.

use crate::json_path::{self, PathError};

use super::functions::Function;
use super::lexer::{self, Token};
use super::value::Value;
use super::{MAX_DEPTH, MAX_LENGTH};

/// Why an expression was not read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExpressionError {
    /// Nothing but blanks.
    #[error("an expression is empty")]
    Empty,
    /// Longer than the server reads.
    #[error("an expression has {length} characters, more than {MAX_LENGTH}")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
    /// Deeper than the server reads.
    #[error("an expression nests deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A character that begins nothing.
    #[error("unexpected `{character}` at {at}")]
    Character {
        /// The character.
        character: char,
        /// Where, in bytes.
        at: usize,
    },
    /// Something that begins like a number and is none.
    #[error("`{text}` at {at} is neither a number nor a version")]
    Number {
        /// The word.
        text: String,
        /// Where, in bytes.
        at: usize,
    },
    /// A quote or a bracket without its other half.
    #[error("`{what}` at {at} is not closed")]
    Unclosed {
        /// What was opened.
        what: &'static str,
        /// Where, in bytes.
        at: usize,
    },
    /// A piece in the wrong place.
    #[error("expected {expected} at {at}")]
    Expected {
        /// What could stand there.
        expected: &'static str,
        /// Where, in bytes.
        at: usize,
    },
    /// No function of pipelines or of server tasks.
    #[error("no function `{name}`")]
    Function {
        /// The name.
        name: String,
    },
    /// Too few or too many arguments.
    #[error("`{name}` does not take {count} arguments")]
    Arguments {
        /// The function.
        name: &'static str,
        /// How many there were.
        count: usize,
    },
    /// No value that a server task can look at.
    #[error("no value `{name}`: there are variables, taskInputs, root and response")]
    Name {
        /// The name.
        name: String,
    },
    /// Part of an answer that does not exist.
    #[error("`response` has statuscode, headers and content")]
    Response,
    /// A JSON path in quotes that is none.
    #[error(transparent)]
    Path(#[from] PathError),
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Literal(Value),
    Call(Function, Vec<Node>),
    Index(Box<Node>, Box<Node>),
    Variables,
    TaskInputs,
    Root,
    StatusCode,
    Headers,
    Content,
}

/// What an expression looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    pub(crate) variables: Vec<String>,
    pub(crate) inputs: Vec<String>,
    /// Whether it looks at what came back.
    pub(crate) answer: bool,
}

pub(super) fn parse(text: &str) -> Result<(Node, Uses), ExpressionError> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Err(ExpressionError::TooLong { length });
    }
    let mut parser = Parser {
        tokens: lexer::tokens(text)?,
        next: 0,
        end: text.len(),
        uses: Uses::default(),
    };
    if parser.tokens.is_empty() {
        return Err(ExpressionError::Empty);
    }
    let node = parser.value(0)?;
    match parser.take() {
        None => Ok((node, parser.uses)),
        Some((_, at)) => Err(ExpressionError::Expected {
            expected: "the end",
            at,
        }),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    end: usize,
    uses: Uses,
}

impl Parser {
    fn take(&mut self) -> Option<(Token, usize)> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    fn take_if(&mut self, wanted: &Token) -> bool {
        let found = self.tokens.get(self.next).is_some_and(|(t, _)| t == wanted);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &Token, expected: &'static str) -> Result<(), ExpressionError> {
        let at = self.place();
        if self.take_if(wanted) {
            return Ok(());
        }
        Err(ExpressionError::Expected { expected, at })
    }

    fn place(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(_, at)| *at)
    }

    /// A literal, a call or a named value, with what is taken out of it.
    fn value(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        if depth >= MAX_DEPTH {
            return Err(ExpressionError::TooDeep);
        }
        let at = self.place();
        let node = match self.take() {
            Some((Token::Literal(value), _)) => return Ok(Node::Literal(value)),
            Some((Token::Name(name), _)) if self.take_if(&Token::Open) => {
                self.call(&name, depth)?
            }
            Some((Token::Name(name), _)) => self.named(&name)?,
            _ => {
                let expected = "a value";
                return Err(ExpressionError::Expected { expected, at });
            }
        };
        self.taken_from(node, depth)
    }

    fn call(&mut self, name: &str, depth: usize) -> Result<Node, ExpressionError> {
        let function = Function::named(name).ok_or_else(|| ExpressionError::Function {
            name: name.to_owned(),
        })?;
        let mut arguments = Vec::new();
        if !self.take_if(&Token::Close) {
            loop {
                arguments.push(self.value(depth + 1)?);
                if !self.take_if(&Token::Comma) {
                    break;
                }
            }
            self.expect(&Token::Close, "`,` or `)`")?;
        }
        if !function.takes(arguments.len()) {
            return Err(ExpressionError::Arguments {
                name: function.name(),
                count: arguments.len(),
            });
        }
        if function == Function::JsonPath {
            self.uses.answer = true;
            if let Some(Node::Literal(Value::Text(path))) = arguments.first() {
                json_path::parse(path)?;
            }
        }
        Ok(Node::Call(function, arguments))
    }

    fn named(&mut self, name: &str) -> Result<Node, ExpressionError> {
        let node = match name.to_ascii_lowercase().as_str() {
            "variables" => Node::Variables,
            "taskinputs" => Node::TaskInputs,
            "root" => Node::Root,
            "response" => {
                self.uses.answer = true;
                return self.part_of_response();
            }
            _ => {
                let name = name.to_owned();
                return Err(ExpressionError::Name { name });
            }
        };
        self.uses.answer |= matches!(node, Node::Root);
        Ok(node)
    }

    fn part_of_response(&mut self) -> Result<Node, ExpressionError> {
        let Some(Node::Literal(Value::Text(part))) = self.index(0)? else {
            return Err(ExpressionError::Response);
        };
        match part.to_ascii_lowercase().as_str() {
            "statuscode" => Ok(Node::StatusCode),
            "headers" => Ok(Node::Headers),
            "content" => Ok(Node::Content),
            _ => Err(ExpressionError::Response),
        }
    }

    fn taken_from(&mut self, mut node: Node, depth: usize) -> Result<Node, ExpressionError> {
        let mut deep = depth;
        while let Some(index) = self.index(deep)? {
            deep += 1;
            if deep >= MAX_DEPTH {
                return Err(ExpressionError::TooDeep);
            }
            match (&node, &index) {
                (Node::Variables, Node::Literal(Value::Text(name))) => {
                    self.uses.variables.push(name.clone());
                }
                (Node::TaskInputs, Node::Literal(Value::Text(name))) => {
                    self.uses.inputs.push(name.clone());
                }
                _ => {}
            }
            node = Node::Index(Box::new(node), Box::new(index));
        }
        Ok(node)
    }

    /// `[...]` or `.name`, where one follows.
    fn index(&mut self, depth: usize) -> Result<Option<Node>, ExpressionError> {
        if self.take_if(&Token::OpenIndex) {
            let index = self.value(depth + 1)?;
            self.expect(&Token::CloseIndex, "`]`")?;
            return Ok(Some(index));
        }
        if !self.take_if(&Token::Dot) {
            return Ok(None);
        }
        let at = self.place();
        match self.take() {
            Some((Token::Name(name), _)) => Ok(Some(Node::Literal(Value::Text(name)))),
            _ => Err(ExpressionError::Expected {
                expected: "a property's name",
                at,
            }),
        }
    }
}
