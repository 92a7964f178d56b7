//! Attachments: count, presence, visibility.

use super::{Check, Entry, Group, KIB, Level, PartView};
use crate::scan::facts::StructureFlags;
use crate::scan::names::{Disposition, Extension, Family, MediaType};

/// The smallest real file of a format, in bytes; below it only a stub arrived.
fn smallest(extension: Extension) -> u64 {
    match extension {
        // Header, one object, cross-reference table and trailer.
        Extension::Pdf => 300,
        // Three entries of XML at least.
        Extension::Docx | Extension::Xlsx | Extension::Pptx | Extension::Docm | Extension::Xlsm | Extension::Pptm => {
            KIB
        }
        // The end record of an empty archive (APPNOTE 4.3.16).
        Extension::Zip => 22,
        // The tables of one pixel.
        Extension::Jpg | Extension::Jpeg => 120,
        _ => 0,
    }
}

/// Directly inside multipart/alternative, where a program shows one of the parts and hides the others.
fn hidden_in_alternative(p: &PartView<'_>) -> bool {
    // A calendar is one more form of an invitation, as are text, and containers of it.
    let form =
        p.declared.is_text() || p.declared.family() == Family::Calendar || p.is_composite() || p.is_message_kind();
    p.structure.contains(StructureFlags::IN_ALTERNATIVE) && (p.disposition == Disposition::Attachment || !form)
}

