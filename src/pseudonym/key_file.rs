//! The text of a key file: a few lines that people can read, and the secret.

use super::{Key, KeyId};
use jiff::Timestamp;
use std::fmt::Write;
use zeroize::Zeroizing;

/// The bytes of a secret, overwritten when they are no longer needed.
pub type Secret = Zeroizing<[u8; Key::SECRET]>;

/// Bytes of a key file at most.
pub const MAX: usize = 4096;

const KEY: &str = "mailgauge-key 1";
const AUDIT_KEY: &str = "mailgauge-audit-key 1";

const ABOUT_KEY: &str = "\
# A secret key. It makes the tokens that stand for addresses and Message-IDs in the records of its time. Who has it and the
# records can tell whose they are; without it, nobody can find them by address or Message-ID any more. mailgauge destroys it when
# its records are past retention.
";

const ABOUT_AUDIT_KEY: &str = "\
# A secret key. It seals the audit log. Who has it can write a log that seems in order; without it, nobody can check the log that
# there is. Keep a copy elsewhere.
";

/// What is wrong with a text: the number of the line, from 1, and the reason. Never what stands there.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub line: usize,
    pub what: &'static str,
}

/// The text of a key.
pub fn write(id: KeyId, from: i64, until: i64, secret: &Secret) -> Zeroizing<String> {
    let mut text = empty();
    let _ = write!(text, "{KEY}\n{ABOUT_KEY}id {id}\nfrom {}\nuntil {}\n", show(from), show(until));
    write_secret(&mut text, secret);
    text
}

/// Reads the text of a key.
pub fn read(text: &[u8]) -> Result<Key, Wrong> {
    let fields = Fields::read(text, KEY)?;
    let id = fields.get("id", "this is no id: it has eight hexadecimal digits", |v| {
        let plain = v.len() == 8 && v.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| u32::from_str_radix(v, 16).ok()).flatten()
    })?;
    const TIME: &str = "this is no time: it looks like 2026-11-01T00:00:00Z";
    let time = |v: &str| Some(v.parse::<Timestamp>().ok()?.as_second());
    let (from, until) = (fields.get("from", TIME, time)?, fields.get("until", TIME, time)?);
    if until <= from {
        return Err(Wrong { line: fields.line_of("until"), what: "the key ends before it begins" });
    }
    let secret = fields.secret()?;
    Ok(Key::new(KeyId(id), from, until, &secret))
}

/// The text of the audit log's key.
pub fn write_audit(secret: &Secret) -> Zeroizing<String> {
    let mut text = empty();
    let _ = write!(text, "{AUDIT_KEY}\n{ABOUT_AUDIT_KEY}");
    write_secret(&mut text, secret);
    text
}

/// Reads the text of the audit log's key.
pub fn read_audit(text: &[u8]) -> Result<Secret, Wrong> {
    Fields::read(text, AUDIT_KEY)?.secret()
}

/// With room for the whole text: a growing one would leave copies of itself in memory.
fn empty() -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(MAX))
}

fn show(second: i64) -> Timestamp {
    // The calendar has every time that a period was made of.
    Timestamp::from_second(second).unwrap_or_default()
}

