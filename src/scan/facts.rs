//! What is known about a mail after it has passed: numbers, flags and names from closed lists.
//!
//! Nothing here can hold a word of the mail. [`ContentFree`] is sealed and implemented for numbers, flags and closed
//! lists only, and [`facts!`] refuses to compile a field of any other type. So a leak is not a bug to hunt: it has no place to live.

use super::charset::Charset;
use super::names::{Disposition, Encoding, Encryption, Extension, FileKind, MediaType};
use bitflags::bitflags;
use serde::{Deserialize, Serialize};

pub(crate) mod sealed {
    /// Only this crate decides what is free of content.
    pub trait Sealed {}
}

/// A type that cannot hold content of a mail.
pub trait ContentFree: sealed::Sealed {}

macro_rules! content_free {
    ($($t:ty),+ $(,)?) => { $( impl sealed::Sealed for $t {} impl ContentFree for $t {} )+ };
}
content_free!(bool, u8, u16, u32, u64, i64);
impl<T: ContentFree> sealed::Sealed for Option<T> {}
impl<T: ContentFree> ContentFree for Option<T> {}
impl<T: ContentFree> sealed::Sealed for Vec<T> {}
impl<T: ContentFree> ContentFree for Vec<T> {}

/// Declares a struct each of whose fields must be [`ContentFree`]; the struct is then content-free itself.
macro_rules! facts {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$fmeta:meta])* pub $field:ident : $ty:ty ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $( $(#[$fmeta])* pub $field: $ty ),+ }
        impl $crate::scan::facts::sealed::Sealed for $name {}
        impl $crate::scan::facts::ContentFree for $name {}
        const _: () = { use $crate::scan::facts::ContentFree; const fn content_free<T: ContentFree>() {} $( content_free::<$ty>(); )+ };
    };
}
pub(crate) use facts;

