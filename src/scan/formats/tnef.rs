//! TNEF, Outlook's winmail.dat ([MS-OXTNEF] 2.1): a chain of attributes behind a signature.

use super::steps::{End, Format, Next};
use super::{Report, le};
use crate::scan::facts::HoldsFlags;

/// Signature and key.
const SIGNATURE: usize = 6;
/// Level, then identifier and length before an attribute's data; the checksum behind it. Many programs get that wrong.
const LEVEL: usize = 1;
const BEFORE: usize = 8;
const CHECKSUM: u64 = 2;
/// Levels: the message, and an attachment.
const MESSAGE: u8 = 1;
const ATTACHMENT: u8 = 2;
/// Attributes of an attached file (2.1.3.4.3): its first one, and its content.
const ATTACH_REND_DATA: u64 = 0x9002;
const ATTACH_DATA: u64 = 0x800F;

/// Walks along the attributes.
#[derive(Default)]
pub(super) struct Tnef {
    begun: bool,
    /// Of the current attribute.
    level: u8,
    files: bool,
}

impl Format for Tnef {
    const FIRST: usize = SIGNATURE;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        match *piece {
            _ if !self.begun => {
                self.begun = true;
                Next::take(LEVEL)
            }
            [level @ (MESSAGE | ATTACHMENT)] => {
                self.level = level;
                Next::take(BEFORE)
            }
            [i1, i2, _, _, l1, l2, l3, l4] => {
                let id = le(&[i1, i2]);
                self.files |= self.level == ATTACHMENT && matches!(id, ATTACH_REND_DATA | ATTACH_DATA);
                self.level = 0;
                Next::Piece { skip: le(&[l1, l2, l3, l4]) + CHECKSUM, take: LEVEL }
            }
            // Something else behind the end.
            _ => Next::Done,
        }
    }

    fn report(&mut self, end: End) -> Report {
        let mut report = Report::truncated(end.done.is_none() && !(end.between && self.level == 0));
        report.holds.set(HoldsFlags::FILES, self.files);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn attribute(level: u8, id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
        let sum = data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        let length = (data.len() as u32).to_le_bytes();
        [&[level][..], &id.to_le_bytes(), &kind.to_le_bytes(), &length, data, &sum.to_le_bytes()].concat()
    }

    fn tnef(attributes: &[Vec<u8>]) -> Vec<u8> {
        [b"\x78\x9F\x3E\x22\x01\0", &attributes.concat()[..]].concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        let version = attribute(MESSAGE, 0x9006, 8, &[0, 0, 1, 0]);
        let rend = attribute(ATTACHMENT, ATTACH_REND_DATA as u16, 6, &[0; 14]);
        let data = attribute(ATTACHMENT, ATTACH_DATA as u16, 6, b"a file");
        let between = [6, 6 + version.len(), 6 + version.len() + rend.len()];
        let whole = tnef(&[version, rend, data]);
        assert_damage(FileKind::Tnef, &whole, DamageFlags::empty(), "whole");
        for cut in (4..whole.len()).filter(|cut| !between.contains(cut)) {
            assert_damage(FileKind::Tnef, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
        assert_damage(FileKind::Tnef, &[&whole[..], &[0; 99]].concat(), DamageFlags::empty(), "with more behind it");
        assert_damage(FileKind::Tnef, &[&whole[..], b"\n"].concat(), DamageFlags::empty(), "with a line end behind it");
        let huge = [&whole[..], &[1, 0, 0, 0, 0, 255, 255, 255, 255]].concat();
        assert_damage(FileKind::Tnef, &huge, DamageFlags::TRUNCATED, "longer than it is");
    }

    #[test]
    fn files_inside() {
        let text = attribute(MESSAGE, 0x800C, 2, b"Hello");
        let file = attribute(ATTACHMENT, ATTACH_DATA as u16, 6, b"a file");
        assert_eq!(inspect(FileKind::Tnef, &tnef(std::slice::from_ref(&text)), 7).holds, HoldsFlags::empty());
        assert_eq!(inspect(FileKind::Tnef, &tnef(&[text, file]), 7).holds, HoldsFlags::FILES);
    }
}
