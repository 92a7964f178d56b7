//! The structure of a message: header blocks, multiparts, messages inside messages (RFC 2045, 2046).
//!
//! A line and boundary machine that is fed bytes, cut anywhere. Delimiters are found at the start of a line only, the stack of
//! open containers is bounded, and nothing here recurses but an encoded message inside a message, at most
//! [`Limits::ENCODED_LAYERS`] deep.

use super::boundary::{self, ALL_BOUNDARIES, DELIMITER_LINE, Dashed, Delimiter, Near};
use super::early::Early;
use super::entity::{self, HeaderReader, HeaderStep};
use super::facts::{AmbiguityFlags, HeaderFlags, MessageFlags, Part, StructureFlags};
use super::header::Mark;
use super::leaf::Leaf;
use super::names::{FileKind, MediaType};
use super::outside::Outside;
use super::shared::{Shared, Slot};

/// A container whose end has not come.
pub(super) struct Open {
    pub slot: Slot,
    pub kind: Kind,
    /// Where its body begins.
    start: Place,
}

pub(super) enum Kind {
    /// An attached message.
    Message,
    Multipart {
        media: MediaType,
        boundary: Vec<u8>,
        /// Its delimiter came.
        seen: bool,
        closed: bool,
        children: u32,
        /// A part of it was HTML.
        html: bool,
        /// The mark of the part it says to begin with, until that part comes.
        start: Option<Mark>,
    },
}

/// A place in the stream.
#[derive(Clone, Copy, Default)]
struct Place {
    raw: u64,
    /// As SMTP carries it: every line end is CRLF.
    wire: u64,
}

/// A line break that belongs to the delimiter, if one follows (RFC 2046 §5.1.1), and to the content otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    Cr,
    Lf,
    CrLf,
}

impl Held {
    fn bytes(self) -> &'static [u8] {
        match self {
            Held::Nothing => b"",
            Held::Cr => b"\r",
            Held::Lf => b"\n",
            Held::CrLf => b"\r\n",
        }
    }
}

/// Containers whose delimiters a line may be nearly one of, from the inside.
const NEAREST: usize = 4;

/// What says by itself why the delimiter of a multipart never came.
const WHY_NOT_FOUND: AmbiguityFlags = AmbiguityFlags::DELIMITER_WHITESPACE
    .union(AmbiguityFlags::DELIMITER_LOOKALIKE)
    .union(AmbiguityFlags::ENTITY_ON_DELIMITER)
    .union(AmbiguityFlags::BOUNDARY_QUOTING)
    .union(AmbiguityFlags::BOUNDARY_ON_LEAF);

/// One message, being read.
pub(super) struct Stream {
    open: Vec<Open>,
    /// Where this message stands inside of others.
    outer: Outer,
    header: Option<HeaderReader>,
    leaf: Option<Leaf>,
    /// Looks for the rest of a broken header block at the beginning of the message's own body.
    early: Option<Early>,
    /// Where the message's own body begins.
    body: Place,
    /// The next byte begins a line of a body.
    at_line_start: bool,
    /// The beginning of a line that may be a delimiter.
    carry: Vec<u8>,
    held: Held,
    place: Place,
    /// The first line of the message ends in CRLF: so should all.
    crlf: Option<bool>,
    /// The boundary of a part that is no multipart, and has none to show.
    claimed: Option<(Slot, Vec<u8>)>,
    /// The preamble or epilogue that is being read.
    outside: Outside,
}

/// The part an encoded message stands in.
#[derive(Clone, Copy)]
pub(super) struct Outer {
    pub slot: Option<Slot>,
    pub depth: u8,
}

impl Stream {
    /// A message that begins with its header block.
    pub fn new(outer: Outer) -> Stream {
        let header = HeaderReader::new(outer.slot.is_none(), MediaType::TextPlain);
        Stream {
            open: Vec::new(),
            outer,
            header: Some(header),
            leaf: None,
            early: outer.slot.is_none().then(Early::default),
            body: Place::default(),
            at_line_start: true,
            carry: Vec::new(),
            held: Held::Nothing,
            place: Place::default(),
            crlf: None,
            claimed: None,
            outside: Outside::default(),
        }
    }

    /// Takes a field of the message's own header block that comes apart from the stream.
    pub fn field(&mut self, shared: &mut Shared, name: &[u8], value: &[u8]) {
        if let Some(header) = &mut self.header {
            header.field_apart(shared, name, value);
        }
    }

