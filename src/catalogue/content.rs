//! The decoded content: damaged.

use super::damage::TREATED_AS_TEXT;
use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{CodingFlags, ContentFlags, DamageFlags, HoldsFlags, NameFlags};
use crate::scan::names::{Extension, Family, FileKind, MediaType};

/// The file was not followed to its end: it is damaged, and that is told; or it is one piece of several.
const NOT_FOLLOWED: DamageFlags =
    DamageFlags::TRUNCATED.union(DamageFlags::CORRUPT).union(DamageFlags::VOLUME).union(TREATED_AS_TEXT);

/// Incomplete, or broken where no cut explains it.
fn damaged(p: &PartView<'_>) -> bool {
    p.ends_early() || p.damage.contains(DamageFlags::CORRUPT)
}

/// Named or declared as an Office document of the newer formats.
fn is_called_ooxml(p: &PartView<'_>) -> bool {
    use Extension::{Docm, Docx, Dotm, Dotx, Ppsx, Pptm, Pptx, Vsdx, Xlam, Xlsb, Xlsm, Xlsx, Xltm, Xltx};
    const NAMES: &[Extension] = &[Docx, Xlsx, Pptx, Docm, Xlsm, Pptm, Dotx, Dotm, Xltx, Xltm, Xlam, Xlsb, Ppsx, Vsdx];
    const TYPES: &[MediaType] = &[MediaType::Docx, MediaType::Xlsx, MediaType::Pptx, MediaType::Docm, MediaType::Xlsm];
    NAMES.contains(&p.extension) || (p.extension == Extension::None && TYPES.contains(&p.declared))
}

/// A ZIP that is called an Office document and has not what every one of them has.
fn ooxml_incomplete(p: &PartView<'_>) -> bool {
    use FileKind::{Docx, Pptx, Xlsx, Zip};
    // Of what was not seen nothing is missed.
    let seen = !p.damage.intersects(NOT_FOLLOWED.union(DamageFlags::PARTLY_SEEN));
    let zip = matches!(p.detected, Zip | Docx | Xlsx | Pptx);
    zip && seen && is_called_ooxml(p) && !p.holds.contains(HoldsFlags::CONTENT_TYPES)
}

/// Nothing that is known, and nothing else says why.
fn is_unrecognised(p: &PartView<'_>) -> bool {
    let explained = p.content.contains(ContentFlags::ALL_ZERO)
        || p.content.contains(ContentFlags::MAGIC_NOT_AT_START)
        || p.coding.contains(CodingFlags::BASE64_IS_PLAIN)
        || p.damage.intersects(NOT_FOLLOWED)
        || p.name.contains(NameFlags::PIECE);
    p.detected == FileKind::Unknown && !explained
}

/// Named, or without a name declared, as a PDF.
fn is_called_pdf(p: &PartView<'_>) -> bool {
    p.extension == Extension::Pdf || (p.extension == Extension::None && p.declared == MediaType::Pdf)
}

/// Named as an archive, or as a document that is made of one. A key may be Apple's or a cryptographic one.
fn is_called_archive(p: &PartView<'_>) -> bool {
    let family = p.extension.family();
    matches!(family, Family::Zip | Family::Rar | Family::SevenZip | Family::Gzip) && p.extension != Extension::Key
}

