//! The header block of a message or part, line by line, and the part that follows from it.

use super::ambiguity;
use super::boundary::{ALL_BOUNDARIES, DELIMITER_LINE};
use super::bytes::{is_blank, without_line_end};
use super::charset::Charset;
use super::facts::{
    AmbiguityFlags, CodingFlags, ContentFlags, DamageFlags, Fields, HeaderFlags, HoldsFlags, LimitFlags, NameFlags,
    Part, StructureFlags, TextFlags,
};
use super::header::{self, Mark, MimeHeader};
use super::limits::Limits;
use super::names::{Disposition, Encoding, Encryption, Extension, Family, FileKind, MediaType};
use super::shared::{Shared, Slot};
use super::stream::{Kind, Open, Outer};

/// Bytes of the field buffer that are kept from one header block to the next.
pub(super) const FIELD_KEPT: usize = 4 * 1024;

/// Bytes of a header block without a field.
const EMPTY_LINE: u32 = 2;

/// Reads one header block (RFC 5322 §2.2), cut anywhere.
pub(super) struct HeaderReader {
    /// The message's own header block, not a part's or an attached message's.
    root: bool,
    /// It begins behind a delimiter, so that a delimiter instead of it means that there is no part.
    after_delimiter: bool,
    default: MediaType,
    mime: MimeHeader,
    fields: u32,
    /// Bytes as SMTP carries them.
    wire: u64,
    /// The current line: where it begins in the buffer, its length so far, its last byte.
    line_start: usize,
    line_length: u64,
    last: u8,
    /// Bytes of the current field's name.
    name_length: Option<usize>,
    /// Bytes of the current field that found no room in the buffer.
    dropped: usize,
    lines: u32,
    /// The first line ends in CRLF.
    pub crlf: Option<bool>,
    /// A LF alone ends the line before the current field, or one of its own.
    lf: bool,
    /// A LF alone stands before, in or behind a MIME field, or ends the block.
    mime_lf: bool,
    /// A LF alone ended the last line.
    line_lf: bool,
    ambiguity: AmbiguityFlags,
}

/// How a field is written.
#[derive(Clone, Copy)]
struct Written {
    /// There are blanks between its name and the colon.
    spaced: bool,
    /// It has continuation lines that need a closer look.
    folded: bool,
}

/// What came of the bytes given to a [`HeaderReader`].
pub(super) enum HeaderStep {
    /// The line is not complete.
    More,
    /// Lines of this size were taken.
    Line { raw: u64, wire: u64 },
    /// Lines of this size were taken, the last being the empty one that ends the block.
    End { raw: u64, wire: u64 },
    /// The block has ended without an empty line; this belongs to what follows.
    NotHeader { line: Vec<u8> },
    /// There is no block at all, as the first line is a delimiter again.
    Nothing { line: Vec<u8> },
}

impl HeaderReader {
    /// A reader of a header block whose body is of the `default` type if it does not say otherwise.
    pub fn new(root: bool, default: MediaType) -> HeaderReader {
        HeaderReader {
            root,
            after_delimiter: false,
            default,
            mime: MimeHeader::default(),
            fields: 0,
            wire: 0,
            line_start: 0,
            line_length: 0,
            last: 0,
            name_length: None,
            dropped: 0,
            lines: 0,
            crlf: None,
            lf: false,
            mime_lf: false,
            line_lf: false,
            ambiguity: AmbiguityFlags::empty(),
        }
    }

    /// A reader of the header block of a part, behind its delimiter.
    pub fn of_part(default: MediaType) -> HeaderReader {
        HeaderReader { after_delimiter: true, ..HeaderReader::new(false, default) }
    }

    /// Takes a field that comes apart from the stream.
    pub fn field_apart(&mut self, shared: &mut Shared, name: &[u8], value: &[u8]) {
        self.wire += (name.len() + 1 + value.len() + bare_lfs(value) + 2) as u64;
        let (examined, rest) = value.split_at(value.len().min(Limits::FIELD_BYTES));
        let dropped = if rest.is_empty() { 0 } else { rest.len() + bare_lfs(value) - bare_lfs(examined) };
        let folded = memchr::memchr(b'\n', examined).is_some();
        self.examine(shared, name, examined, dropped, Written { spaced: false, folded });
    }

