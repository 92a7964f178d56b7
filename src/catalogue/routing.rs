//! The way a mail took, as its trace fields tell it.

use super::headers::flagged;
use super::{Check, Entry, Group, Level, Thresholds};
use crate::scan::Facts;
use crate::scan::facts::HeaderFlags;

/// Automatic mail has a short way to go: one server that answers, and those of the recipient.
const MANY_HOPS_AUTOMATIC: u32 = 15;
/// Clocks are wrong by minutes; an hour is a wrong time zone.
const WRONG_CLOCK: u32 = 3600;

fn loops(f: &Facts, t: &Thresholds) -> bool {
    f.header.repeated_hops >= t.rounds
}

/// With more stations, received-count-high tells of it.
fn automatic(f: &Facts, t: &Thresholds) -> bool {
    let many = (MANY_HOPS_AUTOMATIC + 1..=t.hops).contains(&f.header.received);
    many && flagged(f, HeaderFlags::AUTOMATIC) && !loops(f, t)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "received-loop",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Error,
        title: "The mail goes in a circle",
        title_nl: "Het bericht draait in een kringetje rond",
        what: "One server has taken this mail for the same recipient five times or more (by default).",
        why: "Two servers or forwardings send it to each other. In the end it goes back to the sender (Postfix: after \
            50 stations).",
        tell: "The mail goes in a circle between mailboxes, and in the end it comes back. Please check your \
            forwardings, and pass this on to the mail administrators.",
        tell_nl: "Het bericht gaat rond tussen postvakken en komt ten slotte terug. Controleer uw doorstuurregels, en \
            geef dit door aan de mailbeheerders.",
        fix: "The recipient: check forwardings. Our mail administrator: look for a loop.",
        misses: "Circles with fewer rounds, and servers whose name changes. Where servers do not say for whom \
            they took it, the server alone counts. What a machine sends to itself is left out: filters do so.",
        rfc: "RFC 5321 §4.4, §6.3; Postfix hopcount_limit",
        check: Check::Message(loops),
    },
    Entry {
        id: "received-count-high",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Notice,
        title: "Very many stations",
        title_nl: "Zeer veel tussenstations",
        what: "The mail has passed more than 25 servers (by default).",
        why: "Two servers or forwardings may send it to each other. After some more it goes back to the sender \
            (Postfix: 50).",
        tell: "The mail took a very long way, perhaps because of a forwarding that leads in a circle. Please check \
            your forwardings.",
        tell_nl: "Het bericht heeft een zeer lange weg afgelegd, misschien doordat er in een kringetje wordt \
            doorgestuurd. Controleer uw doorstuurregels.",
        fix: "The recipient: check forwardings. Our mail administrator: look for a loop.",
        misses: "It does not compare the stations; a long way need not be a loop.",
        rfc: "RFC 5321 §6.3; Postfix hopcount_limit",
        check: Check::Message(|f, t| f.header.received > t.hops && !loops(f, t)),
    },
    Entry {
        id: "list-or-auto-loop",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "An automatic mail with many stations",
        title_nl: "Een automatisch bericht met veel tussenstations",
        what: "A program or a mailing list has sent the mail, and it has passed more than 15 servers.",
        why: "Automatic answers and lists may answer each other without end.",
        tell: "This is an automatic mail that took a long way. If many of its kind arrive, please check your \
            automatic replies and forwardings.",
        tell_nl: "Dit is een automatisch bericht dat een lange weg heeft afgelegd. Als er veel van dit soort aankomen, \
            controleer dan uw automatische antwoorden en doorstuurregels.",
        fix: "The recipient: check automatic replies and forwardings.",
        misses: "A long way need not be a loop. Where it is very long, received-count-high tells of it.",
        rfc: "RFC 3834 §2, §5; RFC 5321 §6.3",
        check: Check::Message(automatic),
    },
    Entry {
        id: "received-time-reversed",
        since: "0.1.0",
        group: Group::Header,
        level: Level::Info,
        title: "A server whose clock is wrong",
        title_nl: "Een server waarvan de klok verkeerd staat",
        what: "One server says that it had the mail more than an hour before the server it had it from.",
        why: "Times on the way of the mail cannot be relied on, which matters when somebody looks for where it was \
            late.",
        tell: "The clock of a server on the way is wrong. You need not do anything.",
        tell_nl: "De klok van een server onderweg staat verkeerd. U hoeft niets te doen.",
        fix: "Nobody, unless the server is one of ours.",
        misses: "It does not know which of the two is wrong. A clock that is behind by less than the mail waited is \
            not noticed, nor is our own server's.",
        rfc: "RFC 5321 §4.4",
        check: Check::Message(|f, _| f.header.clock_step_back > WRONG_CLOCK),
    },
];
