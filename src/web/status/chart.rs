//! The charts of the status page: SVG that needs no script, with its figures in words beside it.

use super::words::StatusWords;
use crate::report::history::{SPANS, Sum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// Height of the trend, in the units of its drawing; a span is ten wide.
const HEIGHT: u64 = 150;
const STEP: usize = 10;

/// Mails by the quarter of an hour: problems below, the others on top of them.
pub(super) fn trend(words: &StatusWords, day: &[(i64, Sum)]) -> Markup {
    let most = day.iter().map(|(_, sum)| sum.mails).max().unwrap_or(0);
    // What is there must be seen, be it one in a thousand.
    let high = |mails: u64| if mails == 0 { 0 } else { (mails * HEIGHT / most.max(1)).max(2) };
    let width = SPANS * STEP;
    html! {
        figure.trend {
            svg viewBox={ "0 0 " (width) " " (HEIGHT + 26) } role="img" aria-label={
                (words.trend) ": " (words.at_most) " " (most) " " (words.at_once)
            } {
                line.axis x1="0" x2=(width) y1=(HEIGHT) y2=(HEIGHT) {}
                @for (index, (begin, sum)) in day.iter().enumerate() {
                    @let bad = high(sum.with_problems());
                    @let good = high(sum.mails).saturating_sub(bad);
                    @let x = index * STEP + 1;
                    @if bad > 0 { rect.bad x=(x) y=(HEIGHT - bad) width=(STEP - 2) height=(bad) {} }
                    @if good > 0 { rect.good x=(x) y=(HEIGHT - bad - good) width=(STEP - 2) height=(good) {} }
                    @if let Some(hour) = hour(*begin) {
                        line.tick x1=(index * STEP) x2=(index * STEP) y1=(HEIGHT) y2=(HEIGHT + 5) {}
                        text x=(index * STEP) y=(HEIGHT + 21) text-anchor="middle" { (hour) }
                    }
                }
            }
            figcaption {
                span.key.good {} (words.without) " " span.key.bad {} (words.with) " · "
                (words.at_most) " " (most) " " (words.at_once)
            }
        }
    }
}

/// A share as a bar.
pub(super) fn bar(class: &str, part: u64, whole: u64) -> Markup {
    let percent = format!("{:.1}%", 100.0 * part as f64 / whole.max(1) as f64);
    html! {
        svg.share width="100%" height="10" aria-hidden="true" focusable="false" {
            rect.track width="100%" height="10" rx="5" {}
            @if part > 0 { rect class=(class) width=(percent) height="10" rx="5" {} }
        }
    }
}

/// The hour at which a span begins, if it is one in three, in the server's zone: a label for each would be too many.
fn hour(begin: i64) -> Option<String> {
    let local = Timestamp::from_second(begin).ok()?.to_zoned_datetime(TimeZone::system());
    (local.minute() == 0 && local.hour() % 3 == 0).then(|| local.strftime("%H:%M").to_string())
}
