//! The MIME structure.

use super::ambiguity::{ambiguous, nested_without_boundary};
use super::{Check, Entry, Group, Level, PartView, ended_early, was_cut};
use crate::scan::MIME_FIELDS;
use crate::scan::facts::{AmbiguityFlags, CodingFlags, Fields, HeaderFlags, StructureFlags};
use crate::scan::names::MediaType;

fn built(p: &PartView<'_>, flag: StructureFlags) -> bool {
    p.structure.contains(flag)
}

/// The mail was cut off, which says why something did not come.
fn cut(p: &PartView<'_>) -> bool {
    was_cut(p.facts)
}

/// A larger header of a part holds something else than its description.
const LARGE_HEADER: u32 = 16 * 1024;

/// How the boundary is given says why programs, or we, look for other lines.
pub(super) fn boundary_ambiguous(p: &PartView<'_>) -> bool {
    let why = AmbiguityFlags::BOUNDARY_QUOTING
        | AmbiguityFlags::BOUNDARY_CHARS
        | AmbiguityFlags::BOUNDARY_EMPTY
        | AmbiguityFlags::BOUNDARY_SYNTAX
        | AmbiguityFlags::COMMENT
        | AmbiguityFlags::ENCODED_WORD
        | AmbiguityFlags::FOLDING
        | AmbiguityFlags::LINE_BREAK
        | AmbiguityFlags::NUL
        | AmbiguityFlags::RFC2231
        | AmbiguityFlags::DUPLICATE_PARAMETER
        | AmbiguityFlags::DUPLICATE_TYPE
        | AmbiguityFlags::FIELD_NAME_SPACING
        | AmbiguityFlags::FIELD_OVERLAP;
    ambiguous(p, why)
}

/// The lines that separate its parts are nearly there, or are those of a container inside of it.
fn delimiters_ambiguous(p: &PartView<'_>) -> bool {
    let near = AmbiguityFlags::DELIMITER_WHITESPACE
        | AmbiguityFlags::DELIMITER_LOOKALIKE
        | AmbiguityFlags::ENTITY_ON_DELIMITER
        | AmbiguityFlags::BOUNDARY_QUOTING
        | AmbiguityFlags::BOUNDARY_ON_LEAF
        | AmbiguityFlags::NESTED_BOUNDARY
        | AmbiguityFlags::PART_IN_EPILOGUE;
    let inside = |child: &crate::scan::Part| {
        child.parent.map(usize::from) == Some(p.index) && child.ambiguity.contains(AmbiguityFlags::NESTED_BOUNDARY)
    };
    ambiguous(p, near) || p.facts.parts.iter().any(inside)
}