    /// The empty line that ended a block that came apart.
    pub fn empty_line_apart(&mut self) {
        self.crlf = Some(true);
        self.wire += 2;
    }

    /// Takes bytes up to the end of a line. `is_delimiter` tells whether a line is a delimiter of an open multipart.
    pub fn line<'a>(
        &mut self,
        shared: &mut Shared,
        bytes: &'a [u8],
        is_delimiter: impl Fn(&[u8]) -> bool,
    ) -> (HeaderStep, &'a [u8]) {
        if self.line_length == 0 {
            if !is_blank(bytes[0]) {
                self.take_field(shared);
                let (step, rest) = self.whole_fields(shared, bytes);
                if !matches!(step, HeaderStep::More) {
                    return (step, rest);
                }
            }
            self.line_start = shared.field.len();
        }
        let line_end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
        let (piece, rest) = bytes.split_at(line_end.unwrap_or(bytes.len()));
        let mut kept = 0;
        let undecided = self.line_start == 0 && self.dropped == 0 && self.name_length.is_none();
        if undecided && !is_blank(*shared.field.first().unwrap_or(&bytes[0])) {
            // No delimiter is longer, and a name has its colon long before: what the line is must be known here, so that no
            // more than this is held of what may turn out to be the body.
            let room = DELIMITER_LINE - shared.field.len();
            if piece.len() > room {
                keep(&mut shared.field, &piece[..room]);
                self.name_length = header::name_of(&shared.field).map(<[u8]>::len);
                if self.name_length.is_none() {
                    self.mime.structure |= StructureFlags::BAD_LINE;
                    return (self.not_header(shared), &bytes[room..]);
                }
                kept = room;
            }
        }
        let room = Limits::FIELD_BYTES - shared.field.len();
        let (fits, over) = piece[kept..].split_at((piece.len() - kept).min(room));
        keep(&mut shared.field, fits);
        self.dropped += over.len();
        self.line_length += piece.len() as u64;
        let step = if line_end.is_some() {
            let crlf = match piece {
                [.., before, _] => *before == b'\r',
                _ => self.last == b'\r',
            };
            self.crlf = self.crlf.or(Some(crlf));
            self.lf |= !crlf;
            self.line_lf = !crlf;
            self.whole_line(shared, crlf, is_delimiter)
        } else {
            HeaderStep::More
        };
        self.last = piece[piece.len() - 1];
        (step, rest)
    }

    /// The fast path: fields that stand in the bytes as a whole, and the empty line behind them.
    fn whole_fields<'a>(&mut self, shared: &mut Shared, bytes: &'a [u8]) -> (HeaderStep, &'a [u8]) {
        let (mut rest, mut wire) = (bytes, 0);
        while let Some((field_raw, field_wire)) = self.whole_field(shared, rest) {
            rest = &rest[field_raw..];
            wire += field_wire as u64;
        }
        let raw = (bytes.len() - rest.len()) as u64;
        match rest {
            [b'\r', b'\n', rest @ ..] => {
                self.crlf = self.crlf.or(Some(true));
                self.mime_lf |= self.lf;
                self.wire += 2;
                (HeaderStep::End { raw: raw + 2, wire: wire + 2 }, rest)
            }
            _ if raw > 0 => (HeaderStep::Line { raw, wire }, rest),
            _ => (HeaderStep::More, rest),
        }
    }

    /// A field that stands in the bytes as a whole, with the beginning of the next line. Its size, in bytes as they are and as
    /// SMTP carries them.
    fn whole_field(&mut self, shared: &mut Shared, bytes: &[u8]) -> Option<(usize, usize)> {
        // The empty line and what may be a delimiter or a mailbox's `From ` need a closer look.
        if matches!(bytes[0], b'\r' | b'\n' | b'-') || (self.lines == 0 && bytes[0] == b'F') {
            return None;
        }
        let (mut end, mut lines, mut bare_lf) = (0, 0, 0);
        let (mut folded, mut crlf) = (false, None);
        let ends_bare = loop {
            end += memchr::memchr(b'\n', &bytes[end..])? + 1;
            lines += 1;
            let ends_bare = !bytes[..end].ends_with(b"\r\n");
            bare_lf += usize::from(ends_bare);
            crlf = crlf.or(Some(!ends_bare));
            if end > DELIMITER_LINE {
                return None;
            }
            if !is_blank(*bytes.get(end)?) {
                break ends_bare;
            }
            folded |= may_name_a_part(&bytes[end + 1..]);
        };
        let text = without_line_end(&bytes[..end]);
        // A name ends in the first line: none has a line end in it.
        let name = header::name_of(text)?;
        let colon = name.len() + text[name.len()..].iter().position(|b| *b == b':')?;
        self.crlf = self.crlf.or(crlf);
        self.lf |= bare_lf > 0;
        let written = Written { spaced: colon > name.len(), folded };
        self.examine(shared, name, &text[colon + 1..], 0, written);
        self.line_lf = ends_bare;
        self.lf = ends_bare;
        self.lines = self.lines.saturating_add(lines);
        self.last = b'\n';
        self.wire += (end + bare_lf) as u64;
        Some((end, end + bare_lf))
    }

    fn whole_line(&mut self, shared: &mut Shared, crlf: bool, is_delimiter: impl Fn(&[u8]) -> bool) -> HeaderStep {
        let raw = std::mem::take(&mut self.line_length);
        let wire = raw + u64::from(!crlf);
        if self.dropped > 0 && !crlf {
            self.dropped += 1;
        }
        let start = self.line_start.min(shared.field.len());
        let line = without_line_end(&shared.field[start..]);
        self.lines = self.lines.saturating_add(1);
        if line.is_empty() && self.dropped == 0 {
            self.mime_lf |= self.lf;
            self.wire += wire;
            self.take_field(shared);
            return HeaderStep::End { raw, wire };
        }
        let nothing_before = start == 0;
        if line.first().is_some_and(|b| is_blank(*b)) || !nothing_before {
            if nothing_before {
                // A continuation of nothing.
                self.mime.structure |= StructureFlags::BAD_LINE;
                // A line of blanks is what some programs put before a mail that they save.
                if self.root && self.lines == 1 && !shared.field.trim_ascii().is_empty() {
                    shared.facts.header.flags |= HeaderFlags::CONTINUES_NOTHING;
                }
                self.ambiguity |= ambiguity::blank_before(line);
                shared.field.clear();
            }
        } else if self.name_length.is_some() {
            // A long line, whose beginning was looked at.
        } else if is_delimiter(line) {
            if self.lines == 1 && self.after_delimiter {
                self.line_length = 0;
                return HeaderStep::Nothing { line: std::mem::take(&mut shared.field) };
            }
            self.mime.structure |= StructureFlags::HEADER_OPEN;
            return self.not_header(shared);
        } else if self.lines == 1 && line.starts_with(b"From ") && header::name_of(line).is_none() {
            // How mailboxes store a mail, not how it was sent.
            shared.field.clear();
        } else {
            self.name_length = header::name_of(line).map(<[u8]>::len);
            if self.name_length.is_none() {
                self.mime.structure |= StructureFlags::BAD_LINE;
                return self.not_header(shared);
            }
        }
        self.wire += wire;
        HeaderStep::Line { raw, wire }
    }

    fn not_header(&mut self, shared: &mut Shared) -> HeaderStep {
        self.line_length = 0;
        if self.mime.structure.contains(StructureFlags::BAD_LINE) {
            self.ambiguity |= ambiguity::bad_line(&shared.field, self.mime.seen.intersects(MIME_FIELDS));
        }
        HeaderStep::NotHeader { line: std::mem::take(&mut shared.field) }
    }

    /// The message ends inside the block: takes the last line, which has no end.
    pub fn finish(&mut self, shared: &mut Shared, is_delimiter: impl Fn(&[u8]) -> bool) -> HeaderStep {
        if self.line_length == 0 {
            self.take_field(shared);
            return HeaderStep::More;
        }
        let step = self.whole_line(shared, true, is_delimiter);
        if matches!(step, HeaderStep::Line { .. }) {
            self.take_field(shared);
        }
        step
    }

    /// The field in the buffer is complete.
    fn take_field(&mut self, shared: &mut Shared) {
        // The last line end is not of the value.
        let dropped = std::mem::take(&mut self.dropped).saturating_sub(2);
        if shared.field.is_empty() {
            return;
        }
        let mut field = std::mem::take(&mut shared.field);
        let text = without_line_end(&field);
        if let Some((name, rest)) = self.name_length.take().and_then(|length| text.split_at_checked(length)) {
            let colon = memchr::memchr(b':', rest).map_or(rest.len(), |at| at + 1);
            let value = &rest[colon..];
            let written = Written { spaced: colon > 1, folded: memchr::memchr(b'\n', value).is_some() };
            self.examine(shared, name, value, dropped, written);
        }
        self.lf = self.line_lf;
        field.clear();
        shared.field = field;
    }

    fn examine(&mut self, shared: &mut Shared, name: &[u8], value: &[u8], dropped: usize, written: Written) {
        self.fields = self.fields.saturating_add(1);
        if dropped > 0 {
            shared.facts.limits |= LimitFlags::FIELD_BYTES;
        }
        if self.root && written.spaced {
            shared.facts.header.flags |= HeaderFlags::SPACE_BEFORE_COLON;
        }
        if self.fields > u32::from(shared.limits.header_fields) {
            shared.facts.limits |= LimitFlags::HEADER_FIELDS;
            return;
        }
        let field = header::field_of(name);
        if let Some(field) = field {
            self.mime.field(field, value);
        }
        let mime = field.is_some_and(|field| MIME_FIELDS.contains(field));
        if mime {
            self.mime_lf |= self.lf;
            if written.spaced {
                self.ambiguity |= AmbiguityFlags::FIELD_NAME_SPACING;
            }
        }
        if name.is_empty() && (!self.root || ambiguity::describes(value)) {
            self.ambiguity |= AmbiguityFlags::FIELD_OVERLAP;
        }
        if self.root {
            let arrival = shared.facts.envelope.arrival;
            shared.trace.field(name, value, &mut shared.facts.header);
            let reached = shared.facts.header.take(name, field, value, dropped, arrival);
            shared.facts.limits |= reached;
        }
        if written.folded {
            self.ambiguity |= ambiguity::continuations(value, mime, !self.root);
        }
        // What the values of most fields that are not folded have none of.
        let odd = match (mime, self.root) {
            (true, _) => self.mime.odd,
            (false, true) => shared.facts.header.flags.contains(HeaderFlags::BARE_CR),
            (false, false) => memchr::memchr(b'\r', value).is_some(),
        };
        if odd {
            self.ambiguity |= ambiguity::bare_crs(value, mime);
            if mime {
                self.ambiguity |= ambiguity::value(value);
            }
        }
    }

    /// The part this header block is of, and what it says besides. `crlf` says that lines should end so.
    pub fn into_part(mut self, shared: &mut Shared, open: &[Open], outer: Outer, crlf: bool) -> (Part, Described) {
        let facts = &mut shared.facts;
        facts.limits |= self.mime.limits;
        if self.root {
            facts.header_bytes = self.wire;
            facts.header.fields = self.fields;
            if self.mime.structure.contains(StructureFlags::BAD_LINE) {
                facts.header.flags |= HeaderFlags::BAD_LINE;
            }
        }
        if crlf && self.mime_lf {
            self.ambiguity |= AmbiguityFlags::LINE_BREAK;
        }
        let mut structure = self.mime.structure;
        structure.set(StructureFlags::TYPE_MISSING, self.mime.media.is_none());
        let in_message = outer.slot.is_some() || open.iter().any(|o| matches!(o.kind, Kind::Message));
        structure.set(StructureFlags::IN_MESSAGE, in_message);
        let mut in_report = false;
        if let Some(Open { kind: Kind::Multipart { media, children, .. }, .. }) = open.last() {
            in_report = *media == MediaType::MultipartReport;
            structure.set(StructureFlags::IN_ALTERNATIVE, *media == MediaType::MultipartAlternative);
            structure.set(StructureFlags::IN_RELATED, *media == MediaType::MultipartRelated && *children > 0);
        }
        let name = self.mime.name();
        let declared = self.mime.media.unwrap_or(self.default);
        let mut part = Part {
            parent: open.last().map(|o| o.slot).or(outer.slot).and_then(Slot::index),
            depth: u8::try_from(usize::from(outer.depth) + open.len()).unwrap_or(u8::MAX),
            declared,
            detected: FileKind::Empty,
            extension: name.extension,
            encoding: self.mime.encoding,
            charset: self.mime.charset,
            disposition: self.mime.disposition,
            attachment: false,
            header_bytes: u32::try_from(self.wire).unwrap_or(u32::MAX),
            encoded_bytes: 0,
            decoded_bytes: 0,
            data_uri_bytes: 0,
            name: name.flags,
            coding: self.mime.coding,
            text: TextFlags::empty(),
            structure,
            ambiguity: self.ambiguity | self.mime.ambiguity,
            content: ContentFlags::empty(),
            damage: DamageFlags::empty(),
            encryption: Encryption::No,
            holds: HoldsFlags::empty(),
        };
        part.attachment = part.is_attachment(in_report);
        // Of a name that is too long nothing is read.
        let marked = part.attachment && !in_message && name.mark != 0;
        if marked && shared.note_name(name.mark) {
            part.name |= NameFlags::REPEATED;
        }
        let hidden =
            !matches!(part.encoding, Encoding::SevenBit | Encoding::EightBit | Encoding::Binary | Encoding::Undeclared);
        let composite = declared.is_multipart() || declared.is_message();
        part.coding.set(CodingFlags::COMPOSITE_ENCODED, hidden && composite);
        let MimeHeader { boundary, start, content_id, .. } = self.mime;
        (part, Described { boundary, start, content_id })
    }
}

