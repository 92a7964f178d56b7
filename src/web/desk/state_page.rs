//! How mailgauge itself is doing, for administrators: numbers and times, nothing per person and nothing about a single mail.

use super::show::{bytes, span, time};
use super::words::Words;
use crate::Settings;
use crate::catalogue::texts;
use crate::figures::grouped;
use crate::pseudonym::Key;
use crate::report::metrics::{LookUp, Loss, Operation};
use maud::{Markup, html};
use std::sync::Arc;

texts! {
/// The texts of one language.
struct StateWords {
        title: "State of mailgauge", "Toestand van mailgauge";
        lead: "Numbers and times, nothing about a person or a mail. Prometheus gets the same and more.", "Getallen en tijden, niets over een persoon of een mail. Prometheus krijgt hetzelfde en meer.";
        yes: "yes", "ja";
        no: "NO", "NEE";
        none: "none", "geen";

        store: "Records", "Gegevens over mails";
        store_up: "can be written", "kunnen geschreven worden";
        size: "size of the store", "grootte van de opslag";
        of: "of", "van";
        oldest: "oldest day", "oudste dag";
        waiting: "waiting to be written", "wachten op schrijven";
        written: "written since the start", "geschreven sinds de start";
        forgotten: "forgotten since the start", "vergeten sinds de start";
        lost: "lost since the start", "verloren sinds de start";
        clock: "the clock is in doubt, so nothing is forgotten", "de klok wordt niet vertrouwd, dus niets wordt vergeten";

        keys: "Keys, by which addresses are found", "Sleutels waarmee op adres wordt gezocht";
        no_keys: "There is none: addresses and Message-IDs cannot be found.", "Er is er geen: op adres en Message-ID kan niet worden gezocht.";
        from: "from", "vanaf";
        until: "until", "tot";
        destroyed: "destroyed after", "vernietigd na";
        which: "state", "toestand";
        in_use: "in use", "in gebruik";

        look_ups: "Look-ups at page and API since the start", "Zoekopdrachten via pagina en API sinds de start";
        found: "answered with mails", "beantwoord met mails";
        empty: "answered with none", "beantwoord zonder mails";
        invalid: "not a question", "geen vraag";
        forbidden: "not allowed", "niet toegestaan";
        limited: "too many in a short time", "te veel in korte tijd";
        unaudited: "not written down, and refused therefore", "niet vastgelegd, en daarom geweigerd";
        failed: "store did not answer", "opslag antwoordde niet";
        logins: "sign-ins refused", "aanmeldingen geweigerd";
        certificate: "the certificate ends", "het certificaat loopt af";

        rules: "What is configured", "Wat is ingesteld";
        keep: "records are kept for", "gegevens worden bewaard";
        keep_audit: "the audit log is kept for", "het auditlog wordt bewaard";
        window: "a look-up goes back, unless told otherwise", "een zoekopdracht gaat terug, tenzij anders gevraagd";
        rate: "look-ups of one worker in ten minutes", "zoekopdrachten van één medewerker in tien minuten";
        ticket: "a ticket number fits", "een ticketnummer past op";

        mail: "Mail", "Mail";
        sessions: "open sessions of Postfix", "open sessies van Postfix";
        errors: "faults in mailgauge since the start", "fouten in mailgauge sinds de start";
        reload: "the last reload of the configuration succeeded", "de laatste herlading van de configuratie is gelukt";
}
}

impl StateWords {
    fn look_up(&self, how: LookUp) -> &'static str {
        match how {
            LookUp::Found => self.found,
            LookUp::Empty => self.empty,
            LookUp::Invalid => self.invalid,
            LookUp::Forbidden => self.forbidden,
            LookUp::Limited => self.limited,
            LookUp::Unaudited => self.unaudited,
            LookUp::Failed => self.failed,
        }
    }

    fn truth(&self, yes: bool) -> &'static str {
        if yes { self.yes } else { self.no }
    }
}

/// What the page is made of.
pub(super) struct State {
    pub(super) operation: Operation,
    pub(super) keys: Vec<Arc<Key>>,
    pub(super) settings: Arc<Settings>,
    /// In seconds since the epoch.
    pub(super) now: i64,
}

/// The title of the page.
pub(super) fn title(words: &Words) -> &'static str {
    StateWords::of(words.language).title
}

