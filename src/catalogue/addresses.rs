//! The addresses in the header.

use super::headers::flagged;
use super::{Check, Entry, Group, Level};
use crate::scan::Facts;
use crate::scan::facts::{AddressFlags, Fields, HeaderFlags};

fn addressed(f: &Facts, flag: AddressFlags) -> bool {
    f.header.addresses.contains(flag)
}

/// Raw UTF-8 in an address is in order with SMTPUTF8 (RFC 6532 §3.2). Of a file nobody knows how it was sent.
pub(super) fn non_ascii(f: &Facts) -> bool {
    let undeclared = f.envelope.arrival.is_some() && !f.envelope.smtputf8;
    addressed(f, AddressFlags::RAW_8BIT) || (addressed(f, AddressFlags::RAW_UTF8) && undeclared)
}

/// Who cannot take the mail as it is would have to change its addresses or its header.
pub(super) fn needs_smtputf8(f: &Facts) -> bool {
    let header = f.envelope.smtputf8 && flagged(f, HeaderFlags::RAW_UTF8);
    (addressed(f, AddressFlags::RAW_UTF8) || header) && !non_ascii(f)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "address-malformed",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "An address that cannot be read for sure",
        title_nl: "Een adres dat niet met zekerheid te lezen is",
        what: "An address in From, Sender, Reply-To, To, Cc or Bcc is not one: brackets or quotation marks do not \
            fit, a comma is missing or one too many, or there is only a name.",
        why: "Programs show a wrong name or none, answers go astray, and some servers refuse the mail.",
        tell: "An address in this mail is written wrongly, so an answer may not arrive. Please check the address \
            before you answer, or write a new mail.",
        tell_nl: "Een adres in dit bericht is verkeerd geschreven, dus een antwoord komt misschien niet aan. \
            Controleer het adres voordat u antwoordt, of schrijf een nieuw bericht.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "It does not know which field it is. Needless dots, and commas or semicolons at the end, are let pass, \
            as programs do. A list of more than 64 KiB is not judged. Postfix repairs addresses in mail from its own \
            machines and networks before we see it, and removes Bcc.",
        rfc: "RFC 5322 §3.4, §4.4; RFC 7103 §7.1",
        check: Check::Message(|f, _| addressed(f, AddressFlags::MALFORMED)),
    },
    Entry {
        id: "address-without-domain",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "An address that is a single word",
        title_nl: "Een adres dat maar één woord is",
        what: "Where an address should be, there is a single word without an @ and a domain.",
        why: "It is an address on the machine that sent the mail, and nowhere else: answers go astray, and some \
            servers refuse the mail.",
        tell: "An address in this mail is incomplete, so an answer to it will not arrive. Please ask the sender for \
            the whole address.",
        tell_nl: "Een adres in dit bericht is onvolledig, dus een antwoord komt daar niet aan. Vraag de afzender om \
            het volledige adres.",
        fix: "The administrator of the machine or script that sends it: complete addresses.",
        misses: "It does not know which field it is. Postfix completes addresses in mail from its own machines and \
            networks before we see it.",
        rfc: "RFC 5322 §3.4.1; RFC 7103 §7.1.7",
        check: Check::Message(|f, _| addressed(f, AddressFlags::NO_DOMAIN) && !addressed(f, AddressFlags::MALFORMED)),
    },
    Entry {
        id: "address-name-unquoted",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "A name that lacks quotation marks",
        title_nl: "Een naam waar aanhalingstekens om horen",
        what: "Before an address in angle brackets stands a name with an @, a bracket or the like that is not inside \
            quotation marks.",
        why: "Most programs read it well. Some show a wrong name, and some take the name for the address.",
        tell: "The name of the sender or of a recipient may show wrongly. The address itself is in order.",
        tell_nl: "De naam van de afzender of van een ontvanger wordt misschien verkeerd getoond. Het adres zelf is in \
            orde.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "It does not know which field it is. A comma in such a name is worse; see address-malformed.",
        rfc: "RFC 5322 §3.2.3, §3.4",
        check: Check::Message(|f, _| addressed(f, AddressFlags::NAME_UNQUOTED)),
    },
    Entry {
        id: "address-multiple-from-no-sender",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Several authors, and nobody who sent it",
        title_nl: "Meerdere auteurs, en niemand die het verstuurde",
        what: "From has more than one address, and there is no Sender field.",
        why: "Some providers refuse such mail, programs show only one of the authors, and answers go to all of them.",
        tell: "The mail names more than one sender, which some systems refuse. Please check to whom your answer goes.",
        tell_nl: "Het bericht noemt meer dan één afzender, en sommige systemen weigeren dat. Controleer aan wie uw \
            antwoord gaat.",
        fix: "The sender's mail program or its administrator; often a script or a form on a web page.",
        misses: "It does not compare the addresses: the same one twice counts as two.",
        rfc: "RFC 5322 §3.6.2",
        check: Check::Message(|f, _| {
            addressed(f, AddressFlags::SEVERAL_FROM) && !f.header.seen.contains(Fields::SENDER)
        }),
    },
    Entry {
        id: "address-non-ascii",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Special characters in an address",
        title_nl: "Speciale tekens in een adres",
        what: "An address contains letters with accents or of other scripts, and the mail was not announced as one \
            that may.",
        why: "Many servers refuse the mail, and many programs cannot answer it.",
        tell: "An address in this mail has special letters, which many systems refuse. Please ask the sender for an \
            address without them.",
        tell_nl: "In een adres in dit bericht staan speciale tekens, en veel systemen weigeren dat. Vraag de afzender \
            om een adres zonder zulke tekens.",
        fix: "The sender's mail program or its administrator.",
        misses: "It does not know which address it is. In a file, letters in UTF-8 are taken to be announced; see \
            smtputf8-needed.",
        rfc: "RFC 5322 §3.4.1; RFC 6531 §3.2; RFC 6532 §3.2",
        check: Check::Message(|f, _| non_ascii(f)),
    },
    Entry {
        id: "smtputf8-needed",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Only for servers that know international mail",
        title_nl: "Alleen voor servers die internationale e-mail kennen",
        what: "An address, or the header of a mail that was announced so, contains letters with accents or of other \
            scripts, as SMTPUTF8 allows.",
        why: "Servers that do not know SMTPUTF8 refuse the mail: it may arrive here and bounce elsewhere.",
        tell: "The mail has special letters in an address or in its subject, which old mail systems refuse. If it \
            comes back, please use an address without them.",
        tell_nl: "In een adres of in het onderwerp staan speciale tekens, en oude mailsystemen weigeren dat. Als het \
            bericht terugkomt, gebruik dan een adres zonder zulke tekens.",
        fix: "The recipient's administrator: switch on SMTPUTF8.",
        misses: "Whether the servers behind us know SMTPUTF8.",
        rfc: "RFC 6531 §3.2; RFC 6532 §3",
        check: Check::Message(|f, _| needs_smtputf8(f)),
    },
    Entry {
        id: "address-part-too-long",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Very long address",
        title_nl: "Zeer lang adres",
        what: "An address has more than 64 bytes before the @, or more than 255 behind it.",
        why: "Servers may refuse it. Answers to such an address may fail.",
        tell: "An address in this mail is longer than many systems take, so an answer may not arrive. Please look for \
            another address of the sender.",
        tell_nl: "Een adres in dit bericht is langer dan veel systemen toestaan, dus een antwoord komt misschien niet \
            aan. Zoek een ander adres van de afzender.",
        fix: "The sender's mail program or its administrator.",
        misses: "Many servers take longer ones. It does not know which address it is.",
        rfc: "RFC 5321 §4.5.3.1.1, §4.5.3.1.2",
        check: Check::Message(|f, _| addressed(f, AddressFlags::TOO_LONG)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_tells_of_raw_letters() {
        let (file, mail, announced) = ((None, false), (Some(0), false), (Some(0), true));
        let utf8 = (HeaderFlags::RAW_UTF8, AddressFlags::RAW_UTF8);
        let name = (HeaderFlags::RAW_UTF8, AddressFlags::empty());
        let bytes = (HeaderFlags::RAW_8BIT, AddressFlags::RAW_8BIT);
        for ((arrival, smtputf8), (header, addresses), expected) in [
            (file, utf8, "smtputf8-needed"),
            (mail, utf8, "address-non-ascii"),
            (announced, utf8, "smtputf8-needed"),
            (file, name, "header-raw-8bit"),
            (mail, name, "header-raw-8bit"),
            (announced, name, "smtputf8-needed"),
            (file, bytes, "address-non-ascii"),
            (mail, bytes, "address-non-ascii"),
            (announced, bytes, "address-non-ascii"),
        ] {
            let mut facts = Facts::default();
            (facts.envelope.arrival, facts.envelope.smtputf8) = (arrival, smtputf8);
            (facts.header.flags, facts.header.addresses) = (header, addresses);
            let found = crate::catalogue::diagnose(&facts, &Default::default());
            let raw = ["smtputf8-needed", "address-non-ascii", "header-raw-8bit"];
            let found: Vec<&str> = found.iter().map(|f| f.entry.id).filter(|id| raw.contains(id)).collect();
            assert_eq!(found, [expected], "{arrival:?}, {smtputf8}, {header:?}, {addresses:?}");
        }
    }
}
