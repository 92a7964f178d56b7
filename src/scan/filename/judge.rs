//! What a decoded name says: to the people who read it, and to the systems that have to save the file under it.

use super::Name;
use crate::scan::bytes::{any_case, mark};
use crate::scan::facts::NameFlags;
use crate::scan::field::is_name;
use crate::scan::names::{Extension, Family};
use unicode_normalization::char::compose;

/// A name in bytes that no file system takes whole (255 on all common ones).
const LONGEST: usize = 255;
/// Blanks in a row from which a name pushes its extension out of sight.
const HIDING_BLANKS: usize = 8;

/// Characters that mean nothing in a name, whatever stands around them.
static HARMLESS: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 128 {
        table[b] = (b as u8).is_ascii_alphanumeric() || matches!(b as u8, b'.' | b'-' | b'_' | b' ');
        b += 1;
    }
    table
};

/// Whether no character of a name has to be looked at.
pub(super) fn is_harmless(name: &[u8]) -> bool {
    name.iter().all(|b| HARMLESS[usize::from(*b)])
}

/// Judges a name, perhaps with the path of a file.
pub(super) fn text(name: &str, mut flags: NameFlags) -> Name {
    flags |= characters(name);
    let file = match name.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => {
            flags |= NameFlags::PATH;
            &name[2..]
        }
        _ => name,
    };
    let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
    if file.contains(['<', '>', ':', '"', '|', '?', '*']) {
        flags |= NameFlags::RESERVED;
    }
    // Blanks of other scripts around it are no part of the extension.
    let file = file.trim_matches(|c: char| !c.is_ascii() && c.is_whitespace());
    self::file(file.as_bytes(), name.len(), flags)
}

/// What single characters and their neighbours say.
fn characters(name: &str) -> NameFlags {
    let mut flags = NameFlags::empty();
    let mut marks_direction = false;
    let mut right_to_left = false;
    let mut before = '.';
    for c in name.chars() {
        match c {
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => flags |= NameFlags::CONTROL,
            '/' | '\\' => flags |= NameFlags::PATH,
            '\u{202D}' | '\u{202E}' => flags |= NameFlags::BIDI_CONTROL,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202C}' | '\u{2066}'..='\u{2069}' => {
                marks_direction = true;
            }
            _ if is_invisible(c, before) => flags |= NameFlags::INVISIBLE,
            _ => right_to_left |= is_right_to_left(c),
        }
        if !c.is_ascii() && compose(before, c).is_some() {
            flags |= NameFlags::NOT_NFC;
        }
        before = c;
    }
    // In Arabic and Hebrew they have a meaning (UAX 9 §2); elsewhere they are what was copied along with the name.
    flags.set(NameFlags::INVISIBLE, flags.contains(NameFlags::INVISIBLE) || (marks_direction && !right_to_left));
    flags
}

/// Of Hebrew, Arabic, Syriac, Thaana, N'Ko and the like.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        || matches!(c, '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// A character that nobody sees, where it has no effect on those that are seen.
fn is_invisible(c: char, before: char) -> bool {
    match c {
        // Joiners shape Indic and Arabic letters and make one emoji of several; behind European ones they do nothing.
        '\u{200C}' | '\u{200D}' => before < '\u{530}',
        // A place for a line break, in scripts without blanks between words: Thai, Lao, Tibetan, Myanmar, Khmer.
        '\u{200B}' => !matches!(before, '\u{E00}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'),
        '\u{AD}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{180E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}' => true,
        _ => false,
    }
}

/// Judges the name of a file without its path; with it, it has `length` bytes.
pub(super) fn file(file: &[u8], length: usize, mut flags: NameFlags) -> Name {
    flags |= NameFlags::PRESENT;
    if length > LONGEST {
        flags |= NameFlags::TOO_LONG;
    }
    if matches!(file, [_, .., b'.' | b' ']) {
        flags |= NameFlags::TRAILING;
    }
    let mark = mark(file, any_case);
    let file = file.trim_ascii();
    let end = file.iter().rposition(|b| *b != b'.').map_or(0, |at| at + 1);
    let file = &file[..end];
    let (stem, extension) = split(file);
    if extension == Extension::None {
        flags |= NameFlags::NO_EXTENSION;
    }
    if extension.runs() && hides_extension(stem) {
        flags |= NameFlags::DOUBLE_EXTENSION;
    }
    if is_temporary(file, extension) {
        flags |= NameFlags::TEMPORARY;
    }
    if is_name(file, "winmail.dat") || is_name(file, "win.dat") {
        flags |= NameFlags::WINMAIL;
    }
    if is_piece(stem, file) {
        flags |= NameFlags::PIECE;
    }
    if is_device(file) {
        flags |= NameFlags::RESERVED;
    }
    Name { flags, extension, mark }
}

