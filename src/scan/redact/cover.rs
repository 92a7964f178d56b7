//! Covering of text: letters become other letters, digits other digits, and everything else stays; so does every length.

use super::super::charset::Charset;
use super::vocabulary::{LETTERS, Words};
use std::hash::{BuildHasher, Hasher, RandomState};

/// The letters that identifiers are covered with. No word of any language is made of them alone.
pub(super) const LETTERS_USED: &[u8] = b"jkqvwxz";

/// Covers identifiers: the same becomes the same, and what begins alike begins alike. Random, and forgotten after one mail.
#[derive(Default)]
pub(super) struct Key(RandomState);

impl Key {
    /// A number that says nothing about the bytes.
    pub fn hash(&self, bytes: &[u8]) -> u64 {
        self.0.hash_one(bytes)
    }
}

/// What letters and digits become.
#[derive(Clone, Copy)]
pub(super) enum With<'a> {
    /// `x` and `0`: text, of which nothing should be recognised again.
    Blank,
    /// As the key says.
    Key(&'a Key),
}

/// Covers a word of ASCII letters and digits.
fn word(word: &mut [u8], with: With<'_>) {
    match with {
        With::Blank => {
            for b in word {
                *b = match *b {
                    b'a'..=b'z' => b'x',
                    b'A'..=b'Z' => b'X',
                    _ => b'0',
                };
            }
        }
        With::Key(key) => {
            let mut hasher = key.0.build_hasher();
            for b in word {
                hasher.write_u8(b.to_ascii_lowercase());
                let hash = hasher.finish();
                *b = match *b {
                    b'a'..=b'z' => LETTERS_USED[(hash % LETTERS_USED.len() as u64) as usize],
                    b'A'..=b'Z' => LETTERS_USED[(hash % LETTERS_USED.len() as u64) as usize].to_ascii_uppercase(),
                    _ => b'0' + (hash % 10) as u8,
                };
            }
        }
    }
}

/// Covers the words of a text that `keep` does not know. Other bytes than letters and digits stay, if they are ASCII.
pub(super) fn words(text: &mut [u8], with: With<'_>, keep: impl Fn(&[u8]) -> bool) {
    let mut at = 0;
    while let Some(rest) = text.get_mut(at..).filter(|rest| !rest.is_empty()) {
        if rest[0] == 0x1B {
            // An escape of ISO 2022 ends in a letter that is none.
            let inside = rest[1..].iter().take_while(|b| matches!(b, b' '..=b'/')).count();
            at += 2 + inside;
            continue;
        }
        let is_word = rest[0].is_ascii_alphanumeric();
        let end = rest.iter().position(|b| b.is_ascii_alphanumeric() != is_word || *b == 0x1B).unwrap_or(rest.len());
        if is_word && !keep(&rest[..end]) {
            word(&mut rest[..end], with);
        }
        at += end;
    }
}

/// Covers all words.
pub(super) fn all(text: &mut [u8], charset: Option<&[u8]>, with: With<'_>) {
    Beyond::of(text, charset).cover(text);
    words(text, with, |_| false);
}

/// Covers the words that are not on a list; digits stay or not.
pub(super) fn but(text: &mut [u8], list: &Words, digits: bool, with: With<'_>) {
    Beyond::of(text, None).cover(text);
    words(text, with, |word| list.has(word) || (digits && word.iter().all(u8::is_ascii_digit)));
}

/// Whether a run of letters is of words of formats, one behind the other (`ftypheic`), perhaps with a letter before them that is a number,
/// or the `PK` of a ZIP behind them.
pub(super) fn is_of_formats(run: &[u8]) -> bool {
    const LONGEST: usize = 96;
    let run = run.strip_suffix(b"PK").unwrap_or(run);
    if run.len() > LONGEST {
        return false;
    }
    // Whether all is of words from each place on, the last place first: there are many ways to cut a run.
    let mut words = [true; LONGEST + 1];
    for at in (0..run.len()).rev() {
        let rest = &run[at..];
        words[at] = rest.len() < 4 || (4..=rest.len().min(24)).any(|n| words[at + n] && LETTERS.has(&rest[..n]));
    }
    words[0] || words[1] && run.len() > 4
}

/// Covers words of more than three letters that may not stay, in ASCII and in UTF-16, and leaves all else: for the structure of files.
pub(super) fn scrub(bytes: &mut [u8], key: &Key) {
    for run in bytes.chunk_by_mut(|a, b| a.is_ascii_alphabetic() == b.is_ascii_alphabetic()) {
        if run.len() > 3 && run[0].is_ascii_alphabetic() && !is_of_formats(run) {
            word(run, With::Key(key));
        }
    }
    let mut at = 0;
    while at < bytes.len() {
        let wide = |at: usize| matches!(bytes.get(at..at + 2), Some([b, 0]) if b.is_ascii_alphabetic());
        let count = (0..).take_while(|i| wide(at + 2 * i)).count();
        if count > 3 {
            let mut run: Vec<u8> = (0..count).map(|i| bytes[at + 2 * i]).collect();
            if !LETTERS.has(&run) {
                word(&mut run, With::Key(key));
                run.iter().enumerate().for_each(|(i, b)| bytes[at + 2 * i] = *b);
            }
        }
        at += (2 * count).max(1);
    }
}

