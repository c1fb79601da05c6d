//! Names by which a link reaches a row: the same in every report about the same setting.

use std::collections::HashMap;

use crate::io::stream::sha256;

/// Digits of the hash in a name.
const DIGITS: usize = 8;

/// Gives names, none of them twice.
#[derive(Default)]
pub(super) struct Anchors {
    given: HashMap<String, usize>,
}

impl Anchors {
    /// The name for a thing with this identity.
    pub(super) fn of(&mut self, identity: &str) -> String {
        let mut hash = sha256(identity.as_bytes());
        hash.truncate(DIGITS);
        let name = format!("s-{hash}");
        let times = self.given.entry(name.clone()).or_default();
        *times += 1;
        match *times {
            1 => name,
            times => format!("{name}-{times}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Anchors;

    #[test]
    fn a_name_is_given_once_and_is_the_same_in_every_report() {
        let mut anchors = Anchors::default();
        let first = anchors.of("/a");
        let other = anchors.of("/b");
        assert_ne!(first, other);
        assert_eq!(anchors.of("/a"), format!("{first}-2"));
        assert_eq!(Anchors::default().of("/a"), first);
    }
}
