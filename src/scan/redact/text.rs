//! Bodies of text: words become `x`, and what a program reads stays: tags, names of fields, armour, `data:` URIs.

use super::super::bytes::{starts_with, without_line_end};
use super::super::uuencode::{is_begin, is_data};
use super::Cover;
use super::coded::Coding;
use super::cover::{Beyond, With, is_charset, words};
use super::fields;
use super::vocabulary::{
    ARMOUR_WORDS, ATTRIBUTE_NAMES, ATTRIBUTE_WORDS, CALENDAR_WORDS, ELEMENT_NAMES, ENTITY_NAMES, MIME_WORDS,
    SCHEME_NAMES, TECHNICAL_NAMES, Words, rule,
};
use std::ops::Range;

/// Bytes of a URL that are looked at.
const LONGEST_URL: usize = 1024;
/// Bytes of the media type in a `data:` URL that are looked at.
const LONGEST_TYPE: usize = 128;

/// What stays of a text, and what is covered by the key.
#[derive(Default)]
struct Marks {
    kept: Vec<Range<usize>>,
    keyed: Vec<Range<usize>>,
}

impl Marks {
    fn keep(&mut self, start: usize, length: usize) {
        self.kept.push(start..start + length);
    }

    /// The words of this place that are on the list, and its digits if wanted.
    fn keep_words(&mut self, text: &[u8], place: Range<usize>, list: &Words, digits: bool) {
        let mut at = place.start;
        for word in text[place].chunk_by(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()) {
            if list.has(word) || (digits && word.iter().all(u8::is_ascii_digit)) {
                self.keep(at, word.len());
            }
            at += word.len();
        }
    }
}

/// Covers a text.
pub(super) fn text(cover: &Cover<'_>, text: &mut [u8], charset: Option<&[u8]>) {
    if text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF") {
        return wide(text);
    }
    let mut marks = Marks::default();
    markup(text, &mut marks);
    lines(cover, text, &mut marks);
    let before = text.to_vec();
    Beyond::of(text, charset).cover(text);
    words(text, cover.text, |_| false);
    for range in marks.keyed {
        text[range.clone()].copy_from_slice(&before[range.clone()]);
        fields::value(&mut text[range], With::Key(cover.key));
    }
    for range in marks.kept {
        text[range.clone()].copy_from_slice(&before[range]);
    }
}

/// UTF-16: letters and digits become `x`, all else stays.
fn wide(text: &mut [u8]) {
    let little = text.starts_with(b"\xFF\xFE");
    for unit in text.chunks_exact_mut(2).skip(1) {
        let pair = [unit[0], unit[1]];
        let code = if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
        if char::from_u32(code.into()).is_none_or(|c| c.is_alphanumeric()) {
            unit.copy_from_slice(&if little { u16::to_le_bytes(0x78) } else { u16::to_be_bytes(0x78) });
        }
    }
}

/// Length of the word that begins here.
fn word_at(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count()
}

/// Tags with their attributes, entities, schemes of URLs.
fn markup(text: &[u8], marks: &mut Marks) {
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'<', b'&', b':', &text[at..]) {
        let here = at + found;
        at = here + 1;
        match text[here] {
            b'&' => {
                let length = word_at(text, at);
                if text.get(at + length) == Some(&b';') && ENTITY_NAMES.has(&text[at..at + length]) {
                    marks.keep(at, length);
                }
            }
            b':' => scheme(text, here, marks),
            _ => {
                let begin = at + text[at..].iter().take(2).take_while(|b| matches!(b, b'/' | b'!' | b'?')).count();
                let length = word_at(text, begin);
                if ELEMENT_NAMES.has(&text[begin..begin + length]) {
                    marks.keep(begin, length);
                    let rest = &text[begin + length..];
                    let end = memchr::memchr2(b'>', b'<', rest).unwrap_or(rest.len());
                    let tag = begin + length..begin + length + end;
                    if text[begin..tag.start].eq_ignore_ascii_case(b"doctype") {
                        marks.keep_words(text, tag.clone(), &ATTRIBUTE_WORDS, false);
                    }
                    attributes(text, tag, marks);
                }
            }
        }
    }
}

