//! What the content of a known format says of itself: whether it is whole, and what it holds.
//!
//! One file for each format. An inspector sees the file as it streams by and keeps at most a few KiB, or the
//! [`Tail`](super::tail::Tail). Most formats are walked along in [`steps`]: they ask for the next piece of structure and
//! skip what lies between. What is skipped is not even decoded.

mod png;
mod steps;

use super::facts::DamageFlags;
use super::names::FileKind;
use steps::Steps;

/// Looks at one file as it streams by.
pub(super) trait Inspect: Send {
    /// Whether any of the next `count` bytes matters.
    fn wants(&self, count: u64) -> bool;
    /// Passes over bytes; only where [`wants`](Inspect::wants) said that none of so many matters.
    fn skip(&mut self, count: u64);
    /// Takes the next bytes, cut anywhere.
    fn bytes(&mut self, bytes: &[u8]);
    /// The file has ended.
    fn report(&mut self) -> Report;
}

/// What an inspector has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub damage: DamageFlags,
}

/// The inspector for a kind of file, if there is one. It wants the file from its first byte.
pub(super) fn inspector(kind: FileKind) -> Option<Box<dyn Inspect>> {
    Some(match kind {
        FileKind::Png => Box::new(Steps::new(png::Png::default())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The report on a file that comes in pieces of `step` bytes, skipped where the inspector allows it.
    pub(super) fn inspect(kind: FileKind, file: &[u8], step: usize) -> Report {
        let mut inspector = inspector(kind).unwrap();
        for piece in file.chunks(step.max(1)) {
            if inspector.wants(piece.len() as u64) {
                inspector.bytes(piece);
            } else {
                inspector.skip(piece.len() as u64);
            }
        }
        inspector.report()
    }

    /// Asserts the damage of a file however it comes.
    #[track_caller]
    pub(super) fn assert_damage(kind: FileKind, file: &[u8], expected: DamageFlags, what: &str) {
        for step in [1, 2, 3, 7, 64, 1000, file.len()] {
            assert_eq!(inspect(kind, file, step).damage, expected, "{what}, {} bytes in pieces of {step}", file.len());
        }
    }
}
