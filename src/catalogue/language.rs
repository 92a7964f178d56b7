//! The languages in which the helpdesk reads a finding.

use super::Entry;
use crate::scan::closed::closed;

closed! {
    /// A language of the texts that are read out to users; its name is the tag of RFC 5646.
    pub enum Language {
        /// English, the language of everything else as well.
        English = "en",
        /// Dutch.
        Dutch = "nl",
    }
}

impl Entry {
    /// The title in this language.
    pub const fn title_in(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.title,
            Language::Dutch => self.title_nl,
        }
    }

    /// What to tell the user, in this language.
    pub const fn tell_in(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.tell,
            Language::Dutch => self.tell_nl,
        }
    }
}
