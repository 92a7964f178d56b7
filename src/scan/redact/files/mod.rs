//! Files: their structure stays, their content goes.
//!
//! A format has a skeleton: the bytes that say how it is built. All others become a pattern that is the same for the same file, so that
//! copies stay copies. In a skeleton as well, words that are not of a format are covered.

mod archives;
mod documents;
mod media;
mod pictures;

use super::super::formats;
use super::super::names::{Family, FileKind};
use super::super::sniff::{self, HEAD};
use super::Cover;
use super::cover::{self, Key, With};
use super::fields;
use super::vocabulary::COMPONENTS;
use std::ops::Range;

/// What content becomes: no letter, no line end, no NUL, nothing that any format knows.
const PATTERN: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 14];
/// Bytes of the beginning that may have to stay for a format without a skeleton to be known again.
const BEGINNINGS: [usize; 3] = [16, 64, 512];
/// A longer run of bytes that a format looks at is content.
const SHORT: usize = 32;

/// A file in work.
struct File<'a> {
    from: Vec<u8>,
    to: &'a mut [u8],
    key: &'a Key,
    /// For texts.
    text: With<'a>,
}

/// Takes the content out of a file of this kind.
pub(super) fn skeleton(kind: FileKind, bytes: &mut [u8], cover: &Cover<'_>) {
    // It has none.
    if bytes.iter().all(|b| *b == 0) {
        return;
    }
    let mut file = File::without_content(bytes, cover);
    match kind {
        FileKind::Unknown if documents::is_ber(&file.from) => documents::der(&mut file),
        FileKind::Unknown | FileKind::Empty => {}
        FileKind::Bmp => pictures::bmp(&mut file),
        FileKind::Png => pictures::png(&mut file),
        FileKind::Jpeg => pictures::jpeg(&mut file),
        FileKind::Gif => pictures::gif(&mut file),
        FileKind::Tiff => pictures::tiff(&mut file),
        FileKind::Webp | FileKind::Wav | FileKind::Avi => media::riff(&mut file),
        FileKind::Mp4 | FileKind::M4a | FileKind::Mov | FileKind::Heif => media::boxes(&mut file),
        FileKind::Gzip => archives::gzip(&mut file),
        FileKind::Tar => archives::tar(&mut file),
        FileKind::SevenZip => archives::seven_zip(&mut file),
        FileKind::Rar => archives::rar(&mut file),
        FileKind::Pdf => documents::pdf(&mut file),
        FileKind::Tnef => documents::tnef(&mut file),
        FileKind::Der => documents::der(&mut file),
        FileKind::Pe => archives::program(&mut file),
        _ if kind.is_zip() => archives::zip(&mut file),
        _ if kind.family() == Family::Ole => documents::ole(&mut file),
        _ => {}
    }
    file.stay_what_it_is(kind);
}

/// Takes the content out of a file that was treated as text and became UTF-8: its mark and the lengths of its characters stay.
pub(super) fn mangled(kind: FileKind, bytes: &mut [u8], cover: &Cover<'_>) {
    let mut file = File::without_content(bytes, cover);
    let mut at = 0;
    for chunk in file.from.utf8_chunks() {
        for c in chunk.valid().chars() {
            let stands = match c {
                '\0'..='\x7F' => None,
                '\u{80}'..'\u{A0}' => Some('\u{81}'),
                '\u{A0}'..='\u{FF}' => Some('\u{E4}'),
                _ => Some(cover::of_its_kind(c)),
            };
            if let Some(stands) = stands.filter(|stands| stands.len_utf8() == c.len_utf8()) {
                stands.encode_utf8(&mut file.to[at..at + c.len_utf8()]);
            }
            at += c.len_utf8();
        }
        at += chunk.invalid().len();
    }
    file.keep(0..BEGINNINGS[0]);
    file.stay_what_it_is(kind);
}

