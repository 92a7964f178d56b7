//! A copy of a message in which nothing is left of what it says, and everything of how it is built.
//!
//! Every byte stays in its place: words are covered by letters of the same length, encodings keep their shape and their faults, files keep the
//! structure that findings rest on and lose their content. What comes out is still a mail, so it may leave this room only as a
//! file that its owner asked for; whoever asks compares the findings, and looks at [`words_left`], before it is written.
//!
//! ```text
//! structure (where what is) -> fields -> coded, cover, vocabulary
//!                           -> text, files (bodies)
//! survivors (is a word left?)
//! ```

mod coded;
mod cover;
mod fields;
mod files;
mod structure;
mod survivors;
mod text;
mod vocabulary;

use super::facts::DamageFlags;
use super::limits::Limits;
use super::mangled;
use super::names::{Encoding, Family, FileKind, MediaType};
use super::sniff::{self, HEAD, LATE_MAGIC};
use coded::Coding;
use cover::{Beyond, Key, With};
use structure::{Body, What, regions};

/// A covered copy of a message, as long as the original. Identifiers are covered by a random key, so that each call gives another
/// copy. `alike` covers the words of texts in the same way, so that texts that differ still do; else, they become `x`, and nobody sees
/// which words are the same.
pub fn redact(mail: &[u8], alike: bool) -> Vec<u8> {
    let key = Key::default();
    let mut copy = mail.to_vec();
    message(&Cover { key: &key, text: if alike { With::Key(&key) } else { With::Blank }, layers: 0 }, &mut copy);
    copy
}

/// How many different words of more than three letters are in both, besides those that formats and protocols are made of.
pub fn words_left(original: &[u8], copy: &[u8]) -> usize {
    survivors::count(original, copy)
}

/// What all that is covered shares.
struct Cover<'a> {
    key: &'a Key,
    /// For texts.
    text: With<'a>,
    /// Encoded messages around this one. What is deeper than the scanner looks is text.
    layers: usize,
}

fn message(cover: &Cover<'_>, mail: &mut [u8]) {
    for region in regions(mail) {
        let bytes = &mut mail[region.range];
        match region.what {
            What::Field(name) => fields::field(bytes, name, cover.key),
            What::FromLine => fields::from_line(bytes, cover.key),
            What::Outside => text::text(cover, bytes, None),
            What::Boundary => cover::all(bytes, None, With::Key(cover.key)),
            What::Body(body) => self::body(cover, bytes, &body),
        }
    }
}

fn body(cover: &Cover<'_>, bytes: &mut [u8], body: &Body) {
    let coding = match body.encoding {
        Encoding::Base64 => Coding::Base64,
        Encoding::QuotedPrintable => Coding::QuotedPrintable,
        // Its frame is text, and text knows it.
        Encoding::Uuencode => return text::text(cover, bytes, body.charset.as_deref()),
        _ => Coding::Plain,
    };
    let Some(mut decoded) = coding.decode(bytes) else { return text::text(cover, bytes, body.charset.as_deref()) };
    content(cover, &mut decoded, Some(body));
    if coding == Coding::Plain {
        keep_lines(bytes, &mut decoded);
    }
    coding.write(bytes, &decoded);
    if coding == Coding::Base64 {
        // Junk between the characters of base64.
        Beyond::of(bytes, None).cover(bytes);
    }
}

/// The decoded content of a part, or a file in a text.
fn content(cover: &Cover<'_>, bytes: &mut [u8], body: Option<&Body>) {
    let charset = body.and_then(|body| body.charset.as_deref());
    let media = body.map(|body| body.media);
    if body.is_some_and(|body| body.message) && cover.layers < Limits::ENCODED_LAYERS {
        return message(&Cover { layers: cover.layers + 1, ..*cover }, bytes);
    }
    if media.is_some_and(is_fields) {
        return blocks(cover, bytes);
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    let kind = sniff::kind(head);
    if let Some(at) = late_magic(head, kind) {
        let (junk, file) = bytes.split_at_mut(at);
        if kind == FileKind::Unknown {
            junk.iter_mut().for_each(|b| *b = if b.is_ascii_graphic() { b'x' } else { 1 | *b & 0x80 });
        }
        return content(cover, file, None);
    }
    let damage = mangled::damage(head, kind);
    if damage.contains(DamageFlags::UTF8) {
        return files::mangled(kind, bytes, cover);
    }
    if let Some(mut file) = Coding::Base64.decode(bytes).filter(|_| damage.contains(DamageFlags::DOUBLE_ENCODED)) {
        content(cover, &mut file, None);
        return Coding::Base64.write(bytes, &file);
    }
    let readable = kind == FileKind::Unknown && media.is_some_and(MediaType::is_text) && is_mostly_text(head);
    if is_text(kind) || readable {
        text::text(cover, bytes, charset);
    } else {
        files::skeleton(kind, bytes, cover);
    }
}

/// Reports and header blocks: fields, in blocks.
fn is_fields(media: MediaType) -> bool {
    matches!(
        media,
        MediaType::MessageDeliveryStatus
            | MediaType::MessageDispositionNotification
            | MediaType::MessageFeedbackReport
            | MediaType::TextRfc822Headers
    )
}

fn blocks(cover: &Cover<'_>, mut bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(line_end) = memchr::memchr(b'\n', &bytes[at..]) {
        at += line_end + 1;
        // An empty line ends the block.
        let end = match bytes[at..] {
            [b'\n', ..] => at + 1,
            [b'\r', b'\n', ..] => at + 2,
            _ => continue,
        };
        let (block, rest) = bytes.split_at_mut(end);
        message(cover, block);
        (bytes, at) = (rest, 0);
    }
    message(cover, bytes);
}

fn is_text(kind: FileKind) -> bool {
    use Family::{Calendar, Html, Message, PostScript, Rtf, Script, Text, Xml};
    kind == FileKind::Empty
        || matches!(kind.family(), Text | Html | Xml | Calendar | Message | Rtf | PostScript | Script)
}

/// Text with some bytes in it that text does not have.
fn is_mostly_text(head: &[u8]) -> bool {
    let odd = head.iter().filter(|b| b.is_ascii_control() && !b.is_ascii_whitespace()).count();
    odd * 10 < head.len()
}

/// Where a format begins behind junk: blanks and the like, or bytes that nobody knows.
fn late_magic(head: &[u8], kind: FileKind) -> Option<usize> {
    if kind != FileKind::Unknown && !sniff::late_magic(head) {
        return None;
    }
    sniff::magic_at(&head[..head.len().min(LATE_MAGIC)]).filter(|at| *at > 0)
}

/// Of a body that is not encoded, lines, NULs and bytes above 0x7F stay where they are: they are findings of their own.
fn keep_lines(before: &[u8], after: &mut [u8]) {
    for (old, new) in before.iter().zip(after) {
        *new = match (*old, *new) {
            (b'\r' | b'\n' | 0, _) => *old,
            (128.., ..128) => 0x81,
            (_, b'\r' | b'\n' | 0) => 1,
            (_, new) => new,
        };
    }
}
