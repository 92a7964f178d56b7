//! What a file is by its name, and what it is by its own bytes.

use super::damage::TREATED_AS_TEXT;
use super::{Check, Entry, Group, KIB, Level, PartView};
use crate::scan::facts::{CodingFlags, ContentFlags, DamageFlags, HoldsFlags};
use crate::scan::names::{Encoding, Extension, Family, FileKind, MediaType};

/// A stub that only points to a file is not larger.
const LINK_STUB: u64 = 2 * KIB;

/// Families that all are text to an editor.
const TEXTS: &[Family] = &[Family::Text, Family::Html, Family::Xml, Family::Calendar, Family::Message, Family::Script];
/// Pictures that every viewer opens by their content, whatever they are called.
const WEB_PICTURES: &[Family] = &[Family::Jpeg, Family::Png, Family::Gif, Family::Webp];
const SOUNDS_AND_FILMS: &[Family] = &[Family::Audio, Family::Video];

/// What a file may be called or declared as, and what it may then be, because nobody has trouble with it.
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
    (&[Family::Tar], &[Family::Gzip, Family::OtherArchive]),
    (&[Family::Gzip, Family::OtherArchive], &[Family::Tar]),
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

/// What was found says nothing about the file: what comes of decoding plain text is no content, and neither is what could
/// not be decoded; of what begins with junk the mark is only found behind it; what was treated as text, encoded twice or not
/// marked as encoded is told of as that.
fn rubbish(p: &PartView<'_>) -> bool {
    p.coding.intersects(CodingFlags::BASE64_IS_PLAIN | CodingFlags::LOOKS_BASE64)
        || p.encoding == Encoding::Unknown
        || p.content.contains(ContentFlags::MAGIC_NOT_AT_START)
        || p.damage.intersects(TREATED_AS_TEXT)
}

/// Something is announced as one family and is of another, and somebody has trouble with that.
fn differs(announced: Family, detected: Family) -> bool {
    let tolerated =
        || TOLERATED.iter().any(|(names, contents)| names.contains(&announced) && contents.contains(&detected));
    announced != Family::Any && detected != Family::Any && announced != detected && !tolerated()
}

fn extension_mismatch(p: &PartView<'_>) -> bool {
    let named = p.extension.family();
    // Where a disk image says what it is lies beyond what is looked at. The name of an attached mail is made from its
    // subject. A key may be Apple's or a cryptographic one.
    let exempt = named == Family::DiskImage || p.is_message_kind() || p.extension == Extension::Key;
    differs(named, p.detected.family()) && !exempt && !rubbish(p) && !html_disguised(p)
}

/// Subtypes that are not on our list: `image/x-icon` and `text/x-something` may be anything.
const OPEN_TYPES: &[MediaType] =
    &[MediaType::TextOther, MediaType::ImageOther, MediaType::AudioOther, MediaType::VideoOther, MediaType::FontOther];

fn declared_mismatch(p: &PartView<'_>) -> bool {
    // Where the name is wrong as well, that is what people see.
    let named = extension_mismatch(p) || html_disguised(p);
    let exempt = p.is_message_kind() || p.declared.is_machinery() || OPEN_TYPES.contains(&p.declared);
    differs(p.declared.family(), p.detected.family()) && !exempt && !named && !rubbish(p)
}

