//! The scanner: header fields and body chunks in, [`Facts`] out.
//!
//! Sans-I/O, streaming, total, bounded, linear. The only room in which bytes of a mail exist, and they don't leave it: see
//! [`facts`]. It never fails: what is broken in a mail is a flag in [`Facts`], and so is a bound that was reached ([`Limits`]).
//! However the body is cut into chunks, the facts are the same.
//!
//! ```text
//! Scanner -> stream (structure) -> entity, header, field, filename, address, date, received, words, ambiguity (header blocks)
//!                               -> boundary, outside (delimiters, preambles and epilogues)
//!                               -> leaf (bodies) -> base64, quoted_printable, identity, uuencode -> content -> sniff, mangled, formats
//! ```
//!
//! Beside it, for files: `mbox` cuts mailboxes into messages, [`redact`] covers a message for other people's eyes.

mod address;
mod ambiguity;
mod base64;
mod boundary;
mod bytes;
pub mod charset;
pub(crate) mod closed;
mod content;
mod date;
mod early;
mod entity;
pub mod facts;
mod field;
mod filename;
mod formats;
mod header;
mod identity;
mod leaf;
mod limits;
mod lines;
mod mangled;
pub(crate) mod mbox;
mod message_id;
pub mod names;
mod outside;
mod quoted_printable;
mod received;
pub mod redact;
#[cfg(test)]
mod reference;
mod shared;
mod sink;
mod sniff;
mod stream;
mod tail;
#[cfg(test)]
mod tests;
mod uuencode;
mod words;

pub(crate) use entity::MIME_FIELDS;
pub use facts::{EnvelopeFacts, Facts, Part};
pub use limits::Limits;

use shared::Shared;
use stream::{Outer, Stream};

/// Measures one mail.
///
/// As a milter gets it: [`new`](Scanner::new), then [`header`](Scanner::header) for each field,
/// [`end_of_headers`](Scanner::end_of_headers), [`body`](Scanner::body) for each chunk, [`finish`](Scanner::finish).
/// As a file has it: [`for_stream`](Scanner::for_stream), then `body` for each chunk, `finish`.
/// Calls in another order do no harm; they only give other facts.
pub struct Scanner {
    stream: Stream,
    shared: Shared,
}

impl Scanner {
    /// A scanner for one mail whose header block comes field by field.
    pub fn new(limits: Limits, envelope: EnvelopeFacts) -> Scanner {
        Scanner::for_stream(limits, envelope)
    }

    /// A scanner for one mail that comes as a stream of bytes, header block first, with LF or CRLF line ends.
    pub fn for_stream(limits: Limits, envelope: EnvelopeFacts) -> Scanner {
        let limits = Limits {
            depth: limits.depth.min(Limits::MAX_DEPTH),
            parts: limits.parts.min(Limits::MAX_PARTS),
            header_fields: limits.header_fields.min(Limits::MAX_HEADER_FIELDS),
        };
        Scanner { stream: Stream::new(Outer { slot: None, depth: 0 }), shared: Shared::new(limits, envelope) }
    }

    /// Takes one header field of the message. `value` is what stands after the colon, blank included; the lines of a folded value
    /// are joined by LF or CRLF.
    pub fn header(&mut self, name: &[u8], value: &[u8]) {
        self.stream.field(&mut self.shared, name, value);
    }

    /// The header block is complete.
    pub fn end_of_headers(&mut self) {
        self.stream.end_of_fields(&mut self.shared);
    }

    /// Takes the next bytes, cut anywhere.
    pub fn body(&mut self, chunk: &[u8]) {
        self.stream.feed(&mut self.shared, chunk);
    }

    /// Ends the mail and gives what is known about it.
    pub fn finish(self) -> Facts {
        let Scanner { stream, mut shared } = self;
        stream.finish(&mut shared, false);
        let mut facts = shared.facts;
        facts.wire_bytes = facts.header_bytes + facts.body_bytes;
        // What is attached to an attached message is part of that attachment.
        let attached = |p: &&Part| p.attachment && !p.structure.contains(facts::StructureFlags::IN_MESSAGE);
        let attachments = facts.parts.iter().filter(attached);
        (facts.attachments, facts.attachment_bytes) =
            attachments.fold((0, 0), |(count, bytes), part| (count + 1, bytes + part.decoded_bytes));
        facts
    }
}
