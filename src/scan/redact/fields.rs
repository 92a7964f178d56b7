//! Header fields: each covered by the rule of its name.

use super::super::boundary;
use super::super::limits::Limits;
use super::super::names::{Extension, MediaType};
use super::coded::{Coding, Pieces};
use super::cover::{self, Beyond, Key, With, is_charset};
use super::vocabulary::{
    DATE_WORDS, FILE_NAMES, KEYWORD_VALUES, KEYWORD_WORDS, LOCK, MIME_WORDS, NOBODY_WORDS, PARAMETER_NAMES, Rule,
    TRACE_WORDS, rule,
};
use std::ops::Range;
use unicode_normalization::char::compose;

/// Covers a field with a name of so many bytes; folds stay where they are.
pub(super) fn field(field: &mut [u8], name_length: usize, key: &Key) {
    let (name, rest) = field.split_at_mut(name_length);
    let known = rule(name);
    if known.is_none() {
        self::name(name);
    }
    match known.unwrap_or(Rule::Text) {
        Rule::Mime => mime(name, rest, key),
        Rule::Date => cover::but(rest, &DATE_WORDS, true, With::Blank),
        Rule::Trace => trace(rest, key),
        Rule::Keywords => cover::but(rest, &KEYWORD_WORDS, true, With::Key(key)),
        Rule::Identifiers => value(rest, With::Key(key)),
        Rule::Text => value(rest, With::Blank),
    }
}

/// A name that is not on the list may be anything.
fn name(name: &mut [u8]) {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|n| n.eq_ignore_ascii_case(prefix.as_bytes()));
    let kept = ["content-", "x-"].iter().find(|prefix| begins(prefix)).map_or(0, |prefix| prefix.len());
    cover::all(&mut name[kept..], None, With::Blank);
}

/// The line `From ` of a mailbox: its date stays.
pub(super) fn from_line(line: &mut [u8], key: &Key) {
    let Some((_, rest)) = line.split_at_mut_checked(b"From ".len()) else { return };
    let address = rest.iter().position(|b| *b == b' ').unwrap_or(rest.len());
    let (address, date) = rest.split_at_mut(address);
    cover::all(address, None, With::Key(key));
    cover::but(date, &DATE_WORDS, true, With::Blank);
}

fn trace(value: &mut [u8], key: &Key) {
    let date = value.iter().rposition(|b| *b == b';').unwrap_or(value.len());
    let (stations, date) = value.split_at_mut(date);
    cover::but(stations, &TRACE_WORDS, false, With::Key(key));
    cover::but(date, &DATE_WORDS, true, With::Blank);
}

/// A value in which encoded words may stand.
pub(super) fn value(value: &mut [u8], with: With<'_>) {
    let words = encoded_words(value);
    // What is no encoded word, whole: so that a letter that is torn apart by one stays what it is.
    let mut between = Pieces::default();
    let mut at = 0;
    for word in &words {
        between.add(value, at..word.charset.start, Coding::Plain);
        // A language may stand between charset and encoding.
        between.add(value, word.charset.end..word.text.start - 3, Coding::Plain);
        at = word.text.end;
    }
    between.add(value, at..value.len(), Coding::Plain);
    match with {
        With::Key(_) => cover::but(&mut between.bytes, &NOBODY_WORDS, false, with),
        With::Blank => cover::all(&mut between.bytes, None, with),
    }
    between.write(value);
    // Neighbours of one charset together: a letter may be torn apart between them.
    let before = value.to_vec();
    let charset = |word: &Word| &before[word.charset.clone()];
    for run in words.chunk_by(|a, b| charset(a).eq_ignore_ascii_case(charset(b))) {
        let mut text = Pieces::default();
        run.iter().for_each(|word| text.add(value, word.text.clone(), word.coding));
        cover::all(&mut text.bytes, Some(charset(&run[0])), with);
        text.write(value);
        for word in run.iter().filter(|word| !is_charset(charset(word))) {
            cover::all(&mut value[word.charset.clone()], None, with);
        }
    }
}

/// An encoded word (RFC 2047 §2): where its charset and its text stand. Of one that cannot be decoded only the beginning is one, and its
/// text is empty.
pub(super) struct Word {
    charset: Range<usize>,
    pub text: Range<usize>,
    end: usize,
    pub coding: Coding,
}

