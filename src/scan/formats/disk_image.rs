//! Disk images: ISO 9660 and UDF by the mark of their first volume descriptor, VHD and VHDX by their first bytes.

use super::Report;
use super::steps::{End, Format, Next};
use crate::scan::names::FileKind;

const MARKS: &[&[u8]] = &[b"conectix", b"vhdxfile"];
const MARK: usize = 8;
/// Behind sixteen sectors of 2,048 bytes and a type (ECMA-119 §8.1, ECMA-167 2/9.1).
const DESCRIPTOR: u64 = 16 * 2048 + 1;
const DESCRIPTORS: &[&[u8]] = &[b"CD001", b"BEA01"];

/// Looks at two places.
#[derive(Default)]
pub(super) struct DiskImage {
    found: bool,
}

impl Format for DiskImage {
    const FIRST: usize = MARK;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        let marks = if at == 0 { MARKS } else { DESCRIPTORS };
        self.found = marks.contains(&piece);
        if self.found || at > 0 { Next::Done } else { Next::Piece { skip: DESCRIPTOR - MARK as u64, take: 5 } }
    }

    fn report(&mut self, _end: End) -> Report {
        Report { kind: self.found.then_some(FileKind::DiskImage), ..Report::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::inspect;
    use super::*;

    #[test]
    fn by_their_marks() {
        let iso = |mark: &[u8]| [&[0; 32_769][..], mark, &[1; 5000]].concat();
        for (file, expected) in [
            (iso(b"CD001"), Some(FileKind::DiskImage)),
            (iso(b"BEA01"), Some(FileKind::DiskImage)),
            (iso(b"CD002"), None),
            (b"conectix and more".to_vec(), Some(FileKind::DiskImage)),
            (b"vhdxfileM".to_vec(), Some(FileKind::DiskImage)),
            (b"short".to_vec(), None),
            (vec![], None),
        ] {
            for step in [1, 7, 4096, 100_000] {
                assert_eq!(inspect(FileKind::Unknown, &file, step).kind, expected);
            }
        }
    }
}
