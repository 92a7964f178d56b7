//! A part that holds content: undoes its transfer encoding, and passes on what comes out.

use super::base64::Base64;
use super::bytes::mix;
use super::content::{Content, Seen};
use super::facts::CodingFlags;
use super::identity::Identity;
use super::lines::{LONGEST_LINE, Lines};
use super::names::{Encoding, FileKind};
use super::quoted_printable::QuotedPrintable;
use super::shared::{Shared, Slot};
use super::sink::Sink;
use super::stream::Stream;
use super::uuencode::Uuencode;

/// Bytes that are sampled of each [`STRIDE`] of the encoded body, to tell copies of a file from others of the same size.
const SAMPLE: u64 = 8;
const STRIDE: u64 = 4096;

/// A part whose body is being read.
pub(super) struct Leaf {
    slot: Slot,
    coder: Coder,
    target: Target,
    raw: u64,
    sample: u64,
}

enum Coder {
    Identity(Identity),
    Base64(Base64),
    QuotedPrintable(QuotedPrintable),
    Uuencode(Uuencode),
}

enum Target {
    Content(Content),
    /// A message whose transfer encoding hides it.
    Message(Box<Stream>),
}

/// The target together with what the whole scan shares.
struct Into<'a> {
    target: &'a mut Target,
    shared: &'a mut Shared,
}

impl Sink for Into<'_> {
    #[inline]
    fn wants(&self, count: usize) -> bool {
        match &*self.target {
            Target::Content(content) => content.wants(count),
            Target::Message(_) => true,
        }
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        match self.target {
            Target::Content(content) => content.bytes(bytes),
            Target::Message(stream) => stream.feed(self.shared, bytes),
        }
    }

    #[inline]
    fn skip(&mut self, count: u64) {
        if let Target::Content(content) = self.target {
            content.skip(count);
        }
    }
}

impl Leaf {
    /// Begins the body of the part in `slot`. `message` reads what comes out as a message of its own.
    pub fn new(slot: Slot, message: Option<Box<Stream>>, shared: &mut Shared) -> Leaf {
        let part = shared.part(slot);
        let coder = match part.encoding {
            Encoding::Base64 => Coder::Base64(Base64::new()),
            Encoding::QuotedPrintable => Coder::QuotedPrintable(QuotedPrintable::new()),
            Encoding::Uuencode => Coder::Uuencode(Uuencode::default()),
            encoding => Coder::Identity(Identity::new(encoding, part.declared.is_text())),
        };
        let target = match message {
            Some(stream) => Target::Message(stream),
            None => {
                let head = std::mem::take(&mut shared.head);
                Target::Content(match slot {
                    Slot::Listed(_) => Content::new(shared.part(slot), head),
                    Slot::Beyond => Content::only_counted(head),
                })
            }
        };
        Leaf { slot, coder, target, raw: 0, sample: 0 }
    }

    /// Takes the next piece of the body, in which no CRLF is cut.
    pub fn feed(&mut self, shared: &mut Shared, piece: &[u8]) {
        self.sample(piece);
        self.raw += piece.len() as u64;
        let mut sink = Into { target: &mut self.target, shared };
        match &mut self.coder {
            Coder::Identity(coder) => coder.feed(piece, &mut sink),
            Coder::Base64(coder) => coder.feed(piece, &mut sink),
            Coder::QuotedPrintable(coder) => coder.feed(piece, &mut sink),
            Coder::Uuencode(coder) => coder.feed(piece, &mut sink),
        }
    }

    /// Whether the body is base64, which has no dash.
    pub fn is_base64(&self) -> bool {
        matches!(self.coder, Coder::Base64(_))
    }

    /// Lines of the encoded body so far.
    pub fn lines(&self) -> &Lines {
        match &self.coder {
            Coder::Identity(coder) => &coder.lines,
            Coder::Base64(coder) => &coder.lines,
            Coder::QuotedPrintable(coder) => &coder.lines,
            Coder::Uuencode(coder) => &coder.lines,
        }
    }

    /// Folds a few bytes at fixed places of the encoded body into the sample, however it is cut.
    fn sample(&mut self, piece: &[u8]) {
        let end = self.raw + piece.len() as u64;
        let mut place = self.raw / STRIDE * STRIDE;
        while place < end {
            let sampled = place.saturating_sub(self.raw)..(place + SAMPLE).min(end).saturating_sub(self.raw);
            for byte in piece.get(sampled.start as usize..sampled.end as usize).unwrap_or_default() {
                self.sample = mix(self.sample, u64::from(*byte));
            }
            place += STRIDE;
        }
    }

    /// The body ends. `cut` says that the mail ends here although a boundary is open; the answer, that it ends in mid-group.
    /// `crlf` says that lines should end so.
    pub fn finish(mut self, shared: &mut Shared, cut: bool, crlf: bool) -> bool {
        let mut sink = Into { target: &mut self.target, shared };
        let mut coding = match &mut self.coder {
            Coder::Identity(coder) => coder.finish(),
            Coder::Base64(coder) => coder.finish(&mut sink, cut),
            Coder::QuotedPrintable(coder) => coder.finish(&mut sink),
            Coder::Uuencode(coder) => {
                coder.finish(&mut sink);
                CodingFlags::empty()
            }
        };
        let lines = *self.lines();
        coding.set(CodingFlags::LONG_LINE, lines.longest > LONGEST_LINE);
        coding.set(CodingFlags::BARE_CR, lines.bare_cr);
        coding.set(CodingFlags::MIXED_LINE_ENDS, crlf && lines.bare_lf > 0);
        let wire = self.raw + lines.bare_lf;
        let seen = match self.target {
            Target::Content(content) => {
                let (seen, head) = content.finish();
                shared.head = head;
                seen
            }
            Target::Message(stream) => {
                let decoded = stream.finish(shared, cut);
                let (flags, text, report) = Default::default();
                Seen {
                    decoded,
                    kind: FileKind::Message,
                    flags,
                    text,
                    report,
                    data_uri_bytes: 0,
                    field: false,
                    looks_base64: false,
                    digest: 0,
                }
            }
        };
        let part = shared.part(self.slot);
        if matches!(self.coder, Coder::Identity(_)) {
            coding.set(CodingFlags::LOOKS_BASE64, seen.looks_base64);
            part.note_fields(seen.field);
        }
        part.encoded_bytes = wire;
        part.decoded_bytes = seen.decoded;
        part.detected = seen.kind;
        part.content = seen.flags;
        part.text = seen.text;
        part.damage = seen.report.damage;
        part.encryption = seen.report.encryption;
        part.holds = seen.report.holds;
        part.data_uri_bytes = seen.data_uri_bytes;
        part.coding |= coding;
        if part.attachment && seen.decoded > 0 {
            shared.note_copy([seen.decoded, self.raw, seen.digest, self.sample]);
        }
        coding.contains(CodingFlags::BASE64_CUT)
    }
}
