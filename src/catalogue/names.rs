//! File names. What remains of them are flags: nothing here ever saw one.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{AmbiguityFlags, NameFlags, StructureFlags};
use crate::scan::names::{Family, MediaType};

/// The name could not be read as it was meant, so what it consists of says nothing.
const UNREADABLE: NameFlags = NameFlags::ENCODED_WORD_BAD
    .union(NameFlags::RFC2231_BAD)
    .union(NameFlags::UNTERMINATED)
    .union(NameFlags::CHARSET_UNKNOWN);

/// The name reads as it was meant, and was chosen by people: that of an attached mail is made from its subject, and programs give
/// it another one.
fn is_chosen(p: &PartView<'_>) -> bool {
    !p.name.intersects(UNREADABLE)
        && !p.structure.contains(StructureFlags::DISPOSITION_MALFORMED)
        && !p.is_message_kind()
}

fn missing(p: &PartView<'_>) -> bool {
    // What a name could not be read of is said by other findings. Attached mails and invitations are shown by what they
    // are.
    let nameless = p.attachment && p.name.is_empty() && !p.structure.contains(StructureFlags::DISPOSITION_MALFORMED);
    let shown_otherwise = p.is_composite()
        || p.is_message_kind()
        || p.declared.is_machinery()
        || p.declared.family() == Family::Calendar
        || p.structure.contains(StructureFlags::REFERENCED);
    // RFC 1847 §2.2, RFC 3156 §4: the encrypted text of a whole mail, not a file.
    let sealed = p.parent().is_some_and(|parent| parent.declared == MediaType::MultipartEncrypted)
        || (p.index == 0 && p.declared == MediaType::Pkcs7Mime);
    nameless && !shown_otherwise && !sealed
}

fn no_extension(p: &PartView<'_>) -> bool {
    p.attachment && p.name.contains(NameFlags::NO_EXTENSION) && is_chosen(p)
}

/// A program by its name. The name of an attached mail is made from its subject, and programs give it another one.
fn runs(p: &PartView<'_>) -> bool {
    p.extension.runs() && !p.is_message_kind()
}

fn raw_8bit(p: &PartView<'_>) -> bool {
    // With SMTPUTF8, raw UTF-8 is as it should be (RFC 6532 §3.2).
    p.name.contains(NameFlags::RAW_8BIT) || (p.name.contains(NameFlags::RAW_UTF8) && !p.facts.envelope.smtputf8)
}

fn disposition_malformed(p: &PartView<'_>) -> bool {
    // What is wrong with the name itself, or programs read differently, other findings say.
    let told = NameFlags::UNQUOTED_SPECIAL | NameFlags::UNTERMINATED | NameFlags::DUPLICATE;
    let ambiguous = AmbiguityFlags::MULTIPLE_VALUES
        | AmbiguityFlags::ENCODED_WORD
        | AmbiguityFlags::FOLDING
        | AmbiguityFlags::COMMENT
        | AmbiguityFlags::NUL
        | AmbiguityFlags::FIELD_OVERLAP
        | AmbiguityFlags::LINE_BREAK;
    p.structure.contains(StructureFlags::DISPOSITION_MALFORMED)
        && !p.name.intersects(told)
        && !p.ambiguity.intersects(ambiguous)
}

