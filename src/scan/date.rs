//! Dates of mail (RFC 5322 §3.3, §4.3), read as leniently as mail programs do.

/// A date that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// Seconds since the epoch.
    pub timestamp: i64,
    /// The zone is one: at most 14 hours away, and with minutes below 60. One that is not counts as none.
    pub zone_valid: bool,
}

/// Reads a date. In any order that leaves no doubt: a day, a month by its English name, a year, a time; perhaps a weekday
/// and a zone. So those of asctime, of RFC 850 and with comments are read too, those of ISO 8601 are not.
pub(super) fn read(value: &[u8]) -> Option<Date> {
    let mut tokens = Tokens { rest: value };
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    let mut offset = 0;
    let mut zone_valid = true;
    while let Some(token) = tokens.next() {
        match token {
            Token::Number { value, .. } if time.is_none() && tokens.at_time() => time = Some(tokens.time(value)?),
            Token::Number { value, digits } if day.is_none() => day = (digits <= 2).then_some(value),
            Token::Number { value, digits } if year.is_none() => year = Some(full_year(value, digits)?),
            Token::Number { .. } => {}
            Token::Word(word) if month.is_none() && time.is_none() => month = month_of(word),
            Token::Word(word) if time.is_some() => offset = named_zone(word).unwrap_or(offset),
            Token::Word(_) => {}
            Token::Sign(sign) if time.is_some() => {
                if let Some(Token::Number { value, digits }) = tokens.next() {
                    let (hours, minutes) = match digits {
                        0..=2 if tokens.at_time() => (value, tokens.part()),
                        0..=2 => (value, 0),
                        _ => (value / 100, value % 100),
                    };
                    zone_valid = hours <= 14 && minutes <= 59 && (hours < 14 || minutes == 0);
                    offset = if zone_valid { sign * i64::from(hours * 3600 + minutes * 60) } else { 0 };
                }
            }
            Token::Sign(_) => {}
        }
    }
    let days = days_since_epoch(year?, month?, day?)?;
    Some(Date { timestamp: days * 86_400 + time? - offset, zone_valid })
}

enum Token<'a> {
    /// The value stops growing at ten digits, which is no number of a date any more.
    Number {
        value: u32,
        digits: usize,
    },
    Word(&'a [u8]),
    /// 1 for `+`, -1 for `-`.
    Sign(i64),
}

struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    /// The next token; comments and whatever else stands between are skipped.
    fn next(&mut self) -> Option<Token<'a>> {
        let mut comment = 0usize;
        loop {
            let (first, tail) = self.rest.split_first()?;
            match first {
                b'\\' => self.rest = tail.get(1..).unwrap_or_default(),
                b'(' => {
                    comment += 1;
                    self.rest = tail;
                }
                b')' => {
                    comment = comment.saturating_sub(1);
                    self.rest = tail;
                }
                _ if comment > 0 => self.rest = tail,
                b'0'..=b'9' => {
                    let (value, digits) = self.number();
                    return Some(Token::Number { value, digits });
                }
                b'a'..=b'z' | b'A'..=b'Z' => return Some(Token::Word(self.run(u8::is_ascii_alphabetic))),
                b'+' | b'-' => {
                    self.rest = tail;
                    return Some(Token::Sign(if *first == b'+' { 1 } else { -1 }));
                }
                _ => self.rest = tail,
            }
        }
    }

    fn run(&mut self, belongs: impl Fn(&u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|b| !belongs(b)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn number(&mut self) -> (u32, usize) {
        let digits = self.run(u8::is_ascii_digit);
        let value = digits.iter().take(9).fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        (value, digits.len())
    }

    /// Whether minutes follow: behind a colon, or a point as some programs have it.
    fn at_time(&self) -> bool {
        matches!(self.rest, [b':' | b'.', digit, ..] if digit.is_ascii_digit())
    }

    /// The number behind a colon or point.
    fn part(&mut self) -> u32 {
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.number().0
    }

    /// The rest of a time whose hours were read, in seconds. Seconds are optional (RFC 5322 §3.3), parts of them are skipped.
    fn time(&mut self, hours: u32) -> Option<i64> {
        let minutes = self.part();
        let seconds = if self.at_time() { self.part() } else { 0 };
        if self.at_time() {
            self.part();
        }
        // 60 is a leap second.
        (hours < 24 && minutes < 60 && seconds <= 60).then(|| i64::from(hours * 3600 + minutes * 60 + seconds))
    }
}

/// RFC 5322 §4.3 for years of two and three digits; there was no mail before 1900.
fn full_year(value: u32, digits: usize) -> Option<i64> {
    match (digits, value) {
        (2, 0..=49) => Some(i64::from(value) + 2000),
        (2 | 3, _) => Some(i64::from(value) + 1900),
        (4, 1900..) => Some(i64::from(value)),
        _ => None,
    }
}

/// The month of an English name, short or in full.
fn month_of(word: &[u8]) -> Option<usize> {
    const MONTHS: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let start = word.get(..3)?;
    MONTHS.iter().position(|month| start.eq_ignore_ascii_case(month))
}

/// The zones that have names in mail, as seconds east of Greenwich; all others tell nothing (RFC 5322 §4.3).
fn named_zone(word: &[u8]) -> Option<i64> {
    const ZONES: [(&[u8], i64); 8] = [
        (b"EDT", -4),
        (b"EST", -5),
        (b"CDT", -5),
        (b"CST", -6),
        (b"MDT", -6),
        (b"MST", -7),
        (b"PDT", -7),
        (b"PST", -8),
    ];
    ZONES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, hours)| hours * 3600)
}

