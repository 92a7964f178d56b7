//! One rule of the operator, and what is remembered of an open mail so that rules can be asked at its end.

use super::network::{Client, Direction, Domains};
use super::selector::Selector;
use super::wording::Wording;
use super::{Action, Measure, Mode, Policy};
use crate::scan::facts::DestinationFacts;
use ipnet::IpNet;
use std::collections::BTreeMap;

/// What is done with mails that have one of some findings, for some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// With which findings.
    pub findings: Vec<Selector>,
    /// What is done. [`Action::Accept`] is an exception: these findings lead to nothing then.
    pub action: Action,
    /// Whether it is done, or only told.
    pub mode: Mode,
    /// For mail that goes one of these ways; for all, if there is none.
    pub direction: Vec<Direction>,
    /// For mail to one of these domains; for all, if there is none. A mail to others as well is meant by a rule that does something, and not
    /// by an exception.
    pub recipient_domains: Vec<Domains>,
    /// For clients of these networks; for all, if there is none.
    pub networks: Vec<IpNet>,
    /// For clients of these services; for all, if there is none.
    pub daemons: Vec<String>,
    /// For clients that have authenticated, or for those that have not; for all, if there is none.
    pub authenticated: Option<bool>,
    /// What a refusal says; the policy's own words, if there is none.
    pub reply: Option<Wording>,
}

impl Default for Rule {
    fn default() -> Self {
        Rule {
            findings: Vec::new(),
            action: Action::Accept,
            mode: Mode::Enforce,
            direction: Vec::new(),
            recipient_domains: Vec::new(),
            networks: Vec::new(),
            daemons: Vec::new(),
            authenticated: None,
            reply: None,
        }
    }
}

impl Rule {
    /// Rules that may be written: an open mail remembers something for each.
    pub const MAX: usize = 100;

    /// Whether it holds for all mail, whoever sends it to whom.
    pub fn is_unconditional(&self) -> bool {
        let Rule { direction, recipient_domains, networks, daemons, authenticated, .. } = self;
        direction.is_empty()
            && recipient_domains.is_empty()
            && networks.is_empty()
            && daemons.is_empty()
            && authenticated.is_none()
    }

    fn fits_client(&self, client: &Client<'_>) -> bool {
        (self.networks.is_empty() || client.is_in(&self.networks))
            && (self.daemons.is_empty() || client.speaks_to(&self.daemons))
            && self.authenticated.is_none_or(|asked| asked == client.authenticated)
    }

    /// Whether it holds for this mail.
    pub(super) fn holds(&self, reached: Reached, mail: &Matched, direction: Direction) -> bool {
        let recipients = self.recipient_domains.is_empty()
            || match self.action {
                Action::Accept => mail.recipients > 0 && reached.recipients == mail.recipients,
                _ => reached.recipients > 0,
            };
        reached.client && recipients && (self.direction.is_empty() || self.direction.contains(&direction))
    }
}

/// What is remembered of an open mail for one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// Its client is one that the rule is for.
    client: bool,
    /// Recipients whose domains the rule names.
    recipients: u32,
}

/// What is remembered of who an open mail is from and for: yes, no, and counts by the lines of a policy. No address, no domain.
#[derive(Clone, Debug, Default)]
pub struct Matched {
    /// It comes from us.
    ours: bool,
    /// Its client is this machine.
    local: bool,
    /// And no user who has authenticated there.
    machine: bool,
    /// `SIZE=` of MAIL, in bytes.
    declared: Option<u64>,
    recipients: u32,
    own_recipients: u32,
    /// As many as the policy has rules.
    pub(super) rules: Vec<Reached>,
    /// Recipients by the largest mail that their servers take.
    limits: BTreeMap<u64, u32>,
    /// The way it is assumed to go, whatever its client and recipients say.
    assumed: Option<Direction>,
    /// Recipients that were refused, as their servers do not take a mail of the declared size.
    refused: Option<DestinationFacts>,
}