/// Called an OpenDocument file, and an archive whose first entry is not the uncompressed type.
fn odf_without_type(p: &PartView<'_>) -> bool {
    use Extension::{Odg, Odp, Ods, Odt};
    matches!(p.extension, Odt | Ods | Odp | Odg)
        && p.detected == FileKind::Zip
        && !p.holds.contains(HoldsFlags::MIMETYPE)
        && !p.damage.intersects(NOT_FOLLOWED)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "content-zip-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete archive or document",
        title_nl: "Onvolledig archief of document",
        what: "A ZIP archive, or a document made of one (docx, xlsx, pptx, odt...), lacks its end.",
        why: "Windows, Office and most unpackers refuse it as damaged.",
        tell: "The file is incomplete and cannot be opened. Please ask the sender to check the original and to send \
            it again.",
        tell_nl: "Het bestand is onvolledig en kan niet worden geopend. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "More than 64 KiB of other data behind the end hide it. Damage in the middle is not noticed.",
        rfc: "PKWARE APPNOTE 4.3.16",
        check: Check::Part(|p, _| p.detected.is_zip() && p.ends_early()),
    },
    Entry {
        id: "content-zip-inconsistent",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Archive or document that does not fit together",
        title_nl: "Archief of document dat niet klopt",
        what: "The list of contents of a ZIP archive, or of a document made of one, is broken or does not have as many \
            entries as it says.",
        why: "Some programs open it, some call it damaged, and some show only a part of it.",
        tell: "The file is damaged, so some programs cannot open it. Please ask the sender to check the original and \
            to make it anew.",
        tell_nl: "Het bestand is beschadigd, daarom kunnen sommige programma's het niet openen. Vraag de afzender om \
            het origineel te controleren en het bestand opnieuw te maken.",
        fix: "The sender: make the file anew; if it comes from a web application, its maker.",
        misses: "Only the list of contents is compared, and only where it is seen as a whole: the files inside are not \
            unpacked.",
        rfc: "PKWARE APPNOTE 4.3.12 to 4.3.16",
        check: Check::Part(|p, _| p.detected.is_zip() && p.damage.contains(DamageFlags::CORRUPT)),
    },
    Entry {
        id: "content-ooxml-incomplete",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Not an Office document inside",
        title_nl: "Vanbinnen geen Office-document",
        what: "A file is called an Office document (docx, xlsx, pptx...), but the archive that it is made of lacks the \
            list of its contents, [Content_Types].xml.",
        why: "Word, Excel and PowerPoint call it damaged. Mostly it is an ordinary ZIP archive with a wrong name, or a \
            program packed the document wrongly.",
        tell: "Office cannot open this file. Please ask the sender to open and save it once more, or to send it as it \
            really is.",
        tell_nl: "Office kan dit bestand niet openen. Vraag de afzender om het nog eens te openen en op te slaan, of \
            het te sturen als wat het werkelijk is.",
        fix: "The sender: save the document again in Office; or give an archive its right name.",
        misses: "Only the presence of that one entry is looked at. It is not decided where the list of contents is \
            larger than 64 KiB and cannot be walked through.",
        rfc: "ECMA-376 part 2, §10.1.2",
        check: Check::Part(|p, _| ooxml_incomplete(p)),
    },
    Entry {
        id: "content-odf-mimetype",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Notice,
        title: "OpenDocument file that does not say what it is",
        title_nl: "OpenDocument-bestand dat niet zegt wat het is",
        what: "A file is called an OpenDocument file (odt, ods, odp, odg), but its archive does not begin with its \
            type.",
        why: "LibreOffice opens it mostly; mail filters and other programs take it for an ordinary archive.",
        tell: "Some programs do not recognise this document. If it does not open, please ask the sender to save it \
            once more with LibreOffice.",
        tell_nl: "Sommige programma's herkennen dit document niet. Als het niet opengaat, vraag de afzender dan om het \
            nog eens op te slaan met LibreOffice.",
        fix: "The sender's program that made the file.",
        misses: "Whether the rest of the document is in order.",
        rfc: "ODF 1.2 part 3, §3.3",
        check: Check::Part(|p, _| odf_without_type(p)),
    },
    Entry {
        id: "content-pdf-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete PDF",
        title_nl: "Onvolledige PDF",
        what: "A PDF has no end mark within its last 64 KiB, or more of the document behind its last one.",
        why: "PDF programs call it damaged, or show only its first pages.",
        tell: "The PDF is incomplete. Please ask the sender to check the original and to send it again.",
        tell_nl: "De PDF is onvolledig. Vraag de afzender om het origineel te controleren en opnieuw te sturen.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "Some programs repair such files silently. Damage in the middle is not noticed.",
        rfc: "ISO 32000-1 §7.5.5",
        check: Check::Part(|p, _| p.detected == FileKind::Pdf && p.ends_early()),
    },
    Entry {
        id: "content-pdf-no-header",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Called a PDF, but not readable as one",
        title_nl: "Heet PDF, maar is niet als PDF te lezen",
        what: "A file is called a PDF, but has no PDF mark within its first 1,024 bytes, and its content is nothing \
            else that is known.",
        why: "PDF programs refuse it.",
        tell: "This file cannot be opened as a PDF. Please ask the sender to open the original, and to send it again.",
        tell_nl: "Dit bestand is niet als PDF te openen. Vraag de afzender om het origineel te openen, en het opnieuw \
            te sturen.",
        fix: "The sender: check the original and send it again.",
        misses: "Files with content of another known kind have a finding of their own.",
        rfc: "ISO 32000-1 §7.5.2, annex H.3.4.1",
        check: Check::Part(|p, _| is_called_pdf(p) && is_unrecognised(p)),
    },
    Entry {
        id: "content-pdf-trailing-data",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Notice,
        title: "PDF with something behind its end",
        title_nl: "PDF met iets achter het eind",
        what: "More than 1,024 bytes of other data stand behind the end mark of a PDF.",
        why: "Some programs look for the end mark only there and call the file damaged. Mostly a web server or a \
            scanner program appended something.",
        tell: "Some programs may call this PDF damaged. If it does not open, please ask the sender to print it to a \
            new PDF.",
        tell_nl: "Sommige programma's noemen deze PDF misschien beschadigd. Als hij niet opengaat, vraag de afzender \
            dan om er via Afdrukken een nieuwe PDF van te maken.",
        fix: "The sender's program that made the file.",
        misses: "Most programs open such files all the same. Blanks and zeros at the end are not counted.",
        rfc: "ISO 32000-1 annex H.3.4.4",
        check: Check::Part(|p, _| p.detected == FileKind::Pdf && p.damage.contains(DamageFlags::PDF_TRAILING)),
    },
    Entry {
        id: "content-7z-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete 7-Zip archive",
        title_nl: "Onvolledig 7-Zip-archief",
        what: "A 7z archive is shorter than it says, or its checksums do not fit.",
        why: "Unpackers call it damaged. Its list of contents is at its end, so nothing can be unpacked.",
        tell: "The archive is incomplete and cannot be opened. Please ask the sender to check the original and to send \
            it again.",
        tell_nl: "Het archief is onvolledig en kan niet worden geopend. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: send the archive again, and check whether the original opens.",
        misses: "Damage to the files inside, which are not unpacked.",
        rfc: "7zFormat.txt of the 7-Zip SDK",
        check: Check::Part(|p, _| p.detected == FileKind::SevenZip && damaged(p)),
    },
    Entry {
        id: "content-rar-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete RAR archive",
        title_nl: "Onvolledig RAR-archief",
        what: "A RAR archive ends in the middle of a file, or its structure is broken.",
        why: "Unpackers stop there: the last files are missing or damaged.",
        tell: "The archive is incomplete. Please ask the sender to check the original and to send it again.",
        tell_nl: "Het archief is onvolledig. Vraag de afzender om het origineel te controleren en opnieuw te sturen.",
        fix: "The sender: send the archive again, and check whether the original opens.",
        misses: "Archives of RAR 4 and older have no end mark that is always there: one that ends exactly between two \
            files is not noticed. With encrypted names only the length tells, by which one cut in 8 (RAR 4) or 16 (RAR \
            5) is not noticed.",
        rfc: "technote.txt of WinRAR; RAR 5.0 archive format",
        check: Check::Part(|p, _| p.detected == FileKind::Rar && damaged(p)),
    },
    Entry {
        id: "content-gzip-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete gzip file",
        title_nl: "Onvolledig gzip-bestand",
        what: "A gzip file is too short, or what stands at its end cannot be its size.",
        why: "It unpacks partly or not at all.",
        tell: "The file seems to be incomplete. Please ask the sender to check the original and to send it again.",
        tell_nl: "Het bestand lijkt onvolledig. Vraag de afzender om het origineel te controleren en opnieuw te \
            sturen.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "It is not unpacked: of a small file nearly every cut is noticed, of one of 1 MiB three in four, of \
            more than 4 MiB none.",
        rfc: "RFC 1952 §2.3.1",
        check: Check::Part(|p, _| p.detected == FileKind::Gzip && p.ends_early()),
    },
    Entry {
        id: "content-archive-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete archive",
        title_nl: "Onvolledig archief",
        what: "A tar, cab or xz archive ends before its own end.",
        why: "Unpackers stop there: the last files are missing or damaged.",
        tell: "The archive is incomplete. Please ask the sender to check the original and to send it again.",
        tell_nl: "Het archief is onvolledig. Vraag de afzender om het origineel te controleren en opnieuw te sturen.",
        fix: "The sender: send the archive again, and check whether the original opens.",
        misses: "A tar that ends exactly between two files. Other packers (bzip2, zstd...) are not looked at.",
        rfc: "POSIX.1-1988 ustar; [MS-CAB] 2.1; The .xz File Format 2.1.2",
        check: Check::Part(|p, _| matches!(p.detected, FileKind::Tar | FileKind::Cab | FileKind::Xz) && p.ends_early()),
    },
    Entry {
        id: "content-ole-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete Office file of the old formats",
        title_nl: "Onvolledig bestand in een oud Office-formaat",
        what: "A file of Office up to 2003 (doc, xls, ppt), an Outlook item or an Office document with a password is \
            shorter than its own table says.",
        why: "Office calls it damaged or opens only a part of it.",
        tell: "The file is incomplete and cannot be opened. Please ask the sender to check the original and to send it \
            again.",
        tell_nl: "Het bestand is onvolledig en kan niet worden geopend. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "Cuts within the last 512 bytes, and some in files of more than 7 MiB. Damage in the middle is not \
            noticed.",
        rfc: "[MS-CFB] 2.2, 2.3",
        check: Check::Part(|p, _| p.detected.family() == Family::Ole && damaged(p)),
    },
    Entry {
        id: "content-archive-no-header",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Called an archive or document, but not readable as one",
        title_nl: "Heet archief of document, maar is zo niet te lezen",
        what: "A file is called an archive (zip, 7z, rar, gz) or an Office document, but does not begin as one, and its \
            content is nothing else that is known.",
        why: "The programs for it refuse it. Mostly its beginning was lost or overwritten, or it is encrypted by some other \
            program.",
        tell: "This file cannot be opened as what it is called. Please ask the sender to open the original, and to send it \
            again.",
        tell_nl: "Dit bestand is niet te openen als het soort bestand dat de naam aangeeft. Vraag de afzender om het \
            origineel te openen, en het opnieuw te sturen.",
        fix: "The sender: check the original and send it again.",
        misses: "Files with content of another known kind have a finding of their own.",
        rfc: "PKWARE APPNOTE 4.3.7; RFC 1952 §2.3.1",
        check: Check::Part(|p, _| is_called_archive(p) && is_unrecognised(p)),
    },
    Entry {
        id: "content-split-archive",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Notice,
        title: "One piece of a split archive",
        title_nl: "Eén stuk van een gesplitst archief",
        what: "A file is one piece of an archive that was split, by its name (.001, .z01, .part1.rar...) or its \
            content.",
        why: "It opens only when all pieces are there in one folder, and they often come in several mails.",
        tell: "This is one piece of a larger archive. Please save all pieces into one folder first, and then open the \
            first one; ask the sender if one is missing.",
        tell_nl: "Dit is één stuk van een groter archief. Sla eerst alle stukken in één map op en open dan het eerste; \
            ontbreekt er een, vraag het dan aan de afzender.",
        fix: "The recipient: wait for all pieces. The sender: one link is easier.",
        misses: "Whether the other pieces are in this mail. Pieces that only another ending in their name tells.",
        rfc: "PKWARE APPNOTE 8.5; RAR 5.0 archive format",
        check: Check::Part(|p, _| p.name.contains(NameFlags::PIECE) || p.damage.contains(DamageFlags::VOLUME)),
    },
    Entry {
        id: "content-all-zero",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "A file of zeros",
        title_nl: "Een bestand met alleen nullen",
        what: "An attachment has the length of a file, but every byte of it is zero.",
        why: "It cannot be opened. Often the file was not yet fetched from a cloud folder, or a disk was failing.",
        tell: "The file has no content, only empty space. Please ask the sender to open the original first, and then \
            to attach it again.",
        tell_nl: "Het bestand heeft geen inhoud, alleen lege ruimte. Vraag de afzender om eerst het origineel te \
            openen, en het dan opnieuw bij te voegen.",
        fix: "The sender: open the original, then attach it again.",
        misses: "A file of which only a part is zero is not noticed.",
        rfc: "none",
        check: Check::Part(|p, _| p.attachment && p.content.contains(ContentFlags::ALL_ZERO)),
    },
];