fn repeated(p: &PartView<'_>) -> bool {
    // The same file twice is another finding.
    p.name.contains(NameFlags::REPEATED) && p.facts.repeated_attachments == 0
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "name-missing",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Attachment without a name",
        title_nl: "Bijlage zonder naam",
        what: "An attachment has no file name.",
        why: "Programs call it ATT00001 or noname, and do not know what to open it with.",
        tell: "The file came without a name. Please save it, and give it a name with the right ending; or ask the \
            sender what it is.",
        tell_nl: "Het bestand kwam zonder naam aan. Sla het op en geef het een naam met de juiste extensie, of vraag \
            de afzender wat het is.",
        fix: "The sender's mail program or its administrator: name attachments.",
        misses: "Signatures, reports, pictures of the text, attached mails and invitations need no name and are left \
            out.",
        rfc: "RFC 2183 §2.3",
        check: Check::Part(|p, _| missing(p)),
    },
    Entry {
        id: "name-no-extension",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "File name without extension",
        title_nl: "Bestandsnaam zonder extensie",
        what: "The name of an attachment has no extension.",
        why: "Windows does not know what to open it with.",
        tell: "The file's name has no ending like .pdf, so your computer does not know how to open it. Please ask \
            the sender what kind of file it is, and add the ending.",
        tell_nl: "De bestandsnaam heeft geen extensie zoals .pdf, dus uw computer weet niet hoe hij het bestand moet \
            openen. Vraag de afzender wat voor bestand het is, en zet de extensie erachter.",
        fix: "The sender: send it with its extension. Apple computers often hide it.",
        misses: "An extension that says nothing (.dat) counts as one.",
        rfc: "RFC 2183 §2.3",
        check: Check::Part(|p, _| no_extension(p)),
    },
    Entry {
        id: "name-executable-extension",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Error,
        title: "The name of a program",
        title_nl: "De naam van een programma",
        what: "The name of a file has the extension of a program or script, or of what programs come in, that Outlook or \
            Gmail block.",
        why: "Outlook hides such files, Gmail refuses the mail, and many companies take them out.",
        tell: "Files of this kind are blocked by most mail systems. Please don't open it unless you expected it; the \
            sender can offer it as a download.",
        tell_nl: "De meeste mailsystemen blokkeren dit soort bestanden. Open het bestand niet, tenzij u het \
            verwachtte; de afzender kan het als download aanbieden.",
        fix: "The sender: offer it as a download.",
        misses: "Names inside archives. A harmless file whose name ends like a program's (in .com) is blocked just \
            the same. Disk images are another finding.",
        rfc: "Outlook's blocked attachments (Level 1); support.google.com/mail/answer/6590",
        check: Check::Part(|p, _| runs(p)),
    },
    Entry {
        id: "name-blocked-extension",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "A kind of file that Outlook blocks",
        title_nl: "Een soort bestand dat Outlook blokkeert",
        what: "The file is no program, but its name has an extension that Outlook does not let its users open, such as .py, .cer, .url or .mdb.",
        why: "Outlook shows that there is a file and gives no access to it.",
        tell: "Outlook does not open files of this kind. Please ask the sender to put it into a zip archive or to offer it as a download.",
        tell_nl: "Outlook opent dit soort bestanden niet. Vraag de afzender om het in een zip-bestand te zetten of als \
            download aan te bieden.",
        fix: "The sender: put it into an archive, or offer it as a download.",
        misses: "Administrators can change Outlook's list. Other programs open such files.",
        rfc: "Outlook's blocked attachments (Level 1)",
        check: Check::Part(|p, _| p.extension.is_blocked() && !p.is_message_kind()),
    },
    Entry {
        id: "name-double-extension",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "A program under the name of a document",
        title_nl: "Een programma met de naam van een document",
        what: "Before a program's extension stands that of a document, or so many blanks that the real one is out of \
            sight.",
        why: "The name pretends to be a document's. Filters refuse it, and with reason.",
        tell: "The name of this file hides what it really is. Please don't open it, and tell your help desk where it \
            came from.",
        tell_nl: "De naam van dit bestand verbergt wat het werkelijk is. Open het niet, en vertel uw helpdesk waar het \
            vandaan kwam.",
        fix: "Nobody: don't open it. Our mail administrator, if such mail comes often.",
        misses: "Harmless pairs (.tar.gz) are left out. Tricks inside archives are not seen.",
        rfc: "RFC 2183 §5",
        check: Check::Part(|p, _| runs(p) && p.name.contains(NameFlags::DOUBLE_EXTENSION)),
    },
    Entry {
        id: "name-bidi-control",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "A name that runs backwards",
        title_nl: "Een naam die achterstevoren loopt",
        what: "The name contains characters that force the direction of writing (overrides).",
        why: "What you see as its ending may not be its ending. Filters refuse such names.",
        tell: "The name of this file may be shown in a wrong order, which can hide what it is. Please don't open it \
            unless the sender confirms it.",
        tell_nl: "De naam van dit bestand wordt misschien in een verkeerde volgorde getoond, en dat kan verbergen wat \
            het is. Open het niet, tenzij de afzender het bevestigt.",
        fix: "The sender: rename the file.",
        misses: "Other direction marks, which cannot turn Latin letters round; see name-invisible-chars.",
        rfc: "Unicode TR 36 §2.1; TR 9",
        check: Check::Part(|p, _| p.name.contains(NameFlags::BIDI_CONTROL)),
    },
    Entry {
        id: "name-invisible-chars",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Invisible characters in the name",
        title_nl: "Onzichtbare tekens in de naam",
        what: "The name contains characters that nobody sees, where they have no effect: zero-width blanks, soft hyphens, direction marks in a name without Arabic or Hebrew letters.",
        why: "The name looks like another one. Searching for it fails, and some programs show boxes in it.",
        tell: "The file's name contains characters that cannot be seen. If it cannot be found or opened, please save it under a new name.",
        tell_nl: "De bestandsnaam bevat tekens die niet te zien zijn. Als het bestand niet te vinden of te openen is, \
            sla het dan onder een nieuwe naam op.",
        fix: "The sender: type the name anew. Such characters come with text that was copied.",
        misses: "Joiners that scripts and emoji need, and marks in Arabic and Hebrew names, are left out. Letters that only look like others are not looked for.",
        rfc: "Unicode TR 36 §2.10; TR 9",
        check: Check::Part(|p, _| p.name.contains(NameFlags::INVISIBLE) && is_chosen(p)),
    },
    Entry {
        id: "name-control-chars",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Control characters in the name",
        title_nl: "Besturingstekens in de naam",
        what: "The name contains control characters, such as a line break.",
        why: "Some programs cannot save the file, or cut its name.",
        tell: "The file's name contains characters that cannot be saved. Please save it under a new name.",
        tell_nl: "De bestandsnaam bevat tekens die niet kunnen worden opgeslagen. Sla het bestand onder een nieuwe \
            naam op.",
        fix: "The sender: rename the file. If it happens often, the sender's mail program.",
        misses: "Invisible characters that are no control characters; see name-invisible-chars.",
        rfc: "RFC 2183 §2.3; RFC 2045 §5.1",
        check: Check::Part(|p, _| p.name.contains(NameFlags::CONTROL)),
    },
    Entry {
        id: "name-path-chars",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "A path instead of a name",
        title_nl: "Een pad in plaats van een naam",
        what: "The name contains a slash, a backslash or a drive letter.",
        why: "Programs cut it in different ways, replace signs, or refuse to save it.",
        tell: "The file's name contains signs that cannot be part of one. Please save it under a new name.",
        tell_nl: "De bestandsnaam bevat tekens die niet in een naam kunnen staan. Sla het bestand onder een nieuwe \
            naam op.",
        fix: "The sender, if the name was chosen like this; otherwise the sender's mail program.",
        misses: "A backslash that only marks the next character is not counted. Names of attached mails are left \
            out, as they are made from subjects.",
        rfc: "RFC 2183 §2.3, §5",
        check: Check::Part(|p, _| p.name.contains(NameFlags::PATH) && !p.is_message_kind()),
    },
    Entry {
        id: "name-trailing-dot-space",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Name that ends in a dot or blank",
        title_nl: "Naam die eindigt op een punt of spatie",
        what: "The last character of the name is a dot or a blank.",
        why: "Windows cuts it off. Some programs then cannot find the file they saved, or do not see its extension.",
        tell: "The end of the file's name gets lost on Windows. If it cannot be opened, please save it under a new name with the right ending.",
        tell_nl: "Het eind van de bestandsnaam gaat in Windows verloren. Als het bestand niet te openen is, sla het \
            dan op onder een nieuwe naam met de juiste extensie.",
        fix: "The sender: rename the file.",
        misses: "Blanks at the beginning, which Windows takes.",
        rfc: "Microsoft: Naming Files, Paths, and Namespaces",
        check: Check::Part(|p, _| p.name.contains(NameFlags::TRAILING) && is_chosen(p)),
    },
    Entry {
        id: "name-windows-reserved",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Name that Windows does not take",
        title_nl: "Naam die Windows niet toestaat",
        what: "The name is one that Windows keeps for its devices, such as CON or AUX, or contains one of < > : \" | ? *.",
        why: "Windows cannot save a file under this name. Mail programs replace the characters, or fail.",
        tell: "Windows cannot save a file under this name. Please save it under a new name, with the same ending.",
        tell_nl: "Windows kan onder deze naam geen bestand opslaan. Sla het op onder een nieuwe naam, met dezelfde \
            extensie.",
        fix: "The sender: rename the file. Other systems allow such names.",
        misses: "Paths are name-path-chars. It does not know which system the recipient has.",
        rfc: "Microsoft: Naming Files, Paths, and Namespaces",
        check: Check::Part(|p, _| p.name.contains(NameFlags::RESERVED) && is_chosen(p)),
    },
    Entry {
        id: "name-too-long",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Name too long",
        title_nl: "Te lange naam",
        what: "The name has more than 255 bytes.",
        why: "No common file system takes it: programs cut it, often with its ending, or cannot save the file.",
        tell: "The file's name is too long to be saved. Please save it under a shorter name, with the same ending.",
        tell_nl: "De bestandsnaam is te lang om op te slaan. Sla het bestand op onder een kortere naam, met dezelfde \
            extensie.",
        fix: "The sender: shorten the name.",
        misses: "Names that are only too long together with the folder they are saved in.",
        rfc: "the limits of NTFS, ext4 and APFS",
        check: Check::Part(|p, _| p.name.contains(NameFlags::TOO_LONG)),
    },
    Entry {
        id: "name-raw-8bit",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Special characters sent raw",
        title_nl: "Speciale tekens ongecodeerd verstuurd",
        what: "The name contains letters with accents or of other scripts, without saying in which character set.",
        why: "Programs guess, and may show a garbled name.",
        tell: "The special letters in the file's name may look wrong. The file itself is not affected; you can save \
            it under a new name.",
        tell_nl: "De speciale tekens in de bestandsnaam kunnen er verkeerd uitzien. Het bestand zelf heeft er geen \
            last van; u kunt het onder een nieuwe naam opslaan.",
        fix: "The sender's mail program or its administrator: encode names as RFC 2231 says.",
        misses: "Many programs guess right, above all with UTF-8.",
        rfc: "RFC 2045 §5.1; RFC 2231 §4; RFC 6532 §3.2",
        check: Check::Part(|p, _| raw_8bit(p)),
    },
    Entry {
        id: "name-encoded-word",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Info,
        title: "Name encoded in the way of subjects",
        title_nl: "Naam gecodeerd zoals een onderwerp",
        what: "The name is encoded as subjects are, which is not allowed for names, but can be read.",
        why: "Most programs understand it: Outlook and Gmail send such names themselves. A few show the code.",
        tell: "If the file's name looks like code, your program does not understand how it was sent. The file itself \
            is not affected.",
        tell_nl: "Als de bestandsnaam eruitziet als code, begrijpt uw programma niet hoe de naam is verstuurd. Het \
            bestand zelf heeft er geen last van.",
        fix: "Nobody; the sender's mail program, if recipients complain.",
        misses: "It does not know what the recipient's program shows.",
        rfc: "RFC 2047 §5",
        check: Check::Part(|p, _| p.name.contains(NameFlags::ENCODED_WORD)),
    },
    Entry {
        id: "name-encoded-word-broken",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Name that cannot be decoded",
        title_nl: "Naam die niet te decoderen is",
        what: "The name is encoded in the way of subjects, and the code is damaged.",
        why: "The recipient sees code instead of a name, and the ending is lost with it.",
        tell: "The file's name arrived damaged, the file itself did not. Please save it, and give it a name with the \
            right ending.",
        tell_nl: "De bestandsnaam is beschadigd aangekomen, het bestand zelf niet. Sla het op en geef het een naam met \
            de juiste extensie.",
        fix: "The sender's mail program or its administrator.",
        misses: "A code that can be read but gives a wrong name.",
        rfc: "RFC 2047 §2, §5",
        check: Check::Part(|p, _| p.name.contains(NameFlags::ENCODED_WORD_BAD)),
    },
    Entry {
        id: "name-rfc2231-broken",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Damaged encoding of the name",
        title_nl: "Beschadigde codering van de naam",
        what: "The name is encoded or cut in pieces as RFC 2231 says, but with mistakes: bad codes, no character set, \
            missing pieces.",
        why: "Programs show a part of the name, a wrong one or none.",
        tell: "The file's name arrived damaged, the file itself did not. Please save it, and give it a name with the \
            right ending.",
        tell_nl: "De bestandsnaam is beschadigd aangekomen, het bestand zelf niet. Sla het op en geef het een naam met \
            de juiste extensie.",
        fix: "The sender's mail program or its administrator.",
        misses: "A code that can be read but gives a wrong name. Character sets are name-charset-unknown.",
        rfc: "RFC 2231 §3, §4",
        check: Check::Part(|p, _| p.name.contains(NameFlags::RFC2231_BAD)),
    },
    Entry {
        id: "name-charset-unknown",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Name in an unknown character set",
        title_nl: "Naam in een onbekende tekenset",
        what: "The name is encoded in a character set that is not known, or contains codes that are no characters of it.",
        why: "The recipient sees wrong letters or boxes in the name.",
        tell: "The special letters in the file's name cannot be read. The file itself is not affected; you can save it under a new name.",
        tell_nl: "De speciale tekens in de bestandsnaam zijn niet te lezen. Het bestand zelf heeft er geen last van; u \
            kunt het onder een nieuwe naam opslaan.",
        fix: "The sender's mail program or its administrator.",
        misses: "Of most character sets any code is some character, so a wrong one is not noticed.",
        rfc: "RFC 2231 §4; RFC 2047 §2",
        check: Check::Part(|p, _| p.name.contains(NameFlags::CHARSET_UNKNOWN)),
    },
    Entry {
        id: "name-rfc2231-only",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Info,
        title: "Name in the newer form alone",
        title_nl: "Naam alleen in de nieuwere vorm",
        what: "The name is given as RFC 2231 says, and not a second time in a form for old programs.",
        why: "A few old programs do not know it and show ATT00001 or Untitled attachment.",
        tell: "If the file has no proper name, your mail program is too old for how it was sent. Please save it, and give it a name with the right ending.",
        tell_nl: "Als het bestand geen goede naam heeft, is uw mailprogramma te oud voor de manier waarop het is \
            verstuurd. Sla het op en geef het een naam met de juiste extensie.",
        fix: "Nobody; the recipient's mail program, if it is old.",
        misses: "It does not know what the recipient's program understands; nearly all do.",
        rfc: "RFC 2231 §3, §4",
        check: Check::Part(|p, _| p.name.contains(NameFlags::RFC2231_ONLY) && !p.name.intersects(UNREADABLE)),
    },
    Entry {
        id: "name-not-nfc",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Info,
        title: "Accents apart from their letters",
        title_nl: "Accenten los van hun letters",
        what: "Letters and their accents are separate characters in the name, though there is one for both. Apple computers name files like this.",
        why: "Some programs show the accents beside the letters, or do not find the file by its name.",
        tell: "If the accents in the file's name look wrong, please save it under a new name. The file itself is not affected.",
        tell_nl: "Als de accenten in de bestandsnaam er verkeerd uitzien, sla het bestand dan onder een nieuwe naam \
            op. Het bestand zelf heeft er geen last van.",
        fix: "Nobody; the sender's mail program could send composed letters.",
        misses: "Letters of which there is no composed form are as they should be and not counted.",
        rfc: "Unicode TR 15 (NFC)",
        check: Check::Part(|p, _| p.name.contains(NameFlags::NOT_NFC) && is_chosen(p)),
    },
    Entry {
        id: "name-conflict",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Two names with different endings",
        title_nl: "Twee namen met verschillende extensies",
        what: "The two fields that name a file, or the two forms of its name in one of them, give it names with different \
            extensions.",
        why: "What kind of file the recipient sees depends on the program. Filters may take it for a trick.",
        tell: "This file has two different names, and your program may have taken the wrong one. Please ask the \
            sender what kind of file it is.",
        tell_nl: "Dit bestand heeft twee verschillende namen, en uw programma heeft misschien de verkeerde gekozen. \
            Vraag de afzender wat voor bestand het is.",
        fix: "The sender's mail program or its administrator.",
        misses: "Different names with the same extension are not reported: one is often the other without accents.",
        rfc: "RFC 2183 §2.3; RFC 2045 §5; RFC 2231 §4",
        check: Check::Part(|p, _| p.name.contains(NameFlags::CONFLICT) && !p.name.intersects(UNREADABLE)),
    },
    Entry {
        id: "name-duplicate-parameter",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Name given twice",
        title_nl: "Naam twee keer opgegeven",
        what: "One field gives the file's name twice.",
        why: "Which one the recipient sees depends on the program. Filters may take it for a trick.",
        tell: "This file came with its name given twice, and programs choose differently. Please ask the sender what \
            it should be called.",
        tell_nl: "De naam van dit bestand is twee keer opgegeven, en niet elk programma kiest dezelfde. Vraag de \
            afzender hoe het moet heten.",
        fix: "The sender's mail program or its administrator.",
        misses: "Different names are ambig-duplicate-parameter. A second name in encoded form is allowed and not counted.",
        rfc: "RFC 2045 §5",
        // Different names are another finding.
        check: Check::Part(|p, _| {
            p.name.contains(NameFlags::DUPLICATE) && !p.ambiguity.contains(AmbiguityFlags::DUPLICATE_PARAMETER)
        }),
    },
    Entry {
        id: "name-unquoted-special",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Name without quotation marks",
        title_nl: "Naam zonder aanhalingstekens",
        what: "The name contains a blank, bracket, comma or other special character and has no quotation marks \
            around it.",
        why: "Many programs cut the name there, and its ending is lost.",
        tell: "The file's name may be cut off, the file itself is whole. Please save it, and give it a name with the \
            right ending.",
        tell_nl: "De bestandsnaam is misschien afgekapt, het bestand zelf is compleet. Sla het op en geef het een naam \
            met de juiste extensie.",
        fix: "The sender's mail program or its administrator: put names into quotation marks.",
        misses: "Characters that are not allowed without quotation marks, but that every program reads, are left out.",
        rfc: "RFC 2045 §5.1",
        check: Check::Part(|p, _| p.name.contains(NameFlags::UNQUOTED_SPECIAL)),
    },
    Entry {
        id: "name-unterminated-quote",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Name whose quotation mark never closes",
        title_nl: "Naam met een aanhalingsteken dat nergens sluit",
        what: "The name begins with a quotation mark that has no counterpart.",
        why: "Programs cut the name, drop it, or take what follows for a part of it.",
        tell: "The file's name may be damaged, the file itself is whole. Please save it, and give it a name with the \
            right ending.",
        tell_nl: "De bestandsnaam is misschien beschadigd, het bestand zelf is compleet. Sla het op en geef het een \
            naam met de juiste extensie.",
        fix: "The sender's mail program or its administrator.",
        misses: "A closing mark that was lost and another that took its place.",
        rfc: "RFC 5322 §3.2.4; RFC 2045 §5.1",
        check: Check::Part(|p, _| p.name.contains(NameFlags::UNTERMINATED)),
    },
    Entry {
        id: "name-disposition-malformed",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Damaged line with the name",
        title_nl: "Beschadigde regel met de naam",
        what: "Content-Disposition, which says whether a part is an attachment and what it is called, has no type, or something in it that is no parameter.",
        why: "Programs read it differently: the name may be cut, or the file not shown.",
        tell: "The file's name may be cut off, the file itself is whole. Please save it, and give it a name with the right ending.",
        tell_nl: "De bestandsnaam is misschien afgekapt, het bestand zelf is compleet. Sla het op en geef het een naam \
            met de juiste extensie.",
        fix: "The sender's mail program or its administrator: often it is a quotation mark inside a name.",
        misses: "Semicolons too many and comments are harmless and not counted.",
        rfc: "RFC 2183 §2; RFC 2045 §5.1",
        check: Check::Part(|p, _| disposition_malformed(p)),
    },
    Entry {
        id: "name-temporary-file",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "A temporary file instead of the document",
        title_nl: "Een tijdelijk bestand in plaats van het document",
        what: "The name is that of a lock file, an unfinished download or a file that the system keeps for itself.",
        why: "The recipient gets a small useless file instead of the document.",
        tell: "A helper file was attached instead of the document itself. Please ask the sender to close the \
            document and to attach the real file.",
        tell_nl: "Er is een hulpbestand bijgevoegd in plaats van het document zelf. Vraag de afzender om het document \
            te sluiten en het echte bestand bij te voegen.",
        fix: "The sender: close the document, then attach the real file.",
        misses: "Only names that common programs use. A real file may by chance have such a name.",
        rfc: "none",
        check: Check::Part(|p, _| p.name.contains(NameFlags::TEMPORARY)),
    },
    Entry {
        id: "name-duplicate-in-message",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Info,
        title: "Two files of the same name",
        title_nl: "Twee bestanden met dezelfde naam",
        what: "Two attachments of the mail have the same name, and not the same content.",
        why: "Programs that save all of them at once may overwrite one by the other.",
        tell: "Two of the files have the same name. Please save them one by one, each under a name of its own.",
        tell_nl: "Twee van de bestanden hebben dezelfde naam. Sla ze één voor één op, elk onder een eigen naam.",
        fix: "The sender: give each file its own name.",
        misses: "Names that differ in nothing but upper and lower case count as the same; with accented letters they do not. If any file of the mail is there twice, it keeps silent.",
        rfc: "none",
        check: Check::Part(|p, _| repeated(p)),
    },
];
