//! The last check: no word of the original is left, in whatever encoding.

use super::super::facts::DamageFlags;
use super::super::limits::Limits;
use super::super::mangled;
use super::super::names::Encoding;
use super::super::sniff::{self, HEAD};
use super::coded::Coding;
use super::structure::{Body, What, regions};
use super::vocabulary::LETTERS;
use super::{cover, fields};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Fewer letters are no word.
const WORD: usize = 4;

/// How many different words of more than three letters stand in both messages, besides those of the formats.
pub(super) fn count(original: &[u8], redacted: &[u8]) -> usize {
    let state = RandomState::new();
    let mut before = HashSet::new();
    message(original, 0, &mut |word| {
        before.insert(state.hash_one(word));
    });
    let mut left = HashSet::new();
    message(redacted, 0, &mut |word| {
        let hash = state.hash_one(word);
        if before.contains(&hash) {
            left.insert(hash);
        }
    });
    left.len()
}

/// Gives each word of a message, in lower case, decoded as far as can be.
fn message(mail: &[u8], layer: usize, take: &mut dyn FnMut(&[u8])) {
    for region in regions(mail) {
        let bytes = &mail[region.range];
        match region.what {
            What::Field(name) => {
                // A name of the list may stay; another is covered like any word.
                words(&bytes[..name], take);
                value(&bytes[name..], take);
            }
            What::Body(body) => self::body(bytes, &body, layer, take),
            What::FromLine | What::Outside | What::Boundary => words(bytes, take),
        }
    }
}

/// A value with all that is encoded in it. Encoded words that follow each other are one text.
fn value(bytes: &[u8], take: &mut dyn FnMut(&[u8])) {
    let mut text = Vec::new();
    let mut at = 0;
    for word in fields::encoded_words(bytes) {
        let gap = Coding::Percent.decode(&bytes[at..word.text.start]).unwrap_or_default();
        let frame = gap.windows(2).rposition(|w| w == b"=?").unwrap_or(gap.len());
        if !gap[..frame].strip_prefix(b"?=").is_some_and(|gap| gap.iter().all(u8::is_ascii_whitespace)) {
            words(&text, take);
            text.clear();
        }
        words(&gap, take);
        text.extend(word.coding.decode(&bytes[word.text.clone()]).unwrap_or_default());
        at = word.text.end;
    }
    words(&text, take);
    words(&Coding::Percent.decode(&bytes[at..]).unwrap_or_default(), take);
}

fn body(bytes: &[u8], body: &Body, layer: usize, take: &mut dyn FnMut(&[u8])) {
    let coding = match body.encoding {
        Encoding::Base64 => Coding::Base64,
        Encoding::QuotedPrintable => Coding::QuotedPrintable,
        Encoding::Uuencode => Coding::Uuencode,
        _ => Coding::Plain,
    };
    // A file that is encoded twice.
    let decoded = coding.decode(bytes).map(|content| {
        let head = &content[..content.len().min(HEAD)];
        let twice = mangled::damage(head, sniff::kind(head)).contains(DamageFlags::DOUBLE_ENCODED);
        if twice { Coding::Base64.decode(&content).unwrap_or(content) } else { content }
    });
    match decoded {
        Some(content) if body.message && layer < Limits::ENCODED_LAYERS => message(&content, layer + 1, take),
        Some(content) if super::is_text(sniff::kind(&content[..content.len().min(HEAD)])) => {
            words(&content, take);
            wide_words(&content, take);
        }
        Some(content) => {
            binary_words(&content, take);
            wide_words(&content, take);
        }
        None => words(bytes, take),
    }
}

/// Runs of letters. Where the text is not UTF-8, all bytes above 0x7F are letters.
fn words(text: &[u8], take: &mut dyn FnMut(&[u8])) {
    match std::str::from_utf8(text) {
        Ok(text) => {
            let runs = text.split(|c: char| !c.is_alphabetic()).filter(|run| run.len() >= WORD);
            runs.filter(|run| run.is_ascii() || run.chars().count() >= WORD).for_each(|run| word(run.as_bytes(), take));
        }
        Err(_) => {
            let runs = text.split(|b| !(b.is_ascii_alphabetic() || *b >= 0x80));
            runs.filter(|run| run.len() >= WORD).for_each(|run| word(run, take));
        }
    }
}

/// Runs of ASCII letters in a file, in which words of the format may stand side by side.
fn binary_words(content: &[u8], take: &mut dyn FnMut(&[u8])) {
    for run in content.chunk_by(|a, b| a.is_ascii_alphabetic() == b.is_ascii_alphabetic()) {
        if run.len() >= WORD && run[0].is_ascii_alphabetic() && !cover::is_of_formats(run) {
            word(run, take);
        }
    }
}

/// The letters of words in UTF-16, of either order.
fn wide_words(text: &[u8], take: &mut dyn FnMut(&[u8])) {
    let mut run = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text.get(at..at + 2) {
            Some([b, 0]) if b.is_ascii_alphabetic() => {
                run.push(*b);
                at += 2;
            }
            _ => {
                if run.len() >= WORD {
                    word(&run, take);
                }
                run.clear();
                at += 1;
            }
        }
    }
    if run.len() >= WORD {
        word(&run, take);
    }
}

fn word(run: &[u8], take: &mut dyn FnMut(&[u8])) {
    if !cover::covers(run) && !repeats(run) && !LETTERS.has(run) {
        take(&run.to_ascii_lowercase());
    }
}

/// One letter over and over, which says nothing but how often. In sets older than UTF-8 a letter has one byte or two.
fn repeats(run: &[u8]) -> bool {
    match std::str::from_utf8(run) {
        Ok(text) => text.chars().zip(text.chars().skip(1)).all(|(a, b)| a == b),
        Err(_) => {
            (1..=2).any(|letter| run.len().is_multiple_of(letter) && run.chunks(letter).all(|c| c == &run[..letter]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_four_letters_count_and_one_letter_does_not() {
        for (text, words) in
            [("John Anna", 2), ("Joe Ann", 0), ("aaaa XXXXXXXX", 0), ("anan", 1), ("éééé", 0), ("дада 山山山山", 1)]
        {
            let mail = format!("Subject: x\n\n{text}\n");
            assert_eq!(count(mail.as_bytes(), mail.as_bytes()), words, "{text}");
        }
        assert_eq!(
            count(
                b"\n\n\xE1\xE2\xE3\xE5 \xE1\xE1\xE1\xE1 \xB0\xA2\xB0\xA2",
                b"\n\n\xE1\xE2\xE3\xE5 \xE1\xE1\xE1\xE1 \xB0\xA2\xB0\xA2"
            ),
            1
        );
    }
}
