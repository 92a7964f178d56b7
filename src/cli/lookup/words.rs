//! The words around a record, in each language. What a finding means stands in the catalogue.

use crate::catalogue::Language;
use crate::policy::Action;
use crate::report::{Direction, Ending};
use crate::scan::names::Encryption;

/// All words of one language; a missing one does not compile.
pub struct Words {
    pub inbound: &'static str,
    pub outbound: &'static str,
    pub internal: &'static str,
    pub recipient: &'static str,
    pub recipients: &'static str,
    pub queue_id: &'static str,
    pub bytes: &'static str,
    pub on_the_wire: &'static str,
    pub no_attachments: &'static str,
    pub attachment: &'static str,
    pub attachments: &'static str,
    pub not_listed: &'static str,
    pub part: &'static str,
    pub parts: &'static str,
    pub partly_encrypted: &'static str,
    pub encrypted: &'static str,
    pub encryption_unknown: &'static str,
    pub tell: &'static str,
    pub accepted: &'static str,
    pub tagged: &'static str,
    pub held: &'static str,
    pub release: &'static str,
    pub aborted: &'static str,
    pub one_mail: &'static str,
    pub mails: &'static str,
    pub between: &'static str,
    pub and: &'static str,
    pub more: &'static str,
    pub keys_missing: &'static str,
    pub nothing: &'static str,
    pub can_mean: &'static [&'static str],
    pub clean: &'static str,
    pub levels: [&'static str; 4],
}

pub const ENGLISH: Words = Words {
    inbound: "from outside",
    outbound: "sent by a user who logged in",
    internal: "from this machine",
    recipient: "recipient",
    recipients: "recipients",
    queue_id: "queue ID",
    bytes: "bytes",
    on_the_wire: "as it was sent",
    no_attachments: "no attachments",
    attachment: "attachment",
    attachments: "attachments",
    not_listed: "not listed here",
    part: "part",
    parts: "parts",
    partly_encrypted: "partly encrypted",
    encrypted: "encrypted",
    encryption_unknown: "perhaps encrypted",
    tell: "Tell the user:",
    accepted: "It went on as it was.",
    tagged: "It went on, with the field X-Mailgauge in its header.",
    held: "It is held, and was not delivered.",
    release: "To release it:",
    aborted: "The connection broke off before the mail was complete. The sender's server usually tries again.",
    one_mail: "1 mail",
    mails: "mails",
    between: "between",
    and: "and",
    more: "There are more: make --since shorter, or ask for the reference.",
    keys_missing: "The key of a part of this time is gone: mails of then can be found by reference and queue ID only.",
    nothing: "Nothing was found",
    can_mean: &[
        "The mail never reached this server: the sender's server has it, or it went elsewhere.",
        "It was refused before it was measured, for its size for instance: Postfix's log has it, the records do not.",
        "It came earlier: try a longer --since. Records are forgotten after a time.",
        "It was for another address: aliases and forwarding are resolved behind this point, so ask for the address that the sender wrote to.",
    ],
    clean: "clean",
    levels: ["info", "notice", "warning", "error"],
};

pub const DUTCH: Words = Words {
    inbound: "van buiten",
    outbound: "verstuurd door een aangemelde gebruiker",
    internal: "van deze machine",
    recipient: "ontvanger",
    recipients: "ontvangers",
    queue_id: "queue-ID",
    bytes: "bytes",
    on_the_wire: "zoals verstuurd",
    no_attachments: "geen bijlagen",
    attachment: "bijlage",
    attachments: "bijlagen",
    not_listed: "hier niet genoemd",
    part: "deel",
    parts: "delen",
    partly_encrypted: "deels versleuteld",
    encrypted: "versleuteld",
    encryption_unknown: "misschien versleuteld",
    tell: "Zeg tegen de gebruiker:",
    accepted: "De mail is ongewijzigd doorgegaan.",
    tagged: "De mail is doorgegaan, met de regel X-Mailgauge in de kop.",
    held: "De mail wordt vastgehouden en is niet bezorgd.",
    release: "Vrijgeven kan met:",
    aborted: "De verbinding brak af voordat de mail compleet was. De server van de afzender probeert het meestal opnieuw.",
    one_mail: "1 mail",
    mails: "mails",
    between: "tussen",
    and: "en",
    more: "Er zijn er meer: maak --since korter, of vraag naar de referentie.",
    keys_missing: "De sleutel van een deel van deze periode is er niet meer: mails van toen zijn alleen op referentie en queue-ID te vinden.",
    nothing: "Er is niets gevonden",
    can_mean: &[
        "De mail heeft deze server nooit bereikt: de server van de afzender heeft hem nog, of hij ging ergens anders heen.",
        "De mail is geweigerd voordat hij werd gemeten, bijvoorbeeld omdat hij te groot was: dat staat in het logboek van Postfix, niet hier.",
        "De mail kwam eerder: probeer een langere --since. Gegevens worden na een tijd gewist.",
        "De mail was voor een ander adres: aliassen en doorsturen komen pas na dit punt, vraag dus naar het adres waaraan de afzender schreef.",
    ],
    clean: "in orde",
    levels: ["info", "opmerking", "waarschuwing", "fout"],
};

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Dutch => &DUTCH,
        }
    }

    pub fn direction(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Inbound => self.inbound,
            Direction::Outbound => self.outbound,
            Direction::Internal => self.internal,
        }
    }

    pub fn encryption(&self, encryption: Encryption) -> &'static str {
        match encryption {
            Encryption::No => "",
            Encryption::Some => self.partly_encrypted,
            Encryption::All => self.encrypted,
            Encryption::Unknown => self.encryption_unknown,
        }
    }

    /// What became of a mail.
    pub fn done(&self, action: Action, ending: Ending) -> &'static str {
        match (ending, action) {
            (Ending::Aborted, _) => self.aborted,
            (Ending::Measured, Action::Accept) => self.accepted,
            (Ending::Measured, Action::Tag) => self.tagged,
            (Ending::Measured, Action::Quarantine) => self.held,
        }
    }
}
