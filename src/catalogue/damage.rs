//! Pictures, films and sounds that are not whole, and files that were treated as text.
//!
//! A file that ends too early in a mail that goes on was broken at the sender, and that is what is told. Where the mail
//! itself was cut, the findings about the mail speak.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{CodingFlags, DamageFlags};
use crate::scan::names::{Family, FileKind};

fn damaged(p: &PartView<'_>, damage: DamageFlags) -> bool {
    p.damage.contains(damage)
}

/// The file was treated as text on its way: nothing in it stands where it did.
pub(super) const TREATED_AS_TEXT: DamageFlags =
    DamageFlags::NEWLINES.union(DamageFlags::UTF8).union(DamageFlags::DOUBLE_ENCODED);

/// A file of one of these kinds has no end although its part has one.
fn ends_early(p: &PartView<'_>, kinds: &[FileKind]) -> bool {
    kinds.contains(&p.detected) && p.ends_early()
}

/// Base64 where something else is announced by name or type. A text of it is sent on purpose. What was encoded once and
/// says nothing of it is cte-identity-looks-base64, or what explains why that is silent.
fn double_encoded(p: &PartView<'_>) -> bool {
    let named = match p.extension.family() {
        Family::Any => p.declared.family(),
        family => family,
    };
    let once = p.coding.contains(CodingFlags::LOOKS_BASE64);
    damaged(p, DamageFlags::DOUBLE_ENCODED) && !once && !matches!(named, Family::Any | Family::Text)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "content-png-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete PNG picture",
        title_nl: "Onvolledige PNG-afbeelding",
        what: "A PNG picture ends before its own end mark, although its part of the mail is complete.",
        why: "Its lower part is missing, or it is not shown at all. It was broken at the sender, not on its way.",
        tell: "The picture is incomplete; it was so already when it was sent. Please ask the sender to check the \
            original and to send it again.",
        tell_nl: "De afbeelding is onvolledig, en was dat al bij het versturen. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: save the picture anew, and send it again.",
        misses: "Every cut is noticed. Pictures inside archives and documents are not looked at.",
        rfc: "ISO/IEC 15948 §5.3",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Png])),
    },
    Entry {
        id: "content-png-crc",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Damaged PNG picture",
        title_nl: "Beschadigde PNG-afbeelding",
        what: "A checksum inside a PNG picture does not fit what it is made over, or its structure is broken.",
        why: "Bytes of it were changed, lost or added. Viewers refuse it, or show it garbled from there on.",
        tell: "The picture is damaged. Please ask the sender to check the original and to send it again.",
        tell_nl: "De afbeelding is beschadigd. Vraag de afzender om het origineel te controleren en opnieuw te sturen.",
        fix: "The sender: save the picture anew, and send it again.",
        misses: "Checksums of parts that no viewer needs (comments, for example) are not compared.",
        rfc: "ISO/IEC 15948 §5.3, §5.5",
        // A cut says more.
        check: Check::Part(|p, _| {
            p.detected == FileKind::Png && damaged(p, DamageFlags::CORRUPT) && !damaged(p, DamageFlags::TRUNCATED)
        }),
    },
    Entry {
        id: "content-jpeg-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete JPEG picture",
        title_nl: "Onvolledige JPEG-afbeelding",
        what: "A JPEG picture has no end mark of its own, although its part of the mail is complete.",
        why: "Its lower part is grey or missing. It was broken at the sender, not on its way.",
        tell: "The picture is incomplete; it was so already when it was sent. Please ask the sender to check the \
            original and to send it again.",
        tell_nl: "De afbeelding is onvolledig, en was dat al bij het versturen. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: copy the picture from the camera or telephone anew, and send it again.",
        misses: "A picture that lacks nothing but its end mark looks the same. One that was cut before and given a \
            new end mark is not noticed.",
        rfc: "ITU-T T.81 §B.1.1.3",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Jpeg])),
    },
    Entry {
        id: "content-gif-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete GIF picture",
        title_nl: "Onvolledige GIF-afbeelding",
        what: "A GIF picture ends before its own end mark, although its part of the mail is complete.",
        why: "Its lower part or the rest of an animation is missing. It was broken at the sender, not on its way.",
        tell: "The picture is incomplete; it was so already when it was sent. Please ask the sender to send it again.",
        tell_nl: "De afbeelding is onvolledig, en was dat al bij het versturen. Vraag de afzender om die opnieuw te \
            sturen.",
        fix: "The sender: save the picture anew, and send it again.",
        misses: "A few programs leave the end mark out, and then nothing is missing. A GIF with junk between its \
            blocks is not followed.",
        rfc: "GIF89a §27",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Gif])),
    },
    Entry {
        id: "content-webp-avi-wav-size",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete WebP picture, WAV sound or AVI film",
        title_nl: "Onvolledige WebP-afbeelding, WAV-opname of AVI-video",
        what: "A WebP, WAV or AVI file is shorter than it says itself, although its part of the mail is complete.",
        why: "The end is missing: pictures do not open, films and sounds stop early. It was broken at the sender, not \
            on its way.",
        tell: "The file is incomplete; it was so already when it was sent. Please ask the sender to check the \
            original and to send it again.",
        tell_nl: "Het bestand is onvolledig, en was dat al bij het versturen. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: send the file again, and check whether the original opens.",
        misses: "Recordings that name no size, and up to eight bytes too few where no data ends. Of a film in several \
            pieces, whole pieces may be missing.",
        rfc: "RFC 9649 §2.3; Multimedia Programming Interface and Data Specifications 1.0 (RIFF)",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Webp, FileKind::Wav, FileKind::Avi])),
    },
    Entry {
        id: "content-mp4-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "Incomplete film, sound or HEIC picture",
        title_nl: "Onvolledige video, geluidsopname of HEIC-afbeelding",
        what: "An MP4, QuickTime, M4A, HEIC or AVIF file ends in the middle of one of its pieces, although its part of \
            the mail is complete.",
        why: "Mostly it does not open at all. It was broken at the sender, not on its way.",
        tell: "The file is incomplete; it was so already when it was sent. Please ask the sender to check the \
            original and to send it again.",
        tell_nl: "Het bestand is onvolledig, en was dat al bij het versturen. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: copy the file from the camera or telephone anew, and send it again or offer a link.",
        misses: "A cut that falls between two pieces; where the index is behind it, content-mp4-no-index says so.",
        rfc: "ISO/IEC 14496-12 §4.2",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Mp4, FileKind::Mov, FileKind::M4a, FileKind::Heif])),
    },
    Entry {
        id: "content-mp4-no-index",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "A film or sound that cannot be played",
        title_nl: "Een video of geluidsopname die niet af te spelen is",
        what: "An MP4, QuickTime or M4A file has no index (moov).",
        why: "No program plays it. Mostly the recording broke off, or the file was not yet written to its end.",
        tell: "The recording cannot be played, because its end is missing. Please ask the sender whether it plays \
            there, and to send it again.",
        tell_nl: "De opname is niet af te spelen, omdat het eind ontbreekt. Vraag of de afzender de opname zelf wel \
            kan afspelen, en die opnieuw wil sturen.",
        fix: "The sender: send the file again when it is complete.",
        misses: "Pieces of a stream need no index and are left out. Whether the index is right is not checked.",
        rfc: "ISO/IEC 14496-12 §8.2.1",
        check: Check::Part(|p, _| damaged(p, DamageFlags::NO_INDEX) && !p.ends_with_the_mail()),
    },
    Entry {
        id: "content-ogg-mkv-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete Ogg sound, WebM or Matroska film",
        title_nl: "Onvolledige Ogg-opname, WebM- of Matroska-video",
        what: "An Ogg, WebM or Matroska file ends in the middle of a piece, although its part of the mail is complete.",
        why: "Its end is not played. It was broken at the sender, not on its way.",
        tell: "The recording is incomplete; it was so already when it was sent. Please ask the sender to check the \
            original and to send it again.",
        tell_nl: "De opname is onvolledig, en was dat al bij het versturen. Vraag de afzender om het origineel te \
            controleren en opnieuw te sturen.",
        fix: "The sender: send the file again, and check whether the original plays to its end.",
        misses: "A cut between two pages of an Ogg file, and recordings that name no size, as browsers make them. MP3, \
            AAC and FLAC don't tell how long they are.",
        rfc: "RFC 3533 §6; RFC 9559 §5.1, RFC 8794 §6.2",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Ogg, FileKind::Matroska])),
    },
    Entry {
        id: "content-tiff-offset",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete TIFF picture",
        title_nl: "Onvolledige TIFF-afbeelding",
        what: "A TIFF picture points to a place behind its own end, although its part of the mail is complete.",
        why: "It does not open, or pages of it are missing. It was broken at the sender, not on its way.",
        tell: "The picture or scan is incomplete; it was so already when it was sent. Please ask the sender to send \
            it again.",
        tell_nl: "De afbeelding of scan is onvolledig, en was dat al bij het versturen. Vraag de afzender om die \
            opnieuw te sturen.",
        fix: "The sender: scan or save it anew, and send it again.",
        misses: "Of each page, the directory, what belongs to it and the last strip are looked at, as far as they can be \
            read in one go. A file whose pages stand in another order may be cut without being noticed.",
        rfc: "TIFF 6.0, sections 2 and 15",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Tiff])),
    },
    Entry {
        id: "content-bmp-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "Incomplete BMP picture",
        title_nl: "Onvolledige BMP-afbeelding",
        what: "A BMP picture has fewer pixels than it says itself, although its part of the mail is complete.",
        why: "A part of it is black or missing, or it does not open. It was broken at the sender, not on its way.",
        tell: "The picture is incomplete; it was so already when it was sent. Please ask the sender to send it again, \
            best as PNG or JPEG.",
        tell_nl: "De afbeelding is onvolledig, en was dat al bij het versturen. Vraag de afzender om die opnieuw te \
            sturen, het liefst als PNG of JPEG.",
        fix: "The sender: save the picture anew, as PNG or JPEG, and send it again.",
        misses: "Compressed BMP pictures that do not say how many bytes they have.",
        rfc: "[MS-WMF] 2.2.2.9",
        check: Check::Part(|p, _| ends_early(p, &[FileKind::Bmp])),
    },
    Entry {
        id: "content-newline-damage",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "A file whose line ends were changed",
        title_nl: "Een bestand met veranderde regeleinden",
        what: "A picture, document or archive was treated as text: its line ends were changed, in all of the file.",
        why: "It does not open: such a file has no lines, and other bytes than before stand in it.",
        tell: "The file was damaged by a program that took it for text. Please ask the sender to pack it into an \
            archive (zip) and to send that.",
        tell_nl: "Het bestand is beschadigd door een programma dat het voor tekst aanzag. Vraag de afzender om het in \
            een zip-bestand te zetten en dat te sturen.",
        fix: "The sender's program, or the one that copied the file there (FTP in text mode, for example).",
        misses: "PNG shows it in its first bytes. Of other formats, only compressed ones are looked at, and at least \
            4 KiB are needed to be sure.",
        rfc: "ISO/IEC 15948 §5.2",
        check: Check::Part(|p, _| damaged(p, DamageFlags::NEWLINES)),
    },
    Entry {
        id: "content-utf8-mangled",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "A file that was turned into text",
        title_nl: "Een bestand dat in tekst is veranderd",
        what: "A picture, document or archive was read as text and written in another encoding (UTF-8).",
        why: "It does not open, and mostly cannot be repaired. Programs that send mail by themselves do this.",
        tell: "The sender's program destroyed the file while sending it. Please ask the sender for another way to get \
            it, and to tell the maker of the program.",
        tell_nl: "Het programma van de afzender heeft het bestand bij het versturen kapotgemaakt. Vraag de afzender om \
            het op een andere manier aan te leveren, en dit aan de maker van het programma te melden.",
        fix: "The sender's program: it must read files as binary.",
        misses: "Only files with a known mark, and only their first 4 KiB are looked at.",
        rfc: "RFC 3629 §3; Unicode 3.9, U+FFFD substitution",
        check: Check::Part(|p, _| damaged(p, DamageFlags::UTF8)),
    },
    Entry {
        id: "content-double-encoded",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Error,
        title: "A file that was encoded twice",
        title_nl: "Een bestand dat twee keer is gecodeerd",
        what: "What comes out of the mail's encoding is the base64 text of a file, and not the file.",
        why: "It does not open: programs decode once.",
        tell: "The sender's program packed the file twice, so it does not open. Please ask the sender to send it from \
            another program.",
        tell_nl: "Het programma van de afzender heeft het bestand twee keer ingepakt, daarom gaat het niet open. Vraag \
            de afzender om het met een ander programma te sturen.",
        fix: "The sender's program: it must encode once, or name the encoding it used.",
        misses: "Only PDF, ZIP, RAR, JPEG, PNG, GIF and old Office files inside. Files with the name or type of a text \
            are left out.",
        rfc: "RFC 2045 §6",
        check: Check::Part(|p, _| double_encoded(p)),
    },
    Entry {
        id: "content-trailing-data",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Info,
        title: "More behind the end of a picture or film",
        title_nl: "Meer achter het eind van een afbeelding of video",
        what: "More than 16 KiB stand behind the place where a picture, sound or film ends.",
        why: "Telephones put short films and depth pictures there. Viewers don't show it, and some programs lose it.",
        tell: "There is more in the file than the picture shows. If a part of it is missed, please ask the sender to \
            send that as a file of its own.",
        tell_nl: "Er zit meer in het bestand dan de afbeelding laat zien. Als daarvan iets wordt gemist, vraag de \
            afzender dan om dat als apart bestand te sturen.",
        fix: "Nobody.",
        misses: "What it is. Only PNG, JPEG, GIF, WebP, WAV, AVI, MP4, QuickTime, M4A and HEIC are looked at.",
        rfc: "ITU-T T.81 §B.1.1.3; ISO/IEC 15948 §5.6",
        check: Check::Part(|p, _| damaged(p, DamageFlags::TRAILING)),
    },
];

