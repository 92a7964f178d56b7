//! How long one key is used.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How long one key is used. Periods begin at midnight UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// From Monday to Sunday (ISO 8601).
    Week,
    /// A month of the calendar.
    #[default]
    Month,
}

impl Period {
    /// The period that holds this time: its first second, and the first one behind it. Seconds since the epoch.
    ///
    /// `None` for times that the calendar does not have (outside of the years -9999 to 9999).
    pub fn around(self, time: i64) -> Option<(i64, i64)> {
        let date = Timestamp::from_second(time).ok()?.to_zoned_datetime(TimeZone::UTC).date();
        let (first, next) = match self {
            Period::Day => (date, date.checked_add(1.day()).ok()?),
            Period::Week => {
                let back = i32::from(date.weekday().since(Weekday::Monday));
                let first = date.checked_sub(back.days()).ok()?;
                (first, first.checked_add(7.days()).ok()?)
            }
            Period::Month => (date.first_of_month(), date.first_of_month().checked_add(1.month()).ok()?),
        };
        Some((midnight(first)?, midnight(next)?))
    }
}

fn midnight(date: Date) -> Option<i64> {
    Some(date.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(period: Period, time: &str) -> (String, String) {
        let (from, until) = period.around(time.parse::<Timestamp>().unwrap().as_second()).unwrap();
        let show = |second| Timestamp::from_second(second).unwrap().to_string();
        (show(from), show(until))
    }

    #[test]
    fn periods_of_the_calendar() {
        let time = "2028-02-29T23:59:59Z";
        let pair = |from: &str, until: &str| (from.to_owned(), until.to_owned());
        assert_eq!(around(Period::Day, time), pair("2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"));
        assert_eq!(around(Period::Week, time), pair("2028-02-28T00:00:00Z", "2028-03-06T00:00:00Z"));
        assert_eq!(around(Period::Month, time), pair("2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"));
        assert_eq!(around(Period::Month, "2026-12-01T00:00:00Z"), pair("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        assert_eq!(Period::Month.around(i64::MAX), None);
    }

    proptest::proptest! {
        #[test]
        fn any_time_is_in_its_period(time in -62_000_000_000i64..250_000_000_000) {
            for period in [Period::Day, Period::Week, Period::Month] {
                let (from, until) = period.around(time).unwrap();
                proptest::prop_assert!(from <= time && time < until);
                proptest::prop_assert_eq!(period.around(until - 1), Some((from, until)));
                proptest::prop_assert_eq!(period.around(until).map(|p| p.0), Some(until));
            }
        }
    }
}
