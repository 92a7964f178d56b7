//! Content that is encrypted: it opens with a password or a key, and nobody on the way can look inside.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::CodingFlags;
use crate::scan::names::{Encoding, Encryption, Extension, FileKind, MediaType};

/// Some or all of it is encrypted.
pub(super) fn is_encrypted(p: &PartView<'_>) -> bool {
    matches!(p.encryption, Encryption::Some | Encryption::All)
}

/// OpenDocument files, which are told apart from other ZIPs by their first entry.
fn is_odf(kind: FileKind) -> bool {
    matches!(kind, FileKind::Odt | FileKind::Ods | FileKind::Odp)
}

/// S/MIME's own container (RFC 8551 §3.2).
fn is_cms(p: &PartView<'_>) -> bool {
    p.declared == MediaType::Pkcs7Mime || p.extension == Extension::P7m
}

fn is_rpmsg(p: &PartView<'_>) -> bool {
    p.declared == MediaType::Rpmsg || p.extension == Extension::Rpmsg
}

/// The whole structure of RFC 3156, or text that begins as a PGP message. What is inside the structure is told of it.
fn is_pgp(p: &PartView<'_>) -> bool {
    let inside = p.parent().is_some_and(|parent| parent.declared == MediaType::MultipartEncrypted);
    let inline = p.detected == FileKind::Text && p.encryption == Encryption::All && !is_cms(p) && !is_rpmsg(p);
    p.declared == MediaType::MultipartEncrypted || (inline && !inside)
}

