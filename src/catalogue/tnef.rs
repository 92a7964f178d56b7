//! winmail.dat: what Outlook and Exchange pack a mail into (TNEF).

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{HoldsFlags, NameFlags};
use crate::scan::names::{FileKind, MediaType};

/// Named or declared as one.
fn is_called_tnef(p: &PartView<'_>) -> bool {
    p.declared == MediaType::Tnef || p.name.contains(NameFlags::WINMAIL)
}

/// It is one, and ends before its own end.
fn is_cut(p: &PartView<'_>) -> bool {
    p.detected == FileKind::Tnef && p.ends_early()
}

/// All other content of the mail is empty or is made for programs.
fn is_all_there_is(p: &PartView<'_>) -> bool {
    let says_nothing = |(index, part): (usize, &crate::scan::Part)| {
        index == p.index || part.declared.is_multipart() || part.declared.is_machinery() || part.decoded_bytes <= BLANK
    };
    p.facts.parts.iter().enumerate().all(says_nothing)
}

/// A line end or two, and a blank.
const BLANK: u64 = 8;

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "tnef-attachment",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Warning,
        title: "winmail.dat",
        title_nl: "winmail.dat",
        what: "Outlook or Exchange packed text and files into one part that only they can open (TNEF).",
        why: "Everyone without Outlook sees a useless winmail.dat instead of the files.",
        tell: "The files are packed into winmail.dat, which only Outlook can open. Please ask the sender to send the \
            mail as HTML or plain text instead of Rich Text.",
        tell_nl: "De bestanden zijn ingepakt in winmail.dat, en dat kan alleen Outlook openen. Vraag de afzender om \
            het bericht als HTML of tekst zonder opmaak te sturen in plaats van als RTF (Rich Text).",
        fix: "The sender: send as HTML. Or the administrator there: Set-RemoteDomain -TNEFEnabled $false.",
        misses: "Recipients with Outlook have no trouble with it.",
        rfc: "[MS-OXTNEF]",
        check: Check::Part(|p, _| p.detected == FileKind::Tnef && !is_cut(p)),
    },
    Entry {
        id: "tnef-contains-files",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Notice,
        title: "Files inside winmail.dat",
        title_nl: "Bestanden in winmail.dat",
        what: "There is at least one file inside a winmail.dat.",
        why: "Without Outlook, the recipient does not get it.",
        tell: "There are files inside winmail.dat. Please ask the sender to send them again as ordinary attachments.",
        tell_nl: "Er zitten bestanden in winmail.dat. Vraag de afzender om ze opnieuw te sturen als gewone bijlagen.",
        fix: "The sender: send as HTML. Or the administrator there: Set-RemoteDomain -TNEFEnabled $false.",
        misses: "What files they are. Pictures inside the text count as files.",
        rfc: "[MS-OXTNEF] 2.1.3.4",
        check: Check::Part(|p, _| p.holds.contains(HoldsFlags::FILES) && !is_cut(p)),
    },
    Entry {
        id: "tnef-only-body",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Notice,
        title: "The text is only in winmail.dat",
        title_nl: "De tekst staat alleen in winmail.dat",
        what: "The mail has a winmail.dat and no text besides it.",
        why: "Without Outlook, the mail looks empty.",
        tell: "The text of this mail is packed into winmail.dat, so it looks empty. Please ask the sender to send it \
            as HTML or plain text.",
        tell_nl: "De tekst van dit bericht is ingepakt in winmail.dat, daarom lijkt het leeg. Vraag de afzender om het \
            als HTML of tekst zonder opmaak te sturen.",
        fix: "The sender: send as HTML. Or the administrator there: Set-RemoteDomain -TNEFEnabled $false.",
        misses: "Text that says nothing of its own, like a disclaimer, counts as text.",
        rfc: "[MS-OXTNEF] 1.3",
        check: Check::Part(|p, _| p.detected == FileKind::Tnef && !is_cut(p) && is_all_there_is(p)),
    },
    Entry {
        id: "tnef-truncated",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Error,
        title: "Incomplete winmail.dat",
        title_nl: "Onvolledige winmail.dat",
        what: "A winmail.dat ends before its own end.",
        why: "Not even Outlook can show all that is in it.",
        tell: "What Outlook packed into this mail is incomplete. Please ask the sender to send it again, as HTML or \
            plain text instead of Rich Text.",
        tell_nl: "Wat Outlook in dit bericht heeft ingepakt, is onvolledig. Vraag de afzender om het opnieuw te \
            sturen, als HTML of tekst zonder opmaak in plaats van als RTF (Rich Text).",
        fix: "The sender: send it again, as HTML.",
        misses: "Cuts exactly between two of its fields. Its checksums are not compared, because good files have wrong \
            ones.",
        rfc: "[MS-OXTNEF] 2.1.3",
        check: Check::Part(|p, _| is_cut(p)),
    },
    Entry {
        id: "tnef-name-without-content",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Notice,
        title: "Called winmail.dat, but something else",
        title_nl: "Heet winmail.dat, maar is iets anders",
        what: "A file has the name or type of a winmail.dat, but its content is of another kind.",
        why: "Programs that unpack winmail.dat fail on it.",
        tell: "This winmail.dat cannot be unpacked. Please ask the sender to send the files again as ordinary \
            attachments.",
        tell_nl: "Deze winmail.dat is niet uit te pakken. Vraag de afzender om de bestanden opnieuw te sturen als \
            gewone bijlagen.",
        fix: "The sender: send the files again as ordinary attachments.",
        misses: "What it is instead.",
        rfc: "[MS-OXTNEF] 2.1.3.2",
        check: Check::Part(|p, _| is_called_tnef(p) && !matches!(p.detected, FileKind::Tnef | FileKind::Empty)),
    },
];
