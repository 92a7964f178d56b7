//! What archives hold, as far as their lists of contents say it. Nothing is unpacked.

use super::encrypted::is_encrypted;
use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::HoldsFlags;
use crate::scan::names::{Extension, Family, FileKind};

/// An archive for people to unpack: not a document or a program that is made of one, of which there are more than those
/// that are known here.
fn is_archive(p: &PartView<'_>) -> bool {
    use Family::{Rar, SevenZip, Tar, Zip};
    let archive = |family| matches!(family, Rar | SevenZip | Tar | Zip);
    let named = match p.extension {
        Extension::Zip | Extension::None | Extension::Other => true,
        extension => archive(extension.family()) && extension.family() != Zip,
    };
    let called = p.extension != Extension::Other || archive(p.declared.family());
    let content = matches!(p.detected, FileKind::Zip | FileKind::Rar | FileKind::SevenZip | FileKind::Tar);
    content && named && called && !p.holds.contains(HoldsFlags::MIMETYPE)
}

/// Encrypted, and with another archive inside.
fn locked_and_nested(p: &PartView<'_>) -> bool {
    is_archive(p) && p.holds.contains(HoldsFlags::ARCHIVE) && is_encrypted(p)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "archive-contains-executable",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Warning,
        title: "Program inside an archive",
        what: "A file in an archive has an extension of programs or scripts that mail systems block.",
        why: "Gmail, Outlook and most companies refuse programs inside archives as well, or take them out.",
        tell: "The archive contains a program, and most mail systems refuse those. Please don't open it unless you \
            expected it; the sender can offer it as a download.",
        fix: "The sender: offer the program as a download.",
        misses: "Decided by the names alone. Archives inside archives, names that are encrypted, and most 7z archives, \
            whose names are compressed. In a tar, what comes behind the first 100 bytes of a name.",
        rfc: "support.google.com/mail/answer/6590; Outlook's blocked attachments",
        check: Check::Part(|p, _| is_archive(p) && p.holds.contains(HoldsFlags::EXECUTABLE)),
    },
    Entry {
        id: "archive-password-and-nested",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Warning,
        title: "Archive with a password and another archive inside",
        what: "An archive is encrypted and holds another archive.",
        why: "Gmail refuses archives with a password that contain an archive, and so do other providers.",
        tell: "Some providers refuse an archive with a password that has another archive inside. Please ask the sender \
            to pack the files directly, or to offer a download.",
        fix: "The sender: pack the files into one archive, or offer a download.",
        misses: "Archives whose names cannot be seen: most 7z archives, and RAR archives with encrypted names.",
        rfc: "support.google.com/mail/answer/6590",
        check: Check::Part(|p, _| locked_and_nested(p)),
    },
    Entry {
        id: "archive-nested",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Info,
        title: "Archive inside an archive",
        what: "An archive holds another archive or a disk image.",
        why: "Some filters look only one level deep and hold what is deeper. It is also a reason why a program is \
            found although none is seen.",
        tell: "The archive contains another archive. Please unpack both, one after the other.",
        fix: "Nobody.",
        misses: "Decided by the names alone; most 7z archives cannot be looked into.",
        rfc: "none",
        check: Check::Part(|p, _| is_archive(p) && p.holds.contains(HoldsFlags::ARCHIVE) && !locked_and_nested(p)),
    },
    Entry {
        id: "archive-bomb-suspected",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Warning,
        title: "Archive that unpacks to an absurd size",
        what: "The files in an archive or document are said to unpack to more than 1 GiB and more than 200 times its \
            size.",
        why: "Virus scanners refuse it, because such archives are made to fill disks.",
        tell: "This archive unpacks to a giant size, so scanners refuse it. Please don't open it unless you know what \
            it is; ask the sender.",
        fix: "The sender: offer the data as a download. Our mail administrator, if nobody knows the sender.",
        misses: "It is what the archive says of itself; what is not said, or only inside of another archive, is not \
            noticed. Copies of databases and logs may be packed as well as this.",
        rfc: "none",
        check: Check::Part(|p, _| p.holds.contains(HoldsFlags::ABSURD_SIZE)),
    },
    Entry {
        id: "archive-overlapping-entries",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Warning,
        title: "Archive whose files overlap",
        what: "Files in a ZIP archive share the same bytes, as they do in archives that are made to unpack to a giant \
            size.",
        why: "Virus scanners and newer unpackers refuse it.",
        tell: "This archive is built in a way that scanners refuse. Please don't open it; ask the sender how it was \
            made.",
        fix: "The sender: make the archive anew with another program. Our mail administrator, if nobody knows the \
            sender.",
        misses: "Files that do not follow each other in the list are only noticed if all of them together are larger \
            than the archive.",
        rfc: "PKWARE APPNOTE 4.3.6",
        check: Check::Part(|p, _| p.holds.contains(HoldsFlags::OVERLAPPING)),
    },
    Entry {
        id: "archive-path-traversal",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Warning,
        title: "Archive with names that lead elsewhere",
        what: "A name in an archive leads out of the folder it is unpacked to: with .., or from the root of a disk.",
        why: "Unpackers refuse such files or change their names, and scanners take it for an attack. Sometimes only a \
            program packed them in a careless way.",
        tell: "This archive is packed in an unusual way, and some programs refuse it. Please ask the sender how it was \
            made before you open it.",
        fix: "The sender: pack the files anew with another program.",
        misses: "Links inside archives. Names that are compressed or encrypted, and those in a tar that are longer than \
            100 bytes.",
        rfc: "CVE-2018-1263 (Zip Slip)",
        check: Check::Part(|p, _| p.holds.contains(HoldsFlags::TRAVERSAL)),
    },
    Entry {
        id: "archive-many-entries",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Notice,
        title: "Archive with very many files",
        what: "An archive holds more than 10,000 files.",
        why: "Some scanners and unpackers give up and refuse it.",
        tell: "The archive contains very many files, and some mail systems refuse that. Please ask the sender to offer \
            a download if it does not arrive.",
        fix: "The sender: offer a download.",
        misses: "Archives inside archives; most 7z archives.",
        rfc: "none",
        check: Check::Part(|p, _| p.holds.contains(HoldsFlags::MANY)),
    },
    Entry {
        id: "archive-unsupported-method",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Notice,
        title: "Archive with an unusual compression",
        what: "Files in a ZIP archive or document are compressed by a method other than the usual one.",
        why: "Windows and macOS cannot unpack it by themselves; 7-Zip and others can.",
        tell: "Windows cannot unpack this archive by itself. Please use 7-Zip, or ask the sender to pack it as an \
            ordinary ZIP.",
        fix: "The sender: pack it as an ordinary ZIP (Deflate).",
        misses: "What hides behind encryption. Newer systems know more methods.",
        rfc: "PKWARE APPNOTE 4.4.5",
        check: Check::Part(|p, _| p.detected.is_zip() && p.holds.contains(HoldsFlags::UNUSUAL_METHOD)),
    },
    Entry {
        id: "archive-names-not-utf8",
        since: "0.1.0",
        group: Group::Archive,
        level: Level::Info,
        title: "File names that may look garbled",
        what: "A ZIP archive has file names beyond plain letters and does not say how they are written.",
        why: "Each program guesses, so umlauts and other scripts may come out wrong.",
        tell: "File names in this archive may look garbled, but the files are all right. Please rename them after \
            unpacking.",
        fix: "The sender's packing program.",
        misses: "Whether they look wrong here: that depends on the program.",
        rfc: "PKWARE APPNOTE 4.4.4, appendix D",
        check: Check::Part(|p, _| p.detected == FileKind::Zip && p.holds.contains(HoldsFlags::NAMES_NOT_UTF8)),
    },
];
