//! PDF (ISO 32000-1): told by its end, and by what its trailer says.

use super::{Inspect, Report};
use crate::scan::facts::DamageFlags;
use crate::scan::names::{Encryption, FileKind};
use crate::scan::tail::{TAIL, Tail};
use memchr::memmem;

/// Readers look for the end mark within this distance from the end (annex H, 3.4.4).
const BEHIND_END: usize = 1024;

/// Looks at one PDF. Its last [`TAIL`] bytes are kept, and its first were looked at when they were the last.
#[derive(Default)]
pub(super) struct Pdf {
    tail: Tail,
    length: u64,
    encrypted: bool,
    /// Something stands before `%PDF-`.
    late: bool,
}

impl Pdf {
    /// Of a file that begins with `%PDF-`, or a little later.
    pub fn new(late: bool) -> Pdf {
        Pdf { late, ..Pdf::default() }
    }
}

impl Inspect for Pdf {
    fn bytes(&mut self, bytes: &[u8]) {
        let room = usize::try_from(self.length).map_or(0, |length| TAIL.saturating_sub(length));
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.tail.push(first);
        if first.len() == room && room > 0 {
            self.encrypted = names_encryption(self.tail.bytes());
        }
        self.tail.push(rest);
        self.length += bytes.len() as u64;
    }

    fn report(&mut self) -> Report {
        let tail = self.tail.bytes();
        let encrypted = self.encrypted || names_encryption(tail);
        let encryption = if encrypted { Encryption::All } else { Encryption::No };
        let kind = self.late.then_some(FileKind::Pdf);
        Report { damage: end(tail, self.length), encryption, kind, ..Report::default() }
    }
}

/// How the end of a file of this length stands (§7.5.5): `startxref`, the place of the cross-reference table, and `%%EOF`.
fn end(tail: &[u8], length: u64) -> DamageFlags {
    let mark = || {
        let end = memmem::rfind(tail, b"%%EOF")?;
        let at = memmem::rfind(&tail[..end], b"startxref")?;
        let number = std::str::from_utf8(tail[at + 9..end].trim_ascii()).ok()?;
        Some((number.parse::<u64>(), &tail[end + 5..]))
    };
    let Some((place, behind)) = mark() else { return DamageFlags::TRUNCATED };
    // A linearized file has a first section that ends with the place 0 (annex F, 3.3): it is not the end. Nor is the end
    // of an earlier version, with more objects behind it (§7.5.6).
    let first_section = place == Ok(0);
    if first_section || place.is_ok_and(|place| place > length) || memmem::find(behind, b" obj").is_some() {
        return DamageFlags::TRUNCATED;
    }
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let end = behind.iter().rposition(|b| !blank(b)).map_or(0, |at| at + 1);
    if end > BEHIND_END { DamageFlags::PDF_TRAILING } else { DamageFlags::empty() }
}

/// Whether a trailer says that the file is encrypted (§7.6.1): the key `/Encrypt` with a reference or a dictionary.
fn names_encryption(bytes: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    memmem::find_iter(bytes, KEY).any(|at| {
        let value = bytes[at + KEY.len()..].trim_ascii_start();
        let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).take(10).count();
        let number = digits(value);
        let generation = value[number..].trim_ascii_start();
        let reference = generation[digits(generation)..].trim_ascii_start();
        value.starts_with(b"<<") || (number > 0 && digits(generation) > 0 && reference.starts_with(b"R"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;

    fn pdf(trailer: &str) -> Vec<u8> {
        let mut file = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n".to_owned();
        let place = file.len();
        file += &format!("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 {trailer} >>\nstartxref\n{place}\n%%EOF");
        file.into_bytes()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        let whole = pdf("");
        assert_damage(FileKind::Pdf, &whole, DamageFlags::empty(), "whole");
        for cut in 0..whole.len() {
            assert_damage(FileKind::Pdf, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
    }

    #[test]
    fn what_stands_behind_the_end() {
        for (behind, expected) in [
            (vec![b'\n'; 2000], DamageFlags::empty()),
            (vec![0; 5000], DamageFlags::empty()),
            (vec![b'x'; BEHIND_END], DamageFlags::empty()),
            (vec![b'x'; BEHIND_END + 1], DamageFlags::PDF_TRAILING),
            (b"\n2 0 obj\n<<".to_vec(), DamageFlags::TRUNCATED),
            (vec![b'x'; TAIL], DamageFlags::TRUNCATED),
        ] {
            assert_damage(FileKind::Pdf, &[pdf(""), behind].concat(), expected, "with more behind it");
        }
        for odd in ["startxref\n0\n%%EOF\n", "startxref\n99999\n%%EOF\n"] {
            assert_damage(FileKind::Pdf, odd.as_bytes(), DamageFlags::TRUNCATED, odd);
        }
        assert_damage(FileKind::Pdf, b"startxref\n?\n%%EOF\n", DamageFlags::empty(), "no number, but an end");
    }

    #[test]
    fn encryption_by_the_trailer_at_either_end() {
        for (trailer, expected) in [
            ("/Encrypt 5 0 R", Encryption::All),
            ("/Encrypt\r\n5 0\nR", Encryption::All),
            ("/Encrypt<</Filter/Standard>>", Encryption::All),
            ("/EncryptMetadata false", Encryption::No),
            ("/Encrypt null", Encryption::No),
            ("/Encrypt 5", Encryption::No),
            ("", Encryption::No),
        ] {
            let middle = vec![b'z'; 2 * TAIL];
            let first = [format!("%PDF-1.4\n{trailer}\n").as_bytes(), &middle, &pdf("")].concat();
            let last = [b"%PDF-1.4\n", &middle[..], &pdf(trailer)].concat();
            for file in [pdf(trailer), first, last] {
                for step in [7, 4096, TAIL, file.len()] {
                    assert_eq!(inspect(FileKind::Pdf, &file, step).encryption, expected, "{trailer} by {step}");
                }
            }
        }
    }
}
