//! Times and sizes as people read them.

use super::words::Words;
use crate::catalogue::{Language, Thresholds};
use crate::store::view::rfc3339;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use std::time::Duration;

/// The width of the bar, in bytes: somewhat more than the highest limit that people meet.
const SCALE: u64 = 42 * MB;
const MB: u64 = 1_000_000;
/// Limits of providers: few take less than the first, many stop at the second, hardly any takes more than the third.
const LIMITS: [u64; 3] = [20 * MB, 25 * MB, 35 * MB];

/// A time in the server's zone: `Tue 2026-11-24 13:00`.
pub(super) fn time(words: &Words, second: i64) -> Markup {
    let machine = rfc3339(second);
    let Ok(stamp) = Timestamp::from_second(second) else { return html! { (machine) } };
    let local = stamp.to_zoned_datetime(TimeZone::system());
    let day = words.weekday(local.date().weekday().to_monday_zero_offset());
    html! { time datetime=(machine) title=(local.strftime("%H:%M:%S %:z")) { (day) " " (local.strftime("%Y-%m-%d %H:%M")) } }
}

/// Bytes with a decimal unit, as providers name their limits: `35.9 MB`.
pub(super) fn bytes(words: &Words, bytes: u64) -> String {
    let text = match bytes {
        0..1000 => return format!("{bytes} B"),
        // 999,950 would be shown as 1000.0.
        1000..999_500 => return format!("{:.0} kB", bytes as f64 / 1e3),
        999_500..999_950_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    };
    match words.language {
        Language::English => text,
        Language::Dutch => text.replace('.', ","),
    }
}

/// A stretch of time: `48 hours`, `30 days`.
pub(super) fn span(words: &Words, time: Duration) -> String {
    let hours = time.as_secs().div_ceil(3600);
    match (hours, hours / 24) {
        (1, _) => format!("1 {}", words.hour),
        (24, _) => format!("1 {}", words.day),
        (hours, days) if hours >= 72 && hours.is_multiple_of(24) => format!("{days} {}", words.days),
        (hours, _) => format!("{hours} {}", words.hours),
    }
}

/// A mail's size as a bar with the limits that people meet, and in words.
pub(super) fn size(words: &Words, wire_bytes: u64, thresholds: &Thresholds) -> Markup {
    let own = thresholds.message_size_limit;
    let provider = match LIMITS.iter().filter(|limit| wire_bytes > **limit).count() {
        0 => words.within,
        1 => words.over_20,
        2 => words.over_25,
        _ => words.over_35,
    };
    let state = match wire_bytes {
        _ if wire_bytes > own.min(LIMITS[1]) => "over",
        _ if wire_bytes > own.min(LIMITS[0]) => "near",
        _ => "well",
    };
    // A mark that stands on another one's number goes without a number.
    let apart = |limit: &&u64| limit.abs_diff(own) > SCALE / 12;
    html! {
        div.size {
            p {
                strong { (bytes(words, wire_bytes)) }
                span.soft {
                    " "
                    @if wire_bytes > own { (words.over_own) " (" (bytes(words, own)) "); " }
                    (provider)
                }
            }
            svg.bar width="100%" height="30" aria-hidden="true" focusable="false" {
                rect.track x="0" y="0" width="100%" height="10" rx="5" {}
                rect class={ "fill " (state) } x="0" y="0" width=(percent(wire_bytes.max(SCALE / 100))) height="10" rx="5" {}
                @for limit in LIMITS.iter() {
                    line x1=(percent(*limit)) x2=(percent(*limit)) y1="0" y2="14" {}
                }
                @for limit in LIMITS.iter().filter(apart) {
                    text x=(percent(*limit)) y="27" text-anchor="middle" {
                        (limit / MB)
                        // Once is enough, and narrow screens have no more room.
                        @if *limit == LIMITS[2] { " MB" }
                    }
                }
                @if own <= SCALE {
                    line.own x1=(percent(own)) x2=(percent(own)) y1="0" y2="14" {}
                    text.own x=(percent(own)) y="27" text-anchor="middle" { (words.here) }
                }
            }
        }
    }
}

/// The place on the bar.
fn percent(bytes: u64) -> String {
    format!("{:.1}%", 100.0 * bytes.min(SCALE) as f64 / SCALE as f64)
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;

    #[test]
    fn sizes() {
        let english = Words::of(Language::English);
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (35_872_337, "35.9 MB"),
            (999_949_999, "999.9 MB"),
            (999_950_000, "1.0 GB"),
        ] {
            assert_eq!(bytes(english, count), text);
        }
        assert_eq!(bytes(Words::of(Language::Dutch), 35_872_337), "35,9 MB");
    }

    #[test]
    fn spans() {
        let english = Words::of(Language::English);
        let shown = |hours: u64| span(english, Duration::from_secs(hours * 3600));
        assert_eq!(
            [shown(1), shown(24), shown(48), shown(72), shown(73), shown(720)],
            ["1 hour", "1 day", "48 hours", "3 days", "73 hours", "30 days"]
        );
    }

    #[test]
    fn the_bar_says_in_words_what_it_shows() {
        let english = Words::of(Language::English);
        let shown = |bytes, own| {
            size(english, bytes, &Thresholds { message_size_limit: own, ..Thresholds::default() }).into_string()
        };
        let bar = shown(26 * MB, 10_240_000);
        assert!(bar.contains("26.0 MB") && bar.contains("more than this server takes (10.2 MB)"), "{bar}");
        assert!(bar.contains("over 25 MB, where many") && bar.contains("fill over"), "{bar}");
        let bar = shown(MB, 1 << 40);
        assert!(bar.contains("within what providers") && !bar.contains("this server"), "{bar}");
        // The policy of the page allows no style but the style sheet.
        assert!(!bar.contains("style="));
        assert!(shown(u64::MAX, u64::MAX).contains("width=\"100.0%\""));
    }
}