/// Days from the epoch to a day of a month, counted from 0 for January.
fn days_since_epoch(year: i64, month: usize, day: u32) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let leap_day = i64::from(leap && month >= 1);
    let length = LENGTHS.get(month)? + i64::from(leap && month == 1);
    let day = i64::from(day);
    if !(1..=length).contains(&day) {
        return None;
    }
    let before = LENGTHS.iter().take(month).sum::<i64>() + if month >= 2 { leap_day } else { 0 };
    let last = year - 1;
    let leap_years = last / 4 - last / 100 + last / 400 - 477;
    Some((year - 1970) * 365 + leap_years + before + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(text: &str) -> Option<i64> {
        read(text.as_bytes()).map(|date| date.timestamp)
    }

    #[test]
    fn all_forms_of_one_moment() {
        for text in [
            "Fri, 21 Nov 1997 09:55:06 -0600",
            " Fri, 21 Nov 1997 09:55:06 -0600\r\n",
            "Fri,21 Nov 1997 09:55:06 -0600",
            "21 Nov 1997 09:55:06 -0600",
            "Fri, 21 Nov 97 09:55:06 -0600",
            "Fri, 21 Nov 097 09:55:06 -0600",
            "Fri, 21 November 1997 09:55:06 -0600",
            "fri, 21 NOV 1997 09:55:06 -0600",
            "Friday, 21-Nov-97 15:55:06 GMT",
            "Fri Nov 21 15:55:06 1997",
            "Fri Nov 21 09:55:06 CST 1997",
            "Fri, Nov 21, 1997 09:55:06 CST",
            "Fri, 21 Nov 1997 09:55:06 CST",
            "Fri, 21 Nov 1997 15:55:06 UT",
            "Fri, 21 Nov 1997 15:55:06 Z",
            "Fri, 21 Nov 1997 15:55:06",
            "Fri, 21 Nov 1997 16:55:06 GMT+0100",
            "Fri, 21 Nov 1997 16:55:06 +01:00",
            "Fri, 21 Nov 1997 16:55:06 +01",
            "Fri, 21 Nov 1997 21:25:06 +05:30",
            "Fri, 21 Nov 1997 16:55:06+0100",
            "Fri, 21 Nov 1997 16:55:06 +0100 (Mitteleurop\u{e4}ische Zeit)",
            "Fri, 21 Nov 1997 16:55:06 +0100 (CET (no, (really)) 12:34)",
            "Fri (a day), 21 (in) Nov 1997 16:55:06 +0100 (CET",
            "Fri,\r\n 21 Nov 1997\r\n 16.55.06 +0100",
            "Fr, 21. Nov 1997 16:55:06.789 +0100",
            "Fri, 21 Nov 1997 15:55:06 (\\( ) MEZ",
        ] {
            assert_eq!(read(text.as_bytes()), Some(Date { timestamp: 880_127_706, zone_valid: true }), "{text}");
        }
        assert_eq!(timestamp("1 Jan 1970 00:00 +0000"), Some(0));
        assert_eq!(timestamp("Sat, 1 Jan 2000 00:00:00 GMT"), Some(946_684_800));
        assert_eq!(timestamp("Thu, 29 Feb 2024 12:00:00 +0000"), Some(1_709_208_000));
        assert_eq!(timestamp("Fri, 1 Mar 2024 12:00:00 +0000"), Some(1_709_294_400));
        assert_eq!(timestamp("Tue, 31 Dec 2024 23:59:59 -0000"), Some(1_735_689_599));
        assert_eq!(timestamp("Sat, 31 Dec 2016 23:59:60 +0000"), Some(1_483_228_800));
        assert_eq!(timestamp("1 Jan 49 00:00:00 +0000"), timestamp("1 Jan 2049 00:00:00 +0000"));
        assert_eq!(timestamp("1 Jan 1900 00:00:00 +0000"), Some(-2_208_988_800));
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "yesterday",
            "2027-01-15",
            "2027-01-15T08:00:00Z",
            "20270115080000",
            "15.01.2027 08:00",
            "01/15/2027 08:00:00",
            "Fri, 45 Jan 2027 08:00:10 +0000",
            "Thu, 29 Feb 2023 12:00:00 +0000",
            "Fri, 00 Jan 2027 08:00:10 +0000",
            "Fri, 15 Foo 2027 08:00:10 +0000",
            "Fri, 15 Jan 2027",
            "Fri, 15 Jan 08:00:10 +0000",
            "15 Jan 2027 24:00:00",
            "15 Jan 2027 12:60:00",
            "15 Jan 2027 12:00:61",
            "Mon, 1 Jan 0001 00:00:00 +0000",
            "Mon, 1 Jan 20270 00:00:00 +0000",
            "Fri, 15 Jan 2027 (08:00:10 +0000)",
            "Fri, 15 Janvier2027",
            "99999999999999999999 Jan 99999999999999999999 99999999999:99999999999",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn zones() {
        for (zone, valid) in [
            ("+1400", true),
            ("-1200", true),
            ("+0545", true),
            ("-0000", true),
            ("PDT", true),
            ("XYZ", true),
            ("+1401", false),
            ("-9900", false),
            ("+0060", false),
            ("+99999999999", false),
        ] {
            let date = read(format!("Fri, 15 Jan 2027 08:00:10 {zone}").as_bytes());
            assert_eq!(date.map(|d| d.zone_valid), Some(valid), "{zone}");
        }
    }
}
