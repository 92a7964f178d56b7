//! Character sets: their names, and whether text is in the one it says.

use super::closed::closed;
use super::facts::TextFlags;
use mail_parser::decoders::charsets::map::charset_decoder;

closed! {
    /// The character set that is declared.
    pub enum Charset {
        /// There is no declaration.
        None = "none",
        /// UTF-8.
        Utf8 = "utf-8",
        /// One in which no byte is above 0x7F: ASCII, or one that switches by escape sequences.
        SevenBit = "7bit",
        /// One whose characters are one or two bytes, the first of two being above 0x7F.
        DoubleByte = "double-byte",
        /// Any other one that programs know.
        Other = "other",
        /// A name that is no known one.
        Unknown = "unknown",
    }
}

/// Names that are looked at before the long list, in lower case.
const NAMES: &[(&str, Charset)] = &[
    ("utf-8", Charset::Utf8),
    ("utf8", Charset::Utf8),
    ("us-ascii", Charset::SevenBit),
    ("ascii", Charset::SevenBit),
    ("ansi_x3.4-1968", Charset::SevenBit),
    ("iso646-us", Charset::SevenBit),
    ("us", Charset::SevenBit),
    ("iso-2022-jp", Charset::SevenBit),
    ("iso-2022-jp-1", Charset::SevenBit),
    ("iso-2022-jp-2", Charset::SevenBit),
    ("iso-2022-jp-3", Charset::SevenBit),
    ("iso-2022-jp-ms", Charset::SevenBit),
    ("iso-2022-kr", Charset::SevenBit),
    ("iso-2022-cn", Charset::SevenBit),
    ("utf-7", Charset::SevenBit),
    ("unicode-1-1-utf-7", Charset::SevenBit),
    ("hz-gb-2312", Charset::SevenBit),
    ("gb2312", Charset::DoubleByte),
    ("gbk", Charset::DoubleByte),
    ("gb18030", Charset::DoubleByte),
    ("cp936", Charset::DoubleByte),
    ("windows-936", Charset::DoubleByte),
    ("big5", Charset::DoubleByte),
    ("big5-hkscs", Charset::DoubleByte),
    ("euc-kr", Charset::DoubleByte),
    ("ks_c_5601-1987", Charset::DoubleByte),
    // Known to many programs, and not to the long list.
    ("unicode-1-1-utf-8", Charset::Utf8),
    ("x-unicode20utf8", Charset::Utf8),
    ("eucjp", Charset::Other),
    ("euckr", Charset::DoubleByte),
    ("cp932", Charset::Other),
    ("cp949", Charset::DoubleByte),
    ("uhc", Charset::DoubleByte),
    ("johab", Charset::Other),
    ("euc-tw", Charset::Other),
    ("utf-32", Charset::Other),
    ("cp437", Charset::Other),
    ("ibm437", Charset::Other),
    ("cp852", Charset::Other),
    ("ibm852", Charset::Other),
    ("cp855", Charset::Other),
    ("ibm855", Charset::Other),
    ("cp858", Charset::Other),
    ("ibm858", Charset::Other),
    ("cp874", Charset::Other),
    ("viscii", Charset::Other),
    ("armscii-8", Charset::Other),
    ("koi8-t", Charset::Other),
    ("hp-roman8", Charset::Other),
    ("roman8", Charset::Other),
    ("windows-1259", Charset::Other),
    ("x-mac-ce", Charset::Other),
    ("x-mac-greek", Charset::Other),
    ("x-mac-turkish", Charset::Other),
];

impl Charset {
    /// The charset of this name, in any case.
    pub(super) fn of(name: &[u8]) -> Charset {
        let known = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
        match known {
            _ if name.is_empty() => Charset::None,
            Some((_, charset)) => *charset,
            // No name is longer (RFC 2978 §2.3).
            None if name.len() <= 40 && charset_decoder(name).is_some() => Charset::Other,
            None => Charset::Unknown,
        }
    }
}

/// Looks at the beginning of a text.
pub(super) fn examine(text: &[u8]) -> TextFlags {
    if text.is_ascii() {
        return TextFlags::empty();
    }
    let mut flags = TextFlags::NON_ASCII;
    // A character that is cut off at the end is none of the sender's faults.
    let utf8 = std::str::from_utf8(text).or_else(|e| e.error_len().map_or(Ok(""), |_| Err(e)));
    flags.set(TextFlags::NOT_UTF8, utf8.is_err());
    // In HTML, `<meta charset=...>` says it as well.
    let says = |window: &[u8]| window.eq_ignore_ascii_case(b"charset=");
    flags.set(TextFlags::SAYS_CHARSET, text.windows(8).any(says));
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, charset) in [
            ("", Charset::None),
            ("UTF-8", Charset::Utf8),
            ("utf8", Charset::Utf8),
            ("US-ASCII", Charset::SevenBit),
            ("ISO-2022-JP", Charset::SevenBit),
            ("GB2312", Charset::DoubleByte),
            ("iso-8859-1", Charset::Other),
            ("ISO-8859-8-I", Charset::Other),
            ("Windows-1252", Charset::Other),
            ("windows-874", Charset::Other),
            ("KOI8-R", Charset::Other),
            ("Shift_JIS", Charset::Other),
            ("euc-jp", Charset::Other),
            ("macintosh", Charset::Other),
            ("utf-16", Charset::Other),
            ("cp850", Charset::Other),
            ("utf-88", Charset::Unknown),
            ("utf-8utf-8", Charset::Unknown),
            ("'utf-8'", Charset::Unknown),
            ("unknown-8bit", Charset::Unknown),
            ("x-unknown", Charset::Unknown),
            ("iso-8859-99", Charset::Unknown),
            ("text/html", Charset::Unknown),
            ("_charset", Charset::Unknown),
            ("gr\u{fc}n", Charset::Unknown),
        ] {
            assert_eq!(Charset::of(name.as_bytes()), charset, "{name}");
        }
        assert_eq!(Charset::of(&[b'x'; 4000]), Charset::Unknown);
        assert_eq!(Charset::of(b"iso-8859-1\0\0"), Charset::Unknown);
    }

    #[test]
    fn texts() {
        assert_eq!(examine(b"plain"), TextFlags::empty());
        assert_eq!(examine("gr\u{fc}n".as_bytes()), TextFlags::NON_ASCII);
        assert_eq!(examine(b"gr\xFCn"), TextFlags::NON_ASCII | TextFlags::NOT_UTF8);
        assert_eq!(examine(b"cut \xE2\x82"), TextFlags::NON_ASCII);
        assert_eq!(examine(b"<meta CHARSET=x>\xC3\xBC"), TextFlags::NON_ASCII | TextFlags::SAYS_CHARSET);
    }
}