/// The name before its last extension, and that.
fn split(file: &[u8]) -> (&[u8], Extension) {
    match file.iter().rposition(|b| *b == b'.') {
        Some(dot) if dot > 0 && dot + 1 < file.len() => {
            (&file[..dot], Extension::of(file[dot + 1..].trim_ascii_start()))
        }
        _ => (file, Extension::None),
    }
}

/// RFC 2183 §5: what stands before a program's extension pretends to be something harmless.
fn hides_extension(stem: &[u8]) -> bool {
    let stem = String::from_utf8_lossy(stem);
    let shown = stem.trim_end();
    let (_, inner) = split(shown.as_bytes());
    let document = !matches!(inner.family(), Family::Any | Family::Executable | Family::Script);
    stem.len() - shown.len() >= HIDING_BLANKS || document
}

fn is_temporary(file: &[u8], extension: Extension) -> bool {
    const WHOLE: &[&str] = &["Thumbs.db", ".DS_Store", "desktop.ini"];
    const BEGINNINGS: &[&[u8]] = &[b"~$", b"._", b".~lock."];
    matches!(extension, Extension::Tmp | Extension::Part | Extension::Crdownload)
        || (matches!(file, [b'~' | b'.', ..]) && BEGINNINGS.iter().any(|beginning| file.starts_with(beginning)))
        || WHOLE.iter().any(|known| is_name(file, known))
}

/// One piece of a file that was split: behind an extension that is known, or in the ways of ZIP and RAR.
fn is_piece(stem: &[u8], file: &[u8]) -> bool {
    let last = file.get(stem.len() + 1..).unwrap_or_default();
    let number = |text: &[u8]| (1..=4).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    match last {
        [b'0'..=b'9', _, _] => number(last) && !matches!(split(stem).1, Extension::None | Extension::Other),
        [b'z' | b'Z' | b'r' | b'R', a, b] if a.is_ascii_digit() && b.is_ascii_digit() => true,
        _ if is_name(last, "rar") => {
            let inner = stem.iter().rposition(|b| *b == b'.').map_or(stem, |dot| &stem[dot + 1..]);
            inner.split_at_checked(4).is_some_and(|(part, count)| is_name(part, "part") && number(count))
        }
        _ => false,
    }
}

