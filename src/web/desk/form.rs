//! From what was typed to one exact question.

use crate::pseudonym::{Address, MessageId};
use crate::report::{QueueId, Reference, ReferenceError};
use crate::scan::closed::closed;
use crate::store::desk::Question;
use serde::Deserialize;
use std::time::Duration;

closed! {
    /// A field of the form, and of the API.
    pub enum Field {
        /// The ticket.
        Ticket = "ticket",
        /// The recipient.
        Recipient = "recipient",
        /// The sender.
        Sender = "sender",
        /// The reference.
        Reference = "reference",
        /// The queue ID.
        QueueId = "queue_id",
        /// The Message-ID.
        MessageId = "message_id",
        /// How far back.
        Since = "since",
    }
}

/// What was typed. It names people, so it can be neither printed nor logged; it goes back into its own form and nowhere else.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) token: String,
    pub(super) ticket: String,
    pub(super) recipient: String,
    pub(super) sender: String,
    pub(super) reference: String,
    pub(super) queue_id: String,
    pub(super) message_id: String,
    pub(super) since: String,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No ticket.
    NoTicket,
    /// Not a ticket number; holds the pattern that it must fit.
    Ticket(String),
    /// Nothing to look for.
    Nothing,
    /// More than one thing to look for.
    Several,
    /// Not a reference.
    Reference(ReferenceError),
    /// Not a queue ID.
    QueueId,
    /// Not an address.
    Address,
    /// Not a Message-ID.
    MessageId,
    /// Not a time.
    Since,
}

/// A field and what is wrong with it.
pub(super) type Wrong = (Field, Fault);

impl Typed {
    /// The question, and how far back it goes; `None` for the default.
    pub(super) fn question(&self) -> Result<(Question, Option<Duration>), Wrong> {
        let given = |text: &str| !text.trim().is_empty();
        // Message-ID and the like already name one mail; together with others, it would be unclear which one counts.
        let single = [
            (Field::Reference, &self.reference),
            (Field::QueueId, &self.queue_id),
            (Field::MessageId, &self.message_id),
        ];
        let mut singles = single.into_iter().filter(|(_, text)| given(text));
        let by_address = given(&self.recipient) || given(&self.sender);
        let question = match (singles.next(), singles.next()) {
            (Some((field, _)), None) if by_address => return Err((field, Fault::Several)),
            (Some(_), Some((field, _))) => return Err((field, Fault::Several)),
            (Some((field, text)), None) => one_mail(field, text.trim()).map_err(|fault| (field, fault))?,
            (None, _) => self.by_address()?,
        };
        Ok((question, self.window()?))
    }

    fn by_address(&self) -> Result<Question, Wrong> {
        let read = |field, text: &str| match text.trim() {
            "" => Ok(None),
            text => Address::parse(text.as_bytes()).map(Some).ok_or((field, Fault::Address)),
        };
        match (read(Field::Recipient, &self.recipient)?, read(Field::Sender, &self.sender)?) {
            (Some(recipient), Some(sender)) => Ok(Question::Both { sender, recipient }),
            (Some(recipient), None) => Ok(Question::Recipient(recipient)),
            (None, Some(sender)) => Ok(Question::Sender(sender)),
            (None, None) => Err((Field::Recipient, Fault::Nothing)),
        }
    }

    fn window(&self) -> Result<Option<Duration>, Wrong> {
        match self.since.trim() {
            "" => Ok(None),
            // As far as records are kept.
            "all" => Ok(Some(Duration::MAX)),
            text => crate::config::parse_duration(text).map(Some).map_err(|_| (Field::Since, Fault::Since)),
        }
    }
}

fn one_mail(field: Field, text: &str) -> Result<Question, Fault> {
    match field {
        Field::Reference => Reference::parse(text).map(Question::Reference).map_err(Fault::Reference),
        Field::QueueId => QueueId::parse(text.as_bytes()).map(Question::QueueId).ok_or(Fault::QueueId),
        _ => MessageId::parse(text.as_bytes()).map(Question::MessageId).ok_or(Fault::MessageId),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in fields {
            let place = match *name {
                "recipient" => &mut typed.recipient,
                "sender" => &mut typed.sender,
                "reference" => &mut typed.reference,
                "queue_id" => &mut typed.queue_id,
                "message_id" => &mut typed.message_id,
                _ => &mut typed.since,
            };
            *place = (*value).to_owned();
        }
        typed
    }

    #[test]
    fn one_question_from_what_was_typed() {
        let reference = Reference::from_bits(77).to_string().to_lowercase();
        let ask = |fields: &[(&str, &str)]| typed(fields).question().map(|(question, _)| question);
        assert!(matches!(ask(&[("recipient", " a@example.org ")]), Ok(Question::Recipient(_))));
        assert!(matches!(ask(&[("sender", "a@example.org")]), Ok(Question::Sender(_))));
        assert!(matches!(ask(&[("sender", "a@b.example"), ("recipient", "c@d.example")]), Ok(Question::Both { .. })));
        assert!(matches!(ask(&[("reference", &reference), ("sender", " ")]), Ok(Question::Reference(_))));
        assert!(matches!(ask(&[("queue_id", "3F2A91C04E")]), Ok(Question::QueueId(_))));
        assert!(matches!(ask(&[("message_id", "<1@example.org>")]), Ok(Question::MessageId(_))));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let wrong = |fields: &[(&str, &str)]| typed(fields).question().err();
        assert_eq!(wrong(&[]), Some((Field::Recipient, Fault::Nothing)));
        assert_eq!(wrong(&[("reference", "x")]), Some((Field::Reference, Fault::Reference(ReferenceError::Length(1)))));
        assert_eq!(wrong(&[("queue_id", "1'; --")]), Some((Field::QueueId, Fault::QueueId)));
        assert_eq!(wrong(&[("recipient", "<>")]), Some((Field::Recipient, Fault::Address)));
        assert_eq!(wrong(&[("message_id", "<>")]), Some((Field::MessageId, Fault::MessageId)));
        assert_eq!(wrong(&[("queue_id", "A1"), ("message_id", "b")]), Some((Field::MessageId, Fault::Several)));
        assert_eq!(wrong(&[("queue_id", "A1"), ("sender", "b")]), Some((Field::QueueId, Fault::Several)));
        assert_eq!(wrong(&[("queue_id", "A1"), ("since", "soon")]), Some((Field::Since, Fault::Since)));
    }

    #[test]
    fn windows() {
        let window = |since| typed(&[("queue_id", "A1"), ("since", since)]).question().map(|(_, w)| w);
        assert_eq!(window(""), Ok(None));
        assert_eq!(window("7d"), Ok(Some(Duration::from_secs(7 * 86_400))));
        assert_eq!(window("all"), Ok(Some(Duration::MAX)));
    }
}
