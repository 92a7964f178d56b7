//! The languages in which the helpdesk reads.

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

/// Declares a table of texts: each with its English and its Dutch, so that a missing one does not compile.
macro_rules! texts {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $( $text:ident: $english:literal, $dutch:literal; )+ }) => {
        $(#[$meta])*
        $vis struct $name {
            #[allow(dead_code, reason = "not every table of texts is asked which one it is")]
            $vis language: $crate::catalogue::Language,
            $( $vis $text: &'static str, )+
        }

        impl $name {
            /// The texts in this language.
            $vis fn of(language: $crate::catalogue::Language) -> &'static $name {
                use $crate::catalogue::Language;
                static ENGLISH: $name = $name { language: Language::English, $( $text: $english, )+ };
                static DUTCH: $name = $name { language: Language::Dutch, $( $text: $dutch, )+ };
                match language {
                    Language::English => &ENGLISH,
                    Language::Dutch => &DUTCH,
                }
            }

            /// Fails if a text is empty, or the same in both languages and not in `same`.
            #[cfg(test)]
            pub(crate) fn assert_translated(same: &[&str]) {
                for (name, english, dutch) in [$( (stringify!($text), $english, $dutch) ),+] {
                    assert!(!english.is_empty() && !dutch.is_empty(), "{name}");
                    assert!(english != dutch || same.contains(&name), "{name} is not translated: {english}");
                }
            }
        }
    };
}
pub(crate) use texts;
