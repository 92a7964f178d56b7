//! Words that are planted in a mail, and every form in which they could be found again.

use data_encoding::{BASE64, HEXLOWER};

/// One word for each place of a mail. None of them is part of anything that the program could say by itself.
pub const MARKS: [&str; 16] = [
    "zqsubjectwort",
    "zqsenderlocal",
    "zqsenderhost",
    "zqrecipientlocal",
    "zqdisplayname",
    "zqmessageid",
    "zqfieldname",
    "zqfieldvalue",
    "zqboundarywort",
    "zqparametervalue",
    "zqfilenamewort",
    "zqextension",
    "zqsubtype",
    "zqtransfercoding",
    "zqbodywort",
    "zqbinarywort",
];

/// A mark that was found where it must not be.
#[derive(Debug, PartialEq, Eq)]
pub struct Leak {
    /// The mark.
    pub mark: &'static str,
    /// In which form it was found.
    pub form: &'static str,
    /// Where: bytes from the beginning.
    pub at: usize,
}

/// A form in which text could be kept.
struct Form {
    name: &'static str,
    /// Whether letters of the other case are another text in this form.
    case_counts: bool,
    write: fn(&[u8]) -> Vec<u8>,
}

/// The forms. Those of base64 are three, one for each place in a group of three bytes at which a mark can begin, without the
/// characters that its neighbours decide. A mark in quoted-printable looks like a plain one, unless each of its characters is written in
/// hexadecimal; so does percent-encoding.
const FORMS: &[Form] = &[
    Form { name: "plain text", case_counts: false, write: <[u8]>::to_vec },
    Form { name: "hexadecimal", case_counts: false, write: |mark| HEXLOWER.encode(mark).into_bytes() },
    Form { name: "base64", case_counts: true, write: |mark| base64(mark, 0) },
    Form { name: "base64, one byte on", case_counts: true, write: |mark| base64(mark, 1) },
    Form { name: "base64, two bytes on", case_counts: true, write: |mark| base64(mark, 2) },
    Form {
        name: "UTF-16, little end first",
        case_counts: false,
        write: |mark| mark.iter().flat_map(|b| [*b, 0]).collect(),
    },
    Form {
        name: "UTF-16, big end first",
        case_counts: false,
        write: |mark| mark.iter().flat_map(|b| [0, *b]).collect(),
    },
    Form { name: "percent-encoding", case_counts: false, write: |mark| each(mark, |b| format!("%{b:02x}")) },
    Form { name: "quoted-printable", case_counts: false, write: |mark| each(mark, |b| format!("={b:02x}")) },
    Form {
        name: "a list of numbers",
        case_counts: false,
        write: |mark| mark.iter().map(u8::to_string).collect::<Vec<_>>().join(", ").into_bytes(),
    },
];

fn each(mark: &[u8], write: impl Fn(&u8) -> String) -> Vec<u8> {
    mark.iter().map(write).collect::<String>().into_bytes()
}

fn base64(mark: &[u8], before: usize) -> Vec<u8> {
    let padded = [&vec![0; before][..], mark].concat();
    let whole = padded.len() / 3 * 3;
    let encoded = BASE64.encode(&padded[..whole]).into_bytes();
    encoded[if before == 0 { 0 } else { 4 }..].to_vec()
}

/// The names of the forms.
pub fn form_names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|form| form.name)
}

/// Every mark in every form, as it would be found; for the proof that the search works.
pub fn examples() -> impl Iterator<Item = (&'static str, &'static str, Vec<u8>)> {
    MARKS.iter().flat_map(|mark| FORMS.iter().map(move |form| (*mark, form.name, (form.write)(mark.as_bytes()))))
}

/// Every mark that is in there, whatever its case and its form.
pub fn search(bytes: &[u8]) -> Vec<Leak> {
    let lower = bytes.to_ascii_lowercase();
    let mut leaks = Vec::new();
    for mark in MARKS {
        for form in FORMS {
            let haystack = if form.case_counts { bytes } else { &lower };
            let needle = (form.write)(mark.as_bytes());
            if let Some(at) = memmem(haystack, &needle) {
                leaks.push(Leak { mark, form: form.name, at });
            }
        }
    }
    leaks
}

/// Where the needle begins. Plain, for the search must be easy to believe; the first byte is looked for first, for stores are large.
fn memmem(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    while let Some(step) = haystack[from..].iter().position(|byte| byte == first) {
        let at = from + step;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_every_mark_in_every_form() {
        for (mark, form, needle) in examples() {
            let found = search(&[b"..", needle.as_slice(), b".."].concat());
            assert!(found.contains(&Leak { mark, form, at: 2 }), "{mark} as {form}: {found:?}");
        }
        assert_eq!(search(b"nothing of the kind, zqsubject wort"), []);
    }

    #[test]
    fn base64_is_found_wherever_the_mark_begins() {
        for before in 0..3 {
            let text = BASE64.encode(format!("{}zqbodywort and more", &"ab"[..before]).as_bytes());
            assert_eq!(search(text.as_bytes()).len(), 1, "{before}");
        }
    }
}
