//! The helpdesk's look-up: one exact question for one ticket, written down before it is answered.

use super::audit::{Chain, Deed, Entry, Role, VerifyError, Via};
use super::{By, Kept, Probe, Query, Store, StoreError, Subject, TicketForm};
use crate::pseudonym::{Address, Key, Keyring, MessageId, Token, end_of_keys};
use crate::report::{QueueId, Reference};
use crate::system::seconds;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Records that are shown at once: who needs more than these looks for something else than one mail.
pub const MAX_ROWS: usize = 50;

/// The time of the rate limit.
pub const RATE_WINDOW: Duration = Duration::from_secs(600);

/// What the operator allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a ticket number looks like.
    pub ticket: TicketForm,
    /// Look-ups of one worker within [`RATE_WINDOW`].
    pub rate_limit: u32,
    /// How far back a look-up goes unless it says otherwise.
    pub window: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { ticket: TicketForm::default(), rate_limit: 60, window: Duration::from_secs(48 * 3600) }
    }
}

impl Rules {
    /// The number of a ticket, without blanks around it.
    ///
    /// # Errors
    /// It is none.
    pub fn ticket_in<'a>(&self, typed: &'a str) -> Result<&'a str, Refusal> {
        let ticket = typed.trim();
        if ticket.is_empty() {
            return Err(Refusal::NoTicket);
        }
        if !self.ticket.fits(ticket) {
            return Err(Refusal::Ticket(self.ticket.pattern().to_owned()));
        }
        Ok(ticket)
    }
}

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// His login.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Where he comes from.
    pub via: Via,
}

/// What is looked for: always one exact thing.
#[derive(Clone)]
pub enum Question {
    /// The reference in the tag.
    Reference(Reference),
    /// Postfix's queue ID.
    QueueId(QueueId),
    /// The Message-ID.
    MessageId(MessageId),
    /// The envelope sender.
    Sender(Address),
    /// An envelope recipient.
    Recipient(Address),
    /// A sender and a recipient of one mail.
    Both {
        /// The envelope sender.
        sender: Address,
        /// An envelope recipient.
        recipient: Address,
    },
}

/// A look-up.
pub struct Request {
    /// Who looks.
    pub worker: Worker,
    /// What for.
    pub ticket: String,
    /// What is looked for.
    pub question: Question,
    /// How far back, at most as far as records are kept; `None` for the default.
    pub since: Option<Duration>,
}

/// What a look-up gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The records, the newest first; at most [`MAX_ROWS`].
    pub records: Vec<Kept>,
    /// There are more.
    pub more: bool,
    /// The window that was searched, in seconds since the epoch: from the first second to the one before the second number.
    pub window: (i64, i64),
    /// Part of the window has no key any more: addresses and Message-IDs of that time cannot be found.
    pub keys_missing: bool,
}

/// Why a look-up is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The worker's role does not look up.
    #[error("the role {0} may not look up mails")]
    Role(Role),
    /// No ticket number.
    #[error("a look-up needs the number of a ticket")]
    NoTicket,
    /// Not a ticket number.
    #[error("this is not a ticket number: it must fit {0}")]
    Ticket(String),
    /// Too many look-ups.
    #[error("too many look-ups: {0} in ten minutes are allowed, wait a moment")]
    Rate(u32),
    /// No store is configured.
    #[error("no records are kept here: [store] url is \"off\"")]
    Off,
    /// The store does not answer.
    #[error("the store cannot be read: {0}")]
    Store(StoreError),
    /// The look-up could not be written down, and is refused therefore.
    #[error("the look-up could not be written into the audit log, and is refused therefore: {0}")]
    Audit(StoreError),
}

/// Opens the store.
pub type Open = Box<dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync>;

/// Where look-ups are answered. Calls block; look-ups wait for each other.
pub struct Desk {
    open: Open,
    store: Mutex<Option<Box<dyn Store>>>,
    keyring: Arc<Keyring>,
    chain: Chain,
    /// The number of the last row that was written from here.
    last: AtomicI64,
}

impl Desk {
    /// A desk over a store, which is opened when it is first needed, and again after an error.
    pub fn new(open: Open, keyring: Arc<Keyring>, chain: Chain) -> Desk {
        Desk { open, store: Mutex::new(None), keyring, chain, last: AtomicI64::new(0) }
    }

