//! Text templates over the facts of a run, contained.
//!
//! Templates are Tera's language, cut down to values, conditions and loops: no template reaches a file, the
//! environment or another template, none writes endlessly, and none grows without bound. Three layers see to it:
//! `guard` refuses what is not needed before Tera sees the text and puts a check into every loop and assignment;
//! `functions` replaces the functions and filters that multiply text; and whatever does more than write and
//! compare facts is rendered on a thread of its own that is given up after a while.
//!
//! A thread cannot be killed. One that is given up is told to stop, which it notices at its next piece of output,
//! assignment or loop round; what it may do until then is bounded by the size of the template.

mod error;
mod functions;
mod guard;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tera::{Context, Tera};

pub use error::{TemplateError, TemplateFault};
use guard::Guarded;

/// The longest template, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
/// The most text that facts may hold, in bytes: an expression can repeat a fact some dozens of times.
const LARGEST_FACTS: usize = 256 * 1024;
/// Parsing recurses over nested expressions, to a depth that Tera bounds: the worst template of the tests needs less
/// than 256 KiB in an optimised build and less than 2 MiB in another, so that the caller's own stack will do as well.
const STACK: usize = 4 * 1024 * 1024;

/// How much a rendering may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most text, in bytes.
    pub output: usize,
    /// The most rounds of all loops together.
    pub rounds: usize,
    /// How long to wait for it.
    pub time: Duration,
}

impl Default for Limits {
    /// 64 KiB, 10,000 rounds, half a second.
    fn default() -> Self {
        Self {
            output: 64 * 1024,
            rounds: 10_000,
            time: Duration::from_millis(500),
        }
    }
}

/// Renders `text` over `facts`, a JSON object; `name` names the template in errors.
///
/// The result is plain text: nothing in it is escaped. The call blocks for at most `limits.time` and a little.
///
/// # Errors
///
/// Whatever is wrong with the template, with line and column where that is known; a name that the facts do not
/// have comes with the nearest that they do. No error holds more than a few words of the template.
pub fn render(
    name: &str,
    text: &str,
    facts: &serde_json::Value,
    limits: &Limits,
) -> Result<String, TemplateError> {
    let fail = |fault| TemplateError::new(name, None, fault);
    let guarded = guard(name, text)?;
    let Some(guarded) = guarded else {
        let fits = text.len() <= limits.output;
        return if fits {
            Ok(text.to_owned())
        } else {
            Err(fail(TemplateFault::TooMuchText(limits.output)))
        };
    };
    if !facts.is_object() || text_in(facts) > LARGEST_FACTS {
        return Err(fail(TemplateFault::Facts));
    }
    let context = Context::from_serialize(facts).map_err(|_| fail(TemplateFault::Facts))?;
    let brake = Arc::new(Brake::new(*limits));
    // Handing work to another thread costs more than a few facts do.
    let rendered = if guarded.quick {
        render_here(&guarded.text, &context, &brake).map_err(Failure::Tera)
    } else {
        on_a_thread(&guarded, context, &brake, limits.time)
    };
    match rendered {
        Ok(rendered) => Ok(rendered),
        Err(Failure::Fault(fault)) => Err(fail(fault)),
        Err(Failure::Tera(error)) => Err(match brake.fault() {
            Some(fault) => fail(fault),
            None => error::translate(name, text, &guarded, &error, facts),
        }),
    }
}

/// Finds what is wrong with a template without rendering it.
///
/// # Errors
///
/// As [`render`]; names of facts are not looked at.
pub fn check(name: &str, text: &str) -> Result<(), TemplateError> {
    let Some(guarded) = guard(name, text)? else {
        return Ok(());
    };
    let mut tera = Tera::default();
    functions::register(&mut tera, &Arc::new(Brake::new(Limits::default())));
    tera.add_raw_template("text", &guarded.text)
        .map_err(|error| error::translate(name, text, &guarded, &error, &serde_json::Value::Null))
}

/// The text as Tera may have it; `None` where it is plain text without any tag.
fn guard(name: &str, text: &str) -> Result<Option<Guarded>, TemplateError> {
    if text.len() > LONGEST {
        return Err(TemplateError::new(name, None, TemplateFault::TooLong));
    }
    if !["{{", "{%", "{#"].iter().any(|tag| text.contains(tag)) {
        return Ok(None);
    }
    guard::prepare(text).map(Some).map_err(|(offset, fault)| {
        TemplateError::new(name, Some(error::position(text, offset)), fault)
    })
}

fn text_in(facts: &serde_json::Value) -> usize {
    match facts {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(items) => items.iter().map(|item| 8 + text_in(item)).sum(),
        serde_json::Value::Object(map) => map
            .iter()
            .map(|(key, value)| key.len() + text_in(value))
            .sum(),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => 8,
    }
}

enum Failure {
    Fault(TemplateFault),
    Tera(tera::Error),
}

fn on_a_thread(
    guarded: &Guarded,
    context: Context,
    brake: &Arc<Brake>,
    time: Duration,
) -> Result<String, Failure> {
    let (sender, receiver) = mpsc::channel();
    let text = guarded.text.clone();
    let for_thread = Arc::clone(brake);
    let rendering = move || {
        // Nobody listens any more once the time is over.
        let _ = sender.send(render_here(&text, &context, &for_thread));
    };
    let started = thread::Builder::new()
        .name("template".to_owned())
        .stack_size(STACK)
        .spawn(rendering);
    if started.is_err() {
        return Err(Failure::Fault(TemplateFault::NoThread));
    }
    match receiver.recv_timeout(time) {
        Ok(rendered) => rendered.map_err(Failure::Tera),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            brake.stop(TemplateFault::TooSlow(time));
            Err(Failure::Fault(TemplateFault::TooSlow(time)))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Failure::Fault(TemplateFault::Crashed)),
    }
}

fn render_here(text: &str, context: &Context, brake: &Arc<Brake>) -> Result<String, tera::Error> {
    let mut tera = Tera::default();
    functions::register(&mut tera, brake);
    let mut output = Output {
        text: Vec::new(),
        brake,
    };
    tera.render_str_to(text, context, false, &mut output)?;
    Ok(String::from_utf8(output.text)?)
}

/// What a rendering and the one who waits for it share.
#[derive(Debug)]
struct Brake {
    limits: Limits,
    stopped: AtomicBool,
    rounds: AtomicUsize,
    fault: Mutex<Option<TemplateFault>>,
}

impl Brake {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            stopped: AtomicBool::new(false),
            rounds: AtomicUsize::new(0),
            fault: Mutex::new(None),
        }
    }

    /// Stops the rendering at its next check; the first reason counts.
    fn stop(&self, fault: TemplateFault) {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(fault);
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn fault(&self) -> Option<TemplateFault> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn is_on(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Counts one round of a loop; whether another one may follow.
    fn round(&self) -> bool {
        if self.rounds.fetch_add(1, Ordering::Relaxed) >= self.limits.rounds {
            self.stop(TemplateFault::TooManyRounds(self.limits.rounds));
        }
        !self.is_on()
    }
}

/// Where the text goes: refuses more than the limit, and everything once the brake is on.
struct Output<'b> {
    text: Vec<u8>,
    brake: &'b Brake,
}

impl io::Write for Output<'_> {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let limit = self.brake.limits.output;
        if self.text.len() + more.len() > limit {
            self.brake.stop(TemplateFault::TooMuchText(limit));
        }
        if self.brake.is_on() {
            return Err(io::Error::other("stopped"));
        }
        self.text.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