/// Pictures that browsers, and so webmail, don't show.
const NOT_FOR_THE_WEB: &[FileKind] =
    &[FileKind::Tiff, FileKind::Bmp, FileKind::Psd, FileKind::Wmf, FileKind::Emf, FileKind::Image];

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
        title_nl: "De naam zegt iets anders dan de inhoud",
        what: "The extension of a file's name belongs to another kind of file than its content.",
        why: "The program that opens it by its name calls it damaged. Some mail filters hold it.",
        tell: "The file has the wrong ending in its name, so it opens with the wrong program. Please ask the sender \
            to send it again under its right name.",
        tell_nl: "Het bestand heeft de verkeerde extensie en wordt daarom met het verkeerde programma geopend. Vraag \
            de afzender om het opnieuw te sturen met de juiste naam.",
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
        title_nl: "Een webpagina met de naam van een document",
        what: "A file that is called a PDF, an Office document, a picture or an archive is a web page.",
        why: "It does not open. Mostly a log-in or error page was saved in place of the document; sometimes it is a \
            trap.",
        tell: "This file is a web page and not the document. Please don't open it; ask the sender to download the \
            document again and to attach that.",
        tell_nl: "Dit bestand is een webpagina en niet het document. Open het niet; vraag de afzender om het document \
            opnieuw te downloaden en dat bij te voegen.",
        fix: "The sender: download the document again while logged in, and attach that.",
        misses: "Old Office names are left out, because many programs export HTML under them.",
        rfc: "RFC 2183 §5",
        check: Check::Part(|p, _| html_disguised(p)),
    },
    Entry {
        id: "type-declared-mismatch",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Notice,
        title: "Announced as another kind of file than it is",
        title_nl: "Aangekondigd als een ander soort bestand",
        what: "The type that the mail gives for a file (Content-Type) belongs to another kind of file than its content.",
        why: "Programs that go by it, on telephones and in webmail mostly, open it with the wrong program or refuse it. \
            Those that go by the name open it.",
        tell: "If the file does not open, please save it first and open it from there. The sender's program calls it \
            something it is not.",
        tell_nl: "Als het bestand niet opengaat, sla het dan eerst op en open het daarna. Het programma van de \
            afzender noemt het iets wat het niet is.",
        fix: "The sender's mail program or its administrator: send the right type, or application/octet-stream.",
        misses: "Types that say nothing (application/octet-stream), types that are not on our list, and pairs that cause \
            no trouble. Where the name is wrong as well, type-extension-mismatch or type-html-disguised says so.",
        rfc: "RFC 2045 §5; RFC 2046 §4.5.1",
        check: Check::Part(|p, _| declared_mismatch(p)),
    },
    Entry {
        id: "type-executable",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Error,
        title: "A program",
        title_nl: "Een programma",
        what: "The content of a file is a program: for Windows, Linux, macOS, Android or Java, or a Windows shortcut.",
        why: "Gmail, Outlook and most companies refuse mail with programs or take them out.",
        tell: "The mail contains a program, and most mail systems refuse those. Please don't open it unless you \
            expected it; the sender can offer it as a download.",
        tell_nl: "Het bericht bevat een programma, en de meeste mailsystemen weigeren dat. Open het niet, tenzij u het \
            verwachtte; de afzender kan het als download aanbieden.",
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
        title_nl: "Document met macro's",
        what: "An Office document contains macros, or has the extension of documents that may.",
        why: "Many recipients' filters take it out or hold it, and Office blocks its macros.",
        tell: "This kind of document may contain small programs, so some recipients don't get it. If it needs none, \
            please ask the sender to save it as an ordinary document.",
        tell_nl: "Dit soort document kan kleine programma's bevatten, daarom krijgen sommige ontvangers het niet. Als \
            het die niet nodig heeft, vraag de afzender dan om het als gewoon document op te slaan.",
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
        title_nl: "Outlook-item",
        what: "An attachment is an item saved by Outlook (.msg).",
        why: "Only Outlook for Windows opens it.",
        tell: "Only Outlook can open this file. Please ask the sender to forward the mail itself, or to send it as a \
            PDF.",
        tell_nl: "Alleen Outlook kan dit bestand openen. Vraag de afzender om het bericht zelf door te sturen, of het \
            als PDF te sturen.",
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
        title_nl: "Eigen bestandsformaat van Apple",
        what: "A document of Pages, Numbers or Keynote, or a HEIC picture.",
        why: "Windows and Android often cannot open it.",
        tell: "This file needs an Apple program. Please ask the sender to export it as PDF or Office document, or a \
            picture as JPEG.",
        tell_nl: "Voor dit bestand is een programma van Apple nodig. Vraag de afzender om het als PDF of \
            Office-document te exporteren, of een afbeelding als JPEG.",
        fix: "The sender: export as PDF, Office document or JPEG.",
        misses: "Newer systems open HEIC by themselves.",
        rfc: "ISO/IEC 23008-12",
        check: Check::Part(|p, _| apple_format(p)),
    },
    Entry {
        id: "type-image-not-web",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Info,
        title: "A picture that many programs don't show",
        title_nl: "Een afbeelding die veel programma's niet tonen",
        what: "A TIFF, BMP, Photoshop, WMF or EMF picture, or one of a rarer format.",
        why: "Webmail and telephones often don't show it, and show an empty place in its stead.",
        tell: "This picture is of a kind that not every program shows. If it does not open, please ask the sender for \
            it as JPEG, PNG or PDF.",
        tell_nl: "Deze afbeelding is van een soort die niet elk programma toont. Als die niet opengaat, vraag de \
            afzender dan om een JPEG, PNG of PDF.",
        fix: "The sender: save the picture as JPEG or PNG, a scan as PDF.",
        misses: "HEIC pictures are type-apple-format. Whether the recipient's program shows it cannot be known.",
        rfc: "none; what browsers show",
        // A broken one is told of as that.
        check: Check::Part(|p, _| NOT_FOR_THE_WEB.contains(&p.detected) && !p.damage.contains(DamageFlags::TRUNCATED)),
    },
    Entry {
        id: "type-link-stub",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Notice,
        title: "Only a link to the file",
        title_nl: "Alleen een link naar het bestand",
        what: "A small file that only points to a document: a Google document, a web or desktop shortcut.",
        why: "The recipient gets no document, and may have no access to the one it points to.",
        tell: "Only a link was attached, not the file itself. Please ask the sender to download the document and to \
            attach it, or to give you access.",
        tell_nl: "Er is alleen een link bijgevoegd, niet het bestand zelf. Vraag de afzender om het document te \
            downloaden en bij te voegen, of u toegang te geven.",
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
        title_nl: "Schijfkopie",
        what: "An attachment is a disk image by its extension (iso, img, vhd, vhdx, dmg) or its content.",
        why: "Most providers refuse disk images, because they have often carried harmful programs.",
        tell: "Many mail systems refuse this kind of file. Please don't open it unless you expected it; the sender \
            can offer it as a download.",
        tell_nl: "Veel mailsystemen weigeren dit soort bestanden. Open het bestand niet, tenzij u het verwachtte; de \
            afzender kan het als download aanbieden.",
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
        title_nl: "Rommel vóór het begin van het bestand",
        what: "The mark that begins a PDF, ZIP, PNG or Office file stands behind blanks, line breaks or other junk.",
        why: "Some programs open it all the same, others call it damaged.",
        tell: "There is something before the beginning of the file, so some programs refuse it. Please ask the \
            sender to make it anew.",
        tell_nl: "Er staat iets vóór het begin van het bestand, daarom weigeren sommige programma's het. Vraag de \
            afzender om het opnieuw te maken.",
        fix: "The sender's program that made the file, mostly a web application.",
        misses: "Only junk of blanks and control characters, and only these formats.",
        rfc: "ISO 32000-1 annex H.3.4.1",
        check: Check::Part(|p, _| p.attachment && p.content.contains(ContentFlags::MAGIC_NOT_AT_START)),
    },
];

