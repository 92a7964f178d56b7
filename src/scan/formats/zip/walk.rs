//! The way through a ZIP from its beginning: entry by entry, and then through the directory.
//!
//! It ends early where the size of an entry stands only behind its data (§4.3.9), as in what was written to a pipe.

use super::super::Report;
use super::super::steps::{End, Format, Next, PIECE};
use super::directory::{CENTRAL, Directory, LOCAL, Record, SIGNATURE};

/// Behind the signature of a data descriptor (§4.3.9).
const DESCRIPTOR: u64 = 12;
/// Enough of an XML file to know it.
const PEEK: usize = 5;

/// What is being read.
#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Signature,
    Local,
    Central,
    /// Name and extra fields.
    Text {
        central: bool,
    },
    /// The beginning of an entry that is not compressed.
    Content,
}

/// Walks along the entries.
#[derive(Default)]
pub(super) struct Walk {
    state: State,
    record: Record,
    /// By the local headers.
    pub files: Directory,
    central: Directory,
    /// Where the directory begins.
    pub directory_at: u64,
    /// It was seen up to its end.
    complete: bool,
    /// The first entry is `mimetype`, uncompressed.
    pub mimetype: bool,
    /// Whether an ODF's uncompressed text is XML.
    pub content_is_xml: Option<bool>,
    /// It begins as a ZIP does.
    pub begun: bool,
    /// It begins with a mark before the first entry, which may be counted or not.
    pub marked: bool,
    /// That is the mark of an archive in several pieces (§8.5.5).
    pub volume: bool,
}

impl Walk {
    /// The directory, if the walk got through it.
    pub fn directory(&self) -> Option<&Directory> {
        self.complete.then_some(&self.central)
    }

    fn signature(&mut self, at: u64, signature: &[u8]) -> Next {
        // The numbers of all records, none of which is in a text.
        self.begun |= matches!(signature, [b'P', b'K', 1..=7, _]);
        match signature {
            b"PK\x03\x04" => self.go(State::Local, 0, LOCAL),
            b"PK\x01\x02" => {
                if self.central.listing.entries == 0 {
                    self.directory_at = at;
                }
                self.go(State::Central, 0, CENTRAL)
            }
            b"PK\x05\x06" | b"PK\x06\x06" => {
                self.complete = true;
                Next::Done
            }
            b"PK\x07\x08" | b"PK00" if at == 0 => {
                self.marked = true;
                self.volume = signature != b"PK00";
                self.go(State::Signature, 0, SIGNATURE)
            }
            b"PK\x07\x08" => self.go(State::Signature, DESCRIPTOR, SIGNATURE),
            _ => Next::Done,
        }
    }

    fn go(&mut self, state: State, skip: u64, take: usize) -> Next {
        self.state = state;
        Next::Piece { skip, take }
    }

    /// A record was read: its name and extra fields come next.
    fn text_of(&mut self, record: Record, central: bool) -> Next {
        self.record = record;
        match (record.name + record.extra).min(PIECE) {
            0 => self.text(&[], central),
            length => self.go(State::Text { central }, 0, length),
        }
    }

    fn text(&mut self, text: &[u8], central: bool) -> Next {
        let over = (self.record.name + self.record.extra - text.len()) as u64;
        if central {
            self.central.add(self.record, text);
            return self.go(State::Signature, over + self.record.comment as u64, SIGNATURE);
        }
        let first = self.files.listing.entries == 0;
        let record = self.files.add(self.record, text);
        let name = &text[..text.len().min(record.name)];
        self.mimetype |= first && record.is_stored() && name == b"mimetype";
        let Some(size) = record.known_size(name) else { return Next::Done };
        if record.is_stored() && name == b"content.xml" && size >= PEEK as u64 {
            self.record = record;
            return self.go(State::Content, over, PEEK);
        }
        self.go(State::Signature, over.saturating_add(size), SIGNATURE)
    }
}

impl Format for Walk {
    const FIRST: usize = SIGNATURE;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        match self.state {
            State::Signature => self.signature(at, piece),
            State::Local => self.text_of(Record::local(piece), false),
            State::Central => self.text_of(Record::central(piece), true),
            State::Text { central } => self.text(piece, central),
            State::Content => {
                let begins = piece.starts_with(b"<") || piece.starts_with(b"\xEF\xBB\xBF<");
                self.content_is_xml = Some(begins && piece.iter().skip(3).all(u8::is_ascii_graphic));
                let left = self.record.known_size(b"").unwrap_or_default().saturating_sub(PEEK as u64);
                self.go(State::Signature, left, SIGNATURE)
            }
        }
    }

    /// The whole is told by who holds the end.
    fn report(&mut self, _end: End) -> Report {
        Report::default()
    }
}
