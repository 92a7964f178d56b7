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
        title_nl: "Programma in een archief",
        what: "A file in an archive has an extension of programs or scripts that mail systems block.",
        why: "Gmail, Outlook and most companies refuse programs inside archives as well, or take them out.",
        tell: "The archive contains a program, and most mail systems refuse those. Please don't open it unless you \
            expected it; the sender can offer it as a download.",
        tell_nl: "Het archief bevat een programma, en de meeste mailsystemen weigeren dat. Open het niet, tenzij u het \
            verwachtte; de afzender kan het als download aanbieden.",
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
        title_nl: "Archief met wachtwoord en nog een archief erin",
        what: "An archive is encrypted and holds another archive.",
        why: "Gmail refuses archives with a password that contain an archive, and so do other providers.",
        tell: "Some providers refuse an archive with a password that has another archive inside. Please ask the sender \
            to pack the files directly, or to offer a download.",
        tell_nl: "Sommige providers weigeren een archief met een wachtwoord waar nog een archief in zit. Vraag de \
            afzender om de bestanden rechtstreeks in te pakken, of een download aan te bieden.",
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
        title_nl: "Archief in een archief",
        what: "An archive holds another archive or a disk image.",
        why: "Some filters look only one level deep and hold what is deeper. It is also a reason why a program is \
            found although none is seen.",
        tell: "The archive contains another archive. Please unpack both, one after the other.",
        tell_nl: "In het archief zit nog een archief. Pak ze allebei uit, het ene na het andere.",
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
        title_nl: "Archief dat bij het uitpakken absurd groot wordt",
        what: "The files in an archive or document are said to unpack to more than 1 GiB and more than 200 times its \
            size.",
        why: "Virus scanners refuse it, because such archives are made to fill disks.",
        tell: "This archive unpacks to a giant size, so scanners refuse it. Please don't open it unless you know what \
            it is; ask the sender.",
        tell_nl: "Dit archief wordt bij het uitpakken reusachtig groot, daarom weigeren scanners het. Open het niet, \
            tenzij u weet wat het is; vraag het aan de afzender.",
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
        title_nl: "Archief met bestanden die elkaar overlappen",
        what: "Files in a ZIP archive share the same bytes, as they do in archives that are made to unpack to a giant \
            size.",
        why: "Virus scanners and newer unpackers refuse it.",
        tell: "This archive is built in a way that scanners refuse. Please don't open it; ask the sender how it was \
            made.",
        tell_nl: "Dit archief is gemaakt op een manier die scanners weigeren. Open het niet; vraag de afzender hoe het \
            is gemaakt.",
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
        title_nl: "Archief met namen die ergens anders heen leiden",
        what: "A name in an archive leads out of the folder it is unpacked to: with .., or from the root of a disk.",
        why: "Unpackers refuse such files or change their names, and scanners take it for an attack. Sometimes only a \
            program packed them in a careless way.",
        tell: "This archive is packed in an unusual way, and some programs refuse it. Please ask the sender how it was \
            made before you open it.",
        tell_nl: "Dit archief is op een ongewone manier ingepakt, en sommige programma's weigeren het. Vraag de \
            afzender hoe het is gemaakt voordat u het opent.",
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
        title_nl: "Archief met zeer veel bestanden",
        what: "An archive holds more than 10,000 files.",
        why: "Some scanners and unpackers give up and refuse it.",
        tell: "The archive contains very many files, and some mail systems refuse that. Please ask the sender to offer \
            a download if it does not arrive.",
        tell_nl: "Het archief bevat zeer veel bestanden, en sommige mailsystemen weigeren dat. Vraag de afzender om \
            een download aan te bieden als het niet aankomt.",
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
        title_nl: "Archief met een ongewone compressie",
        what: "Files in a ZIP archive or document are compressed by a method other than the usual one.",
        why: "Windows and macOS cannot unpack it by themselves; 7-Zip and others can.",
        tell: "Windows cannot unpack this archive by itself. Please use 7-Zip, or ask the sender to pack it as an \
            ordinary ZIP.",
        tell_nl: "Windows kan dit archief niet zelf uitpakken. Gebruik 7-Zip, of vraag de afzender om het als gewoon \
            ZIP-bestand in te pakken.",
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
        title_nl: "Bestandsnamen die er verminkt uit kunnen zien",
        what: "A ZIP archive has file names beyond plain letters and does not say how they are written.",
        why: "Each program guesses, so umlauts and other scripts may come out wrong.",
        tell: "File names in this archive may look garbled, but the files are all right. Please rename them after \
            unpacking.",
        tell_nl: "Bestandsnamen in dit archief kunnen er verminkt uitzien, maar de bestanden zijn in orde. Geef ze na \
            het uitpakken een andere naam.",
        fix: "The sender's packing program.",
        misses: "Whether they look wrong here: that depends on the program.",
        rfc: "PKWARE APPNOTE 4.4.4, appendix D",
        check: Check::Part(|p, _| p.detected == FileKind::Zip && p.holds.contains(HoldsFlags::NAMES_NOT_UTF8)),
    },
];