impl<'a> File<'a> {
    /// With a pattern instead of all that is in it.
    fn without_content(bytes: &'a mut [u8], cover: &Cover<'a>) -> File<'a> {
        let from = bytes.to_vec();
        let hash = cover.key.hash(&from).to_le_bytes();
        let pattern = hash.map(|b| PATTERN[usize::from(b) % PATTERN.len()]);
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&pattern[..chunk.len()]));
        File { from, to: bytes, key: cover.key, text: cover.text }
    }

    /// Keeps these bytes, as far as there are so many, but for words that may be content.
    fn keep(&mut self, range: Range<usize>) {
        let end = range.end.min(self.from.len());
        if let (Some(to), Some(from)) = (self.to.get_mut(range.start..end), self.from.get(range.start..end)) {
            to.copy_from_slice(from);
            cover::scrub(to, self.key);
        }
    }

    /// Keeps words of four letters that stand side by side.
    fn keep_fours(&mut self, range: Range<usize>) {
        range.clone().step_by(4).for_each(|at| self.keep(at..range.end.min(at + 4)));
    }

    /// Writes bytes, as far as there is room.
    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(to) = self.to.get_mut(at..at.saturating_add(bytes.len())) {
            to.copy_from_slice(bytes);
        }
    }

    /// Keeps the shape of a name in an archive.
    fn path(&mut self, range: Range<usize>) {
        let end = range.end.min(self.from.len());
        let Some(to) = self.to.get_mut(range.start..end) else { return };
        to.copy_from_slice(&self.from[range.start..end]);
        for component in to.split_mut(|b| matches!(b, b'/' | b'\\')) {
            if !COMPONENTS.iter().any(|known| component == known.as_bytes()) {
                fields::file_name(component, None, self.key);
            }
        }
    }

    /// Writes the CRC-32 of a range, and another one if it was wrong.
    fn put_crc32(&mut self, at: usize, range: Range<usize>) {
        let (Some(from), Some(to)) = (self.from.get(range.clone()), self.to.get(range)) else { return };
        let right = self.le(at, 4) == Some(crc32fast::hash(from) as usize);
        let now = crc32fast::hash(to);
        self.put(at, &if right { now } else { !now }.to_le_bytes());
    }

    fn bytes(&self, at: usize, length: usize) -> Option<&[u8]> {
        self.from.get(at..at.checked_add(length)?)
    }

    fn be(&self, at: usize, length: usize) -> Option<usize> {
        let number = self.bytes(at, length)?.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        usize::try_from(number).ok()
    }

    fn le(&self, at: usize, length: usize) -> Option<usize> {
        let number = self.bytes(at, length)?.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
        usize::try_from(number).ok()
    }

    /// Keeps more, where what is there is not known again for what it was, or does not look as whole or damaged as before.
    fn stay_what_it_is(&mut self, kind: FileKind) {
        let head = |bytes: &[u8]| sniff::kind(&bytes[..bytes.len().min(HEAD)]);
        for length in BEGINNINGS {
            if head(self.to) == kind {
                break;
            }
            self.keep(0..length);
        }
        if reported(kind, self.to) != reported(kind, &self.from) {
            wanted(kind, &self.from).into_iter().filter(|run| run.len() <= SHORT).for_each(|run| self.keep(run));
        }
    }
}

/// What the format's inspector says of a file.
fn reported(kind: FileKind, bytes: &[u8]) -> Option<formats::Report> {
    let mut inspector = formats::inspector(kind)?;
    inspector.bytes(bytes);
    Some(inspector.report())
}

/// The bytes that the format's inspector wants to see. Others cannot change what it says.
fn wanted(kind: FileKind, bytes: &[u8]) -> Vec<Range<usize>> {
    let Some(mut inspector) = formats::inspector(kind) else { return Vec::new() };
    let mut wanted: Vec<Range<usize>> = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        if !inspector.wants(1) {
            inspector.skip(1);
            continue;
        }
        inspector.bytes(std::slice::from_ref(byte));
        match wanted.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => wanted.push(at..at + 1),
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn emptied(kind: FileKind, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        let key = Key::default();
        skeleton(kind, &mut out, &Cover { key: &key, text: With::Blank, layers: 0 });
        assert_eq!(sniff::kind(&out[..out.len().min(HEAD)]), sniff::kind(&bytes[..bytes.len().min(HEAD)]));
        out
    }

    #[test]
    fn copies_stay_copies_and_others_differ() {
        let key = Key::default();
        let emptied = |text: &[u8]| {
            let mut bytes = text.to_vec();
            skeleton(FileKind::Unknown, &mut bytes, &Cover { key: &key, text: With::Blank, layers: 0 });
            bytes
        };
        assert_eq!(emptied(b"\x01one file"), emptied(b"\x01one file"));
        assert!((0..64u8).any(|n| emptied(&[1, n, 3, 4, 5, 6, 7, 8]) != emptied(&[1, 2, 3, 4, 5, 6, 7, 8])));
        assert_eq!(emptied(&[0; 100]), [0; 100]);
    }

    #[test]
    fn a_program_keeps_its_head() {
        let mut program = [&b"MZ\x90\0"[..], &[0; 56], b"\x80\0\0\0", b"This program cannot be run", &[0; 38]].concat();
        program.extend(b"PE\0\0\x64\x86 secret words of the program");
        let out = emptied(FileKind::Pe, &program);
        assert!(!out.windows(6).any(|w| w == b"secret") && out.windows(4).any(|w| w == b"PE\0\0"));
    }
}
