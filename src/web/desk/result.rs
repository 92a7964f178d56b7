//! What a look-up gives, for people.

use super::form::Typed;
use super::show::{bytes, size, time};
use super::words::Words;
use crate::catalogue::{Language, Thresholds};
use crate::report::Ending;
use crate::scan::names::Extension;
use crate::store::desk::Answer;
use crate::store::words::REFUSED_FOR_SIZE;
use crate::store::{Grave, Kept, KeptPart, PartRole};
use maud::{Markup, html};

/// Attachments that are shown as blocks; a mail with more says how many.
const MAX_BLOCKS: usize = 12;

/// Findings of a mail in a list, the gravest; its details have them all.
const MAX_IN_LIST: usize = 3;

/// What opens a row of the list: a form of its own, so that nothing stands in an address.
pub(super) struct Opener<'a> {
    /// The ticket of the look-up.
    pub(super) typed: &'a Typed,
    /// The form's token.
    pub(super) token: &'a str,
}

/// The result; a single mail comes with all details.
pub(super) fn result(words: &Words, answer: &Answer, thresholds: &Thresholds, opener: &Opener<'_>) -> Markup {
    let detailed = answer.records.len() == 1 && !answer.more;
    html! {
        section.result #result aria-labelledby="result-title" {
            h2 #result-title tabindex="-1" autofocus { (summary(words, answer)) }
            p.soft role="status" {
                (words.record().searched) ": " (time(words, answer.window.0)) " " (words.record().until) " " (time(words, answer.window.1.saturating_sub(1)))
            }
            @if answer.more { p.remark { (words.record().more) } }
            @if answer.keys_missing { p.remark { (words.record().keys_missing) } }
            @if answer.records.is_empty() {
                (empty(words))
            } @else {
                ol.mails {
                    @for kept in &answer.records { li { (mail(words, kept, thresholds, (!detailed).then_some(opener))) } }
                }
            }
        }
    }
}

/// How many there are.
pub(super) fn summary(words: &Words, answer: &Answer) -> String {
    words.record().found(answer.records.len(), answer.more)
}

fn empty(words: &Words) -> Markup {
    html! {
        div.card.empty {
            p { (words.record().empty_lead) }
            ul {
                @for reason in words.record().can_mean() {
                    li { (reason) @if reason == words.record().empty_size { code.copy { (REFUSED_FOR_SIZE) } } }
                }
            }
        }
    }
}

/// One mail. Without an opener, it is open: with all details.
fn mail(words: &Words, kept: &Kept, thresholds: &Thresholds, opener: Option<&Opener<'_>>) -> Markup {
    let heading = format!("mail-{}", kept.reference);
    html! {
        article.card.mail aria-labelledby=(heading) {
            header {
                h3 id=(heading) { (time(words, kept.time)) }
                span.direction { (words.record().direction(kept.direction)) }
                @if kept.is_held() { span.badge.held { (words.on_hold) } }
                (badge(words, kept))
                @if let Some(opener) = opener { (open(words, kept, &heading, opener)) }
            }
            @if kept.ending == Ending::Refused {
                p { strong { (bytes(words, kept.declared_size.unwrap_or(0))) } " " span.soft { (words.record().announced) } }
            } @else {
                (size(words, kept.wire_bytes, thresholds))
                (attachments(words, kept))
            }
            // Of a mail that broke off, nothing found means nothing.
            @if kept.ending == Ending::Measured || !kept.findings.0.is_empty() {
                div.about-it { h4 { (words.found) } div { (findings(words, kept, opener.is_none())) } }
            }
            div.about-it { h4 { (words.done) } div { (done(words, kept)) } }
            @if opener.is_none() { (details(words, kept)) }
        }
    }
}

/// The mail's level at a glance.
fn badge(words: &Words, kept: &Kept) -> Markup {
    let (class, word) = match (kept.level, kept.ending) {
        (None, Ending::Measured) => ("clean", words.clean),
        (None, Ending::Aborted | Ending::Refused) => ("notice", words.incomplete),
        (Some(level), _) => (level.name(), words.record().level(level)),
    };
    html! { span class={ "badge " (class) } { (word) } }
}

fn open(words: &Words, kept: &Kept, heading: &str, opener: &Opener<'_>) -> Markup {
    html! {
        form.open method="post" action="/lookup" {
            input type="hidden" name="token" value=(opener.token);
            input type="hidden" name="ticket" value=(opener.typed.ticket);
            input type="hidden" name="reference" value=(kept.reference);
            input type="hidden" name="since" value=(opener.typed.since);
            button.quiet type="submit" aria-describedby=(heading) { (words.open) }
        }
    }
}

fn attachments(words: &Words, kept: &Kept) -> Markup {
    let listed: Vec<&KeptPart> = kept.parts.iter().filter(|part| part.role == PartRole::Attachment).collect();
    let shown = listed.len().min(MAX_BLOCKS);
    let hidden = u64::from(kept.attachments).saturating_sub(shown as u64);
    html! {
        @match kept.attachments {
            0 => p.attachments.soft { (words.record().no_attachments) },
            count => {
                p.attachments {
                    @if count == 1 { (words.record().one_attachment) } @else { (count) " " (words.record().attachments) }
                    ", " (bytes(words, kept.attachment_bytes))
                }
                ul.blocks {
                    @for part in &listed[..shown] { li { (block(words, part)) } }
                    @if hidden > 0 { li.soft { "+ " (hidden) " " (words.record().not_listed) } }
                }
            }
        }
    }
}