/// The encoded words, and what is meant as one.
pub(super) fn encoded_words(value: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(found) = value.get(at..).and_then(|rest| memchr::memmem::find(rest, b"=?")) {
        let start = at + found + 2;
        at = start;
        let end = |from: usize| value[from..].iter().position(|b| *b == b'?' || *b <= b' ').map(|end| from + end);
        let Some(charset_end) = end(start).filter(|end| *end > start && *end - start <= 80) else { continue };
        let coding = match value[charset_end..] {
            [b'?', b'q' | b'Q', b'?', ..] => Coding::QuotedPrintable,
            [b'?', b'b' | b'B', b'?', ..] => Coding::Base64,
            _ => continue,
        };
        let text = charset_end + 3;
        // RFC 2231 §5: a language may follow.
        let star = value[start..charset_end].iter().position(|b| *b == b'*');
        let charset = start..star.map_or(charset_end, |star| start + star);
        let text_end = end(text).filter(|end| value[*end..].starts_with(b"?="));
        let whole = text_end.filter(|end| coding.decode(&value[text..*end]).is_some());
        let text = text..whole.unwrap_or(text);
        at = whole.map_or(text.end, |end| end + 2);
        words.push(Word { charset, text, end: at, coding });
    }
    words
}

/// A parameter: where its name and its value, without quotes, stand.
struct Param {
    name: Range<usize>,
    value: Range<usize>,
    quoted: bool,
}

/// Value and parameters of a structured field, as [`Reader`](super::super::field::Reader) finds them.
fn parameters(text: &[u8]) -> (Range<usize>, Vec<Param>) {
    let mut params = Vec::new();
    let start = skip_comments(text, 0);
    let mut at = start;
    while at < text.len() && !matches!(text[at], b';' | b'(') {
        at += 1;
    }
    let head = trimmed(text, start..at);
    while let Some(semicolon) = find(text, skip_comments(text, at), b";") {
        let begin = skip_comments(text, semicolon + 1);
        let Some(equals) = find(text, begin, b"=;").filter(|at| text[*at] == b'=') else {
            at = find(text, begin, b";").unwrap_or(text.len());
            continue;
        };
        let value = skip_comments(text, equals + 1);
        let quoted = text.get(value) == Some(&b'"');
        let value = if quoted { value + 1 } else { value };
        let mut end = value;
        while let Some(b) = text.get(end) {
            match b {
                b'\\' if quoted => end += 1,
                b'"' if quoted => break,
                b';' if !quoted => break,
                b'(' if !quoted && (end == value || matches!(text[end - 1], b' ' | b'\t' | b'\n')) => break,
                _ => {}
            }
            end += 1;
        }
        let end = end.min(text.len());
        let range = if quoted { value..end } else { trimmed(text, value..end) };
        params.push(Param { name: trimmed(text, begin..equals), value: range, quoted });
        at = end + usize::from(quoted);
        if params.len() > Limits::PARAMETERS {
            break;
        }
    }
    (head, params)
}

fn find(text: &[u8], from: usize, any: &[u8]) -> Option<usize> {
    text.get(from..)?.iter().position(|b| any.contains(b)).map(|at| from + at)
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let piece = &text[range.clone()];
    let start = piece.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = piece.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(start, |at| at + 1);
    range.start + start..range.start + end
}

fn skip_comments(text: &[u8], from: usize) -> usize {
    let mut at = from.min(text.len());
    let mut depth = 0usize;
    while let Some(b) = text.get(at) {
        match b {
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b'\\' if depth > 0 => at += 1,
            _ if depth > 0 || b.is_ascii_whitespace() => {}
            _ => return at,
        }
        at += 1;
    }
    text.len()
}

