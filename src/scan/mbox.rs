//! Mailboxes in one file (mbox, RFC 4155): told apart from messages, cut into messages, as they stream by.

use memchr::memmem::Finder;
use std::sync::LazyLock;

static FROM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"From "));

/// A longer line is neither a `From ` line nor a quoted one.
const LONGEST: usize = 1024;

/// What a mailbox consists of.
pub(crate) enum Piece<'a> {
    /// A message begins, with the `From ` line at this place of the stream.
    Message { at: u64 },
    /// Bytes of the current message.
    Bytes(&'a [u8]),
}

/// Whether a file that begins like this is a mailbox: its first line is one that only mailboxes have.
pub(crate) fn is_mailbox(head: &[u8]) -> bool {
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    // With the line end that is not there any more, or has not come yet.
    line.len() < LONGEST && is_from_line(line)
}

/// Cuts a mailbox into messages, however its bytes come.
///
/// A message begins at a `From ` line with a date in it, at the beginning of the stream or behind an empty line, which belongs to
/// neither message. `>From ` and `>>From ` at the start of a line lose one `>` (mboxrd; for mboxo it is the best guess).
pub(crate) struct Mailbox {
    /// The beginning of a line that is not there as a whole.
    carry: Vec<u8>,
    /// In the middle of a line that is too long to matter.
    long: bool,
    /// The line break of an empty line: it belongs to the message unless another message follows.
    held: &'static [u8],
    /// The next line may begin a message: it is the first, or behind an empty one.
    may_begin: bool,
    /// The place of the next byte.
    at: u64,
}

impl Mailbox {
    pub fn new() -> Mailbox {
        Mailbox { carry: Vec::new(), long: false, held: b"", may_begin: true, at: 0 }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Piece<'_>)) {
        let mut rest = bytes;
        if self.long || !self.carry.is_empty() {
            let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
            let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after;
            if self.long {
                self.middle(piece, &mut take);
                self.long = end.is_none();
            } else {
                self.carry.extend_from_slice(piece);
                if end.is_some() || self.carry.len() > LONGEST {
                    let carry = std::mem::take(&mut self.carry);
                    if end.is_some() {
                        self.lines(&carry, &mut take);
                    } else {
                        self.middle(&carry, &mut take);
                        self.long = true;
                    }
                    self.carry = carry;
                    self.carry.clear();
                }
            }
        }
        let whole = memchr::memrchr(b'\n', rest).map_or(0, |at| at + 1);
        let (whole, last) = rest.split_at(whole);
        self.lines(whole, &mut take);
        if last.len() > LONGEST {
            self.middle(last, &mut take);
            self.long = true;
        } else if !last.is_empty() {
            // Only where the current line is complete; else all of `rest` went into it.
            self.carry.extend_from_slice(last);
        }
    }