fn write_secret(text: &mut String, secret: &Secret) {
    text.push_str("secret ");
    for byte in secret.iter() {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
}

/// The lines of a file, as `name value`.
struct Fields<'a>(Vec<(usize, &'a str, &'a str)>);

impl<'a> Fields<'a> {
    fn read(text: &'a [u8], kind: &str) -> Result<Fields<'a>, Wrong> {
        let Ok(text) = std::str::from_utf8(text) else { return Err(Wrong { line: 1, what: "this is not text" }) };
        let mut lines = text.lines().map(str::trim).enumerate().map(|(index, line)| (index + 1, line));
        if lines.next().is_none_or(|(_, line)| line != kind) {
            return Err(Wrong { line: 1, what: "this is no key file of a version that is known here" });
        }
        let fields = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let field = |(number, line): (usize, &'a str)| {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            (number, name, value.trim())
        };
        Ok(Fields(fields.map(field).collect()))
    }

    fn get<T>(&self, name: &str, wrong: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, Wrong> {
        let Some((line, _, value)) = self.0.iter().find(|(_, n, _)| *n == name) else {
            let what = match name {
                "secret" => "the line with the secret is missing",
                _ => "a line is missing: there must be id, from, until and secret",
            };
            return Err(Wrong { line: 1, what });
        };
        read(value).ok_or(Wrong { line: *line, what: wrong })
    }

    fn line_of(&self, name: &str) -> usize {
        self.0.iter().find(|(_, n, _)| *n == name).map_or(1, |(line, ..)| *line)
    }

    fn secret(&self) -> Result<Secret, Wrong> {
        self.get("secret", "this is no secret: it has 64 hexadecimal digits", |value| {
            let digits = value.as_bytes();
            if digits.len() != 2 * Key::SECRET {
                return None;
            }
            let mut secret = Secret::default();
            for (byte, pair) in secret.iter_mut().zip(digits.chunks_exact(2)) {
                let digit = |d: u8| char::from(d).to_digit(16);
                *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
            }
            Some(secret)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::Address;

    fn sample() -> Zeroizing<String> {
        write(KeyId(0x1a2b), 1_793_491_200, 1_796_083_200, &Zeroizing::new(std::array::from_fn(|i| i as u8)))
    }

    fn wrong(text: &str) -> (usize, &'static str) {
        let wrong = read(text.as_bytes()).unwrap_err();
        (wrong.line, wrong.what)
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let text = sample();
        assert!(text.len() < MAX);
        assert!(text.starts_with("mailgauge-key 1\n# A secret key."), "{}", *text);
        assert!(text.ends_with(
            "id 00001a2b\nfrom 2026-11-01T00:00:00Z\nuntil 2026-12-01T00:00:00Z\n\
             secret 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
        ));
        let key = read(text.as_bytes()).unwrap();
        assert_eq!((key.id(), key.from(), key.until()), (KeyId(0x1a2b), 1_793_491_200, 1_796_083_200));
        let address = Address::parse(b"jan@example.org").unwrap();
        let same = Key::new(KeyId(1), 0, 1, &std::array::from_fn(|i| i as u8));
        assert_eq!(key.sender(&address), same.sender(&address));

        let secret = Secret::new([7; 32]);
        assert_eq!(*read_audit(write_audit(&secret).as_bytes()).unwrap(), *secret);
        // One is not taken for the other.
        assert!(read(write_audit(&secret).as_bytes()).is_err() && read_audit(text.as_bytes()).is_err());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line_and_never_shown() {
        let text = sample();
        assert_eq!(wrong(""), (1, "this is no key file of a version that is known here"));
        assert_eq!(wrong(&text.replace("key 1", "key 2")).0, 1);
        assert_eq!(wrong(&text.replace("id 00001a2b", "id 1a2b")).0, 5);
        assert_eq!(wrong(&text.replace("2026-11-01T", "1.11.2026 ")).0, 6);
        assert_eq!(wrong(&text.replace("2026-12-01", "2025-12-01")), (7, "the key ends before it begins"));
        assert_eq!(wrong(&text.replace("0a0b", "0a0")), (8, "this is no secret: it has 64 hexadecimal digits"));
        assert_eq!(wrong(&text.replace("0a0b", "+a0b")).0, 8);
        assert_eq!(wrong(text.split("secret 0").next().unwrap()), (1, "the line with the secret is missing"));
        assert_eq!(read(b"\xff").unwrap_err().what, "this is not text");
    }

    proptest::proptest! {
        #[test]
        fn any_cut_file_is_an_error(length in 0usize..640) {
            let text = sample();
            // The line break at the end may be missing.
            let cut = &text.as_bytes()[..length.min(text.len() - 2)];
            proptest::prop_assert!(read(cut).is_err());
        }

        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, secret: [u8; 32], id: u32) {
            let _ = read(&bytes);
            let text = write(KeyId(id), 0, 86_400, &Zeroizing::new(secret));
            let shown = format!("{:?}", read(text.as_bytes()));
            let hex: String = secret.iter().map(|b| format!("{b:02x}")).collect();
            proptest::prop_assert!(text.contains(&hex) && !shown.contains(&hex));
        }
    }
}