    /// The header block that came apart from the stream is complete.
    pub fn end_of_fields(&mut self, shared: &mut Shared) {
        if let Some(header) = &mut self.header {
            header.empty_line_apart();
            self.begin_entity(shared);
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, shared: &mut Shared, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.header.is_some() {
                rest = self.header_line(shared, rest);
                continue;
            }
            let after = self.content(shared, rest);
            if let Some(early) = &mut self.early {
                early.look(&rest[..rest.len() - after.len()]);
                if early.done || self.header.is_some() {
                    self.end_early(shared);
                }
            }
            rest = after;
        }
    }

    fn end_early(&mut self, shared: &mut Shared) {
        let Some(early) = self.early.take() else { return };
        let mut found = early.found();
        if !shared.facts.header.seen.is_empty() {
            found -= HeaderFlags::CONTINUES_NOTHING;
        }
        shared.facts.header.flags |= found;
    }

    fn header_line<'a>(&mut self, shared: &mut Shared, bytes: &'a [u8]) -> &'a [u8] {
        let Some(header) = &mut self.header else { return bytes };
        let delimiters = !self.open.is_empty();
        let (step, rest) = header.line(shared, bytes, |line| delimiters && find_delimiter(&self.open, line).is_some());
        self.header_step(shared, step);
        rest
    }

    fn header_step(&mut self, shared: &mut Shared, step: HeaderStep) {
        match step {
            HeaderStep::More => {}
            HeaderStep::Line { raw, wire } => {
                self.place.raw += raw;
                self.place.wire += wire;
            }
            HeaderStep::End { raw, wire } => {
                self.place.raw += raw;
                self.place.wire += wire;
                self.begin_entity(shared);
            }
            HeaderStep::Nothing { line } => {
                // Two delimiters in a row: there is no part between them.
                self.header = None;
                self.at_line_start = true;
                self.feed(shared, &line);
            }
            HeaderStep::NotHeader { line } => {
                self.begin_entity(shared);
                // The line is the body's first.
                self.feed(shared, &line);
            }
        }
    }

    /// The header block is complete: a body begins, that of the part in this slot.
    fn begin_entity(&mut self, shared: &mut Shared) -> Option<Slot> {
        let header = self.header.take()?;
        self.crlf = self.crlf.or(header.crlf);
        shared.field.clear();
        shared.field.shrink_to(entity::FIELD_KEPT);
        let (part, mut described) = header.into_part(shared, &self.open, self.outer, self.crlf == Some(true));
        let media = part.declared;
        let attachment = part.attachment;
        let malformed = part.structure.contains(StructureFlags::TYPE_MALFORMED);
        // Programs copy the Content-Type of the message they attach.
        let claims = !malformed && !media.is_multipart() && !media.is_message();
        let claimed = if claims { described.boundary.take() } else { None };
        let encoded = part.is_encoded();
        let depth = usize::from(part.depth);
        let slot = shared.add(part);
        self.at_line_start = true;
        if let Some(Open { kind: Kind::Multipart { media: around, children, html, start, .. }, .. }) =
            self.open.last_mut()
        {
            *children = children.saturating_add(1);
            if *around == MediaType::MultipartAlternative {
                if media == MediaType::TextPlain && *html && !attachment {
                    shared.part(slot).structure |= StructureFlags::PLAIN_AFTER_HTML;
                }
                *html |= matches!(media, MediaType::TextHtml | MediaType::MultipartRelated);
            }
            if *start == described.content_id {
                *start = None;
            }
        }
        let start = self.place;
        if depth == 0 {
            self.body = start;
        }
        if media.is_multipart() {
            if let Some(boundary) = entity::followed(shared, slot, described.boundary, depth) {
                self.compare_boundaries(shared, slot, &boundary);
                let mark = described.start;
                let kind = Kind::Multipart {
                    media,
                    boundary,
                    seen: false,
                    closed: false,
                    children: 0,
                    html: false,
                    start: mark,
                };
                self.open.push(Open { slot, kind, start });
                return Some(slot);
            }
        } else if media.is_message() {
            self.early = None;
            if !encoded && entity::may_nest(shared, depth) {
                self.open.push(Open { slot, kind: Kind::Message, start });
                self.header = Some(HeaderReader::new(false, MediaType::TextPlain));
                return Some(slot);
            }
            if encoded && entity::may_nest(shared, depth) && entity::may_layer(shared) {
                let outer = Outer { slot: Some(slot), depth: (depth + 1).min(255) as u8 };
                self.leaf = Some(Leaf::new(slot, Some(Box::new(Stream::new(outer))), shared));
                return Some(slot);
            }
        }
        if let Some(boundary) = claimed.filter(|boundary| shared.boundary_bytes + boundary.len() <= ALL_BOUNDARIES) {
            shared.boundary_bytes += boundary.len();
            self.claimed = Some((slot, boundary));
        }
        self.leaf = Some(Leaf::new(slot, None, shared));
        Some(slot)
    }

    /// A multipart begins: its boundary should have nothing to do with those around it (RFC 2046 §5.1.2).
    fn compare_boundaries(&self, shared: &mut Shared, slot: Slot, boundary: &[u8]) {
        for open in &self.open {
            let Kind::Multipart { boundary: outer, closed: false, .. } = &open.kind else { continue };
            let part = shared.part(slot);
            if outer == boundary {
                part.ambiguity |= AmbiguityFlags::NESTED_BOUNDARY;
            } else if outer.starts_with(boundary) || boundary.starts_with(outer) {
                part.structure |= StructureFlags::BOUNDARY_PREFIX;
            }
        }
    }

    /// Bytes of a body, preamble or epilogue.
    fn content<'a>(&mut self, shared: &mut Shared, bytes: &'a [u8]) -> &'a [u8] {
        if self.open.is_empty() && self.claimed.is_none() {
            self.emit(shared, bytes);
            return &[];
        }
        if self.at_line_start {
            return self.line_start(shared, bytes);
        }
        // Up to the next line that begins with dashes, or may do so once more bytes are here.
        let no_dash = self.leaf.as_ref().is_some_and(Leaf::is_base64) && memchr::memchr(b'-', bytes).is_none();
        let end = if no_dash { boundary::open_line(bytes) } else { boundary::line_of_dashes(bytes) };
        let end = end.unwrap_or(bytes.len());
        self.at_line_start = bytes[end - 1] == b'\n';
        self.emit(shared, &bytes[..end]);
        &bytes[end..]
    }

    /// A line begins: is it a delimiter?
    fn line_start<'a>(&mut self, shared: &mut Shared, bytes: &'a [u8]) -> &'a [u8] {
        if self.carry.is_empty() && !matches!(bytes[0], b'-' | b' ' | b'\t') {
            self.at_line_start = bytes[0] == b'\n';
            if self.at_line_start {
                self.emit(shared, &bytes[..1]);
                return &bytes[1..];
            }
            return bytes;
        }
        let room = DELIMITER_LINE - self.carry.len();
        let window = &bytes[..bytes.len().min(room)];
        let line_end = memchr::memchr(b'\n', window).map(|at| at + 1);
        let (line, rest) = bytes.split_at(line_end.unwrap_or(window.len()));
        if self.carry.is_empty() && line_end.is_some() {
            self.whole_line(shared, line);
            return rest;
        }
        self.carry.extend_from_slice(line);
        if line_end.is_some() {
            let carry = std::mem::take(&mut self.carry);
            self.whole_line(shared, &carry);
            self.carry = carry;
            self.carry.clear();
        } else if self.carry.len() == DELIMITER_LINE || !boundary::may_be_dashes(&self.carry) {
            let carry = std::mem::take(&mut self.carry);
            self.at_line_start = false;
            self.emit(shared, &carry);
            self.carry = carry;
            self.carry.clear();
        }
        rest
    }

    /// A whole line that begins with a dash, perhaps behind blanks.
    fn whole_line(&mut self, shared: &mut Shared, line: &[u8]) {
        self.at_line_start = true;
        if let Some((level, delimiter)) = find_delimiter(&self.open, line) {
            return self.delimiter(shared, line, level, delimiter);
        }
        self.look_closely(shared, line);
        self.emit(shared, line);
    }

    /// A line that is no delimiter to us may be one to others.
    fn look_closely(&mut self, shared: &mut Shared, line: &[u8]) {
        let Some(dashed) = Dashed::new(line) else { return };
        if let Some((slot, boundary)) = &self.claimed
            && boundary::delimiter(boundary::without_padding(line), boundary).is_some()
        {
            shared.part(*slot).ambiguity |= AmbiguityFlags::BOUNDARY_ON_LEAF;
        }
        let unclosed = |open: &&Open| matches!(open.kind, Kind::Multipart { closed: false, .. });
        for open in self.open.iter().rev().filter(unclosed).take(NEAREST) {
            let Kind::Multipart { boundary, .. } = &open.kind else { continue };
            let Some(near) = dashed.near(boundary) else { continue };
            shared.part(open.slot).ambiguity |= match near {
                Near::Whitespace => AmbiguityFlags::DELIMITER_WHITESPACE,
                Near::Quotes => AmbiguityFlags::BOUNDARY_QUOTING,
                Near::Entity => AmbiguityFlags::ENTITY_ON_DELIMITER,
                Near::Lookalike => AmbiguityFlags::DELIMITER_LOOKALIKE,
            };
            if self.leaf.is_none() {
                self.outside.explained();
            }
            return;
        }
    }

    fn delimiter(&mut self, shared: &mut Shared, line: &[u8], level: usize, delimiter: Delimiter) {
        if self.leaf.is_none() {
            self.end_outside(shared, self.open.len() > level + 1);
        }
        self.end_leaf(shared, false);
        self.pop_above(shared, level);
        let held = std::mem::replace(&mut self.held, Held::Nothing);
        self.pass(held.bytes());
        self.pass(line);
        let Some(Open { slot, kind: Kind::Multipart { media, seen, closed, .. }, .. }) = self.open.last_mut() else {
            return;
        };
        *seen = true;
        let padding = boundary::padding(line);
        shared.part(*slot).ambiguity |= padding;
        if *closed {
            let slot = *slot;
            shared.part(slot).structure |= StructureFlags::AFTER_CLOSE;
            return;
        }
        match delimiter {
            Delimiter::Close => *closed = true,
            Delimiter::Next => {
                let default =
                    if *media == MediaType::MultipartDigest { MediaType::MessageRfc822 } else { MediaType::TextPlain };
                self.header = Some(HeaderReader::of_part(default));
            }
        }
    }

    /// Gives bytes to the leaf, except the line break at their end.
    fn emit(&mut self, shared: &mut Shared, bytes: &[u8]) {
        let mut bytes = bytes;
        if self.held == Held::Cr && bytes.first() == Some(&b'\n') {
            self.held = Held::CrLf;
            bytes = &bytes[1..];
        }
        let (content, held) = match bytes {
            [] => return,
            [content @ .., b'\r', b'\n'] => (content, Held::CrLf),
            [content @ .., b'\n'] => (content, Held::Lf),
            [content @ .., b'\r'] => (content, Held::Cr),
            content => (content, Held::Nothing),
        };
        let before = std::mem::replace(&mut self.held, held);
        self.deliver(shared, before.bytes());
        self.deliver(shared, content);
    }

    /// Gives bytes to the leaf, if there is one. No CRLF is cut in them.
    fn deliver(&mut self, shared: &mut Shared, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let Some(leaf) = &mut self.leaf else {
            self.outside.look(bytes);
            return self.pass(bytes);
        };
        let before = leaf.lines().bare_lf;
        leaf.feed(shared, bytes);
        self.place.raw += bytes.len() as u64;
        self.place.wire += bytes.len() as u64 + (leaf.lines().bare_lf - before);
    }

    /// Counts bytes that belong to no part.
    fn pass(&mut self, bytes: &[u8]) {
        self.place.raw += bytes.len() as u64;
        self.place.wire += (bytes.len() + entity::bare_lfs(bytes)) as u64;
    }

    /// A preamble or epilogue ends, perhaps with its multipart.
    fn end_outside(&mut self, shared: &mut Shared, ends: bool) {
        let outside = std::mem::take(&mut self.outside);
        let Some(Open { slot, kind: Kind::Multipart { seen, closed, .. }, .. }) = self.open.last() else { return };
        let part = shared.part(*slot);
        if outside.is_large() {
            part.structure |= if *closed { StructureFlags::EPILOGUE_LARGE } else { StructureFlags::PREAMBLE_LARGE };
        }
        if outside.part {
            part.ambiguity |= match (*closed, *seen) {
                (true, _) => AmbiguityFlags::PART_IN_EPILOGUE,
                // Its own delimiter never came, but another one did.
                _ if ends && !*seen && outside.delimited => AmbiguityFlags::BOUNDARY_ON_LEAF,
                _ => AmbiguityFlags::PART_IN_PREAMBLE,
            };
        }
    }

    fn end_leaf(&mut self, shared: &mut Shared, cut: bool) {
        if let Some((_, boundary)) = self.claimed.take() {
            shared.boundary_bytes -= boundary.len();
        }
        if let Some(leaf) = self.leaf.take() {
            let in_group = leaf.finish(shared, cut, self.crlf == Some(true));
            if in_group {
                shared.facts.flags |= MessageFlags::TRUNCATED;
            }
        }
    }

    /// Ends the containers above this level.
    fn pop_above(&mut self, shared: &mut Shared, level: usize) {
        while self.open.len() > level + 1 {
            self.pop(shared, true);
        }
    }

    /// `outer` says that a delimiter of a container around it ends it.
    fn pop(&mut self, shared: &mut Shared, outer: bool) {
        let Some(open) = self.open.pop() else { return };
        let part = shared.part(open.slot);
        part.encoded_bytes = self.place.wire - open.start.wire;
        part.decoded_bytes = self.place.raw - open.start.raw;
        match open.kind {
            Kind::Message => part.detected = FileKind::Message,
            Kind::Multipart { media, boundary, seen, closed, children, start, .. } => {
                part.detected = FileKind::Multipart;
                let structure = match (seen, closed) {
                    (false, _) => StructureFlags::BOUNDARY_NOT_FOUND,
                    (true, false) => StructureFlags::BOUNDARY_UNCLOSED,
                    (true, true) if children == 0 => StructureFlags::EMPTY,
                    (true, true) => StructureFlags::empty(),
                };
                part.structure |= structure;
                if closed && media == MediaType::MultipartSigned && children != 2 {
                    part.structure |= StructureFlags::SIGNED_PARTS;
                }
                if closed && start.is_some() {
                    part.structure |= StructureFlags::START_MISSING;
                }
                let nested = matches!(self.open.last(), Some(Open { kind: Kind::Multipart { .. }, .. }));
                if outer && nested && !seen && !part.ambiguity.intersects(WHY_NOT_FOUND) {
                    part.ambiguity |= AmbiguityFlags::NESTED_BOUNDARY;
                }
                shared.boundary_bytes -= boundary.len();
            }
        }
    }

    /// The message ends. `cut` says that the mail around it ends here as well, with a boundary open. Gives its size in bytes.
    pub fn finish(mut self, shared: &mut Shared, cut: bool) -> u64 {
        let carry = std::mem::take(&mut self.carry);
        if !carry.is_empty() {
            self.whole_line(shared, &carry);
        }
        while let Some(header) = &mut self.header {
            let delimiters = !self.open.is_empty();
            let step = header.finish(shared, |line| delimiters && find_delimiter(&self.open, line).is_some());
            let ends_here = matches!(step, HeaderStep::More | HeaderStep::Line { .. });
            self.header_step(shared, step);
            let carry = std::mem::take(&mut self.carry);
            if !carry.is_empty() {
                // A line that turned out to be of the body.
                self.whole_line(shared, &carry);
            }
            if ends_here {
                let in_part = cut || self.is_cut();
                let slot = self.begin_entity(shared);
                if let Some(slot) = slot.filter(|_| in_part) {
                    shared.part(slot).structure |= StructureFlags::HEADER_OPEN;
                    shared.facts.flags |= MessageFlags::TRUNCATED;
                }
            }
        }
        let cut = cut || self.is_cut();
        let held = std::mem::replace(&mut self.held, Held::Nothing);
        self.deliver(shared, held.bytes());
        if self.leaf.is_none() {
            self.end_outside(shared, true);
        }
        self.end_leaf(shared, cut);
        while !self.open.is_empty() {
            self.pop(shared, false);
        }
        self.end_early(shared);
        if self.outer.slot.is_some() {
            shared.layers -= 1;
        } else {
            shared.facts.body_bytes = self.place.wire - self.body.wire;
        }
        self.place.raw
    }

    /// The mail ends here, and a boundary is open. An attached message may have been cut long before it was attached.
    fn is_cut(&self) -> bool {
        let unclosed = |open: &Open| matches!(open.kind, Kind::Multipart { closed: false, .. });
        self.outer.slot.is_none() && self.open.iter().any(unclosed)
    }
}

/// The innermost open multipart this line is a delimiter of; one whose close-delimiter came only if there is no other.
fn find_delimiter(open: &[Open], line: &[u8]) -> Option<(usize, Delimiter)> {
    let line = boundary::without_padding(line);
    let find = |wanted: bool| {
        open.iter().enumerate().rev().find_map(|(level, open)| match &open.kind {
            Kind::Multipart { boundary, closed, .. } if *closed == wanted => {
                boundary::delimiter(line, boundary).map(|d| (level, d))
            }
            _ => None,
        })
    };
    find(false).or_else(|| find(true))
}

impl Part {
    /// Whether its transfer encoding hides what is inside.
    fn is_encoded(&self) -> bool {
        use super::names::Encoding::{Base64, QuotedPrintable, Uuencode};
        matches!(self.encoding, Base64 | QuotedPrintable | Uuencode)
    }
}
