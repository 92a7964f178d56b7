//! Where decoded bytes go.

/// Takes decoded bytes, or only their number where nobody looks at them.
pub(super) trait Sink {
    /// Whether any of the next `count` bytes is wanted itself.
    fn wants(&self, count: usize) -> bool;
    /// Takes decoded bytes; always allowed.
    fn bytes(&mut self, bytes: &[u8]);
    /// Takes a number of decoded bytes; allowed where [`wants`](Sink::wants) said that none of so many is wanted.
    fn skip(&mut self, count: u64);

    /// Takes decoded bytes that are there anyway.
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if self.wants(bytes.len()) {
            self.bytes(bytes);
        } else {
            self.skip(bytes.len() as u64);
        }
    }
}
