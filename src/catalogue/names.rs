//! File names. What remains of them are flags: nothing here ever saw one.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{AmbiguityFlags, NameFlags, StructureFlags};
use crate::scan::names::{Family, MediaType};

/// The name could not be read as it was meant, so its end says nothing.
const UNREADABLE: NameFlags = NameFlags::ENCODED_WORD_BAD.union(NameFlags::RFC2231_BAD).union(NameFlags::UNTERMINATED);

fn missing(p: &PartView<'_>) -> bool {
    // What a name could not be read of is said by other findings. Attached mails and invitations are shown by what they
    // are.
    let nameless = p.attachment && p.name.is_empty();
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
    p.attachment && p.name.contains(NameFlags::NO_EXTENSION) && !p.name.intersects(UNREADABLE) && !p.is_message_kind()
}

/// A program by its name. The name of an attached mail is made from its subject, and programs give it another one.
fn runs(p: &PartView<'_>) -> bool {
    p.extension.runs() && !p.is_message_kind()
}

fn raw_8bit(p: &PartView<'_>) -> bool {
    // With SMTPUTF8, raw UTF-8 is as it should be (RFC 6532 §3.2).
    p.name.contains(NameFlags::RAW_8BIT) || (p.name.contains(NameFlags::RAW_UTF8) && !p.facts.envelope.smtputf8)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "name-missing",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Attachment without a name",
        what: "An attachment has no file name.",
        why: "Programs call it ATT00001 or noname, and do not know what to open it with.",
        tell: "The file came without a name. Please save it, and give it a name with the right ending; or ask the \
            sender what it is.",
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
        what: "The name of an attachment has no extension.",
        why: "Windows does not know what to open it with.",
        tell: "The file's name has no ending like .pdf, so your computer does not know how to open it. Please ask \
            the sender what kind of file it is, and add the ending.",
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
        what: "The name of a file has the extension of a program or script that Outlook or Gmail block.",
        why: "Outlook hides such files, Gmail refuses the mail, and many companies take them out.",
        tell: "Files of this kind are blocked by most mail systems. Please don't open it unless you expected it; the \
            sender can offer it as a download.",
        fix: "The sender: offer it as a download.",
        misses: "Names inside archives. A harmless file whose name ends like a program's (in .com) is blocked just \
            the same.",
        rfc: "Outlook's blocked attachments (Level 1); support.google.com/mail/answer/6590",
        check: Check::Part(|p, _| runs(p)),
    },
    Entry {
        id: "name-double-extension",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "A program under the name of a document",
        what: "Before a program's extension stands that of a document, or so many blanks that the real one is out of \
            sight.",
        why: "The name pretends to be a document's. Filters refuse it, and with reason.",
        tell: "The name of this file hides what it really is. Please don't open it, and tell your help desk where it \
            came from.",
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
        what: "The name contains characters that turn the direction of writing.",
        why: "What you see as its ending may not be its ending. Filters refuse such names.",
        tell: "The name of this file may be shown in a wrong order, which can hide what it is. Please don't open it \
            unless the sender confirms it.",
        fix: "The sender: rename the file.",
        misses: "The plain marks of Arabic and Hebrew text are left out.",
        rfc: "Unicode TR 36 §2.1; TR 9",
        check: Check::Part(|p, _| p.name.contains(NameFlags::BIDI_CONTROL)),
    },
    Entry {
        id: "name-control-chars",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Control characters in the name",
        what: "The name contains control characters, such as a line break.",
        why: "Some programs cannot save the file, or cut its name.",
        tell: "The file's name contains characters that cannot be saved. Please save it under a new name.",
        fix: "The sender: rename the file. If it happens often, the sender's mail program.",
        misses: "Invisible characters that are no control characters.",
        rfc: "RFC 2183 §2.3; RFC 2045 §5.1",
        check: Check::Part(|p, _| p.name.contains(NameFlags::CONTROL)),
    },
    Entry {
        id: "name-path-chars",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "A path instead of a name",
        what: "The name contains a slash, a backslash or a drive letter.",
        why: "Programs cut it in different ways, replace signs, or refuse to save it.",
        tell: "The file's name contains signs that cannot be part of one. Please save it under a new name.",
        fix: "The sender, if the name was chosen like this; otherwise the sender's mail program.",
        misses: "A backslash that only marks the next character is not counted. Names of attached mails are left \
            out, as they are made from subjects.",
        rfc: "RFC 2183 §2.3, §5",
        check: Check::Part(|p, _| p.name.contains(NameFlags::PATH) && !p.is_message_kind()),
    },
    Entry {
        id: "name-too-long",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "Name too long",
        what: "The name has more than 255 bytes.",
        why: "No common file system takes it: programs cut it, often with its ending, or cannot save the file.",
        tell: "The file's name is too long to be saved. Please save it under a shorter name, with the same ending.",
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
        what: "The name contains letters with accents or of other scripts, without saying in which character set.",
        why: "Programs guess, and may show a garbled name.",
        tell: "The special letters in the file's name may look wrong. The file itself is not affected; you can save \
            it under a new name.",
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
        what: "The name is encoded as subjects are, which is not allowed for names, but can be read.",
        why: "Most programs understand it: Outlook and Gmail send such names themselves. A few show the code.",
        tell: "If the file's name looks like code, your program does not understand how it was sent. The file itself \
            is not affected.",
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
        what: "The name is encoded in the way of subjects, and the code is damaged.",
        why: "The recipient sees code instead of a name, and the ending is lost with it.",
        tell: "The file's name arrived damaged, the file itself did not. Please save it, and give it a name with the \
            right ending.",
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
        what: "The name is encoded or cut in pieces as RFC 2231 says, but with mistakes: bad codes, no or an unknown \
            character set, missing pieces.",
        why: "Programs show a part of the name, a wrong one or none.",
        tell: "The file's name arrived damaged, the file itself did not. Please save it, and give it a name with the \
            right ending.",
        fix: "The sender's mail program or its administrator.",
        misses: "A code that can be read but gives a wrong name.",
        rfc: "RFC 2231 §3, §4",
        check: Check::Part(|p, _| p.name.contains(NameFlags::RFC2231_BAD)),
    },
    Entry {
        id: "name-conflict",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Two names with different endings",
        what: "The two fields that name a file give it names with different extensions.",
        why: "What kind of file the recipient sees depends on the program. Filters may take it for a trick.",
        tell: "This file has two different names, and your program may have taken the wrong one. Please ask the \
            sender what kind of file it is.",
        fix: "The sender's mail program or its administrator.",
        misses: "Different names with the same extension are not reported; neither are filename and filename* that \
            differ.",
        rfc: "RFC 2183 §2.3; RFC 2045 §5",
        check: Check::Part(|p, _| p.name.contains(NameFlags::CONFLICT) && !p.name.intersects(UNREADABLE)),
    },
    Entry {
        id: "name-duplicate-parameter",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Warning,
        title: "Name given twice",
        what: "One field gives the file's name twice.",
        why: "Which one the recipient sees depends on the program. Filters may take it for a trick.",
        tell: "This file came with its name given twice, and programs choose differently. Please ask the sender what \
            it should be called.",
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
        what: "The name contains a blank, bracket, comma or other special character and has no quotation marks \
            around it.",
        why: "Many programs cut the name there, and its ending is lost.",
        tell: "The file's name may be cut off, the file itself is whole. Please save it, and give it a name with the \
            right ending.",
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
        what: "The name begins with a quotation mark that has no counterpart.",
        why: "Programs cut the name, drop it, or take what follows for a part of it.",
        tell: "The file's name may be damaged, the file itself is whole. Please save it, and give it a name with the \
            right ending.",
        fix: "The sender's mail program or its administrator.",
        misses: "A closing mark that was lost and another that took its place.",
        rfc: "RFC 5322 §3.2.4; RFC 2045 §5.1",
        check: Check::Part(|p, _| p.name.contains(NameFlags::UNTERMINATED)),
    },
    Entry {
        id: "name-temporary-file",
        since: "0.1.0",
        group: Group::Name,
        level: Level::Notice,
        title: "A temporary file instead of the document",
        what: "The name is that of a lock file, an unfinished download or a file that the system keeps for itself.",
        why: "The recipient gets a small useless file instead of the document.",
        tell: "A helper file was attached instead of the document itself. Please ask the sender to close the \
            document and to attach the real file.",
        fix: "The sender: close the document, then attach the real file.",
        misses: "Only names that common programs use. A real file may by chance have such a name.",
        rfc: "none",
        check: Check::Part(|p, _| p.name.contains(NameFlags::TEMPORARY)),
    },
];
