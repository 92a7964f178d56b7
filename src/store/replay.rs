//! A policy over records: what it would have done with mails that passed long ago.
//!
//! A record knows what was found, sizes, types and the direction. It does not know domains, networks, services and whether a client
//! authenticated; so a rule that asks for them may or may not have held, and the answer has two ends.

use super::{Kept, KeptPart, PartRole};
use crate::catalogue::{self, Finding, Thresholds};
use crate::policy::{Action, Client, Decision, Mode, Policy, Rule};
use crate::report::Ending;
use crate::scan::charset::Charset;
use crate::scan::names::{Disposition, Encoding};
use crate::scan::{Facts, Part};

/// Findings that rest on sizes and counts of the record alone: they are decided anew, by the thresholds of the policy.
const BY_SIZE: &[&str] = &[
    catalogue::OVERSIZED,
    "size-near-own-limit",
    "size-text-part-large",
    "size-header-block-large",
    "attachment-large",
    "attachment-count-high",
    "mime-parts-many",
];

/// A policy to be tried.
pub struct Replay<'a> {
    thresholds: &'a Thresholds,
    /// As if rules that ask for what no record knows held where they are strict, and nowhere where they are exceptions.
    strict: Policy,
    /// The other way round.
    mild: Policy,
}

/// What would have been done with a mail.
#[derive(Clone, Copy)]
pub struct Replayed {
    /// At most.
    pub strict: Decision,
    /// At least.
    pub mild: Decision,
}

