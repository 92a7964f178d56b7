//! Trace fields (RFC 5321 §4.4): where a mail came by, and when. Looked at, never kept.

use super::bytes::{any_case, mark, mix, starts_with};
use super::date;
use super::facts::{HeaderFacts, HeaderFlags};

/// Fields that are compared with each other. Postfix gives a mail up at 50 (`hopcount_limit`).
const COMPARED: usize = 64;

/// What the `Received` fields so far were like; it ends with the header block.
#[derive(Default)]
pub(super) struct Trace {
    /// Who took the mail for whom, each as a number that is good for nothing but to be compared.
    hops: Vec<u64>,
    /// The time of the field before, which is the later station.
    later: Option<i64>,
}

impl Trace {
    /// Takes a field.
    pub fn field(&mut self, name: &[u8], value: &[u8], facts: &mut HeaderFacts) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            8 if is("received") => self.received(value, facts),
            10 if is("precedence") => {
                let automatic = ["bulk", "list", "junk", "auto_reply"];
                let value = value.trim_ascii();
                if automatic.iter().any(|known| value.eq_ignore_ascii_case(known.as_bytes())) {
                    facts.flags |= HeaderFlags::AUTOMATIC;
                }
            }
            // RFC 3834 §5: everything but `no`, whatever parameters follow.
            14 if is("auto-submitted") => {
                let keyword = value.trim_ascii().split(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
                if !keyword.is_empty() && !keyword.eq_ignore_ascii_case(b"no") {
                    facts.flags |= HeaderFlags::AUTOMATIC;
                }
            }
            _ => {}
        }
    }

    fn received(&mut self, value: &[u8], facts: &mut HeaderFacts) {
        facts.received = facts.received.saturating_add(1);
        if self.hops.len() == COMPARED {
            return;
        }
        let (clauses, stamp) = match memchr::memrchr(b';', value) {
            Some(at) => (&value[..at], &value[at + 1..]),
            None => (value, &[][..]),
        };
        if let Some(hop) = hop(clauses) {
            self.hops.push(hop);
            let same = self.hops.iter().filter(|other| **other == hop).count();
            facts.repeated_hops = facts.repeated_hops.max(same as u32);
        }
        let time = date::read(stamp).filter(|date| date.zone_valid).map(|date| date.timestamp);
        if let (Some(later), Some(time)) = (self.later, time) {
            let back = time.saturating_sub(later).clamp(0, i64::from(u32::MAX));
            facts.clock_step_back = facts.clock_step_back.max(back as u32);
        }
        self.later = time.or(self.later);
    }
}

/// The server that took the mail (`by`), and for whom (`for`), folded into a number. `None` without a server, or where it is the
/// machine itself: filters on it take a mail many times.
fn hop(clauses: &[u8]) -> Option<u64> {
    let mut words = Words { rest: clauses };
    let (mut by, mut recipient) = (None, None);
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case(b"by") && by.is_none() {
            by = words.next();
        } else if word.eq_ignore_ascii_case(b"for") && recipient.is_none() {
            recipient = words.next();
        }
    }
    let by = by?;
    let itself = [&b"localhost"[..], b"127.", b"[127.", b"::1", b"[::1", b"[ipv6:::1"];
    if itself.iter().any(|known| starts_with(by, known)) {
        return None;
    }
    // A collision can be forged, but then so can the fields themselves.
    Some(mix(mark(by, any_case), mark(recipient.unwrap_or_default(), any_case)))
}

/// Words between blanks, without comments.
struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let mut depth = 0usize;
        loop {
            let (first, tail) = self.rest.split_first()?;
            match first {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ if depth > 0 || first.is_ascii_whitespace() => {}
                _ => {
                    let end = self.rest.iter().position(|b| b.is_ascii_whitespace() || *b == b'(');
                    let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                    self.rest = rest;
                    return Some(word);
                }
            }
            self.rest = tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(values: &[&str]) -> HeaderFacts {
        let mut facts = HeaderFacts::default();
        let mut trace = Trace::default();
        values.iter().for_each(|value| trace.field(b"Received", value.as_bytes(), &mut facts));
        facts
    }

    #[test]
    fn stations_that_come_again() {
        for (values, same) in [
            (&["from a by b for <c@d>; x", "from e (by f) by b\r\n\tid 1 for <c@d>; y"][..], 2),
            (&["by b for <c@d>", "BY B FOR <C@D>", "by b for <e@d>", "by b"], 2),
            (&["by b for <c@d>", "by a for <c@d>"], 1),
            (&["by localhost for <c@d>", "by localhost.localdomain for <c@d>", "by 127.0.0.1", "by [127.0.0.1]"], 0),
            (&["(qmail 1 invoked by uid 0); 1 Jan 2027 00:00:00 -0000", "(qmail 2 invoked by uid 0)"], 0),
            (&["from a", "by", "for <c@d>", "", ";", "by (by", "((("], 0),
        ] {
            assert_eq!(trace(values).repeated_hops, same, "{values:?}");
        }
        let many = vec!["by b for <c@d>"; 100];
        assert_eq!((trace(&many).repeated_hops, trace(&many).received), (64, 100));
    }

    #[test]
    fn clocks() {
        let at = |time: &str| format!("by b; Fri, 15 Jan 2027 {time}");
        for (stamps, back) in [
            (["10:00:00 +0000", "09:59:58 +0000"], 0),
            (["10:00:00 +0000", "11:59:58 +0200"], 0),
            (["10:00:00 +0000", "12:00:01 +0000"], 7201),
            (["10:00:00 +0000", "12:00:01 +9900"], 0),
        ] {
            let stamps = stamps.map(at);
            assert_eq!(trace(&[&stamps[0], &stamps[1]]).clock_step_back, back, "{stamps:?}");
            assert_eq!(trace(&[&stamps[0], "by b; no date", &stamps[1]]).clock_step_back, back, "{stamps:?}");
        }
        assert_eq!(trace(&["by b", "by b; 1 Jan 1900 00:00 Z", "by b; 1 Jan 9999 00:00 Z"]).clock_step_back, u32::MAX);
    }

    #[test]
    fn automatic_mail() {
        for (name, value, automatic) in [
            ("Precedence", " bulk", true),
            ("precedence", "List\r\n", true),
            ("Precedence", "first-class", false),
            ("Auto-Submitted", " auto-replied", true),
            ("Auto-Submitted", " auto-generated; type=x", true),
            ("Auto-Submitted", "no", false),
            ("Auto-Submitted", "No (really)", false),
            ("Auto-Submitted", "", false),
            ("Subject", "bulk", false),
        ] {
            let mut facts = HeaderFacts::default();
            Trace::default().field(name.as_bytes(), value.as_bytes(), &mut facts);
            assert_eq!(facts.flags.contains(HeaderFlags::AUTOMATIC), automatic, "{name}: {value}");
        }
    }
}
