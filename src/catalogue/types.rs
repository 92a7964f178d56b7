//! What a file is by its name, and what it is by its own bytes.

use super::{Check, Entry, Group, KIB, Level, PartView};
use crate::scan::facts::{CodingFlags, ContentFlags, HoldsFlags};
use crate::scan::names::{Extension, Family, FileKind, MediaType};

/// A stub that only points to a file is not larger.
const LINK_STUB: u64 = 2 * KIB;

/// Families that all are text to an editor.
const TEXTS: &[Family] = &[Family::Text, Family::Html, Family::Xml, Family::Calendar, Family::Message, Family::Script];
/// Pictures that every viewer opens by their content, whatever they are called.
const WEB_PICTURES: &[Family] = &[Family::Jpeg, Family::Png, Family::Gif, Family::Webp];
const SOUNDS_AND_FILMS: &[Family] = &[Family::Audio, Family::Video];

/// What a file may be called, and what it may then be, because nobody has trouble with it.
const TOLERATED: &[(&[Family], &[Family])] = &[
    // An editor or a browser opens text of any form.
    (TEXTS, TEXTS),
    // Viewers look at the content.
    (WEB_PICTURES, WEB_PICTURES),
    // The same containers carry both.
    (SOUNDS_AND_FILMS, SOUNDS_AND_FILMS),
    // Word and Excel open them, and many programs export their reports like this.
    (&[Family::Ole], &[Family::Rtf, Family::Html, Family::Xml, Family::Text, Family::Message]),
    // A new document under its old name: Office opens it.
    (&[Family::Ole], &[Family::Zip]),
    // How a document with a password looks.
    (&[Family::Zip], &[Family::Ole]),
    // Icons are made of them.
    (&[Family::OtherImage], &[Family::Png, Family::Bmp]),
    // The same container.
    (&[Family::Heif], &[Family::Video]),
    (&[Family::Video], &[Family::Heif]),
    // Unpackers look at the content.
    (&[Family::Tar], &[Family::Gzip]),
    (&[Family::Gzip], &[Family::Tar]),
    // The same programs open both.
    (&[Family::PostScript], &[Family::Pdf]),
    (&[Family::Pdf], &[Family::PostScript]),
    // Programs that are archives (jar, apk, msix) or compound files (msi).
    (&[Family::Executable], &[Family::Zip, Family::Ole]),
];

/// Families of which a web page is never a form.
const NEVER_HTML: &[Family] = &[
    Family::Pdf,
    Family::Zip,
    Family::Rar,
    Family::SevenZip,
    Family::Gzip,
    Family::Tar,
    Family::OtherArchive,
    Family::Jpeg,
    Family::Png,
    Family::Gif,
    Family::Webp,
    Family::Tiff,
    Family::Bmp,
    Family::Heif,
    Family::OtherImage,
    Family::Audio,
    Family::Video,
];

fn html_disguised(p: &PartView<'_>) -> bool {
    p.detected == FileKind::Html && NEVER_HTML.contains(&p.extension.family())
}

fn extension_mismatch(p: &PartView<'_>) -> bool {
    let named = p.extension.family();
    let detected = p.detected.family();
    let any = named == Family::Any || detected == Family::Any;
    // What comes of decoding plain text is no content, and of what begins with junk the mark is only found behind it.
    let rubbish =
        p.coding.contains(CodingFlags::BASE64_IS_PLAIN) || p.content.contains(ContentFlags::MAGIC_NOT_AT_START);
    // Where a disk image says what it is lies beyond what is looked at. The name of an attached mail is made from its
    // subject. A key may be Apple's or a cryptographic one.
    if any
        || rubbish
        || named == detected
        || named == Family::DiskImage
        || p.is_message_kind()
        || p.extension == Extension::Key
    {
        return false;
    }
    let tolerated = TOLERATED.iter().any(|(names, contents)| names.contains(&named) && contents.contains(&detected));
    !tolerated && !html_disguised(p)
}

fn one_of(p: &PartView<'_>, extensions: &[Extension]) -> bool {
    extensions.contains(&p.extension) && !p.is_message_kind()
}