/// What a header block says about its part and others.
pub(super) struct Described {
    /// The boundary parameter.
    pub boundary: Option<Vec<u8>>,
    /// Marks of the part that a multipart/related says to begin with, and of this part.
    pub start: Option<Mark>,
    pub content_id: Option<Mark>,
}

/// Behind its first blank, a continuation line may begin with a field that describes a part, or be empty.
fn may_name_a_part(line: &[u8]) -> bool {
    matches!(line.first(), None | Some(b'c' | b'C' | b' ' | b'\t' | b'\r' | b'\n'))
}

/// Line ends that are a LF alone, which SMTP carries as CRLF.
pub(super) fn bare_lfs(bytes: &[u8]) -> usize {
    let behind = bytes.get(1..).unwrap_or_default();
    let inside = bytes.iter().zip(behind).filter(|(before, b)| **b == b'\n' && **before != b'\r').count();
    usize::from(bytes.first() == Some(&b'\n')) + inside
}

/// Appends without letting the buffer grow beyond what a field may have.
fn keep(field: &mut Vec<u8>, bytes: &[u8]) {
    if field.len() + bytes.len() > field.capacity() {
        let wanted = (field.capacity() * 2).max(1024).max(field.len() + bytes.len()).min(Limits::FIELD_BYTES);
        field.reserve_exact(wanted - field.len());
    }
    field.extend_from_slice(bytes);
}

