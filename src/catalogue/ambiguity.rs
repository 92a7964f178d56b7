//! What programs read in different ways, so that a filter may see another mail than the recipient.
//!
//! `misses` says which reading is ours.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{AmbiguityFlags, CodingFlags, StructureFlags};

const TELL: &str = "This mail is built so that programs disagree about what is in it. Please open nothing in it before \
    the sender has said that it is genuine and has sent it again.";
const TELL_NL: &str = "Dit bericht is zo opgebouwd dat programma's het er niet over eens zijn wat erin zit. Open er \
    niets in voordat de afzender heeft gezegd dat het echt is en het opnieuw heeft gestuurd.";
const FIX: &str = "The sender's mail program or its administrator. If nobody there knows of it, treat it as an attempt \
    to get past a filter.";

/// The part has one of these ambiguities.
pub(super) fn ambiguous(p: &PartView<'_>, flags: AmbiguityFlags) -> bool {
    p.ambiguity.intersects(flags)
}

/// A multipart inside another one that does not say by which lines its own parts are separated.
pub(super) fn nested_without_boundary(p: &PartView<'_>) -> bool {
    p.structure.contains(StructureFlags::BOUNDARY_MISSING)
        && p.is_in_multipart()
        && !ambiguous(p, AmbiguityFlags::BOUNDARY_EMPTY | AmbiguityFlags::BOUNDARY_SYNTAX)
}

/// What the multipart says in its header hides its parts already; how it is encoded matters to the attached mail only.
fn multipart_encoded(p: &PartView<'_>) -> bool {
    p.coding.contains(CodingFlags::COMPOSITE_ENCODED)
        && p.declared.is_multipart()
        && p.encoding != crate::scan::names::Encoding::Unknown
}

