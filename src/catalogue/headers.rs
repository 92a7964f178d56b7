//! The header of the mail itself.

use super::{Check, Entry, Group, Level, Thresholds, addresses};
use crate::scan::Facts;
use crate::scan::facts::{AmbiguityFlags, Fields, HeaderFlags, LimitFlags, StructureFlags};
use crate::scan::names::MediaType;

/// RFC 5322 §3.6: at most once each; Gmail refuses a mail that has one of them twice.
const UNIQUE: Fields = Fields::FROM
    .union(Fields::SENDER)
    .union(Fields::REPLY_TO)
    .union(Fields::TO)
    .union(Fields::CC)
    .union(Fields::BCC)
    .union(Fields::DATE)
    .union(Fields::MESSAGE_ID)
    .union(Fields::IN_REPLY_TO)
    .union(Fields::REFERENCES)
    .union(Fields::SUBJECT);
const RECIPIENTS: Fields = Fields::TO.union(Fields::CC).union(Fields::BCC);
const REQUIRED: Fields = Fields::FROM.union(Fields::DATE).union(Fields::MESSAGE_ID);

/// RFC 5322 §2.1.1.
const LONGEST_LINE: u32 = 998;

pub(super) fn flagged(f: &Facts, flag: HeaderFlags) -> bool {
    f.header.flags.contains(flag)
}

/// None of these fields came. Where the block ended early, or was not looked at to its end, it may be in the rest.
fn missing(f: &Facts, fields: Fields) -> bool {
    !f.header.seen.intersects(fields) && !ended_early(f) && !f.limits.contains(LimitFlags::HEADER_FIELDS)
}

/// A fragment of a mail begins with the header of the mail it is of (RFC 2046 §5.2.2.2), and a report on headers with
/// headers.
pub(super) fn ended_early(f: &Facts) -> bool {
    use MediaType::{MessageExternalBody, MessageOther, MessagePartial, TextRfc822Headers};
    let begins_so = [MessagePartial, MessageExternalBody, MessageOther, TextRfc822Headers];
    flagged(f, HeaderFlags::ENDED_EARLY) && f.parts.first().is_none_or(|root| !begins_so.contains(&root.declared))
}

fn raw_8bit(f: &Facts) -> bool {
    // With SMTPUTF8, raw UTF-8 is as it should be (RFC 6532 §3.2). Of what is in addresses, others tell.
    let raw = flagged(f, HeaderFlags::RAW_8BIT) || (flagged(f, HeaderFlags::RAW_UTF8) && !f.envelope.smtputf8);
    raw && !addresses::non_ascii(f) && !addresses::needs_smtputf8(f)
}

/// A second field that says something else is a finding of its own.
fn duplicate_mime(f: &Facts) -> bool {
    let differ =
        AmbiguityFlags::DUPLICATE_TYPE | AmbiguityFlags::DUPLICATE_ENCODING | AmbiguityFlags::DUPLICATE_DISPOSITION;
    f.parts.iter().any(|p| p.structure.contains(StructureFlags::DUPLICATE_FIELD) && !p.ambiguity.intersects(differ))
}

/// The fields that say what the mail is have one of these ambiguities, which tell of the same.
fn ambiguous(f: &Facts, flags: AmbiguityFlags) -> bool {
    f.parts.first().is_some_and(|root| root.ambiguity.intersects(flags))
}