/// Content-Type, -Transfer-Encoding and -Disposition.
fn mime(name: &[u8], rest: &mut [u8], key: &Key) {
    // The colon is no part of the value.
    let colon = rest.iter().position(|b| *b == b':').map_or(rest.len(), |at| at + 1);
    let value = &mut rest[colon..];
    let before = value.to_vec();
    let (head, params) = parameters(&before);
    let base = |param: &Param| base_of(&before, param);
    // What is neither value nor parameter: comments, junk.
    let mut places: Vec<Range<usize>> = params.iter().flat_map(|p| [p.name.clone(), p.value.clone()]).collect();
    places.push(head.clone());
    places.sort_by_key(|range| range.start);
    let mut at = 0;
    for place in places.iter().chain([&(value.len()..value.len())]) {
        if place.start > at {
            cover::but(&mut value[at..place.start], &MIME_WORDS, false, With::Key(key));
        }
        at = at.max(place.end);
    }
    let is_type = name.eq_ignore_ascii_case(b"content-type");
    if !(is_type && is_known_type(&before[head.clone()])) {
        for word in value[head].chunk_by_mut(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()) {
            // Of a keyword with junk at its end, the junk goes.
            let keyword = (4..=word.len()).rev().find(|n| MIME_WORDS.has(&word[..*n])).unwrap_or(0);
            // Its digits stay: a fold may stand within it (`base 64`).
            cover::but(&mut word[keyword..], &MIME_WORDS, true, With::Key(key));
        }
    }
    for param in &params {
        let stars = param.name.start + base(param).len();
        if !PARAMETER_NAMES.has(&base(param)) {
            cover::all(&mut value[param.name.start..stars], None, With::Key(key));
        }
    }
    let mut done: Vec<Vec<u8>> = Vec::new();
    for param in &params {
        let base = base(param);
        let range = param.value.clone();
        match base.as_slice() {
            b"filename" | b"name" | b"boundary" if done.contains(&base) => {}
            b"filename" | b"name" => {
                let same: Vec<&Param> = params.iter().filter(|p| base_of(&before, p) == base).collect();
                // A name given twice in full is two names; pieces are one.
                let pieces = |p: &&Param| before[p.name.clone()].iter().any(|b| b.is_ascii_digit());
                let (pieces, whole): (Vec<&Param>, Vec<&Param>) = same.into_iter().partition(pieces);
                if !pieces.is_empty() {
                    file_name_in(value, &before, &pieces, key);
                }
                whole.iter().for_each(|param| file_name_in(value, &before, &[*param], key));
                done.push(base);
            }
            b"boundary" => {
                let mut text = Pieces::default();
                let same = || params.iter().filter(|p| base_of(&before, p) == base);
                let one = same().count() == 1 || same().all(|p| p.name.len() > base.len());
                for param in same().filter(|p| one || p.name == param.name) {
                    let (range, coding, _) = extended(&before, param);
                    text.add(value, range, coding);
                }
                let end = boundary::without_padding(&text.bytes).len();
                cover::all(&mut text.bytes[..end], None, With::Key(key));
                text.write(value);
                if one {
                    done.push(base);
                }
            }
            b"charset" => {
                if !is_charset(before[range.clone()].trim_ascii()) {
                    cover::all(&mut value[range], None, With::Key(key));
                }
            }
            _ if base.ends_with(b"-date") => cover::but(&mut value[range], &DATE_WORDS, true, With::Blank),
            _ if KEYWORD_VALUES.has(&base) => {
                if !is_known_type(&before[range.clone()]) {
                    cover::but(&mut value[range], &MIME_WORDS, true, With::Key(key));
                }
            }
            _ => self::value(&mut value[range], With::Key(key)),
        }
    }
}

/// The name of a parameter without what says which piece of it this is, and how it is written (RFC 2231).
fn base_of(text: &[u8], param: &Param) -> Vec<u8> {
    let name = &text[param.name.clone()];
    name[..name.iter().position(|b| *b == b'*').unwrap_or(name.len())].to_ascii_lowercase()
}

/// A media type on the list by one of its names; those that are not, `other`, are not known.
fn is_known_type(value: &[u8]) -> bool {
    value.contains(&b'/') && !MediaType::of(value).name().ends_with("other")
}

/// The part of a parameter's value that is covered, how it is written, and its charset, if it says one (RFC 2231 §4).
fn extended<'a>(text: &'a [u8], param: &Param) -> (Range<usize>, Coding, Option<&'a [u8]>) {
    let range = param.value.clone();
    if !text[param.name.clone()].ends_with(b"*") {
        return (range, if param.quoted { Coding::Quoted } else { Coding::Plain }, None);
    }
    let value = &text[range.clone()];
    let mut quotes = value.iter().enumerate().filter(|(_, b)| **b == b'\'').map(|(at, _)| at);
    match (quotes.next(), quotes.next()) {
        (Some(first), Some(second)) if is_charset(&value[..first]) => {
            (range.start + second + 1..range.end, Coding::Percent, Some(&value[..first]))
        }
        _ => (range, Coding::Percent, None),
    }
}

