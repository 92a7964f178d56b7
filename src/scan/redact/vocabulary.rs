//! The words that may stay: those of the formats, never those of people. All lists are ours.

use super::super::names::{Disposition, Encoding, Extension, MediaType};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// How the value of a header field is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Content-Type and its like: value and parameters, each by its own rule.
    Mime,
    /// A date stays: findings need it.
    Date,
    /// Stations of a mail: keywords and the date behind the last `;` stay.
    Trace,
    /// Keywords and numbers stay.
    Keywords,
    /// Addresses and identifiers: the same becomes the same. Names of programs in the place of an address stay.
    Identifiers,
    /// Text.
    Text,
}

/// Names of header fields and how their values are covered. Others are text, and their names are covered as well.
const FIELDS: &[(Rule, &str)] = &[
    (Rule::Mime, "content-type content-transfer-encoding content-disposition"),
    (
        Rule::Date,
        "date resent-date expires expiry-date delivery-date deferred-delivery x-original-date arrival-date \
         last-attempt-date will-retry-until injection-date nntp-posting-date received-date reply-by",
    ),
    (Rule::Trace, "received x-received"),
    (
        Rule::Keywords,
        "mime-version auto-submitted precedence importance priority sensitivity x-priority x-msmail-priority \
         x-auto-response-suppress list-unsubscribe-post content-length lines content-language content-features \
         x-ms-has-attach action status feedback-type version disposition x-mozilla-status \
         x-mozilla-status2 content-class content-duration x-spam-flag",
    ),
    (
        Rule::Identifiers,
        "from sender reply-to to cc bcc resent-from resent-sender resent-to resent-cc resent-bcc resent-reply-to \
         message-id resent-message-id in-reply-to references return-path delivered-to x-original-to envelope-to \
         apparently-to errors-to disposition-notification-to return-receipt-to mail-followup-to mail-reply-to \
         list-id list-unsubscribe list-subscribe list-post list-help list-owner list-archive mailing-list \
         content-id content-location content-base content-md5 dkim-signature domainkey-signature \
         arc-seal arc-message-signature arc-authentication-results authentication-results received-spf autocrypt \
         x-google-dkim-signature x-gm-message-state x-google-smtp-source x-forwarded-to x-forwarded-for \
         x-originating-ip x-mailman-version x-beenthere thread-index x-ms-exchange-organization-authas \
         reporting-mta received-from-mta original-recipient final-recipient remote-mta diagnostic-code \
         original-message-id original-envelope-id reporting-ua mdn-gateway x-postfix-queue-id x-postfix-sender \
         source-ip original-mail-from original-rcpt-to reported-domain user-agent x-mailer x-mimeole newsgroups path \
         xref organization x-ms-tnef-correlator x-mailgauge x-mailbox-line x-uidl x-keywords x-envelope-from x-envelope-to openpgp face \
         x-face archived-at sip-to feedback-id x-report-abuse x-abuse x-mailer-version bimi-selector tls-required",
    ),
    (Rule::Text, "subject comments keywords thread-topic content-description x-spam-status x-spam-level"),
];

/// Parameters of MIME fields (RFC 2045, 2183, 2231, 3676, 3798, 8551 and what programs write).
const PARAMETERS: &str = "charset boundary name filename format delsp type start start-info protocol micalg report-type method size \
    creation-date modification-date read-date access-type url expiration permission number total id site directory mode server \
    subject x-unix-mode x-mac-type x-mac-creator x-apple-part-url reply-type smime-type component profile hp hp-legacy-display \
    conversions padding differences optinfo header-type max-age handling voice language version";
/// Parameters whose values are keywords.
const KEYWORD_PARAMETERS: &str = "format delsp type protocol micalg report-type method size start-info access-type permission \
    number total mode x-unix-mode reply-type smime-type hp max-age handling version header-type";

/// Keywords in values of MIME fields, besides media types, encodings and dispositions.
const MIME: &str = "charset flowed fixed yes no utf us ascii iso windows pkcs7 signature encrypted mime signed data enveloped certs only \
    compressed pgp sha1 sha256 sha384 sha512 md5 rsa ripemd160 publish request reply cancel refresh counter delivery status \
    disposition notification feedback report abuse octet stream uuencode uue uu x vnd ms text html plain alternative local file \
    ftp anon http mail server clear cipher attachment inline content type transfer encoding base bit b q";

