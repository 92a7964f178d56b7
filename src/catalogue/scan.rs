//! The scan itself.

use super::{Check, Entry, Group, Level, PartView};
use crate::scan::facts::{DamageFlags, NameFlags};
use crate::scan::names::Encryption;

/// What a file holds, or whether it is encrypted, is not known; and no damage explains it.
fn partly_seen(p: &PartView<'_>) -> bool {
    let damaged = DamageFlags::TRUNCATED | DamageFlags::CORRUPT | DamageFlags::VOLUME;
    let open = p.damage.contains(DamageFlags::PARTLY_SEEN) || p.encryption == Encryption::Unknown;
    open && !p.damage.intersects(damaged) && !p.name.contains(NameFlags::PIECE)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "scan-limit-reached",
        since: "0.1.0",
        group: Group::Scan,
        level: Level::Notice,
        title: "Not looked at in full",
        title_nl: "Niet volledig bekeken",
        what: "The mail reached a bound of the scanner: of nesting, parts, header fields or parameters.",
        why: "Numbers about this mail are lower bounds, and findings may be missing. No ordinary mail comes near these \
        bounds.",
        tell: "This mail is built in an unusual way, and we could check only a part of it. Please ask the sender how it \
        was made before you open its files.",
        tell_nl: "Dit bericht is op een ongewone manier opgebouwd, en we konden er maar een deel van controleren. \
            Vraag de afzender hoe het is gemaakt voordat u de bestanden opent.",
        fix: "Our mail administrator: look at where such mail comes from.",
        misses: "Nothing is known about what lies behind the bound.",
        rfc: "the bounds in docs/architecture.md",
        check: Check::Message(|f, _| !f.limits.is_empty()),
    },
    Entry {
        id: "scan-format-partial",
        since: "0.1.0",
        group: Group::Scan,
        level: Level::Info,
        title: "A file that could not be looked into",
        title_nl: "Een bestand waar we niet in konden kijken",
        what: "What a file holds, or whether it is encrypted, cannot be seen without unpacking it.",
        why: "Nothing is wrong with the file. Findings about what is inside may be missing.",
        tell: "We could not look into this file. Please ask the sender if you are not sure what it contains.",
        tell_nl: "We konden niet in dit bestand kijken. Vraag de afzender ernaar als u niet zeker weet wat erin zit.",
        fix: "Nobody.",
        misses: "Most 7z archives, ZIP archives with a list of contents of more than 64 KiB that were written to a \
            pipe, and some old Office files.",
        rfc: "none",
        check: Check::Part(|p, _| partly_seen(p)),
    },
];
