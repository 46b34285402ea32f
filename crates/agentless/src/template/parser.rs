//! Reads a template into parts, blocks inside blocks, their depth bounded.

use super::MAX_DEPTH;
use super::arguments::{self, Argument};
use super::handlers::{self, Form, Helper};

/// Why a template was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without its end, or with another one before it.
    #[error("`{{{{` at {at} is not closed")]
    Unclosed {
        /// Where, in bytes.
        at: usize,
    },
    /// Three braces that two close.
    #[error("`{{{{{{` at {at} is closed by two braces")]
    Braces {
        /// Where, in bytes.
        at: usize,
    },
    /// A block that goes on to the end of the text, which the server takes for its body without a word.
    #[error("the block `{name}` is never closed")]
    Open {
        /// The block.
        name: String,
    },
    /// An end that belongs to no block, or to another one.
    #[error("`{name}` closes no block")]
    Close {
        /// What it names.
        name: String,
    },
    /// `else` where no block can have one.
    #[error("an `else` belongs to no test")]
    Else,
    /// Blocks in blocks in blocks.
    #[error("blocks nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A block that makes a text, and has one inside too.
    #[error("the block `{name}` has to be empty")]
    Body {
        /// The block.
        name: String,
    },
    /// A helper that this interpreter does not know.
    #[error("no helper `{name}`")]
    Helper {
        /// Its name.
        name: String,
    },
    /// A helper that is known in another form only.
    #[error("the helper `{name}` is written {form}")]
    Form {
        /// Its name.
        name: String,
        /// How it is written.
        form: &'static str,
    },
    /// Too few or too many arguments.
    #[error("the helper `{name}` does not take {count} arguments")]
    Arguments {
        /// Its name.
        name: String,
        /// How many there were.
        count: usize,
    },
    /// An argument that cannot be read.
    #[error("no arguments: `{text}`")]
    Argument {
        /// The text.
        text: String,
    },
    /// A name that cannot be looked up.
    #[error("no name: `{name}`")]
    Name {
        /// The text.
        name: String,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Name {
        name: String,
        /// Two braces escape for HTML, three do not.
        escape: bool,
    },
    Call(Helper, Vec<Argument>),
    Block {
        test: Condition,
        body: Vec<Part>,
        otherwise: Option<Vec<Part>>,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// `{{#name}}`, or `{{^name}}` where it has to be empty.
    Name {
        name: String,
        empty: bool,
    },
    Helper(handlers::Test, Vec<Argument>),
}

/// A block whose end has not come.
struct Frame {
    /// What its end may name: the helper, or all that stood in the braces.
    ends: [String; 2],
    what: What,
    /// Parts before it, in the block around it.
    before: Vec<Part>,
    /// Its own parts up to an `else`.
    body: Option<Vec<Part>>,
}

enum What {
    Test(Condition),
    Make(handlers::Maker, Vec<Argument>),
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    frames: Vec<Frame>,
    names: Vec<String>,
}

pub(super) fn parse(text: &str) -> Result<(Vec<Part>, Vec<String>), TemplateError> {
    let mut reader = Reader::default();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['{', '}', '\\']).map(|next| at + next) {
        plain.push_str(&text[at..next]);
        let rest = &text[next..];
        if rest.starts_with("\\{{") || rest.starts_with("\\}}") {
            plain.push_str(&rest[1..3]);
            at = next + 3;
        } else if rest.starts_with("{{") {
            if !plain.is_empty() {
                reader.parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            at = next + reader.tag(rest, next)?;
        } else {
            plain.push_str(&rest[..1]);
            at = next + 1;
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() {
        reader.parts.push(Part::Text(plain));
    }
    match reader.frames.pop() {
        None => Ok((reader.parts, reader.names)),
        Some(frame) => {
            let [name, _] = frame.ends;
            Err(TemplateError::Open { name })
        }
    }
}

impl Reader {
    /// Reads what stands in braces at the beginning of `rest`; gives its length.
    fn tag(&mut self, rest: &str, at: usize) -> Result<usize, TemplateError> {
        let raw = rest.starts_with("{{{");
        let braces = if raw { 3 } else { 2 };
        let inside = &rest[braces..];
        let end = inside.find("}}").ok_or(TemplateError::Unclosed { at })?;
        if inside[..end].contains("{{") {
            return Err(TemplateError::Unclosed { at });
        }
        if raw && !inside[end..].starts_with("}}}") {
            return Err(TemplateError::Braces { at });
        }
        self.inside(&inside[..end], !raw)?;
        Ok(braces + end + braces)
    }

    fn inside(&mut self, text: &str, escape: bool) -> Result<(), TemplateError> {
        if let Some(name) = text.strip_prefix('/') {
            return self.close(name.trim());
        }
        if text.trim().eq_ignore_ascii_case("else") {
            return self.otherwise();
        }
        if let Some(opened) = text.strip_prefix('#') {
            return self.open(opened.trim());
        }
        if let Some(name) = text.strip_prefix('^') {
            let name = self.name(name.trim())?;
            let ends = [name.clone(), name.clone()];
            let what = What::Test(Condition::Name { name, empty: true });
            return self.push(ends, what);
        }
        let text = text.trim();
        let (word, arguments) = cut(text);
        if let Some(word) = word.strip_prefix('#') {
            let (helper, arguments) = self.helper(word, arguments, Form::Hash)?;
            self.parts.push(Part::Call(helper, arguments));
        } else if arguments.is_empty() {
            let name = self.name(text)?;
            self.parts.push(Part::Name { name, escape });
        } else {
            let (helper, arguments) = self.helper(word, arguments, Form::Plain)?;
            self.parts.push(Part::Call(helper, arguments));
        }
        Ok(())
    }

    fn open(&mut self, text: &str) -> Result<(), TemplateError> {
        let (word, arguments) = cut(text);
        if arguments.is_empty() && handlers::named(word).next().is_none() {
            let name = self.name(text)?;
            let ends = [name.clone(), name.clone()];
            let what = What::Test(Condition::Name { name, empty: false });
            return self.push(ends, what);
        }
        let (helper, read) = self.helper(word, arguments, Form::Block)?;
        let what = match helper {
            Helper::Test(test) => What::Test(Condition::Helper(test, read)),
            Helper::Maker(maker) => What::Make(maker, read),
        };
        self.push([word.to_owned(), arguments.to_owned()], what)
    }

    fn push(&mut self, ends: [String; 2], what: What) -> Result<(), TemplateError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(TemplateError::TooDeep);
        }
        self.frames.push(Frame {
            ends,
            what,
            before: std::mem::take(&mut self.parts),
            body: None,
        });
        Ok(())
    }

    fn otherwise(&mut self) -> Result<(), TemplateError> {
        match self.frames.last_mut() {
            Some(frame) if frame.body.is_none() && matches!(frame.what, What::Test(_)) => {
                frame.body = Some(std::mem::take(&mut self.parts));
                Ok(())
            }
            _ => Err(TemplateError::Else),
        }
    }

    fn close(&mut self, name: &str) -> Result<(), TemplateError> {
        let wrong = || TemplateError::Close {
            name: name.to_owned(),
        };
        let frame = self.frames.pop().ok_or_else(wrong)?;
        if !frame.ends.iter().any(|end| end.eq_ignore_ascii_case(name)) {
            return Err(wrong());
        }
        let last = std::mem::replace(&mut self.parts, frame.before);
        self.parts.push(match frame.what {
            What::Test(test) => match frame.body {
                Some(body) => Part::Block {
                    test,
                    body,
                    otherwise: Some(last),
                },
                None => Part::Block {
                    test,
                    body: last,
                    otherwise: None,
                },
            },
            What::Make(maker, arguments) if last.is_empty() => {
                Part::Call(Helper::Maker(maker), arguments)
            }
            What::Make(..) => {
                let name = name.to_owned();
                return Err(TemplateError::Body { name });
            }
        });
        Ok(())
    }

    fn helper(
        &mut self,
        name: &str,
        arguments: &str,
        form: Form,
    ) -> Result<(Helper, Vec<Argument>), TemplateError> {
        let mut rows = handlers::named(name).peekable();
        let Some((_, known, ..)) = rows.peek() else {
            let name = name.to_owned();
            return Err(TemplateError::Helper { name });
        };
        let known = match known {
            Form::Block => "`{{#name ...}} ... {{/name}}`",
            Form::Hash => "`{{ #name ...}}`, with a blank before it",
            Form::Plain => "`{{name ...}}`",
        };
        let Some((name, _, helper, least, most)) = rows.find(|row| row.1 == form) else {
            let name = name.to_owned();
            return Err(TemplateError::Form { name, form: known });
        };
        let read = arguments::read(arguments)?;
        if !(*least..=*most).contains(&read.len()) {
            return Err(TemplateError::Arguments {
                name: (*name).to_owned(),
                count: read.len(),
            });
        }
        let named = read.iter().filter_map(|argument| match argument {
            Argument::Name(name) => Some(name.clone()),
            Argument::Literal(_) => None,
        });
        self.names.extend(named);
        Ok((*helper, read))
    }

    fn name(&mut self, text: &str) -> Result<String, TemplateError> {
        let name = arguments::name(text)?;
        self.names.push(name.clone());
        Ok(name)
    }
}

/// The first word, and what follows it.
fn cut(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}
