//! Character sets of the texts.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::charset::Charset;
use crate::scan::facts::{CodingFlags, TextFlags};
use crate::scan::names::MediaType;

/// Bytes that nothing declares, neither the encoding nor the charset: cte-undeclared-8bit tells of them.
fn undeclared(p: &PartView<'_>) -> bool {
    p.coding.contains(CodingFlags::UNDECLARED_8BIT)
}

fn missing(p: &PartView<'_>) -> bool {
    let says = p.text.contains(TextFlags::SAYS_CHARSET) && p.declared == MediaType::TextHtml;
    p.charset == Charset::None
        && !p.coding.intersects(DAMAGE)
        && p.text.contains(TextFlags::NON_ASCII)
        && !says
        && !undeclared(p)
}

fn unknown(p: &PartView<'_>) -> bool {
    p.charset == Charset::Unknown && !p.attachment && matches!(p.declared, MediaType::TextPlain | MediaType::TextHtml)
}

/// What is decoded from a damaged encoding is damaged text, in whatever charset.
const DAMAGE: CodingFlags = CodingFlags::BASE64_IS_PLAIN
    .union(CodingFlags::BASE64_INVALID)
    .union(CodingFlags::BASE64_LENGTH)
    .union(CodingFlags::BASE64_AFTER_PADDING)
    .union(CodingFlags::BASE64_CUT)
    .union(CodingFlags::QP_INVALID);

fn mismatch(p: &PartView<'_>) -> bool {
    if p.coding.intersects(DAMAGE) {
        return false;
    }
    match p.charset {
        Charset::Utf8 => p.text.contains(TextFlags::NOT_UTF8),
        Charset::SevenBit => p.text.contains(TextFlags::NON_ASCII) && !undeclared(p),
        _ => false,
    }
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "charset-mismatch",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Not the character set it says",
        title_nl: "Niet de tekenset die is opgegeven",
        what: "A text is declared to be in UTF-8, ASCII or another set of seven bits, and contains bytes that these \
            do not have.",
        why: "Accents and other scripts show as question marks or odd characters.",
        tell: "Special letters in this mail may look wrong. If it matters, please ask the sender to send it again \
            from another program.",
        tell_nl: "Speciale tekens in dit bericht kunnen er verkeerd uitzien. Als het belangrijk is, vraag de afzender \
            dan om het opnieuw te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "Only the first 8 KiB of a text are looked at, and not the text of attached files. Other character \
            sets are not checked.",
        rfc: "RFC 2045 §5.2; RFC 2046 §4.1.2; RFC 7103 §7.6",
        check: Check::Part(|p, _| mismatch(p)),
    },
    Entry {
        id: "charset-unknown",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Unknown character set",
        title_nl: "Onbekende tekenset",
        what: "A text is declared to be in a character set that is not known.",
        why: "Programs guess: accents and other scripts may show as odd characters, and a few programs show no text.",
        tell: "Special letters in this mail may look wrong, or it may seem empty. Please look at it in webmail, or \
            ask the sender to send it from another program.",
        tell_nl: "Speciale tekens in dit bericht kunnen er verkeerd uitzien, of het lijkt leeg. Bekijk het in de \
            webmail, of vraag de afzender om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "The list of names has those of browsers and some older ones; a program may know more. Attached files \
            are not looked at.",
        rfc: "RFC 2046 §4.1.2; encoding.spec.whatwg.org",
        check: Check::Part(|p, _| unknown(p)),
    },
    Entry {
        id: "charset-missing",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "No character set",
        title_nl: "Geen tekenset opgegeven",
        what: "A text contains other characters than ASCII, and its character set is not named.",
        why: "Programs guess; most guess UTF-8 rightly, and other sets wrongly.",
        tell: "Special letters in this mail may look wrong. If it matters, please ask the sender to send it again \
            from another program.",
        tell_nl: "Speciale tekens in dit bericht kunnen er verkeerd uitzien. Als het belangrijk is, vraag de afzender \
            dan om het opnieuw te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "Only the first 8 KiB of a text are looked at, and not the text of attached files. Where the encoding \
            is not declared either, cte-undeclared-8bit tells of it.",
        rfc: "RFC 2046 §4.1.2; RFC 7103 §7.6",
        check: Check::Part(|p, _| missing(p)),
    },
];
