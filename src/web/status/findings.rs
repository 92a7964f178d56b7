//! What every finding means, for who comes from a dashboard: each has an anchor of its id.

use super::level;
use super::words::StatusWords;
use crate::catalogue::{self, Entry, Group, Language};
use maud::{Markup, html};

/// The page of all findings.
pub(in crate::web) fn findings(language: Language) -> Markup {
    let words = StatusWords::of(language);
    let chapters = Group::ALL.iter().map(|group| (group, catalogue::all().filter(move |entry| entry.group == *group)));
    let main = html! {
        main.findings-list {
            h1 { (words.findings) }
            p.lead { (words.findings_lead) }
            @for (group, entries) in chapters {
                h2 lang="en" { (group) }
                @for entry in entries { (section(words, entry)) }
            }
        }
    };
    super::frame(words, "/findings", None, words.findings, main)
}

fn section(words: &StatusWords, entry: &Entry) -> Markup {
    let texts = [
        (words.what, entry.what),
        (words.why, entry.why),
        (words.fix, entry.fix),
        (words.misses, entry.misses),
        (words.source, entry.rfc),
    ];
    let tell = entry.tell_in(words.language);
    html! {
        section.card id=(entry.id) {
            h3 { (entry.title_in(words.language)) " " span class={ "badge " (entry.level.name()) } { (level(words, entry.level)) } }
            p.soft { code { (entry.id) } }
            @if !tell.is_empty() {
                p.label { (words.tell) }
                p.copy.tell { (tell) }
            }
            dl lang="en" {
                @for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
                    dt lang=(words.language.name()) { (name) }
                    dd { (text) }
                }
            }
        }
    }
}
