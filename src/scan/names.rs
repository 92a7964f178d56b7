//! The closed lists: media types, kinds of content, extensions, encodings, dispositions.

use super::closed::closed;
use super::field::is_name;

/// No name of a list that is looked up in is longer.
const LONGEST_NAME: usize = 80;
/// Places of a hash table over a list, several times what the longest list needs.
const PLACES: usize = 1024;
/// A place that holds no index.
const FREE: u8 = u8::MAX;

/// Where the search for a name begins, whatever its case (FNV-1a).
const fn place_of(name: &[u8]) -> usize {
    let mut hash = 0x811C_9DC5u32;
    let mut at = 0;
    while at < name.len() {
        hash = (hash ^ (name[at] | 0x20) as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash >> 8) as usize % PLACES
}

closed! {
    /// Content-Transfer-Encoding (RFC 2045 §6).
    pub enum Encoding {
        /// `7bit`, declared.
        SevenBit = "7bit",
        /// `8bit` (RFC 6152).
        EightBit = "8bit",
        /// `binary` (RFC 3030).
        Binary = "binary",
        /// `quoted-printable` (RFC 2045 §6.7).
        QuotedPrintable = "quoted-printable",
        /// `base64` (RFC 2045 §6.8).
        Base64 = "base64",
        /// `x-uuencode` and its spellings.
        Uuencode = "x-uuencode",
        /// No field: 7bit by default (RFC 2045 §6.1).
        Undeclared = "undeclared",
        /// A token that is not known: the content cannot be decoded (RFC 2045 §6.4).
        Unknown = "unknown",
    }
}

closed! {
    /// Content-Disposition (RFC 2183 §2).
    pub enum Disposition {
        /// No field.
        None = "none",
        /// `inline`.
        Inline = "inline",
        /// `attachment`.
        Attachment = "attachment",
        /// `form-data` (RFC 7578).
        FormData = "form-data",
        /// Another token, to be treated as an attachment (RFC 2183 §2.8).
        Other = "other",
    }
}

closed! {
    /// What declared, detected and named types are compared by: kinds of content that a program treats alike.
    pub enum Family {
        Text = "text",
        Html = "html",
        Xml = "xml",
        Calendar = "calendar",
        Pdf = "pdf",
        PostScript = "postscript",
        Rtf = "rtf",
        /// Compound File Binary: the office formats up to 2003, .msg, .msi.
        Ole = "ole",
        /// ZIP and all that is made of it.
        Zip = "zip",
        Rar = "rar",
        SevenZip = "7z",
        Gzip = "gzip",
        Tar = "tar",
        OtherArchive = "archive",
        Jpeg = "jpeg",
        Png = "png",
        Gif = "gif",
        Webp = "webp",
        Tiff = "tiff",
        Bmp = "bmp",
        Heif = "heif",
        OtherImage = "image",
        Audio = "audio",
        Video = "video",
        Font = "font",
        Executable = "executable",
        Script = "script",
        Tnef = "tnef",
        Message = "message",
        DiskImage = "disk-image",
        Data = "data",
        /// Nothing to compare.
        Any = "any",
    }
}

/// Declares a closed list each of whose members belongs to a [`Family`].
macro_rules! by_family {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal in $family:ident ),+ $(,)? }
    ) => {
        closed! { $(#[$meta])* pub enum $name { $( $(#[$vmeta])* $variant = $text ),+ } }
        impl $name {
            /// The family this member belongs to.
            pub const fn family(self) -> Family {
                match self { $( $name::$variant => Family::$family ),+ }
            }

            /// The member of this name, in any case; `None` for a name that is not on the list.
            #[allow(dead_code, reason = "not every list is looked up in by name")]
            fn lookup(name: &[u8]) -> Option<$name> {
                static TABLE: [u8; PLACES] = {
                    assert!($name::ALL.len() < FREE as usize);
                    let mut table = [FREE; PLACES];
                    let mut index = 0;
                    while index < $name::ALL.len() {
                        let mut place = place_of($name::ALL[index].name().as_bytes());
                        while table[place] != FREE {
                            place = (place + 1) % PLACES;
                        }
                        table[place] = index as u8;
                        index += 1;
                    }
                    table
                };
                let mut place = place_of(name);
                while TABLE[place] != FREE {
                    let member = $name::ALL[usize::from(TABLE[place])];
                    if is_name(name, member.name()) {
                        return Some(member);
                    }
                    place = (place + 1) % PLACES;
                }
                None
            }
        }
    };
}

closed! {
    /// Whether a file is encrypted, as far as its format tells without unpacking it.
    pub enum Encryption {
        /// It is not, or is of a kind that is not asked for it.
        No = "no",
        /// Some of what it holds is.
        Some = "some",
        /// All of it is.
        All = "all",
        /// It does not say where it can be seen.
        Unknown = "unknown",
    }
}

by_family! {
    /// The kind of content, by its own bytes.
    pub enum FileKind {
        /// No bytes at all.
        Empty = "empty" in Any,
        /// A container of parts, measured part by part.
        Multipart = "multipart" in Any,
        /// Binary content without a known magic.
        Unknown = "unknown" in Any,
        /// Text without a more special form.
        Text = "text" in Text,
        Html = "html" in Html,
        Xml = "xml" in Xml,
        Calendar = "icalendar" in Calendar,
        VCard = "vcard" in Text,
        /// A message with header lines.
        Message = "eml" in Message,
        Pdf = "pdf" in Pdf,
        PostScript = "postscript" in PostScript,
        Rtf = "rtf" in Rtf,
        /// Compound File Binary of a kind that could not be told.
        Ole = "ole" in Ole,
        Doc = "doc" in Ole,
        Xls = "xls" in Ole,
        Ppt = "ppt" in Ole,
        Msg = "msg" in Ole,
        Zip = "zip" in Zip,
        Docx = "docx" in Zip,
        Xlsx = "xlsx" in Zip,
        Pptx = "pptx" in Zip,
        Odt = "odt" in Zip,
        Ods = "ods" in Zip,
        Odp = "odp" in Zip,
        Epub = "epub" in Zip,
        Jar = "jar" in Executable,
        Apk = "apk" in Executable,
        Rar = "rar" in Rar,
        SevenZip = "7z" in SevenZip,
        Gzip = "gzip" in Gzip,
        Tar = "tar" in Tar,
        Bzip2 = "bzip2" in OtherArchive,
        Xz = "xz" in OtherArchive,
        Zstd = "zstd" in OtherArchive,
        Cab = "cab" in OtherArchive,
        Archive = "archive" in OtherArchive,
        Jpeg = "jpeg" in Jpeg,
        Png = "png" in Png,
        Gif = "gif" in Gif,
        Webp = "webp" in Webp,
        Tiff = "tiff" in Tiff,
        Bmp = "bmp" in Bmp,
        Heif = "heif" in Heif,
        Psd = "psd" in OtherImage,
        Icon = "ico" in OtherImage,
        Wmf = "wmf" in OtherImage,
        Emf = "emf" in OtherImage,
        Image = "image" in OtherImage,
        Svg = "svg" in Xml,
        Mp3 = "mp3" in Audio,
        Wav = "wav" in Audio,
        M4a = "m4a" in Audio,
        Ogg = "ogg" in Audio,
        Audio = "audio" in Audio,
        Mp4 = "mp4" in Video,
        Mov = "mov" in Video,
        Avi = "avi" in Video,
        /// WebM as well.
        Matroska = "matroska" in Video,
        Video = "video" in Video,
        Font = "font" in Font,
        Pe = "pe" in Executable,
        Elf = "elf" in Executable,
        MachO = "mach-o" in Executable,
        JavaClass = "java-class" in Executable,
        Wasm = "wasm" in Executable,
        Shortcut = "lnk" in Executable,
        OtherExecutable = "program" in Executable,
        /// `#!` and its like.
        Script = "script" in Script,
        Tnef = "tnef" in Tnef,
        Sqlite = "sqlite" in Data,
        Der = "der" in Data,
        /// An OOXML document with a password, inside a Compound File Binary ([MS-OFFCRYPTO] 2.3.4).
        EncryptedOoxml = "encrypted-ooxml" in Ole,
        /// ISO 9660, VHD or VHDX.
        DiskImage = "disk-image" in DiskImage,
    }
}

by_family! {
    /// The media type of Content-Type.
    pub enum MediaType {
        /// Not on this list.
        Other = "other" in Any,
        /// Another subtype of text.
        TextOther = "text/other" in Text,
        TextPlain = "text/plain" in Text,
        TextHtml = "text/html" in Html,
        TextCsv = "text/csv" in Text,
        TextCalendar = "text/calendar" in Calendar,
        TextVcard = "text/vcard" in Text,
        TextRtf = "text/rtf" in Rtf,
        TextXml = "text/xml" in Xml,
        TextMarkdown = "text/markdown" in Text,
        TextEnriched = "text/enriched" in Text,
        TextRfc822Headers = "text/rfc822-headers" in Text,
        MultipartOther = "multipart/other" in Any,
        MultipartMixed = "multipart/mixed" in Any,
        MultipartAlternative = "multipart/alternative" in Any,
        MultipartRelated = "multipart/related" in Any,
        MultipartDigest = "multipart/digest" in Any,
        MultipartParallel = "multipart/parallel" in Any,
        MultipartSigned = "multipart/signed" in Any,
        MultipartEncrypted = "multipart/encrypted" in Any,
        MultipartReport = "multipart/report" in Any,
        MultipartFormData = "multipart/form-data" in Any,
        MultipartAppledouble = "multipart/appledouble" in Any,
        MessageOther = "message/other" in Any,
        MessageRfc822 = "message/rfc822" in Message,
        MessageGlobal = "message/global" in Message,
        MessagePartial = "message/partial" in Any,
        MessageExternalBody = "message/external-body" in Any,
        MessageDeliveryStatus = "message/delivery-status" in Text,
        MessageDispositionNotification = "message/disposition-notification" in Text,
        MessageFeedbackReport = "message/feedback-report" in Text,
        ImageOther = "image/other" in OtherImage,
        ImageJpeg = "image/jpeg" in Jpeg,
        ImagePng = "image/png" in Png,
        ImageGif = "image/gif" in Gif,
        ImageWebp = "image/webp" in Webp,
        ImageTiff = "image/tiff" in Tiff,
        ImageBmp = "image/bmp" in Bmp,
        ImageHeic = "image/heic" in Heif,
        ImageSvg = "image/svg+xml" in Xml,
        AudioOther = "audio/other" in Audio,
        AudioMpeg = "audio/mpeg" in Audio,
        AudioWav = "audio/wav" in Audio,
        VideoOther = "video/other" in Video,
        VideoMp4 = "video/mp4" in Video,
        VideoQuicktime = "video/quicktime" in Video,
        FontOther = "font/other" in Font,
        ApplicationOther = "application/other" in Any,
        OctetStream = "application/octet-stream" in Any,
        Pdf = "application/pdf" in Pdf,
        PostScript = "application/postscript" in PostScript,
        Rtf = "application/rtf" in Rtf,
        MsWord = "application/msword" in Ole,
        MsExcel = "application/vnd.ms-excel" in Ole,
        MsPowerpoint = "application/vnd.ms-powerpoint" in Ole,
        MsOutlook = "application/vnd.ms-outlook" in Ole,
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document" in Zip,
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" in Zip,
        Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation" in Zip,
        Docm = "application/vnd.ms-word.document.macroenabled.12" in Zip,
        Xlsm = "application/vnd.ms-excel.sheet.macroenabled.12" in Zip,
        Odt = "application/vnd.oasis.opendocument.text" in Zip,
        Ods = "application/vnd.oasis.opendocument.spreadsheet" in Zip,
        Odp = "application/vnd.oasis.opendocument.presentation" in Zip,
        Epub = "application/epub+zip" in Zip,
        Zip = "application/zip" in Zip,
        Gzip = "application/gzip" in Gzip,
        Tar = "application/x-tar" in Tar,
        SevenZip = "application/x-7z-compressed" in SevenZip,
        Rar = "application/vnd.rar" in Rar,
        Json = "application/json" in Text,
        Xml = "application/xml" in Xml,
        Javascript = "application/javascript" in Text,
        Ics = "application/ics" in Calendar,
        Tnef = "application/ms-tnef" in Tnef,
        Executable = "application/x-msdownload" in Executable,
        Pkcs7Mime = "application/pkcs7-mime" in Any,
        Pkcs7Signature = "application/pkcs7-signature" in Any,
        PgpEncrypted = "application/pgp-encrypted" in Any,
        PgpSignature = "application/pgp-signature" in Any,
        PgpKeys = "application/pgp-keys" in Any,
        Rpmsg = "application/x-microsoft-rpmsg-message" in Any,
        Applefile = "application/applefile" in Any,
    }
}

by_family! {
    /// The last extension of a file name.
    pub enum Extension {
        /// No file name, or a name without extension.
        None = "none" in Any,
        /// Not on this list.
        Other = "other" in Any,
        /// One of [`Extension::PROGRAMS`].
        OtherProgram = "other-program" in Any,
        /// One of [`Extension::BLOCKED`].
        OtherBlocked = "other-blocked" in Any,
        Txt = "txt" in Text, Csv = "csv" in Text, Log = "log" in Text, Md = "md" in Text, Ini = "ini" in Text,
        Json = "json" in Text, Css = "css" in Text, Vcf = "vcf" in Text, Diff = "diff" in Text, Patch = "patch" in Text,
        Asc = "asc" in Any, Sig = "sig" in Any, P7s = "p7s" in Any, P7m = "p7m" in Any, Pem = "pem" in Text, Cer = "cer" in Any, Crt = "crt" in Any,
        Htm = "htm" in Html, Html = "html" in Html, Mht = "mht" in Message, Xml = "xml" in Xml, Svg = "svg" in Xml,
        Ics = "ics" in Calendar, Eml = "eml" in Message,
        Pdf = "pdf" in Pdf, Ps = "ps" in PostScript, Eps = "eps" in PostScript, Rtf = "rtf" in Rtf,
        Doc = "doc" in Ole, Xls = "xls" in Ole, Ppt = "ppt" in Ole, Pps = "pps" in Ole, Dot = "dot" in Ole, Xlt = "xlt" in Ole, Vsd = "vsd" in Ole,
        Pub = "pub" in Ole, Msg = "msg" in Ole, Mpp = "mpp" in Ole,
        Docx = "docx" in Zip, Xlsx = "xlsx" in Zip, Pptx = "pptx" in Zip, Ppsx = "ppsx" in Zip, Dotx = "dotx" in Zip, Xltx = "xltx" in Zip, Vsdx = "vsdx" in Zip,
        Docm = "docm" in Zip, Xlsm = "xlsm" in Zip, Pptm = "pptm" in Zip, Dotm = "dotm" in Zip, Xltm = "xltm" in Zip, Xlam = "xlam" in Zip, Xlsb = "xlsb" in Zip,
        Odt = "odt" in Zip, Ods = "ods" in Zip, Odp = "odp" in Zip, Odg = "odg" in Zip, Epub = "epub" in Zip, Xps = "xps" in Zip, Kmz = "kmz" in Zip,
        Pages = "pages" in Zip, Numbers = "numbers" in Zip, Key = "key" in Zip,
        Zip = "zip" in Zip, Rar = "rar" in Rar, SevenZ = "7z" in SevenZip, Gz = "gz" in Gzip, Tgz = "tgz" in Gzip, Tar = "tar" in Tar,
        Bz2 = "bz2" in OtherArchive, Xz = "xz" in OtherArchive, Zst = "zst" in OtherArchive, Cab = "cab" in OtherArchive, Arj = "arj" in OtherArchive,
        Lzh = "lzh" in OtherArchive, Ace = "ace" in OtherArchive,
        Jpg = "jpg" in Jpeg, Jpeg = "jpeg" in Jpeg, Jpe = "jpe" in Jpeg, Jfif = "jfif" in Jpeg, Png = "png" in Png, Gif = "gif" in Gif, Webp = "webp" in Webp,
        Tif = "tif" in Tiff, Tiff = "tiff" in Tiff, Bmp = "bmp" in Bmp, Heic = "heic" in Heif, Heif = "heif" in Heif, Avif = "avif" in Heif, Psd = "psd" in OtherImage,
        Ico = "ico" in OtherImage, Wmf = "wmf" in OtherImage, Emf = "emf" in OtherImage, Emz = "emz" in Any, Ai = "ai" in Any, Dwg = "dwg" in Any, Dxf = "dxf" in Any,
        Mp3 = "mp3" in Audio, Wav = "wav" in Audio, M4a = "m4a" in Audio, Ogg = "ogg" in Audio, Flac = "flac" in Audio, Amr = "amr" in Audio, Wma = "wma" in Any, Aac = "aac" in Audio,
        Mp4 = "mp4" in Video, M4v = "m4v" in Video, Mov = "mov" in Video, Avi = "avi" in Video, Wmv = "wmv" in Any, Mkv = "mkv" in Video, Webm = "webm" in Video, Mpg = "mpg" in Video,
        Mpeg = "mpeg" in Video, ThreeGp = "3gp" in Video, Flv = "flv" in Video,
        Ttf = "ttf" in Font, Otf = "otf" in Font, Woff = "woff" in Font,
        Exe = "exe" in Executable, Dll = "dll" in Executable, Com = "com" in Executable, Scr = "scr" in Executable, Pif = "pif" in Executable, Cpl = "cpl" in Executable,
        Msi = "msi" in Executable, Msp = "msp" in Executable, Lnk = "lnk" in Executable, Jar = "jar" in Executable, Apk = "apk" in Executable, App = "app" in Executable,
        Gadget = "gadget" in Executable, Msix = "msix" in Executable, Appx = "appx" in Executable, Deb = "deb" in Executable, Rpm = "rpm" in Executable,
        Bat = "bat" in Script, Cmd = "cmd" in Script, Vbs = "vbs" in Script, Vbe = "vbe" in Script, Js = "js" in Script, Jse = "jse" in Script, Wsf = "wsf" in Script,
        Wsh = "wsh" in Script, Ps1 = "ps1" in Script, Psm1 = "psm1" in Script, Hta = "hta" in Script, Reg = "reg" in Script, Sct = "sct" in Script, Chm = "chm" in Script,
        Inf = "inf" in Script, Scf = "scf" in Script, Sh = "sh" in Script, Py = "py" in Text, Pl = "pl" in Text, Php = "php" in Text,
        Url = "url" in Text, Webloc = "webloc" in Any, Desktop = "desktop" in Text, Gdoc = "gdoc" in Text, Gsheet = "gsheet" in Text, Gslides = "gslides" in Text,
        Iso = "iso" in DiskImage, Img = "img" in DiskImage, Vhd = "vhd" in DiskImage, Vhdx = "vhdx" in DiskImage, Dmg = "dmg" in DiskImage,
        Dat = "dat" in Any, Bin = "bin" in Any, Tmp = "tmp" in Any, Part = "part" in Any, Crdownload = "crdownload" in Any, Bak = "bak" in Any,
        Db = "db" in Any, Sqlite = "sqlite" in Data, Mdb = "mdb" in Any, Accdb = "accdb" in Any, Pst = "pst" in Any, Rpmsg = "rpmsg" in Any,
    }
}

impl FileKind {
    /// A ZIP, and what is made of it.
    pub fn is_zip(self) -> bool {
        self.family() == Family::Zip || matches!(self, FileKind::Jar | FileKind::Apk)
    }
}

impl MediaType {
    /// The media type of the name `type/subtype`, in any case, by all the names it goes by.
    pub(super) fn of(name: &[u8]) -> MediaType {
        let known = || {
            let name = name.get(..LONGEST_NAME).unwrap_or(name);
            MediaType::lookup(name).or_else(|| MediaType::alias(&name.to_ascii_lowercase()))
        };
        known().unwrap_or_else(|| {
            let kind = name.split(|b| *b == b'/').next().unwrap_or_default();
            let is = |name: &str| kind.eq_ignore_ascii_case(name.as_bytes());
            match () {
                () if is("text") => MediaType::TextOther,
                () if is("multipart") => MediaType::MultipartOther,
                () if is("message") => MediaType::MessageOther,
                () if is("image") => MediaType::ImageOther,
                () if is("audio") => MediaType::AudioOther,
                () if is("video") => MediaType::VideoOther,
                () if is("font") => MediaType::FontOther,
                () if is("application") => MediaType::ApplicationOther,
                () => MediaType::Other,
            }
        })
    }

    /// Older and wrong names that mean the same.
    fn alias(name: &[u8]) -> Option<MediaType> {
        Some(match name {
            b"image/jpg" | b"image/pjpeg" => MediaType::ImageJpeg,
            b"image/x-png" => MediaType::ImagePng,
            b"image/heif" => MediaType::ImageHeic,
            b"image/tif" => MediaType::ImageTiff,
            b"image/x-ms-bmp" => MediaType::ImageBmp,
            b"audio/mp3" | b"audio/x-mpeg" => MediaType::AudioMpeg,
            b"audio/x-wav" | b"audio/wave" | b"audio/vnd.wave" => MediaType::AudioWav,
            b"application/x-pdf" => MediaType::Pdf,
            b"application/x-zip-compressed" | b"application/x-zip" => MediaType::Zip,
            b"application/x-gzip" | b"application/x-gtar" => MediaType::Gzip,
            b"application/x-rar-compressed" | b"application/x-rar" => MediaType::Rar,
            b"application/vnd.ms-tnef" | b"application/x-tnef" => MediaType::Tnef,
            b"application/x-msdos-program"
            | b"application/x-dosexec"
            | b"application/x-executable"
            | b"application/vnd.microsoft.portable-executable" => MediaType::Executable,
            b"application/x-pkcs7-mime" => MediaType::Pkcs7Mime,
            b"application/x-pkcs7-signature" => MediaType::Pkcs7Signature,
            b"application/excel" | b"application/x-excel" | b"application/x-msexcel" => MediaType::MsExcel,
            b"application/mspowerpoint" | b"application/x-mspowerpoint" => MediaType::MsPowerpoint,
            b"application/x-rtf" => MediaType::Rtf,
            b"text/x-vcard" | b"text/directory" => MediaType::TextVcard,
            b"text/x-vcalendar" | b"text/ics" => MediaType::TextCalendar,
            b"application/x-javascript" | b"text/javascript" => MediaType::Javascript,
            b"text/x-csv" | b"text/comma-separated-values" => MediaType::TextCsv,
            _ => return None,
        })
    }

    /// A multipart, of any subtype (RFC 2046 §5.1).
    pub const fn is_multipart(self) -> bool {
        use MediaType::*;
        matches!(
            self,
            MultipartOther
                | MultipartMixed
                | MultipartAlternative
                | MultipartRelated
                | MultipartDigest
                | MultipartParallel
                | MultipartSigned
                | MultipartEncrypted
                | MultipartReport
                | MultipartFormData
                | MultipartAppledouble
        )
    }

    /// A whole message (RFC 2046 §5.2.1, RFC 6532 §3.7).
    pub const fn is_message(self) -> bool {
        matches!(self, MediaType::MessageRfc822 | MediaType::MessageGlobal)
    }

    /// Text of any subtype.
    pub const fn is_text(self) -> bool {
        use MediaType::*;
        matches!(
            self,
            TextOther
                | TextPlain
                | TextHtml
                | TextCsv
                | TextCalendar
                | TextVcard
                | TextRtf
                | TextXml
                | TextMarkdown
                | TextEnriched
                | TextRfc822Headers
        )
    }

    /// An image of any subtype.
    pub const fn is_image(self) -> bool {
        use MediaType::*;
        matches!(
            self,
            ImageOther | ImageJpeg | ImagePng | ImageGif | ImageWebp | ImageTiff | ImageBmp | ImageHeic | ImageSvg
        )
    }

    /// Parts that mail programs make for each other: signatures, reports, keys to what is encrypted.
    pub const fn is_machinery(self) -> bool {
        use MediaType::*;
        matches!(
            self,
            Pkcs7Signature
                | PgpSignature
                | PgpEncrypted
                | MessageDeliveryStatus
                | MessageDispositionNotification
                | MessageFeedbackReport
                | TextRfc822Headers
                | Applefile
        )
    }
}

impl Extension {
    /// Programs and scripts that are rare in mail, in their order; Gmail blocks most of them, Outlook all.
    #[rustfmt::skip]
    const PROGRAMS: &[&str] = &[
        "ade", "adp", "application", "appref-ms", "appxbundle", "diagcab", "diagcfg", "diagpkg", "ex", "ex_",
        "ins", "isp", "jnlp", "lib", "library-ms", "mde", "mjs", "msc", "msixbundle", "mst", "msu", "nsh",
        "ps1xml", "ps2", "ps2xml", "psc1", "psc2", "psd1", "psdm1", "search-ms", "settingcontent-ms", "shb",
        "shs", "sys", "vb", "vxd", "ws", "wsb", "wsc", "xbap", "xll",
    ];
    /// Files that are no programs of their own, and that Outlook blocks all the same; in their order as well.
    #[rustfmt::skip]
    const BLOCKED: &[&str] = &[
        "asp", "aspx", "asx", "bas", "cnt", "csh", "der", "fxp", "grp", "hlp", "hpj", "htc", "its", "ksh",
        "mad", "maf", "mag", "mam", "maq", "mar", "mas", "mat", "mau", "mav", "maw", "mcf", "mda", "mdt", "mdw",
        "mdz", "msh", "ops", "osd", "pcd", "plg", "prf", "prg", "printerexport", "pyc", "pyo", "pyw", "pyz",
        "pyzw", "theme", "udl", "vbp", "vsmacros", "vsw", "webpnp", "website", "xnk",
    ];

    /// The extension of this name, in any case.
    pub(super) fn of(name: &[u8]) -> Extension {
        let lower = || name.iter().map(u8::to_ascii_lowercase);
        let on = |list: &[&str]| list.binary_search_by(|known| known.bytes().cmp(lower())).is_ok();
        match Extension::lookup(name) {
            // The members that stand for others are not to be had by writing their names.
            None | Some(Extension::None | Extension::OtherProgram | Extension::OtherBlocked) => match () {
                () if on(Extension::PROGRAMS) => Extension::OtherProgram,
                () if on(Extension::BLOCKED) => Extension::OtherBlocked,
                () => Extension::Other,
            },
            Some(extension) => extension,
        }
    }

    /// A program or script that Outlook ("Level 1") or Gmail block by its name; a CAB is what programs come in.
    pub const fn runs(self) -> bool {
        (matches!(self.family(), Family::Executable | Family::Script)
            && !matches!(self, Extension::Deb | Extension::Rpm | Extension::Sh))
            || matches!(self, Extension::OtherProgram | Extension::Cab)
    }

    /// No program, but blocked by Outlook ("Level 1") by its name.
    pub const fn is_blocked(self) -> bool {
        use Extension::{Cer, Crt, Mdb, OtherBlocked, Pl, Pst, Py, Url};
        matches!(self, OtherBlocked | Cer | Crt | Mdb | Pl | Pst | Py | Url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_by_alias() {
        assert_eq!(MediaType::of(b"Text/HTML"), MediaType::TextHtml);
        assert_eq!(MediaType::of(b"image/jpg"), MediaType::ImageJpeg);
        assert_eq!(MediaType::of(b"image/x-secret-name"), MediaType::ImageOther);
        assert_eq!(MediaType::of(b"secret/name"), MediaType::Other);
        assert_eq!(MediaType::of(&[b"application/", &[b'x'; 200][..]].concat()), MediaType::ApplicationOther);
        assert_eq!(Extension::of(b"PdF"), Extension::Pdf);
        assert_eq!(Extension::of(b"none"), Extension::Other);
        assert_eq!(Extension::of(b"geheim"), Extension::Other);
        assert_eq!(Extension::of(b"XLL"), Extension::OtherProgram);
        assert_eq!(Extension::of(b"theme"), Extension::OtherBlocked);
        assert_eq!(Extension::of(b"other-program"), Extension::Other);
    }

    #[test]
    fn rare_extensions_stand_on_no_other_list() {
        assert!(Extension::PROGRAMS.is_sorted() && Extension::BLOCKED.is_sorted());
        let mut rare = [Extension::PROGRAMS, Extension::BLOCKED].concat();
        assert!(rare.iter().all(|name| Extension::lookup(name.as_bytes()).is_none()));
        let count = rare.len();
        rare.sort_unstable();
        rare.dedup();
        assert_eq!(rare.len(), count);
    }

    #[test]
    fn no_name_stands_twice_on_a_list() {
        for names in [
            MediaType::ALL.iter().map(|m| m.name()).collect::<Vec<_>>(),
            FileKind::ALL.iter().map(|m| m.name()).collect(),
            Extension::ALL.iter().map(|m| m.name()).collect(),
            Family::ALL.iter().map(|m| m.name()).collect(),
        ] {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), names.len());
            assert!(names.iter().all(|n| n.len() <= LONGEST_NAME));
        }
    }
}