/// A name that Windows keeps for its devices, with any extension (Microsoft: "Naming Files, Paths, and Namespaces").
fn is_device(file: &[u8]) -> bool {
    const DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL"];
    const NUMBERED: &[&str] = &["COM", "LPT"];
    let dot = file.iter().position(|b| *b == b'.').unwrap_or(file.len());
    match file[..dot].trim_ascii_end() {
        name @ [_, _, _] => DEVICES.iter().any(|device| is_name(name, device)),
        [name @ .., b'1'..=b'9'] if name.len() == 3 => NUMBERED.iter().any(|device| is_name(name, device)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(name: &str) -> NameFlags {
        text(name, NameFlags::empty()).flags - NameFlags::PRESENT
    }

    #[test]
    fn names_in_the_scripts_of_the_world_are_in_order() {
        for name in [
            "Lebenslauf_Müller (Anlage 3), geändert.pdf",
            "Ετήσια έκθεση 2026.pdf",
            "Годовой отчёт №5 й.pdf",
            "التقرير السنوي ٢٠٢٦.pdf",
            "تقرير\u{200F} (2).pdf",
            "\u{2067}تقرير\u{2069}.pdf",
            "דוח שנתי\u{200E} 2026.pdf",
            "שָׁלוֹם.pdf",
            "وب\u{200C}سایت می\u{200C}خواهم.pdf",
            "वार्षिक क्\u{200D}ष रिपोर्ट.pdf",
            "ক্\u{200D}ষ বার্ষিক.pdf",
            "รายงานประจำปี\u{200B}ฉบับ.pdf",
            "របាយការណ៍\u{200B}ប្រចាំឆ្នាំ.pdf",
            "年度報告（最終版）：草稿.pdf",
            "報告書ガギグ ｶﾞ.pdf",
            "연간보고서.pdf",
            "Báo cáo thường niên.pdf",
            "\u{1F469}\u{200D}\u{1F4BB} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308} 1\u{FE0F}\u{20E3}.png",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}.png",
            "C'est l\u{2019}été \u{2013} 50 % + 3 €; #1 & [2] {3} ~4.pdf",
            "Screenshot 2026-11-24 at 10.00.00\u{202F}AM.png",
        ] {
            assert_eq!(flags(name), NameFlags::empty(), "{name}");
        }
    }

    #[test]
    fn characters_that_are_not_seen() {
        for (name, expected) in [
            ("no\u{200B}tes.pdf", NameFlags::INVISIBLE),
            ("no\u{AD}tes.pdf", NameFlags::INVISIBLE),
            ("\u{FEFF}notes.pdf", NameFlags::INVISIBLE),
            ("\u{3164}.pdf", NameFlags::INVISIBLE),
            ("no\u{200D}tes.pdf", NameFlags::INVISIBLE),
            ("\u{202A}notes.pdf", NameFlags::INVISIBLE),
            ("notes\u{200E}.pdf", NameFlags::INVISIBLE),
            ("notes\u{202E}fdp.exe", NameFlags::BIDI_CONTROL),
            ("דוח\u{202E}fdp.exe", NameFlags::BIDI_CONTROL),
        ] {
            assert_eq!(flags(name), expected, "{}", name.escape_unicode());
        }
    }

    #[test]
    fn accents_apart_from_their_letters() {
        for name in [
            "Bu\u{308}ro.pdf",
            "e\u{301}te\u{301}.pdf",
            "и\u{306}.pdf",
            "か\u{3099}.pdf",
            "\u{1112}\u{1161}\u{11AB}.pdf",
        ] {
            assert_eq!(flags(name), NameFlags::NOT_NFC, "{name}");
        }
        // There is no composed form.
        for name in ["q\u{308}.pdf", "क\u{93C}.pdf", "m\u{308}.pdf"] {
            assert_eq!(flags(name), NameFlags::empty(), "{name}");
        }
    }

    #[test]
    fn what_windows_does_not_take() {
        for (name, expected) in [
            ("notes.pdf.", NameFlags::TRAILING),
            ("notes.pdf ", NameFlags::TRAILING),
            ("Büro.pdf ", NameFlags::TRAILING),
            (" notes.pdf", NameFlags::empty()),
            ("CON.pdf", NameFlags::RESERVED),
            ("nul .tar.gz", NameFlags::RESERVED),
            ("com1.pdf", NameFlags::RESERVED),
            ("LPT9", NameFlags::RESERVED | NameFlags::NO_EXTENSION),
            ("com0.pdf", NameFlags::empty()),
            ("console.pdf", NameFlags::empty()),
            ("com10.pdf", NameFlags::empty()),
            ("my.con.pdf", NameFlags::empty()),
            ("Re: notes.pdf", NameFlags::RESERVED),
            ("what?.pdf", NameFlags::RESERVED),
            ("\"notes\".pdf", NameFlags::RESERVED),
            ("a/b: c.pdf", NameFlags::RESERVED | NameFlags::PATH),
            ("C:\\tmp\\a.pdf", NameFlags::PATH),
            ("c:a.pdf", NameFlags::PATH),
        ] {
            assert_eq!(flags(name), expected, "{name}");
        }
    }

    #[test]
    fn hidden_extensions() {
        for (name, hidden) in [
            ("invoice.pdf.exe", true),
            ("invoice.docx .js", true),
            ("invoice          .exe", true),
            ("invoice\u{3000}\u{3000}\u{3000}.scr", true),
            ("invoice.pdf.xll", true),
            ("invoice.pdf.cab", true),
            ("invoice.exe", false),
            ("jquery.min.js", false),
            ("archive.tar.gz", false),
            ("invoice.exe.pdf", false),
            ("v1.2.exe", false),
        ] {
            assert_eq!(flags(name).contains(NameFlags::DOUBLE_EXTENSION), hidden, "{name}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let mark = |name: &str| text(name, NameFlags::empty()).mark;
        assert_eq!(mark("Report 2026.PDF"), mark("report 2026.pdf"));
        let names = ["report.pdf", "report.pdf ", "report2.pdf", "report.doc", ""];
        for (at, name) in names.iter().enumerate() {
            assert!(names[..at].iter().all(|other| mark(other) != mark(name)), "{name}");
        }
    }
}
