use super::*;
use crate::scan::facts::DestinationFacts;
use proptest::prelude::*;
use std::collections::BTreeSet;

const EXE: &str = "type-executable";
const ZIP: &str = "content-zip-truncated";
const PDF: &str = "content-pdf-truncated";
const DATE: &str = "date-past";
const IDS: [&str; 4] = [EXE, ZIP, PDF, DATE];

fn findings(ids: &[&str]) -> Vec<Finding> {
    ids.iter().map(|id| Finding::new(catalogue::find(id).unwrap(), None)).collect()
}

fn select(texts: &[&str]) -> Vec<Selector> {
    texts.iter().map(|text| Selector::parse(text).unwrap()).collect()
}

fn domains(texts: &[&str]) -> Vec<Domains> {
    texts.iter().map(|text| Domains::parse(text).unwrap()).collect()
}

fn rule(findings: &[&str], action: Action) -> Rule {
    Rule { findings: select(findings), action, ..Rule::default() }
}

const REMOTE: Client<'_> = Client {
    address: Some(std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7))),
    local: false,
    authenticated: false,
    daemon: None,
};

/// What is decided about a mail from this client to recipients of these domains.
fn decide(policy: &Policy, client: &Client<'_>, to: &[&str], ids: &[&str]) -> Verdict {
    let mut mail = policy.begin(client, Some("example.net"), None);
    to.iter().for_each(|domain| assert!(policy.recipient(&mut mail, domain, true).is_none()));
    let mut findings = findings(ids);
    policy.levels.apply(&mut findings);
    policy.decide(&findings, &mail)
}

fn told(decision: &Decision) -> (Action, Option<&'static str>) {
    (decision.action(), decision.because().map(|entry| entry.id))
}

#[test]
fn by_default_everything_is_tagged_and_nothing_else() {
    let all: Vec<&str> = catalogue::all().map(|entry| entry.id).collect();
    for ids in [&[][..], &all] {
        let verdict = decide(&Policy::default(), &REMOTE, &["example.com"], ids);
        assert_eq!(told(&verdict.done), (Action::Tag, None));
        assert!(verdict.would.is_none());
    }
}

#[test]
fn the_strictest_wins_and_names_the_finding_that_decided() {
    let policy = Policy {
        tag: TagMode::Findings,
        quarantine: select(&["content-*"]),
        tempfail: select(&[PDF]),
        reject: select(&[EXE]),
        ..Policy::default()
    };
    for (ids, action, because) in [
        (&[][..], Action::Accept, None),
        (&[DATE], Action::Tag, None),
        (&[DATE, ZIP], Action::Quarantine, Some(ZIP)),
        (&[ZIP, PDF], Action::Tempfail, Some(PDF)),
        (&[ZIP, EXE, PDF], Action::Reject, Some(EXE)),
    ] {
        assert_eq!(told(&decide(&policy, &REMOTE, &["example.com"], ids).done), (action, because), "{ids:?}");
    }
    // Of several that ask for the same, the gravest decides.
    let policy = Policy { reject: select(&["*"]), ..Policy::default() };
    let verdict = decide(&policy, &REMOTE, &["example.com"], &[DATE, ZIP, EXE]);
    assert_eq!((verdict.level, verdict.done.because().map(|e| e.level)), (Some(Level::Error), Some(Level::Error)));
}

#[test]
fn levels_are_those_of_the_operator() {
    let levels = Levels(vec![
        Line { findings: Selector::Id(DATE), level: Some(Level::Error) },
        Line { findings: Selector::Id(EXE), level: None },
    ]);
    let policy = Policy { levels, quarantine: select(&["error"]), reject: select(&[EXE]), ..Policy::default() };
    let verdict = decide(&policy, &REMOTE, &["example.com"], &[DATE, EXE]);
    assert_eq!((verdict.level, told(&verdict.done)), (Some(Level::Error), (Action::Quarantine, Some(DATE))));
    // What is off leads to nothing.
    assert_eq!(told(&decide(&policy, &REMOTE, &["example.com"], &[EXE]).done), (Action::Tag, None));
}

