//! Every text of the page itself, in both languages; what is said of records stands in `store/words.rs`.

use super::form::Fault;
use crate::catalogue::texts;
use crate::report::ReferenceError;
use crate::scan::names::FileKind;
use crate::store::audit::{Deed, Role, Via};
use crate::store::words::RecordWords;
use crate::store::{PartRole, TicketForm};

texts! {
/// The texts of one language.
pub(super) struct Words {
    title: "Mail look-up", "Mail opzoeken";
    skip: "Skip to the result", "Naar het resultaat";
    skip_form: "Skip to the form", "Naar het formulier";
    languages: "Language", "Taal";
    to_audit: "Audit log", "Auditlog";
    to_state: "State", "Toestand";
    signed_in: "Signed in as", "Aangemeld als";
    written_down: "Every look-up is written down with your name and the ticket.", "Elke opzoeking wordt vastgelegd met uw naam en het ticket.";

    form: "What happened to this mail?", "Wat is er met deze mail gebeurd?";
    ticket: "Ticket", "Ticket";
    ticket_hint: "The number of the user's request. No look-up without one.", "Het nummer van de melding. Zonder nummer kan er niet worden gezocht.";
    can_tell: "What the user can tell", "Wat de gebruiker weet";
    can_tell_hint: "An address, or one of the others. Addresses must be complete.", "Een adres, of een van de andere velden. Adressen moeten volledig zijn.";
    recipient: "Recipient's address", "Adres van de ontvanger";
    sender: "Sender's address", "Adres van de afzender";
    or_one_of: "or one of these", "of een van deze";
    reference: "Reference", "Referentie";
    reference_hint: "In the mail's header: X-Mailgauge … ref=", "In de kopregels: X-Mailgauge … ref=";
    queue_id: "Queue ID", "Wachtrij-ID";
    queue_id_hint: "Postfix's, from a bounce or a log", "Van Postfix, uit een foutbericht of een log";
    message_id: "Message-ID", "Message-ID";
    since: "How far back", "Hoe ver terug";
    since_default: "usual: the last", "standaard: de laatste";
    since_week: "7 days", "7 dagen";
    since_all: "all that is kept:", "alles wat bewaard wordt:";
    hour: "hour", "uur";
    hours: "hours", "uur";
    day: "day", "dag";
    days: "days", "dagen";
    look_up: "Look up", "Opzoeken";

    about: "You see what the problem needs", "U ziet wat voor het probleem nodig is";
    about_lead: "Time, size, kinds of attachments, what is wrong with them, and what to tell the user.", "Tijdstip, grootte, soorten bijlagen, wat ermee mis is, en wat u tegen de gebruiker kunt zeggen.";
    about_never: "No subject, no text, no names, no other people's mail: none of it is kept.", "Geen onderwerp, geen tekst, geen namen, geen mail van anderen: daarvan wordt niets bewaard.";
    about_ask: "Ask the user for the address, or for the reference in the mail.", "Vraag de gebruiker naar het adres, of naar de referentie in de mail.";
    about_type: "Type the ticket and what the user told you.", "Vul het ticket in en wat de gebruiker heeft verteld.";
    about_read: "Read out what the result says. Pass on to your mail administrator what is marked for him.", "Lees voor wat het resultaat zegt. Geef aan uw mailbeheerder door wat voor hem bedoeld is.";

    size: "Size", "Grootte";
    over_own: "more than this server takes", "meer dan deze server aanneemt";
    within: "within what providers usually take (20 MB and more)", "binnen wat providers gewoonlijk aannemen (20 MB en meer)";
    over_20: "over 20 MB, where some providers stop; many take 25 MB", "boven 20 MB, waar sommige providers stoppen; veel nemen er 25 MB aan";
    over_25: "over 25 MB, where many providers stop", "boven 25 MB, waar veel providers stoppen";
    over_35: "over 35 MB, more than nearly all providers take", "boven 35 MB, meer dan bijna alle providers aannemen";
    here: "this server", "deze server";
    grows: "As mail it is larger than on disk: files grow by about 37 % on their way.", "Als mail is hij groter dan op schijf: bestanden groeien onderweg met ongeveer 37 %.";
    named: "named", "heet";
    the_mail: "the mail as a whole", "de mail als geheel";
    found: "What was found", "Gevonden";
    found_nothing: "Nothing is wrong with this mail as far as can be measured. It went on its way; the cause is elsewhere.", "Met deze mail is niets mis voor zover dat te meten is. Hij is doorgegaan; de oorzaak ligt elders.";
    background: "Background", "Achtergrond";
    what: "What was seen", "Wat er is gezien";
    why: "Why it matters", "Waarom het ertoe doet";
    fix: "Who has to fix it", "Wie het moet oplossen";
    done: "What was done", "Gedaan";
    open: "Details", "Details";
    details: "Details for the administrator", "Details voor de beheerder";
    message_size: "Size as mail", "Grootte als mail";
    header_size: "Header", "Kopregels";
    declared_size: "Announced size", "Aangekondigde grootte";
    recipients: "Recipients", "Ontvangers";
    parts: "Parts", "Delen";
    parts_listed: "listed", "vermeld";
    measured_in: "Measured in", "Gemeten in";
    role: "Role", "Rol";
    kind: "Kind", "Soort";
    declared: "Declared as", "Opgegeven als";
    extension: "Extension", "Extensie";
    attachment: "attachment", "bijlage";
    body: "text", "tekst";
    container: "container", "omhulsel";
    nothing: "none", "geen";

    clean: "In order", "In orde";
    incomplete: "Broke off", "Afgebroken";
    on_hold: "Held", "Vastgehouden";
    more_found: "more, see the details", "meer, zie de details";

    kind_unknown: "unknown kind", "onbekende soort";
    kind_empty: "empty file", "leeg bestand";
    kind_text: "text", "tekst";
    kind_message: "mail", "mail";
    kind_program: "program", "programma";
    kind_script: "script", "script";
    kind_archive: "archive", "archief";
    kind_office: "Office, with a password", "Office, met wachtwoord";
    kind_image: "picture", "afbeelding";
    kind_calendar: "calendar", "agenda";
    kind_contact: "contact", "contact";
    kind_audio: "sound", "geluid";
    kind_video: "video", "video";
    kind_font: "font", "lettertype";
    kind_disk: "disk image", "schijfkopie";
    kind_shortcut: "shortcut", "snelkoppeling";
    kind_database: "database", "database";
    kind_certificate: "certificate", "certificaat";
    kind_multipart: "parts", "delen";

    fault_ticket: "A look-up needs the number of a ticket.", "Een opzoeking heeft het nummer van een ticket nodig.";
    fault_ticket_usual: "This is not a ticket number. It has no blanks, only letters, digits and # - _ . / :", "Dit is geen ticketnummer. Het heeft geen spaties, alleen letters, cijfers en # - _ . / :";
    fault_ticket_form: "This is not a ticket number. It must fit the form", "Dit is geen ticketnummer. Het moet passen bij de vorm";
    fault_nothing: "Fill in an address, or one of the fields below.", "Vul een adres in, of een van de velden hieronder.";
    fault_several: "This names one mail already: leave the other fields empty.", "Dit noemt al één mail: laat de andere velden leeg.";
    fault_reference_length: "A reference has 12 letters and digits, as in 7K3M-9QTX-2HDC.", "Een referentie heeft 12 letters en cijfers, zoals 7K3M-9QTX-2HDC.";
    fault_reference_character: "A reference has only digits and letters, without U.", "Een referentie heeft alleen cijfers en letters, zonder U.";
    fault_reference_check: "One character is wrong, or two are swapped. Ask for the reference again.", "Eén teken is fout, of er zijn er twee verwisseld. Vraag de referentie opnieuw.";
    fault_queue_id: "A queue ID has only letters and digits, 24 at most.", "Een wachtrij-ID heeft alleen letters en cijfers, hoogstens 24.";
    fault_address: "This is not an address. Write it whole, as in jan@example.org.", "Dit is geen adres. Schrijf het helemaal, zoals jan@example.org.";
    fault_message_id: "This is not a Message-ID. It looks like <1234@example.org>.", "Dit is geen Message-ID. Dat ziet eruit als <1234@example.org>.";
    fault_since: "This is not a time. Write 48h, 7d, or all.", "Dit is geen tijd. Schrijf 48h, 7d, of all.";

    problem: "Not looked up", "Niet opgezocht";
    fault_rate_before: "You have looked up much in a short time. Allowed in ten minutes:", "U heeft in korte tijd veel opgezocht. Toegestaan per tien minuten:";
    fault_rate_after: "Wait a moment and try again.", "Wacht even en probeer het opnieuw.";
    fault_off: "No records are kept here. Ask your mail administrator.", "Hier worden geen gegevens bewaard. Vraag het uw mailbeheerder.";
    fault_store: "The records cannot be read at the moment. Mail is not affected. Try again in a minute; if it stays so, tell your mail administrator: the log says why.", "De gegevens kunnen nu niet worden gelezen. De mail heeft er geen last van. Probeer het over een minuut opnieuw; blijft het zo, waarschuw dan uw mailbeheerder: de reden staat in het log.";
    fault_audit: "The look-up could not be written down, so it is not answered. Tell your mail administrator: the log says why.", "De opzoeking kon niet worden vastgelegd en wordt daarom niet beantwoord. Waarschuw uw mailbeheerder: de reden staat in het log.";
    fault_token: "This form was open too long, or in another window. What you typed is still there: send it again.", "Dit formulier stond te lang open, of in een ander venster. Wat u heeft ingevuld staat er nog: verstuur het opnieuw.";
    fault_origin: "This request came from a page of another site and was not carried out.", "Dit verzoek kwam van een pagina van een andere site en is niet uitgevoerd.";
    fault_body: "The form could not be read. Go back and fill it in again.", "Het formulier kon niet worden gelezen. Ga terug en vul het opnieuw in.";
    fault_query: "Nothing is looked up by a web address, as those are kept in histories and logs. Use the form.", "Er wordt niets opgezocht via een webadres, want die blijven in geschiedenissen en logs staan. Gebruik het formulier.";
    fault_role_auditor: "Your role reads the audit log and does not look up mails.", "Uw rol leest het auditlog en zoekt geen mails op.";
    fault_role_state: "Only administrators see how mailgauge is doing.", "Alleen beheerders zien hoe het met mailgauge gaat.";
    fault_role_audit: "Only auditors read the audit log.", "Alleen auditors lezen het auditlog.";
    fault_missing: "There is no such page.", "Deze pagina bestaat niet.";
    fault_slow: "It took too long. Try again.", "Het duurde te lang. Probeer het opnieuw.";
    back: "To the form", "Naar het formulier";

    denied: "No access", "Geen toegang";
    denied_password: "Sign in with your name and password.", "Meld u aan met uw naam en wachtwoord.";
    denied_throttled: "Too many wrong passwords. Wait ten minutes.", "Te veel foute wachtwoorden. Wacht tien minuten.";
    denied_user: "The proxy in front of this page did not say who you are. For the administrator: it must send the login, once, in the header field", "De proxy voor deze pagina zei niet wie u bent. Voor de beheerder: hij moet de aanmeldnaam sturen, één keer, in het kopveld";
    denied_role: "The proxy in front of this page named no role that is known. For the administrator: it must send helpdesk, auditor or admin, once, in the header field", "De proxy voor deze pagina noemde geen bekende rol. Voor de beheerder: hij moet helpdesk, auditor of admin sturen, één keer, in het kopveld";
    denied_proxy: "This page is reached through its proxy only.", "Deze pagina is alleen via haar proxy bereikbaar.";
    denied_here: "Without users or a proxy, this page answers on its own machine only, at http://localhost. For the administrator: see [lookup] in the configuration.", "Zonder gebruikers of een proxy antwoordt deze pagina alleen op de eigen machine, op http://localhost. Voor de beheerder: zie [lookup] in de configuratie.";

    audit: "Audit log", "Auditlog";
    audit_lead: "Who looked, when, and for which ticket; the newest first. That you read it is written down as well.", "Wie er keek, wanneer, en voor welk ticket; het nieuwste eerst. Dat u dit leest wordt ook vastgelegd.";
    audit_verify: "Whether rows were changed or removed is checked on the server with:", "Of er regels zijn veranderd of verwijderd, wordt op de server gecontroleerd met:";
    audit_empty: "Nothing is written here yet.", "Hier is nog niets vastgelegd.";
    audit_older: "Older", "Ouder";
    audit_newest: "Newest", "Nieuwste";
    row: "Row", "Regel";
    time: "Time", "Tijd";
    worker: "Who", "Wie";
    via: "By way of", "Via";
    deed: "What", "Wat";
    rows: "Mails", "Mails";
    subject: "For whom or what", "Voor wie of wat";

    deed_reference: "look-up by reference", "opzoeking op referentie";
    deed_queue_id: "look-up by queue ID", "opzoeking op wachtrij-ID";
    deed_message_id: "look-up by Message-ID", "opzoeking op Message-ID";
    deed_sender: "look-up by sender", "opzoeking op afzender";
    deed_recipient: "look-up by recipient", "opzoeking op ontvanger";
    deed_both: "look-up by sender and recipient", "opzoeking op afzender en ontvanger";
    deed_export: "records handed out", "gegevens verstrekt";
    deed_erase: "records erased", "gegevens gewist";
    deed_prune: "old records removed", "oude gegevens verwijderd";
    deed_rotate: "new key", "nieuwe sleutel";
    deed_destroy: "key destroyed", "sleutel vernietigd";
    deed_read: "audit log read", "auditlog gelezen";
    via_page: "page", "pagina";
    via_api: "API", "API";
    via_cli: "command line", "opdrachtregel";
    role_helpdesk: "helpdesk", "helpdesk";
    role_auditor: "auditor", "auditor";
    role_admin: "administrator", "beheerder";

    monday: "Mon", "ma";
    tuesday: "Tue", "di";
    wednesday: "Wed", "wo";
    thursday: "Thu", "do";
    friday: "Fri", "vr";
    saturday: "Sat", "za";
    sunday: "Sun", "zo";
}
}

