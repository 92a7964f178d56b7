//! One structured header field: a value and its parameters (RFC 2045 §5.1), read without a copy where that is possible.

use super::limits::Limits;
use std::borrow::Cow;

/// Nobody needs more of a value with quoted pairs: boundaries and names are shorter, and a copy must stay small.
const LONGEST_USE: usize = 8 * 1024;

/// A parameter as it stands in the field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Param<'a> {
    /// The attribute, with the `*0*` of RFC 2231 if it has one.
    pub name: &'a [u8],
    /// The value, unquoted and unfolded.
    pub value: Cow<'a, [u8]>,
    /// The value is an unquoted one with a blank or another special inside.
    pub special: bool,
    /// The value begins with a quote that never ends.
    pub unterminated: bool,
}

/// Reads a structured field from its beginning to its end, once.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    left: usize,
    /// More than [`Limits::PARAMETERS`] parameters.
    pub too_many: bool,
    /// Comments nested deeper than [`Limits::COMMENT_DEPTH`].
    pub deep_comment: bool,
    /// Something between two semicolons is no parameter, or stands behind one.
    pub junk: bool,
    /// Something else was met that programs may read differently: a comment, blanks around `=`.
    pub odd: bool,
}

/// White space, that of folding included.
const BLANK: u8 = 1;
/// What cuts an unquoted value short in one program and not in another. RFC 2045 §5.1 allows neither `/`, `?` nor `=` in a
/// token, but every program reads them.
const SPECIAL: u8 = 2;
/// What is no part of a token (RFC 2045 §5.1).
const NO_TOKEN: u8 = 4;
/// What ends a quoted string, or has to be undone in it.
const IN_QUOTES: u8 = 8;

/// What each byte is in a structured field. Fields are short: a look at each byte costs less than a search for some.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut at = 0;
    while at < 256 {
        let b = at as u8;
        if matches!(b, b' ' | b'\t' | b'\r' | b'\n') {
            class[at] |= BLANK | SPECIAL;
        }
        if matches!(b, b'(' | b')' | b'<' | b'>' | b'@' | b',' | b':' | b'\\' | b'"' | b'[' | b']') {
            class[at] |= SPECIAL | NO_TOKEN;
        }
        if matches!(b, b';' | b'/' | b'?' | b'=') || !b.is_ascii_graphic() {
            class[at] |= NO_TOKEN;
        }
        if matches!(b, b'"' | b'\\' | b'\r' | b'\n') {
            class[at] |= IN_QUOTES;
        }
        at += 1;
    }
    class
};

fn is(b: u8, class: u8) -> bool {
    CLASS[usize::from(b)] & class != 0
}

/// Whether a name is the `known` one, in any case. Nearly always it is written alike, which is faster to see.
pub(super) fn is_name(name: &[u8], known: &str) -> bool {
    name == known.as_bytes() || name.eq_ignore_ascii_case(known.as_bytes())
}

/// A token (RFC 2045 §5.1).
pub(super) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && !bytes.iter().any(|b| is(*b, NO_TOKEN))
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|b| !is(*b, BLANK)).map_or(0, |at| at + 1);
    &bytes[..end]
}

impl<'a> Reader<'a> {
    /// A reader of the field with this value.
    pub fn new(value: &'a [u8]) -> Reader<'a> {
        Reader { rest: value, left: Limits::PARAMETERS, too_many: false, deep_comment: false, junk: false, odd: false }
    }

    /// What stands before the first `;`, without comments around it.
    pub fn head(&mut self) -> &'a [u8] {
        self.skip_comments();
        trim_end(self.take_until(|b| matches!(b, b';' | b'(')))
    }

    /// Whether anything but comments and blanks stands before the next `;`.
    pub fn junk_before_params(&mut self) -> bool {
        self.skip_comments();
        !matches!(self.rest.first(), None | Some(b';'))
    }

