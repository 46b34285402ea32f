//! Everything that looks random, from one seed. Two runs with the same options agree.

#[derive(Clone, Debug)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One step of splitmix64: small, well mixed, and good enough for a stand-in that guards nothing.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    pub(crate) fn guid(&mut self) -> String {
        hyphened(self.next(), self.next())
    }

    /// 52 characters, as an older personal access token has.
    pub(crate) fn token(&mut self) -> String {
        let digits = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut text = String::new();
        while text.len() < 52 {
            let word = self.next();
            for shift in 0..12 {
                let index = usize::try_from((word >> (shift * 5)) & 31).unwrap_or(0);
                text.push(char::from(digits[index]));
            }
        }
        text.truncate(52);
        text
    }
}

/// A GUID that depends on names only.
pub(crate) fn stable_guid(kind: &str, name: &str) -> String {
    let hash = hash(kind, name);
    hyphened(mix(hash), mix(hash.wrapping_add(0x9e37_79b9_7f4a_7c15)))
}

/// 40 hex digits that depend on names only, as a commit has.
pub(crate) fn stable_sha(kind: &str, name: &str) -> String {
    let hash = hash(kind, name);
    let text = format!(
        "{:016x}{:016x}{:016x}",
        mix(hash),
        mix(hash ^ 1),
        mix(hash ^ 2)
    );
    text[..40].to_owned()
}

fn hash(kind: &str, name: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in kind.bytes().chain([0]).chain(name.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

fn hyphened(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Whether the text is 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_ids_have_the_shape_of_real_ones() {
        let mut ids = Ids::new(1);
        assert!(is_guid(&ids.guid()) && is_guid(&stable_guid("a", "b")));
        assert_eq!(ids.token().len(), 52);
        assert_eq!(stable_sha("a", "b").len(), 40);
        assert!(!is_guid("Fabrikam Fiber"));
    }
}
