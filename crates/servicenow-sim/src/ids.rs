//! Everything that looks random, from one seed: ids, row order, tokens. Two runs with the same options agree.

use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Ids {
    state: u64,
    counters: BTreeMap<String, u32>,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            counters: BTreeMap::new(),
        }
    }

    /// One step of splitmix64: small, well mixed, and good enough for a stand-in that guards nothing.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// 32 lower-case hex digits.
    pub(crate) fn sys_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    pub(crate) fn token(&mut self) -> String {
        format!("{}{}", self.sys_id(), self.sys_id())
    }

    /// The next number of a series: `CHG0030001`, `CHG0030002`, ...
    pub(crate) fn number(&mut self, prefix: &str) -> String {
        let counter = self.counters.entry(prefix.to_owned()).or_insert(30_000);
        *counter += 1;
        format!("{prefix}{counter:07}")
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let bound = end as u64 + 1;
            let pick = usize::try_from(self.next() % bound).unwrap_or(0);
            items.swap(end, pick);
        }
    }
}

/// An id that depends on names only, for seeded records and rules.
pub(crate) fn stable_id(table: &str, name: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in table.bytes().chain([0]).chain(name.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!(
        "{:016x}{:016x}",
        mix(hash),
        mix(hash.wrapping_add(0x9e37_79b9_7f4a_7c15))
    )
}

fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
