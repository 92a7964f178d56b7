//! Header fields of requests, read strictly.

use crate::catalogue::Language;
use axum::http::{HeaderMap, header};

/// The value of a field that comes once. `None` for none, for several, and for what is no visible ASCII.
pub(super) fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// The value of a cookie; the first of that name.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The cookie that keeps the language.
pub(super) const LANGUAGE: &str = "mailgauge-language";

/// The language to answer in: what the switch was set to, or the first of ours that the browser prefers (RFC 9110 §12.5.4).
pub(in crate::web) fn language(headers: &HeaderMap) -> Language {
    cookie(headers, LANGUAGE).and_then(Language::named).or_else(|| preferred(headers)).unwrap_or(Language::English)
}

fn preferred(headers: &HeaderMap) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    for item in lines.flat_map(|line| line.split(',')) {
        let (range, weight) = item.split_once(';').unwrap_or((item, ""));
        let tag = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        if let Some(language) = Language::named(&tag)
            && weight > best.map_or(0.0, |(most, _)| most)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_asked_for() {
        let with = |name: &'static str, value: &str| -> Language {
            language(&HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]))
        };
        for (asked, given) in [
            ("nl", Language::Dutch),
            ("nl-BE,nl;q=0.9,en;q=0.8", Language::Dutch),
            ("de, en;q=0.5, nl;q=0.7", Language::Dutch),
            ("en-GB,nl", Language::English),
            ("fr", Language::English),
            ("nl;q=0", Language::English),
            (";;q=x,,", Language::English),
        ] {
            assert_eq!(with("accept-language", asked), given, "{asked}");
        }
        assert_eq!(with("cookie", "a=b; mailgauge-language=nl"), Language::Dutch);
        assert_eq!(with("cookie", "mailgauge-language=xx"), Language::English);
    }

    #[test]
    fn what_comes_twice_is_not_there() {
        let mut headers = HeaderMap::new();
        headers.append("x-remote-user", "anna".parse().unwrap());
        assert_eq!(one(&headers, "x-remote-user"), Some("anna"));
        headers.append("x-remote-user", "bert".parse().unwrap());
        assert_eq!(one(&headers, "x-remote-user"), None);
    }
}
