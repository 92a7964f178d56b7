//! Transfer encoding and the lines of bodies.

use super::ambiguity::ambiguous;
use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{AmbiguityFlags, CodingFlags};
use crate::scan::names::{Encoding, Family, MediaType};

/// Any line end and any length is as it should be in binary content; that it is binary at all is another finding.
fn of_lines(p: &PartView<'_>, flag: CodingFlags) -> bool {
    p.coding.contains(flag) && p.encoding != Encoding::Binary
}

fn coded(p: &PartView<'_>, flag: CodingFlags) -> bool {
    p.coding.contains(flag)
}

/// RFC 6532 §3.5 allows an encoding for message/global. An unknown one is another finding, and so is a multipart.
fn composite_encoded(p: &PartView<'_>) -> bool {
    coded(p, CodingFlags::COMPOSITE_ENCODED)
        && p.declared == MediaType::MessageRfc822
        && p.encoding != Encoding::Unknown
}

/// An ambiguity says why the encoding is not known, or what is behind it.
fn encoding_ambiguous(p: &PartView<'_>) -> bool {
    let why = AmbiguityFlags::ENCODING_JUNK
        | AmbiguityFlags::MULTIPLE_VALUES
        | AmbiguityFlags::FIELD_OVERLAP
        | AmbiguityFlags::FOLDING
        | AmbiguityFlags::LINE_BREAK
        | AmbiguityFlags::COMMENT
        | AmbiguityFlags::ENCODED_WORD
        | AmbiguityFlags::NUL;
    ambiguous(p, why)
}

/// Characters stand behind the data only: those between data are an ambiguity, text behind its end is another finding.
fn base64_invalid(p: &PartView<'_>) -> bool {
    let others = CodingFlags::BASE64_INTERRUPTED | CodingFlags::BASE64_AFTER_PADDING;
    coded(p, CodingFlags::BASE64_INVALID) && !p.coding.intersects(others)
}

/// Lines that are no whole groups throughout; single ones are an ambiguity.
fn base64_uneven(p: &PartView<'_>) -> bool {
    coded(p, CodingFlags::BASE64_UNEVEN) && !coded(p, CodingFlags::BASE64_IRREGULAR)
}

