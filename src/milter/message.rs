//! One mail on its way: what is remembered of it, and the record that is made of it in the end.

use super::Shared;
use crate::Settings;
use crate::catalogue;
use crate::policy::{Action, Decision, Matched, Measure};
use crate::pseudonym::Key;
use crate::report::metrics::{OpenGuard, Stage};
use crate::report::{Ending, Parties, QueueId, Record, Reference};
use crate::scan::{EnvelopeFacts, Scanner};
use crate::system::unix_time;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What MAIL tells, as far as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mail {
    /// `SIZE=`, in bytes (RFC 1870).
    pub declared_size: Option<u64>,
    /// `SMTPUTF8` (RFC 6531).
    pub smtputf8: bool,
    /// The client has authenticated.
    pub authenticated: bool,
}

impl Mail {
    /// Reads the parameters of MAIL, those behind the address, which is not looked at.
    pub(super) fn parse<'a>(parameters: impl Iterator<Item = &'a [u8]>, authenticated: bool) -> Mail {
        let mut mail = Mail { authenticated, ..Mail::default() };
        for parameter in parameters {
            if parameter.eq_ignore_ascii_case(b"SMTPUTF8") {
                mail.smtputf8 = true;
            } else if let Some((name, size)) = parameter.split_at_checked(b"SIZE=".len())
                && name.eq_ignore_ascii_case(b"SIZE=")
            {
                mail.declared_size = std::str::from_utf8(size).ok().and_then(|s| s.parse().ok());
            }
        }
        mail
    }
}

/// One mail on its way.
pub(super) struct Message {
    /// As they were when the mail began.
    pub settings: Arc<Settings>,
    pub reference: Reference,
    /// What rules will ask for.
    pub matched: Matched,
    pub queue_id: Option<QueueId>,
    /// What makes tokens of its addresses; `None` if there is no key.
    pub key: Option<Arc<Key>>,
    pub parties: Parties,
    pub stage: Stage,
    /// `None` once measuring has failed.
    pub scanner: Option<Scanner>,
    /// Copies of our tag, as the header brought them.
    pub forged_tags: u32,
    /// Time spent in the scanner so far.
    pub scan_time: Duration,
    _open: OpenMessage,
}

/// Counts a mail as open, for the metric and for who waits until none is.
struct OpenMessage {
    shared: Arc<Shared>,
    _gauge: OpenGuard,
}

impl OpenMessage {
    fn new(shared: &Arc<Shared>) -> OpenMessage {
        shared.open.send_modify(|n| *n += 1);
        OpenMessage { shared: shared.clone(), _gauge: shared.reporter.metrics().message_opened() }
    }
}

impl Drop for OpenMessage {
    fn drop(&mut self) {
        self.shared.open.send_modify(|n| *n -= 1);
    }
}

impl Message {
    /// It begins.
    pub(super) fn new(
        shared: &Arc<Shared>,
        settings: Arc<Settings>,
        envelope: EnvelopeFacts,
        matched: Matched,
        key: Option<Arc<Key>>,
        parties: Parties,
    ) -> Message {
        Message {
            scanner: Some(Scanner::new(settings.limits, envelope)),
            settings,
            reference: Reference::new(),
            matched,
            queue_id: None,
            key,
            parties,
            stage: Stage::Mail,
            forged_tags: 0,
            scan_time: Duration::ZERO,
            _open: OpenMessage::new(shared),
        }
    }

    /// What is told about it, now that it has ended so.
    pub(super) fn record(&mut self, scanner: Scanner, ending: Ending) -> Record {
        let begun = Instant::now();
        let Settings { policy, thresholds, .. } = &*self.settings;
        let mut facts = scanner.finish();
        facts.envelope.aborted = ending == Ending::Aborted;
        facts.envelope.destination = match ending {
            Ending::Measured => self.matched.exceeded(facts.wire_bytes),
            // Half a mail has no size.
            Ending::Aborted => None,
            Ending::Refused => self.matched.refused(),
        };
        let mut findings = catalogue::diagnose(&facts, thresholds);
        if ending == Ending::Refused {
            // Of a mail that was never sent nothing else is known.
            findings.retain(|finding| finding.entry.id == catalogue::DESTINATION);
        }
        policy.levels.apply(&mut findings);
        let mut verdict = policy.decide(&findings, &self.matched);
        match ending {
            Ending::Measured => {}
            Ending::Aborted => (verdict.done, verdict.would) = (Decision::default(), None),
            Ending::Refused => {
                let measure =
                    findings.first().map(|f| Measure { action: Action::Reject, because: f.entry, rule: None });
                (verdict.done, verdict.would) = (Decision { tag: false, measure }, None);
            }
        }
        Record {
            time: unix_time(),
            reference: self.reference,
            queue_id: self.queue_id,
            parties: std::mem::take(&mut self.parties),
            recipients: self.matched.recipients(),
            refused: self.matched.refused(),
            direction: policy.direction(&self.matched),
            ending,
            facts,
            findings,
            verdict,
            scan_time: self.scan_time + begun.elapsed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_parameters() {
        let read = |p: &[&[u8]]| Mail::parse(p.iter().copied(), false);
        assert_eq!(read(&[]), Mail::default());
        assert_eq!(
            read(&[b"BODY=8BITMIME", b"size=1234", b"smtputf8"]),
            Mail { declared_size: Some(1234), smtputf8: true, authenticated: false }
        );
        assert_eq!(read(&[b"SIZE=", b"SIZE", b"S"]).declared_size, None);
        assert_eq!(read(&[b"SIZE=99999999999999999999999"]).declared_size, None);
    }
}
