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
    /// Something was met that programs may read differently: a comment, a parameter without a value, blanks around `=`.
    pub odd: bool,
}

/// What cuts an unquoted value short in one program and not in another. RFC 2045 §5.1 allows neither `/`, `?` nor `=` in a
/// token, but every program reads them.
fn is_special(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'(' | b')' | b'<' | b'>' | b'@' | b',' | b':' | b'\\' | b'"' | b'[' | b']')
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|b| !is_blank(*b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !is_blank(*b)).map_or(start, |i| i + 1);
    &bytes[start..end]
}

impl<'a> Reader<'a> {
    /// A reader of the field with this value.
    pub fn new(value: &'a [u8]) -> Reader<'a> {
        Reader { rest: value, left: Limits::PARAMETERS, too_many: false, deep_comment: false, odd: false }
    }

    /// What stands before the first `;`, without comments around it.
    pub fn head(&mut self) -> &'a [u8] {
        self.skip_comments();
        let end = memchr::memchr2(b';', b'(', self.rest).unwrap_or(self.rest.len());
        let head = trim(&self.rest[..end]);
        self.rest = &self.rest[end..];
        head
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
            let semicolon = memchr::memchr(b';', self.rest);
            self.odd |= semicolon.unwrap_or(self.rest.len()) > 0;
            let semicolon = semicolon?;
            self.rest = &self.rest[semicolon + 1..];
            self.skip_comments();
            let end = memchr::memchr2(b'=', b';', self.rest).unwrap_or(self.rest.len());
            if self.rest.get(end) != Some(&b'=') {
                self.odd |= end > 0;
                self.rest = &self.rest[end..];
                continue;
            }
            if self.left == 0 {
                self.too_many = true;
                return None;
            }
            self.left -= 1;
            let name = trim(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            self.odd |= name.len() != end || self.rest.first().is_some_and(|b| is_blank(*b));
            self.skip_comments();
            return Some(if self.rest.first() == Some(&b'"') { self.quoted(name) } else { self.unquoted(name) });
        }
    }

    fn quoted(&mut self, name: &'a [u8]) -> Param<'a> {
        let body = &self.rest[1..];
        let mut end = 0;
        let mut pairs = false;
        while let Some(at) = memchr::memchr2(b'"', b'\\', body.get(end..).unwrap_or_default()) {
            end += at;
            if body[end] == b'"' {
                break;
            }
            pairs = true;
            end += 2;
        }
        let unterminated = body.get(end) != Some(&b'"');
        let end = if unterminated { body.len() } else { end };
        let plain = !pairs && memchr::memchr2(b'\r', b'\n', &body[..end]).is_none();
        let value =
            if plain { Cow::Borrowed(&body[..end]) } else { Cow::Owned(unescape(&body[..end.min(LONGEST_USE)])) };
        self.rest = &body[(end + 1).min(body.len())..];
        Param { name, value, special: false, unterminated }
    }

    fn unquoted(&mut self, name: &'a [u8]) -> Param<'a> {
        let mut end = 0;
        while let Some(&b) = self.rest.get(end) {
            let comment = b == b'(' && (end == 0 || is_blank(self.rest[end - 1]));
            if b == b';' || comment {
                break;
            }
            end += 1;
        }
        let value = trim(&self.rest[..end]);
        self.rest = &self.rest[end..];
        let special = value.iter().any(|b| is_special(*b) || is_blank(*b));
        Param { name, value: Cow::Borrowed(value), special, unterminated: false }
    }

    /// Skips blanks and comments (RFC 5322 §3.2.2), nested to any depth, in one pass.
    fn skip_comments(&mut self) {
        loop {
            let start = self.rest.iter().position(|b| !is_blank(*b)).unwrap_or(self.rest.len());
            self.rest = &self.rest[start..];
            if self.rest.first() != Some(&b'(') {
                return;
            }
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
