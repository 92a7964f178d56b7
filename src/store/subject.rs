//! Whom or what a row of the audit log is about.

use crate::pseudonym::Token;
use crate::report::{QueueId, Reference};
use std::fmt;

/// Whom or what was looked at. Addresses and Message-IDs as tokens by the newest key, so that two looks at one of them within a period
/// can be told to be that; references and queue IDs as they are, for they name a mail and no person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// Nobody, or there was no key.
    #[default]
    Nothing,
    /// An address or a Message-ID.
    One(Token),
    /// A recipient and a sender of one mail.
    Both {
        /// The recipient.
        recipient: Token,
        /// The sender.
        sender: Token,
    },
    /// A mail, by its reference.
    Reference(Reference),
    /// A mail, by Postfix's queue ID.
    QueueId(QueueId),
}

const REFERENCE: &str = "ref ";
const QUEUE_ID: &str = "queue ";

/// As it is stored, sealed and shown: no two subjects read alike.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Nothing => Ok(()),
            Subject::One(token) => write!(f, "{token}"),
            Subject::Both { recipient, sender } => write!(f, "{recipient} from {sender}"),
            Subject::Reference(reference) => write!(f, "{REFERENCE}{reference}"),
            Subject::QueueId(id) => write!(f, "{QUEUE_ID}{}", id.as_str()),
        }
    }
}

impl Subject {
    /// Whether there is none.
    pub fn is_nothing(&self) -> bool {
        *self == Subject::Nothing
    }

    /// Reads what `Display` wrote; `None` for anything else.
    pub(super) fn read(text: &str) -> Option<Subject> {
        let subject = if text.is_empty() {
            Subject::Nothing
        } else if let Some(reference) = text.strip_prefix(REFERENCE) {
            Subject::Reference(Reference::parse(reference).ok()?)
        } else if let Some(id) = text.strip_prefix(QUEUE_ID) {
            Subject::QueueId(QueueId::parse(id.as_bytes())?)
        } else if let Some((recipient, sender)) = text.split_once(" from ") {
            Subject::Both { recipient: token(recipient)?, sender: token(sender)? }
        } else {
            Subject::One(token(text)?)
        };
        // One spelling only: a row that was changed must not read as the one that was sealed.
        (subject.to_string() == text).then_some(subject)
    }
}

fn token(text: &str) -> Option<Token> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    Some(Token::from(<[u8; Token::BYTES]>::try_from(bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read() {
        let [a, b] = [1, 2].map(|byte| Token::from([byte; Token::BYTES]));
        let subjects = [
            Subject::Nothing,
            Subject::One(a),
            Subject::Both { recipient: a, sender: b },
            Subject::Both { recipient: b, sender: a },
            Subject::Reference(Reference::from_bits(0x0012_3456_789A_BCDE)),
            Subject::QueueId(QueueId::parse(b"4TxY6W1k2Jz9").unwrap()),
        ];
        for (i, subject) in subjects.iter().enumerate() {
            assert_eq!(Subject::read(&subject.to_string()), Some(*subject), "{subject}");
            assert!(subjects[..i].iter().all(|other| other.to_string() != subject.to_string()));
        }
    }

    #[test]
    fn what_is_not_quite_one_is_none() {
        let hex = "0".repeat(32);
        for text in ["ref ", "ref 1", "queue ", "queue a b", " ", "00", &hex[1..], &hex.replace('0', "A"), " from "] {
            assert_eq!(Subject::read(text), None, "{text:?}");
        }
        assert_eq!(Subject::read(&format!("{hex} from {}", &hex[1..])), None);
        assert_eq!(Subject::read(&format!("{hex} ")), None);
    }

    proptest! {
        #[test]
        fn any_text_has_at_most_one_meaning(text in "(ref |queue )?[ -~]{0,40}( from [0-9a-f]{32})?") {
            if let Some(subject) = Subject::read(&text) {
                prop_assert_eq!(subject.to_string(), text);
            }
        }
    }
}
