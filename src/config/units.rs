//! Durations and sizes as people write them.

use std::time::Duration;

/// Units of time, largest first, so that showing takes the largest that fits.
const TIMES: &[(&str, u64)] = &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Units of size. As everywhere in mail, `MB` is 10^6 and `MiB` is 2^20.
const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1000),
    ("KIB", 1 << 10),
    ("MB", 1_000_000),
    ("MIB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GIB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TIB", 1 << 40),
];

/// Reads `10s`, `5m`, `1h`, `500ms`, `1d`. The error says what to write instead.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let Ok(number) = number.parse::<u64>() else {
        return Err("write a whole number and a unit: \"10s\", \"5m\", \"1h\"".into());
    };
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" => return Err(format!("say the unit: \"{number}s\" for seconds, \"{number}m\" for minutes")),
        "sec" | "second" | "seconds" => "s".to_owned(),
        "min" | "minute" | "minutes" => "m".to_owned(),
        "hour" | "hours" => "h".to_owned(),
        "day" | "days" => "d".to_owned(),
        other => other.to_owned(),
    };
    match TIMES.iter().find(|(name, _)| *name == unit) {
        Some((_, millis)) => {
            number.checked_mul(*millis).map(Duration::from_millis).ok_or_else(|| "that is too long".into())
        }
        None => Err("the units are ms, s, m, h and d: \"10s\", \"5m\", \"1h\"".into()),
    }
}

/// The shortest text that [`parse_duration`] reads back; whole milliseconds.
pub fn show_duration(time: Duration) -> String {
    let millis = time.as_millis();
    if millis == 0 {
        return "0s".into();
    }
    let (unit, size) =
        TIMES.iter().find(|(_, size)| millis.is_multiple_of(u128::from(*size))).copied().unwrap_or(("ms", 1));
    format!("{}{unit}", millis / u128::from(size))
}

/// Reads `10240000`, `25 MiB`, `25MB`. The error says what to write instead.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let Ok(number) = number.replace('_', "").parse::<u64>() else {
        return Err("write a whole number of bytes, or one with a unit: 10240000, \"25 MiB\", \"25 MB\"".into());
    };
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" => "B".to_owned(),
        "M" | "G" | "K" | "T" => return Err(format!("say which: \"{number} {unit}iB\" or \"{number} {unit}B\"")),
        other => other.to_owned(),
    };
    match SIZES.iter().find(|(name, _)| *name == unit) {
        Some((_, bytes)) => number.checked_mul(*bytes).ok_or_else(|| "that is more than can be counted".into()),
        None => Err("the units are KiB, MiB, GiB, TiB (powers of 1024) and KB, MB, GB, TB (powers of 1000)".into()),
    }
}

/// A size without loss, in the largest binary unit that fits: `1 TiB`, `10240000`.
pub(super) fn show_size(bytes: u64) -> String {
    let binary = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1u64 << 10)];
    match binary.iter().find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size)) {
        Some((unit, size)) => format!("{} {unit}", bytes / size),
        None => bytes.to_string(),
    }
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back() {
        for text in ["0s", "500ms", "10s", "5m", "1h", "90s", "1d", "36h"] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), text);
        }
        assert_eq!(parse_duration(" 5 minutes "), parse_duration("5m"));
        for text in ["", "10", "s", "-1s", "1.5h", "1h30m", "99999999999999999999d", "999999999999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_know_both_kinds_of_mega() {
        assert_eq!(parse_size("10_240_000"), Ok(10_240_000));
        assert_eq!(parse_size("25 MiB"), Ok(25 << 20));
        assert_eq!(parse_size("25mb"), Ok(25_000_000));
        assert_eq!(parse_size("25M").unwrap_err(), "say which: \"25 MiB\" or \"25 MB\"");
        for text in ["", "MiB", "-1", "1.5 MiB", "25 MeB", "99999999 TiB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
