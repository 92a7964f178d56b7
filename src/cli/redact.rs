//! `redact`: a copy of a message that may be shown to others, and gives the same findings.

use super::terminal::harmless;
use super::{RedactArgs, complain};
use crate::Settings;
use crate::catalogue;
use crate::figures::human_bytes;
use crate::scan::facts::CodingFlags;
use crate::scan::mbox::{self, Mailbox};
use crate::scan::names::{Disposition, Encoding, Extension, FileKind, MediaType};
use crate::scan::{EnvelopeFacts, Facts, Part, Scanner, redact};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// The largest message that is redacted, in bytes: it is held in memory several times over.
const LARGEST: u64 = 128 * 1024 * 1024;
/// Attempts: by chance, a key may make two boundaries alike, or texts that differ may become the same.
const ATTEMPTS: u32 = 8;

/// Why there is no copy that could be shown.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is larger than can be held in memory.
    #[error("it is larger than {}", human_bytes(LARGEST))]
    TooLarge,
    /// It holds many messages.
    #[error("it is a mailbox of several messages: cut out the one that matters")]
    Mailbox,
    /// The copy would not show what the original shows.
    #[error("the copy would not give the same findings ({})", difference(.lost, .gained))]
    Findings {
        /// Ids that the copy would not have.
        lost: Vec<&'static str>,
        /// Ids that only the copy would have.
        gained: Vec<&'static str>,
    },
    /// Its parts would be others.
    #[error("the copy would not have the same parts")]
    Structure,
    /// Something of the text is left.
    #[error("{0} words of the text would be left in the copy")]
    Words(usize),
}

fn difference(lost: &[&str], gained: &[&str]) -> String {
    let list = |what: &str, ids: &[&str]| (!ids.is_empty()).then(|| format!("{what}: {}", ids.join(", ")));
    [list("lost", lost), list("gained", gained)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

pub(super) fn run(args: &RedactArgs) -> anyhow::Result<ExitCode> {
    let settings = args.config.load()?.settings;
    let name = harmless(&args.file.to_string_lossy());
    let redacted = match read(&args.file) {
        Ok(mail) => redacted(&mail, &settings),
        Err(error) => {
            complain(&format!("{name}: {error}"));
            return Ok(ExitCode::from(super::COULD_NOT));
        }
    };
    match redacted {
        Ok(copy) => match &args.output {
            Some(path) => {
                std::fs::write(path, copy).map_err(|e| anyhow::anyhow!("{}: {e}", harmless(&path.to_string_lossy())))?
            }
            None => io::stdout().write_all(&copy)?,
        },
        Err(refusal) => {
            complain(&format!("{name}: refused, and nothing written: {refusal}"));
            return Ok(ExitCode::from(super::COULD_NOT));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a file, or standard input for `-`; one byte more than the largest that is taken, of one that is larger.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut mail)?;
    } else {
        File::open(path)?.take(LARGEST + 1).read_to_end(&mut mail)?;
    }
    Ok(mail)
}

/// A copy of the message that has the same findings and parts, and no word of it.
///
/// # Errors
/// There is none of which all this can be said.
pub fn redacted(mail: &[u8], settings: &Settings) -> Result<Vec<u8>, Refusal> {
    if mail.len() as u64 > LARGEST {
        return Err(Refusal::TooLarge);
    }
    if is_mailbox(mail) {
        return Err(Refusal::Mailbox);
    }
    let before = Seen::of(mail, settings);
    let mut refusal = Refusal::Structure;
    for attempt in 0..ATTEMPTS {
        let copy = redact::redact(mail, attempt % 2 == 1);
        refusal = match before.compare(&Seen::of(&copy, settings)) {
            Ok(()) => match redact::words_left(mail, &copy) {
                0 => return Ok(copy),
                left => Refusal::Words(left),
            },
            Err(different) => different,
        };
    }
    Err(refusal)
}

fn is_mailbox(mail: &[u8]) -> bool {
    let mut messages = 0;
    if mbox::is_mailbox(mail) {
        let mut count = |piece: mbox::Piece<'_>| messages += u32::from(matches!(piece, mbox::Piece::Message { .. }));
        let mut mailbox = Mailbox::new();
        mailbox.feed(mail, &mut count);
        mailbox.finish(&mut count);
    }
    messages > 1
}

/// What must be the same in both.
struct Seen {
    findings: BTreeSet<(&'static str, Option<u16>)>,
    parts: Vec<Shape>,
}

type Shape = (Option<u16>, MediaType, FileKind, Extension, Encoding, Disposition, bool, u64, u64);

impl Seen {
    fn of(mail: &[u8], settings: &Settings) -> Seen {
        let mut scanner = Scanner::for_stream(settings.limits, EnvelopeFacts::default());
        scanner.body(mail);
        let facts: Facts = scanner.finish();
        let findings = catalogue::diagnose(&facts, &settings.thresholds);
        let shape = |p: &Part| {
            let sizes = (p.encoded_bytes, p.decoded_bytes);
            // What text decodes to that only says to be base64 is chance.
            let plain = p.coding.contains(CodingFlags::BASE64_IS_PLAIN);
            let detected = if plain { FileKind::Unknown } else { p.detected };
            (p.parent, p.declared, detected, p.extension, p.encoding, p.disposition, p.attachment, sizes.0, sizes.1)
        };
        Seen {
            findings: findings.iter().map(|f| (f.entry.id, f.part)).collect(),
            parts: facts.parts.iter().map(shape).collect(),
        }
    }

    fn compare(&self, copy: &Seen) -> Result<(), Refusal> {
        let only = |a: &Seen, b: &Seen| {
            let ids: BTreeSet<&str> = a.findings.difference(&b.findings).map(|(id, _)| *id).collect();
            ids.into_iter().collect::<Vec<_>>()
        };
        let (lost, gained) = (only(self, copy), only(copy, self));
        if !lost.is_empty() || !gained.is_empty() {
            return Err(Refusal::Findings { lost, gained });
        }
        if self.parts != copy.parts { Err(Refusal::Structure) } else { Ok(()) }
    }
}