impl<'a> Replay<'a> {
    /// Prepares a policy. What it has on trial counts as if it were done.
    pub fn new(policy: &Policy, thresholds: &'a Thresholds) -> Replay<'a> {
        let with = |rules: Vec<Rule>| Policy { mode: Mode::Enforce, rules, ..policy.clone() };
        // A rule that cannot have held stays in its place, so that rules keep their numbers.
        let never = |rule: &Rule| Rule { findings: Vec::new(), ..rule.clone() };
        let always = |rule: &Rule| Rule {
            recipient_domains: Vec::new(),
            networks: Vec::new(),
            daemons: Vec::new(),
            authenticated: None,
            mode: Mode::Enforce,
            ..rule.clone()
        };
        let judge = |rule: &Rule, strict: bool| {
            let holds = !asks_for_more(rule) || (rule.action == Action::Accept) != strict;
            if holds { always(rule) } else { never(rule) }
        };
        Replay {
            thresholds,
            strict: with(policy.rules.iter().map(|rule| judge(rule, true)).collect()),
            mild: with(policy.rules.iter().map(|rule| judge(rule, false)).collect()),
        }
    }

    /// What would have been done with this mail; `None` where nothing was left to decide, as it broke off or was refused before it came.
    pub fn judge(&self, kept: &Kept) -> Option<Replayed> {
        if kept.ending != Ending::Measured {
            return None;
        }
        let facts = facts(kept);
        let by_size = |finding: &Finding| BY_SIZE.contains(&finding.entry.id);
        let mut findings: Vec<Finding> =
            kept.findings.0.iter().map(|f| Finding::new(f.id.entry(), f.part)).filter(|f| !by_size(f)).collect();
        findings.extend(catalogue::diagnose(&facts, self.thresholds).into_iter().filter(by_size));
        self.strict.levels.apply(&mut findings);
        let decide = |policy: &Policy| {
            let mut mail = policy.begin(&Client::default(), None, None);
            mail.assume(kept.direction);
            policy.decide(&findings, &mail).done
        };
        Some(Replayed { strict: decide(&self.strict), mild: decide(&self.mild) })
    }
}

/// Whether a rule asks for something that no record knows.
fn asks_for_more(rule: &Rule) -> bool {
    let Rule { recipient_domains, networks, daemons, authenticated, .. } = rule;
    !(recipient_domains.is_empty() && networks.is_empty() && daemons.is_empty() && authenticated.is_none())
}

/// The facts, as far as the record has them.
fn facts(kept: &Kept) -> Facts {
    let part = |part: &KeptPart| Part {
        parent: None,
        depth: 0,
        declared: part.declared,
        detected: part.detected,
        extension: part.extension,
        encoding: Encoding::Undeclared,
        charset: Charset::None,
        disposition: Disposition::None,
        attachment: part.role == PartRole::Attachment,
        header_bytes: 0,
        encoded_bytes: part.decoded_bytes,
        decoded_bytes: part.decoded_bytes,
        data_uri_bytes: 0,
        name: Default::default(),
        coding: Default::default(),
        text: Default::default(),
        structure: Default::default(),
        ambiguity: Default::default(),
        content: Default::default(),
        damage: Default::default(),
        encryption: part.encryption,
        holds: Default::default(),
    };
    Facts {
        wire_bytes: kept.wire_bytes,
        header_bytes: kept.header_bytes,
        attachments: kept.attachments,
        attachment_bytes: kept.attachment_bytes,
        parts: kept.parts.iter().map(part).collect(),
        parts_total: kept.parts_total,
        ..Facts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::find;
    use crate::config::Config;
    use crate::report::testing::record;

    fn kept(ids: &[&str], wire_bytes: u64) -> Kept {
        let mut record = record(ids.iter().map(|id| Finding::new(find(id).unwrap(), None)).collect());
        record.facts.wire_bytes = wire_bytes;
        Kept::of(&record)
    }

    #[track_caller]
    fn ends(policy: &str, kept: &Kept) -> (&'static str, &'static str) {
        let settings = Config::parse(policy).unwrap().settings;
        let replayed = Replay::new(&settings.policy, &settings.thresholds).judge(kept).unwrap();
        (replayed.mild.action().name(), replayed.strict.action().name())
    }

    #[test]
    fn sizes_are_judged_anew_and_all_else_as_it_was_found() {
        let large = kept(&["size-exceeds-common-limit", "type-executable"], 24 << 20);
        let reject = "[policy]\nreject = [\"size-exceeds-common-limit\"]\n";
        assert_eq!(ends(reject, &large), ("reject", "reject"));
        assert_eq!(ends(&format!("{reject}[limits]\ncommon_size_limit = \"25 MiB\"\n"), &large), ("tag", "tag"));
        // What was not found then is found now.
        assert_eq!(
            ends(&format!("{reject}[limits]\ncommon_size_limit = \"1 MiB\"\n"), &kept(&[], 2 << 20)),
            ("reject", "reject")
        );
        assert_eq!(
            ends("[policy]\nmode = \"observe\"\nquarantine = [\"type-*\"]\n", &large),
            ("quarantine", "quarantine")
        );
        assert_eq!(
            ends("[policy]\nquarantine = [\"error\"]\nlevels = { \"type-executable\" = \"off\" }\n", &large),
            ("tag", "tag")
        );
    }

    #[test]
    fn what_no_record_knows_gives_an_answer_with_two_ends() {
        let mail = kept(&["type-executable"], 1000);
        let rule = |action, rest: &str| {
            format!("[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"{action}\"\n{rest}")
        };
        assert_eq!(ends(&rule("reject", "direction = \"inbound\"\n"), &mail), ("reject", "reject"));
        assert_eq!(ends(&rule("reject", "direction = \"outbound\"\n"), &mail), ("tag", "tag"));
        assert_eq!(ends(&rule("reject", "authenticated = false\n"), &mail), ("tag", "reject"));
        assert_eq!(ends(&rule("reject", "networks = [\"192.0.2.1\"]\nmode = \"observe\"\n"), &mail), ("tag", "reject"));
        let exception = rule("accept", "recipient_domains = [\"example.org\"]\n");
        assert_eq!(ends(&format!("[policy]\nreject = [\"type-*\"]\n{exception}"), &mail), ("tag", "reject"));
    }

    #[test]
    fn of_a_mail_that_broke_off_nothing_is_decided() {
        let mut aborted = kept(&["type-executable"], 1000);
        aborted.ending = Ending::Aborted;
        let settings = crate::Settings::default();
        assert!(Replay::new(&settings.policy, &settings.thresholds).judge(&aborted).is_none());
    }

    /// The findings that are judged anew are found in the facts of a record as in those of its mail.
    #[test]
    fn a_record_is_enough_for_findings_of_size() {
        for id in BY_SIZE {
            assert!(find(id).is_some(), "{id}");
        }
        let mut record = record(vec![]);
        record.facts.wire_bytes = 30 << 20;
        record.facts.header_bytes = 70 << 10;
        record.facts.attachments = 60;
        record.facts.parts_total = 300;
        let part = |role, decoded_bytes| KeptPart {
            index: 1,
            role,
            declared: crate::scan::names::MediaType::TextPlain,
            detected: crate::scan::names::FileKind::Text,
            extension: crate::scan::names::Extension::None,
            decoded_bytes,
            encryption: crate::scan::names::Encryption::No,
        };
        let mut kept = Kept::of(&record);
        kept.parts = vec![part(PartRole::Attachment, 11 << 20), part(PartRole::Body, 2 << 20)];
        let found = catalogue::diagnose(&facts(&kept), &Thresholds::default());
        let of_size: Vec<&str> = found.iter().map(|f| f.entry.id).filter(|id| BY_SIZE.contains(id)).collect();
        for id in BY_SIZE.iter().filter(|id| **id != "size-near-own-limit") {
            assert!(of_size.contains(id), "{id}: {of_size:?}");
        }
    }
}
