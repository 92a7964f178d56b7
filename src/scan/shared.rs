//! What all streams of one scan share: the facts so far, the bounds, the buffers.

use super::bytes::mix;
use super::facts::{EnvelopeFacts, Facts, LimitFlags, Part};
use super::limits::Limits;
use super::received::Trace;
use std::collections::HashSet;

/// Where the facts of a part go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Into the list, at this index.
    Listed(u16),
    /// Nowhere: there are more parts than the list may hold.
    Beyond,
}

impl Slot {
    /// The index in the list.
    pub fn index(self) -> Option<u16> {
        match self {
            Slot::Listed(index) => Some(index),
            Slot::Beyond => None,
        }
    }
}

pub(super) struct Shared {
    pub limits: Limits,
    pub facts: Facts,
    /// The current header field, with its line ends.
    pub field: Vec<u8>,
    /// The beginning of the current leaf's content; only one leaf has content at a time.
    pub head: Vec<u8>,
    /// Layers of encoded messages that are open.
    pub layers: usize,
    /// Bytes of the boundaries that are open, in all layers.
    pub boundary_bytes: usize,
    /// The trace fields of the message.
    pub trace: Trace,
    beyond: Option<Part>,
    /// Marks of attachments and of their names.
    copies: HashSet<u64>,
    names: HashSet<u64>,
}

impl Shared {
    pub fn new(limits: Limits, envelope: EnvelopeFacts) -> Shared {
        Shared {
            limits,
            facts: Facts { envelope, ..Facts::default() },
            field: Vec::new(),
            head: Vec::new(),
            layers: 0,
            boundary_bytes: 0,
            beyond: None,
            trace: Trace::default(),
            copies: HashSet::new(),
            names: HashSet::new(),
        }
    }

    /// Adds a part.
    pub fn add(&mut self, part: Part) -> Slot {
        let facts = &mut self.facts;
        facts.parts_total += 1;
        facts.depth = facts.depth.max(u32::from(part.depth));
        if facts.parts.len() >= usize::from(self.limits.parts) {
            facts.limits |= LimitFlags::PARTS;
            self.beyond = Some(part);
            return Slot::Beyond;
        }
        facts.parts.push(part);
        Slot::Listed((facts.parts.len() - 1) as u16)
    }

    /// The part in this slot.
    pub fn part(&mut self, slot: Slot) -> &mut Part {
        match slot {
            Slot::Listed(index) => &mut self.facts.parts[usize::from(index)],
            Slot::Beyond => self.beyond.get_or_insert_with(Part::nothing),
        }
    }

    /// Notes the name of an attachment; whether one before it had the same.
    pub fn note_name(&mut self, mark: u64) -> bool {
        seen_before(&mut self.names, mark, self.limits)
    }

    /// Notes an attachment by what tells files apart; the second of the same counts.
    pub fn note_copy(&mut self, marks: [u64; 4]) {
        let mark = marks.into_iter().fold(0, mix);
        self.facts.repeated_attachments += u32::from(seen_before(&mut self.copies, mark, self.limits));
    }
}

/// Whether this mark came before; it is noted, as long as there are not too many.
fn seen_before(marks: &mut HashSet<u64>, mark: u64, limits: Limits) -> bool {
    if marks.len() < usize::from(limits.parts) { !marks.insert(mark) } else { marks.contains(&mark) }
}