/// The file name in these parameters, which are pieces of one.
fn file_name_in(value: &mut [u8], before: &[u8], params: &[&Param], key: &Key) {
    let mut name = Pieces::default();
    let mut charset = None;
    for param in params {
        let (range, coding, said) = extended(before, param);
        charset = charset.or(said);
        let mut at = range.start;
        if coding != Coding::Percent {
            for word in encoded_words(&before[range.clone()]) {
                let place = |r: &Range<usize>| range.start + r.start..range.start + r.end;
                let (said, text) = (place(&word.charset), place(&word.text));
                // The frame stays, but for a charset that nobody knows.
                if !is_charset(&before[said.clone()]) {
                    cover::all(&mut value[said.clone()], None, With::Key(key));
                }
                charset = charset.or(Some(&before[said.clone()]));
                // Blanks between two encoded words are not part of the name (RFC 2047 §6.2).
                let gap = at..(said.start - 2).max(at);
                if at == range.start || !before[gap.clone()].iter().all(u8::is_ascii_whitespace) {
                    name.add(value, gap, coding);
                }
                name.add(value, text.clone(), word.coding);
                at = range.start + word.end;
            }
        }
        name.add(value, at..range.end, coding);
    }
    file_name(&mut name.bytes, charset, key);
    name.write(value);
}

/// Covers a file name: extensions of the list stay, and so does all that is odd about it.
pub(super) fn file_name(name: &mut [u8], charset: Option<&[u8]>, key: &Key) {
    if FILE_NAMES.iter().any(|known| name.trim_ascii().eq_ignore_ascii_case(known.as_bytes())) {
        return;
    }
    Beyond::of(name, charset).cover(name);
    let before = name.to_vec();
    let mut first = true;
    for piece in name.split_mut(|b| *b == b'.') {
        let lock = piece.eq_ignore_ascii_case(LOCK.as_bytes());
        let reserved = first && is_reserved(piece);
        let known = Extension::of(piece.trim_ascii()) != Extension::Other;
        if !(lock || reserved || (known && !first)) {
            cover::words(piece, With::Key(key), |_| false);
        }
        first = false;
    }
    with_marks(&before, name);
}

/// A letter that makes one character with the accent behind it becomes one that does so as well, and one that does not, one that does not.
fn with_marks(before: &[u8], name: &mut [u8]) {
    let Ok(text) = std::str::from_utf8(before) else { return };
    for ((at, letter), mark) in text.char_indices().zip(text.chars().skip(1)) {
        if !letter.is_ascii_alphabetic() || mark.is_ascii() || name[at] == before[at] {
            continue;
        }
        let alike = |b: u8| compose(b.into(), mark).is_some() == compose(letter, mark).is_some();
        let cased = |b: &u8| if letter.is_ascii_uppercase() { b.to_ascii_uppercase() } else { *b };
        if !alike(name[at]) {
            name[at] = cover::LETTERS_USED.iter().map(cased).find(|b| alike(*b)).unwrap_or(name[at]);
        }
    }
}