impl Matched {
    /// The smallest limit that a mail of this size exceeds, and for how many recipients one is exceeded.
    pub fn exceeded(&self, wire_bytes: u64) -> Option<DestinationFacts> {
        let (limit, _) = self.limits.first_key_value().filter(|(limit, _)| **limit < wire_bytes)?;
        let recipients = self.limits.range(..wire_bytes).map(|(_, count)| count).sum();
        Some(DestinationFacts { limit: *limit, recipients })
    }

    /// Recipients that were refused before the mail came, and the smallest of their limits.
    pub fn refused(&self) -> Option<DestinationFacts> {
        self.refused
    }

    /// Assumes that the mail goes this way: for a file, of which nothing is known.
    pub fn assume(&mut self, direction: Direction) {
        self.assumed = Some(direction);
    }

    /// Recipients that were taken.
    pub fn recipients(&self) -> u32 {
        self.recipients
    }

    fn take(&mut self, policy: &Policy, domain: &str, limit: Option<u64>) {
        self.recipients = self.recipients.saturating_add(1);
        self.own_recipients += u32::from(policy.network.is_own(domain));
        for (reached, rule) in self.rules.iter_mut().zip(&policy.rules) {
            reached.recipients += u32::from(rule.recipient_domains.iter().any(|domains| domains.contain(domain)));
        }
        if let Some(limit) = limit {
            *self.limits.entry(limit).or_default() += 1;
        }
    }
}

/// Why a recipient is refused before the mail comes. Sizes are in bytes on the wire.
#[derive(Clone, Copy)]
pub struct TooLarge {
    /// What the client declared.
    pub declared: u64,
    /// What the recipient's server takes.
    pub limit: u64,
    /// Who says so.
    pub measure: Measure,
}

impl Policy {
    /// A mail begins: from this client, with a sender of this domain (`None` for the empty address), and of this size, if it was declared.
    pub fn begin(&self, client: &Client<'_>, sender: Option<&str>, declared: Option<u64>) -> Matched {
        Matched {
            ours: self.network.is_ours(client, sender),
            local: client.local,
            machine: client.is_machine(),
            declared,
            rules: self.rules.iter().map(|rule| Reached { client: rule.fits_client(client), recipients: 0 }).collect(),
            ..Matched::default()
        }
    }

    /// A recipient of this domain. The answer is why it is to be refused, if it is: its server does not take a mail of the declared size.
    ///
    /// What comes from this machine is never refused here: mail of the `sendmail` command looks the same, and has nobody to hear it.
    pub fn recipient(&self, mail: &mut Matched, domain: &str, may_refuse: bool) -> Option<TooLarge> {
        let limit = self.destinations.limit(domain);
        if let (Some(limit), Some(declared)) = (limit, mail.declared)
            && declared > limit
            && may_refuse
            && !mail.local
        {
            // As if the recipient were the only one.
            let mut alone = Matched { recipients: 0, own_recipients: 0, limits: BTreeMap::new(), ..mail.clone() };
            alone.rules.iter_mut().for_each(|reached| reached.recipients = 0);
            alone.take(self, domain, Some(limit));
            if let Some(measure) = self.refuses_destination(&alone) {
                let so_far = mail.refused.unwrap_or(DestinationFacts { limit, recipients: 0 });
                let refused = DestinationFacts {
                    limit: so_far.limit.min(limit),
                    recipients: so_far.recipients.saturating_add(1),
                };
                mail.refused = Some(refused);
                return Some(TooLarge { declared, limit, measure });
            }
        }
        mail.take(self, domain, limit);
        None
    }

    /// Which way the mail goes, by the recipients so far.
    pub fn direction(&self, mail: &Matched) -> Direction {
        let told = || self.network.direction(mail.ours, mail.machine, mail.recipients == mail.own_recipients);
        mail.assumed.unwrap_or_else(told)
    }
}