const DATE: &str = "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday \
    jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november \
    december gmt utc ut est edt cst cdt mst mdt pst pdt cet cest met mest mez mesz bst ist jst msk eet eest wet west hst akst am pm z t \
    standard time daylight";

const TRACE: &str = "from by with for via id esmtp esmtps esmtpa esmtpsa smtp smtps lmtp lmtps lmtpsa http https utf8smtp utf8smtps \
    utf8lmtp mapi local localhost unknown using cipher bits verified helo ehlo envelope sender authenticated postfix exim sendmail \
    qmail network invoked uid userid microsoft tls tlsv1 starttls nnfmp tcp";

const KEYWORDS: &str = "auto generated replied notified no yes true false list bulk junk normal high low urgent non personal private \
    company confidential all dr autoreply oof rn nrn unsubscribe one click failed delayed delivered relayed expanded abuse fraud \
    virus other not spam rfc822 dns smtp x unix automatic action manual mdn sent automatically manually displayed deleted dispatched \
    denied processed error warning superseded expired mailbox terminated urn content classes message medium highest lowest en de fr es it nl";

/// Names of HTML elements, at their place only.
const ELEMENTS: &str = "a abbr address area article aside audio b base big blockquote body br button canvas caption center cite code col \
    colgroup dd del details div dl doctype dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head \
    header hr html i iframe img input ins kbd label legend li link main map meta nav noscript object ol optgroup option p param picture \
    pre q s script section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th \
    thead time title tr tt u ul var video xml";
const ATTRIBUTES: &str = "align alt background bgcolor border cellpadding cellspacing charset cite class color cols colspan content data \
    dir encoding face height href id itemprop lang language media name rel rev rows rowspan size src srcset style target title type \
    usemap valign value version width xmlns http-equiv public";
/// Attributes whose values are of the format.
const TECHNICAL_ATTRIBUTES: &str = "content http-equiv charset type encoding version rel";
const IN_ATTRIBUTES: &str = "content type text html xhtml xml charset utf us ascii iso windows stylesheet viewport width device initial \
    scale generator refresh css javascript image base64 public system dtd w3c strict transitional frameset en";
const SCHEMES: &str = "http https mailto cid mid data tel ftp file news sms";
const ENTITIES: &str = "nbsp amp lt gt quot apos copy reg euro hellip ndash mdash middot bull zwnj zwj shy";

/// Lines of calendars and cards.
const CALENDAR: &str = "begin end vcalendar vevent vtodo vjournal vfreebusy vtimezone valarm standard daylight vcard version prodid method \
    calscale publish request reply add cancel refresh counter declinecounter uid sequence status organizer attendee dtstart dtend dtstamp \
    duration rrule rdate exdate recurrence tzid tzoffsetfrom tzoffsetto summary description location created class transp trigger action \
    fn n tel email adr org photo note url gregorian confirmed tentative cancelled";
/// Lines around what is armoured or encoded inside a text.
const ARMOUR: &str = "begin end pgp message signed signature public private key block certificate encrypted privacy enhanced hash version \
    ybegin ypart yend line size name total part pcrc32 crc32 this file must be converted with binhex";

/// Magic words and names inside of file formats.
const FORMATS: &str = "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB tEXt zTXt iTXt bKGD hIST pHYs sPLT tIME eXIf acTL fcTL fdAT cICP \
    JFIF JFXX Exif Adobe ICC_PROFILE GIF87a GIF89a NETSCAPE2 XMP \
    RIFF RIFX WAVE WEBP LIST INFO ALPH ANIM ANMF VP8X VP8L EXIF XMP ICCP fact data hdrl movi idx1 avih strl strh strf JUNK \
    ftyp isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 heic heix hevc hevx mif1 msf1 avif avis miaf qt moov mvhd trak tkhd edts elst mdia mdhd \
    hdlr minf vmhd smhd nmhd dinf dref stbl stsd stts stsc stsz stco co64 stss ctts udta meta mdat free skip wide uuid moof mfhd traf \
    tfhd trun mvex trex pnot pict iprp ipco ipma iloc iinf infe iref pitm idat grpl ilst MSNV dash M4V M4A 3gp4 3gp5 3gp6 3g2a \
    ustar gzip Rar conectix vhdxfile cxsparse koly SQLite format wOFF OTTO true OggS fLaC matroska webm LHA BZh MSCF ISc \
    TFORM DJVM DJVU DIRM INCL dex deb rpm debian binary arch CD001 BEA01 NSR02 NSR03 ID3 TIFF 8BPS ITSF";
