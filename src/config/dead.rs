//! Lines of a policy that could never do anything, or that contradict each other. Who wrote them expects something of them.

use super::Config;
use super::kinds::Wrong;
use super::together::File;
use crate::catalogue;
use crate::policy::{Action, Direction, Mode, NOTHING_LEFT, Policy, Rule, Selector, Skip, TagMode};
use std::collections::BTreeSet;
use std::ops::Range;

/// Everything that is dead.
pub(super) fn check(file: &File<'_>, config: &Config) -> Vec<Wrong> {
    let policy = &config.settings.policy;
    let check = Check { file, policy };
    let mut wrongs: Vec<Wrong> = Vec::new();
    wrongs.extend(check.levels());
    for (index, (action, selectors)) in policy.lists().into_iter().enumerate() {
        let place = |at| file.place("policy", &[action.name().into(), at]);
        wrongs.extend(check.selectors(selectors, |at| place(at.into())));
        wrongs.extend(check.decided_twice(index));
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        wrongs.extend(check.rule(index, rule));
    }
    wrongs
}

struct Check<'a> {
    file: &'a File<'a>,
    policy: &'a Policy,
}

/// Ids.
type Ids = BTreeSet<&'static str>;

impl Check<'_> {
    /// The findings that a list of selectors means, of those that something can be done with.
    fn meant(&self, selectors: &[Selector]) -> Ids {
        let meant = catalogue::all().filter(|entry| {
            let (level, _) = self.policy.levels.of(entry);
            entry.id != NOTHING_LEFT && level.is_some_and(|level| selectors.iter().any(|s| s.selects(entry, level)))
        });
        meant.map(|entry| entry.id).collect()
    }

    /// Lines of `levels` of which each finding has a closer line.
    fn levels(&self) -> Option<Wrong> {
        let levels = &self.policy.levels;
        let dead = levels.0.iter().find(|line| {
            !catalogue::all().any(|entry| levels.of(entry).1.is_some_and(|in_force| in_force.findings == line.findings))
        })?;
        Some(Wrong {
            span: self.file.key_place("policy", &["levels".into(), dead.findings.to_string().into()])?,
            what: format!("\"{}\" has no effect: each of its findings has a closer line", dead.findings),
            help: "remove the line, or the closer ones".into(),
        })
    }

    /// Selectors of one list that mean nothing, or nothing that another one does not mean.
    fn selectors(&self, selectors: &[Selector], place: impl Fn(usize) -> Option<Range<usize>>) -> Option<Wrong> {
        let wrong = |at: usize, what: String, help: &str| Some(Wrong { span: place(at)?, what, help: help.into() });
        for (at, selector) in selectors.iter().enumerate() {
            let meant = self.meant(std::slice::from_ref(selector));
            if *selector == Selector::Id(NOTHING_LEFT) {
                let what =
                    format!("nothing can be done with \"{selector}\": such a mail has broken off before it was there");
                return wrong(at, what, "leave it out");
            }
            if meant.is_empty() {
                let (what, help) = match selector {
                    Selector::From(_) | Selector::Level(_) => (
                        format!("no finding has the level \"{selector}\""),
                        "see `levels`, which changed it, or name another level",
                    ),
                    _ => (format!("\"{selector}\" is off"), "leave it out, or remove its line in `levels`"),
                };
                return wrong(at, what, help);
            }
            let wider = selectors.iter().enumerate().find(|(other, wider)| {
                let ids = self.meant(std::slice::from_ref(wider));
                // Of two that mean the same, the second is one too many.
                *other != at && meant.is_subset(&ids) && (ids != meant || *other < at)
            });
            if let Some((_, wider)) = wider {
                return wrong(
                    at,
                    format!("\"{selector}\" adds nothing to \"{wider}\", which stands here too"),
                    "remove one of them",
                );
            }
        }
        None
    }

    /// A selector of one list, all of whose findings stand in stricter lists.
    fn decided_twice(&self, index: usize) -> Option<Wrong> {
        let lists = self.policy.lists();
        let (milder, selectors) = lists[index];
        let (at, selector, stricter) = selectors.iter().enumerate().find_map(|(at, selector)| {
            let meant = self.meant(std::slice::from_ref(selector));
            let (stricter, _) =
                lists[..index].iter().find(|(_, above)| !meant.is_empty() && meant.is_subset(&self.meant(above)))?;
            Some((at, selector, stricter))
        })?;
        Some(Wrong {
            span: self.file.place("policy", &[milder.name().into(), at.into()])?,
            what: format!("\"{selector}\" stands in `{stricter}` as well, which is stricter and wins"),
            help: format!("leave it out of `{milder}`, or of `{stricter}`"),
        })
    }

    fn rule(&self, index: usize, rule: &Rule) -> Option<Wrong> {
        let place = |key: &str| self.file.place("policy", &["rules".into(), index.into(), key.into()]);
        let wrong = |key: &str, what: String, help: &str| Some(Wrong { span: place(key)?, what, help: help.into() });
        for (key, empty) in [
            ("findings", rule.findings.is_empty()),
            ("direction", rule.direction.is_empty()),
            ("recipient_domains", rule.recipient_domains.is_empty()),
            ("networks", rule.networks.is_empty()),
            ("daemons", rule.daemons.is_empty()),
        ] {
            if empty && let Some(span) = place(key) {
                let help = if key == "findings" {
                    "write [\"*\"] for all findings"
                } else {
                    "leave the key away where it makes no difference"
                };
                return Some(Wrong {
                    span,
                    what: format!("`{key}` is an empty list: the rule would be for nothing"),
                    help: help.into(),
                });
            }
        }
        let selector =
            |at: usize| self.file.place("policy", &["rules".into(), index.into(), "findings".into(), at.into()]);
        if let Some(wrong) = self.selectors(&rule.findings, selector) {
            return Some(wrong);
        }
        if rule.reply.is_some() && rule.action < Action::Tempfail {
            let what = format!("`reply` is never told: the rule's action is \"{}\"", rule.action);
            return wrong("reply", what, "remove it, or let the rule refuse: \"tempfail\" or \"reject\"");
        }
        if let Some((key, what, help)) = self.never_holds(rule) {
            return wrong(key, what, help);
        }
        self.adds_nothing(index, rule)
    }

    /// Conditions that no mail fulfils together.
    fn never_holds(&self, rule: &Rule) -> Option<(&'static str, String, &'static str)> {
        let network = &self.policy.network;
        if rule.direction == [Direction::Inbound] {
            let ours = "such clients are ours, so their mail is never inbound";
            if rule.authenticated == Some(true) {
                return Some((
                    "authenticated",
                    format!("`authenticated = true` and `direction = \"inbound\"` exclude each other: {ours}"),
                    "remove one of them",
                ));
            }
            let within = |net| network.own_networks.iter().any(|own: &ipnet::IpNet| own.contains(net));
            if !rule.networks.is_empty() && rule.networks.iter().all(within) {
                return Some((
                    "networks",
                    format!("these networks stand in `own_networks`, and the rule is for inbound mail: {ours}"),
                    "remove `direction`, or name other networks",
                ));
            }
            if !rule.daemons.is_empty() && rule.daemons.iter().all(|name| network.own_daemons.contains(name)) {
                return Some((
                    "daemons",
                    format!("these services stand in `own_daemons`, and the rule is for inbound mail: {ours}"),
                    "remove `direction`, or name other services",
                ));
            }
        }
        let skipped = |net: &ipnet::IpNet| {
            network.skip.iter().any(|skip| matches!(skip, Skip::Network(all) if all.contains(net)))
        };
        if !rule.networks.is_empty() && rule.networks.iter().all(skipped) {
            return Some((
                "networks",
                "mail of these networks is skipped, so it never comes to this rule".into(),
                "remove them here, or in `skip`",
            ));
        }
        if rule.authenticated == Some(true) && network.skip.contains(&Skip::Authenticated) {
            return Some((
                "authenticated",
                "mail of authenticated clients is skipped, so it never comes to this rule".into(),
                "remove the rule, or \"authenticated\" in `skip`",
            ));
        }
        None
    }

    /// What the rule asks for is done without it.
    fn adds_nothing(&self, index: usize, rule: &Rule) -> Option<Wrong> {
        let meant = self.meant(&rule.findings);
        let span = self.file.place("policy", &["rules".into(), index.into(), "action".into()])?;
        let others = || self.policy.rules.iter().enumerate().filter(move |(other, _)| *other != index);
        if rule.action == Action::Accept {
            let lists = self.policy.lists().into_iter().map(|(_, selectors)| selectors);
            let rules =
                others().filter(|(_, other)| other.action > Action::Accept).map(|(_, other)| other.findings.as_slice());
            let excepted = lists.chain(rules).any(|selectors| !meant.is_disjoint(&self.meant(selectors)));
            return (!excepted).then(|| Wrong {
                span,
                what: "this exception takes nothing out: no list and no other rule has its findings".into(),
                help: "remove it; without a line here, nothing is done with a finding anyway".into(),
            });
        }
        if rule.action == Action::Tag && self.policy.tag == TagMode::All {
            return Some(Wrong {
                span,
                what: "every mail has the tag already, by `tag = \"all\"`".into(),
                help: "remove the rule, or write tag = \"findings\" or \"off\"".into(),
            });
        }
        // A rule may say in its own words what a list says, too.
        let own_words = rule.reply.is_some();
        let stricter =
            |(action, _): &(Action, &[Selector])| *action > rule.action || (*action == rule.action && !own_words);
        let by_lists: Ids =
            self.policy.lists().into_iter().filter(stricter).flat_map(|(_, list)| self.meant(list)).collect();
        if meant.is_subset(&by_lists) {
            return Some(Wrong {
                span,
                what: "the lists of [policy] do this, or more, with all of its findings and for all mail".into(),
                help: "remove the rule, or its findings from `quarantine`, `tempfail` or `reject`".into(),
            });
        }
        let covers = |(other, wider): &(usize, &Rule)| {
            let same = wider.action == rule.action
                && wider.mode == rule.mode
                && wider.is_unconditional()
                && rule.is_unconditional();
            wider.mode == Mode::Enforce
                && wider.is_unconditional()
                && (wider.action > rule.action || (wider.action == rule.action && !own_words))
                && meant.is_subset(&self.meant(&wider.findings))
                // Of two alike, the second is one too many.
                && (*other < index || !same)
        };
        let (other, _) = others().find(covers)?;
        Some(Wrong {
            span,
            what: format!("rule {} does this, or more, with all of its findings and for all mail", other + 1),
            help: "remove one of the two".into(),
        })
    }
}
