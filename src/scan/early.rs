//! A header block that ended early: its rest is found at the beginning of the body.

use super::facts::HeaderFlags;
use super::header;

/// Lines of the body that are looked at.
const LINES: u8 = 20;
/// The longest line that is looked at (RFC 5322 §2.1.1).
const LONGEST: usize = 998;
/// Bytes of a line in which a known name and its colon stand.
const PREFIX: usize = 40;

/// Looks at the first lines of the message's own body.
pub(super) struct Early {
    /// There is nothing more to see.
    pub done: bool,
    lines: u8,
    line: [u8; PREFIX],
    length: usize,
    /// The first line is a header line.
    first_is_header: bool,
    /// The first line is a continuation line.
    first_continues: bool,
    technical: u8,
}

impl Default for Early {
    fn default() -> Self {
        Early {
            done: false,
            lines: 0,
            line: [0; PREFIX],
            length: 0,
            first_is_header: false,
            first_continues: false,
            technical: 0,
        }
    }
}

impl Early {
    /// Looks at the next bytes.
    pub fn look(&mut self, bytes: &[u8]) {
        for &b in bytes {
            if self.done {
                return;
            }
            if b == b'\n' {
                self.judge_line();
            } else if b != b'\r' {
                if let Some(place) = self.line.get_mut(self.length) {
                    *place = b;
                }
                self.length += 1;
                // No header line is so long; whoever sends one must not make us look at every byte of it.
                self.done |= self.length > LONGEST;
            }
        }
    }

    fn judge_line(&mut self) {
        let line = &self.line[..self.length.min(PREFIX)];
        self.lines += 1;
        // The empty line is the true end of the header block; a delimiter line begins the parts.
        self.done = line.is_empty() || line.trim_ascii_start().starts_with(b"--") || self.lines == LINES;
        let name = header::name_of(line).filter(|name| !name.is_empty());
        if self.lines == 1 {
            // What a program printed about a web page looks like a header block, and is none.
            self.done |= line.starts_with(b"HTTP/");
            self.first_is_header = name.is_some();
            self.first_continues = matches!(line.first(), Some(b' ' | b'\t'));
        }
        self.technical += u8::from(name.is_some_and(header::is_technical));
        self.length = 0;
    }

    /// Whether the lines are the rest of a header block: after a line that is none, one that only mail programs write; without
    /// one, several. With a continuation line in front, it may be the whole block: to Postfix, one that begins so is none.
    pub fn found(self) -> HeaderFlags {
        let found = self.technical > u8::from(self.first_is_header);
        match (found, self.first_continues) {
            (false, _) => HeaderFlags::empty(),
            (true, false) => HeaderFlags::ENDED_EARLY,
            (true, true) => HeaderFlags::ENDED_EARLY | HeaderFlags::CONTINUES_NOTHING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> bool {
        let mut early = Early::default();
        early.look(body.as_bytes());
        early.found() == HeaderFlags::ENDED_EARLY
    }

    #[test]
    fn the_rest_of_a_header_block() {
        assert!(found("this is no header line\r\nContent-Type: text/html\r\n\r\n"));
        assert!(found("MIME-Version: 1.0\nContent-Type: text/html\n\n"));
        assert!(!found(" folded\r\nMIME-Version: 1.0\r\n\r\n"));
        let mut early = Early::default();
        early.look(b" folded\r\nMIME-Version: 1.0\r\n\r\n");
        assert_eq!(early.found(), HeaderFlags::ENDED_EARLY | HeaderFlags::CONTINUES_NOTHING);
        assert!(!found("From: a\r\nTo: b\r\n\r\n"));
        assert!(!found("Hello,\r\n\r\nReceived: your letter\r\n"));
        assert!(!found("HTTP/1.1 200 OK\nServer: x\nContent-Type: text/html\n\n"));
        assert!(!found("Received: one parcel\r\nThank you\r\n\r\n"));
        assert!(!found("--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"));
        assert!(!found(" --b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"));
    }
}