/// The type cannot be read because of an ambiguity.
fn type_ambiguous(p: &PartView<'_>) -> bool {
    ambiguous(p, AmbiguityFlags::MULTIPLE_VALUES) || boundary_ambiguous(p)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "mime-version-missing",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "MIME without saying so",
        title_nl: "MIME, maar dat staat er niet bij",
        what: "The header describes content in the way of MIME, but MIME-Version is missing.",
        why: "Very strict programs show the raw text; nearly all others don't mind. Spam filters do.",
        tell: "The sender's mail program forgot a detail. If the mail shows as technical text, please look at it in \
            webmail.",
        tell_nl: "Het mailprogramma van de afzender is een detail vergeten. Als het bericht als technische tekst \
            verschijnt, bekijk het dan in de webmail.",
        fix: "The sender's mail program or its administrator.",
        misses: "Whether the recipient's program forgives it.",
        rfc: "RFC 2045 §4; RFC 7103 §8.1",
        // Where the block ended early, the field may stand in the lost rest.
        check: Check::Message(|f, _| {
            f.header.seen.intersects(MIME_FIELDS) && !f.header.seen.contains(Fields::MIME_VERSION) && !ended_early(f)
        }),
    },
    Entry {
        id: "mime-version-malformed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "Odd MIME version",
        title_nl: "Vreemde MIME-versie",
        what: "MIME-Version says something else than 1.0.",
        why: "No program is known to mind.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "Nobody; the sender's mail program, if anyone.",
        misses: "Comments in the field are allowed and not meant.",
        rfc: "RFC 2045 §4",
        check: Check::Message(|f, _| f.header.flags.contains(HeaderFlags::MIME_VERSION_BAD)),
    },
    Entry {
        id: "mime-version-duplicate",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "MIME version twice",
        title_nl: "MIME-versie twee keer opgegeven",
        what: "MIME-Version is there more than once.",
        why: "Mostly a server or script has added it a second time. Very strict filters may object.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "The administrator of the script or server that adds it.",
        misses: "Whether both say the same.",
        rfc: "RFC 2045 §4",
        check: Check::Message(|f, _| f.header.repeated.contains(Fields::MIME_VERSION)),
    },
    Entry {
        id: "mime-content-type-malformed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Type that cannot be read",
        title_nl: "Type dat niet te lezen is",
        what: "Content-Type is not of the form type/subtype.",
        why: "Programs take the part for plain text or do not show it. Attachments may be missing.",
        tell: "A part of the mail may be missing or show as rubbish. Please ask the sender to send it from another \
            program.",
        tell_nl: "Een deel van het bericht ontbreekt misschien of verschijnt als wartaal. Vraag de afzender om het met \
            een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "A readable type that is wrong is not meant.",
        rfc: "RFC 2045 §5.1, §5.2",
        check: Check::Part(|p, _| built(p, StructureFlags::TYPE_MALFORMED) && !type_ambiguous(p)),
    },
    Entry {
        id: "mime-content-type-missing-on-attachment",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "File without a type",
        title_nl: "Bestand zonder type",
        what: "An attachment has no Content-Type.",
        why: "It counts as plain text: programs may show it inside the text, or change its line breaks.",
        tell: "Your program may show the file as text. Please save it, and open it from there.",
        tell_nl: "Uw programma toont het bestand misschien als tekst. Sla het eerst op en open het daarna.",
        fix: "The sender's mail program or its administrator.",
        misses: "Most programs go by the ending of the file's name.",
        rfc: "RFC 2045 §5.2",
        // In a digest, the type of a mail is understood (RFC 2046 §5.1.5).
        check: Check::Part(|p, _| {
            let digest = p.parent().is_some_and(|parent| parent.declared == MediaType::MultipartDigest);
            p.attachment && built(p, StructureFlags::TYPE_MISSING) && !digest
        }),
    },
    Entry {
        id: "mime-boundary-missing",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "Parts that cannot be told apart",
        title_nl: "Delen die niet uit elkaar te houden zijn",
        what: "A multipart does not say which lines separate its parts.",
        why: "Programs cannot take the mail apart: it shows as rubbish or empty, and attachments are missing.",
        tell: "This mail was built wrongly, and programs cannot show it. Please ask the sender to send it from \
            another program.",
        tell_nl: "Dit bericht is verkeerd opgebouwd, en programma's kunnen het niet tonen. Vraag de afzender om het \
            met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Programs that guess the lines may show it.",
        rfc: "RFC 2046 §5.1.1",
        // An empty, misspelt or nested one is an ambiguity.
        check: Check::Part(|p, _| {
            built(p, StructureFlags::BOUNDARY_MISSING) && !boundary_ambiguous(p) && !nested_without_boundary(p)
        }),
    },
    Entry {
        id: "mime-boundary-not-found",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "The announced parts never came",
        title_nl: "De aangekondigde delen kwamen niet",
        what: "The line that should separate the parts of a multipart does not occur.",
        why: "Programs show rubbish, raw text or nothing, and attachments are missing.",
        tell: "This mail was built wrongly or damaged on its way. Please ask the sender to send it again.",
        tell_nl: "Dit bericht is verkeerd opgebouwd of onderweg beschadigd. Vraag de afzender om het opnieuw te \
            sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that changed the mail.",
        misses: "Whether the parts were there and use another line, or were removed.",
        rfc: "RFC 2046 §5.1.1",
        // Where it is clear why the lines never came, that is told.
        check: Check::Part(|p, _| {
            built(p, StructureFlags::BOUNDARY_NOT_FOUND)
                && !boundary_ambiguous(p)
                && !delimiters_ambiguous(p)
                && !p.coding.contains(CodingFlags::COMPOSITE_ENCODED)
        }),
    },
    Entry {
        id: "mime-boundary-unclosed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "The end mark is missing",
        title_nl: "De eindmarkering ontbreekt",
        what: "A multipart has no closing line.",
        why: "The mail may have been cut off, and then its last file is incomplete. Sloppy programs write such mail, \
            too.",
        tell: "The mail may be incomplete. Please check whether its last file opens; if not, ask the sender to send \
            it again.",
        tell_nl: "Het bericht is misschien onvolledig. Kijk of het laatste bestand opengaat; zo niet, vraag de \
            afzender dan om het bericht opnieuw te sturen.",
        fix: "The sender: send it again. If all mail of a program is like this, its maker.",
        misses: "It cannot tell a cut from sloppiness. Where a cut is certain, mime-truncated says so instead.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_UNCLOSED) && !cut(p) && !delimiters_ambiguous(p)),
    },
    Entry {
        id: "mime-boundary-too-long",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Separating line too long",
        title_nl: "Te lange scheidingsregel",
        what: "The boundary of a multipart has more than 70 characters.",
        why: "Some programs and filters cut it, and then cannot take the mail apart.",
        tell: "Your program may not show all of this mail. Please look at it in webmail, or ask the sender to use \
            another program.",
        tell_nl: "Uw programma toont misschien niet het hele bericht. Bekijk het in de webmail, of vraag de afzender \
            om een ander programma te gebruiken.",
        fix: "The sender's mail program or its administrator.",
        misses: "Most programs accept more than is allowed.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_LONG)),
    },
    Entry {
        id: "mime-boundary-bad-chars",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Separating line with odd characters",
        title_nl: "Scheidingsregel met vreemde tekens",
        what: "The boundary of a multipart has characters that it must not have.",
        why: "Strict programs cannot take the mail apart; nearly all others can.",
        tell: "If files are missing or the text looks odd, please look at the mail in webmail.",
        tell_nl: "Als er bestanden ontbreken of de tekst er vreemd uitziet, bekijk het bericht dan in de webmail.",
        fix: "The sender's mail program or its administrator.",
        misses: "Characters at which programs cut it differently are ambig-boundary-chars.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| {
            built(p, StructureFlags::BOUNDARY_BAD_CHARS) && p.declared.is_multipart() && !boundary_ambiguous(p)
        }),
    },
    Entry {
        id: "mime-boundary-lookalike",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Lines that look like separating ones",
        title_nl: "Regels die op scheidingsregels lijken",
        what: "A line is like a separating line of the mail, but in another case or with other text behind it.",
        why: "Some programs begin or end a part there and some do not: parts may be shown wrongly.",
        tell: "Parts of this mail may be missing or shown wrongly. Please ask the sender to send it from another program.",
        tell_nl: "Delen van dit bericht ontbreken misschien of worden verkeerd getoond. Vraag de afzender om het met \
            een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "We take such a line for content. A boundary of less than four characters with letters behind \
            it is not meant.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| ambiguous(p, AmbiguityFlags::DELIMITER_LOOKALIKE)),
    },
    Entry {
        id: "mime-boundary-reused-nested",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Separating lines that begin alike",
        title_nl: "Scheidingsregels die hetzelfde beginnen",
        what: "The boundary of a container begins with the one of the container around it, or the other way round.",
        why: "Programs that compare only the beginning of lines end parts too early.",
        tell: "If parts of this mail are missing, please look at it in webmail, or ask the sender to send it from \
            another program.",
        tell_nl: "Als er delen van dit bericht ontbreken, bekijk het dan in de webmail, of vraag de afzender om het \
            met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Most programs compare whole lines. The same boundary twice is ambig-nested-boundary.",
        rfc: "RFC 2046 §5.1.1, §5.1.2",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_PREFIX)),
    },
    Entry {
        id: "mime-multipart-empty",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "A container without content",
        title_nl: "Een container zonder inhoud",
        what: "A multipart is closed before any part came.",
        why: "The recipient sees an empty mail, or a part of it is missing.",
        tell: "The mail, or a part of it, came empty. Please ask the sender to send it again.",
        tell_nl: "Het bericht, of een deel ervan, kwam leeg aan. Vraag de afzender om het opnieuw te sturen.",
        fix: "The sender's mail program; or a filter on the way that took the parts out.",
        misses: "Parts that are there but have no content are not meant.",
        rfc: "RFC 2046 §5.1",
        check: Check::Part(|p, _| built(p, StructureFlags::EMPTY)),
    },
    Entry {
        id: "mime-nesting-deep",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Mails inside mails inside mails",
        title_nl: "Berichten in berichten in berichten",
        what: "Parts are nested in more than 30 levels (by default).",
        why: "Exchange Online and others refuse it, filters give up. Often two automatic replies answer each other.",
        tell: "This mail contains a very long chain of attached mails, and many systems refuse it. Please ask the \
            sender to write a new mail.",
        tell_nl: "Dit bericht bevat een zeer lange keten van bijgevoegde berichten, en veel systemen weigeren het. \
            Vraag de afzender om een nieuw bericht te schrijven.",
        fix: "The sender: a new mail. If automatic, our mail administrator: stop the loop.",
        misses: "Levels inside archives and Outlook items are not counted.",
        rfc: "Exchange Online limits: 30 embedded messages; Postfix mime_nesting_limit",
        check: Check::Message(|f, t| f.depth > t.depth),
    },
    Entry {
        id: "mime-parts-many",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Very many parts",
        title_nl: "Zeer veel delen",
        what: "The mail has more than 250 parts (by default).",
        why: "Exchange Online and others refuse it.",
        tell: "This mail is made of too many pieces for some systems. Please ask the sender to put the files into \
            one archive.",
        tell_nl: "Dit bericht bestaat voor sommige systemen uit te veel stukken. Vraag de afzender om de bestanden in \
            één archief te zetten.",
        fix: "The sender: put the files into one archive.",
        misses: "Other servers have other limits.",
        rfc: "Exchange Online limits: 250 parts",
        check: Check::Message(|f, t| f.parts_total > t.parts),
    },
    Entry {
        id: "mime-part-header-large",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "A part with a very large header",
        title_nl: "Een deel met een zeer grote kop",
        what: "The header of a part has more than 16 KiB.",
        why: "Filters and programs cut it: the part may be shown wrongly, or its name be lost.",
        tell: "A part of this mail may be missing or shown wrongly. Please ask the sender to send it from another \
            program.",
        tell_nl: "Een deel van dit bericht ontbreekt misschien of wordt verkeerd getoond. Vraag de afzender om het met \
            een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "The header of an attached mail may be that large and is not meant.",
        rfc: "RFC 2046 §5.1; Postfix header_size_limit",
        check: Check::Part(|p, _| p.header_bytes > LARGE_HEADER && p.is_in_multipart()),
    },
    Entry {
        id: "mime-part-header-unterminated",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "A part without an end of its header",
        title_nl: "Een deel waarvan de kop geen eind heeft",
        what: "A separating line comes before the empty line that ends the header of a part.",
        why: "The part has no content, or programs take its header for content.",
        tell: "A part of this mail is empty or shown wrongly. Please ask the sender to send it again.",
        tell_nl: "Een deel van dit bericht is leeg of wordt verkeerd getoond. Vraag de afzender om het opnieuw te \
            sturen.",
        fix: "The sender's mail program or its administrator; or a filter on the way that removed the content.",
        misses: "Where the mail was cut off there, mime-truncated says so instead.",
        rfc: "RFC 2046 §5.1",
        check: Check::Part(|p, _| built(p, StructureFlags::HEADER_OPEN)),
    },
    Entry {
        id: "mime-part-header-bad-line",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "A part's header ends in the middle",
        title_nl: "De kop van een deel eindigt halverwege",
        what: "In the header of a part stands a line that does not belong into a header, and the header ends there.",
        why: "Programs read on in different ways: the part may be shown wrongly, or its name be lost.",
        tell: "A part of the mail may be shown wrongly. If something is missing, please ask the sender to send it \
            from another program.",
        tell_nl: "Een deel van het bericht wordt misschien verkeerd getoond. Als er iets ontbreekt, vraag de afzender \
            dan om het met een ander programma te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "It does not know what was lost. The header of the mail itself is not meant.",
        rfc: "RFC 7103 §7.2",
        // Behind fields of the part, or as a field that is nearly one, it is an ambiguity.
        check: Check::Part(|p, _| {
            let told = AmbiguityFlags::HEADER_END
                | AmbiguityFlags::LINE_BREAK
                | AmbiguityFlags::FOLDING
                | AmbiguityFlags::FIELD_NAME_SPACING;
            p.index > 0 && built(p, StructureFlags::BAD_LINE) && !ambiguous(p, told)
        }),
    },
    Entry {
        id: "mime-preamble-content",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Much text before the first part",
        title_nl: "Veel tekst vóór het eerste deel",
        what: "Before its first separating line, a multipart has more than 2 KiB of text.",
        why: "Programs do not show it.",
        tell: "The mail contains text that your program does not show. If something is missing, please ask the sender to \
            send it again.",
        tell_nl: "Het bericht bevat tekst die uw programma niet toont. Als er iets ontbreekt, vraag de afzender dan om \
            het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that adds text.",
        misses: "Whether it says anything. Shorter notes to readers of old programs are in order.",
        rfc: "RFC 2046 §5.1.1",
        // If no part follows, the lines that separate them never came.
        check: Check::Part(|p, _| {
            built(p, StructureFlags::PREAMBLE_LARGE)
                && !built(p, StructureFlags::BOUNDARY_NOT_FOUND)
                && !ambiguous(p, AmbiguityFlags::PART_IN_PREAMBLE)
        }),
    },
    Entry {
        id: "mime-epilogue-content",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Much text behind the last part",
        title_nl: "Veel tekst achter het laatste deel",
        what: "Behind its closing line, a multipart has more than 2 KiB of text.",
        why: "Programs do not show it.",
        tell: "The mail contains text that your program does not show. If something is missing, please ask the sender to \
            send it again.",
        tell_nl: "Het bericht bevat tekst die uw programma niet toont. Als er iets ontbreekt, vraag de afzender dan om \
            het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator; or a server on the way that adds text.",
        misses: "Whether it says anything.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| {
            built(p, StructureFlags::EPILOGUE_LARGE) && !ambiguous(p, AmbiguityFlags::PART_IN_EPILOGUE)
        }),
    },
    Entry {
        id: "mime-text-after-close",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Further parts behind the end mark",
        title_nl: "Nog meer delen achter de eindmarkering",
        what: "After the line that closes a multipart, lines follow that separate further parts.",
        why: "Most programs do not show them; some filters do not look at them.",
        tell: "The mail has parts behind its end that your program may not show. If something is missing, please ask \
            the sender to send it again.",
        tell_nl: "Achter het eind van het bericht staan delen die uw programma misschien niet toont. Als er iets \
            ontbreekt, vraag de afzender dan om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator.",
        misses: "Text behind the end that is no part is not meant.",
        rfc: "RFC 2046 §5.1.1",
        // With fields behind them they are parts to some programs: ambig-part-in-epilogue.
        check: Check::Part(|p, _| built(p, StructureFlags::AFTER_CLOSE) && !delimiters_ambiguous(p)),
    },
    Entry {
        id: "mime-message-partial",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "One piece of a mail",
        title_nl: "Eén stuk van een bericht",
        what: "The mail is a fragment of a larger one (message/partial).",
        why: "Hardly any program can join the pieces, and many filters refuse them.",
        tell: "The sender's program has cut the mail into pieces that your program cannot join. Please ask the \
            sender to switch that off, or to send a link.",
        tell_nl: "Het programma van de afzender heeft het bericht in stukken geknipt die uw programma niet kan \
            samenvoegen. Vraag de afzender om dat uit te zetten, of een link te sturen.",
        fix: "The sender: switch off the breaking of large mails.",
        misses: "Whether the other pieces arrived.",
        rfc: "RFC 2046 §5.2.2",
        check: Check::Part(|p, _| p.declared == MediaType::MessagePartial),
    },
    Entry {
        id: "mime-external-body",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "The file is elsewhere",
        title_nl: "Het bestand staat ergens anders",
        what: "A part only says where its content could be fetched (message/external-body).",
        why: "Hardly any program fetches it: the recipient sees no file.",
        tell: "The file is not in the mail, only a note where it is kept. Please ask the sender to attach it or to \
            send a link.",
        tell_nl: "Het bestand zit niet in het bericht, alleen een verwijzing naar de plek waar het staat. Vraag de \
            afzender om het bij te voegen of een link te sturen.",
        fix: "The sender: attach the file or send a link.",
        misses: "Links in the text are not looked at.",
        rfc: "RFC 2046 §5.2.3",
        check: Check::Part(|p, _| p.declared == MediaType::MessageExternalBody),
    },
    Entry {
        id: "mime-alternative-order",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "Plain text behind the formatted one",
        title_nl: "Platte tekst achter de opgemaakte tekst",
        what: "Of the forms of a text, the plain one comes behind the one in HTML.",
        why: "Programs show the last form they know: the recipient may see the plain text, without formatting or \
            pictures.",
        tell: "Your program may show the mail without its formatting, but its text is complete. Please look at it in \
            webmail if it matters.",
        tell_nl: "Uw programma toont het bericht misschien zonder opmaak, maar de tekst is compleet. Bekijk het in de \
            webmail als de opmaak belangrijk is.",
        fix: "The sender's mail program or its administrator; often a script.",
        misses: "Some programs take HTML wherever it stands.",
        rfc: "RFC 2046 §5.1.4",
        check: Check::Part(|p, _| built(p, StructureFlags::PLAIN_AFTER_HTML)),
    },
    Entry {
        id: "mime-subtype-unknown-multipart",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "Unknown kind of container",
        title_nl: "Onbekend soort container",
        what: "A multipart is of a subtype that is hardly known.",
        why: "Programs show its parts one after the other, as they should.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "Nobody; the sender's mail program, if anyone.",
        misses: "What the sender's program meant by it.",
        rfc: "RFC 2046 §5.1.7",
        check: Check::Part(|p, _| p.declared == MediaType::MultipartOther),
    },
    Entry {
        id: "mime-related-start-missing",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "The main part cannot be found",
        title_nl: "Het hoofddeel is niet te vinden",
        what: "A multipart/related names a part to begin with that is not among its parts.",
        why: "Programs take the first part, which mostly is the right one.",
        tell: "If the text of the mail is missing, please look at it in webmail.",
        tell_nl: "Als de tekst van het bericht ontbreekt, bekijk het dan in de webmail.",
        fix: "The sender's mail program or its administrator; or a server on the way that changes Content-ID.",
        misses: "References from the text to pictures are not compared.",
        rfc: "RFC 2387 §3.2",
        check: Check::Part(|p, _| built(p, StructureFlags::START_MISSING)),
    },
    Entry {
        id: "mime-signed-structure",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Signed mail with parts added or missing",
        title_nl: "Ondertekend bericht met delen te veel of te weinig",
        what: "A multipart/signed has not exactly two parts, one that is signed and one that is the signature.",
        why: "Programs cannot check the signature, or say that it is invalid.",
        tell: "The signature of this mail cannot be checked, because something was added or removed on the way. If it \
            matters, please ask the sender whether the mail is genuine.",
        tell_nl: "De handtekening van dit bericht is niet te controleren, omdat er onderweg iets is toegevoegd of \
            weggehaald. Als het belangrijk is, vraag de afzender dan of het bericht echt is.",
        fix: "The administrator of the server or mailing list that adds parts; or the sender's mail program.",
        misses: "Whether the signature fits is not checked.",
        rfc: "RFC 1847 §2.1",
        check: Check::Part(|p, _| built(p, StructureFlags::SIGNED_PARTS)),
    },
    Entry {
        id: "mime-truncated",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "The mail was cut off",
        title_nl: "Het bericht is afgebroken",
        what: "The mail ends in the middle of a file or of a part's header, with its parts still open.",
        why: "Everything behind the cut is missing.",
        tell: "The mail was cut off on its way to us. Please ask the sender to send it again.",
        tell_nl: "Het bericht is op weg naar ons afgebroken. Vraag de afzender om het opnieuw te sturen.",
        fix: "The sender: send it again. If it happens often, our mail administrator and the one of the sender.",
        misses: "A cut that falls between lines of a text, or in a file of a kind that does not know its own end, shows only \
            as mime-boundary-unclosed.",
        rfc: "RFC 2046 §5.1.1; RFC 2045 §6.8",
        check: Check::Message(|f, _| was_cut(f)),
    },
];