macro_rules! flags {
    ($( $(#[$meta:meta])* pub struct $name:ident: $ty:ty { $( $(#[doc = $fdoc:literal])* const $flag:ident = $bit:literal; )+ } )+) => {
        $(
            bitflags! {
                $(#[$meta])*
                #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
                pub struct $name: $ty { $( $(#[doc = $fdoc])* const $flag = 1 << $bit; )+ }
            }
            content_free!($name);
        )+
    };
}

facts! {
    /// One mail.
    #[derive(Default)]
    pub struct Facts {
        /// What the MTA told about the transaction.
        pub envelope: EnvelopeFacts,
        /// Bytes of the message as SMTP carries it: every line end counts as CRLF. Header, separating line and body.
        pub wire_bytes: u64,
        /// Bytes of the header block with the line that ends it, as SMTP carries them.
        pub header_bytes: u64,
        /// Bytes after the header block, as SMTP carries them.
        pub body_bytes: u64,
        /// The header block of the message itself.
        pub header: HeaderFacts,
        /// Facts per part in the order of their beginning; the first is the message's own body. At most [`Limits::parts`](super::Limits::parts).
        pub parts: Vec<Part>,
        /// All parts seen, with those beyond the bound.
        pub parts_total: u64,
        /// The deepest level followed; the message's own body has level 0.
        pub depth: u32,
        /// Attachments among `parts`, as [`Part::attachment`] says; those of an attached message count as that message.
        pub attachments: u32,
        /// Decoded bytes of all attachments.
        pub attachment_bytes: u64,
        /// Attachments that repeat an earlier one of this mail.
        pub repeated_attachments: u32,
        /// What holds for the message as a whole.
        pub flags: MessageFlags,
        /// The bounds that were reached. With any of them, counts are lower bounds.
        pub limits: LimitFlags,
    }
}

facts! {
    /// What the MTA told about the transaction, as far as facts need it.
    #[derive(Default)]
    pub struct EnvelopeFacts {
        /// `SIZE=` of the MAIL command (RFC 1870 §6), in bytes.
        pub declared_size: Option<u64>,
        /// `SMTPUTF8` was given (RFC 6531): raw UTF-8 in headers is allowed.
        pub smtputf8: bool,
        /// The session broke off after DATA and before the end of the message.
        pub aborted: bool,
        /// Seconds since the epoch when the mail arrived, by our clock; `None` for a file.
        pub arrival: Option<i64>,
        /// The servers of some recipients take less than this mail has; `None` where none is known to.
        pub destination: Option<DestinationFacts>,
    }
}

facts! {
    /// Recipients whose servers do not take a mail of this size, as far as their limits are known.
    #[derive(Copy, Serialize, Deserialize)]
    pub struct DestinationFacts {
        /// The smallest of their limits, in bytes on the wire.
        pub limit: u64,
        /// How many recipients they are.
        pub recipients: u32,
    }
}

facts! {
    /// A header block, of the message itself.
    #[derive(Default)]
    pub struct HeaderFacts {
        /// Header fields, counted beyond the bound.
        pub fields: u32,
        /// `Received` fields.
        pub received: u32,
        /// `Received` fields by one server for one recipient, of the pair that comes most often.
        pub repeated_hops: u32,
        /// The largest step, in seconds, by which a server's stamp is before that of the server it had the mail from.
        pub clock_step_back: u32,
        /// The longest physical line, in bytes without its line end (RFC 5322 §2.1.1).
        pub longest_line: u32,
        /// The largest field, in bytes.
        pub largest_field: u32,
        /// Fields that were there.
        pub seen: Fields,
        /// Fields that were there more than once.
        pub repeated: Fields,
        /// Fields that were there without a value.
        pub empty: Fields,
        /// `X-Mailgauge` fields that came from outside.
        pub forged_tags: u32,
        /// Seconds by which `Date` is ahead of our clock (negative: behind), where both are known.
        pub date_ahead: Option<i64>,
        /// What is wrong with single fields.
        pub flags: HeaderFlags,
        /// What is wrong with addresses.
        pub addresses: AddressFlags,
    }
}

facts! {
    /// One MIME part (RFC 2045 §2.5: "entity"), multipart containers and attached messages included.
    pub struct Part {
        /// The index of the part this one is inside of; `None` for the message's own body.
        pub parent: Option<u16>,
        /// The level of nesting; 0 for the message's own body.
        pub depth: u8,
        /// The media type of Content-Type, or the default of RFC 2045 §5.2.
        pub declared: MediaType,
        /// The kind of content, by its first bytes.
        pub detected: FileKind,
        /// The last extension of the file name.
        pub extension: Extension,
        /// The transfer encoding.
        pub encoding: Encoding,
        /// The character set that Content-Type declares.
        pub charset: Charset,
        /// The disposition (RFC 2183).
        pub disposition: Disposition,
        /// Whether people would call it an attachment: marked as one, named, or neither text nor a picture inside the text.
        pub attachment: bool,
        /// Bytes of the part's header block.
        pub header_bytes: u32,
        /// Bytes of the part's body as SMTP carries it.
        pub encoded_bytes: u64,
        /// Bytes of the part after its transfer encoding is undone, line ends as they came.
        pub decoded_bytes: u64,
        /// Bytes of `data:` URIs in an HTML part.
        pub data_uri_bytes: u64,
        /// The file name.
        pub name: NameFlags,
        /// Transfer encoding and lines.
        pub coding: CodingFlags,
        /// The beginning of a text.
        pub text: TextFlags,
        /// Header and place in the structure.
        pub structure: StructureFlags,
        /// What programs read in different ways.
        pub ambiguity: AmbiguityFlags,
        /// The decoded content.
        pub content: ContentFlags,
        /// How the file is damaged.
        pub damage: DamageFlags,
        /// Whether the file is encrypted.
        pub encryption: Encryption,
        /// What the file says that is in it.
        pub holds: HoldsFlags,
    }
}

flags! {
    /// Header fields that are told apart.
    pub struct Fields: u32 {
        const FROM = 0;
        const SENDER = 1;
        const REPLY_TO = 2;
        const TO = 3;
        const CC = 4;
        const BCC = 5;
        const DATE = 6;
        const MESSAGE_ID = 7;
        const IN_REPLY_TO = 8;
        const REFERENCES = 9;
        const SUBJECT = 10;
        const MIME_VERSION = 11;
        const CONTENT_TYPE = 12;
        const CONTENT_TRANSFER_ENCODING = 13;
        const CONTENT_DISPOSITION = 14;
        const CONTENT_ID = 15;
        const CONTENT_LOCATION = 16;
        /// Any other `Content-` field.
        const CONTENT_OTHER = 17;
    }

    /// What is wrong in the message's own header block.
    pub struct HeaderFlags: u32 {
        /// Bytes above 0x7F that are valid UTF-8.
        const RAW_UTF8 = 0;
        /// Bytes above 0x7F that are not valid UTF-8.
        const RAW_8BIT = 1;
        /// C0 controls other than TAB, or DEL, in a value.
        const CONTROL = 2;
        /// A CR that does not end a line (RFC 5322 §2.2).
        const BARE_CR = 3;
        /// A continuation line of blanks only (RFC 5322 §3.2.2).
        const BLANK_FOLD = 4;
        /// A field name with bytes outside 33 to 126 (RFC 5322 §2.2), or an empty one.
        const BAD_NAME = 5;
        /// A line that is neither a field nor a continuation.
        const BAD_LINE = 6;
        /// The block ended at a line that is not a header line, and the body begins with more header lines.
        const ENDED_EARLY = 7;
        /// `Date` can be read by neither RFC 5322 §3.3 nor §4.3.
        const DATE_INVALID = 8;
        /// An encoded word that cannot be decoded (RFC 2047 §2).
        const ENCODED_WORD_BAD = 9;
        /// MIME-Version is something else than 1.0 (RFC 2045 §4).
        const MIME_VERSION_BAD = 10;
        /// An `X-Mailbox-Line` field: what Postfix makes of a first line `From `, which belongs into mailboxes only.
        const MBOX_FROM = 11;
        /// An encoded word in a charset that is not known.
        const ENCODED_WORD_CHARSET = 12;
        /// An encoded word of more than 75 characters (RFC 2047 §2).
        const ENCODED_WORD_LONG = 13;
        /// A character begins in one encoded word and ends in the next (RFC 2047 §5).
        const ENCODED_WORD_SPLIT = 14;
        /// Message-ID is not one identifier in angle brackets (RFC 5322 §3.6.4).
        const MESSAGE_ID_BAD = 15;
        /// `Date` has a zone that there cannot be (RFC 5322 §3.3).
        const DATE_ZONE_BAD = 16;
        /// Blanks before the colon (RFC 5322 §4.5).
        const SPACE_BEFORE_COLON = 17;
        /// The block begins with a continuation line.
        const CONTINUES_NOTHING = 18;
        /// Sent by a program or a list: `Auto-Submitted` (RFC 3834 §5) or `Precedence`.
        const AUTOMATIC = 19;
    }

    /// What is wrong with the addresses of From, Sender, Reply-To, To, Cc and Bcc (RFC 5322 §3.4).
    pub struct AddressFlags: u16 {
        /// An address cannot be read for sure.
        const MALFORMED = 0;
        /// Before an address in angle brackets stands what would have to be quoted: `@`, a bracket, a backslash.
        const NAME_UNQUOTED = 1;
        /// From has more than one address.
        const SEVERAL_FROM = 2;
        /// Bytes above 0x7F inside an address, valid UTF-8 (RFC 6532 §3.2).
        const RAW_UTF8 = 3;
        /// Bytes above 0x7F inside an address, not valid UTF-8.
        const RAW_8BIT = 4;
        /// A local part of more than 64 bytes, or a domain of more than 255 (RFC 5321 §4.5.3.1).
        const TOO_LONG = 5;
        /// An encoded word in an address or instead of one (RFC 2047 §5).
        const ENCODED_WORD = 6;
        /// An encoded word in a quoted string (RFC 2047 §5).
        const QUOTED_WORD = 7;
        /// A single word where an address should be.
        const NO_DOMAIN = 8;
    }

    /// The beginning of a text that is shown, its transfer encoding undone: at most the first 8 KiB.
    pub struct TextFlags: u8 {
        /// Bytes above 0x7F.
        const NON_ASCII = 0;
        /// They are not valid UTF-8.
        const NOT_UTF8 = 1;
        /// With bytes above 0x7F, the text names a charset itself, as HTML does.
        const SAYS_CHARSET = 2;
    }

    /// What holds for the message as a whole.
    pub struct MessageFlags: u8 {
        /// It ends inside a part: a boundary is open and the last part's encoding is incomplete, or it ends inside a part's header.
        const TRUNCATED = 0;
    }

    /// The bounds that were reached.
    pub struct LimitFlags: u16 {
        /// [`Limits::depth`](super::Limits::depth).
        const DEPTH = 0;
        /// [`Limits::parts`](super::Limits::parts).
        const PARTS = 1;
        /// [`Limits::header_fields`](super::Limits::header_fields).
        const HEADER_FIELDS = 2;
        /// [`Limits::FIELD_BYTES`](super::Limits::FIELD_BYTES).
        const FIELD_BYTES = 3;
        /// [`Limits::BOUNDARY_BYTES`](super::Limits::BOUNDARY_BYTES).
        const BOUNDARY = 4;
        /// [`Limits::PARAMETERS`](super::Limits::PARAMETERS).
        const PARAMETERS = 5;
        /// [`Limits::ENCODED_WORDS`](super::Limits::ENCODED_WORDS).
        const ENCODED_WORDS = 6;
        /// [`Limits::COMMENT_DEPTH`](super::Limits::COMMENT_DEPTH).
        const COMMENTS = 7;
        /// [`Limits::ENCODED_LAYERS`](super::Limits::ENCODED_LAYERS).
        const LAYERS = 8;
    }

    /// The file name of a part: `filename`, `filename*`, `name`, `name*` (RFC 2183 §2.3, RFC 2231).
    pub struct NameFlags: u32 {
        /// There is a name.
        const PRESENT = 0;
        /// The name has no extension.
        const NO_EXTENSION = 1;
        /// A document's extension before a program's, or blanks that push the real one out of sight.
        const DOUBLE_EXTENSION = 2;
        /// Directional overrides (U+202D, U+202E).
        const BIDI_CONTROL = 3;
        /// Control characters.
        const CONTROL = 4;
        /// `/`, `\`, or a drive letter.
        const PATH = 5;
        /// More than 255 bytes of UTF-8.
        const TOO_LONG = 6;
        /// Bytes above 0x7F that are valid UTF-8, undeclared (RFC 2045 §5.1).
        const RAW_UTF8 = 7;
        /// Bytes above 0x7F that are not valid UTF-8.
        const RAW_8BIT = 8;
        /// An encoded word inside a parameter (RFC 2047 §5 forbids it), which decodes.
        const ENCODED_WORD = 9;
        /// An encoded word that does not decode.
        const ENCODED_WORD_BAD = 10;
        /// Bad `%XX`, no charset, gaps or doubles in the pieces (RFC 2231 §3, §4).
        const RFC2231_BAD = 11;
        /// `filename` or `name` twice in one field.
        const DUPLICATE = 12;
        /// A blank or another character that cuts it in an unquoted value (RFC 2045 §5.1).
        const UNQUOTED_SPECIAL = 13;
        /// A quoted string without its end.
        const UNTERMINATED = 14;
        /// The lock or temporary file of a program (`~$`, `.tmp`, `Thumbs.db`...).
        const TEMPORARY = 15;
        /// Content-Disposition and Content-Type, or `filename` and `filename*`, give names with different extensions, both of
        /// which have one.
        const CONFLICT = 16;
        /// The name of a winmail.dat.
        const WINMAIL = 17;
        /// The name of one piece of a file that was split (`.001`, `.z01`, `.r00`, `.part1.rar`).
        const PIECE = 18;
        /// A charset that is not known, or bytes that are none of its characters (RFC 2231 §4, RFC 2047 §2).
        const CHARSET_UNKNOWN = 19;
        /// Characters that are not seen and have no effect on those that are.
        const INVISIBLE = 20;
        /// A letter and its accent apart, where there is one character of both (Unicode TR 15: not NFC).
        const NOT_NFC = 21;
        /// It is given in the ways of RFC 2231 alone.
        const RFC2231_ONLY = 22;
        /// A dot or blank at its end.
        const TRAILING = 23;
        /// The name of a device, or a character that Windows does not allow in names.
        const RESERVED = 24;
        /// An earlier attachment of the mail has the same name.
        const REPEATED = 25;
    }

    /// Transfer encoding and lines of a part's body.
    pub struct CodingFlags: u32 {
        /// base64: characters outside the alphabet other than line ends and blanks (RFC 2045 §6.8).
        const BASE64_INVALID = 0;
        /// base64: the padding is missing or wrong.
        const BASE64_PADDING = 1;
        /// base64: one character is left over; at least one was lost.
        const BASE64_LENGTH = 2;
        /// base64: more of the alphabet after the padding.
        const BASE64_AFTER_PADDING = 3;
        /// base64: the data is plain text that was never encoded.
        const BASE64_IS_PLAIN = 4;
        /// base64: lines of more than 76 characters.
        const BASE64_LONG_LINES = 5;
        /// base64: the last group is incomplete, unpadded, and the mail ends here without the closing boundary.
        const BASE64_CUT = 6;
        /// quoted-printable: `=` before something else than two hex digits or a line end (RFC 2045 §6.7 rule 1).
        const QP_INVALID = 7;
        /// quoted-printable: the body ends in `=`.
        const QP_DANGLING = 8;
        /// Bytes above 0x7F under `7bit` or without a declared encoding.
        const UNDECLARED_8BIT = 9;
        /// NUL in a body that is not binary.
        const NUL = 10;
        /// A CR that does not end a line.
        const BARE_CR = 11;
        /// A line of more than 998 bytes (RFC 5322 §2.1.1).
        const LONG_LINE = 12;
        /// A plausible uuencoded file inside text.
        const UUENCODE = 13;
        /// The Content-Transfer-Encoding has a token and something else after it.
        const CTE_MALFORMED = 14;
        /// An encoding other than 7bit, 8bit or binary on a composite type (RFC 2045 §6.4).
        const COMPOSITE_ENCODED = 15;
        /// base64: a foreign character or `=` stands between data.
        const BASE64_INTERRUPTED = 16;
        /// base64: more groups follow complete padding, and nothing that base64 does not have is among them.
        const BASE64_CONCATENATED = 17;
        /// base64: lines of one length that hold no whole groups.
        const BASE64_UNEVEN = 18;
        /// base64: lines of different lengths that hold no whole groups.
        const BASE64_IRREGULAR = 19;
        /// quoted-printable: blanks between `=` and the line end (RFC 2045 §6.7 rule 3).
        const QP_PADDED_BREAK = 20;
        /// quoted-printable: a lower-case hex digit (RFC 2045 §6.7 rule 1).
        const QP_LOWERCASE = 21;
        /// quoted-printable: bytes above 0x7F, or controls below TAB (RFC 2045 §6.7 rule 2).
        const QP_RAW = 22;
        /// quoted-printable: a blank at a line's end (RFC 2045 §6.7 rule 3).
        const QP_TRAILING_BLANK = 23;
        /// quoted-printable: lines of more than 76 characters (RFC 2045 §6.7 rule 5).
        const QP_LONG_LINES = 24;
        /// No encoding is declared that hides content, but the content is a file in base64.
        const LOOKS_BASE64 = 25;
        /// A yEnc block inside text.
        const YENC = 26;
        /// A BinHex file inside text (RFC 1741).
        const BINHEX = 27;
        /// Lines that end in a LF alone, in a mail that begins with CRLF (RFC 5321 §2.3.8).
        const MIXED_LINE_ENDS = 28;
    }

    /// Header of a part and its place in the structure.
    pub struct StructureFlags: u32 {
        /// Content-Type cannot be read as type/subtype (RFC 2045 §5.1).
        const TYPE_MALFORMED = 0;
        /// There is no Content-Type.
        const TYPE_MISSING = 1;
        /// A multipart without a boundary parameter, or with an empty one (RFC 2046 §5.1.1).
        const BOUNDARY_MISSING = 2;
        /// The declared boundary never came.
        const BOUNDARY_NOT_FOUND = 3;
        /// The close-delimiter never came.
        const BOUNDARY_UNCLOSED = 4;
        /// Over 70 characters.
        const BOUNDARY_LONG = 5;
        /// A multipart without a part.
        const EMPTY = 6;
        /// Content-Type, Content-Transfer-Encoding or Content-Disposition more than once in the part's header.
        const DUPLICATE_FIELD = 7;
        /// A line of the part's header that is neither a field nor a continuation.
        const BAD_LINE = 8;
        /// The mail ends, or a delimiter comes, before the part's header does.
        const HEADER_OPEN = 9;
        /// Directly inside multipart/alternative.
        const IN_ALTERNATIVE = 10;
        /// Inside multipart/related and not its first part.
        const IN_RELATED = 11;
        /// It has a Content-ID or Content-Location.
        const REFERENCED = 12;
        /// Inside an attached message.
        const IN_MESSAGE = 13;
        /// Delimiter lines after the close-delimiter.
        const AFTER_CLOSE = 14;
        /// The boundary has characters that boundaries must not have (RFC 2046 §5.1.1), and that programs take all the same.
        const BOUNDARY_BAD_CHARS = 15;
        /// Its boundary begins like the one of a container around it, or the other way round (RFC 2046 §5.1.2).
        const BOUNDARY_PREFIX = 16;
        /// More than 2 KiB before the first delimiter.
        const PREAMBLE_LARGE = 17;
        /// More than 2 KiB behind the close-delimiter.
        const EPILOGUE_LARGE = 18;
        /// A plain text behind an HTML part of a multipart/alternative (RFC 2046 §5.1.4).
        const PLAIN_AFTER_HTML = 19;
        /// A multipart/signed with another number of parts than two (RFC 1847 §2.1).
        const SIGNED_PARTS = 20;
        /// No part has the Content-ID that the `start` parameter names (RFC 2387 §3.2).
        const START_MISSING = 21;
        /// Content-Disposition has no type, or something that is no parameter (RFC 2183 §2).
        const DISPOSITION_MALFORMED = 22;
    }

    /// What programs read in different ways, so that a filter may see other parts than the recipient.
    pub struct AmbiguityFlags: u32 {
        /// Content-Type twice, with different values.
        const DUPLICATE_TYPE = 0;
        /// Content-Transfer-Encoding twice, with different values.
        const DUPLICATE_ENCODING = 1;
        /// Content-Disposition twice, with different values.
        const DUPLICATE_DISPOSITION = 2;
        /// Several values where one belongs, or a quoted one where a token belongs.
        const MULTIPLE_VALUES = 3;
        /// A parameter twice, with different values; a boundary twice with any.
        const DUPLICATE_PARAMETER = 4;
        /// Blanks or bytes that are not visible before, in or behind the name of a MIME field.
        const FIELD_NAME_SPACING = 5;
        /// NUL in a MIME field.
        const NUL = 6;
        /// The name of an encoding that hides content, with something before, in or behind it.
        const ENCODING_JUNK = 7;
        /// A MIME field inside the value of another, a value that repeats itself, or a field without a name.
        const FIELD_OVERLAP = 8;
        /// A MIME field folded where programs differ, or by a CR alone.
        const FOLDING = 9;
        /// Lines of the header that end in something else than the others.
        const LINE_BREAK = 10;
        /// The header block does not end in an empty line, or the body begins with more MIME fields.
        const HEADER_END = 11;
        /// Quotes or backslashes in or around the boundary that programs undo differently.
        const BOUNDARY_QUOTING = 12;
        /// Characters in or around the boundary at which programs cut it differently.
        const BOUNDARY_CHARS = 13;
        /// There is a boundary parameter, but nothing in it.
        const BOUNDARY_EMPTY = 14;
        /// The boundary parameter is misspelt or not divided from the rest as it should be.
        const BOUNDARY_SYNTAX = 15;
        /// A part that is no multipart has a boundary that occurs in it; or a multipart has delimiters of another boundary.
        const BOUNDARY_ON_LEAF = 16;
        /// A comment (RFC 5322 §3.2.2) in or beside a type, encoding or boundary, or one that does not end.
        const COMMENT = 17;
        /// An encoded word (RFC 2047) where a token belongs.
        const ENCODED_WORD = 18;
        /// RFC 2231 in a parameter that the structure rests on.
        const RFC2231 = 19;
        /// White space before or inside a delimiter line, or a dash missing or added.
        const DELIMITER_WHITESPACE = 20;
        /// Blanks behind a delimiter (RFC 2046 §5.1.1: transport padding).
        const DELIMITER_PADDING = 21;
        /// A header line or text on the delimiter line, or MIME fields behind an empty line behind it.
        const ENTITY_ON_DELIMITER = 22;
        /// Lines that are a delimiter to some programs: other case, or other text behind it.
        const DELIMITER_LOOKALIKE = 23;
        /// MIME fields before the first delimiter.
        const PART_IN_PREAMBLE = 24;
        /// MIME fields behind the close-delimiter.
        const PART_IN_EPILOGUE = 25;
        /// A multipart with the boundary of one around it, or whose own delimiter never comes before the outer one does.
        const NESTED_BOUNDARY = 26;
    }

    /// How a file is damaged, as its own format tells.
    pub struct DamageFlags: u16 {
        /// It ends before its format's own end.
        const TRUNCATED = 0;
        /// A checksum over its content does not fit, or its structure is broken where no cut explains it.
        const CORRUPT = 1;
        /// More than 16 KiB stand behind its format's own end.
        const TRAILING = 2;
        /// A film or sound without the index that is needed to play it.
        const NO_INDEX = 3;
        /// Line ends were changed in it, as if it were text.
        const NEWLINES = 4;
        /// It was turned into UTF-8, as if it were text.
        const UTF8 = 5;
        /// It is still base64 after its transfer encoding is undone.
        const DOUBLE_ENCODED = 6;
        /// One piece of an archive that was split.
        const VOLUME = 7;
        /// A PDF with more than 1,024 bytes of something else behind its end.
        const PDF_TRAILING = 8;
        /// Where it says what it holds is out of reach: too large, compressed, or nowhere without unpacking.
        const PARTLY_SEEN = 9;
    }

    /// What the decoded content says of itself.
    pub struct ContentFlags: u8 {
        /// The magic stands a few bytes behind the start.
        const MAGIC_NOT_AT_START = 0;
        /// Only NUL bytes, in more than 64 bytes.
        const ALL_ZERO = 1;
    }

    /// What an archive or a document says that is in it, by the names and sizes it lists.
    pub struct HoldsFlags: u16 {
        /// A program or script that is blocked by its name.
        const EXECUTABLE = 0;
        /// Another archive.
        const ARCHIVE = 1;
        /// More than 10,000 files.
        const MANY = 2;
        /// More than 1 GiB, and more than 200 times the size it is packed to.
        const ABSURD_SIZE = 3;
        /// Files whose data overlap.
        const OVERLAPPING = 4;
        /// A name that leads out of the folder it is unpacked to.
        const TRAVERSAL = 5;
        /// A compression that few programs know.
        const UNUSUAL_METHOD = 6;
        /// A name above ASCII that is not marked as UTF-8.
        const NAMES_NOT_UTF8 = 7;
        /// Macros of an Office document.
        const MACROS = 8;
        /// `[Content_Types].xml`, which every OOXML document has (ECMA-376 part 2, §10.1.2).
        const CONTENT_TYPES = 9;
        /// `mimetype` as its first entry and uncompressed, as ODF and EPUB have it.
        const MIMETYPE = 10;
        /// Attached files, in a TNEF.
        const FILES = 11;
    }
}
