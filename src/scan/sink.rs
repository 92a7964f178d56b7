//! Where decoded bytes go.

/// Takes decoded bytes, or only their number where nobody looks at them.
pub(super) trait Sink {
    /// Whether the bytes themselves are wanted.
    fn wants(&self) -> bool;
    /// Takes decoded bytes; always allowed.
    fn bytes(&mut self, bytes: &[u8]);
    /// Takes a number of decoded bytes; allowed while [`wants`](Sink::wants) is false.
    fn skip(&mut self, count: u64);
}
