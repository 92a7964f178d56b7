//! The scan itself.

use super::{Check, Entry, Group, Level};

pub(super) static ENTRIES: &[Entry] = &[Entry {
    id: "scan-limit-reached",
    since: "0.1.0",
    group: Group::Scan,
    level: Level::Notice,
    title: "Not looked at in full",
    what: "The mail reached a bound of the scanner: of nesting, parts, header fields or parameters.",
    why: "Numbers about this mail are lower bounds, and findings may be missing. No ordinary mail comes near these \
        bounds.",
    tell: "This mail is built in an unusual way, and we could check only a part of it. Please ask the sender how it \
        was made before you open its files.",
    fix: "Our mail administrator: look at where such mail comes from.",
    misses: "Nothing is known about what lies behind the bound.",
    rfc: "the bounds in docs/architecture.md",
    check: Check::Message(|f, _| !f.limits.is_empty()),
}];
