//! What stands in a multipart outside of its parts: the preamble and the epilogue (RFC 2046 §5.1.1).

use super::ambiguity::{self, FIELD_START};
use super::bytes::without_line_end;
use super::lines::Captured;

/// More than this is no note to readers of old programs.
const LARGE: u64 = 2 * 1024;

/// What a message begins with, and a part does not.
const MESSAGE: [&[u8]; 4] = [b"From ", b"From:", b"Received:", b"Return-Path:"];

/// Looks at the lines of one preamble or epilogue, however they are cut.
#[derive(Default)]
pub(super) struct Outside {
    bytes: u64,
    line: Captured<FIELD_START>,
    /// The line before looks like a delimiter.
    behind_dashes: bool,
    /// A whole message follows, as in a mailbox file: its fields are no part's.
    message: bool,
    /// There are fields that describe a part.
    pub part: bool,
    /// Behind a line like a delimiter.
    pub delimited: bool,
}

impl Outside {
    /// Looks at the next bytes.
    pub fn look(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.line.push(&rest[..at]);
            self.judge_line();
            rest = &rest[at + 1..];
        }
        self.line.push(rest);
    }

    /// A delimiter that is one to other programs tells of the fields behind it.
    pub fn explained(&mut self) {
        self.message = true;
    }

    /// There is more than a note.
    pub fn is_large(&self) -> bool {
        self.bytes > LARGE
    }

    fn judge_line(&mut self) {
        let line = without_line_end(self.line.start());
        match line {
            [b'-', b'-', _, ..] => self.behind_dashes = true,
            [b'c' | b'C', ..] if !self.message && ambiguity::begins_with_field(line) => {
                self.part = true;
                self.delimited |= self.behind_dashes;
            }
            [b'F' | b'R', ..] if !self.behind_dashes => {
                self.message |= MESSAGE.iter().any(|start| line.starts_with(start));
            }
            _ if memchr::memchr(b':', line).is_none() => self.behind_dashes = false,
            _ => {}
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(text: &str) -> (bool, bool) {
        let mut whole = Outside::default();
        whole.look(text.as_bytes());
        let mut cut = Outside::default();
        text.as_bytes().chunks(1).for_each(|piece| cut.look(piece));
        assert_eq!((whole.part, whole.delimited), (cut.part, cut.delimited), "{text}");
        (whole.part, whole.delimited)
    }

    #[test]
    fn parts_outside() {
        assert_eq!(looked("This is a multi-part message in MIME format.\r\n\r\n"), (false, false));
        assert_eq!(looked("Content-Type: says what a part is\n"), (false, false));
        assert_eq!(looked("Content-Type: text/html\n\n<p>\n"), (true, false));
        assert_eq!(looked("--c\nX-Id: 1\ncontent-transfer-encoding: BASE64\n"), (true, true));
        assert_eq!(looked("--\nContent-Type: text/html\n"), (true, false));
        assert_eq!(looked("--\r\nContent-Type: text/html\r\n"), (true, false));
        assert_eq!(looked("From ann Tue\nContent-Type: text/html\n"), (false, false));
    }
}
