//! Where what stands in a message: header fields, delimiters, bodies. The reading is that of [`stream`](super::super::stream), on a
//! message that is there as a whole.

use super::super::boundary::{self, Delimiter, delimiter};
use super::super::bytes::without_line_end;
use super::super::field::Reader;
use super::super::header::{self, MimeHeader};
use super::super::limits::Limits;
use super::super::names::{Encoding, MediaType};
use std::ops::Range;

/// A place in a message and what it is.
pub(super) struct Region {
    pub range: Range<usize>,
    pub what: What,
}

pub(super) enum What {
    /// A header field with its name of so many bytes, folded or not, without its last line end.
    Field(usize),
    /// The line `From ` of a mailbox.
    FromLine,
    /// A line that is no header line, or what stands outside of all parts.
    Outside,
    /// The boundary in a delimiter.
    Boundary,
    Body(Body),
}

/// The body of a part that holds no other parts.
pub(super) struct Body {
    pub media: MediaType,
    pub encoding: Encoding,
    pub charset: Option<Vec<u8>>,
    /// A message whose transfer encoding hides it.
    pub message: bool,
}

/// A container that is open. An attached message has no boundary.
struct Open {
    boundary: Option<Vec<u8>>,
    closed: bool,
    digest: bool,
}

/// What a header block says.
struct Header {
    mime: MimeHeader,
    charset: Option<Vec<u8>>,
    /// Where the body begins.
    end: usize,
    /// It ends at a delimiter.
    cut: bool,
}

/// Finds out what is where. Empty lines and line ends are in no region.
pub(super) fn regions(mail: &[u8]) -> Vec<Region> {
    let mut regions = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        let digest = open.last().is_some_and(|open| open.digest);
        let header = header_block(mail, at, &open, &mut regions);
        at = header.end;
        let default = if digest { MediaType::MessageRfc822 } else { MediaType::TextPlain };
        let media = header.mime.media.unwrap_or(default);
        let may_nest = open.len() < usize::from(Limits::MAX_DEPTH);
        let encoding = header.mime.encoding;
        let hidden = matches!(encoding, Encoding::Base64 | Encoding::QuotedPrintable | Encoding::Uuencode);
        let mut body = Some(Body { media, encoding, charset: header.charset, message: media.is_message() && hidden });
        if media.is_multipart() && header.mime.boundary.is_some() && may_nest {
            let digest = media == MediaType::MultipartDigest;
            open.push(Open { boundary: header.mime.boundary, closed: false, digest });
            body = None;
        } else if media.is_message() && !hidden && may_nest && !header.cut {
            open.push(Open { boundary: None, closed: false, digest: false });
            continue;
        }
        // Content up to the next delimiter that begins a part; what is outside of all parts on the way to it.
        loop {
            let (content, line) = up_to_delimiter(mail, at, &open);
            if !content.is_empty() {
                let what = body.take().map_or(What::Outside, What::Body);
                regions.push(Region { range: content, what });
            }
            body = None;
            let Some((level, found, line)) = line else { return regions };
            open.truncate(level + 1);
            let Some(Open { boundary: Some(boundary), closed, .. }) = open.last_mut() else { return regions };
            regions.push(Region { range: line.start + 2..line.start + 2 + boundary.len(), what: What::Boundary });
            at = line.end;
            let was_closed = *closed;
            *closed |= found == Delimiter::Close;
            if found == Delimiter::Next && !was_closed {
                break;
            }
        }
        // Two delimiters in a row: the second is found by the header block that begins at it.
    }
}

fn line_end(mail: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &mail[at..]).map_or(mail.len(), |end| at + end + 1)
}

fn header_block(mail: &[u8], start: usize, open: &[Open], regions: &mut Vec<Region>) -> Header {
    let mut header = Header { mime: MimeHeader::default(), charset: None, end: start, cut: false };
    let mut field: Option<(Range<usize>, usize)> = None;
    let mut at = start;
    while at < mail.len() {
        let end = line_end(mail, at);
        let line = without_line_end(&mail[at..end]);
        let here = at..at + line.len();
        if line.is_empty() {
            at = end;
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            match &mut field {
                Some((range, _)) => range.end = here.end,
                None => regions.push(Region { range: here, what: What::Outside }),
            }
        } else {
            header.take(mail, field.take(), regions);
            if find_delimiter(open, line).is_some() {
                header.cut = true;
                break;
            }
            match header::name_of(line) {
                Some(name) => field = Some((here, name.len())),
                None if at == start && line.starts_with(b"From ") => {
                    regions.push(Region { range: here, what: What::FromLine })
                }
                None => break,
            }
        }
        at = end;
    }
    header.take(mail, field, regions);
    header.end = at;
    header
}

impl Header {
    fn take(&mut self, mail: &[u8], field: Option<(Range<usize>, usize)>, regions: &mut Vec<Region>) {
        let Some((range, name_length)) = field else { return };
        let (name, rest) = mail[range.clone()].split_at(name_length);
        let colon = memchr::memchr(b':', rest).map_or(rest.len(), |at| at + 1);
        let value = &rest[colon..];
        if let Some(known) = header::field_of(name) {
            if self.charset.is_none() && name.eq_ignore_ascii_case(b"content-type") {
                self.charset = charset_of(value);
            }
            self.mime.field(known, &value[..value.len().min(Limits::FIELD_BYTES)]);
        }
        regions.push(Region { range, what: What::Field(name_length) });
    }
}

fn charset_of(value: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(value);
    reader.head();
    while let Some(param) = reader.param() {
        if param.name.eq_ignore_ascii_case(b"charset") {
            return Some(param.value.trim_ascii().to_vec());
        }
    }
    None
}

/// A delimiter: the level of its multipart, its kind, its line.
type Found = (usize, Delimiter, Range<usize>);

/// The content from here on, without the line break that belongs to the delimiter behind it, and that delimiter's line.
fn up_to_delimiter(mail: &[u8], start: usize, open: &[Open]) -> (Range<usize>, Option<Found>) {
    let mut at = start;
    while !open.is_empty() && at < mail.len() {
        if mail[at..].starts_with(b"--") {
            let end = line_end(mail, at);
            if let Some((level, found)) = find_delimiter(open, without_line_end(&mail[at..end])) {
                let before = &mail[start..at];
                let before = before.strip_suffix(b"\n").map_or(before, |b| b.strip_suffix(b"\r").unwrap_or(b));
                return (start..start + before.len(), Some((level, found, at..end)));
            }
        }
        match memchr::memmem::find(&mail[at..], b"\n--") {
            Some(next) => at += next + 1,
            None => break,
        }
    }
    (start..mail.len(), None)
}

/// The innermost open multipart this line is a delimiter of; one whose close-delimiter came only if there is no other.
fn find_delimiter(open: &[Open], line: &[u8]) -> Option<(usize, Delimiter)> {
    let line = boundary::without_padding(line);
    if !line.starts_with(b"--") {
        return None;
    }
    let find = |wanted: bool| {
        open.iter().enumerate().rev().filter(|(_, open)| open.closed == wanted).find_map(|(level, open)| {
            open.boundary.as_ref().and_then(|boundary| delimiter(line, boundary)).map(|found| (level, found))
        })
    };
    find(false).or_else(|| find(true))
}