    /// Answers a look-up. `now` is in seconds since the epoch, `keep` is how long records are kept.
    ///
    /// # Errors
    /// It is refused. Nothing is shown that is not in the audit log.
    pub fn look_up(&self, rules: &Rules, keep: Duration, request: &Request, now: i64) -> Result<Answer, Refusal> {
        if request.worker.role == Role::Auditor {
            return Err(Refusal::Role(request.worker.role));
        }
        let ticket = rules.ticket_in(&request.ticket)?;
        let since = request.since.unwrap_or(rules.window).min(keep);
        let window = (now.saturating_sub(seconds(since)), now.saturating_add(1));
        let keys = self.keyring.keys();
        let keys_missing = !matches!(request.question, Question::Reference(_) | Question::QueueId(_))
            && !covered(&keys, window.0, now);
        let query = Query { from: window.0, until: window.1, by: by(&request.question, &keys), limit: MAX_ROWS + 1 };

        self.with_store(|store| {
            let oldest = now.saturating_sub(seconds(RATE_WINDOW));
            let made = store.audit_count(&request.worker.name, oldest, now).map_err(Refusal::Store)?;
            if made >= u64::from(rules.rate_limit) {
                return Err(Refusal::Rate(rules.rate_limit));
            }
            let mut records = match &query.by {
                // Without a key there is nothing that could be found.
                By::Tokens(all) if all.iter().any(Vec::is_empty) => Vec::new(),
                _ => store.find(&query).map_err(Refusal::Store)?,
            };
            let more = records.len() > MAX_ROWS;
            records.truncate(MAX_ROWS);
            let entry = Entry {
                time: now,
                worker: request.worker.name.clone(),
                role: request.worker.role,
                via: request.worker.via,
                ticket: ticket.to_owned(),
                deed: deed(&request.question),
                subject: subject(&request.question, self.keyring.at(now).as_deref()),
                rows: records.len() as u32,
            };
            self.write_down(store, entry).map_err(Refusal::Audit)?;
            Ok(Answer { records, more, window, keys_missing })
        })
    }

    /// Writes a deed into the audit log, and its number and seal into the journal.
    ///
    /// # Errors
    /// It is not written: then it must not be done.
    pub fn write_down(&self, store: &mut dyn Store, entry: Entry) -> Result<(), StoreError> {
        self.chain.check_head(store, self.last.load(Ordering::Acquire)).map_err(|error| match error {
            VerifyError::Store(error) => error,
            VerifyError::Broken(broken) => StoreError::Unusable(format!(
                "the audit log is not as it was written, or keys/audit.key is not the one it was written with: {broken}"
            )),
        })?;
        let row = store.audit_append(&mut |last| self.chain.seal(last, entry.clone()))?;
        self.last.fetch_max(row.seq, Ordering::AcqRel);
        tracing::info!(target: "mailgauge::audit", row = row.seq, seal = %row.seal, deed = entry.deed.name(), "written into the audit log");
        Ok(())
    }

    /// Works with the store, and tries once more with a new connection where an old one fails.
    pub fn with_store<R>(&self, mut work: impl FnMut(&mut dyn Store) -> Result<R, Refusal>) -> Result<R, Refusal> {
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = kept.as_mut() {
            match work(store.as_mut()) {
                Err(Refusal::Store(_) | Refusal::Audit(_)) => *kept = None,
                done => return done,
            }
        }
        let store = kept.insert((self.open)().map_err(Refusal::Store)?);
        let done = work(store.as_mut());
        if matches!(done, Err(Refusal::Store(_) | Refusal::Audit(_))) {
            *kept = None;
        }
        done
    }

    /// Closes the connection, unless a look-up is using it. The next look-up opens another one. Blocks.
    pub fn close(&self) {
        if let Ok(mut store) = self.store.try_lock() {
            *store = None;
        }
    }

    /// A connection of its own, for what is not a look-up.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        (self.open)()
    }

    /// The key of the audit log.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The keys by which addresses are found.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}

/// Whether each second from `from` to `until` has a key.
pub(crate) fn covered(keys: &[Arc<Key>], from: i64, until: i64) -> bool {
    end_of_keys(keys, from) > until
}

fn deed(question: &Question) -> Deed {
    match question {
        Question::Reference(_) => Deed::LookupReference,
        Question::QueueId(_) => Deed::LookupQueueId,
        Question::MessageId(_) => Deed::LookupMessageId,
        Question::Sender(_) => Deed::LookupSender,
        Question::Recipient(_) => Deed::LookupRecipient,
        Question::Both { .. } => Deed::LookupBoth,
    }
}

/// Whom or what it is about.
fn subject(question: &Question, key: Option<&Key>) -> Subject {
    match (question, key) {
        (Question::Reference(reference), _) => Subject::Reference(*reference),
        (Question::QueueId(id), _) => Subject::QueueId(*id),
        (_, None) => Subject::Nothing,
        (Question::MessageId(id), Some(key)) => Subject::One(key.message_id(id)),
        (Question::Sender(address), Some(key)) => Subject::One(key.sender(address)),
        (Question::Recipient(address), Some(key)) => Subject::One(key.recipient(address)),
        (Question::Both { sender, recipient }, Some(key)) => {
            Subject::Both { recipient: key.recipient(recipient), sender: key.sender(sender) }
        }
    }
}

/// What the store is asked: each address by its token under every key.
fn by(question: &Question, keys: &[Arc<Key>]) -> By {
    let probes =
        |token: &dyn Fn(&Key) -> Token| -> Vec<Probe> { keys.iter().map(|key| Probe::of(key, token(key))).collect() };
    match question {
        Question::Reference(reference) => By::Reference(*reference),
        Question::QueueId(id) => By::QueueId(*id),
        Question::MessageId(id) => By::Tokens(vec![probes(&|key| key.message_id(id))]),
        Question::Sender(address) => By::Tokens(vec![probes(&|key| key.sender(address))]),
        Question::Recipient(address) => By::Tokens(vec![probes(&|key| key.recipient(address))]),
        Question::Both { sender, recipient } => {
            By::Tokens(vec![probes(&|key| key.recipient(recipient)), probes(&|key| key.sender(sender))])
        }
    }
}

#[cfg(test)]
mod tests;
