//! The MIME structure.

use super::{Check, Entry, Group, Level, PartView, was_cut};
use crate::scan::MIME_FIELDS;
use crate::scan::facts::{Fields, HeaderFlags, StructureFlags};
use crate::scan::names::MediaType;

/// Exchange Online refuses more than 30 embedded messages.
const DEEPEST: u32 = 30;
/// Exchange Online refuses more than 250 parts.
const MOST_PARTS: u64 = 250;

fn built(p: &PartView<'_>, flag: StructureFlags) -> bool {
    p.structure.contains(flag)
}

/// The mail was cut off, which says why something did not come.
fn cut(p: &PartView<'_>) -> bool {
    was_cut(p.facts)
}

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: "mime-version-missing",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "MIME without saying so",
        what: "The header describes content in the way of MIME, but MIME-Version is missing.",
        why: "Very strict programs show the raw text; nearly all others don't mind. Spam filters do.",
        tell: "The sender's mail program forgot a detail. If the mail shows as technical text, please look at it in \
            webmail.",
        fix: "The sender's mail program or its administrator.",
        misses: "Whether the recipient's program forgives it.",
        rfc: "RFC 2045 §4; RFC 7103 §8.1",
        // Where the block ended early, the field may stand in the lost rest.
        check: Check::Message(|f, _| {
            f.header.seen.intersects(MIME_FIELDS)
                && !f.header.seen.contains(Fields::MIME_VERSION)
                && !f.header.flags.contains(HeaderFlags::ENDED_EARLY)
        }),
    },
    Entry {
        id: "mime-version-malformed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Info,
        title: "Odd MIME version",
        what: "MIME-Version says something else than 1.0.",
        why: "No program is known to mind.",
        tell: "You need not do anything: this is a harmless detail.",
        fix: "Nobody; the sender's mail program, if anyone.",
        misses: "Comments in the field are allowed and not meant.",
        rfc: "RFC 2045 §4",
        check: Check::Message(|f, _| f.header.flags.contains(HeaderFlags::MIME_VERSION_BAD)),
    },
    Entry {
        id: "mime-content-type-malformed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Type that cannot be read",
        what: "Content-Type is not of the form type/subtype.",
        why: "Programs take the part for plain text or do not show it. Attachments may be missing.",
        tell: "A part of the mail may be missing or show as rubbish. Please ask the sender to send it from another \
            program.",
        fix: "The sender's mail program or its administrator.",
        misses: "A readable type that is wrong is not meant.",
        rfc: "RFC 2045 §5.1, §5.2",
        check: Check::Part(|p, _| built(p, StructureFlags::TYPE_MALFORMED)),
    },
    Entry {
        id: "mime-boundary-missing",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "Parts that cannot be told apart",
        what: "A multipart does not say which lines separate its parts.",
        why: "Programs cannot take the mail apart: it shows as rubbish or empty, and attachments are missing.",
        tell: "This mail was built wrongly, and programs cannot show it. Please ask the sender to send it from \
            another program.",
        fix: "The sender's mail program or its administrator.",
        misses: "Programs that guess the lines may show it.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_MISSING)),
    },
    Entry {
        id: "mime-boundary-not-found",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "The announced parts never came",
        what: "The line that should separate the parts of a multipart does not occur.",
        why: "Programs show rubbish, raw text or nothing, and attachments are missing.",
        tell: "This mail was built wrongly or damaged on its way. Please ask the sender to send it again.",
        fix: "The sender's mail program or its administrator; or a server on the way that changed the mail.",
        misses: "Whether the parts were there and use another line, or were removed.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_NOT_FOUND)),
    },
    Entry {
        id: "mime-boundary-unclosed",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "The end mark is missing",
        what: "A multipart has no closing line.",
        why: "The mail may have been cut off, and then its last file is incomplete. Sloppy programs write such mail, \
            too.",
        tell: "The mail may be incomplete. Please check whether its last file opens; if not, ask the sender to send \
            it again.",
        fix: "The sender: send it again. If all mail of a program is like this, its maker.",
        misses: "It cannot tell a cut from sloppiness. Where a cut is certain, mime-truncated says so instead.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_UNCLOSED) && !cut(p)),
    },
    Entry {
        id: "mime-boundary-too-long",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Separating line too long",
        what: "The boundary of a multipart has more than 70 characters.",
        why: "Some programs and filters cut it, and then cannot take the mail apart.",
        tell: "Your program may not show all of this mail. Please look at it in webmail, or ask the sender to use \
            another program.",
        fix: "The sender's mail program or its administrator.",
        misses: "Most programs accept more than is allowed.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::BOUNDARY_LONG)),
    },
    Entry {
        id: "mime-multipart-empty",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "A container without content",
        what: "A multipart is closed before any part came.",
        why: "The recipient sees an empty mail, or a part of it is missing.",
        tell: "The mail, or a part of it, came empty. Please ask the sender to send it again.",
        fix: "The sender's mail program; or a filter on the way that took the parts out.",
        misses: "Parts that are there but have no content are not meant.",
        rfc: "RFC 2046 §5.1",
        check: Check::Part(|p, _| built(p, StructureFlags::EMPTY)),
    },
    Entry {
        id: "mime-nesting-deep",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Mails inside mails inside mails",
        what: "Parts are nested in more than 30 levels.",
        why: "Exchange Online and others refuse it, filters give up. Often two automatic replies answer each other.",
        tell: "This mail contains a very long chain of attached mails, and many systems refuse it. Please ask the \
            sender to write a new mail.",
        fix: "The sender: a new mail. If automatic, our mail administrator: stop the loop.",
        misses: "Levels inside archives and Outlook items are not counted.",
        rfc: "Exchange Online limits: 30 embedded messages; Postfix mime_nesting_limit",
        check: Check::Message(|f, _| f.depth > DEEPEST),
    },
    Entry {
        id: "mime-parts-many",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "Very many parts",
        what: "The mail has more than 250 parts.",
        why: "Exchange Online and others refuse it.",
        tell: "This mail is made of too many pieces for some systems. Please ask the sender to put the files into \
            one archive.",
        fix: "The sender: put the files into one archive.",
        misses: "Other servers have other limits.",
        rfc: "Exchange Online limits: 250 parts",
        check: Check::Message(|f, _| f.parts_total > MOST_PARTS),
    },
    Entry {
        id: "mime-part-header-bad-line",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "A part's header ends in the middle",
        what: "In the header of a part stands a line that does not belong into a header, and the header ends there.",
        why: "Programs read on in different ways: the part may be shown wrongly, or its name be lost.",
        tell: "A part of the mail may be shown wrongly. If something is missing, please ask the sender to send it \
            from another program.",
        fix: "The sender's mail program or its administrator.",
        misses: "It does not know what was lost. The header of the mail itself is not meant.",
        rfc: "RFC 7103 §7.2",
        check: Check::Part(|p, _| p.index > 0 && built(p, StructureFlags::BAD_LINE)),
    },
    Entry {
        id: "mime-text-after-close",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "Further parts behind the end mark",
        what: "After the line that closes a multipart, lines follow that separate further parts.",
        why: "Most programs do not show them; some filters do not look at them.",
        tell: "The mail has parts behind its end that your program may not show. If something is missing, please ask \
            the sender to send it again.",
        fix: "The sender's mail program or its administrator.",
        misses: "Text behind the end that is no part is not meant.",
        rfc: "RFC 2046 §5.1.1",
        check: Check::Part(|p, _| built(p, StructureFlags::AFTER_CLOSE)),
    },
    Entry {
        id: "mime-message-partial",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Warning,
        title: "One piece of a mail",
        what: "The mail is a fragment of a larger one (message/partial).",
        why: "Hardly any program can join the pieces, and many filters refuse them.",
        tell: "The sender's program has cut the mail into pieces that your program cannot join. Please ask the \
            sender to switch that off, or to send a link.",
        fix: "The sender: switch off the breaking of large mails.",
        misses: "Whether the other pieces arrived.",
        rfc: "RFC 2046 §5.2.2",
        check: Check::Part(|p, _| p.declared == MediaType::MessagePartial),
    },
    Entry {
        id: "mime-external-body",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Notice,
        title: "The file is elsewhere",
        what: "A part only says where its content could be fetched (message/external-body).",
        why: "Hardly any program fetches it: the recipient sees no file.",
        tell: "The file is not in the mail, only a note where it is kept. Please ask the sender to attach it or to \
            send a link.",
        fix: "The sender: attach the file or send a link.",
        misses: "Links in the text are not looked at.",
        rfc: "RFC 2046 §5.2.3",
        check: Check::Part(|p, _| p.declared == MediaType::MessageExternalBody),
    },
    Entry {
        id: "mime-truncated",
        since: "0.1.0",
        group: Group::Structure,
        level: Level::Error,
        title: "The mail was cut off",
        what: "The mail ends in the middle of a file or of a part's header, with its parts still open.",
        why: "Everything behind the cut is missing.",
        tell: "The mail was cut off on its way to us. Please ask the sender to send it again.",
        fix: "The sender: send it again. If it happens often, our mail administrator and the one of the sender.",
        misses: "A cut that falls between lines of a text, or in a file of a kind that does not know its own end, shows only \
            as mime-boundary-unclosed.",
        rfc: "RFC 2046 §5.1.1; RFC 2045 §6.8",
        check: Check::Message(|f, _| was_cut(f)),
    },
];