/// One field is huge. Where it makes the whole block large, size-header-block-large tells of it.
fn huge(f: &Facts, t: &Thresholds) -> bool {
    u64::from(f.header.largest_field) > t.header_field_size && f.header_bytes <= t.header_size
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "header-missing-from",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Error,
        title: "No sender in the mail",
        title_nl: "Geen afzender in het bericht",
        what: "The header has no From field.",
        why: "Gmail and many others refuse the mail; elsewhere it shows without a sender.",
        tell: "The mail does not say who wrote it, and many systems refuse it. Please ask the sender to check the \
            settings of the mail program or device.",
        tell_nl: "In het bericht staat niet wie het heeft geschreven, en veel systemen weigeren het. Vraag de afzender \
            om de instellingen van het mailprogramma of het apparaat te controleren.",
        fix: "The sender's mail program or its administrator; often a scanner, printer or script.",
        misses: "Whether the address in it is right.",
        rfc: "RFC 5322 §3.6, §3.6.2",
        check: Check::Message(|f, _| missing(f, Fields::FROM)),
    },
    Entry {
        id: "header-missing-date",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "No date in the mail",
        title_nl: "Geen datum in het bericht",
        what: "The header has no Date field.",
        why: "Programs sort the mail to a wrong place, often to the very end. Spam filters dislike it.",
        tell: "The mail has no date, so it may be sorted to the top or the end of your mailbox. Please look there, \
            or use the search.",
        tell_nl: "Het bericht heeft geen datum en staat daarom misschien helemaal bovenaan of onderaan in uw postvak. \
            Kijk daar, of gebruik de zoekfunctie.",
        fix: "The sender's mail program or its administrator; often a scanner, printer or script.",
        misses: "Servers may add the field on the way, before or after us.",
        rfc: "RFC 5322 §3.6, §3.6.1",
        check: Check::Message(|f, _| missing(f, Fields::DATE)),
    },
    Entry {
        id: "header-missing-message-id",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "No Message-ID",
        title_nl: "Geen Message-ID",
        what: "The header has no Message-ID field.",
        why: "Replies are not put together with the mail. Spam filters dislike it, Gmail may refuse it.",
        tell: "The mail may have been put into the spam folder. Please look there.",
        tell_nl: "Het bericht is misschien in de spammap terechtgekomen. Kijk daar even.",
        fix: "The sender's mail program or its administrator; often a scanner, printer or script.",
        misses: "Servers may add the field on the way, before or after us.",
        rfc: "RFC 5322 §3.6.4",
        check: Check::Message(|f, _| missing(f, Fields::MESSAGE_ID)),
    },
    Entry {
        id: "message-id-malformed",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Message-ID that is none",
        title_nl: "Message-ID die er geen is",
        what: "The Message-ID is not one identifier in angle brackets with an @ inside.",
        why: "Replies are not put together with the mail, and spam filters dislike it.",
        tell: "The mail may have been put into the spam folder, and answers to it may stand apart from it. Please \
            look there.",
        tell_nl: "Het bericht is misschien in de spammap terechtgekomen, en antwoorden erop staan er misschien los \
            van. Kijk even in die map.",
        fix: "The sender's mail program or its administrator; often a scanner, printer or script.",
        misses: "What stands on either side of the @ is not judged. References and In-Reply-To are not looked at: old \
            programs wrote sentences there.",
        rfc: "RFC 5322 §3.6.4",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::MESSAGE_ID_BAD)),
    },
    Entry {
        id: "header-missing-recipient-fields",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "No recipients in the header",
        title_nl: "Geen ontvangers in de kop",
        what: "The header has none of To, Cc and Bcc.",
        why: "It was sent to hidden recipients, as newsletters and some programs do. Rules that sort mail by \
            recipient do not find it.",
        tell: "The mail does not say to whom it was sent; that is allowed. If you sort mail by recipient, it is not \
            where you expect it.",
        tell_nl: "In het bericht staat niet aan wie het is gestuurd; dat mag. Als u berichten op ontvanger sorteert, \
            staat het niet waar u het verwacht.",
        fix: "Nobody has to do anything; the sender may name a group without addresses.",
        misses: "Postfix removes Bcc before we see the mail: one with Bcc alone looks the same.",
        rfc: "RFC 5322 §3.6, §3.6.3",
        check: Check::Message(|f, _| missing(f, RECIPIENTS)),
    },
    Entry {
        id: "header-missing-subject",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "No subject",
        title_nl: "Geen onderwerp",
        what: "The header has no Subject field.",
        why: "The mail is easily overlooked, and some filters dislike it.",
        tell: "The mail has no subject, so it is easily overlooked. Please search for the sender instead.",
        tell_nl: "Het bericht heeft geen onderwerp en wordt daardoor makkelijk over het hoofd gezien. Zoek in plaats \
            daarvan op de afzender.",
        fix: "The sender: write a subject. Often it is a scanner, printer or script.",
        misses: "A subject that is there and empty is not meant.",
        rfc: "RFC 5322 §3.6.5",
        check: Check::Message(|f, _| missing(f, Fields::SUBJECT)),
    },
    Entry {
        id: "header-duplicate-unique",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Error,
        title: "A field twice that may be there only once",
        title_nl: "Twee keer een veld dat er maar één keer mag staan",
        what: "One of From, Sender, Reply-To, To, Cc, Bcc, Date, Message-ID, In-Reply-To, References or Subject is \
            there more than once.",
        why: "Gmail refuses the mail as not RFC 5322 compliant; programs elsewhere show one or the other.",
        tell: "The mail was built wrongly, and some providers refuse it. Please ask the sender to have the mail \
            program checked.",
        tell_nl: "Het bericht is verkeerd opgebouwd, en sommige providers weigeren het. Vraag de afzender om het \
            mailprogramma te laten controleren.",
        fix: "The sender's mail program or its administrator; often a script that adds fields.",
        misses: "It does not know whether both say the same.",
        rfc: "RFC 5322 §3.6; support.google.com/a/answer/13567860",
        check: Check::Message(|f, _| f.header.repeated.intersects(UNIQUE)),
    },
    Entry {
        id: "header-duplicate-mime",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "The same description twice",
        title_nl: "Twee keer dezelfde beschrijving",
        what: "Content-Type, Content-Transfer-Encoding or Content-Disposition is there twice with the same value, in \
            the header of the mail or of a part.",
        why: "Programs read the same, whichever they take. Very strict filters may object.",
        tell: "You need not do anything: this is a harmless detail.",
        tell_nl: "U hoeft niets te doen: dit is een onschuldig detail.",
        fix: "The sender's mail program or its administrator.",
        misses: "Different values are ambig-duplicate-content-type, ambig-duplicate-cte or ambig-duplicate-disposition.",
        rfc: "RFC 2045 §3",
        check: Check::Message(|f, _| duplicate_mime(f)),
    },
    Entry {
        id: "header-empty-required",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "An important field is empty",
        title_nl: "Een belangrijk veld is leeg",
        what: "From, Date or Message-ID is there but has no content.",
        why: "It counts as missing: some servers refuse the mail, programs show it wrongly.",
        tell: "The mail lacks important details, and some systems refuse it. Please ask the sender to check the \
            settings of the mail program or device.",
        tell_nl: "In het bericht ontbreken belangrijke gegevens, en sommige systemen weigeren het. Vraag de afzender \
            om de instellingen van het mailprogramma of het apparaat te controleren.",
        fix: "The sender's mail program or its administrator; often a scanner, printer or script.",
        misses: "A field with useless content is not meant.",
        rfc: "RFC 5322 §3.6.1, §3.6.2, §3.6.4",
        check: Check::Message(|f, _| f.header.empty.intersects(REQUIRED)),
    },
    Entry {
        id: "header-line-too-long",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Line of the header too long",
        title_nl: "Te lange regel in de kop",
        what: "A line of the header has more than 998 bytes.",
        why: "Servers break such lines or refuse the mail; signatures become invalid.",
        tell: "Some systems refuse this mail for a technical mistake. Please ask the sender to have the mail program \
            checked.",
        tell_nl: "Sommige systemen weigeren dit bericht vanwege een technische fout. Vraag de afzender om het \
            mailprogramma te laten controleren.",
        fix: "The sender's mail program or its administrator: fold long fields.",
        misses: "It does not know which field it is.",
        rfc: "RFC 5322 §2.1.1",
        check: Check::Message(|f, _| f.header.longest_line > LONGEST_LINE),
    },
    Entry {
        id: "header-value-huge",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Very large field",
        title_nl: "Zeer groot veld",
        what: "One field of the header has more than 16 KiB; mostly it is a list of recipients or of earlier mails.",
        why: "Some servers refuse the mail or cut the field; Postfix cuts at 100 KiB.",
        tell: "This mail has a very long list of recipients, or a very long history, and some systems refuse it. \
            Please ask the sender to use a mailing list, or to write a new mail.",
        tell_nl: "Dit bericht heeft een zeer lange lijst met ontvangers of een zeer lange voorgeschiedenis, en sommige \
            systemen weigeren het. Vraag de afzender om een mailinglijst te gebruiken, of een nieuw bericht te \
            schrijven.",
        fix: "The sender: put fewer recipients into one mail.",
        misses: "It does not know which field it is. Of a field beyond 100 KiB Postfix hides the rest from us.",
        rfc: "RFC 5322 §2.1.1; Postfix header_size_limit",
        check: Check::Message(huge),
    },
    Entry {
        id: "header-count-high",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Very many header fields",
        title_nl: "Zeer veel kopregels",
        what: "The header has more than 200 fields (by default).",
        why: "Perhaps a loop, or a program that adds fields again and again. Some servers refuse such mail.",
        tell: "This mail has passed very many systems, or one of them has a fault. Please pass it on to the mail \
            administrators.",
        tell_nl: "Dit bericht is via zeer veel systemen gegaan, of in een daarvan zit een fout. Geef het door aan de \
            mailbeheerders.",
        fix: "Our mail administrator: look at which fields there are so many of.",
        misses: "It does not know which fields they are.",
        rfc: "RFC 5322 §3.6",
        check: Check::Message(|f, t| f.header.fields > t.header_fields),
    },
    Entry {
        id: "header-raw-8bit",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Special characters sent raw",
        title_nl: "Speciale tekens ongecodeerd verstuurd",
        what: "The header contains letters with accents or of other scripts that are not encoded.",
        why: "Subject and names may look garbled, and old servers refuse the mail.",
        tell: "Special letters in the subject or in names may look wrong. Nothing else of the mail is affected.",
        tell_nl: "Speciale tekens in het onderwerp of in namen kunnen er verkeerd uitzien. De rest van het bericht \
            heeft er geen last van.",
        fix: "The sender's mail program or its administrator: encode them as RFC 2047 says.",
        misses: "Many programs guess right, above all with UTF-8.",
        rfc: "RFC 5322 §2.2; RFC 6532 §3.2; RFC 7103 §7.7",
        check: Check::Message(|f, _| raw_8bit(f)),
    },
    Entry {
        id: "header-nul-or-control",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Control characters in the header",
        title_nl: "Besturingstekens in de kop",
        what: "A header field contains control characters.",
        why: "Some servers refuse the mail, some cut the field.",
        tell: "The mail contains characters that it must not have, and some systems refuse it. Please ask the sender \
            to have the mail program checked.",
        tell_nl: "Het bericht bevat tekens die er niet in mogen staan, en sommige systemen weigeren het. Vraag de \
            afzender om het mailprogramma te laten controleren.",
        fix: "The sender's mail program or its administrator.",
        misses: "Zero bytes may not reach us, as the way from Postfix to us cannot carry them.",
        rfc: "RFC 5322 §2.2, §4.1",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::CONTROL) && !ambiguous(f, AmbiguityFlags::NUL)),
    },
    Entry {
        id: "header-bare-cr",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Half line breaks in the header",
        title_nl: "Halve regeleinden in de kop",
        what: "A header field contains a CR that is not followed by a LF.",
        why: "Some programs take it for a line break and the rest for another field; some servers refuse the mail.",
        tell: "The mail contains characters that it must not have, and some systems refuse it. Please ask the sender \
            to have the mail program checked.",
        tell_nl: "Het bericht bevat tekens die er niet in mogen staan, en sommige systemen weigeren het. Vraag de \
            afzender om het mailprogramma te laten controleren.",
        fix: "The sender's mail program or its administrator.",
        misses: "Many servers repair such mail on the way, and then it is not seen here.",
        rfc: "RFC 5322 §2.2; RFC 5321 §2.3.8",
        check: Check::Message(|f, _| {
            flagged(f, HeaderFlags::BARE_CR) && !ambiguous(f, AmbiguityFlags::FOLDING | AmbiguityFlags::LINE_BREAK)
        }),
    },
    Entry {
        id: "header-whitespace-only-fold",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "A line of blanks in the header",
        title_nl: "Een regel met alleen spaties in de kop",
        what: "A header field is continued by a line of nothing but blanks.",
        why: "Some programs take it for the end of the header: the rest of it shows as text, and attachments are \
            missing.",
        tell: "If the mail begins with technical lines, or its files are missing, please look at it in webmail. The \
            sender's mail program has a fault.",
        tell_nl: "Als het bericht met technische regels begint, of de bestanden ontbreken, bekijk het dan in de \
            webmail. Er zit een fout in het mailprogramma van de afzender.",
        fix: "The sender's mail program or its administrator.",
        misses: "Servers may remove such lines on the way.",
        rfc: "RFC 5322 §3.2.2; RFC 7103 §7.3",
        // Where it ends the header, it is an ambiguity.
        check: Check::Message(|f, _| flagged(f, HeaderFlags::BLANK_FOLD) && !ambiguous(f, AmbiguityFlags::HEADER_END)),
    },
    Entry {
        id: "header-bad-name",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Field without a proper name",
        title_nl: "Veld zonder goede naam",
        what: "A header field has no name, or one with characters that names must not have.",
        why: "Some programs ignore the field, some take it for the end of the header, some servers refuse the mail.",
        tell: "The mail has a technical mistake, and some systems refuse it. Please ask the sender to have the mail \
            program checked.",
        tell_nl: "Er zit een technische fout in het bericht, en sommige systemen weigeren het. Vraag de afzender om \
            het mailprogramma te laten controleren.",
        fix: "The sender's mail program or its administrator.",
        misses: "A line that is no field at all ends the header; see header-block-ended-early.",
        rfc: "RFC 5322 §2.2, §3.6.8",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::BAD_NAME) && !ambiguous(f, AmbiguityFlags::FIELD_OVERLAP)),
    },
    Entry {
        id: "header-space-before-colon",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Blanks behind the name of a field",
        title_nl: "Spaties achter de naam van een veld",
        what: "A header field has blanks between its name and the colon.",
        why: "Some programs do not know the field then, or take it for the end of the header.",
        tell: "The mail has a small technical mistake that few programs mind. If the subject or files are missing, \
            please look at it in webmail.",
        tell_nl: "Er zit een kleine technische fout in het bericht waar weinig programma's over vallen. Als het \
            onderwerp of bestanden ontbreken, bekijk het dan in de webmail.",
        fix: "The sender's mail program or its administrator.",
        misses: "Only files show it: Postfix removes such blanks before we see the mail, and so do many servers. It \
            is about the header of the mail itself, not those of its parts.",
        rfc: "RFC 5322 §4.5; RFC 7103 §7.4",
        // At a field that says what the mail is, it is an ambiguity.
        check: Check::Message(|f, _| {
            flagged(f, HeaderFlags::SPACE_BEFORE_COLON) && !ambiguous(f, AmbiguityFlags::FIELD_NAME_SPACING)
        }),
    },
    Entry {
        id: "header-block-ended-early",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Error,
        title: "The header breaks off",
        title_nl: "De kop breekt af",
        what: "The header ends too early, and the rest of it stands at the beginning of the text.",
        why: "The mail shows technical lines as text, and its attachments are not recognised.",
        tell: "The mail was damaged: it shows technical lines, and its files cannot be seen. Please ask the sender \
            to send it again.",
        tell_nl: "Het bericht is beschadigd: er staan technische regels in, en de bestanden zijn niet te zien. Vraag \
            de afzender om het opnieuw te sturen.",
        fix: "The sender's mail program or its administrator; often an empty line in a script or a template.",
        misses: "Only the first 20 lines of the text are looked at. A text that quotes a header from its first line \
            on looks the same.",
        rfc: "RFC 5322 §2.1; RFC 7103 §7.2",
        check: Check::Message(|f, _| ended_early(f) && !flagged(f, HeaderFlags::CONTINUES_NOTHING)),
    },
    Entry {
        id: "header-starts-with-continuation",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "The header begins in the middle",
        title_nl: "De kop begint halverwege",
        what: "The first line of the header begins with a blank, as only the second line of a field may.",
        why: "Some programs, and Postfix, take the whole header for text: no subject, no sender, no files. Others \
            leave out the line.",
        tell: "If the mail begins with technical lines, or its files are missing, please look at it in webmail. The \
            sender's mail program has a fault.",
        tell_nl: "Als het bericht met technische regels begint, of de bestanden ontbreken, bekijk het dan in de \
            webmail. Er zit een fout in het mailprogramma van de afzender.",
        fix: "The sender's mail program or its administrator; often a blank before the first line in a script or a \
            template.",
        misses: "On the way through Postfix it is seen only if the first lines of the text are fields that mail \
            programs write. A text that quotes a header, with a blank before it, looks the same if the mail itself \
            has no header.",
        rfc: "RFC 5322 §2.2.3; RFC 7103 §7.2",
        // At a field that says what the mail is, it is an ambiguity.
        check: Check::Message(|f, _| {
            flagged(f, HeaderFlags::CONTINUES_NOTHING) && !ambiguous(f, AmbiguityFlags::FIELD_NAME_SPACING)
        }),
    },
    Entry {
        id: "header-mbox-from-line",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Taken from a mailbox file",
        title_nl: "Uit een postvakbestand gehaald",
        what: "The mail began with a line as mailbox files have it, which Postfix has turned into X-Mailbox-Line.",
        why: "A script sends mail in the form of a mailbox file. Signatures may become invalid.",
        tell: "You need not do anything: the mail is complete.",
        tell_nl: "U hoeft niets te doen: het bericht is compleet.",
        fix: "The administrator of the script that sends it: leave out the first line.",
        misses: "The line is only seen in the form that Postfix gives it; a message file may begin with it.",
        rfc: "RFC 4155; Postfix cleanup(8)",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::MBOX_FROM)),
    },
];
