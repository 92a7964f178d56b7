//! One session: plain data, no protocol. It owns a scanner for each mail, and it never fails: whatever goes wrong inside, the
//! mail passes, unmeasured, and is counted.

use super::Shared;
use super::fault::Fault;
use super::message::{Mail, Message};
use crate::policy::{self, Action, Measure, Mode};
use crate::pseudonym::{Address, MessageId};
use crate::report::metrics::{ErrorKind, SessionGuard, Stage};
use crate::report::{Ending, Metrics, Parties, QueueId, Reply, tag};
use crate::scan::{EnvelopeFacts, Scanner};
use crate::system::unix_time;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Forged tags deleted from one mail. Postfix reads the mail from its start for each deletion.
const MAX_DELETED: u32 = 16;

/// The session of one MTA connection, over any number of mails, one after another.
pub(super) struct Session {
    shared: Arc<Shared>,
    client: Client,
    message: Option<Box<Message>>,
    fault: Fault,
    _gauge: SessionGuard,
    _open: OpenSession,
}

/// Who is at the other end of the session. Rules ask for it when a mail begins; it goes with the session and is told to nobody.
#[derive(Default)]
pub(super) struct Client {
    /// `None` for a unix socket, and where the MTA does not say.
    pub address: Option<IpAddr>,
    /// It is this machine.
    pub local: bool,
    /// The name of Postfix's service that it speaks to, from the configuration of Postfix.
    pub daemon: Option<String>,
}

/// Counts a session as open, for who waits until none is.
struct OpenSession(Arc<Shared>);

impl OpenSession {
    fn new(shared: &Arc<Shared>) -> OpenSession {
        shared.sessions.send_modify(|n| *n += 1);
        OpenSession(shared.clone())
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        self.0.sessions.send_modify(|n| *n -= 1);
    }
}

/// What is to be changed in a mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// Tags from outside.
    pub forged: u32,
    /// Those among them that stay: the topmost ones, below our own.
    pub left: u32,
    /// Our tag.
    pub tag: Option<String>,
    /// The mail is to be held, for this reason.
    pub quarantine: Option<String>,
    /// The mail is refused with this reply; then nothing else counts.
    pub refusal: Option<Reply>,
}

/// What the MTA lets us do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers {
    /// Delete header fields.
    pub delete: bool,
    /// Have a mail held.
    pub quarantine: bool,
}