impl Words {
    /// What is said of records.
    pub(super) fn record(&self) -> &'static RecordWords {
        RecordWords::of(self.language)
    }

    /// What is wrong with a field, without what was typed.
    pub(super) fn fault(&self, fault: &Fault) -> String {
        match fault {
            Fault::NoTicket => self.fault_ticket.into(),
            Fault::Ticket(pattern) if pattern == TicketForm::DEFAULT => self.fault_ticket_usual.into(),
            Fault::Ticket(pattern) => format!("{} {pattern}", self.fault_ticket_form),
            Fault::Nothing => self.fault_nothing.into(),
            Fault::Several => self.fault_several.into(),
            Fault::Reference(ReferenceError::Length(_)) => self.fault_reference_length.into(),
            Fault::Reference(ReferenceError::Character(_)) => self.fault_reference_character.into(),
            Fault::Reference(ReferenceError::Check) => self.fault_reference_check.into(),
            Fault::QueueId => self.fault_queue_id.into(),
            Fault::Address => self.fault_address.into(),
            Fault::MessageId => self.fault_message_id.into(),
            Fault::Since => self.fault_since.into(),
        }
    }

    pub(super) fn part_role(&self, role: PartRole) -> &'static str {
        match role {
            PartRole::Attachment => self.attachment,
            PartRole::Body => self.body,
            PartRole::Container => self.container,
        }
    }

    /// A kind of file, as people call it.
    pub(super) fn kind(&self, kind: FileKind) -> String {
        use FileKind as K;
        let word = match kind {
            K::Unknown => self.kind_unknown,
            K::Empty => self.kind_empty,
            K::Multipart => self.kind_multipart,
            K::Text => self.kind_text,
            K::Message | K::Msg => self.kind_message,
            K::Pe | K::Elf | K::MachO | K::JavaClass | K::Wasm | K::OtherExecutable | K::Apk | K::Jar => {
                self.kind_program
            }
            K::Script => self.kind_script,
            K::Archive => self.kind_archive,
            K::EncryptedOoxml => self.kind_office,
            K::Image | K::Icon => self.kind_image,
            K::Calendar => self.kind_calendar,
            K::VCard => self.kind_contact,
            K::Audio => self.kind_audio,
            K::Video => self.kind_video,
            K::Font => self.kind_font,
            K::DiskImage => self.kind_disk,
            K::Shortcut => self.kind_shortcut,
            K::Sqlite => self.kind_database,
            K::Der => self.kind_certificate,
            K::Tnef => "winmail.dat",
            named => return named.name().to_uppercase(),
        };
        word.into()
    }

    pub(super) fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Helpdesk => self.role_helpdesk,
            Role::Auditor => self.role_auditor,
            Role::Admin => self.role_admin,
        }
    }

    pub(super) fn via(&self, via: Via) -> &'static str {
        match via {
            Via::Page => self.via_page,
            Via::Api => self.via_api,
            Via::Cli => self.via_cli,
        }
    }

    pub(super) fn deed(&self, deed: Deed) -> &'static str {
        match deed {
            Deed::LookupReference => self.deed_reference,
            Deed::LookupQueueId => self.deed_queue_id,
            Deed::LookupMessageId => self.deed_message_id,
            Deed::LookupSender => self.deed_sender,
            Deed::LookupRecipient => self.deed_recipient,
            Deed::LookupBoth => self.deed_both,
            Deed::Export => self.deed_export,
            Deed::Erase => self.deed_erase,
            Deed::Prune => self.deed_prune,
            Deed::KeyRotate => self.deed_rotate,
            Deed::KeyDestroy => self.deed_destroy,
            Deed::AuditRead => self.deed_read,
        }
    }

    /// The short name of a day, 0 for Monday.
    pub(super) fn weekday(&self, from_monday: i8) -> &'static str {
        match from_monday {
            0 => self.monday,
            1 => self.tuesday,
            2 => self.wednesday,
            3 => self.thursday,
            4 => self.friday,
            5 => self.saturday,
            _ => self.sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Language;

    #[test]
    fn no_text_is_empty_and_none_was_forgotten_to_be_translated() {
        // Words that both languages have.
        const SAME: &[&str] = &[
            "ticket",
            "message_id",
            "kind_script",
            "kind_contact",
            "kind_video",
            "kind_database",
            "details",
            "kind_message",
            "open",
            "via_api",
            "role_helpdesk",
            "role_auditor",
            "via",
            "rows",
        ];
        Words::assert_translated(SAME);
    }

    #[test]
    fn what_is_said_of_a_fault_repeats_nothing_of_what_was_typed() {
        let words = Words::of(Language::English);
        let fault = Fault::Reference(crate::report::Reference::parse("Zoë").unwrap_err());
        assert!(!words.fault(&fault).contains('ë'));
    }
}