    /// The next parameter.
    pub fn param(&mut self) -> Option<Param<'a>> {
        loop {
            self.skip_comments();
            self.junk |= !self.take_until(|b| b == b';').is_empty();
            self.rest = self.rest.get(1..)?;
            self.skip_comments();
            let name = self.take_until(|b| matches!(b, b'=' | b';'));
            let Some((b'=', value)) = self.rest.split_first() else {
                self.junk |= !name.is_empty();
                continue;
            };
            if self.left == 0 {
                self.too_many = true;
                return None;
            }
            self.left -= 1;
            self.rest = value;
            self.odd |= [name.last(), value.first()].into_iter().flatten().any(|b| is(*b, BLANK));
            self.skip_comments();
            let name = trim_end(name);
            return Some(match self.rest.split_first() {
                Some((b'"', body)) => self.quoted(name, body),
                _ => self.unquoted(name),
            });
        }
    }

    /// Takes what stands before the next end, or all that is left.
    fn take_until(&mut self, is_end: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|b| is_end(*b)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn quoted(&mut self, name: &'a [u8], body: &'a [u8]) -> Param<'a> {
        let mut end = 0;
        let mut plain = true;
        while let Some(&b) = body.get(end) {
            if is(b, IN_QUOTES) {
                if b == b'"' {
                    break;
                }
                plain = false;
                end += usize::from(b == b'\\');
            }
            end += 1;
        }
        let (value, rest) = body.split_at(end.min(body.len()));
        let unterminated = rest.is_empty();
        self.rest = rest.get(1..).unwrap_or_default();
        let value =
            if plain { Cow::Borrowed(value) } else { Cow::Owned(unescape(&value[..value.len().min(LONGEST_USE)])) };
        Param { name, value, special: false, unterminated }
    }

    fn unquoted(&mut self, name: &'a [u8]) -> Param<'a> {
        let mut before = b' ';
        let end = self.rest.iter().position(|&b| {
            // A bracket in the middle of a word begins no comment.
            let ends = b == b';' || (b == b'(' && is(before, BLANK));
            before = b;
            ends
        });
        let (value, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let value = trim_end(value);
        let special = value.iter().any(|b| is(*b, SPECIAL));
        Param { name, value: Cow::Borrowed(value), special, unterminated: false }
    }

    /// Skips blanks and comments.
    fn skip_comments(&mut self) {
        while let [b, rest @ ..] = self.rest {
            match b {
                b' ' | b'\t' | b'\r' | b'\n' => self.rest = rest,
                b'(' => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Skips a comment (RFC 5322 §3.2.2), nested to any depth, in one pass.
    #[cold]
    fn skip_comment(&mut self) {
        self.odd = true;
        let mut depth = 0usize;
        let mut at = 0;
        while let Some(&b) = self.rest.get(at) {
            at += 1;
            match b {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
            self.deep_comment |= depth > Limits::COMMENT_DEPTH;
        }
        self.rest = &self.rest[at.min(self.rest.len())..];
    }
}

/// Undoes quoted pairs and folding (RFC 5322 §3.2.4, §2.2.3).
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&b) = rest.next() {
        match b {
            b'\\' => out.extend(rest.next()),
            b'\r' | b'\n' => {}
            _ => out.push(b),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(field: &str) -> (String, Vec<(String, String, bool, bool)>) {
        let mut reader = Reader::new(field.as_bytes());
        let head = String::from_utf8_lossy(reader.head()).into_owned();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let mut all = Vec::new();
        while let Some(p) = reader.param() {
            all.push((text(p.name), text(&p.value), p.special, p.unterminated));
        }
        (head, all)
    }

    #[test]
    fn reads_what_mail_programs_write() {
        let plain = |n: &str, v: &str| (n.to_owned(), v.to_owned(), false, false);
        assert_eq!(params(" text/plain"), ("text/plain".into(), vec![]));
        assert_eq!(params(" text/plain; charset=utf-8"), ("text/plain".into(), vec![plain("charset", "utf-8")]));
        assert_eq!(
            params("multipart/mixed;\r\n\tboundary=\"a b\" (why);\n x = y ;"),
            ("multipart/mixed".into(), vec![plain("boundary", "a b"), plain("x", "y")])
        );
        assert_eq!(params("a/b; n=\"q\\\"d\\\\\""), ("a/b".into(), vec![plain("n", "q\"d\\")]));
        assert_eq!(params("(c(c)c) a/b (x); (y) n=v (z)"), ("a/b".into(), vec![plain("n", "v")]));
        assert_eq!(params("a/b (; n=v); m=w (; x=y)"), ("a/b".into(), vec![plain("m", "w")]));
        assert_eq!(params("a/b;; junk ;n=v"), ("a/b".into(), vec![plain("n", "v")]));
    }

    #[test]
    fn notes_what_is_wrong_with_a_value() {
        assert_eq!(params("a; n=my file.pdf; m=1").1[0], ("n".into(), "my file.pdf".into(), true, false));
        assert_eq!(params("a; n=\"open; m=1").1, [("n".into(), "open; m=1".into(), false, true)]);
        assert_eq!(params("a; n=file(1).pdf").1[0], ("n".into(), "file(1).pdf".into(), true, false));
        assert_eq!(params("a; n==?utf-8?B?YQ==?=").1[0], ("n".into(), "=?utf-8?B?YQ==?=".into(), false, false));
        assert_eq!(params("a; n=b/c").1[0], ("n".into(), "b/c".into(), false, false));
    }

    #[test]
    fn bounds_are_noted() {
        let many = format!("a{}", "; x=y".repeat(Limits::PARAMETERS + 1));
        let mut reader = Reader::new(many.as_bytes());
        assert_eq!(std::iter::from_fn(|| reader.param()).count(), Limits::PARAMETERS);
        assert!(reader.too_many);
        let deep = format!("{}x", "(".repeat(Limits::COMMENT_DEPTH + 1));
        let mut reader = Reader::new(deep.as_bytes());
        assert_eq!(reader.head(), b"");
        assert!(reader.deep_comment);
    }
}