impl Answer {
    /// Which of the tags from outside to delete, counted from 1 at the top. The highest comes first, for the others keep their
    /// number then.
    pub(super) fn to_delete(&self) -> impl Iterator<Item = u32> + use<> {
        (self.left + 1..=self.forged).rev()
    }
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>) -> Session {
        let gauge = shared.reporter.metrics().session_opened();
        let open = OpenSession::new(&shared);
        let (client, fault) = (Client::default(), Fault::default());
        Session { shared, client, message: None, fault, _gauge: gauge, _open: open }
    }

    /// A client connected.
    pub(super) fn connected(&mut self, client: Client) {
        self.client = client;
    }

    /// A transaction begins. The sender's address becomes a token at once.
    pub(super) fn mail(&mut self, sender: &[u8], mail: Mail) {
        self.message = None;
        let shared = self.shared.clone();
        let begun = catch(&shared, || {
            self.fault.trip("mail");
            let settings = shared.settings.borrow().clone();
            let client = policy::Client {
                address: self.client.address,
                local: self.client.local,
                authenticated: mail.authenticated,
                daemon: self.client.daemon.as_deref(),
            };
            if settings.policy.network.skips(&client) {
                shared.reporter.metrics().message_skipped();
                return None;
            }
            let envelope = EnvelopeFacts {
                declared_size: mail.declared_size,
                smtputf8: mail.smtputf8,
                aborted: false,
                arrival: Some(unix_time()),
                destination: None,
            };
            let key = envelope.arrival.and_then(|arrival| shared.keyring.at(arrival));
            let sender = Address::parse(sender);
            let matched = settings.policy.begin(&client, sender.as_ref().map(Address::domain), mail.declared_size);
            let sender = key.as_ref().zip(sender).map(|(key, sender)| key.sender(&sender));
            let parties = Parties { sender, ..Parties::default() };
            Some(Box::new(Message::new(&shared, settings, envelope, matched, key, parties)))
        });
        self.message = begun.flatten();
    }

    /// A recipient. The address becomes a token at once, and rules look at its domain. The answer is the reply, if the recipient is refused.
    pub(super) fn recipient(&mut self, recipient: &[u8], may_refuse: bool) -> Option<Reply> {
        let message = self.message.as_mut()?;
        let Message { key, parties, settings, matched, reference, .. } = message.as_mut();
        let shared = &self.shared;
        let refused = catch(shared, || {
            let address = Address::parse(recipient);
            if let (Some(key), Some(address)) = (key, &address)
                && parties.recipients.len() < Parties::MAX
            {
                parties.recipients.push(key.recipient(address));
            }
            let domain = address.as_ref().map_or("", Address::domain);
            let too_large = settings.policy.recipient(matched, domain, may_refuse)?;
            shared.reporter.metrics().recipient_refused();
            Some(Reply::to_recipient(&too_large, *reference, &settings.policy))
        });
        refused.flatten()
    }

    /// DATA. Postfix has given the mail its queue ID by now.
    pub(super) fn data(&mut self, queue_id: Option<QueueId>) {
        if let Some(message) = &mut self.message {
            message.queue_id = queue_id;
        }
        self.scan(Stage::Data, |_, fault| fault.trip("data"));
    }

    /// A header field of the mail; `value` is all that stands behind the colon.
    pub(super) fn header(&mut self, name: &[u8], value: &[u8]) {
        self.fault.arm(name, value);
        if let Some(message) = &mut self.message
            && name.eq_ignore_ascii_case(tag::NAME.as_bytes())
        {
            message.forged_tags = message.forged_tags.saturating_add(1);
        }
        self.message_id(name, value);
        self.scan(Stage::Header, |scanner, fault| {
            fault.trip("header");
            scanner.header(name, value);
        });
    }

    /// The first Message-ID becomes a token at once.
    fn message_id(&mut self, name: &[u8], value: &[u8]) {
        let Some(message) = &mut self.message else { return };
        if message.parties.message_id.is_none() && name.eq_ignore_ascii_case(b"Message-ID") {
            let Message { key, parties, .. } = message.as_mut();
            catch(&self.shared, || {
                parties.message_id = key.as_ref().and_then(|key| Some(key.message_id(&MessageId::parse(value)?)));
            });
        }
    }

    /// The header block is complete.
    pub(super) fn end_of_headers(&mut self) {
        self.scan(Stage::Header, |scanner, fault| {
            fault.trip("eoh");
            scanner.end_of_headers();
        });
    }

    /// The next piece of the body.
    pub(super) fn body(&mut self, chunk: &[u8]) {
        self.scan(Stage::Body, |scanner, fault| {
            fault.trip("body");
            scanner.body(chunk);
        });
    }

    /// The mail is complete: tells about it, and says what is to be changed.
    pub(super) fn end(&mut self, queue_id: Option<QueueId>, powers: Powers) -> Answer {
        let mut answer = Answer::default();
        let Some(mut message) = self.message.take() else { return answer };
        message.queue_id = message.queue_id.or(queue_id);
        let settings = message.settings.clone();
        // Who only observes changes nothing, be it forged.
        if settings.policy.mode == Mode::Enforce {
            answer.forged = message.forged_tags;
            answer.left = if powers.delete { answer.forged.saturating_sub(MAX_DELETED) } else { answer.forged };
        }

        let fault = &mut self.fault;
        let told = message.scanner.take().and_then(|scanner| {
            catch(&self.shared, || {
                fault.trip("eom");
                let mut record = message.record(scanner, Ending::Measured);
                let held = |m: &Measure| m.action == Action::Quarantine;
                let measure = record.verdict.done.measure.filter(|m| powers.quarantine || !held(m));
                record.verdict.done.measure = measure;
                let told = Answer {
                    tag: record.verdict.done.tag.then(|| tag::value(&record, answer.left > 0)),
                    quarantine: measure.filter(held).map(|m| format!("mailgauge: {}", m.because.id)),
                    refusal: Reply::to(&record, &settings.policy, &settings.thresholds),
                    ..answer
                };
                self.shared.reporter.publish(&record);
                told
            })
        });
        match told {
            Some(told) => answer = told,
            None => tracing::error!(
                queue_id = message.queue_id.as_ref().map(QueueId::as_str),
                "a mail passed unmeasured after an internal error"
            ),
        }
        answer
    }

    /// The transaction broke off. From DATA on that is worth a record: it looks like this when a mail outgrows the size limit. Before DATA it is
    /// if we have refused its recipients, for then it ends like this as well.
    pub(super) fn abort(&mut self) {
        let Some(mut message) = self.message.take() else { return };
        let refused = message.stage == Stage::Mail && message.matched.refused().is_some();
        if !refused {
            self.shared.reporter.metrics().transaction_aborted(message.stage);
        }
        let ending = match message.stage {
            Stage::Mail if !refused => return,
            Stage::Mail => Ending::Refused,
            _ => Ending::Aborted,
        };
        let fault = &mut self.fault;
        if let Some(scanner) = message.scanner.take() {
            catch(&self.shared, || {
                fault.trip("abort");
                self.shared.reporter.publish(&message.record(scanner, ending));
            });
        }
    }

    /// The metrics, for what becomes of the answer.
    pub(super) fn metrics(&self) -> &Metrics {
        self.shared.reporter.metrics()
    }

    /// Where a test wants a panic that nothing catches.
    pub(super) fn unguarded(&mut self) {
        self.fault.trip("uncaught");
    }

    /// Lets the scanner work on the mail, if there is one.
    fn scan(&mut self, stage: Stage, work: impl FnOnce(&mut Scanner, &mut Fault)) {
        let Some(message) = &mut self.message else { return };
        message.stage = stage;
        let Some(scanner) = &mut message.scanner else { return };
        let begun = Instant::now();
        let fault = &mut self.fault;
        if catch(&self.shared, || work(scanner, fault)).is_none() {
            message.scanner = None;
        }
        message.scan_time += begun.elapsed();
    }
}