#[test]
fn rules_hold_for_those_they_name() {
    let net = |text: &str| vec![text.parse().unwrap()];
    let known = Client { authenticated: true, ..REMOTE };
    let daemon = Client { daemon: Some("submission"), ..REMOTE };
    let local = Client { local: true, address: Some([127, 0, 0, 1].into()), ..REMOTE };
    let base = rule(&[EXE], Action::Reject);
    for (what, rule, holding) in [
        ("all", base.clone(), [true; 4]),
        ("inbound", Rule { direction: vec![Direction::Inbound], ..base.clone() }, [true, false, true, false]),
        ("outbound", Rule { direction: vec![Direction::Outbound], ..base.clone() }, [false, true, false, false]),
        (
            "two ways",
            Rule { direction: vec![Direction::Outbound, Direction::Internal], ..base.clone() },
            [false, true, false, true],
        ),
        ("a network", Rule { networks: net("198.51.100.0/24"), ..base.clone() }, [true, true, true, false]),
        ("authenticated", Rule { authenticated: Some(true), ..base.clone() }, [false, true, false, false]),
        ("not authenticated", Rule { authenticated: Some(false), ..base.clone() }, [true, false, true, true]),
        ("a service", Rule { daemons: vec!["submission".into()], ..base.clone() }, [false, false, true, false]),
        ("a domain", Rule { recipient_domains: domains(&["example.com"]), ..base.clone() }, [true; 4]),
        ("another domain", Rule { recipient_domains: domains(&["*.example.com"]), ..base.clone() }, [false; 4]),
        ("two conditions", Rule { authenticated: Some(true), networks: net("192.0.2.0/24"), ..base }, [false; 4]),
    ] {
        let policy = Policy { rules: vec![rule], ..Policy::default() };
        let rejected = [REMOTE, known, daemon, local]
            .map(|client| decide(&policy, &client, &["example.com", "example.org"], &[EXE]).action() == Action::Reject);
        assert_eq!(rejected, holding, "{what}");
    }
}

#[test]
fn an_exception_takes_findings_out_for_all_recipients_only() {
    let policy = Policy {
        reject: select(&[EXE]),
        quarantine: select(&["content-*"]),
        rules: vec![
            Rule { recipient_domains: domains(&["lab.example.com"]), ..rule(&[EXE], Action::Accept) },
            rule(&[PDF], Action::Accept),
        ],
        ..Policy::default()
    };
    for (to, ids, expected) in [
        (&["lab.example.com"][..], &[EXE][..], (Action::Tag, None)),
        (&["example.com"], &[EXE], (Action::Reject, Some(EXE))),
        (&["lab.example.com", "example.com"], &[EXE], (Action::Reject, Some(EXE))),
        (&["example.com"], &[PDF], (Action::Tag, None)),
        (&["lab.example.com"], &[EXE, ZIP, PDF], (Action::Quarantine, Some(ZIP))),
        // Without recipients there is nobody to make an exception for.
        (&[], &[EXE], (Action::Reject, Some(EXE))),
    ] {
        assert_eq!(told(&decide(&policy, &REMOTE, to, ids).done), expected, "{ids:?} to {to:?}");
    }
}

#[test]
fn a_rule_can_ask_for_a_tag() {
    let policy = Policy { tag: TagMode::Off, rules: vec![rule(&["content-*"], Action::Tag)], ..Policy::default() };
    assert_eq!(decide(&policy, &REMOTE, &["example.com"], &[EXE]).action(), Action::Accept);
    assert_eq!(decide(&policy, &REMOTE, &["example.com"], &[ZIP]).action(), Action::Tag);
}

#[test]
fn what_is_on_trial_is_told_and_not_done() {
    let trial = Rule { mode: Mode::Observe, ..rule(&[EXE], Action::Reject) };
    let policy = Policy { quarantine: select(&["type-*"]), rules: vec![trial], ..Policy::default() };
    let verdict = decide(&policy, &REMOTE, &["example.com"], &[EXE]);
    assert_eq!(told(&verdict.done), (Action::Quarantine, Some(EXE)));
    assert_eq!(verdict.would.as_ref().map(told), Some((Action::Reject, Some(EXE))));
    assert!(decide(&policy, &REMOTE, &["example.com"], &[ZIP]).would.is_none());

    let policy = Policy { mode: Mode::Observe, ..policy };
    let verdict = decide(&policy, &REMOTE, &["example.com"], &[EXE]);
    assert_eq!(told(&verdict.done), (Action::Accept, None));
    assert_eq!(verdict.would.as_ref().map(told), Some((Action::Reject, Some(EXE))));
    // Not even the tag.
    assert_eq!(decide(&policy, &REMOTE, &[], &[]).would.as_ref().map(told), Some((Action::Tag, None)));

    // An exception can be on trial, too.
    let trial = Rule { mode: Mode::Observe, ..rule(&[EXE], Action::Accept) };
    let policy = Policy { reject: select(&[EXE]), rules: vec![trial], ..Policy::default() };
    let verdict = decide(&policy, &REMOTE, &["example.com"], &[EXE]);
    assert_eq!((verdict.action(), verdict.would.as_ref().map(told)), (Action::Reject, Some((Action::Tag, None))));
}