/// The scheme of a URL that ends at this colon, and of `data:` and `cid:` what follows.
fn scheme(text: &[u8], colon: usize, marks: &mut Marks) {
    let length = text[..colon].iter().rev().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
    let start = colon - length;
    let inside = marks.keyed.last().is_some_and(|url| start < url.end);
    if length == 0 || inside || !SCHEME_NAMES.has(&text[start..colon]) {
        return;
    }
    marks.keep(start, length);
    let rest = &text[colon + 1..];
    let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b')');
    let end = rest.iter().take(LONGEST_URL).position(stop).unwrap_or(rest.len().min(LONGEST_URL));
    match text[start].to_ascii_lowercase() {
        b'c' => marks.keyed.push(colon + 1..colon + 1 + end),
        b'd' => {
            // Another colon is of another URL, which is looked at by itself.
            let most = &rest[..end.min(LONGEST_TYPE)];
            if let Some(comma) = most.iter().position(|b| matches!(b, b',' | b':')).filter(|at| most[*at] == b',') {
                technical(text, colon + 1..colon + 1 + comma, &MIME_WORDS, marks);
            }
        }
        _ => {}
    }
}

fn attributes(text: &[u8], tag: Range<usize>, marks: &mut Marks) {
    let mut at = tag.start;
    while at < tag.end {
        let length = text[at..tag.end].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let name = &text[at..at + length];
        if length == 0 {
            at += 1;
            continue;
        }
        if ATTRIBUTE_NAMES.has(name) {
            marks.keep(at, length);
        }
        at += length;
        let blanks = |at: usize| at + text[at..tag.end].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let equals = blanks(at);
        if equals >= tag.end || text[equals] != b'=' {
            continue;
        }
        let value = blanks(equals + 1);
        let quote = text[value..tag.end].first().copied().filter(|b| matches!(b, b'"' | b'\''));
        let value = value + usize::from(quote.is_some());
        let ends = |b: &u8| quote.map_or(b.is_ascii_whitespace(), |quote| *b == quote);
        let end = text[value..tag.end].iter().position(ends).map_or(tag.end, |end| value + end);
        if ["charset", "encoding"].iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
            charset(text, value..end, &ATTRIBUTE_WORDS, marks);
        } else if TECHNICAL_NAMES.has(name) {
            technical(text, value..end, &ATTRIBUTE_WORDS, marks);
        }
        at = end;
    }
}

/// Words of the list in a value that programs read, and the charset that it may name.
fn technical(text: &[u8], place: Range<usize>, list: &Words, marks: &mut Marks) {
    marks.keep_words(text, place.clone(), list, false);
    let mut at = place.start;
    for piece in text[place].split_inclusive(|b| matches!(b, b';' | b' ')) {
        if starts_with(piece, b"charset=") {
            charset(text, at + b"charset=".len()..at + piece.len(), list, marks);
        }
        at += piece.len();
    }
}

/// The name of a charset, with its digits if mail programs know it.
fn charset(text: &[u8], place: Range<usize>, list: &Words, marks: &mut Marks) {
    let name = text[place.clone()].split(|b| matches!(b, b';' | b' ')).next().unwrap_or_default();
    marks.keep_words(text, place.start..place.start + name.len(), list, is_charset(name));
}

/// What programs read at the start of a line.
fn lines(cover: &Cover<'_>, text: &mut [u8], marks: &mut Marks) {
    let mut at = 0;
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
        let line = &text[at..end];
        if line.starts_with(b"begin ") {
            if let Some(file_end) = uuencoded(cover, text, at, marks) {
                at = file_end;
                continue;
            }
        } else if line.starts_with(b"--") && !line.starts_with(b"-----") {
            marks.keyed.push(at..end);
        } else if line.starts_with(b"-----") || line.starts_with(b"=y") || line.starts_with(b"(This file must") {
            marks.keep_words(text, at..end, &ARMOUR_WORDS, line.starts_with(b"=y"));
        } else {
            named(text, at..end, marks);
        }
        at = end + 1;
    }
    let head = &text[..text.len().min(1024)];
    for magic in [&b"{\\rtf1"[..], b"%!PS-Adobe", b"%PDF"] {
        if let Some(found) = memchr::memmem::find(head, magic) {
            marks.keep(found, magic.len());
        }
    }
}

/// A line that begins like a header field or a line of a calendar.
fn named(text: &[u8], line: Range<usize>, marks: &mut Marks) {
    let length =
        text[line.clone()].iter().take(80).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-')).count();
    let name = &text[line.start..line.start + length];
    // Obsolete, and understood (RFC 5322 §4.5): blanks before the colon.
    let next = text[line.start + length..line.end].iter().find(|b| !matches!(b, b' ' | b'\t'));
    if length == 0 || !matches!(next, Some(b':' | b';')) {
        return;
    }
    if rule(name).is_some() {
        marks.keep(line.start, length);
    } else if CALENDAR_WORDS.has(name) {
        marks.keep(line.start, length);
        if ["begin", "end", "method"].iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
            marks.keep_words(text, line.start + length..line.end, &CALENDAR_WORDS, false);
        }
    }
}