impl Part {
    /// A part of which nothing is known.
    pub(super) fn nothing() -> Part {
        Part {
            parent: None,
            depth: 0,
            declared: MediaType::TextPlain,
            detected: FileKind::Empty,
            extension: Extension::None,
            encoding: Encoding::Undeclared,
            charset: Charset::None,
            disposition: Disposition::None,
            attachment: false,
            header_bytes: 0,
            encoded_bytes: 0,
            decoded_bytes: 0,
            data_uri_bytes: 0,
            name: NameFlags::empty(),
            coding: CodingFlags::empty(),
            text: TextFlags::empty(),
            structure: StructureFlags::empty(),
            ambiguity: AmbiguityFlags::empty(),
            content: ContentFlags::empty(),
            damage: DamageFlags::empty(),
            encryption: Encryption::No,
            holds: HoldsFlags::empty(),
        }
    }

    /// Its body begins with a field that belongs into its header.
    pub(super) fn note_fields(&mut self, field: bool) {
        use MediaType::{MessageExternalBody, MessageOther, MessagePartial, TextRfc822Headers};
        // These types are made of header fields.
        let fields = [MessagePartial, MessageExternalBody, MessageOther, TextRfc822Headers];
        if field && !self.declared.is_machinery() && !fields.contains(&self.declared) {
            self.ambiguity |= if self.header_bytes > EMPTY_LINE {
                AmbiguityFlags::HEADER_END
            } else {
                AmbiguityFlags::ENTITY_ON_DELIMITER
            };
        }
    }