fn hidden_in_related(p: &PartView<'_>) -> bool {
    p.structure.contains(StructureFlags::IN_RELATED)
        && !p.structure.contains(StructureFlags::REFERENCED)
        && !p.declared.is_text()
        && !p.declared.is_multipart()
        && !p.declared.is_machinery()
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "attachment-large",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Notice,
        title: "Large attachment",
        title_nl: "Grote bijlage",
        what: "An attachment has more than the configured size (10 MiB by default) after decoding.",
        why: "With its overhead in the mail, the file takes most of what common limits allow.",
        tell: "One of the files is large. If the mail is refused somewhere, please send a link to the file instead.",
        tell_nl: "Een van de bestanden is groot. Als het bericht ergens wordt geweigerd, stuur dan een link naar het \
            bestand.",
        fix: "The sender: send a link, or compress the file.",
        misses: "Many middle-sized files together are not meant; see size-exceeds-common-limit.",
        rfc: "none; a configured threshold",
        check: Check::Part(|p, t| p.attachment && p.decoded_bytes > t.attachment_size),
    },
    Entry {
        id: "attachment-count-high",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Notice,
        title: "Very many attachments",
        title_nl: "Zeer veel bijlagen",
        what: "The mail has more attachments than the configured number (50 by default).",
        why: "Some servers refuse mail with very many files (Exchange Online: more than 250), and people overlook \
            some of them.",
        tell: "This mail has very many files. Please put them into one archive (zip) and send that.",
        tell_nl: "Dit bericht heeft zeer veel bijlagen. Zet ze samen in één zip-bestand en stuur dat.",
        fix: "The sender: put the files into one archive.",
        misses: "Files inside archives are not counted.",
        rfc: "Exchange Online limits: 250 attachments",
        check: Check::Message(|f, t| f.attachments > t.attachment_count),
    },
    Entry {
        id: "attachment-empty",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Warning,
        title: "Empty attachment",
        title_nl: "Lege bijlage",
        what: "An attachment that is not a text has no bytes at all.",
        why: "The recipient sees a file that does not open.",
        tell: "The attached file is empty: nothing of it was sent. Please ask the sender to attach it again and to \
            check its size first.",
        tell_nl: "Het bijgevoegde bestand is leeg: er is niets van verstuurd. Vraag de afzender om het opnieuw bij te \
            voegen en eerst te kijken hoe groot het is.",
        fix: "The sender: attach the file again. Often it was still open, or not yet fetched from a cloud folder.",
        misses: "Empty texts are left out, as some programs add them on purpose.",
        rfc: "RFC 2045 §6.8",
        check: Check::Part(|p, _| {
            p.attachment && p.decoded_bytes == 0 && !p.declared.is_text() && !p.is_composite() && !p.is_message_kind()
        }),
    },
    Entry {
        id: "attachment-implausibly-small",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Notice,
        title: "Too small to be what its name says",
        title_nl: "Te klein voor wat de naam zegt",
        what: "A PDF under 300 bytes, an Office document under 1 KiB, a ZIP under 22 bytes or a JPEG under 120 bytes.",
        why: "No whole file of these formats is so small: only a stub arrived, and it will not open.",
        tell: "Only a tiny piece of the file was sent. Please ask the sender to attach it again.",
        tell_nl: "Er is maar een heel klein stukje van het bestand verstuurd. Vraag de afzender om het opnieuw bij te \
            voegen.",
        fix: "The sender: attach the file again.",
        misses: "Only these formats, by their extension. Larger stubs are not noticed.",
        rfc: "none; the smallest files these formats allow",
        check: Check::Part(|p, _| p.attachment && p.decoded_bytes > 0 && p.decoded_bytes < smallest(p.extension)),
    },
    Entry {
        id: "attachment-hidden-in-alternative",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Warning,
        title: "A file where programs expect another form of the text",
        title_nl: "Een bestand waar een andere vorm van de tekst hoort",
        what: "A part inside multipart/alternative is marked as an attachment, or is no kind of text.",
        why: "A program shows one of the alternatives and hides the others: many recipients will not see this file.",
        tell: "The mail contains a file that your program may hide. Please ask the sender to attach it again to a \
            new mail, or look at the mail in webmail.",
        tell_nl: "Het bericht bevat een bestand dat uw programma misschien verbergt. Vraag de afzender om het nog eens \
            bij een nieuw bericht te voegen, of bekijk het bericht in de webmail.",
        fix: "The sender's mail program or its administrator: files belong into multipart/mixed.",
        misses: "It cannot know which program shows which part. Calendars and attached messages are left out unless \
            marked as attachments.",
        rfc: "RFC 2046 §5.1.4",
        check: Check::Part(|p, _| hidden_in_alternative(p)),
    },
    Entry {
        id: "attachment-hidden-in-related",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Notice,
        title: "A file among the pictures of the text, but not one of them",
        title_nl: "Een bestand tussen de afbeeldingen dat er niet bij hoort",
        what: "A part inside multipart/related that is no text has neither Content-ID nor Content-Location.",
        why: "Some programs take it for a picture of the text and do not list it among the files.",
        tell: "The mail contains a file that your program may not list. Please look at the mail in webmail, or ask \
            the sender to attach it to a new mail.",
        tell_nl: "Het bericht bevat een bestand dat uw programma misschien niet in de lijst zet. Bekijk het bericht in \
            de webmail, of vraag de afzender om het bij een nieuw bericht te voegen.",
        fix: "The sender's mail program or its administrator: files belong into multipart/mixed.",
        misses: "Parts with a Content-ID to which the text does not refer are hidden as well; that is not looked at.",
        rfc: "RFC 2387 §3",
        check: Check::Part(|p, _| hidden_in_related(p)),
    },
    Entry {
        id: "attachment-marked-inline",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Info,
        title: "A file that asks to be shown inside the text",
        title_nl: "Een bestand dat in de tekst getoond wil worden",
        what: "A named file that is neither text nor picture is marked inline.",
        why: "Some programs show it in the midst of the text or not in the list of files. Apple Mail sends PDFs like \
            this.",
        tell: "The file is there, but may appear inside the text instead of in the list of files. Please scroll \
            through the mail.",
        tell_nl: "Het bestand is er wel, maar staat misschien in de tekst in plaats van in de lijst met bijlagen. Kijk \
            het hele bericht door.",
        fix: "Nobody. In Apple Mail: choose to always send Windows-friendly attachments, and at the end of the mail.",
        misses: "It does not know what a program makes of it.",
        rfc: "RFC 2183 §2.1",
        check: Check::Part(|p, _| {
            let shown = p.declared.is_text() || p.declared.is_image() || p.is_composite();
            p.attachment && p.disposition == Disposition::Inline && p.is_named() && !shown
        }),
    },
    Entry {
        id: "attachment-in-nested-message",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Info,
        title: "The file is inside an attached mail",
        title_nl: "Het bestand zit in een bijgevoegd bericht",
        what: "An attachment belongs to a mail that is itself attached to this one.",
        why: "The recipient has to open the attached mail to see the file.",
        tell: "The file is inside the attached mail. Please open that mail first; the file is in there.",
        tell_nl: "Het bestand zit in het bijgevoegde bericht. Open eerst dat bericht; daar vindt u het bestand.",
        fix: "Nobody; or the sender: attach the file itself.",
        misses: "Mails attached as Outlook items (.msg) are not looked into.",
        rfc: "RFC 2046 §5.2.1",
        // A mail inside a mail is no file; those in it are reported one by one.
        check: Check::Part(|p, _| {
            p.attachment && !p.is_message_kind() && p.structure.contains(StructureFlags::IN_MESSAGE)
        }),
    },
    Entry {
        id: "attachment-disposition-unknown",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Info,
        title: "Unknown kind of presentation",
        title_nl: "Onbekende manier van weergeven",
        what: "Content-Disposition says something else than inline, attachment or form-data.",
        why: "Programs should treat it as an attachment; a few do not.",
        tell: "You should find the file in the list of attachments. If not, please look at the mail in webmail.",
        tell_nl: "Het bestand hoort in de lijst met bijlagen te staan. Staat het er niet, bekijk het bericht dan in de \
            webmail.",
        fix: "The sender's mail program or its administrator.",
        misses: "It does not know what a program makes of it.",
        rfc: "RFC 2183 §2.8",
        // What is no word at all is another finding.
        check: Check::Part(|p, _| {
            p.disposition == Disposition::Other && !p.structure.contains(StructureFlags::DISPOSITION_MALFORMED)
        }),
    },
    Entry {
        id: "attachment-missing-body-only",
        since: "0.1.0",
        group: Group::Attachment,
        level: Level::Info,
        title: "Built for files, but there is none",
        title_nl: "Gemaakt voor bijlagen, maar er is er geen",
        what: "The mail is a multipart/mixed with a single text and no attachment.",
        why: "If the recipient misses a file: it was not in the mail when it passed.",
        tell: "There was no file in this mail when it reached us. Please ask the sender to attach it again.",
        tell_nl: "Er zat geen bestand bij dit bericht toen het bij ons aankwam. Vraag de afzender om het opnieuw bij \
            te voegen.",
        fix: "The sender, if a file was meant to be there.",
        misses: "Many programs and mailing lists build every mail like this. A file that was promised but never \
            attached is seen only this way.",
        rfc: "RFC 2046 §5.1.3",
        // Where the end mark is missing, a file may be missing with it.
        check: Check::Message(|f, _| match &f.parts[..] {
            [root, text] => {
                root.declared == MediaType::MultipartMixed
                    && !root.structure.contains(StructureFlags::BOUNDARY_UNCLOSED)
                    && text.declared.is_text()
                    && f.attachments == 0
            }
            _ => false,
        }),
    },
];