/// Signed, but written so that a server on the way may have to encode it anew (RFC 1847 §2.1).
fn signature_may_break(p: &PartView<'_>) -> bool {
    let eight_bit = matches!(p.encoding, Encoding::EightBit | Encoding::Binary);
    let fragile = eight_bit || p.coding.intersects(CodingFlags::UNDECLARED_8BIT | CodingFlags::LONG_LINE);
    fragile && p.ancestors().any(|part| part.declared == MediaType::MultipartSigned)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "encrypted-zip",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "Archive with a password",
        title_nl: "Archief met een wachtwoord",
        what: "Files in a ZIP archive are encrypted: all of them or some.",
        why: "They open only with the password. Virus scanners cannot look inside, so some providers refuse or hold \
            it.",
        tell: "This archive needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit archief is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Where the list of contents is larger than 64 KiB and cannot be walked through, it is not known: \
            mailgauge scan says so.",
        rfc: "PKWARE APPNOTE 4.4.4, 7.2",
        check: Check::Part(|p, _| p.detected.is_zip() && !is_odf(p.detected) && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-pdf",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "PDF with a password or restrictions",
        title_nl: "PDF met een wachtwoord of beperkingen",
        what: "A PDF is encrypted.",
        why: "It asks for a password when it is opened; or it opens without one, and only printing or copying is \
            restricted.",
        tell: "This PDF may need a password. If it asks for one, please ask the sender for it, best by telephone.",
        tell_nl: "Voor deze PDF is misschien een wachtwoord nodig. Als erom wordt gevraagd, vraag het dan aan de \
            afzender, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Whether it opens without a password, which many do. A mark that stands neither in the first nor in \
            the last 64 KiB.",
        rfc: "ISO 32000-1 §7.6",
        check: Check::Part(|p, _| p.detected == FileKind::Pdf && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-ooxml",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "Office document with a password",
        title_nl: "Office-document met een wachtwoord",
        what: "An Office document (docx, xlsx, pptx...) is encrypted, with a password or by a rights management.",
        why: "It opens only with the password or the right account. Virus scanners cannot look inside, so some \
            providers refuse or hold it.",
        tell: "This document needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit document is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Which of both it is: password or rights management.",
        rfc: "[MS-OFFCRYPTO] 2.3.4",
        check: Check::Part(|p, _| p.detected == FileKind::EncryptedOoxml && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-office-legacy",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "Old Office file with a password",
        title_nl: "Oud Office-bestand met een wachtwoord",
        what: "A file of Office up to 2003 (doc, xls, ppt) is encrypted.",
        why: "It opens only with the password. Virus scanners cannot look inside, so some providers refuse or hold it.",
        tell: "This document needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit document is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Files that are built in an unusual way, and very small ones: mailgauge scan says that it is not \
            known. Excel opens a workbook by itself that was only protected against changes.",
        rfc: "[MS-DOC] 2.5.2; [MS-XLS] 2.4.117; [MS-PPT] 2.3.2",
        check: Check::Part(|p, _| {
            matches!(p.detected, FileKind::Doc | FileKind::Xls | FileKind::Ppt) && is_encrypted(p)
        }),
    },
    Entry {
        id: "encrypted-odf",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "OpenDocument file with a password",
        title_nl: "OpenDocument-bestand met een wachtwoord",
        what: "An OpenDocument file (odt, ods, odp) is encrypted.",
        why: "It opens only with the password. Virus scanners cannot look inside, so some providers refuse or hold it.",
        tell: "This document needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit document is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "It is told by the text inside, which is neither compressed nor readable; where that is out of reach, \
            mailgauge scan says that it is not known.",
        rfc: "ODF 1.2 part 3, §3.4",
        check: Check::Part(|p, _| is_odf(p.detected) && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-7z",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "7-Zip archive with a password",
        title_nl: "7-Zip-archief met een wachtwoord",
        what: "Files in a 7z archive are encrypted, perhaps their names as well.",
        why: "They open only with the password. Virus scanners cannot look inside, so some providers refuse or hold \
            it.",
        tell: "This archive needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit archief is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Most 7z archives compress their list of contents: then it is seen only if the names are encrypted, \
            too, and mailgauge scan says that it is not known.",
        rfc: "7zFormat.txt of the 7-Zip SDK",
        check: Check::Part(|p, _| p.detected == FileKind::SevenZip && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-rar",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Notice,
        title: "RAR archive with a password",
        title_nl: "RAR-archief met een wachtwoord",
        what: "Files in a RAR archive are encrypted, perhaps their names as well.",
        why: "They open only with the password. Virus scanners cannot look inside, so some providers refuse or hold \
            it.",
        tell: "This archive needs a password. Please ask the sender for it, best by telephone.",
        tell_nl: "Voor dit archief is een wachtwoord nodig. Vraag de afzender erom, het liefst telefonisch.",
        fix: "Nobody; the sender has to pass on the password.",
        misses: "Archives that are themselves programs.",
        rfc: "technote.txt of WinRAR; RAR 5.0 archive format",
        check: Check::Part(|p, _| p.detected == FileKind::Rar && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-smime",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Info,
        title: "Encrypted mail (S/MIME)",
        title_nl: "Versleuteld bericht (S/MIME)",
        what: "The mail, or a file in it, is encrypted with S/MIME.",
        why: "Only programs that have the recipient's key can show it. What is attached inside cannot be judged here.",
        tell: "This mail is encrypted. Please open it in the program on the device where your certificate is set up.",
        tell_nl: "Dit bericht is versleuteld. Open het in het programma op het apparaat waarop uw certificaat is \
            ingesteld.",
        fix: "The recipient: open it where the key is. The sender, if the key is not there any more.",
        misses: "What is inside.",
        rfc: "RFC 8551 §3.3",
        check: Check::Part(|p, _| is_cms(p) && is_encrypted(p)),
    },
    Entry {
        id: "encrypted-pgp",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Info,
        title: "Encrypted mail (PGP)",
        title_nl: "Versleuteld bericht (PGP)",
        what: "The mail, or a file in it, is encrypted with PGP.",
        why: "Only programs that have the recipient's key can show it. What is attached inside cannot be judged here.",
        tell: "This mail is encrypted. Please open it in the program on the device where your PGP key is set up.",
        tell_nl: "Dit bericht is versleuteld. Open het in het programma op het apparaat waarop uw PGP-sleutel is \
            ingesteld.",
        fix: "The recipient: open it where the key is. The sender, if the key is not there any more.",
        misses: "A PGP text below other text, and binary files (.gpg, .pgp). A message that is only signed may be \
            written in the same form.",
        rfc: "RFC 3156 §4; RFC 9580 §6.2",
        check: Check::Part(|p, _| is_pgp(p)),
    },
    Entry {
        id: "encrypted-rpmsg",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Info,
        title: "Mail protected by Microsoft",
        title_nl: "Door Microsoft beveiligd bericht",
        what: "The mail is protected by a rights management of Microsoft (message.rpmsg).",
        why: "Outlook shows it to the right account. Other programs show only an attachment that does not open.",
        tell: "This mail is protected by Microsoft. Please open it in Outlook, or through the link in the mail.",
        tell_nl: "Dit bericht is beveiligd door Microsoft. Open het in Outlook, of via de link in het bericht.",
        fix: "The recipient: open it in Outlook or through the link.",
        misses: "Whether the recipient has the right to open it.",
        rfc: "[MS-OXORMMS]",
        check: Check::Part(|p, _| is_rpmsg(p)),
    },
    Entry {
        id: "crypto-signature-may-break",
        since: "0.1.0",
        group: Group::Encrypted,
        level: Level::Info,
        title: "Signature that may not survive the way",
        title_nl: "Handtekening die de reis misschien niet overleeft",
        what: "A part of a signed mail has lines that are too long, or characters that not every server passes on \
            unchanged.",
        why: "A server on the way may have to change how the text is written down. Then the signature is shown as \
            invalid although nobody touched the text.",
        tell: "The signature of this mail may be shown as invalid because of how the mail was written, not because \
            somebody changed it. If in doubt, please ask the sender.",
        tell_nl: "De handtekening van dit bericht wordt misschien als ongeldig getoond door de manier waarop het is \
            geschreven, niet doordat iemand het heeft veranderd. Vraag het bij twijfel aan de afzender.",
        fix: "The sender's mail program: signed parts belong into quoted-printable or base64.",
        misses: "Whether a server on the way has done it: the signature is not checked.",
        rfc: "RFC 1847 §2.1; RFC 3156 §3",
        check: Check::Part(|p, _| signature_may_break(p)),
    },
];