/// Whether a word is made of nothing but letters that cover.
pub(super) fn covers(word: &[u8]) -> bool {
    let ascii = |b: u8| LETTERS_USED.contains(&b.to_ascii_lowercase());
    // The letters that stand for others in older charsets.
    let single = |b: &u8| ascii(*b) || matches!(b, 0x80 | 0x88 | 0x9F | 0xA0 | 0xA1 | 0xB0 | 0xB1 | 0xBF | 0xE4 | 0xFF);
    let letter = |c: char| u8::try_from(c).ok().filter(u8::is_ascii).map_or(of_its_kind(c) == c, ascii);
    std::str::from_utf8(word).is_err() && word.iter().all(single)
        || word.utf8_chunks().all(|chunk| chunk.valid().chars().all(letter) && chunk.invalid().iter().all(single))
}

/// Whether mail programs know this charset.
pub(super) fn is_charset(name: &[u8]) -> bool {
    !matches!(Charset::of(name), Charset::None | Charset::Unknown)
}

/// How bytes above 0x7F are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// UTF-8, perhaps with faults.
    Utf8,
    /// One byte a letter, with or without control characters above 0x7F.
    Single { controls: bool },
    /// Two bytes a letter, the first above 0x80.
    Pairs { shift_jis: bool },
    /// ISO-2022: two bytes a letter between escapes.
    Escaped,
}

impl Beyond {
    pub fn of(text: &[u8], charset: Option<&[u8]>) -> Beyond {
        let charset = charset.unwrap_or_default().to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| charset.starts_with(name.as_bytes()));
        if text.windows(2).any(|w| w == b"\x1B$") {
            return Beyond::Escaped;
        }
        if charset.is_empty() || is(&["utf-8", "utf8", "us-ascii"]) || std::str::from_utf8(text).is_ok() {
            return Beyond::Utf8;
        }
        match () {
            () if is(&["shift", "sjis", "ms_kanji", "windows-31j", "cp932"]) => Beyond::Pairs { shift_jis: true },
            () if is(&["gb", "big5", "euc", "ks_c", "cp949", "cp936", "windows-949"]) => {
                Beyond::Pairs { shift_jis: false }
            }
            () => Beyond::Single { controls: is(&["iso-8859", "iso8859", "latin"]) },
        }
    }

    /// Covers what is beyond ASCII: valid stays valid, and damaged stays damaged.
    pub fn cover(self, text: &mut [u8]) {
        match self {
            // Nothing above 0x7F belongs there, and what stands there all the same is UTF-8 more often than not.
            Beyond::Escaped => {
                escaped(text);
                utf8(text);
            }
            _ if text.is_ascii() => {}
            Beyond::Utf8 => utf8(text),
            Beyond::Single { controls } => {
                let least = if controls { 0xA1 } else { 0x80 };
                text.iter_mut().filter(|b| **b >= least && **b != 0xA0).for_each(|b| *b = 0xE4);
            }
            Beyond::Pairs { shift_jis } => pairs(text, shift_jis),
        }
    }
}

fn utf8(text: &mut [u8]) {
    let mut at = 0;
    while let Some(rest) = text.get_mut(at..).filter(|rest| !rest.is_empty()) {
        if rest[0].is_ascii() {
            at += rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
            continue;
        }
        let length = match rest[0] {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        match rest.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.chars().next())
        {
            Some(c) => {
                let cover = of_its_kind(c);
                cover.encode_utf8(&mut rest[..length]);
                at += length;
            }
            None => {
                // No part of a letter, in UTF-8, and none afterwards; one, in most of the older sets.
                rest[0] = match rest[0] {
                    0x80..=0x9F => 0x80,
                    0xA0..=0xBF => 0xBF,
                    _ => 0xFF,
                };
                at += 1;
            }
        }
    }
}

/// The first letter of the same case among the 64 that share all bytes but the last with it; `c` itself if it is none. Where 64 are few
/// of many, as of ideographs, they would say nearly which one it was: there, one stands for all of them.
pub(super) fn of_its_kind(c: char) -> char {
    if !c.is_alphanumeric() {
        return c;
    }
    match c {
        '\u{3400}'..='\u{9FFF}' => return '\u{4E00}',
        '\u{AC00}'..='\u{D7A3}' => return '\u{AC00}',
        '\u{20000}'..='\u{3FFFF}' => return '\u{20000}',
        _ => {}
    }
    let block = u32::from(c) & !63;
    let alike = |other: &char| {
        other.is_alphabetic() == c.is_alphabetic()
            && other.is_alphanumeric()
            && other.is_uppercase() == c.is_uppercase()
            && other.is_lowercase() == c.is_lowercase()
    };
    (block..block + 64).filter_map(char::from_u32).find(alike).unwrap_or(c)
}