/// A lost character shifts the groups of all lines behind it, and shows in their number as well.
fn base64_dialect(p: &PartView<'_>) -> bool {
    let damaged =
        p.coding.intersects(CodingFlags::BASE64_LENGTH | CodingFlags::BASE64_PADDING | CodingFlags::BASE64_CUT);
    p.coding.intersects(CodingFlags::BASE64_INTERRUPTED | CodingFlags::BASE64_CONCATENATED)
        || (p.coding.contains(CodingFlags::BASE64_IRREGULAR) && !damaged)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "ambig-duplicate-content-type",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Two different types for one part",
        title_nl: "Twee verschillende typen voor één deel",
        what: "Content-Type is there twice with different values, in the header of the mail or of a part.",
        why: "One program shows a text where the other finds files: a filter may miss what the recipient gets.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first field. The same value twice is header-duplicate-mime.",
        rfc: "RFC 2045 §3, §5; RFC 7103 §7.8",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DUPLICATE_TYPE)),
    },
    Entry {
        id: "ambig-duplicate-cte",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Two different encodings for one part",
        title_nl: "Twee verschillende coderingen voor één deel",
        what: "Content-Transfer-Encoding is there twice with different values.",
        why: "Decoded in one way it is a file, in the other rubbish: a filter may miss what the recipient gets.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first field. The same value twice is header-duplicate-mime.",
        rfc: "RFC 2045 §3, §6; RFC 7103 §7.8",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DUPLICATE_ENCODING)),
    },
    Entry {
        id: "ambig-duplicate-disposition",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Two different dispositions for one part",
        title_nl: "Twee verschillende manieren van weergeven voor één deel",
        what: "Content-Disposition is there twice with different values.",
        why: "Whether it is an attachment, and what it is called, depends on the program.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first field. The same value twice is header-duplicate-mime.",
        rfc: "RFC 2183 §2; RFC 7103 §7.8",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DUPLICATE_DISPOSITION)),
    },
    Entry {
        id: "ambig-multiple-values",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Several values in one field",
        title_nl: "Meerdere waarden in één veld",
        what: "Content-Type, Content-Transfer-Encoding or Content-Disposition has several values where one belongs, or \
            has it in quotation marks.",
        why: "One program takes the first value, one the last, one none: they see different files.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first word of an encoding; a type or disposition like this counts as unknown.",
        rfc: "RFC 2045 §5.1, §6.1; RFC 2183 §2",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::MULTIPLE_VALUES)),
    },
    Entry {
        id: "ambig-duplicate-parameter",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "A detail twice in one field",
        title_nl: "Een gegeven twee keer in één veld",
        what: "One field has boundary, charset, name or filename twice with different values, or boundary twice at all.",
        why: "One program takes the first, another the last: parts are divided, shown or named differently.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first. A name twice with the same value is name-duplicate-parameter.",
        rfc: "RFC 2045 §5.1; RFC 2231 §3",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DUPLICATE_PARAMETER)),
    },
    Entry {
        id: "ambig-field-name-spacing",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Blanks around the name of a field",
        title_nl: "Spaties om de naam van een veld",
        what: "Blanks or invisible characters stand before, in or behind the name of a field that says what a part is.",
        why: "Some programs know the field all the same, some do not, and some take it for the end of the header.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We read the field if blanks stand before its colon; with one before the name it continues the \
            field above, and other characters end the header. In the header of the mail itself Postfix repairs it.",
        rfc: "RFC 5322 §2.2, §4.5; RFC 7103 §7.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::FIELD_NAME_SPACING)),
    },
    Entry {
        id: "ambig-nul-in-structured",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Zero bytes in the description of a part",
        title_nl: "Nulbytes in de beschrijving van een deel",
        what: "Content-Type, Content-Transfer-Encoding or Content-Disposition contains a byte of value zero.",
        why: "Some programs end the value there, some skip the byte, some do not recognise the value.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the byte for a character like others. In the header of the mail itself it does not \
            reach us: Postfix ends the value there.",
        rfc: "RFC 5322 §2.2; RFC 2045 §5.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::NUL)),
    },
    Entry {
        id: "ambig-cte-case-or-junk",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Encoding with something before or behind it",
        title_nl: "Codering met iets ervoor of erachter",
        what: "Content-Transfer-Encoding names an encoding together with other characters, such as base645 or base64;.",
        why: "Some programs decode it, some do not: a filter may see letters where the recipient gets a file.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take the first word, and decode nothing if that is no encoding. Upper and lower case are \
            allowed. What follows 7bit, 8bit or binary changes nothing and is cte-malformed.",
        rfc: "RFC 2045 §6.1, §6.4",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::ENCODING_JUNK)),
    },
    Entry {
        id: "ambig-field-overlap",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Fields that run into each other",
        title_nl: "Velden die in elkaar overlopen",
        what: "A field that says what a part is contains another field or repeats its value, or a field has no name.",
        why: "Some programs read the field inside, some the one outside, some neither.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take everything behind the first colon for the value. A field without a name ends the \
            header in Postfix, and so it is seen in parts and in files only.",
        rfc: "RFC 5322 §2.2; RFC 2045 §3",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::FIELD_OVERLAP)),
    },
    Entry {
        id: "ambig-folding",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Lines broken where programs differ",
        title_nl: "Regels afgebroken op plaatsen waar programma's verschillen",
        what: "A field that says what a part is was broken into lines inside of a word, at an equals sign or colon, by \
            half a line break, or with an empty line.",
        why: "Some programs join the pieces, some put a blank between them, some take the field for ended.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We join lines with what is between them, and drop the line break in quotation marks. Breaks \
            behind a colon or semicolon are in order. Postfix repairs half line breaks before we see them.",
        rfc: "RFC 5322 §2.2.3, §3.2.2; RFC 7103 §7.3",
        // A line of blanks that ends the header is told as that.
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::FOLDING) && !ambiguous(p, AmbiguityFlags::HEADER_END)),
    },
    Entry {
        id: "ambig-line-break",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Mixed line breaks in a header",
        title_nl: "Verschillende regeleinden in één kop",
        what: "Lines of a header end in different ways: CR, LF, CR CR LF and the like beside CR LF.",
        why: "Where a field and the header end depends on the program.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We end lines at LF. In a file that begins with LF, CR LF is not minded. Postfix makes CR LF of LF and \
            blanks of CR, so this shows in message files only.",
        rfc: "RFC 5322 §2.2, §2.3; RFC 5321 §2.3.8; RFC 7103 §6",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::LINE_BREAK)),
    },
    Entry {
        id: "ambig-header-body-delimiter",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "No clear end of a header",
        title_nl: "Geen duidelijk eind van een kop",
        what: "The empty line between header and content is missing or not empty, or further fields stand behind it.",
        why: "Some programs take a line for content that others take for the header: the file, its name or its \
            encoding differ.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We end the header before the first line that is no field, and at the first empty line. Where \
            the header of the mail itself ends early, header-block-ended-early says so.",
        rfc: "RFC 5322 §2.1; RFC 7103 §7.2, §7.4",
        // What the rest of a broken header block shows is told by header-block-ended-early.
        check: Check::Part(|p, _| {
            ambiguous(p, AmbiguityFlags::HEADER_END) && !(p.index == 0 && super::ended_early(p.facts))
        }),
    },
    Entry {
        id: "ambig-boundary-quoting",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Separating line with odd quotation marks",
        title_nl: "Scheidingsregel met vreemde aanhalingstekens",
        what: "The boundary has half a pair of quotation marks, marks or backslashes inside, single ones around it, or \
            its marks stand in the separating lines as well.",
        why: "Programs drop, keep or end at the marks, and then look for different lines.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We undo one pair of double marks and the backslashes in them, and take all else literally.",
        rfc: "RFC 2045 §5.1; RFC 2046 §5.1.1; RFC 5322 §3.2.4",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::BOUNDARY_QUOTING)),
    },
    Entry {
        id: "ambig-boundary-chars",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Separating line that programs cut differently",
        title_nl: "Scheidingsregel die programma's verschillend afkappen",
        what: "The boundary begins or ends with a blank, or contains a semicolon, a control character, or without \
            quotation marks a blank or comma.",
        why: "Some programs take all of it, some end before that character, and then look for different lines.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We end an unquoted value at a semicolon, and drop blanks at the end only. Blanks inside \
            quotation marks are allowed.",
        rfc: "RFC 2046 §5.1.1; RFC 2045 §5.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::BOUNDARY_CHARS)),
    },
    Entry {
        id: "ambig-boundary-empty",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Error,
        title: "Separating line without content",
        title_nl: "Scheidingsregel zonder inhoud",
        what: "A multipart has an empty boundary.",
        why: "Most programs cannot take the mail apart; some take every line of two dashes for a separating one.",
        tell: "This mail was built wrongly, and programs disagree about what is in it. Please ask the sender to send it \
            from another program.",
        tell_nl: "Dit bericht is verkeerd opgebouwd, en programma's zijn het er niet over eens wat erin zit. Vraag de \
            afzender om het met een ander programma te sturen.",
        fix: FIX,
        misses: "We take such a multipart for one part.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::BOUNDARY_EMPTY)),
    },
    Entry {
        id: "ambig-boundary-parameter-syntax",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Separating line announced in a wrong way",
        title_nl: "Verkeerd aangekondigde scheidingsregel",
        what: "The boundary parameter is misspelt, has blanks around its equals sign, or is not divided from the rest by \
            one semicolon.",
        why: "Some programs find it, some do not, and then the parts cannot be told apart.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We allow blanks around the equals sign and several semicolons, but neither a missing semicolon \
            nor another name.",
        rfc: "RFC 2045 §5.1; RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::BOUNDARY_SYNTAX)),
    },
    Entry {
        id: "ambig-boundary-on-leaf",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Error,
        title: "Parts where none are announced",
        title_nl: "Delen waar er geen zijn aangekondigd",
        what: "A part that is no multipart has a boundary and its separating lines, or the parts of a multipart are \
            separated by other lines than it announces.",
        why: "Most programs show the raw text of the parts; some find files in it.",
        tell: "This mail was built wrongly, and programs disagree about what is in it. Please ask the sender to send it \
            from another program.",
        tell_nl: "Dit bericht is verkeerd opgebouwd, en programma's zijn het er niet over eens wat erin zit. Vraag de \
            afzender om het met een ander programma te sturen.",
        fix: FIX,
        misses: "We go by what is announced. A boundary that never comes in a part that needs none is harmless \
            and not meant.",
        rfc: "RFC 2046 §5.1.1; RFC 2045 §5.2",
        // Where the announced boundary itself is ambiguous, that is told.
        check: Check::Part(|p, _| {
            ambiguous(p, AmbiguityFlags::BOUNDARY_ON_LEAF) && !super::structure::boundary_ambiguous(p)
        }),
    },
    Entry {
        id: "ambig-delimiter-whitespace",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Separating line with blanks or dashes too many",
        title_nl: "Scheidingsregel met spaties of streepjes te veel",
        what: "A line is a separating line but for white space before or in it, or a dash missing or added.",
        why: "Some programs begin or end a part there and some do not.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take such a line for content. More than eight blanks before it are not looked behind. Blanks \
            at its end are allowed: ambig-delimiter-padding.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DELIMITER_WHITESPACE)),
    },
    Entry {
        id: "ambig-delimiter-padding",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Notice,
        title: "Blanks behind a separating line",
        title_nl: "Spaties achter een scheidingsregel",
        what: "A separating line ends in blanks.",
        why: "They are allowed there, but some programs do not recognise the line.",
        tell: "If a file is missing or the text looks odd, please look at the mail in webmail. If that does not help, ask \
            the sender to send it from another program.",
        tell_nl: "Als er een bestand ontbreekt of de tekst er vreemd uitziet, bekijk het bericht dan in de webmail. \
            Als dat niet helpt, vraag de afzender dan om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that adds blanks.",
        misses: "We take the line for a separating one, as it should be.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DELIMITER_PADDING)),
    },
    Entry {
        id: "ambig-entity-on-delimiter-line",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "A part that begins on its separating line",
        title_nl: "Een deel dat op zijn scheidingsregel begint",
        what: "A header field or text stands on a separating line, or an empty line divides the separating line from the \
            fields of its part.",
        why: "Some programs read the fields and find a file, some see a text, some do not see the part.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We take a separating line with something behind it for content, and fields behind an empty line \
            for content of their part.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::ENTITY_ON_DELIMITER)),
    },
    Entry {
        id: "ambig-part-in-preamble",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "A part before the first one",
        title_nl: "Een deel vóór het eerste",
        what: "Before its first separating line, a multipart has fields that describe a part.",
        why: "Most programs drop what stands there, some show it: a filter may not look at it.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We do not count it as a part. A note that the mail is in MIME format is in order.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::PART_IN_PREAMBLE)),
    },
    Entry {
        id: "ambig-part-in-epilogue",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "A part behind the last one",
        title_nl: "Een deel achter het laatste",
        what: "Behind its closing line, a multipart has fields that describe a part.",
        why: "Most programs drop what stands there, some show it: a filter may not look at it.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We do not count it as a part. A whole further mail, as in mailbox files, is not meant.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::PART_IN_EPILOGUE)),
    },
    Entry {
        id: "ambig-nested-boundary",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Error,
        title: "Containers that cannot be told apart",
        title_nl: "Containers die niet uit elkaar te houden zijn",
        what: "A multipart inside another has the same boundary, none, or one whose lines never come.",
        why: "Which container a part belongs to, and where one ends, depends on the program: parts may be missing.",
        tell: "This mail was built wrongly, and programs disagree about what is in it. Please ask the sender to send it \
            from another program.",
        tell_nl: "Dit bericht is verkeerd opgebouwd, en programma's zijn het er niet over eens wat erin zit. Vraag de \
            afzender om het met een ander programma te sturen.",
        fix: FIX,
        misses: "We give a separating line to the innermost container that is still open; without lines of its \
            own a container is one part or empty.",
        rfc: "RFC 2046 §5.1.1, §5.1.2",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::NESTED_BOUNDARY) || nested_without_boundary(p)),
    },
    Entry {
        id: "ambig-comment",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Comment in the description of a part",
        title_nl: "Commentaar in de beschrijving van een deel",
        what: "A comment in brackets stands in or beside a type, an encoding that hides content or a boundary, or \
            does not end.",
        why: "Few programs know that it is to be skipped there: the others do not recognise the value.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We skip comments. Elsewhere, as in charset=us-ascii (Plain text), they do no harm and are not \
            meant.",
        rfc: "RFC 2045 §5.1, §6.1; RFC 5322 §3.2.2",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::COMMENT)),
    },
    Entry {
        id: "ambig-encoded-word",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Encoded description of a part",
        title_nl: "Gecodeerde beschrijving van een deel",
        what: "The type, encoding, disposition or boundary of a part is written as an encoded word (=?...?=).",
        why: "It is not allowed there. Some programs decode it all the same, and see another part than the others.",
        tell: TELL,
        tell_nl: TELL_NL,
        fix: FIX,
        misses: "We do not decode it. In file names it is name-encoded-word.",
        rfc: "RFC 2047 §5",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::ENCODED_WORD)),
    },
    Entry {
        id: "ambig-rfc2231-structural",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Separating line or charset in extended form",
        title_nl: "Scheidingsregel of tekenset in uitgebreide vorm",
        what: "The boundary of a multipart or a charset is given in pieces or with an encoding of its own \
            (boundary*0=, charset*=).",
        why: "It is allowed but hardly used, and many programs do not know it: they cannot take the mail apart.",
        tell: "Your program may not show all of this mail. Please look at it in webmail, or ask the sender to send it \
            from another program.",
        tell_nl: "Uw programma toont misschien niet het hele bericht. Bekijk het in de webmail, of vraag de afzender \
            om het met een ander programma te sturen.",
        fix: FIX,
        misses: "We join and decode the pieces of a boundary, unless it is also there in plain form.",
        rfc: "RFC 2231 §3, §4; RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::RFC2231)),
    },
    Entry {
        id: "ambig-multipart-encoded",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "A container that says it is encoded",
        title_nl: "Een container die zegt gecodeerd te zijn",
        what: "A multipart is declared to be base64, quoted-printable or uuencoded, which is not allowed.",
        why: "Some programs take the parts as they are, some decode them first: they see different files or none.",
        tell: "Your program may not show all of this mail. Please look at it in webmail, or ask the sender to send it \
            from another program.",
        tell_nl: "Uw programma toont misschien niet het hele bericht. Bekijk het in de webmail, of vraag de afzender \
            om het met een ander programma te sturen.",
        fix: FIX,
        misses: "We look for the parts in the text as it is. For an attached mail see cte-composite-encoded.",
        rfc: "RFC 2045 §6.4",
        check: Check::Part(|p, _| multipart_encoded(p)),
    },
    Entry {
        id: "ambig-base64-dialect",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Encoded file that programs decode differently",
        title_nl: "Gecodeerd bestand dat programma's verschillend decoderen",
        what: "In a base64 part, foreign characters or equals signs stand between the data, several encoded pieces \
            follow each other, or lines of different lengths cut its groups.",
        why: "Some programs skip what does not belong there, some stop, some begin anew: they see different files.",
        tell: "The file may be damaged or be another one in each program. If you did not expect it, do not open it; \
            otherwise please ask the sender to send it again.",
        tell_nl: "Het bestand is misschien beschadigd, of in elk programma anders. Als u het niet verwachtte, open het \
            dan niet; vraag de afzender anders om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that writes into mail.",
        misses: "We skip foreign characters and stop at complete padding. Where they stand behind the data \
            only, it is cte-base64-invalid-chars or cte-base64-data-after-padding.",
        rfc: "RFC 2045 §6.8; RFC 4648 §3.3; RFC 7103 §8.2",
        check: Check::Part(|p, _| base64_dialect(p)),
    },
    Entry {
        id: "ambig-qp-dialect",
        since: "0.1.0",
        group: Group::Ambiguity,
        level: Level::Warning,
        title: "Encoded text that programs decode differently",
        title_nl: "Gecodeerde tekst die programma's verschillend decoderen",
        what: "In a quoted-printable part, an equals sign is followed by neither a code nor a line end, or by blanks.",
        why: "Programs show the sign, drop it, join the lines or stop: characters or links may be wrong, a file damaged \
            or another one.",
        tell: "Some characters, links or files in this mail may be wrong. If it matters, please ask the sender to send \
            it again.",
        tell_nl: "Sommige tekens, links of bestanden in dit bericht kloppen misschien niet. Als het belangrijk is, \
            vraag de afzender dan om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "We take what is no code literally. It is not counted: one wrong code is reported like a \
            thousand. Long lines, lower case and raw characters are findings of their own.",
        rfc: "RFC 2045 §6.7 rules 1, 3, 5",
        check: Check::Part(|p, _| p.coding.intersects(CodingFlags::QP_INVALID | CodingFlags::QP_PADDED_BREAK)),
    },
];