/// A uuencoded file from its `begin` line on: its name and content are covered. Where it ends.
fn uuencoded(cover: &Cover<'_>, text: &mut [u8], start: usize, marks: &mut Marks) -> Option<usize> {
    let line_end = start + memchr::memchr(b'\n', &text[start..])?;
    if !is_begin(&text[start..line_end]) {
        return None;
    }
    let name = start + 6 + word_at(text, start + 6) + 1;
    // The content goes on while lines look like it.
    let mut end = line_end + 1;
    let mut data = false;
    for line in text[end..].split_inclusive(|b| *b == b'\n') {
        let bare = without_line_end(line);
        if !is_data(bare) && !matches!(bare, b"`" | b" " | b"end") {
            break;
        }
        data |= is_data(bare);
        end += line.len();
        if bare == b"end" {
            break;
        }
    }
    if !data {
        return None;
    }
    let mut content = Coding::Uuencode.decode(&text[start..end])?;
    super::content(cover, &mut content, None);
    Coding::Uuencode.write(&mut text[start..end], &content);
    let name_end = line_end - usize::from(text[line_end - 1] == b'\r');
    fields::file_name(&mut text[name..name_end], None, cover.key);
    marks.kept.push(start..end);
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::super::cover::Key;
    use super::*;

    fn covered(before: &str) -> String {
        let mut bytes = before.as_bytes().to_vec();
        let key = Key::default();
        text(&Cover { key: &key, text: With::Blank, layers: 0 }, &mut bytes, None);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_programs_read_stays() {
        for kept in [
            "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head></html>",
            "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
            "-----BEGIN PGP MESSAGE-----\n",
            "Content-Type: ",
            "&nbsp;&amp;",
        ] {
            assert_eq!(covered(kept), kept);
        }
    }

    #[test]
    fn what_people_write_goes() {
        assert_eq!(covered("<p class=\"secret\">Dear <b>all</b>,"), "<p class=\"xxxxxx\">Xxxx <b>xxx</b>,");
        assert_eq!(covered("<secret>"), "<xxxxxx>");
        assert_eq!(covered("see https://host.example/a1"), "xxx https://xxxx.xxxxxxx/x0");
        assert_eq!(covered("data:image/png;base64,SGVsbG8"), "data:image/png;base64,XXXxxX0");
        assert_eq!(covered("Subject: secret\nSecret: x\n"), "Subject: xxxxxx\nXxxxxx: x\n");
        assert_eq!(covered("SUMMARY:Board meeting"), "SUMMARY:Xxxxx xxxxxxx");
    }

    #[test]
    fn digits_stay_where_they_say_a_charset() {
        assert_eq!(
            covered("<meta itemprop=\"orderNumber\" content=\"123-4567890\">"),
            "<meta itemprop=\"xxxxxXxxxxx\" content=\"000-0000000\">"
        );
        assert_eq!(
            covered("<meta content='12; charset=iso-8859-15; 34'>"),
            "<meta content='00; charset=iso-8859-15; 00'>"
        );
        assert_eq!(
            covered("<meta charset=windows-1252><p charset=1252>"),
            "<meta charset=windows-1252><p charset=0000>"
        );
        assert_eq!(covered("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "<?xml version=\"0.0\" encoding=\"utf-8\"?>");
        assert_eq!(covered("<!DOCTYPE html 4.01>"), "<!DOCTYPE html 0.00>");
        assert_eq!(
            covered("BEGIN:4711\nEND: 0815\nVERSION:2.1\nMETHOD:12"),
            "BEGIN:0000\nEND: 0000\nVERSION:0.0\nMETHOD:00"
        );
        assert_eq!(covered("data: 4711 data:4711"), "data: 0000 data:0000");
        assert_eq!(covered("data:text/plain;charset=iso-8859-1,12"), "data:text/plain;charset=iso-8859-1,00");
        let far = "1".repeat(200);
        assert_eq!(covered(&format!("data:{far},")), format!("data:{},", "0".repeat(200)));
    }

    #[test]
    fn schemes_in_a_row_are_no_url() {
        let mut marks = Marks::default();
        markup("data:".repeat(1000).as_bytes(), &mut marks);
        assert!(marks.kept.len() < 4000, "{}", marks.kept.len());
    }

    #[test]
    fn uuencoded_files_keep_their_frame() {
        let covered = covered("text\nbegin 644 secret.pdf\n#86)C\n`\nend\ntext\n");
        assert!(covered.starts_with("xxxx\nbegin 644 ") && covered.contains(".pdf\n#"));
        assert!(covered.ends_with("\n`\nend\nxxxx\n") && !covered.contains("secret") && !covered.contains("86)C"));
    }
}