fn pairs(text: &mut [u8], shift_jis: bool) {
    let mut at = 0;
    while at < text.len() {
        let (first, second) = (text[at], text.get(at + 1).copied());
        let lead = first >= 0x81 && !(shift_jis && matches!(first, 0xA0..=0xDF)) && first != 0xFF;
        let trail = second.is_some_and(|b| matches!(b, 0x40..=0x7E | 0x80..=0xFE));
        if lead && trail {
            // The first ideograph of each set.
            let cover = if shift_jis { [0x88, 0x9F] } else { [0xB0, 0xA1] };
            text[at..at + 2].copy_from_slice(&cover);
            at += 2;
        } else {
            if shift_jis && matches!(first, 0xA1..=0xDF) {
                text[at] = 0xB1;
            }
            at += 1;
        }
    }
}

/// Between `ESC $` and `ESC (`, letters are pairs of bytes that look like ASCII; they become digits, which are covered no more.
fn escaped(text: &mut [u8]) {
    let mut inside = false;
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [0x1B, b'$', ..] => {
                // `ESC $ B`, `ESC $ ) C`: letters of the escape itself.
                let more = usize::from(matches!(text.get(at + 2), Some(b'(' | b')' | b'*' | b'+')));
                at += 3 + more;
                inside = true;
            }
            [0x1B, ..] => {
                at += 3;
                inside = false;
            }
            [b'\r' | b'\n', ..] => {
                at += 1;
                inside = false;
            }
            [a, b, ..] if inside && a.is_ascii_graphic() && b.is_ascii_graphic() => {
                text[at..at + 2].copy_from_slice(b"00");
                at += 2;
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str, charset: Option<&str>) -> String {
        let mut bytes = text.as_bytes().to_vec();
        all(&mut bytes, charset.map(str::as_bytes), With::Blank);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn text_loses_its_words_and_nothing_else() {
        assert_eq!(covered("Dear Ms. O'Neill, 12 EUR!\r\n", None), "Xxxx Xx. X'Xxxxx, 00 XXX!\r\n");
        assert_eq!(covered("grün", None), "xxßx".replace('ß', &of_its_kind('ü').to_string()));
        let russian = covered("Привет, мир", Some("utf-8"));
        assert_eq!(russian.len(), "Привет, мир".len());
        assert!(!russian.contains("мир") && russian.contains(", "));
        assert_eq!(covered("\u{202E}a\u{2066}", None), "\u{202E}x\u{2066}");
    }

    #[test]
    fn identifiers_stay_alike() {
        let key = Key::default();
        let covered = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            all(&mut bytes, None, With::Key(&key));
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(covered("host.example"), covered("host.example"));
        assert_eq!(covered("HOST"), covered("host").to_ascii_uppercase());
        assert!(covered("boundary12").starts_with(&covered("boundary")));
        assert_eq!(covered("----=_.").as_str(), "----=_.");
        assert!(covered("secret").bytes().all(|b| LETTERS_USED.contains(&b)));
    }

    #[test]
    fn ideographs_and_syllables_become_one() {
        assert_eq!(covered("山田太郎 㐂", None), "一一一一 一");
        assert_eq!(covered("김철수", None), "가가가");
        assert_eq!(covered("𠮷 ひらカナ", None).chars().next(), Some('\u{20000}'));
    }

    #[test]
    fn words_of_formats_stand_side_by_side() {
        for run in ["ftypheic", "xftypheic", "metadataPK", "moovab", "abc"] {
            assert!(is_of_formats(run.as_bytes()), "{run}");
        }
        for run in ["John", "ftypJohn", "Johnftyp", &("metadata".repeat(11) + "qqqq"), &"meta".repeat(25)] {
            assert!(!is_of_formats(run.as_bytes()), "{run}");
        }
    }

    #[test]
    fn damaged_stays_damaged() {
        for damaged in [&b"gr\xFCn"[..], b"\xC3(", b"a\xE2\x82", b"\x80"] {
            let mut bytes = damaged.to_vec();
            all(&mut bytes, Some(b"utf-8"), With::Blank);
            assert!(std::str::from_utf8(&bytes).is_err(), "{damaged:?}");
        }
        let mut latin1 = b"gr\xFCn".to_vec();
        all(&mut latin1, Some(b"iso-8859-1"), With::Blank);
        assert_eq!(latin1, b"xx\xE4x");
        let mut japanese = b"\x1B$B%F%9%H\x1B(B test".to_vec();
        all(&mut japanese, Some(b"iso-2022-jp"), With::Blank);
        assert_eq!(japanese, b"\x1B$B000000\x1B(B xxxx");
        let mut mixed = "\x1B$B%F\x1B(B grün".as_bytes().to_vec();
        all(&mut mixed, Some(b"iso-2022-jp"), With::Blank);
        assert_eq!(mixed, ["\x1B$B00\x1B(B xx", &of_its_kind('ü').to_string(), "x"].concat().as_bytes());
    }
}
