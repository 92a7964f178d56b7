//! The scanner: header fields and body chunks in, [`Facts`] out.
//!
//! Sans-I/O, streaming, total, bounded, linear. The only room in which bytes of a mail exist.

pub(crate) mod closed;
pub mod facts;
mod limits;
pub mod names;

pub use facts::{EnvelopeFacts, Facts, Part};
pub use limits::Limits;

/// Measures one mail. Call [`header`](Scanner::header) for each field, [`end_of_headers`](Scanner::end_of_headers),
/// [`body`](Scanner::body) for each chunk, [`finish`](Scanner::finish).
pub struct Scanner {
    facts: Facts,
}

impl Scanner {
    /// A scanner for one mail whose header block comes field by field, as a milter gets it.
    pub fn new(_limits: Limits, envelope: EnvelopeFacts) -> Scanner {
        Scanner { facts: Facts { envelope, ..Facts::default() } }
    }

    /// A scanner for one mail that comes as a stream of bytes, header block first, with LF or CRLF line ends: feed it with [`body`](Scanner::body) alone.
    pub fn for_stream(limits: Limits, envelope: EnvelopeFacts) -> Scanner {
        Scanner::new(limits, envelope)
    }

    /// Takes one header field of the message. `value` begins after the colon; folded lines are joined by LF or CRLF.
    pub fn header(&mut self, name: &[u8], value: &[u8]) {
        self.facts.header.fields += 1;
        self.facts.wire_bytes += (name.len() + value.len()) as u64;
    }

    /// The header block is complete.
    pub fn end_of_headers(&mut self) {}

    /// Takes the next bytes of the body, cut anywhere.
    pub fn body(&mut self, chunk: &[u8]) {
        self.facts.wire_bytes += chunk.len() as u64;
    }

    /// Ends the mail and gives what is known about it.
    pub fn finish(self) -> Facts {
        self.facts
    }
}