fn with_limits(policy: Policy) -> Policy {
    let lines = [("a.example", 1000), ("b.example", 2000), ("c.example", 3000)];
    let line = |(domain, bytes)| (Domains::parse(domain).unwrap(), SizeLimit::Wire(bytes));
    Policy { destinations: Destinations { shipped: false, lines: lines.map(line).into() }, ..policy }
}

#[test]
fn limits_of_destinations_count_those_concerned() {
    let policy = with_limits(Policy::default());
    let mut mail = policy.begin(&REMOTE, None, Some(5000));
    for domain in ["b.example", "example.com", "c.example", "a.example", "b.example"] {
        assert!(policy.recipient(&mut mail, domain, true).is_none());
    }
    let exceeded = |bytes| mail.exceeded(bytes).map(|d| (d.limit, d.recipients));
    assert_eq!(
        [1000, 1001, 2000, 2001, 3001, u64::MAX].map(exceeded),
        [None, Some((1000, 1)), Some((1000, 1)), Some((1000, 3)), Some((1000, 4)), Some((1000, 4))]
    );
    assert_eq!((mail.refused(), mail.recipients()), (None, 5));
}

#[test]
fn a_declared_size_is_refused_before_the_mail_comes() {
    const TOO_LARGE: &str = catalogue::DESTINATION;
    let local = Client { local: true, ..REMOTE };
    let known = Client { authenticated: true, ..REMOTE };
    let reject = Policy { reject: select(&[TOO_LARGE]), ..Policy::default() };
    let by_rule = |rule| Policy { rules: vec![rule], ..Policy::default() };
    let rejecting = rule(&["size-*"], Action::Reject);
    for (what, policy, client, declared, refused) in [
        ("by default", Policy::default(), REMOTE, Some(1500), false),
        ("reject", reject.clone(), REMOTE, Some(1500), true),
        ("reject, at the limit", reject.clone(), REMOTE, Some(1000), false),
        ("reject, nothing declared", reject.clone(), REMOTE, None, false),
        ("reject, from this machine", reject.clone(), local, Some(1500), false),
        ("hold", Policy { quarantine: select(&[TOO_LARGE]), ..Policy::default() }, REMOTE, Some(1500), false),
        ("refuse for now", Policy { tempfail: select(&[TOO_LARGE]), ..Policy::default() }, REMOTE, Some(1500), false),
        ("observe", Policy { mode: Mode::Observe, ..reject.clone() }, REMOTE, Some(1500), false),
        ("a rule", by_rule(rejecting.clone()), REMOTE, Some(1500), true),
        ("on trial", by_rule(Rule { mode: Mode::Observe, ..rejecting.clone() }), REMOTE, Some(1500), false),
        (
            "inbound",
            by_rule(Rule { direction: vec![Direction::Inbound], ..rejecting.clone() }),
            known,
            Some(1500),
            false,
        ),
        (
            "outbound",
            by_rule(Rule { direction: vec![Direction::Outbound], ..rejecting.clone() }),
            known,
            Some(1500),
            true,
        ),
        (
            "another domain",
            by_rule(Rule { recipient_domains: domains(&["b.example"]), ..rejecting.clone() }),
            REMOTE,
            Some(1500),
            false,
        ),
        (
            "an exception",
            Policy {
                rules: vec![Rule { recipient_domains: domains(&["a.example"]), ..rule(&["*"], Action::Accept) }],
                ..reject.clone()
            },
            REMOTE,
            Some(1500),
            false,
        ),
        (
            "off",
            Policy { levels: Levels(vec![Line { findings: Selector::Id(TOO_LARGE), level: None }]), ..reject.clone() },
            REMOTE,
            Some(1500),
            false,
        ),
    ] {
        let policy = with_limits(policy);
        let mut mail = policy.begin(&client, None, declared);
        // The one before has room, and makes no difference to the next one.
        assert!(policy.recipient(&mut mail, "b.example", true).is_none(), "{what}");
        let said = policy.recipient(&mut mail, "a.example", true);
        assert_eq!(said.map(|why| (why.declared, why.limit)), refused.then_some((1500, 1000)), "{what}");
        assert_eq!(mail.recipients(), if refused { 1 } else { 2 }, "{what}");
        assert_eq!(mail.refused(), refused.then_some(DestinationFacts { limit: 1000, recipients: 1 }), "{what}");
        // Who may not be refused is none that would be answered.
        assert!(!refused || policy.answers_recipients(), "{what}");
        let mut silent = policy.begin(&client, None, declared);
        assert!(policy.recipient(&mut silent, "a.example", false).is_none(), "{what}");
    }
    assert!(!Policy::default().answers_recipients());
}

