//! The reply to a mail that is refused: what its sender reads, perhaps in a bounce that a stranger's server writes.

use super::{Record, Reference};
use crate::catalogue::{self, Group, Thresholds};
use crate::figures::human_bytes;
use crate::policy::{Action, Decision, Measure, Policy, TooLarge, files_in_wire};
use crate::scan::Facts;

/// Findings whose limit is one of whole mails.
const WHOLE_MAILS: [&str; 2] = [catalogue::OVERSIZED, catalogue::DESTINATION];

/// An SMTP reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The reply code (RFC 5321 §4.2).
    pub code: &'static str,
    /// The enhanced status code (RFC 3463).
    pub enhanced: &'static str,
    /// One line of printable ASCII without `%`, at most 400 bytes: with its codes a reply line has 512 (RFC 5321 §4.5.3.1.5).
    pub text: String,
}

impl Reply {
    /// The reply to a mail whose verdict is to refuse it; `None` for all others.
    ///
    /// Made of the operator's words, texts of the catalogue, numbers and the reference: nothing of the mail stands in it.
    pub fn to(record: &Record, policy: &Policy, thresholds: &Thresholds) -> Option<Reply> {
        let done = record.verdict.done;
        Reply::by(done, &record.facts, record.recipients, record.reference, (policy, thresholds))
    }

    /// The reply to a mail about which this was decided; `None` if it is not refused.
    pub fn by(
        decision: Decision,
        facts: &Facts,
        recipients: u32,
        reference: Reference,
        (policy, thresholds): (&Policy, &Thresholds),
    ) -> Option<Reply> {
        let measure = decision.measure.filter(|measure| measure.action >= Action::Tempfail)?;
        let limit = catalogue::limit(measure.because.id, facts, thresholds);
        let concerned = facts.envelope.destination.filter(|_| measure.because.id == catalogue::DESTINATION);
        let values = Values {
            measure,
            wire: facts.wire_bytes,
            files: Some(facts.attachment_bytes).filter(|_| facts.attachments > 0),
            limit,
            concerned: concerned.map(|some| (some.recipients, recipients)),
            reference,
        };
        Some(values.reply(policy))
    }

    /// The reply to a recipient who is refused before the mail comes.
    pub fn to_recipient(why: &TooLarge, reference: Reference, policy: &Policy) -> Reply {
        let values = Values {
            measure: why.measure,
            wire: why.declared,
            files: None,
            limit: Some(why.limit),
            concerned: None,
            reference,
        };
        values.reply(policy)
    }
}

/// What placeholders become.
struct Values {
    measure: Measure,
    /// In bytes.
    wire: u64,
    /// In bytes; `None` without files, and where that is not known.
    files: Option<u64>,
    limit: Option<u64>,
    /// Recipients whose limit it is, of all.
    concerned: Option<(u32, u32)>,
    reference: Reference,
}

impl Values {
    fn reply(&self, policy: &Policy) -> Reply {
        let entry = self.measure.because;
        let (code, enhanced) = match (self.measure.action, entry.group) {
            (Action::Tempfail, _) => ("451", "4.7.1"),
            (_, Group::Size) => ("552", "5.3.4"),
            _ if self.limit.is_some() => ("552", "5.3.4"),
            (_, Group::Type | Group::Name | Group::Encrypted | Group::Archive | Group::Attachment) => ("550", "5.7.1"),
            _ => ("554", "5.6.0"),
        };
        let text = policy.wording(&self.measure).fill(|placeholder| self.value(placeholder));
        Reply { code, enhanced, text }
    }

    fn value(&self, placeholder: &str) -> String {
        let entry = self.measure.because;
        match placeholder {
            "title" => entry.title.into(),
            "id" => entry.id.into(),
            "now" if self.measure.action == Action::Tempfail => " for now".into(),
            "recipients" => match self.concerned {
                Some((some, all)) if some < all => format!(" for {some} of {all} recipients"),
                _ => String::new(),
            },
            "sizes" if entry.group == Group::Size || self.limit.is_some() => self.sizes(),
            "wire" => human_bytes(self.wire),
            "files" => human_bytes(self.files.unwrap_or(0)),
            "limit" => self.limit.map_or_else(|| "none".into(), human_bytes),
            "reference" => self.reference.to_string(),
            _ => String::new(),
        }
    }

