//! The end of a file, kept for formats that tell there what they are made of.

/// A ZIP end record with the longest comment (22 + 65,535) and its ZIP64 locator (20).
pub(super) const TAIL: usize = 65_577;

/// The last [`TAIL`] bytes of a stream.
#[derive(Default)]
pub(super) struct Tail {
    ring: Vec<u8>,
    /// Where the oldest byte stands once the ring is full.
    start: usize,
}

impl Tail {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(TAIL)..];
        let room = TAIL - self.ring.len();
        let (fill, over) = bytes.split_at(room.min(bytes.len()));
        if !fill.is_empty() {
            if self.ring.capacity() < TAIL && self.ring.len() + fill.len() > self.ring.capacity() {
                // Small files need little; anything larger gets the whole at once, so that growing never holds two.
                let small = self.ring.len() + fill.len() <= TAIL / 8;
                let wanted = if small { TAIL / 8 } else { TAIL };
                self.ring.reserve_exact(wanted - self.ring.len());
            }
            self.ring.extend_from_slice(fill);
        }
        let mut over = over;
        while !over.is_empty() {
            let count = over.len().min(TAIL - self.start);
            self.ring[self.start..self.start + count].copy_from_slice(&over[..count]);
            self.start = (self.start + count) % TAIL;
            over = &over[count..];
        }
    }

    /// The kept bytes in their order.
    pub fn bytes(&mut self) -> &[u8] {
        self.ring.rotate_left(self.start);
        self.start = 0;
        &self.ring
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_however_it_comes() {
        let data: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        for length in [0, 1, 100, TAIL - 1, TAIL, TAIL + 1, 150_000, 200_000] {
            for step in [1, 57, 4096, 65_535, 200_000] {
                let mut tail = Tail::default();
                data[..length].chunks(step).for_each(|c| tail.push(c));
                assert_eq!(tail.bytes(), &data[length.saturating_sub(TAIL)..length], "{length} by {step}");
            }
        }
    }
}
