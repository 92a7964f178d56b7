//! The decoded content of one part: counted, its beginning looked at, and the whole given to who knows its format.

use super::ambiguity;
use super::base64;
use super::bytes::{keep_last, mark};
use super::charset;
use super::facts::{ContentFlags, DamageFlags, Part, TextFlags};
use super::formats::{self, Inspect, Report, crypto};
use super::mangled;
use super::names::{Encryption, Extension, FileKind, MediaType};
use super::sink::Sink;
use super::sniff::{self, HEAD};

/// Fewer NUL bytes than this are no file that went wrong.
const ZEROS: u64 = 64;

/// Takes the decoded bytes of one leaf part.
pub(super) struct Content {
    decoded: u64,
    head: Vec<u8>,
    inspector: Option<Box<dyn Inspect>>,
    /// What the head says was done to all of the file.
    mangled: DamageFlags,
    uris: Option<DataUris>,
    /// The head was nothing but NUL, and so is all since.
    zeros: bool,
    /// It is a text that programs show, in the charset it is said to be in.
    shown: bool,
    kind: Option<FileKind>,
    declared: MediaType,
    extension: Extension,
}

/// What is known when the part has ended.
pub(super) struct Seen {
    pub decoded: u64,
    pub kind: FileKind,
    pub flags: ContentFlags,
    pub text: TextFlags,
    pub report: Report,
    pub data_uri_bytes: u64,
    /// It begins with a header field that describes a part.
    pub field: bool,
    /// It is a file in base64.
    pub looks_base64: bool,
    /// Of the first bytes; tells copies of one file apart from others of the same size.
    pub digest: u64,
}

impl Content {
    /// `head` is an empty buffer, given back by [`finish`](Content::finish).
    pub fn new(part: &Part, head: Vec<u8>) -> Content {
        let html = part.declared == MediaType::TextHtml && part.extension == Extension::None;
        Content {
            decoded: 0,
            head,
            inspector: None,
            mangled: DamageFlags::empty(),
            uris: html.then(DataUris::default),
            zeros: false,
            shown: part.is_shown_text(),
            kind: None,
            declared: part.declared,
            extension: part.extension,
        }
    }

    /// Content that is only counted.
    pub fn only_counted(head: Vec<u8>) -> Content {
        Content { kind: Some(FileKind::Unknown), shown: false, ..Content::new(&Part::nothing(), head) }
    }

    /// The head is complete: decides what the file is, and who looks at it.
    fn judge_head(&mut self) {
        let kind = sniff::kind(&self.head);
        self.kind = Some(kind);
        self.mangled = mangled::damage(&self.head, kind);
        // Nothing in a file that was treated as text stands at its place any more.
        if self.mangled.is_empty() {
            let named = [self.extension.family(), self.declared.family()];
            let by_name = || named.into_iter().find_map(|named| formats::inspector_by_name(named, &self.head));
            let unclear = matches!(kind, FileKind::Unknown | FileKind::Text);
            self.inspector = if unclear { by_name() } else { None }.or_else(|| formats::inspector(kind));
        }
        if let Some(inspector) = &mut self.inspector {
            inspector.bytes(&self.head);
        }
        self.zeros = self.head.iter().all(|b| *b == 0);
    }

    /// The part has ended. Gives the buffer back.
    pub fn finish(mut self) -> (Seen, Vec<u8>) {
        if self.kind.is_none() {
            self.judge_head();
        }
        let kind = self.kind.unwrap_or(FileKind::Unknown);
        let mut flags = ContentFlags::empty();
        if self.zeros && self.decoded > ZEROS {
            flags |= ContentFlags::ALL_ZERO;
        }
        if sniff::late_magic(&self.head) {
            flags |= ContentFlags::MAGIC_NOT_AT_START;
        }
        let mut report = self.inspector.map(|mut inspector| inspector.report()).unwrap_or_default();
        if report.encryption == Encryption::No {
            report.encryption = crypto::encryption(self.declared, self.extension, &self.head);
        }
        report.damage |= self.mangled;
        let seen = Seen {
            decoded: self.decoded,
            kind: report.kind.unwrap_or(kind),
            flags,
            report,
            text: if self.shown { charset::examine(&self.head) } else { TextFlags::empty() },
            data_uri_bytes: self.uris.map_or(0, |u| u.bytes),
            field: ambiguity::begins_with_field(&self.head),
            looks_base64: kind == FileKind::Text && base64::is_file(&self.head),
            digest: mark(&self.head, |word| word),
        };
        self.head.clear();
        (seen, self.head)
    }
}

impl Part {
    /// Whether it is a text that programs show, not a file.
    fn is_shown_text(&self) -> bool {
        matches!(self.declared, MediaType::TextPlain | MediaType::TextHtml) && !self.attachment
    }
}

impl Sink for Content {
    #[inline]
    fn wants(&self, count: usize) -> bool {
        self.kind.is_none()
            || self.uris.is_some()
            || self.zeros
            || self.inspector.as_ref().is_some_and(|inspector| inspector.wants(count as u64))
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.decoded += bytes.len() as u64;
        let mut rest = bytes;
        if self.kind.is_none() {
            let (head, more) = rest.split_at(rest.len().min(HEAD - self.head.len()));
            self.head.extend_from_slice(head);
            rest = more;
            if self.head.len() == HEAD {
                self.judge_head();
            }
        }
        if let Some(inspector) = &mut self.inspector {
            inspector.bytes(rest);
        }
        if self.zeros {
            self.zeros = rest.iter().all(|b| *b == 0);
        }
        if let Some(uris) = &mut self.uris {
            uris.text(bytes);
        }
    }

    #[inline]
    fn skip(&mut self, count: u64) {
        self.decoded += count;
        if let Some(inspector) = &mut self.inspector {
            inspector.skip(count);
        }
    }
}

/// Counts the bytes of `data:` URIs in HTML (RFC 2397), however the text is cut.
#[derive(Default)]
struct DataUris {
    bytes: u64,
    /// The last four bytes.
    before: [u8; 4],
    inside: bool,
}

impl DataUris {
    fn text(&mut self, text: &[u8]) {
        let mut rest = text;
        loop {
            if self.inside {
                let end = rest.iter().position(|b| matches!(b, b'"' | b'\'' | b'<' | b'>' | b')' | b' '));
                self.bytes += end.unwrap_or(rest.len()) as u64;
                let Some(end) = end else { break };
                self.inside = false;
                rest = &rest[end..];
            }
            let Some(colon) = memchr::memchr(b':', rest) else { break };
            keep_last(&mut self.before, &rest[..colon]);
            self.inside = self.before.eq_ignore_ascii_case(b"data");
            keep_last(&mut self.before, b":");
            rest = &rest[colon + 1..];
        }
        if !self.inside {
            keep_last(&mut self.before, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_uris_are_counted_however_the_text_is_cut() {
        let html = b"<p>metadata: x</p><img src=\"data:image/png;base64,AAAA\"><a style='url(DATA:,bb)'>data:</a>";
        for step in 1..html.len() {
            let mut uris = DataUris::default();
            html.chunks(step).for_each(|c| uris.text(c));
            // `metadata: x` looks like one and ends at once.
            assert_eq!(uris.bytes, "image/png;base64,AAAA".len() as u64 + ",bb".len() as u64, "{step}");
        }
    }
}