/// Words of PDF files (ISO 32000).
const PDF: &str = "pdf obj endobj stream endstream xref trailer startxref eof Root Size Info Prev ID Type Catalog Pages Page Kids Count Parent \
    MediaBox CropBox Rotate Resources Contents Length Filter FlateDecode DCTDecode LZWDecode ASCII85Decode ASCIIHexDecode CCITTFaxDecode \
    JPXDecode RunLengthDecode DecodeParms Predictor Columns XRef ObjStm First Index W N Encrypt Standard V R O U P OE UE Perms CF StmF \
    StrF StdCF AESV2 AESV3 CFM AuthEvent DocOpen EncryptMetadata Identity XObject Image Form Subtype Width Height BitsPerComponent \
    ColorSpace DeviceRGB DeviceGray DeviceCMYK Font Type0 Type1 TrueType BaseFont Encoding ProcSet PDF Text ImageB ImageC Linearized L H \
    E T null true false AcroForm XFA JavaScript JS OpenAction AA Names EmbeddedFiles EmbeddedFile Filespec EF F UF Collection Metadata \
    Outlines Annots Annot Sig Fields Prop startxref Adobe Extends Version Extensions ADBE BaseVersion ExtensionLevel";
/// Entries of Compound File Binary directories, and the words in them.
const OLE: &str = "Root Entry WordDocument Workbook Book PowerPoint Document Current User SummaryInformation DocumentSummaryInformation \
    1Table 0Table Data CompObj ObjectPool Macros VBA PROJECT VBA_PROJECT PROJECTwm dir Module1 ThisDocument ThisWorkbook Sheet1 \
    _VBA_PROJECT_CUR EncryptedPackage EncryptionInfo DataSpaces StrongEncryptionDataSpace Primary TransformInfo Version DRMContent \
    DRMEncryptedDataSpace DRMEncryptedTransform __properties_version1.0 __substg1 __nameid_version1 __attach_version1 __recip_version1 \
    Pictures Equation Native Ole10Native Ole Contents VisioDocument Quill IPM Note Microsoft Mail";
/// Components of paths in archives, kept where they stand as a whole.
pub(super) const COMPONENTS: &[&str] = &[
    "mimetype",
    "[Content_Types].xml",
    "_rels",
    ".rels",
    "docProps",
    "app.xml",
    "core.xml",
    "custom.xml",
    "word",
    "document.xml",
    "document2.xml",
    "document.xml.rels",
    "styles.xml",
    "settings.xml",
    "fontTable.xml",
    "webSettings.xml",
    "numbering.xml",
    "footnotes.xml",
    "endnotes.xml",
    "theme",
    "theme1.xml",
    "media",
    "embeddings",
    "xl",
    "workbook.xml",
    "workbook.bin",
    "workbook.xml.rels",
    "worksheets",
    "sheet1.xml",
    "sharedStrings.xml",
    "ppt",
    "presentation.xml",
    "presentation.xml.rels",
    "slides",
    "slide1.xml",
    "slideLayouts",
    "slideMasters",
    "vbaProject.bin",
    "customXml",
    "activeX",
    "META-INF",
    "MANIFEST.MF",
    "manifest.xml",
    "container.xml",
    "content.xml",
    "meta.xml",
    "manifest.rdf",
    "encryption.xml",
    "AndroidManifest.xml",
    "classes.dex",
    "resources.arsc",
    "Thumbnails",
    "thumbnail.png",
    "Configurations2",
    "Pictures",
    "Object 1",
    "visio",
    "OEBPS",
    "Index",
    "Metadata",
    "preview.jpg",
    "Data",
    "QuickLook",
    "EncryptedPackage",
    "FixedDocSeq.fdseq",
];
/// Names of charsets, of the registry of the IANA and of programs.
const CHARSETS: &str = "utf ascii ansi latin windows macintosh macroman roman shift sjis kanji koi unicode hkscs johab greek hebrew arabic \
    cyrillic turkish thai chinese celtic korean japanese ukrainian visual logical extended multilingual eucjp euckr viscii armscii asmo \
    ecma elot cseuckr cseucpkdfmtjapanese csgb csgbk csibm csiso csisolatin csisolatinarabic csisolatincyrillic csisolatingreek \
    csisolatinhebrew cskoi csksc csmacintosh cspc csshiftjis cstis csunicode csutf cswindows";