    /// Whether people would call it an attachment.
    fn is_attachment(&self, in_report: bool) -> bool {
        let related = self.structure.contains(StructureFlags::IN_RELATED);
        let marked = matches!(self.disposition, Disposition::Attachment | Disposition::Other);
        // A picture that the text shows.
        let shown = self.structure.contains(StructureFlags::REFERENCED)
            && self.declared.is_image()
            && (related || self.disposition == Disposition::Inline);
        // An invitation, as another form of the text.
        let invitation =
            self.structure.contains(StructureFlags::IN_ALTERNATIVE) && self.declared.family() == Family::Calendar;
        // The mail that a report is about.
        let reported = in_report && self.declared.is_message();
        if self.declared.is_multipart() || self.declared.is_machinery() || shown {
            false
        } else {
            marked || (!invitation && !reported && (self.name.contains(NameFlags::PRESENT) || !self.declared.is_text()))
        }
    }
}

/// The boundary to follow for the multipart in this slot; `None` if it is to be measured as one flat part.
pub(super) fn followed(shared: &mut Shared, slot: Slot, boundary: Option<Vec<u8>>, depth: usize) -> Option<Vec<u8>> {
    let Some(boundary) = boundary else {
        if !shared.facts.limits.contains(LimitFlags::BOUNDARY) {
            shared.part(slot).structure |= StructureFlags::BOUNDARY_MISSING;
        }
        return None;
    };
    if shared.boundary_bytes + boundary.len() > ALL_BOUNDARIES {
        shared.facts.limits |= LimitFlags::BOUNDARY;
        return None;
    }
    if !may_nest(shared, depth) {
        return None;
    }
    shared.boundary_bytes += boundary.len();
    Some(boundary)
}

/// Whether what is inside a container at this level is followed.
pub(super) fn may_nest(shared: &mut Shared, depth: usize) -> bool {
    let may = depth < usize::from(shared.limits.depth);
    if !may {
        shared.facts.limits |= LimitFlags::DEPTH;
    }
    may
}

/// Whether one more encoded message inside a message is followed; if so, it is counted as open.
pub(super) fn may_layer(shared: &mut Shared) -> bool {
    let may = shared.layers < Limits::ENCODED_LAYERS;
    if may {
        shared.layers += 1;
    } else {
        shared.facts.limits |= LimitFlags::LAYERS;
    }
    may
}

/// The fields that make a header block a MIME one (RFC 2045 §4).
pub(crate) const MIME_FIELDS: Fields =
    Fields::CONTENT_TYPE.union(Fields::CONTENT_TRANSFER_ENCODING).union(Fields::CONTENT_DISPOSITION);
