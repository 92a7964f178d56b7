//! One address (RFC 5322 §3.4.1), as its tokens come.

use crate::scan::bytes::starts_with;
use crate::scan::facts::AddressFlags;

/// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2, in bytes.
const LOCAL_PART: usize = 64;
const DOMAIN: usize = 255;

/// One side of the `@`, or a name.
#[derive(Clone, Copy, Default)]
pub(super) struct Side<'a> {
    first: &'a [u8],
    pub words: u32,
    encoded: u32,
    bytes: usize,
    non_ascii: bool,
    /// The last token was a dot.
    dot: bool,
    /// Two dots in a row, or one at the beginning.
    empty_label: bool,
    /// Two words without a dot between them.
    gap: bool,
}

impl<'a> Side<'a> {
    fn word(&mut self, text: &'a [u8]) {
        if self.words == 0 {
            self.first = text;
        }
        self.gap |= self.words > 0 && !self.dot;
        self.words = self.words.saturating_add(1);
        self.dot = false;
        self.bytes += text.len();
        self.non_ascii |= !text.is_ascii();
    }

    pub fn dot(&mut self) {
        self.empty_label |= self.dot || self.words == 0;
        self.dot = true;
        self.bytes += 1;
    }
}

/// What may be an addr-spec, or the name before one.
#[derive(Clone, Copy, Default)]
pub(super) struct Spec<'a> {
    pub ats: u32,
    pub local: Side<'a>,
    pub domain: Side<'a>,
}

impl<'a> Spec<'a> {
    pub fn side(&mut self) -> &mut Side<'a> {
        if self.ats == 0 { &mut self.local } else { &mut self.domain }
    }

    pub fn word(&mut self, text: &'a [u8], encoded: bool) {
        let side = self.side();
        side.word(text);
        side.encoded += u32::from(encoded);
    }

    pub fn at(&mut self) {
        self.ats = self.ats.saturating_add(1);
    }

    pub fn is_empty(&self) -> bool {
        self.ats == 0 && self.local.words == 0 && !self.local.dot
    }

    /// What is wrong with it as an address.
    pub fn judge(&self) -> AddressFlags {
        if self.ats == 0 && self.local.words > 0 {
            return self.judge_naked();
        }
        let Spec { ats, local, domain } = self;
        if local.encoded + domain.encoded > 0 {
            return AddressFlags::ENCODED_WORD;
        }
        let mut flags = AddressFlags::empty();
        let whole = *ats == 1 && local.words > 0 && domain.words > 0;
        flags.set(AddressFlags::MALFORMED, !whole || local.gap || domain.gap || domain.empty_label);
        flags.set(AddressFlags::TOO_LONG, local.bytes > LOCAL_PART || domain.bytes > DOMAIN);
        flags.set(AddressFlags::RAW_UTF8, local.non_ascii || domain.non_ascii);
        flags
    }

    /// What is wrong with words that have no domain.
    fn judge_naked(&self) -> AddressFlags {
        if self.local.encoded > 0 && self.local.encoded == self.local.words {
            AddressFlags::ENCODED_WORD
        } else if self.stands_for_nobody() {
            AddressFlags::empty()
        } else if self.local.gap {
            AddressFlags::MALFORMED
        } else {
            AddressFlags::NO_DOMAIN
        }
    }

    /// Names that programs write where there is no address, and those that are known without a domain (RFC 5321 §4.1.1.3).
    pub fn stands_for_nobody(&self) -> bool {
        let starts = |known: &&str| starts_with(self.local.first, known.as_bytes());
        self.ats == 0 && ["undisclosed", "mailer", "postmaster"].iter().any(starts)
    }
}