/// What stands where there is no address (RFC 5321 §4.1.1.3), as programs write it.
const NOBODY: &str = "mailer daemon postmaster undisclosed recipients";

/// Names of files that say what a file is, whoever made it.
pub(super) const FILE_NAMES: &[&str] = &[
    "winmail.dat",
    "win.dat",
    "thumbs.db",
    ".ds_store",
    "desktop.ini",
    "smime.p7s",
    "smime.p7m",
    "signature.asc",
    "encrypted.asc",
    "message.rpmsg",
    "invite.ics",
    "noname",
    "mime-attachment",
    "details.txt",
    "readme",
];

/// How the name of a file begins that LibreOffice keeps beside one that is open, behind its first dot.
pub(super) const LOCK: &str = "~lock";

fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

/// A list to look up words of any case in.
pub(super) struct Words(HashSet<String>);

impl Words {
    fn of(lists: &[&'static str]) -> Words {
        Words(lists.iter().flat_map(|list| words(list)).map(str::to_ascii_lowercase).collect())
    }

    pub fn has(&self, word: &[u8]) -> bool {
        const LONGEST: usize = 80;
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..word.len()) else { return false };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).is_ok_and(|word| self.0.contains(word))
    }
}

macro_rules! lists {
    ($( $(#[$meta:meta])* $name:ident = $lists:expr; )+) => {
        $( $(#[$meta])* pub(super) static $name: LazyLock<Words> = LazyLock::new(|| Words::of($lists)); )+
    };
}
lists! {
    PARAMETER_NAMES = &[PARAMETERS];
    KEYWORD_VALUES = &[KEYWORD_PARAMETERS];
    DATE_WORDS = &[DATE];
    TRACE_WORDS = &[TRACE];
    KEYWORD_WORDS = &[KEYWORDS, MIME];
    ELEMENT_NAMES = &[ELEMENTS];
    ATTRIBUTE_NAMES = &[ATTRIBUTES];
    TECHNICAL_NAMES = &[TECHNICAL_ATTRIBUTES];
    ATTRIBUTE_WORDS = &[IN_ATTRIBUTES];
    SCHEME_NAMES = &[SCHEMES];
    ENTITY_NAMES = &[ENTITIES];
    CALENDAR_WORDS = &[CALENDAR];
    ARMOUR_WORDS = &[ARMOUR];
    PDF_WORDS = &[PDF];
    NOBODY_WORDS = &[NOBODY];
}

/// Words of media types, encodings and dispositions.
pub(super) static MIME_WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut all = Words::of(&[MIME]);
    let names = MediaType::ALL.iter().map(|m| m.name()).chain(Encoding::ALL.iter().map(|e| e.name()));
    for name in names.chain(Disposition::ALL.iter().map(|d| d.name())) {
        all.0.extend(name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
    }
    all
});

static RULES: LazyLock<HashMap<&'static str, Rule>> =
    LazyLock::new(|| FIELDS.iter().flat_map(|(rule, names)| words(names).map(|name| (name, *rule))).collect());

/// The rule of the field of this name, in any case; `None` if it is not on the list.
pub(super) fn rule(name: &[u8]) -> Option<Rule> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    RULES.get(name.as_str()).copied()
}

/// All words of more than three letters that may stay anywhere: the letters of everything above.
pub(super) static LETTERS: LazyLock<Words> = LazyLock::new(|| {
    let lists = [
        PARAMETERS,
        MIME,
        DATE,
        TRACE,
        KEYWORDS,
        ELEMENTS,
        ATTRIBUTES,
        IN_ATTRIBUTES,
        SCHEMES,
        ENTITIES,
        CALENDAR,
        ARMOUR,
        FORMATS,
        PDF,
        OLE,
        CHARSETS,
        NOBODY,
        LOCK,
    ];
    let fields = FIELDS.iter().map(|(_, names)| *names);
    let closed = MediaType::ALL.iter().map(|m| m.name()).chain(Extension::ALL.iter().map(|e| e.name()));
    let closed = closed.chain(Encoding::ALL.iter().map(|e| e.name())).chain(Disposition::ALL.iter().map(|d| d.name()));
    let all = lists
        .into_iter()
        .chain(fields)
        .chain(closed)
        .chain(COMPONENTS.iter().copied())
        .chain(FILE_NAMES.iter().copied());
    let letters = all.flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic())).filter(|word| word.len() > 3);
    Words(letters.map(str::to_ascii_lowercase).collect())
});