/// The one place where an internal error becomes an accepted mail: a panic in `work` is counted, and `None`.
///
/// Unwind safety: what `work` was changing is dropped by whoever gets the `None`.
fn catch<R>(shared: &Shared, work: impl FnOnce() -> R) -> Option<R> {
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        shared.reporter.metrics().internal_error(ErrorKind::Panic);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::policy::TagMode;
    use crate::pseudonym::Key;
    use crate::report::{Record, Reporter};
    use prometheus::Registry;
    use tokio::sync::watch;

    const ALL: Powers = Powers { delete: true, quarantine: true };

    struct Bench {
        session: Session,
        settings: watch::Sender<Arc<Settings>>,
        registry: Registry,
    }

    fn bench() -> Bench {
        let registry = Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let (settings, receiver) = watch::channel(Arc::new(Settings::default()));
        let shared = Arc::new(Shared::new(receiver, Arc::default(), Arc::new(Reporter::new(metrics))));
        Bench { session: Session::new(shared), settings, registry }
    }

    impl Bench {
        fn has(&self, line: &str) -> bool {
            let text = prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap();
            text.lines().any(|l| l == line)
        }

        fn send(&mut self, forged: u32, may_delete: bool) -> Answer {
            self.session.mail(b"<a@example.org>", Mail::default());
            self.session.data(QueueId::parse(b"4TxY6W1k2Jz9"));
            for _ in 0..forged {
                self.session.header(b"x-MAILGAUGE", b" v=1; level=clean");
            }
            self.session.end_of_headers();
            self.session.body(b"body\r\n");
            self.session.end(None, Powers { delete: may_delete, quarantine: true })
        }
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<std::sync::Mutex<Vec<(Parties, u32)>>>);

    impl crate::report::Sink for Kept {
        fn keep(&self, record: &Record) {
            self.0.lock().unwrap().push((record.parties.clone(), record.recipients));
        }
    }

    #[test]
    fn addresses_become_tokens_and_nothing_else() {
        let key = || Key::new(crate::pseudonym::KeyId(1), 0, i64::MAX, &[7; Key::SECRET]);
        let kept = Kept::default();
        let reporter = Reporter::new(Arc::new(Metrics::register(&Registry::new()).unwrap()));
        let keyring = Arc::new(crate::pseudonym::Keyring::new(vec![key()]));
        let (_settings, receiver) = watch::channel(Arc::new(Settings::default()));
        let shared = Shared::new(receiver, keyring.clone(), Arc::new(reporter.keeping(Box::new(kept.clone()))));
        let mut session = Session::new(Arc::new(shared));
        let mut send = |sender: &[u8], recipients: &[&[u8]]| {
            session.mail(sender, Mail::default());
            recipients.iter().for_each(|recipient| assert!(session.recipient(recipient, true).is_none()));
            session.data(None);
            session.header(b"message-id", b" <1@example.org>");
            session.header(b"Message-ID", b" <2@example.org>");
            session.end(None, ALL);
            kept.0.lock().unwrap().pop().unwrap()
        };
        let address = |text: &[u8]| Address::parse(text).unwrap();
        let (parties, recipients) = send(b"<Jan@Example.ORG>", &[b"<b+x@example.org>", b"<c@example.org>"]);
        assert_eq!(parties.sender, Some(key().sender(&address(b"jan@example.org"))));
        let expected = [b"b@example.org", b"c@example.org"].map(|a| key().recipient(&address(a)));
        assert_eq!((parties.recipients.as_slice(), recipients), (&expected[..], 2));
        assert_eq!(parties.message_id, Some(key().message_id(&MessageId::parse(b"1@example.org").unwrap())));

        let (parties, _) = send(b"<>", &[b"<b@example.org>"]);
        assert_eq!((parties.sender, parties.recipients.len()), (None, 1));

        let many = vec![&b"<b@example.org>"[..]; Parties::MAX + 5];
        let (parties, recipients) = send(b"<a@example.org>", &many);
        assert_eq!((parties.recipients.len(), recipients), (Parties::MAX, 1005));

        // Without a key, the record goes without.
        keyring.replace(vec![]);
        let (parties, recipients) = send(b"<a@example.org>", &[b"<b@example.org>"]);
        assert_eq!((parties, recipients), (Parties::default(), 1));
    }

    /// Whatever is found, whatever the policy asks for: who observes tells the MTA what it would hear without us.
    #[test]
    fn who_observes_answers_as_if_there_were_no_policy() {
        use crate::policy::{Destinations, Domains, Policy, Rule, Selector, SizeLimit};
        for (mode, action) in
            [Mode::Enforce, Mode::Observe].iter().flat_map(|m| Action::ALL.iter().map(move |a| (*m, *a)))
        {
            let mut bench = bench();
            let line = (Domains::parse("example.com").unwrap(), SizeLimit::Wire(1000));
            let policy = Policy {
                mode,
                rules: vec![Rule { findings: vec![Selector::Every], action, ..Rule::default() }],
                destinations: Destinations { shipped: false, lines: vec![line] },
                ..Policy::default()
            };
            bench.settings.send_replace(Arc::new(Settings { policy, ..Settings::default() }));
            bench.session.mail(b"<a@example.org>", Mail { declared_size: Some(5000), ..Mail::default() });
            let early = bench.session.recipient(b"<b@example.com>", true);
            bench.session.data(None);
            bench.session.header(b"X-Mailgauge", b" v=1");
            bench.session.body(&b"0123456789\r\n".repeat(300));
            let answer = bench.session.end(None, ALL);
            let silent = early.is_none() && answer == Answer::default();
            assert_eq!(silent, mode == Mode::Observe, "{mode:?} {action}: {early:?} {answer:?}");
            assert_eq!(early.is_some(), mode == Mode::Enforce && action == Action::Reject, "{mode:?} {action}");
        }
    }

    #[test]
    fn who_is_skipped_is_not_measured() {
        use crate::policy::{Network, Policy, Skip};
        let mut bench = bench();
        let network = Network { skip: vec![Skip::Local], ..Network::default() };
        let policy = Policy { network, ..Policy::default() };
        bench.settings.send_replace(Arc::new(Settings { policy, ..Settings::default() }));
        bench.session.connected(Client { local: true, ..Client::default() });
        assert_eq!(bench.send(2, true), Answer::default());
        assert!(bench.has("mailgauge_messages_skipped_total 1"));
        bench.session.connected(Client::default());
        assert!(bench.send(0, true).tag.is_some());
        assert!(bench.has("mailgauge_messages_skipped_total 1"));
    }

    #[test]
    fn forged_tags_are_removed_up_to_a_bound() {
        let mut bench = bench();
        let mut send = |forged, may_delete| {
            let answer = bench.send(forged, may_delete);
            let deleted: Vec<u32> = answer.to_delete().collect();
            (deleted, answer.left, answer.tag.unwrap().contains("; untrusted=1"))
        };
        assert_eq!(send(0, true), (vec![], 0, false));
        assert_eq!(send(2, true), (vec![2, 1], 0, false));
        assert_eq!(send(16, true), ((1..=16).rev().collect(), 0, false));
        assert_eq!(send(20, true), ((5..=20).rev().collect(), 4, true));
        assert_eq!(send(3, false), (vec![], 3, true));
    }

    #[test]
    fn directions() {
        let mut bench = bench();
        let auth = Mail { authenticated: true, ..Mail::default() };
        for (local, mail) in [(true, auth), (false, auth), (true, Mail::default()), (false, Mail::default())] {
            bench.session.connected(Client { local, ..Client::default() });
            bench.session.mail(b"<a@example.org>", mail);
            bench.session.data(None);
            bench.session.end(None, ALL);
        }
        let count = |direction: &str| {
            crate::policy::Direction::named(direction).unwrap();
            let lines = prometheus::TextEncoder::new().encode_to_string(&bench.registry.gather()).unwrap();
            let prefix = format!("mailgauge_messages_total{{direction=\"{direction}\"");
            lines
                .lines()
                .filter(|l| l.starts_with(&prefix))
                .filter_map(|l| l.rsplit(' ').next()?.parse::<u32>().ok())
                .sum::<u32>()
        };
        assert_eq!((count("outbound"), count("internal"), count("inbound")), (2, 1, 1));
    }

    #[test]
    fn aborts_are_told_by_how_far_they_came() {
        let mut bench = bench();
        bench.session.abort();
        bench.session.mail(b"<a@example.org>", Mail::default());
        bench.session.abort();
        assert!(bench.has("mailgauge_transactions_aborted_total{stage=\"mail\"} 1"));
        bench.session.mail(b"<a@example.org>", Mail::default());
        bench.session.data(None);
        bench.session.abort();
        assert!(bench.has("mailgauge_transactions_aborted_total{stage=\"data\"} 1"));
        bench.session.mail(b"<a@example.org>", Mail::default());
        bench.session.header(b"Subject", b" x");
        bench.session.body(b"y");
        bench.session.abort();
        assert!(bench.has("mailgauge_transactions_aborted_total{stage=\"body\"} 1"));
        assert!(bench.has("mailgauge_message_wire_bytes_count 0"));
        assert!(bench.has("mailgauge_messages_open 0"));
        // Nothing of an aborted mail is in the next one.
        let answer = bench.send(1, true);
        assert_eq!(answer.forged, 1);
    }

    #[test]
    fn a_mail_keeps_the_settings_it_began_with() {
        let mut bench = bench();
        bench.session.mail(b"<a@example.org>", Mail::default());
        let mut settings = Settings::default();
        settings.policy.tag = TagMode::Off;
        bench.settings.send_replace(Arc::new(settings));
        bench.session.data(None);
        assert!(bench.session.end(None, ALL).tag.is_some());
        assert!(bench.send(0, true).tag.is_none());
        assert_eq!(bench.send(2, true).to_delete().count(), 2);
    }

    #[test]
    fn events_without_a_mail_do_nothing() {
        let mut bench = bench();
        bench.session.header(b"Subject", b" x");
        bench.session.body(b"y");
        bench.session.abort();
        assert_eq!(bench.session.end(None, ALL), Answer::default());
    }
}
