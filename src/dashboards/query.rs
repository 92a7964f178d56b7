//! Pieces of PromQL that panels have in common.

/// What every selector has, so that a dashboard can be narrowed to one job and one instance.
const SCOPE: &str = r#"job=~"$job", instance=~"$instance""#;

/// The series of a metric, narrowed by further matchers: `id="x"`.
pub(super) fn series(metric: &str, matchers: &str) -> String {
    let comma = if matchers.is_empty() { "" } else { ", " };
    format!("{metric}{{{SCOPE}{comma}{matchers}}}")
}

/// How much a counter has grown over the time shown.
pub(super) fn grown(metric: &str, matchers: &str) -> String {
    format!("increase({}[$__range])", series(metric, matchers))
}

/// The sum of it over all series.
pub(super) fn total(metric: &str, matchers: &str) -> String {
    format!("sum({})", grown(metric, matchers))
}

/// By how much a counter grows in a second, summed over all but these labels; none for the sum of all.
pub(super) fn rate(by: &str, metric: &str, matchers: &str) -> String {
    let by = if by.is_empty() { String::new() } else { format!(" by ({by})") };
    format!("sum{by} (rate({}[$__rate_interval]))", series(metric, matchers))
}

/// The same in a minute: mails come by the minute.
pub(super) fn per_minute(by: &str, metric: &str, matchers: &str) -> String {
    format!("60 * {}", rate(by, metric, matchers))
}

/// A quantile of a histogram.
pub(super) fn quantile(quantile: f64, histogram: &str) -> String {
    format!("histogram_quantile({quantile}, {})", rate("le", &format!("{histogram}_bucket"), ""))
}

/// An expression that has an `id`, with the title, level and group of the finding joined to it. `level` is a regular expression.
pub(super) fn titled(expr: &str, level: &str) -> String {
    let info = series("mailgauge_finding_info", &format!("level=~\"{level}\""));
    format!("{expr} * on (id) group_left (title, level, group) group by (id, title, level, group) ({info})")
}

/// The share of a histogram's observations that are larger than one of its bounds, over the time shown.
pub(super) fn share_above(histogram: &str, bound: f64) -> String {
    let below = total(&format!("{histogram}_bucket"), &format!("le=~\"{}\"", le(bound)));
    format!("1 - {below} / ({} > 0)", total(&format!("{histogram}_count"), ""))
}

/// How many of a histogram's observations are larger than one of its bounds, over the time shown.
pub(super) fn count_above(histogram: &str, bound: f64) -> String {
    let below = total(&format!("{histogram}_bucket"), &format!("le=~\"{}\"", le(bound)));
    format!("{} - {below}", total(&format!("{histogram}_count"), ""))
}

/// A bound as a regular expression for `le`: as it is exposed, and as Prometheus 3 stores it (OpenMetrics' canonical numbers).
fn le(bound: f64) -> String {
    let exposed = bound.to_string();
    let scientific = format!("{bound:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    // Go's `%g` with the fewest digits turns to powers of ten from a million on, and below a ten-thousandth.
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { "-" } else { "\\\\+" };
            format!("{exposed}|{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{exposed}|{bound:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_both_generations_of_prometheus_write_them() {
        assert_eq!(le(26_214_400.0), r"26214400|2.62144e\\+07");
        assert_eq!(le(10_240_000.0), r"10240000|1.024e\\+07");
        assert_eq!(le(4096.0), "4096|4096.0");
        assert_eq!(le(100.0), "100|100.0");
        assert_eq!(le(0.000_025), "0.000025|2.5e-05");
    }
}