    /// The arithmetic: what people call a file of 25 MB is a mail of 34.
    fn sizes(&self) -> String {
        let files = self.files.map_or_else(String::new, |bytes| format!(" with {} of files", human_bytes(bytes)));
        let limit = match self.limit {
            // A limit of whole mails is best understood as what it leaves for files.
            Some(limit) if WHOLE_MAILS.contains(&self.measure.because.id) => {
                format!(", limit {}, which is {} of files", human_bytes(limit), human_bytes(files_in_wire(limit)))
            }
            Some(limit) => format!(", limit {}", human_bytes(limit)),
            None => String::new(),
        };
        format!(": {} on the wire{files}{limit}", human_bytes(self.wire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Finding;
    use crate::policy::{PLACEHOLDERS, Wording};
    use crate::report::testing::record;
    use crate::scan::facts::DestinationFacts;

    fn record_of(id: &str, action: Action) -> Record {
        let because = catalogue::find(id).unwrap();
        let mut record = record(vec![Finding::new(because, None)]);
        record.verdict.done.measure = Some(Measure { action, because, rule: None });
        record
    }

    fn to(record: &Record) -> Option<Reply> {
        Reply::to(record, &Policy::default(), &Thresholds::default())
    }

    fn refused(id: &str, action: Action) -> Reply {
        to(&record_of(id, action)).unwrap()
    }

    #[test]
    fn what_a_sender_reads() {
        let size = refused("size-exceeds-common-limit", Action::Reject);
        assert_eq!(
            (size.code, size.enhanced, size.text.as_str()),
            (
                "552",
                "5.3.4",
                "Mail not accepted. Larger than many providers accept (size-exceeds-common-limit): 34.2 MiB on the wire \
                 with 25.0 MiB of files, limit 20.0 MiB, which is 14.6 MiB of files. If you ask the postmaster, quote \
                 Y6FN-9WSA-MH47"
            )
        );
        let later = refused("content-zip-truncated", Action::Tempfail);
        assert_eq!((later.code, later.enhanced), ("451", "4.7.1"));
        assert!(later.text.starts_with("Mail not accepted for now. "), "{}", later.text);
        assert_eq!(refused("content-zip-truncated", Action::Reject).enhanced, "5.6.0");
        assert_eq!(refused("type-executable", Action::Reject).enhanced, "5.7.1");
        assert_eq!(refused("attachment-large", Action::Reject).enhanced, "5.3.4");
    }

    #[test]
    fn a_limit_of_some_recipients_says_so() {
        let mut record = record_of(catalogue::DESTINATION, Action::Reject);
        record.recipients = 2;
        record.facts.envelope.destination = Some(DestinationFacts { limit: 10_240_000, recipients: 1 });
        let text = to(&record).unwrap().text;
        let start = "Mail not accepted for 1 of 2 recipients. Larger than the recipient's server accepts \
            (size-exceeds-destination-limit): 34.2 MiB on the wire with 25.0 MiB of files, limit 9.8 MiB, which is 7.1 MiB of files. ";
        assert!(text.starts_with(start), "{text}");
        record.recipients = 1;
        assert!(to(&record).unwrap().text.starts_with("Mail not accepted. "));

        let because = catalogue::find(catalogue::DESTINATION).unwrap();
        let measure = Measure { action: Action::Reject, because, rule: None };
        let why = TooLarge { declared: 43_000_000, limit: 10_240_000, measure };
        let reply = Reply::to_recipient(&why, record.reference, &Policy::default());
        assert_eq!((reply.code, reply.enhanced), ("552", "5.3.4"));
        assert!(
            reply.text.contains(": 41.0 MiB on the wire, limit 9.8 MiB, which is 7.1 MiB of files."),
            "{}",
            reply.text
        );
    }

    #[test]
    fn the_operators_words() {
        let policy = Policy {
            reply: Wording::parse("No{now}: {id}, {wire}, {files}, {limit}, {reference}").unwrap(),
            ..Policy::default()
        };
        let say = |id, action| Reply::to(&record_of(id, action), &policy, &Thresholds::default()).unwrap().text;
        assert_eq!(
            say("attachment-large", Action::Tempfail),
            "No for now: attachment-large, 34.2 MiB, 25.0 MiB, 10.0 MiB, Y6FN-9WSA-MH47"
        );
        assert_eq!(
            say("type-executable", Action::Reject),
            "No: type-executable, 34.2 MiB, 25.0 MiB, none, Y6FN-9WSA-MH47"
        );
    }

    #[test]
    fn who_is_not_refused_gets_no_reply() {
        assert_eq!(to(&record(vec![])), None);
        assert_eq!(to(&record_of("content-zip-truncated", Action::Quarantine)), None);
        let mut dry = record_of("content-zip-truncated", Action::Reject);
        dry.verdict.would = Some(std::mem::take(&mut dry.verdict.done));
        assert_eq!(to(&dry), None);
    }

    #[test]
    fn every_reply_is_safe_on_the_wire() {
        for entry in catalogue::all() {
            for action in [Action::Tempfail, Action::Reject] {
                let mut record = record_of(entry.id, action);
                for bytes in [0, 1 << 20, u64::MAX] {
                    (record.facts.wire_bytes, record.facts.attachment_bytes) = (bytes, bytes);
                    record.recipients = u32::MAX;
                    record.facts.envelope.destination =
                        Some(DestinationFacts { limit: bytes, recipients: u32::MAX - 1 });
                    let Reply { code, enhanced, text } = to(&record).unwrap();
                    assert!(text.len() <= 400, "{}: {}", entry.id, text.len());
                    assert!(text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'%'), "{}: {text}", entry.id);
                    assert_eq!(code.as_bytes()[0], enhanced.as_bytes()[0], "{}", entry.id);
                    assert_eq!(code.starts_with('4'), action == Action::Tempfail, "{}", entry.id);
                    // No value is longer than the check of the operator's words takes it to be.
                    for (name, _, longest) in PLACEHOLDERS {
                        let policy =
                            Policy { reply: Wording::parse(&format!("{{{name}}}")).unwrap(), ..Policy::default() };
                        let text = Reply::to(&record, &policy, &Thresholds::default()).unwrap().text;
                        assert!(text.len() <= *longest, "{{{name}}} became {text:?}");
                    }
                }
            }
        }
    }
}
