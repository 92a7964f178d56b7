//! The reply to a mail that is refused: what its sender reads, perhaps in a bounce that a stranger's server writes.

use super::Record;
use crate::catalogue::Group;
use crate::figures::human_bytes;
use crate::policy::Action;

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
    /// Made of texts of the catalogue, numbers and the reference: nothing of the mail stands in it.
    pub fn to(record: &Record) -> Option<Reply> {
        let measure = record.verdict.measure.filter(|_| record.verdict.refuses())?;
        let entry = measure.because;
        let (code, enhanced) = match (measure.action, entry.group) {
            (Action::Tempfail, _) => ("451", "4.7.1"),
            (_, Group::Size) => ("552", "5.3.4"),
            (_, Group::Type | Group::Name | Group::Encrypted | Group::Archive | Group::Attachment) => ("550", "5.7.1"),
            _ => ("554", "5.6.0"),
        };
        let now = if measure.action == Action::Tempfail { " for now" } else { "" };
        let facts = &record.facts;
        let sizes = match entry.group {
            Group::Size if facts.attachments > 0 => format!(
                ": {} on the wire, {} of files",
                human_bytes(facts.wire_bytes),
                human_bytes(facts.attachment_bytes)
            ),
            Group::Size => format!(": {} on the wire", human_bytes(facts.wire_bytes)),
            _ => String::new(),
        };
        let text = format!(
            "Mail not accepted{now}. {} ({}){sizes}. If you ask the postmaster, quote {}",
            entry.title, entry.id, record.reference
        );
        Some(Reply { code, enhanced, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Finding};
    use crate::policy::Measure;
    use crate::report::testing::record;

    fn refused(id: &str, action: Action) -> Reply {
        let entry = catalogue::find(id).unwrap();
        let mut record = record(vec![Finding { entry, part: None }]);
        record.verdict.measure = Some(Measure { action, because: entry });
        Reply::to(&record).unwrap()
    }

    #[test]
    fn what_a_sender_reads() {
        let size = refused("size-exceeds-common-limit", Action::Reject);
        assert_eq!(
            (size.code, size.enhanced, size.text.as_str()),
            (
                "552",
                "5.3.4",
                "Mail not accepted. Larger than many providers accept (size-exceeds-common-limit): 34.2 MiB on the wire, \
                 25.0 MiB of files. If you ask the postmaster, quote Y6FN-9WSA-MH47"
            )
        );
        let later = refused("content-zip-truncated", Action::Tempfail);
        assert_eq!((later.code, later.enhanced), ("451", "4.7.1"));
        assert!(later.text.starts_with("Mail not accepted for now. "), "{}", later.text);
        assert_eq!(refused("content-zip-truncated", Action::Reject).enhanced, "5.6.0");
        assert_eq!(refused("type-executable", Action::Reject).enhanced, "5.7.1");
    }

    #[test]
    fn who_is_not_refused_gets_no_reply() {
        let entry = catalogue::find("content-zip-truncated").unwrap();
        let mut record = record(vec![]);
        assert_eq!(Reply::to(&record), None);
        record.verdict.measure = Some(Measure { action: Action::Quarantine, because: entry });
        assert_eq!(Reply::to(&record), None);
    }

    #[test]
    fn every_reply_is_safe_on_the_wire() {
        for entry in catalogue::all() {
            for action in [Action::Tempfail, Action::Reject] {
                let Reply { code, enhanced, text } = refused(entry.id, action);
                assert!(text.len() <= 400, "{}: {}", entry.id, text.len());
                assert!(text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'%'), "{}: {text}", entry.id);
                assert_eq!(code.as_bytes()[0], enhanced.as_bytes()[0], "{}", entry.id);
                assert_eq!(code.starts_with('4'), action == Action::Tempfail, "{}", entry.id);
            }
        }
    }
}