impl State {
    /// The page.
    pub(super) fn render(&self, words: &Words) -> Markup {
        let own = StateWords::of(words.language);
        html! {
            div.audit #result {
                h1 { (own.title) }
                p.lead { (own.lead) }
                (self.store(words, own))
                (self.keys(words, own))
                (self.look_ups(words, own))
                (self.mail(own))
                (self.rules(words, own))
            }
        }
    }

    fn store(&self, words: &Words, own: &StateWords) -> Markup {
        let Operation { store_up, store_bytes, oldest_record, waiting, written, forgotten, clock_in_doubt, .. } =
            self.operation;
        let lost = self.operation.lost.iter().zip(Loss::ALL).filter(|(count, _)| **count > 0);
        let lost: Vec<String> = lost.map(|(count, loss)| format!("{} ({loss})", grouped(*count))).collect();
        let size =
            format!("{} {} {}", bytes(words, store_bytes), own.of, bytes(words, self.settings.retention.max_bytes));
        table(
            own.store,
            html! {
                (row(own.store_up, html! { (own.truth(store_up)) }))
                (row(own.size, html! { (size) }))
                (row(own.oldest, html! { @match oldest_record { Some(day) => (time(words, day)), None => (own.none) } }))
                (row(own.waiting, html! { (grouped(waiting)) }))
                (row(own.written, html! { (grouped(written)) }))
                (row(own.forgotten, html! { (grouped(forgotten)) }))
                (row(own.lost, html! { @if lost.is_empty() { "0" } @else { (lost.join(", ")) } }))
                @if clock_in_doubt { (row(own.clock, html! { (own.yes) })) }
            },
        )
    }

    fn keys(&self, words: &Words, own: &StateWords) -> Markup {
        let current = |key: &Key| key.from() <= self.now && self.now < key.until();
        let newest = self.keys.iter().filter(|key| current(key)).max_by_key(|key| (key.from(), key.id()));
        let keep = crate::system::seconds(self.settings.retention.records);
        html! {
            h2 { (own.keys) }
            @if self.keys.is_empty() { p { (own.no_keys) } } @else {
                div.wide.card {
                    table {
                        thead { tr {
                            th scope="col" { (own.from) } th scope="col" { (own.until) } th scope="col" { (own.destroyed) } th scope="col" { (own.which) }
                        } }
                        tbody {
                            @for key in &self.keys {
                                tr {
                                    td.time { (time(words, key.from())) }
                                    td.time { (time(words, key.until())) }
                                    td.time { (time(words, key.until().saturating_add(keep))) }
                                    td { @if newest.is_some_and(|newest| newest.id() == key.id()) { (own.in_use) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn look_ups(&self, words: &Words, own: &StateWords) -> Markup {
        let Operation { logins_refused, certificate_until, .. } = self.operation;
        table(
            own.look_ups,
            html! {
                @for (how, count) in LookUp::ALL.iter().zip(&self.operation.look_ups) {
                    (row(own.look_up(*how), html! { (grouped(*count)) }))
                }
                (row(own.logins, html! { (grouped(logins_refused)) }))
                @if let Some(until) = certificate_until { (row(own.certificate, html! { (time(words, until)) })) }
            },
        )
    }

    fn mail(&self, own: &StateWords) -> Markup {
        let Operation { sessions_open, sessions_limit, internal_errors, reload_ok, .. } = self.operation;
        table(
            own.mail,
            html! {
                (row(own.sessions, html! { (grouped(sessions_open)) " " (own.of) " " (grouped(sessions_limit)) }))
                (row(own.errors, html! { (grouped(internal_errors)) }))
                (row(own.reload, html! { (own.truth(reload_ok)) }))
            },
        )
    }

    fn rules(&self, words: &Words, own: &StateWords) -> Markup {
        let Settings { retention, desk, .. } = self.settings.as_ref();
        table(
            own.rules,
            html! {
                (row(own.keep, html! { (span(words, retention.records)) }))
                (row(own.keep_audit, html! { (span(words, retention.audit)) }))
                (row(own.window, html! { (span(words, desk.window)) }))
                (row(own.rate, html! { (desk.rate_limit) }))
                (row(own.ticket, html! { code { (desk.ticket.pattern()) } }))
            },
        )
    }
}

fn table(heading: &str, rows: Markup) -> Markup {
    html! {
        h2 { (heading) }
        div.wide.card { table.facts { tbody { (rows) } } }
    }
}

fn row(name: &str, value: Markup) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } } }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        super::StateWords::assert_translated(&["mail"]);
    }
}