/// Names that Windows keeps for devices, and those that programs give to what has none.
fn is_reserved(stem: &[u8]) -> bool {
    let upper = stem.to_ascii_uppercase();
    matches!(upper.as_slice(), b"CON" | b"PRN" | b"AUX" | b"NUL")
        || matches!(upper.as_slice(), [b'C', b'O', b'M', b'1'..=b'9'] | [b'L', b'P', b'T', b'1'..=b'9'])
        || upper.strip_prefix(b"ATT").is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let name = text.find(':').unwrap();
        field(&mut bytes, name, &Key::default());
        String::from_utf8(bytes).unwrap()
    }

    /// What is left once the letters of covered identifiers are made one.
    fn shape(text: &str) -> String {
        let used = |c: char| cover::LETTERS_USED.contains(&(c.to_ascii_lowercase() as u8));
        covered(text).chars().map(|c| if used(c) { 'x' } else { c }).collect()
    }

    #[test]
    fn text_and_its_encoded_words() {
        assert_eq!(covered("Subject: Re: Your bill 12"), "Subject: Xx: Xxxx xxxx 00");
        assert_eq!(covered("Subject: =?utf-8?Q?a=C3=9F_bc?= x"), "Subject: =?utf-8?Q?x=C3=9F_xx?= x");
        assert_eq!(covered("Subject: =?utf-8?B?SGVsbG8=?="), "Subject: =?utf-8?B?WHh4eHg=?=");
        assert_eq!(covered("X-Our-Secret: word"), "X-Xxx-Xxxxxx: xxxx");
        assert_eq!(covered("Subject: =?utf-8?B?SGV*?="), "Subject: =?utf-8?B?WHh*?=");
    }

    #[test]
    fn dates_and_keywords_stay() {
        for kept in ["Date: Tue, 24 Nov 2026 10:00:00 +0100 (CET)", "MIME-Version: 1.0", "Precedence: bulk"] {
            assert_eq!(covered(kept), kept);
        }
        let received = covered("Received: from host.example by mx with ESMTP id A1; Tue, 24 Nov 2026 10:00:00 +0100");
        assert!(received.starts_with("Received: from ") && received.contains(" with ESMTP id "));
        assert!(received.ends_with("; Tue, 24 Nov 2026 10:00:00 +0100") && !received.contains("example"));
    }

    #[test]
    fn types_and_parameters_stay_and_their_values_go() {
        for kept in [
            "Content-Type: text/plain; charset=utf-8; format=flowed",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Disposition: attachment; creation-date=\"Tue, 24 Nov 2026 10:00:00 +0100\"",
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256",
        ] {
            assert_eq!(covered(kept), kept);
        }
        assert_eq!(shape("Content-Type: text/secret; hint=some"), "Content-Type: text/xxxxxx; xxxx=xxxx");
        assert_eq!(
            shape("Content-Disposition: attachment; filename=\"Bill of May.pdf.exe\""),
            "Content-Disposition: attachment; filename=\"xxxx xx xxx.pdf.exe\""
        );
        assert_eq!(
            shape(
                "Content-Disposition: attachment; filename*0*=utf-8''Sec%C3%9F; filename*1=\"ret.d\"; filename*2=ocx"
            ),
            "Content-Disposition: attachment; filename*0*=utf-8''xxx%C3%9F; filename*1=\"xxx.d\"; filename*2=ocx"
        );
        assert_eq!(
            shape("Content-Type: a/c; name=\"=?utf-8?Q?Secret=2Epdf?=\""),
            "Content-Type: x/x; name=\"=?utf-8?x?xxxxxx=2Epdf?=\""
        );
        assert_eq!(
            covered("Content-Disposition: attachment; filename=winmail.dat"),
            "Content-Disposition: attachment; filename=winmail.dat"
        );
    }

    #[test]
    fn digits_of_comments_and_identifiers_go() {
        let digits = |text: &str| covered(text).bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
        let long = "47110815".repeat(8);
        assert_ne!(digits(&format!("Content-Type: text/plain ({long}); format=flowed")), long.as_bytes());
        assert_ne!(digits(&format!("X-MS-TNEF-Correlator: <{long}>")), long.as_bytes());
    }

    #[test]
    fn accents_stay_apart_from_their_letters() {
        for (name, composes) in [("no\u{308}tes.pdf", true), ("NO\u{301}TES.pdf", true), ("nob\u{308}es.pdf", false)] {
            for _ in 0..50 {
                let mut bytes = name.as_bytes().to_vec();
                file_name(&mut bytes, None, &Key::default());
                let covered: Vec<char> = String::from_utf8(bytes).unwrap().chars().collect();
                let found = covered.windows(2).any(|pair| !pair[1].is_ascii() && compose(pair[0], pair[1]).is_some());
                assert_eq!(found, composes, "{covered:?}");
            }
        }
    }

    #[test]
    fn comments_and_junk_are_covered() {
        let covered = covered("Content-Type: text/plain (secret; name=secret); charset=\"secret-set\"; secret");
        assert!(!covered.contains("secret"), "{covered}");
        assert!(covered.starts_with("Content-Type: text/plain ("));
    }
}
