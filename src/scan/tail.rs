//! The end of a file, kept for formats that tell their whole at their end, and what it tells.

use super::facts::ContentFlags;
use memchr::memmem;

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

/// Whether a ZIP of `length` bytes that ends in `tail` is whole (APPNOTE 4.3.16): its end record is there and what it
/// points at lies before it.
pub(super) fn zip(tail: &[u8], length: u64) -> ContentFlags {
    let le = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let mut end = tail.len();
    while let Some(at) = memmem::rfind(&tail[..end], b"PK\x05\x06") {
        if let Some(record) = tail.get(at..at + 22) {
            let size = le(&record[12..16]);
            let offset = le(&record[16..20]);
            let comment = le(&record[20..22]);
            let place = length - (tail.len() - at) as u64;
            let zip64 = offset == 0xFFFF_FFFF || size == 0xFFFF_FFFF;
            let whole = place + 22 + comment <= length && (zip64 || offset + size <= place);
            if whole {
                return ContentFlags::empty();
            }
        }
        end = at;
    }
    ContentFlags::ZIP_TRUNCATED
}

/// Whether a PDF that ends in `tail` is whole (ISO 32000-1 §7.5.5): `startxref` and `%%EOF` stand near its end.
pub(super) fn pdf(tail: &[u8]) -> ContentFlags {
    let offset = || {
        let end = memmem::rfind(tail, b"%%EOF")?;
        let at = memmem::rfind(&tail[..end], b"startxref")?;
        let number = tail[at + 9..end].trim_ascii();
        // A linearized file has a first section that ends with the offset 0 (Annex F.3.3): it is not the end.
        (number != b"0").then_some(())
    };
    if offset().is_some() { ContentFlags::empty() } else { ContentFlags::PDF_TRUNCATED }
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

    #[test]
    fn pdf_ends() {
        assert_eq!(pdf(b"xref\nstartxref\n116\n%%EOF\n"), ContentFlags::empty());
        for cut in ["", "startxref\n116\n", "%%EOF", "startxref\n0\n%%EOF\n7 0 obj"] {
            assert_eq!(pdf(cut.as_bytes()), ContentFlags::PDF_TRUNCATED, "{cut}");
        }
    }

    #[test]
    fn zip_end_records() {
        let mut whole = b"PK\x03\x04entry".to_vec();
        let offset = whole.len() as u32;
        whole.extend(b"PK\x01\x02dir");
        let size = whole.len() as u32 - offset;
        whole.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        whole.extend(size.to_le_bytes());
        whole.extend(offset.to_le_bytes());
        whole.extend(b"\x02\0hi");
        assert_eq!(zip(&whole, whole.len() as u64), ContentFlags::empty());
        for cut in 0..whole.len() {
            assert_eq!(zip(&whole[..cut], cut as u64), ContentFlags::ZIP_TRUNCATED, "{cut}");
        }
        // The beginning is missing: the directory would have to lie before the file.
        assert_eq!(zip(&whole[offset as usize..], u64::from(size) + 24), ContentFlags::ZIP_TRUNCATED);
    }
}