#[cfg(test)]
mod tests {
    use crate::catalogue::{Thresholds, diagnose};
    use crate::scan::{EnvelopeFacts, Limits, Scanner};

    /// A GIF without its end.
    const CUT: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D";

    fn found(mail: &[u8]) -> Vec<&'static str> {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        scanner.body(mail);
        diagnose(&scanner.finish(), &Thresholds::default()).iter().map(|f| f.entry.id).collect()
    }

    fn mail(encoding: &str, file: &[u8], end: &str) -> Vec<u8> {
        let top = format!(
            "From: a@example.org\nTo: b@example.org\nSubject: c\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\
             Message-ID: <1@example.org>\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhi\n--b\n\
             Content-Type: multipart/mixed; boundary=c\n\n--c\n\
             Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: {encoding}\n\n"
        );
        [top.as_bytes(), file, end.as_bytes()].concat()
    }

    #[test]
    fn base64_without_an_encoding_is_told_of_once() {
        let base64 = data_encoding::BASE64.encode(&[CUT, &[b';'; 40]].concat()).into_bytes();
        let twice = data_encoding::BASE64_MIME.encode(&base64).into_bytes();
        assert_eq!(found(&mail("7bit", &base64, "\n--c--\n--b--\n")), ["cte-identity-looks-base64"]);
        assert_eq!(found(&mail("base64", &twice, "\n--c--\n--b--\n")), ["content-double-encoded"]);
    }

    #[test]
    fn a_file_that_was_cut_with_the_mail_is_told_of_by_the_mail() {
        let base64 = |file: &[u8]| data_encoding::BASE64.encode(file).into_bytes();
        let file = base64(&CUT[..30]);
        assert_eq!(found(&mail("base64", &file, "\n--c--\n--b--\n")), ["content-gif-truncated"]);
        // The mail ends in the part: between two groups, where only the file shows it, and in one.
        assert_eq!(found(&mail("base64", &file, "\n")), ["mime-truncated"]);
        assert_eq!(found(&mail("base64", &file[..38], "")), ["cte-base64-truncated", "mime-truncated"]);
        // The container around it is closed, so it had ended before the mail did; or only that one is not.
        let expected = ["content-gif-truncated", "mime-boundary-unclosed"];
        assert_eq!(found(&mail("base64", &file, "\n--c--\n")), expected);
        assert_eq!(found(&mail("base64", &file, "\n--b--\n")), expected);
    }
}
