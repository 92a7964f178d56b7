//! The status page: the last 24 hours for those who have no Grafana. Nothing on it is about a person or a single mail.

mod chart;
mod findings;
mod words;

pub(super) use findings::findings;

use super::HealthState;
use crate::catalogue::{self, Entry, Language, Level};
use crate::figures::grouped;
use crate::report::History;
use crate::report::history::{Found, Sum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use words::StatusWords;

/// The style sheet: the look-up page's, and what is special here. A file of its own, so that the policy need not allow styles inside the page.
pub(super) const STYLE: &str = concat!(include_str!("../desk/desk.css"), include_str!("status.css"));

/// Findings that are shown; the rest is in the metrics.
const MAX_FINDINGS: usize = 25;

/// What the page is made of.
pub(super) struct View<'a> {
    pub(super) history: &'a History,
    pub(super) state: HealthState,
    /// Where the look-up page is, if it is served.
    pub(super) look_up: Option<&'a str>,
    pub(super) language: Language,
    /// In seconds since the epoch.
    pub(super) now: i64,
}

impl View<'_> {
    /// The whole page.
    pub(super) fn page(&self) -> Markup {
        let words = StatusWords::of(self.language);
        let day = self.history.last_day(self.now);
        let mut all = Sum::default();
        for (_, sum) in &day {
            all.join(sum);
        }
        let main = html! {
            main.status {
                (self.head(words, &all))
                @if all.mails > 0 {
                    section.card { h2 { (words.trend) } (chart::trend(words, &day)) }
                    (self.findings(words, &all))
                    (sizes(words, &all))
                }
            }
        };
        let state = match self.state {
            HealthState::Ready => words.ready,
            HealthState::Starting => words.starting,
            HealthState::Draining => words.draining,
        };
        let links = html! {
            span class={ "state " (self.state.name()) } { (state) }
            @if let Some(url) = self.look_up { a href=(url) { (words.look_up) } }
            a href="/findings" { (words.findings) }
            a href="/metrics" { (words.metrics) }
        };
        frame(words, "/", Some(links), words.title, main)
    }

    /// What a helpdesk worker reads in ten seconds.
    fn head(&self, words: &StatusWords, all: &Sum) -> Markup {
        let since = self.history.since(self.now);
        let problems = all.with_problems();
        let tile = |name: &str, value: u64| html! { div { dt { (name) } dd { (grouped(value)) } } };
        html! {
            div.head {
                h1 {
                    @if since <= self.now - 86_400 { (words.last_day) } @else { (words.since) " " (clock(since)) }
                }
                p.soft { (words.lead) }
                dl.tiles {
                    (tile(words.mails, all.mails))
                    div.warn[problems > 0] {
                        dt { (words.problems) }
                        dd { (grouped(problems)) @if all.mails > 0 { " " small { (percent(words, problems, all.mails)) } } }
                    }
                    (tile(words.oversized, all.oversized))
                    (tile(words.held, all.held))
                    (tile(words.refused, all.refused))
                }
                p.remark { (self.sentence(words, all)) }
            }
        }
    }

    fn sentence(&self, words: &StatusWords, all: &Sum) -> String {
        let problems = all.with_problems();
        let worst = found(all).into_iter().find(|(_, found)| found.level >= Level::Warning);
        match worst {
            _ if all.mails == 0 => words.no_mail.into(),
            Some((entry, found)) if problems > 0 => format!(
                "{} {} {} {} {} ({}).",
                grouped(problems),
                words.of,
                grouped(all.mails),
                words.had,
                entry.title_in(self.language),
                grouped(found.mails)
            ),
            _ => words.all_well.into(),
        }
    }

    fn findings(&self, words: &StatusWords, all: &Sum) -> Markup {
        let found = found(all);
        html! {
            section.card {
                h2 { (words.by_finding) }
                @if found.is_empty() { p { (words.nothing_found) } } @else {
                    div.wide {
                        table {
                            thead { tr {
                                th scope="col" { (words.finding) } th scope="col" { (words.level) }
                                th.number scope="col" { (words.mails) } th.bars scope="col" { (words.share) }
                            } }
                            tbody {
                                @for (entry, Found { mails, level: grave }) in found.into_iter().take(MAX_FINDINGS) {
                                    tr {
                                        td { (self.explained(words, entry)) }
                                        td { span class={ "badge " (grave.name()) } { (level(words, grave)) } }
                                        td.number { (grouped(mails)) }
                                        td.bars { (chart::bar(grave.name(), mails, all.mails)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A finding's title, behind which its meaning is.
    fn explained(&self, words: &StatusWords, entry: &Entry) -> Markup {
        let tell = entry.tell_in(self.language);
        html! {
            @if tell.is_empty() { (entry.title_in(self.language)) } @else {
                details {
                    summary { (entry.title_in(self.language)) }
                    p.label { (words.tell) }
                    p.copy.tell { (tell) }
                    p { a href={ "/findings?lang=" (self.language.name()) "#" (entry.id) } { (words.more) } }
                }
            }
        }
    }
}

/// A whole page. `at` is its path, for the language switch.
fn frame(words: &StatusWords, at: &str, links: Option<Markup>, title: &str, main: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.language.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · mailgauge" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header.top {
                    div.inner {
                        p.brand { a href="/" { "mailgauge" } }
                        @if let Some(links) = links { (links) }
                        nav.languages aria-label=(words.languages) {
                            @for (language, name) in [(Language::English, "English"), (Language::Dutch, "Nederlands")] {
                                a href={ (at) "?lang=" (language.name()) } hreflang=(language.name()) lang=(language.name())
                                    aria-current=[(language == words.language).then_some("true")] { (name) }
                            }
                        }
                    }
                }
                (main)
                footer.foot { div.inner { p { "mailgauge " (env!("CARGO_PKG_VERSION")) } p { (words.foot) } } }
            }
        }
    }
}

fn sizes(words: &StatusWords, all: &Sum) -> Markup {
    let classes = [
        (words.size_0, words.stops_0),
        (words.size_1, words.stops_1),
        (words.size_2, words.stops_2),
        (words.size_3, words.stops_3),
        (words.size_4, words.stops_4),
        (words.size_5, words.stops_5),
    ];
    html! {
        section.card {
            h2 { (words.sizes) }
            div.wide {
                table {
                    thead { tr {
                        th scope="col" { (words.size) } th scope="col" { (words.who_stops) }
                        th.number scope="col" { (words.mails) } th.bars scope="col" { (words.share) }
                    } }
                    tbody {
                        @for ((size, stops), count) in classes.into_iter().zip(all.sizes) {
                            tr {
                                td { (size) } td.soft { (stops) }
                                td.number { (grouped(count)) }
                                td.bars { (chart::bar("size", count, all.mails)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was found, the most frequent first; the graver one where they are equal.
fn found(all: &Sum) -> Vec<(&'static Entry, Found)> {
    let mut found: Vec<_> =
        all.findings.iter().filter_map(|(id, found)| Some((catalogue::find(id)?, *found))).collect();
    found.sort_by_key(|(entry, found)| (std::cmp::Reverse((found.mails, found.level)), entry.id));
    found
}

fn level(words: &StatusWords, level: Level) -> &'static str {
    match level {
        Level::Info => words.info,
        Level::Notice => words.notice,
        Level::Warning => words.warning,
        Level::Error => words.error,
    }
}

fn percent(words: &StatusWords, part: u64, whole: u64) -> String {
    let text = format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64);
    match words.language {
        Language::English => text,
        Language::Dutch => text.replace('.', ","),
    }
}

/// A time in the server's zone.
fn clock(second: i64) -> String {
    let stamp = Timestamp::from_second(second).unwrap_or_default();
    stamp.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Finding, OVERSIZED};
    use crate::policy::{Action, Measure};
    use crate::report::testing::record;
    use crate::report::{Metrics, Reporter};
    use std::sync::Arc;

    /// A reporter that has seen these findings, a mail each.
    fn seen(mails: &[&[&str]]) -> Reporter {
        let reporter = Reporter::new(Arc::new(Metrics::register(&prometheus::Registry::new()).unwrap()));
        for ids in mails {
            let found = ids.iter().map(|id| Finding::new(catalogue::find(id).unwrap(), None));
            let mut mail = record(found.collect());
            mail.time = crate::system::unix_time();
            reporter.publish(&mail);
        }
        reporter
    }

    fn page(reporter: &Reporter, language: Language) -> String {
        let now = crate::system::unix_time();
        View { history: reporter.history(), state: HealthState::Ready, look_up: None, language, now }
            .page()
            .into_string()
    }

    #[test]
    fn the_day_in_words_and_figures() {
        const ZIP: &str = "content-zip-truncated";
        let mut mails: Vec<&[&str]> = vec![&[]; 1230];
        mails.extend([&[ZIP, OVERSIZED][..], &[ZIP], &["mime-version-malformed"]]);
        let reporter = seen(&mails);
        let mut held = record(vec![]);
        held.time = crate::system::unix_time();
        let because = catalogue::find(ZIP).unwrap();
        held.verdict.done.measure = Some(Measure { action: Action::Quarantine, because, rule: None });
        reporter.publish(&held);

        let english = page(&reporter, Language::English);
        let title = catalogue::find(ZIP).unwrap().title;
        for text in [
            "<h1>Since the start at ".to_owned(),
            "<dt>Mails</dt><dd>1\u{2009}234</dd>".into(),
            "<dd>2 <small>0.2 %</small></dd>".into(),
            "<dt>Held</dt><dd>1</dd>".into(),
            "<dt>Refused</dt><dd>0</dd>".into(),
            format!("2 of 1\u{2009}234 mails had a problem. The most frequent: {title} (2)."),
            // Of 1,234 mails, one bar for each quarter in which there were some, and what it shows in words.
            "aria-label=\"Mails by the quarter of an hour: at most ".into(),
            "<td>up to 50 MiB</td>".into(),
        ] {
            assert!(english.contains(&text), "no {text} in {english}");
        }
        let rows: Vec<usize> = [title, catalogue::find(OVERSIZED).unwrap().title]
            .map(|title| english.find(&format!("<summary>{title}</summary>")).unwrap())
            .into();
        assert!(rows[0] < rows[1], "the most frequent comes first");
        // The policy of the page allows neither.
        assert!(!english.contains("style=") && !english.contains("<script"));

        let dutch = page(&reporter, Language::Dutch);
        assert!(dutch.contains("<dt>Vastgehouden</dt>") && dutch.contains("0,2 %"), "{dutch}");
        assert!(dutch.contains(catalogue::find(ZIP).unwrap().title_nl));
    }

    #[test]
    fn a_quiet_day_is_called_one() {
        let english = page(&seen(&[]), Language::English);
        assert!(english.contains("No mail has passed in this time") && !english.contains("<svg"), "{english}");
        // An oddity that no recipient notices is no problem.
        let english = page(&seen(&[&["mime-version-malformed"][..], &[]]), Language::English);
        assert!(english.contains("No mail had a problem"), "{english}");
    }
}