/// An attachment at a glance: kind, size, what its name says where that is something else, encryption.
fn block(words: &Words, part: &KeptPart) -> Markup {
    let kind = words.kind(part.detected);
    html! {
        span.kind { (kind) }
        span { (bytes(words, part.decoded_bytes)) }
        @if let Some(extension) = extension(part)
            && !kind.eq_ignore_ascii_case(extension) { span.soft { (words.named) " ." (extension) } }
        @if let Some(word) = words.record().encryption(part.encryption) { span.locked { (word) } }
    }
}

fn extension(part: &KeptPart) -> Option<&'static str> {
    match part.extension {
        Extension::None | Extension::Other | Extension::OtherProgram | Extension::OtherBlocked => None,
        known => Some(known.name()),
    }
}

fn findings(words: &Words, kept: &Kept, open: bool) -> Markup {
    let found = kept.by_gravity();
    html! {
        @if found.is_empty() {
            p.soft { (words.found_nothing) }
        } @else {
            @let shown = if open { found.len() } else { found.len().min(MAX_IN_LIST) };
            ul.findings {
                @for found in &found[..shown] { li { (finding(words, kept, found, open)) } }
            }
            @if shown < found.len() { p.soft { "+ " (found.len() - shown) " " (words.more_found) } }
        }
    }
}

fn finding(words: &Words, kept: &Kept, Grave { entry, level, parts }: &Grave, open: bool) -> Markup {
    let places = parts.iter().map(|index| place(words, kept, *index)).collect::<Vec<_>>().join(", ");
    html! {
        p.title {
            span class={ "badge " (level.name()) } { (words.record().level(*level)) }
            " " strong { (entry.title_in(words.language)) }
            @if !places.is_empty() { " " span.soft { "(" (places) ")" } }
        }
        @let tell = entry.tell_in(words.language);
        @if !tell.is_empty() {
            p.label { (words.record().tell) }
            p.copy.tell { (tell) }
        }
        @if open {
            details {
                summary { (words.background) " " code { (entry.id) } }
                // These are written in English only.
                dl lang=[(words.language != Language::English).then_some("en")] {
                    @for (head, text) in [(words.what, entry.what), (words.why, entry.why), (words.fix, entry.fix)] {
                        @if !text.is_empty() { div { dt lang=(words.language.name()) { (head) } dd { (text) } } }
                    }
                }
            }
        }
    }
}

/// Which part it is, as the blocks name it.
fn place(words: &Words, kept: &Kept, index: u16) -> String {
    match kept.parts.iter().find(|part| part.index == index) {
        Some(part) if part.role != PartRole::Container => {
            format!("{}, {}", words.kind(part.detected), bytes(words, part.decoded_bytes))
        }
        Some(_) if index == 0 => words.the_mail.into(),
        _ => format!("{} {index}", words.record().part),
    }
}

fn done(words: &Words, kept: &Kept) -> Markup {
    html! {
        p { (words.record().done(kept)) }
        @for remark in words.record().remarks(kept, words.language, |size| bytes(words, size)) { p.soft { (remark) } }
        @if let Some(command) = kept.release() { code.copy { (command) } }
    }
}

fn details(words: &Words, kept: &Kept) -> Markup {
    let rest = kept.parts_total.saturating_sub(kept.parts.len() as u64);
    html! {
        h4.details { (words.details) }
        dl.figures {
            div { dt { (words.reference) } dd { code { (kept.reference) } } }
            div { dt { (words.queue_id) } dd { @if let Some(id) = &kept.queue_id { code { (id.as_str()) } } @else { (words.nothing) } } }
            div { dt { (words.message_size) } dd { (kept.wire_bytes) " B" } }
            div { dt { (words.header_size) } dd { (bytes(words, kept.header_bytes)) } }
            @if let Some(declared) = kept.declared_size {
                div { dt { (words.declared_size) } dd { (bytes(words, declared)) } }
            }
            div { dt { (words.recipients) } dd { (kept.recipients) } }
            div { dt { (words.measured_in) } dd { (kept.scan_us) " µs" } }
        }
        @if !kept.parts.is_empty() {
            // A table that is wider than the screen is scrolled, by keyboard as well.
            div.wide tabindex="0" role="region" aria-label=(words.parts) {
                table {
                    caption { (words.parts) ": " (kept.parts_total) @if rest > 0 { ", " (kept.parts.len()) " " (words.parts_listed) } }
                    thead {
                        tr {
                            th scope="col" { "#" }
                            th scope="col" { (words.role) }
                            th scope="col" { (words.kind) }
                            th scope="col" { (words.declared) }
                            th scope="col" { (words.extension) }
                            th.number scope="col" { (words.size) }
                        }
                    }
                    tbody {
                        @for part in &kept.parts {
                            tr {
                                td { (part.index) }
                                td { (words.part_role(part.role)) }
                                td { @if part.role != PartRole::Container { (words.kind(part.detected)) } }
                                td { code { (part.declared.name()) } }
                                td { @if let Some(extension) = extension(part) { "." (extension) } }
                                td.number { (bytes(words, part.decoded_bytes)) }
                            }
                        }
                    }
                }
            }
        }
        @if kept.attachment_bytes > 1_000_000 { p.soft { (words.grows) } }
    }
}
