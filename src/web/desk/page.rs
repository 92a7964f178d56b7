//! The frame of every page, and the form.

use super::form::{Field, Typed, Wrong};
use super::show::span;
use super::words::Words;
use crate::catalogue::Language;
use crate::store::audit::Role;
use maud::{DOCTYPE, Markup, html};
use std::time::Duration;

/// The style sheet. A file of its own, so that the page's policy need not allow styles inside it.
pub(super) const STYLE: &str = include_str!("desk.css");

/// Who sees the page.
pub(super) struct Visitor {
    pub(super) name: String,
    pub(super) role: Role,
}

/// A whole page. `at` is its path, for the language switch.
pub(super) fn frame(words: &Words, at: &str, visitor: Option<&Visitor>, title: &str, main: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.language.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · mailgauge" }
                link rel="stylesheet" href="/style.css";
                // An icon would be asked for otherwise, and is none of ours.
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { (words.skip_form) }
                // Pages of the form alone have no result to skip to.
                @if title != words.title && title != words.problem { a.skip href="#result" { (words.skip) } }
                header.top {
                    div.inner {
                        p.brand { a href="/" { "mailgauge" } " " span.soft { (words.title) } }
                        @if let Some(visitor) = visitor {
                            p.who { (words.signed_in) " " strong { (visitor.name) } " (" (words.role(visitor.role)) ")" }
                            @if visitor.role == Role::Auditor && at != "/audit" { a href="/audit" { (words.to_audit) } }
                            @if visitor.role == Role::Admin && at != "/state" { a href="/state" { (words.to_state) } }
                        }
                        nav.languages aria-label=(words.languages) {
                            @for (language, name) in [(Language::English, "English"), (Language::Dutch, "Nederlands")] {
                                a href={ (at) "?lang=" (language.name()) } hreflang=(language.name()) lang=(language.name())
                                    aria-current=[(language == words.language).then_some("true")] { (name) }
                            }
                        }
                    }
                }
                main #main tabindex="-1" { (main) }
                footer.foot { div.inner { p { "mailgauge " (env!("CARGO_PKG_VERSION")) } p { (words.written_down) } } }
            }
        }
    }
}

/// What the form needs to be shown.
pub(super) struct Form<'a> {
    /// What was typed before.
    pub(super) typed: &'a Typed,
    /// The token to send with it.
    pub(super) token: &'a str,
    /// What was wrong with it.
    pub(super) wrong: Option<&'a Wrong>,
    /// The usual window.
    pub(super) window: Duration,
    /// How long records are kept.
    pub(super) keep: Duration,
    /// Whether the cursor begins here.
    pub(super) focus: bool,
}

/// Bytes that a field takes.
const LONGEST: &str = "1000";

impl Form<'_> {
    /// The form with the fields as they were.
    pub(super) fn render(&self, words: &Words) -> Markup {
        let typed = self.typed;
        let window = self.window.min(self.keep);
        let usual = format!("{} {}", words.since_default, span(words, window));
        let all = format!("{} {}", words.since_all, span(words, self.keep));
        html! {
            form.card.ask method="post" action="/lookup" autocomplete="off" aria-labelledby="ask" {
                h1 #ask { (words.form) }
                input type="hidden" name="token" value=(self.token);
                (self.field(words, Field::Ticket, words.ticket, words.ticket_hint, &typed.ticket, true))
                fieldset aria-describedby="can-tell" {
                    legend { (words.can_tell) }
                    p.hint #can-tell { (words.can_tell_hint) }
                    (self.field(words, Field::Recipient, words.recipient, "", &typed.recipient, false))
                    (self.field(words, Field::Sender, words.sender, "", &typed.sender, false))
                    p.or { span { (words.or_one_of) } }
                    (self.field(words, Field::Reference, words.reference, words.reference_hint, &typed.reference, false))
                    (self.field(words, Field::QueueId, words.queue_id, words.queue_id_hint, &typed.queue_id, false))
                    (self.field(words, Field::MessageId, words.message_id, "", &typed.message_id, false))
                }
                div.field {
                    label for="since" { (words.since) }
                    select #since name="since" {
                        option value="" { (usual) }
                        option value="7d" selected[typed.since == "7d"] { (words.since_week) }
                        option value="all" selected[typed.since == "all"] { (all) }
                    }
                    @if let Some((Field::Since, fault)) = self.wrong { p.fault { (words.fault(fault)) } }
                }
                button type="submit" { (words.look_up) }
            }
        }
    }

    fn field(&self, words: &Words, field: Field, label: &str, hint: &str, value: &str, required: bool) -> Markup {
        let name = field.name();
        let fault = self.wrong.filter(|(wrong, _)| *wrong == field).map(|(_, fault)| words.fault(fault));
        let first = self.focus && self.wrong.map_or(field == Field::Ticket, |(wrong, _)| *wrong == field);
        let (hint_id, fault_id) = (format!("{name}-hint"), format!("{name}-fault"));
        let described: Vec<&str> = [(!hint.is_empty()).then_some(&*hint_id), fault.is_some().then_some(&*fault_id)]
            .into_iter()
            .flatten()
            .collect();
        html! {
            div.field {
                label for=(name) { (label) }
                // Text, not email: a browser would send the domain in another spelling, or refuse what the mail had.
                input id=(name) name=(name) type="text" value=(value) maxlength=(LONGEST) required[required] autofocus[first]
                    autocomplete="off" autocapitalize="none" spellcheck="false"
                    aria-invalid=[fault.is_some().then_some("true")]
                    aria-describedby=[(!described.is_empty()).then(|| described.join(" "))];
                @if let Some(fault) = &fault { p.fault id=(fault_id) { (fault) } }
                @if !hint.is_empty() { p.hint id=(hint_id) { (hint) } }
            }
        }
    }
}

/// The start page's other half: how it goes, and what is not shown.
pub(super) fn about(words: &Words) -> Markup {
    html! {
        section.about aria-labelledby="about" {
            h2 #about { (words.about) }
            p.lead { (words.about_lead) }
            ol {
                li { (words.about_ask) }
                li { (words.about_type) }
                li { (words.about_read) }
            }
            p.promise { (words.about_never) }
        }
    }
}

/// A result that is a sentence: why there is none.
pub(super) fn notice(heading: &str, text: &str) -> Markup {
    html! {
        section.card.problem #result aria-labelledby="result-title" {
            h2 #result-title tabindex="-1" autofocus { (heading) }
            p role="status" { (text) }
        }
    }
}

/// A page that is a sentence.
pub(super) fn sentence(words: &Words, visitor: Option<&Visitor>, heading: &str, text: &str) -> Markup {
    let main = html! {
        div.single {
            section.card.problem #result aria-labelledby="result-title" {
                h1 #result-title { (heading) }
                p { (text) }
                p { a href="/" { (words.back) } }
            }
        }
    };
    frame(words, "/", visitor, heading, main)
}

/// Form and result side by side.
pub(super) fn desk(form: Markup, beside: Markup) -> Markup {
    html! { div.desk { (form) div.beside { (beside) } } }
}