#[cfg(test)]
mod tests {
    use crate::catalogue::{Thresholds, diagnose};
    use crate::scan::{EnvelopeFacts, Limits, Scanner};

    const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0 and so on";
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on";
    const TEXT: &[u8] = b"name;town\nAnn;Field\n";
    const HTML: &[u8] = b"<html><p>Hello Bob</p></html>";
    const PDF: &[u8] = b"%PDF-1.4\n\x01\x02";
    const XZ: &[u8] = b"\xFD7zXZ\0\0\x04";
    const M4A: &[u8] = b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42";

    /// What is found about the type of a file.
    fn found(media: &str, name: &str, encoding: &str, content: &[u8]) -> Vec<&'static str> {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        let name = if name.is_empty() { String::new() } else { format!("; name={name}") };
        scanner.body(format!("Content-Type: {media}{name}\nContent-Transfer-Encoding: {encoding}\n\n").as_bytes());
        scanner.body(content);
        let found = diagnose(&scanner.finish(), &Thresholds::default());
        found.iter().map(|f| f.entry.id).filter(|id| id.starts_with("type-") && id.ends_with("mismatch")).collect()
    }

    #[test]
    fn a_wrong_type_is_told_of_once() {
        const NAME: &[&str] = &["type-extension-mismatch"];
        const DECLARED: &[&str] = &["type-declared-mismatch"];
        for (media, name, content, expected) in [
            ("text/plain", "a.png", PNG, DECLARED),
            ("text/plain", "", PDF, DECLARED),
            ("application/zip", "a.pdf", PDF, DECLARED),
            ("image/jpeg", "a", TEXT, DECLARED),
            // Wrong in both ways: the name is what people see.
            ("application/pdf", "a.pdf", PNG, NAME),
            ("image/png", "a.pdf", PNG, NAME),
        ] {
            assert_eq!(found(media, name, "binary", content), expected, "{media} {name}");
        }
    }

    #[test]
    fn what_nobody_has_trouble_with() {
        for (media, name, content) in [
            ("application/octet-stream", "a.png", PNG),
            ("application/x-something", "a.png", PNG),
            ("application/x-zip-compressed", "a.xlsx", ZIP),
            ("application/x-zip", "a.zip", ZIP),
            ("application/msword", "a.docx", ZIP),
            ("application/msword", "a.doc", HTML),
            ("application/vnd.ms-excel", "a.csv", TEXT),
            ("application/vnd.ms-excel", "a.xls", HTML),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a.xlsx", OLE),
            ("image/jpeg", "a.jpg", PNG),
            ("image/jpg", "a.png", PNG),
            ("image/x-icon", "a.ico", PNG),
            ("image/x-something", "a", PDF),
            ("text/html", "", TEXT),
            ("text/plain", "", HTML),
            ("text/x-something", "a.zip", ZIP),
            ("application/json", "a.txt", TEXT),
            ("audio/mp4", "a.m4a", M4A),
            ("video/mp4", "a.mp4", M4A),
            ("audio/mpeg", "a.mp3", M4A),
            ("application/postscript", "a.ai", PDF),
            ("application/x-tar", "a.tar", XZ),
        ] {
            assert!(found(media, name, "binary", content).is_empty(), "{media} {name}");
        }
        // What could not be decoded says nothing.
        assert!(found("application/pdf", "a.pdf", "x-something", b"JVBERi0xLjQK").is_empty());
        let icon =
            b"AAABAAEAEBAAAAEAIABoBAAAFgAAACgAAAAQAAAAIAAAAAEAIAAAAAAAAAQAABILAAASCwAAAAAA\nAAAAAAAAAAAAAAAAAAAA\n";
        assert!(found("image/png", "a.png", "7bit", icon).is_empty());
    }
}
