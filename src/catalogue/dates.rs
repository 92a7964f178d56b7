//! Dates.

use super::headers::flagged;
use super::{Check, Entry, Group, Level};
use crate::scan::facts::HeaderFlags;
use std::time::Duration;

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "date-invalid",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Warning,
        title: "Date that cannot be read",
        title_nl: "Datum die niet te lezen is",
        what: "The Date field has a form that mail does not have.",
        why: "Programs show a wrong date or none, and sort the mail to a wrong place.",
        tell: "The date of the mail cannot be read, so it may be sorted to the top or the end of your mailbox. \
            Please use the search.",
        tell_nl: "De datum van het bericht is niet te lezen, daarom staat het misschien helemaal bovenaan of onderaan \
            in uw postvak. Gebruik de zoekfunctie.",
        fix: "The sender's mail program or its administrator; often a script.",
        misses: "A weekday that does not fit the date is not noticed.",
        rfc: "RFC 5322 §3.3, §4.3",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::DATE_INVALID)),
    },
    Entry {
        id: "date-zone-invalid",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "A time zone that does not exist",
        title_nl: "Een tijdzone die niet bestaat",
        what: "The date has a time zone that is more than 14 hours away, or has 60 minutes and more.",
        why: "Programs show the time wrongly by hours.",
        tell: "The time of the mail may show wrongly by some hours. Nothing else of it is affected.",
        tell_nl: "De tijd van het bericht kan er enkele uren naast zitten. De rest van het bericht heeft er geen last \
            van.",
        fix: "The sender's mail program or its administrator: set the time zone.",
        misses: "Zones that have a name are not looked at: programs read those they do not know as Greenwich time.",
        rfc: "RFC 5322 §3.3, §4.3",
        check: Check::Message(|f, _| flagged(f, HeaderFlags::DATE_ZONE_BAD)),
    },
    Entry {
        id: "date-future",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "From the future",
        title_nl: "Uit de toekomst",
        what: "The date of the mail is more than 24 hours ahead of our clock (by default).",
        why: "It stays at the top of the mailbox, above newer mail, and spam filters dislike it.",
        tell: "The sender's clock is wrong: the mail stays at the top of your mailbox until its date has come. \
            Please tell the sender.",
        tell_nl: "De klok van de afzender staat verkeerd: het bericht blijft bovenaan in uw postvak staan tot die \
            datum is aangebroken. Laat het de afzender weten.",
        fix: "The sender: set the clock.",
        misses: "Only known for mail that passes, not for files. If all mail shows it, our own clock is wrong.",
        rfc: "RFC 5322 §3.6.1",
        check: Check::Message(|f, t| f.header.date_ahead.is_some_and(|ahead| ahead > seconds(t.date_ahead))),
    },
    Entry {
        id: "date-past",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "From long ago",
        title_nl: "Van lang geleden",
        what: "The date of the mail is more than 30 days behind our clock (by default).",
        why: "It is sorted among old mail, where nobody looks for it.",
        tell: "The mail bears an old date and stands among your old mail. Please look there, or use the search.",
        tell_nl: "Het bericht heeft een oude datum en staat tussen uw oude berichten. Kijk daar, of gebruik de \
            zoekfunctie.",
        fix: "The sender, if the clock is wrong; nobody, if an old mail was sent on.",
        misses: "Only known for mail that passes, not for files. Old mail that is sent anew keeps its date with good \
            reason.",
        rfc: "RFC 5322 §3.6.1, §3.6.6",
        check: Check::Message(|f, t| f.header.date_ahead.is_some_and(|ahead| ahead < -seconds(t.date_behind))),
    },
];