/// Anything that an operator could write.
fn policies() -> impl Strategy<Value = Policy> {
    let selectors = || {
        let texts = ["*", "error", "warning+", "notice", "content-*", "type-*", EXE, ZIP, DATE];
        proptest::sample::subsequence(texts.to_vec(), 0..=2).prop_map(|texts| select(&texts))
    };
    let rule = (
        selectors(),
        proptest::sample::select(Action::ALL.to_vec()),
        any::<bool>(),
        proptest::sample::subsequence(Direction::ALL.to_vec(), 0..=2),
        proptest::sample::subsequence(vec!["example.com", "example.org"], 0..=2),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(|(findings, action, observe, direction, to, authenticated)| Rule {
            findings,
            action,
            mode: if observe { Mode::Observe } else { Mode::Enforce },
            direction,
            recipient_domains: domains(&to),
            authenticated,
            ..Rule::default()
        });
    let levels = proptest::collection::vec(
        (
            proptest::sample::select(vec!["warning", "content-*", ZIP]),
            proptest::option::of(proptest::sample::select(Level::ALL.to_vec())),
        ),
        0..3,
    );
    (
        proptest::array::uniform3(selectors()),
        proptest::collection::vec(rule, 0..4),
        levels,
        proptest::sample::select(vec![TagMode::All, TagMode::Findings, TagMode::Off]),
        any::<bool>(),
    )
        .prop_map(|([quarantine, tempfail, reject], rules, levels, tag, own)| Policy {
            tag,
            quarantine,
            tempfail,
            reject,
            rules,
            levels: Levels(
                levels
                    .into_iter()
                    .map(|(text, level)| Line { findings: Selector::parse(text).unwrap(), level })
                    .collect(),
            ),
            network: Network { own_domains: domains(if own { &["example.org"] } else { &[] }), ..Network::default() },
            ..Policy::default()
        })
}

fn mails() -> impl Strategy<Value = (bool, Vec<&'static str>, Vec<&'static str>)> {
    let to = proptest::sample::subsequence(vec!["example.com", "example.org", "example.net"], 1..=3);
    (any::<bool>(), to, proptest::sample::subsequence(IDS.to_vec(), 0..=4))
}

proptest! {
    /// A stricter line never makes a verdict milder: one more selector in a list, or a stricter action of a rule.
    #[test]
    fn a_stricter_policy_never_gives_a_milder_verdict(
        policy in policies(),
        (authenticated, to, ids) in mails(),
        list in 0..3_usize,
        id in 0..4_usize,
        which in any::<proptest::sample::Index>(),
        action in proptest::sample::select(Action::ALL.to_vec()),
    ) {
        let client = Client { authenticated, ..REMOTE };
        let before = decide(&policy, &client, &to, &ids);
        let mut stricter = policy.clone();
        [&mut stricter.quarantine, &mut stricter.tempfail, &mut stricter.reject][list].push(Selector::Id(IDS[id]));
        prop_assert!(decide(&stricter, &client, &to, &ids).action() >= before.action());

        if !policy.rules.is_empty() {
            let mut stricter = policy.clone();
            let rule = which.get_mut::<Rule>(&mut stricter.rules);
            let exception = rule.action == Action::Accept;
            rule.action = rule.action.max(action);
            // An exception needs all recipients there and others need one, so that what was no exception for this mail may become a rule.
            let after = decide(&stricter, &client, &to, &ids);
            prop_assert!(after.action() >= before.action(), "exception: {exception}");
        }
    }

    /// With `mode = "observe"` nothing is done, and what would be is what is done otherwise.
    #[test]
    fn who_observes_does_nothing(policy in policies(), (authenticated, to, ids) in mails()) {
        let client = Client { authenticated, ..REMOTE };
        let mut enforced = policy.clone();
        enforced.rules.iter_mut().for_each(|rule| rule.mode = Mode::Enforce);
        let observed = Policy { mode: Mode::Observe, ..policy };
        let verdict = decide(&observed, &client, &to, &ids);
        prop_assert_eq!(told(&verdict.done), (Action::Accept, None));
        let done = decide(&enforced, &client, &to, &ids).done;
        prop_assert_eq!(told(&verdict.would.unwrap_or_default()), told(&done));
        prop_assert!(!observed.answers_recipients());
    }

    /// The finding that decided is one that the mail has and the policy names.
    #[test]
    fn who_decides_was_found(policy in policies(), (authenticated, to, ids) in mails()) {
        let verdict = decide(&policy, &Client { authenticated, ..REMOTE }, &to, &ids);
        let found: BTreeSet<&str> = ids.iter().copied().collect();
        for decision in [Some(verdict.done), verdict.would].into_iter().flatten() {
            prop_assert!(decision.because().is_none_or(|entry| found.contains(entry.id)));
            prop_assert!(decision.measure.is_none_or(|measure| measure.action >= Action::Quarantine));
        }
    }
}
