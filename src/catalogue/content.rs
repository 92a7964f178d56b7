//! The decoded content: damaged, locked, or wrapped for Outlook.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{CodingFlags, ContentFlags, DamageFlags, NameFlags};
use crate::scan::names::{Encryption, Family, FileKind, MediaType};

/// The file has no end although its part has one. Where the mail itself was cut, cte-base64-truncated says so of this
/// part already.
fn ends_early(p: &PartView<'_>, kind: fn(&PartView<'_>) -> bool) -> bool {
    p.damage.contains(DamageFlags::TRUNCATED)
        && kind(p)
        && !p.coding.intersects(CodingFlags::BASE64_CUT | CodingFlags::BASE64_IS_PLAIN)
}

/// A ZIP, and what is made of it.
fn is_zip(kind: FileKind) -> bool {
    kind.family() == Family::Zip || matches!(kind, FileKind::Jar | FileKind::Apk)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "content-zip-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete archive or document",
        what: "A ZIP archive, or a document made of one (docx, xlsx, pptx, odt...), lacks its end.",
        why: "Windows, Office and most unpackers refuse it as damaged.",
        tell: "The file is incomplete and cannot be opened. Please ask the sender to check the original and to send \
            it again.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "More than 64 KiB of other data behind the end hide it. Damage in the middle is not noticed.",
        rfc: "PKWARE APPNOTE 4.3.16",
        check: Check::Part(|p, _| ends_early(p, |p| is_zip(p.detected))),
    },
    Entry {
        id: "content-pdf-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete PDF",
        what: "A PDF has no end mark within its last 64 KiB.",
        why: "PDF programs call it damaged, or show only its first pages.",
        tell: "The PDF is incomplete. Please ask the sender to check the original and to send it again.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "Some programs repair such files silently. Damage in the middle is not noticed.",
        rfc: "ISO 32000-1 §7.5.5",
        check: Check::Part(|p, _| ends_early(p, |p| p.detected == FileKind::Pdf)),
    },
    Entry {
        id: "content-all-zero",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "A file of zeros",
        what: "An attachment has the length of a file, but every byte of it is zero.",
        why: "It cannot be opened. Often the file was not yet fetched from a cloud folder, or a disk was failing.",
        tell: "The file has no content, only empty space. Please ask the sender to open the original first, and then \
            to attach it again.",
        fix: "The sender: open the original, then attach it again.",
        misses: "A file of which only a part is zero is not noticed.",
        rfc: "none",
        check: Check::Part(|p, _| p.attachment && p.content.contains(ContentFlags::ALL_ZERO)),
    },
    Entry {
        id: "encrypted-zip",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "Archive with a password",
        what: "The first file in a ZIP archive is encrypted.",
        why: "It opens only with the password. Virus scanners cannot look inside, so some providers refuse or hold it.",
        tell: "This archive needs a password. Please ask the sender for it, best by telephone.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Only the first entry is looked at: an archive of which other files are encrypted is not noticed.",
        rfc: "PKWARE APPNOTE 4.4.4",
        check: Check::Part(|p, _| is_zip(p.detected) && matches!(p.encryption, Encryption::Some | Encryption::All)),
    },
    Entry {
        id: "tnef-attachment",
        since: "0.1.0",
        group: Group::Tnef,
        level: Level::Warning,
        title: "winmail.dat",
        what: "Outlook or Exchange packed text and files into one part that only they can open (TNEF).",
        why: "Everyone without Outlook sees a useless winmail.dat instead of the files.",
        tell: "The files are packed into winmail.dat, which only Outlook can open. Please ask the sender to send the \
            mail as HTML or plain text instead of Rich Text.",
        fix: "The sender: send as HTML. Or the administrator there: Set-RemoteDomain -TNEFEnabled $false.",
        misses: "Whether there are any files inside. Recipients with Outlook have no trouble with it.",
        rfc: "[MS-OXTNEF]",
        check: Check::Part(|p, _| {
            p.declared == MediaType::Tnef || p.detected == FileKind::Tnef || p.name.contains(NameFlags::WINMAIL)
        }),
    },
];