    /// The mailbox ends.
    pub fn finish(mut self, mut take: impl FnMut(Piece<'_>)) {
        let carry = std::mem::take(&mut self.carry);
        self.lines(&carry, &mut take);
    }

    /// Whole lines.
    fn lines(&mut self, lines: &[u8], take: &mut impl FnMut(Piece<'_>)) {
        let mut done = 0;
        for at in FROM.find_iter(lines) {
            let quotes = lines[..at].iter().rev().take_while(|b| **b == b'>').count();
            let start = at - quotes;
            if start < done || !(start == 0 || lines[start - 1] == b'\n') {
                continue;
            }
            let end = memchr::memchr(b'\n', &lines[at..]).map_or(lines.len(), |end| at + end + 1);
            if end - start > LONGEST {
                continue;
            }
            if quotes > 0 {
                self.emit(&lines[done..start], take);
                self.at += 1;
                done = start + 1;
                // What follows is no `From ` line of a mailbox.
                self.may_begin = false;
                continue;
            }
            if !is_from_line(&lines[at..end]) {
                continue;
            }
            self.emit(&lines[done..at], take);
            done = at;
            if self.may_begin {
                self.held = b"";
                take(Piece::Message { at: self.at });
                self.at += (end - at) as u64;
                self.may_begin = false;
                done = end;
            }
        }
        self.emit(&lines[done..], take);
    }

    /// A piece of a line whose beginning does not matter.
    fn middle(&mut self, piece: &[u8], take: &mut impl FnMut(Piece<'_>)) {
        self.release(take);
        self.may_begin = false;
        self.at += piece.len() as u64;
        take(Piece::Bytes(piece));
    }

    /// Whole lines of the current message, except an empty one at their end.
    fn emit(&mut self, lines: &[u8], take: &mut impl FnMut(Piece<'_>)) {
        if lines.is_empty() {
            return;
        }
        self.release(take);
        self.at += lines.len() as u64;
        let (content, held): (_, &'static [u8]) = match lines {
            b"\n" | [.., b'\n', b'\n'] => (&lines[..lines.len() - 1], b"\n"),
            b"\r\n" | [.., b'\n', b'\r', b'\n'] => (&lines[..lines.len() - 2], b"\r\n"),
            _ => (lines, b""),
        };
        self.held = held;
        self.may_begin = !held.is_empty();
        if !content.is_empty() {
            take(Piece::Bytes(content));
        }
    }

    fn release(&mut self, take: &mut impl FnMut(Piece<'_>)) {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            take(Piece::Bytes(held));
        }
    }
}

/// `From `, mostly an address, and a date as asctime(3) writes it, perhaps with a zone before or behind the year.
fn is_from_line(line: &[u8]) -> bool {
    const DAYS: &[&[u8]] = &[b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    const MONTHS: &[&[u8]] =
        &[b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let words = || rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let mut tail = words();
    while let Some(word) = tail.next() {
        if !DAYS.contains(&word.strip_suffix(b",").unwrap_or(word)) {
            continue;
        }
        let mut date = tail.clone();
        let month = date.next().is_some_and(|word| MONTHS.contains(&word));
        let day = date.next().is_some_and(|word| number(word) && word.len() <= 2);
        let time = date.next().is_some_and(|word| {
            let parts = || word.split(|b| *b == b':');
            matches!(parts().count(), 2 | 3) && parts().all(|part| number(part) && part.len() <= 2)
        });
        if month && day && time && date.any(|word| number(word) && matches!(word.len(), 2 | 4)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(mailbox: &[u8], step: usize) -> Vec<(u64, Vec<u8>)> {
        let mut messages: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut take = |piece: Piece<'_>| match piece {
            Piece::Message { at } => messages.push((at, Vec::new())),
            Piece::Bytes(bytes) => match messages.last_mut() {
                Some((_, message)) => message.extend_from_slice(bytes),
                None => messages.push((0, bytes.to_vec())),
            },
        };
        let mut reader = Mailbox::new();
        mailbox.chunks(step.max(1)).for_each(|chunk| reader.feed(chunk, &mut take));
        reader.finish(&mut take);
        messages
    }

    fn texts(mailbox: &str) -> Vec<String> {
        let whole = cut(mailbox.as_bytes(), mailbox.len());
        for step in 1..=mailbox.len() {
            assert_eq!(cut(mailbox.as_bytes(), step), whole, "{step}");
        }
        whole.into_iter().map(|(_, text)| String::from_utf8(text).unwrap()).collect()
    }

    const LINE: &str = "From a@example.org Tue Nov 24 10:00:00 2026\n";

    #[test]
    fn messages_of_a_mailbox() {
        let mailbox = format!("{LINE}A: 1\n\none\n\n{LINE}A: 2\n\ntwo\n\n\n{LINE}A: 3\n\nthree");
        assert_eq!(texts(&mailbox), ["A: 1\n\none\n", "A: 2\n\ntwo\n\n", "A: 3\n\nthree"]);
        assert_eq!(
            texts(&mailbox.replace('\n', "\r\n")),
            ["A: 1\r\n\r\none\r\n", "A: 2\r\n\r\ntwo\r\n\r\n", "A: 3\r\n\r\nthree"]
        );
        for (at, _) in cut(mailbox.as_bytes(), 9) {
            assert!(mailbox[at as usize..].starts_with(LINE));
        }
    }

    #[test]
    fn quoted_lines_lose_one_mark() {
        let mailbox = format!("{LINE}A: 1\n\n>From me\n\n>{LINE}>>From you\n> From\nFrom them\n x>From y\n");
        let rest = format!("From me\n\n{LINE}>From you\n> From\nFrom them\n x>From y\n");
        assert_eq!(texts(&mailbox), [format!("A: 1\n\n{rest}")]);
    }

    #[test]
    fn only_behind_an_empty_line_and_with_a_date() {
        let mailbox = format!("{LINE}A: 1\n\ntext\n{LINE}text\n\nFrom here on, Tue Nov\n\nFrom now on\n");
        assert_eq!(texts(&mailbox).len(), 1);
        assert_eq!(texts(&format!("{LINE}{LINE}")).len(), 1);
        assert_eq!(texts(&format!("{LINE}\n{LINE}\n{LINE}")), ["", "", ""]);
    }

    #[test]
    fn from_lines() {
        for good in [
            "From a@b Tue Nov 24 10:00:00 2026",
            "From - Tue Nov  4 10:00 2026\r\n",
            "From MAILER-DAEMON Tue Nov 24 10:00:00 CET 2026",
            "From a b c Tue Nov 24 10:00:00 2026 +0100",
            "From 1@xxx Sat Mar 11 07:08:20 +0000 2017",
            "From a@b Tue Nov 24 10:00:00 2026 remote from host",
        ] {
            assert!(is_mailbox(good.as_bytes()), "{good}");
        }
        for bad in [
            "From: a@b Tue Nov 24 10:00:00 2026",
            "From Tuesday on",
            "From Tue Nov 24",
            "from a Tue Nov 24 10:00:00 2026",
            "From a Tue Nov 24 10 2026",
            "",
        ] {
            assert!(!is_mailbox(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn both_readings_agree_on_how_long_a_first_line_may_be() {
        for length in LONGEST - 2..LONGEST + 2 {
            let line = LINE.replace("From ", &format!("From {}", "x".repeat(length + 1 - LINE.len())));
            assert_eq!(line.len(), length + 1);
            let begins = cut(line.as_bytes(), usize::MAX)[0].1.is_empty();
            assert_eq!(is_mailbox(line.as_bytes()), begins, "{length}");
            assert_eq!(begins, length < LONGEST, "{length}");
        }
    }

    #[test]
    fn long_lines_pass() {
        let long = "x".repeat(5 * LONGEST);
        let mailbox = format!("{LINE}A: 1\n\n{long}\n{long}\n\n{LINE}A: 2\n\n{long}");
        for step in [1, 7, 1000, 1500, mailbox.len()] {
            let found = cut(mailbox.as_bytes(), step);
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].1, format!("A: 1\n\n{long}\n{long}\n").as_bytes());
            assert_eq!(found[1].1, format!("A: 2\n\n{long}").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn every_cut_gives_the_same(
            pieces in prop::collection::vec(
                prop::sample::select(vec![LINE, "\n", "\r\n", "\r", "From ", ">", ">>From x\n", "text", "a\n", " "]), 0..30,
            ),
            step in 1usize..40,
        ) {
            let mailbox = pieces.concat();
            prop_assert_eq!(cut(mailbox.as_bytes(), step), cut(mailbox.as_bytes(), usize::MAX));
        }
    }
}