/// Text survives quoted-printable, whatever it is written in.
fn qp_on_binary(p: &PartView<'_>) -> bool {
    use Family::{Any, Calendar, Html, Message, PostScript, Rtf, Script, Text, Xml};
    let text = [Any, Calendar, Html, Message, PostScript, Rtf, Script, Text, Xml];
    p.encoding == Encoding::QuotedPrintable && !text.contains(&p.detected.family())
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "cte-base64-invalid-chars",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Foreign characters in an encoded file",
        title_nl: "Vreemde tekens in een gecodeerd bestand",
        what: "Behind its data, a base64 part contains characters that base64 does not have.",
        why: "Programs skip them or refuse the part: the file may be damaged.",
        tell: "The file may have been damaged on its way. If it does not open, please ask the sender to send it again.",
        tell_nl: "Het bestand is misschien onderweg beschadigd. Als het niet opengaat, vraag de afzender dan om het \
            opnieuw te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that writes into mail.",
        misses: "Characters between the data are ambig-base64-dialect, text behind its end is \
            cte-base64-data-after-padding. Blanks and line breaks are allowed.",
        rfc: "RFC 2045 §6.8; RFC 7103 §8.2",
        check: Check::Part(|p, _| base64_invalid(p)),
    },
    Entry {
        id: "cte-base64-bad-padding",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Encoded file without a proper end",
        title_nl: "Gecodeerd bestand zonder goed eind",
        what: "The equals signs that fill up the end of a base64 part are missing, too few or too many.",
        why: "Most programs read the file all the same; strict ones refuse it.",
        tell: "The file is probably whole. If it does not open, please ask the sender to send it again.",
        tell_nl: "Het bestand is waarschijnlijk compleet. Als het niet opengaat, vraag de afzender dan om het opnieuw \
            te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "It does not know whether anything is missing besides the equals signs.",
        rfc: "RFC 2045 §6.8",
        // An equals sign between data is an ambiguity, text behind the end another finding.
        check: Check::Part(|p, _| {
            let others = CodingFlags::BASE64_INTERRUPTED | CodingFlags::BASE64_AFTER_PADDING;
            coded(p, CodingFlags::BASE64_PADDING) && !p.coding.intersects(others)
        }),
    },
    Entry {
        id: "cte-base64-length",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Encoded file with a character missing",
        title_nl: "Gecodeerd bestand waarin een teken ontbreekt",
        what: "The number of characters of a base64 part is impossible: at least one was lost or added.",
        why: "From the place of the loss on, the file is rubbish.",
        tell: "The file was damaged on its way. Please ask the sender to send it again.",
        tell_nl: "Het bestand is onderweg beschadigd. Vraag de afzender om het opnieuw te sturen.",
        fix: "The sender: send it again. If it happens often, the sender's mail program or its administrator.",
        misses: "The loss of several characters can leave a possible number.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| coded(p, CodingFlags::BASE64_LENGTH)),
    },
    Entry {
        id: "cte-base64-data-after-padding",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Something behind the end of an encoded file",
        title_nl: "Iets achter het eind van een gecodeerd bestand",
        what: "Text follows the equals signs that end a base64 part.",
        why: "Some programs stop at the end, some go on, some refuse it. Mostly a footer was appended.",
        tell: "Something was added behind the end of the file. If it does not open, please ask the sender to send it \
            again.",
        tell_nl: "Er is iets achter het eind van het bestand gezet. Als het niet opengaat, vraag de afzender dan om \
            het opnieuw te sturen.",
        fix: "The administrator of the server that adds footers; or the sender's mail program.",
        misses: "What follows is not decoded. If it may be base64 itself, it is ambig-base64-dialect.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| {
            coded(p, CodingFlags::BASE64_AFTER_PADDING) && !coded(p, CodingFlags::BASE64_CONCATENATED)
        }),
    },
    Entry {
        id: "cte-base64-truncated",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Error,
        title: "The file was cut off with the mail",
        title_nl: "Het bestand is met het bericht afgebroken",
        what: "The mail ends in the middle of a base64 part.",
        why: "The end of the file is missing, and everything after it.",
        tell: "The mail was cut off on its way, and the file with it. Please ask the sender to send it again.",
        tell_nl: "Het bericht is onderweg afgebroken, en daarmee ook het bestand. Vraag de afzender om het opnieuw te \
            sturen.",
        fix: "The sender: send it again. If it happens often, our mail administrator and the one of the sender.",
        misses: "A cut that by chance falls between two groups of four characters shows only as \
            mime-boundary-unclosed.",
        rfc: "RFC 2045 §6.8; RFC 2046 §5.1.1",
        check: Check::Part(|p, _| coded(p, CodingFlags::BASE64_CUT)),
    },
    Entry {
        id: "cte-base64-long-lines",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Encoded file in long lines",
        title_nl: "Gecodeerd bestand in lange regels",
        what: "A base64 part has lines of more than 76 characters.",
        why: "Old and strict programs refuse it; nearly all others read it.",
        tell: "The file is most likely fine. If it does not open, please ask the sender to send it in another way.",
        tell_nl: "Het bestand is hoogstwaarschijnlijk in orde. Als het niet opengaat, vraag de afzender dan om het op \
            een andere manier te sturen.",
        fix: "The sender's mail program or its administrator: lines of 76 characters.",
        misses: "Lines of more than 998 characters are reported as body-line-too-long instead.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| coded(p, CodingFlags::BASE64_LONG_LINES) && !coded(p, CodingFlags::LONG_LINE)),
    },
    Entry {
        id: "cte-base64-uneven-lines",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "Encoded file in lines of an odd length",
        title_nl: "Gecodeerd bestand in regels van een vreemde lengte",
        what: "The lines of a base64 part have a length that is no multiple of four.",
        why: "Programs that decode line by line get a damaged file; nearly all others read it.",
        tell: "The file is most likely fine. If it does not open, please ask the sender to send it in another way.",
        tell_nl: "Het bestand is hoogstwaarschijnlijk in orde. Als het niet opengaat, vraag de afzender dan om het op \
            een andere manier te sturen.",
        fix: "The sender's mail program or its administrator: lines of 76 characters.",
        misses: "Lines of different lengths that cut groups are ambig-base64-dialect.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| base64_uneven(p)),
    },
    Entry {
        id: "cte-base64-is-plain",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Error,
        title: "Marked as encoded, but it is not",
        title_nl: "Zou gecodeerd zijn, maar is het niet",
        what: "A part that is said to be base64 is plain text.",
        why: "Programs decode it all the same: the recipient sees rubbish or nothing.",
        tell: "The text or file was marked wrongly by the sender's program and shows as rubbish. Please ask the \
            sender to send it from another program.",
        tell_nl: "Het programma van de afzender heeft de tekst of het bestand verkeerd aangeduid, en nu verschijnt het \
            als wartaal. Vraag de afzender om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that replaced the text.",
        misses: "Decided by the first 8 KiB.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| coded(p, CodingFlags::BASE64_IS_PLAIN)),
    },
    Entry {
        id: "cte-identity-looks-base64",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Encoded, but not marked as such",
        title_nl: "Gecodeerd, maar dat staat er niet bij",
        what: "A part that is not declared to be encoded is a file in base64.",
        why: "Programs do not decode it: the recipient sees letters instead of a file, or saves one that does not open.",
        tell: "The file arrived in a packed form that your program does not undo. Please ask the sender to send it from \
            another program.",
        tell_nl: "Het bestand kwam aan in een ingepakte vorm die uw programma niet uitpakt. Vraag de afzender om het \
            met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that lost a field.",
        misses: "Only files of a known format are seen, and only if they stand at the beginning of the part.",
        rfc: "RFC 2045 §6.1, §6.8",
        // Where the encoding cannot be made out, that finding says why it is not undone.
        check: Check::Part(|p, _| {
            coded(p, CodingFlags::LOOKS_BASE64) && p.encoding != Encoding::Unknown && !encoding_ambiguous(p)
        }),
    },
    Entry {
        id: "cte-qp-lowercase-hex",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "Codes in lower case",
        title_nl: "Codes in kleine letters",
        what: "A quoted-printable part has codes in lower case (=c3).",
        why: "They should be in upper case. Hardly any program minds.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "Nobody; the sender's mail program, if anyone.",
        misses: "It is not counted.",
        rfc: "RFC 2045 §6.7 rule 1",
        check: Check::Part(|p, _| coded(p, CodingFlags::QP_LOWERCASE)),
    },
    Entry {
        id: "cte-qp-raw-8bit-or-control",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Encoded text with raw characters in it",
        title_nl: "Gecodeerde tekst met ongecodeerde tekens erin",
        what: "A quoted-printable part contains special or control characters that were not encoded.",
        why: "Servers and programs may drop or change them; signatures may become invalid.",
        tell: "Some special letters in this mail may look wrong. If it matters, please ask the sender to send it again \
            from another program.",
        tell_nl: "Sommige speciale tekens in dit bericht kunnen er verkeerd uitzien. Als het belangrijk is, vraag de \
            afzender dan om het opnieuw te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator; or a server on the way that writes into mail.",
        misses: "Most programs show them rightly. Zero bytes are cte-nul-bytes; control characters behind the tab are \
            not looked for.",
        rfc: "RFC 2045 §6.7 rule 2",
        check: Check::Part(|p, _| coded(p, CodingFlags::QP_RAW) && !coded(p, CodingFlags::NUL)),
    },
    Entry {
        id: "cte-qp-long-line",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "Encoded text in long lines",
        title_nl: "Gecodeerde tekst in lange regels",
        what: "A quoted-printable part has lines of more than 76 characters.",
        why: "Very strict programs cut them; nearly all others read them.",
        tell: "The text is most likely fine. If its end is missing in places, please ask the sender to send it from \
            another program.",
        tell_nl: "De tekst is hoogstwaarschijnlijk in orde. Als er hier en daar een stuk ontbreekt, vraag de afzender \
            dan om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator: soft line breaks.",
        misses: "Lines of more than 998 characters are reported as body-line-too-long instead.",
        rfc: "RFC 2045 §6.7 rule 5",
        check: Check::Part(|p, _| coded(p, CodingFlags::QP_LONG_LINES) && !coded(p, CodingFlags::LONG_LINE)),
    },
    Entry {
        id: "cte-qp-trailing-whitespace",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "Blanks at the end of encoded lines",
        title_nl: "Spaties aan het eind van gecodeerde regels",
        what: "Lines of a quoted-printable part end in blanks that are not encoded.",
        why: "Programs have to drop them: they may have been added on the way. Some keep them.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "Nobody; the sender's mail program, if anyone.",
        misses: "Blanks behind an equals sign are ambig-qp-dialect.",
        rfc: "RFC 2045 §6.7 rule 3",
        check: Check::Part(|p, _| coded(p, CodingFlags::QP_TRAILING_BLANK)),
    },
    Entry {
        id: "cte-qp-on-binary",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "File encoded as if it were text",
        title_nl: "Bestand gecodeerd alsof het tekst is",
        what: "A file that is no text is encoded as quoted-printable.",
        why: "It is made for text: programs may change line breaks in it, and the file no longer opens.",
        tell: "If the file does not open, it was damaged by the way it was packed. Please ask the sender to send it from \
            another program.",
        tell_nl: "Als het bestand niet opengaat, is het beschadigd door de manier waarop het is ingepakt. Vraag de \
            afzender om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator: use base64.",
        misses: "Done with care, it does no harm. Only known formats are seen.",
        rfc: "RFC 2045 §6.7",
        check: Check::Part(|p, _| qp_on_binary(p)),
    },
    Entry {
        id: "cte-qp-dangling-soft-break",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "A text that ends in the middle of a line",
        title_nl: "Een tekst die midden in een regel eindigt",
        what: "A quoted-printable part ends with an equals sign, which promises that the line goes on.",
        why: "Its end may be missing. Some programs show an equals sign there.",
        tell: "The end of the text may be missing. If so, please ask the sender to send it again.",
        tell_nl: "Misschien ontbreekt het eind van de tekst. Als dat zo is, vraag de afzender dan om het bericht \
            opnieuw te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Some programs end whole texts like this.",
        rfc: "RFC 2045 §6.7 rule 5",
        check: Check::Part(|p, _| coded(p, CodingFlags::QP_DANGLING)),
    },
    Entry {
        id: "cte-unknown",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Unknown encoding",
        title_nl: "Onbekende codering",
        what: "Content-Transfer-Encoding names an encoding that does not exist.",
        why: "Programs cannot decode the part: they show rubbish, or offer a file that does not open.",
        tell: "The sender's mail program used a form that others don't understand. Please ask the sender to send it \
            from another program.",
        tell_nl: "Het mailprogramma van de afzender gebruikte een vorm die andere programma's niet begrijpen. Vraag de \
            afzender om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Where the content was never encoded, programs may show it rightly by chance.",
        rfc: "RFC 2045 §6.1, §6.4",
        // What comes near a known one is an ambiguity.
        check: Check::Part(|p, _| p.encoding == Encoding::Unknown && !encoding_ambiguous(p)),
    },
    Entry {
        id: "cte-malformed",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Encoding with something behind it",
        title_nl: "Codering met iets erachter",
        what: "Content-Transfer-Encoding says 7bit, 8bit or binary, and something else behind it.",
        why: "Nothing has to be decoded, so nearly all programs show it rightly. Filters may take it for a trick.",
        tell: "If the text or file shows as rubbish, please ask the sender to send it from another program.",
        tell_nl: "Als de tekst of het bestand als wartaal verschijnt, vraag de afzender dan om het met een ander \
            programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "A comment in brackets is allowed. Behind base64 and quoted-printable see ambig-cte-case-or-junk.",
        rfc: "RFC 2045 §6.1",
        // Behind an encoding that hides content it is an ambiguity.
        check: Check::Part(|p, _| coded(p, CodingFlags::CTE_MALFORMED) && !encoding_ambiguous(p)),
    },
    Entry {
        id: "cte-undeclared-8bit",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Special characters without a declaration",
        title_nl: "Speciale tekens zonder aanduiding",
        what: "A part that is declared as plain ASCII, or not declared at all, contains other bytes.",
        why: "Accents and other scripts may be garbled; a file may be damaged.",
        tell: "Special letters in this mail may look wrong. If it matters, please ask the sender to send it again \
            from another program.",
        tell_nl: "Speciale tekens in dit bericht kunnen er verkeerd uitzien. Als het belangrijk is, vraag de afzender \
            dan om het opnieuw te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator: declare 8bit, or encode.",
        misses: "Most programs guess rightly, above all with UTF-8.",
        rfc: "RFC 2045 §6.2; RFC 7103 §7.7",
        check: Check::Part(|p, _| coded(p, CodingFlags::UNDECLARED_8BIT)),
    },
    Entry {
        id: "cte-binary",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Sent as binary",
        title_nl: "Als binair verstuurd",
        what: "A part is declared to be binary, which ordinary SMTP does not carry.",
        why: "Servers on the way change line ends: a file that really is binary arrives damaged.",
        tell: "If the file does not open, it was damaged on its way. Please ask the sender to send it from another \
            program.",
        tell_nl: "Als het bestand niet opengaat, is het onderweg beschadigd. Vraag de afzender om het met een ander \
            programma te sturen.",
        fix: "The sender's mail program or its administrator: use base64.",
        misses: "Text declared like this does no harm. Servers that agree on BINARYMIME may carry it.",
        rfc: "RFC 2045 §6.2; RFC 3030 §3",
        check: Check::Part(|p, _| p.encoding == Encoding::Binary && !p.is_composite()),
    },
    Entry {
        id: "cte-nul-bytes",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Zero bytes in the mail",
        title_nl: "Nulbytes in het bericht",
        what: "A body that is not binary contains bytes of value zero.",
        why: "Some servers refuse such mail, some cut it or remove the bytes: text or file may be damaged.",
        tell: "The mail contains signs that mail must not have, so a part of it may be missing. Please ask the \
            sender to send it again from another program.",
        tell_nl: "Het bericht bevat tekens die niet in een bericht mogen staan, dus er ontbreekt misschien een deel. \
            Vraag de afzender om het opnieuw te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator.",
        misses: "Zero bytes inside an encoded file are fine and not meant.",
        rfc: "RFC 2045 §2.7, §2.8; RFC 5322 §4",
        check: Check::Part(|p, _| of_lines(p, CodingFlags::NUL)),
    },
    Entry {
        id: "cte-bare-cr",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "Half line breaks",
        title_nl: "Halve regeleinden",
        what: "A body contains a CR that is not followed by a LF.",
        why: "Some servers refuse it, some make a line break of it: signatures break, files may be damaged.",
        tell: "Line breaks in this mail may look wrong. If a file does not open, please ask the sender to send it \
            again.",
        tell_nl: "Regeleinden in dit bericht kunnen er verkeerd uitzien. Als een bestand niet opengaat, vraag de \
            afzender dan om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Many servers repair such mail on the way, and then it is not seen here.",
        rfc: "RFC 5321 §2.3.8; RFC 5322 §2.3; RFC 7103 §6",
        check: Check::Part(|p, _| of_lines(p, CodingFlags::BARE_CR)),
    },
    Entry {
        id: "cte-bare-lf",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Info,
        title: "Mixed line breaks",
        title_nl: "Verschillende regeleinden door elkaar",
        what: "The mail begins with lines that end in CRLF, and lines of a part end in a LF alone.",
        why: "Servers refuse such mail or make all alike: signatures break, files may be damaged.",
        tell: "Line breaks in this mail may look wrong. If a file does not open, please ask the sender to send it again.",
        tell_nl: "Regeleinden in dit bericht kunnen er verkeerd uitzien. Als een bestand niet opengaat, vraag de \
            afzender dan om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Only seen in message files: Postfix makes CRLF of LF, or refuses the mail. A file that begins with LF \
            is taken for one with the line ends of the machine.",
        rfc: "RFC 5321 §2.3.8; RFC 5322 §2.3; RFC 7103 §6",
        check: Check::Part(|p, _| of_lines(p, CodingFlags::MIXED_LINE_ENDS)),
    },
    Entry {
        id: "body-line-too-long",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Very long lines",
        title_nl: "Zeer lange regels",
        what: "A body has a line of more than 998 bytes.",
        why: "Servers break such lines: blanks or exclamation marks appear in the text, links and files may break, \
            signatures become invalid.",
        tell: "If odd signs or broken links appear in the text, they come from lines that are too long. It is \
            harmless otherwise.",
        tell_nl: "Als er vreemde tekens of kapotte links in de tekst staan, komt dat door te lange regels. Verder kan \
            het geen kwaad.",
        fix: "The sender's mail program or its administrator: use quoted-printable or base64.",
        misses: "Very frequent in newsletters, mostly without harm.",
        rfc: "RFC 5322 §2.1.1; RFC 5321 §4.5.3.1.6; RFC 7103 §9.1",
        check: Check::Part(|p, _| of_lines(p, CodingFlags::LONG_LINE)),
    },
    Entry {
        id: "cte-uuencode-declared",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "Encoded in an old way",
        title_nl: "Op een oude manier gecodeerd",
        what: "A part is declared to be uuencoded.",
        why: "Many programs do not decode it and show rubbish.",
        tell: "The file was packed in a way that many programs no longer know. Please ask the sender to send it from \
            a newer program.",
        tell_nl: "Het bestand is ingepakt op een manier die veel programma's niet meer kennen. Vraag de afzender om \
            het met een nieuwer programma te sturen.",
        fix: "The sender's mail program or its administrator: use base64.",
        misses: "Whether the content can be decoded is not reported.",
        rfc: "RFC 2045 §6.3; POSIX uuencode",
        check: Check::Part(|p, _| p.encoding == Encoding::Uuencode),
    },
    Entry {
        id: "cte-uuencode-inline",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "A file written into the text in an old way",
        title_nl: "Een bestand op een oude manier in de tekst gezet",
        what: "A text contains a uuencoded file.",
        why: "Many programs show lines of rubbish instead of a file.",
        tell: "The file is inside the text, in a form that many programs no longer know. Please ask the sender to \
            attach it instead.",
        tell_nl: "Het bestand staat in de tekst, in een vorm die veel programma's niet meer kennen. Vraag de afzender \
            om het als bijlage mee te sturen.",
        fix: "The sender's mail program or its administrator: attach files.",
        misses: "It needs a begin line and a plausible line after it. Texts about uuencode may show the same.",
        rfc: "POSIX uuencode",
        check: Check::Part(|p, _| coded(p, CodingFlags::UUENCODE)),
    },
    Entry {
        id: "cte-yenc-inline",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "A file written into the text as in newsgroups",
        title_nl: "Een bestand in de tekst, zoals in nieuwsgroepen",
        what: "A text contains a file in yEnc.",
        why: "Mail programs show lines of rubbish instead of a file, and servers damage it.",
        tell: "The file is inside the text, in a form that mail programs do not know. Please ask the sender to attach it \
            instead.",
        tell_nl: "Het bestand staat in de tekst, in een vorm die mailprogramma's niet kennen. Vraag de afzender om het \
            als bijlage mee te sturen.",
        fix: "The sender's mail program or its administrator: attach files.",
        misses: "Only its first line is looked for; texts about yEnc may show the same.",
        rfc: "yEnc draft 1.3",
        check: Check::Part(|p, _| coded(p, CodingFlags::YENC)),
    },
    Entry {
        id: "cte-binhex",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Notice,
        title: "A file from an old Macintosh",
        title_nl: "Een bestand van een oude Macintosh",
        what: "A text contains a file in BinHex.",
        why: "Hardly any program of today decodes it: the recipient sees rubbish instead of a file.",
        tell: "The file was packed in a way that programs no longer know. Please ask the sender to send it from a newer \
            program.",
        tell_nl: "Het bestand is ingepakt op een manier die programma's niet meer kennen. Vraag de afzender om het met \
            een nieuwer programma te sturen.",
        fix: "The sender's mail program or its administrator: use base64.",
        misses: "Only its first line is looked for, and only in texts.",
        rfc: "RFC 1741",
        check: Check::Part(|p, _| coded(p, CodingFlags::BINHEX)),
    },
    Entry {
        id: "cte-composite-encoded",
        since: "0.1.0",
        group: Group::Encoding,
        level: Level::Warning,
        title: "An attached mail that is encoded",
        title_nl: "Een bijgevoegd bericht dat gecodeerd is",
        what: "An attached mail is itself base64 or quoted-printable, which is not allowed.",
        why: "Many programs cannot open what is inside: forwarded mails look empty or broken.",
        tell: "Your program may not be able to open the attached mail. Please ask the sender to forward it again \
            from another program.",
        tell_nl: "Uw programma kan het bijgevoegde bericht misschien niet openen. Vraag de afzender om het nog eens \
            door te sturen met een ander programma.",
        fix: "The sender's mail program or its administrator.",
        misses: "Whether the recipient's program forgives it. A container like this is ambig-multipart-encoded.",
        rfc: "RFC 2045 §6.4; RFC 2046 §5.2.1",
        check: Check::Part(|p, _| composite_encoded(p)),
    },
];
