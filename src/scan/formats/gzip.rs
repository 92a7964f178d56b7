//! gzip (RFC 1952): told by its length and by the size it says at its end.

use super::{Inspect, Report, le};
use crate::scan::bytes::keep_last;

/// Header, an empty block, checksum and size.
const SHORTEST: u64 = 18;
/// Deflate packs no better than this.
const RATIO: u64 = 1032;

/// Keeps the last four bytes: how large the content is, modulo 4 GiB (§2.3.1).
#[derive(Default)]
pub(super) struct Gzip {
    length: u64,
    last: [u8; 4],
}

impl Inspect for Gzip {
    fn bytes(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        keep_last(&mut self.last, bytes);
    }

    fn report(&mut self) -> Report {
        // What stands where the size should be says more than that many bytes could hold: there is no end.
        let absurd = le(&self.last) > self.length.saturating_mul(RATIO);
        Report::truncated(self.length < SHORTEST || absurd)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_damage;
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    #[test]
    fn by_length_and_size() {
        // "hello" and a newline, stored.
        let whole = b"\x1F\x8B\x08\0\0\0\0\0\0\x03\x01\x06\0\xF9\xFFhello\n\x20\x30\x3A\x36\x06\0\0\0";
        assert_damage(FileKind::Gzip, whole, DamageFlags::empty(), "whole");
        for cut in [3, 17, 20, 22, whole.len() - 4, whole.len() - 3] {
            assert_damage(FileKind::Gzip, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
        let many = [&whole[..], whole, &[0; 512]].concat();
        assert_damage(FileKind::Gzip, &many, DamageFlags::empty(), "two members, and filled up");
    }
}
