//! Everything the simulated service holds in memory.

use jiff::Timestamp;
use serde_json::Value;

use crate::access::Access;
use crate::clock::{self, Clock};
use crate::faults::Plan;
use crate::ids::Ids;
use crate::options::Options;
use crate::organization::Organization;
use crate::plant;
use crate::recorder::Recorder;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    /// Without a trailing slash.
    pub(crate) base_url: String,
    /// Host of classic releases, the same as `base_url` unless separated.
    pub(crate) release_url: String,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    pub(crate) faults: Plan,
    pub(crate) recorder: Recorder,
    pub(crate) access: Access,
    pub(crate) org: Organization,
    /// The file the program was started with, for a reset.
    pub(crate) seed_file: Option<Value>,
}

impl World {
    /// The default world.
    pub(crate) fn new(options: Options, base_url: String, release_url: String) -> Self {
        let mut ids = Ids::new(options.seed);
        let clock = Clock::new(options.clock_start.as_deref(), options.clock_skew_seconds);
        let mut world = Self {
            access: Access::new(&mut ids),
            ids,
            clock,
            options,
            base_url,
            release_url,
            faults: Plan::default(),
            recorder: Recorder::default(),
            org: Organization::default(),
            seed_file: None,
        };
        plant::default_world(&mut world);
        world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn now_text(&self) -> String {
        clock::iso(self.now(), 7)
    }

    /// Address of the organization, without a trailing slash.
    pub(crate) fn collection(&self) -> String {
        format!("{}/{}", self.base_url, self.options.organization)
    }

    /// The same on the host of classic releases.
    pub(crate) fn release_collection(&self) -> String {
        format!("{}/{}", self.release_url, self.options.organization)
    }

    /// A moment as the service spells it.
    pub(crate) fn date(&self, text: &str) -> Value {
        if self.options.vary_fractions {
            return Value::String(clock::varied(text));
        }
        let moment = text.parse::<Timestamp>();
        Value::String(moment.map_or_else(|_| text.to_owned(), |m| clock::iso(m, 0)))
    }

    pub(crate) fn date_opt(&self, text: Option<&String>) -> Value {
        text.map_or(Value::Null, |text| self.date(text))
    }
}