fn apple_format(p: &PartView<'_>) -> bool {
    let key = p.extension == Extension::Key && p.detected.family() == Family::Zip;
    one_of(p, &[Extension::Pages, Extension::Numbers, Extension::Heic, Extension::Heif])
        || key
        || (p.detected == FileKind::Heif && p.extension != Extension::Avif)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "type-extension-mismatch",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Warning,
        title: "The name says one type, the content another",
        what: "The extension of a file's name belongs to another kind of file than its content.",
        why: "The program that opens it by its name calls it damaged. Some mail filters hold it.",
        tell: "The file has the wrong ending in its name, so it opens with the wrong program. Please ask the sender \
            to send it again under its right name.",
        fix: "The sender: give the file its right extension, or export it in the format that its name says.",
        misses: "Kinds without known marks are not compared, and pairs that cause no trouble are tolerated (a \
            document with RTF inside, a JPEG called .png).",
        rfc: "RFC 2183 §5",
        check: Check::Part(|p, _| extension_mismatch(p)),
    },
    Entry {
        id: "type-html-disguised",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Warning,
        title: "A web page under the name of a document",
        what: "A file that is called a PDF, an Office document, a picture or an archive is a web page.",
        why: "It does not open. Mostly a log-in or error page was saved in place of the document; sometimes it is a \
            trap.",
        tell: "This file is a web page and not the document. Please don't open it; ask the sender to download the \
            document again and to attach that.",
        fix: "The sender: download the document again while logged in, and attach that.",
        misses: "Old Office names are left out, because many programs export HTML under them.",
        rfc: "RFC 2183 §5",
        check: Check::Part(|p, _| html_disguised(p)),
    },
    Entry {
        id: "type-executable",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Error,
        title: "A program",
        what: "The content of a file is a program: for Windows, Linux, macOS, Android or Java, or a Windows shortcut.",
        why: "Gmail, Outlook and most companies refuse mail with programs or take them out.",
        tell: "The mail contains a program, and most mail systems refuse those. Please don't open it unless you \
            expected it; the sender can offer it as a download.",
        fix: "The sender: offer the program as a download.",
        misses: "Programs inside archives, and scripts that begin without a mark.",
        rfc: "support.google.com/mail/answer/6590; Outlook's blocked attachments",
        check: Check::Part(|p, _| p.detected.family() == Family::Executable),
    },
    Entry {
        id: "type-macro-enabled",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Notice,
        title: "Document with macros",
        what: "An Office document contains macros, or has the extension of documents that may.",
        why: "Many recipients' filters take it out or hold it, and Office blocks its macros.",
        tell: "This kind of document may contain small programs, so some recipients don't get it. If it needs none, \
            please ask the sender to save it as an ordinary document.",
        fix: "The sender: save it without macros (docx, xlsx, pptx).",
        misses: "Whether the macros do anything. Macros in a document with a password, or in one inside an archive.",
        rfc: "ECMA-376; Microsoft's blocking of macros from the internet",
        check: Check::Part(|p, _| {
            use Extension::{Docm, Dotm, Pptm, Xlam, Xlsm, Xltm};
            one_of(p, &[Docm, Xlsm, Pptm, Dotm, Xltm, Xlam]) || p.holds.contains(HoldsFlags::MACROS)
        }),
    },
    Entry {
        id: "type-outlook-item",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Info,
        title: "Outlook item",
        what: "An attachment is an item saved by Outlook (.msg).",
        why: "Only Outlook for Windows opens it.",
        tell: "Only Outlook can open this file. Please ask the sender to forward the mail itself, or to send it as a \
            PDF.",
        fix: "The sender: forward the mail instead of attaching it, or save it as PDF.",
        misses: "What is inside of it is not looked at.",
        rfc: "[MS-OXMSG]",
        check: Check::Part(|p, _| {
            p.detected == FileKind::Msg || p.declared == MediaType::MsOutlook || one_of(p, &[Extension::Msg])
        }),
    },
    Entry {
        id: "type-apple-format",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Info,
        title: "Apple's own format",
        what: "A document of Pages, Numbers or Keynote, or a HEIC picture.",
        why: "Windows and Android often cannot open it.",
        tell: "This file needs an Apple program. Please ask the sender to export it as PDF or Office document, or a \
            picture as JPEG.",
        fix: "The sender: export as PDF, Office document or JPEG.",
        misses: "Newer systems open HEIC by themselves.",
        rfc: "ISO/IEC 23008-12",
        check: Check::Part(|p, _| apple_format(p)),
    },
    Entry {
        id: "type-link-stub",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Notice,
        title: "Only a link to the file",
        what: "A small file that only points to a document: a Google document, a web or desktop shortcut.",
        why: "The recipient gets no document, and may have no access to the one it points to.",
        tell: "Only a link was attached, not the file itself. Please ask the sender to download the document and to \
            attach it, or to give you access.",
        fix: "The sender: attach the file itself, or share it.",
        misses: "Links in the text of the mail are not looked at.",
        rfc: "none",
        check: Check::Part(|p, _| {
            use Extension::{Desktop, Gdoc, Gsheet, Gslides, Url, Webloc};
            let stub = p.decoded_bytes > 0 && p.decoded_bytes < LINK_STUB;
            stub && one_of(p, &[Gdoc, Gsheet, Gslides, Url, Webloc, Desktop])
        }),
    },
    Entry {
        id: "type-disk-image",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Warning,
        title: "Disk image",
        what: "An attachment is a disk image by its extension (iso, img, vhd, vhdx, dmg) or its content.",
        why: "Most providers refuse disk images, because they have often carried harmful programs.",
        tell: "Many mail systems refuse this kind of file. Please don't open it unless you expected it; the sender \
            can offer it as a download.",
        fix: "The sender: offer it as a download.",
        misses: "A DMG or a VHD of fixed size under another name: they say what they are only at their end.",
        rfc: "support.google.com/mail/answer/6590; Outlook's blocked attachments",
        check: Check::Part(|p, _| {
            let named = p.extension.family() == Family::DiskImage && !p.is_message_kind();
            named || p.detected == FileKind::DiskImage
        }),
    },
    Entry {
        id: "type-magic-not-at-start",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Notice,
        title: "Junk before the beginning of the file",
        what: "The mark that begins a PDF, ZIP, PNG or Office file stands behind blanks, line breaks or other junk.",
        why: "Some programs open it all the same, others call it damaged.",
        tell: "There is something before the beginning of the file, so some programs refuse it. Please ask the \
            sender to make it anew.",
        fix: "The sender's program that made the file, mostly a web application.",
        misses: "Only junk of blanks and control characters, and only these formats.",
        rfc: "ISO 32000-1 annex H.3.4.1",
        check: Check::Part(|p, _| p.attachment && p.content.contains(ContentFlags::MAGIC_NOT_AT_START)),
    },
];
