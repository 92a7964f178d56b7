//! `[[policy.rules]]`: the keys of a rule, each declared once.

use super::Found;
use super::desk_kinds::{Networks, list, show_list};
use super::keys::{Key, MODES, and, keys};
use super::kinds::{Kind, OneOf, Wrong, text};
use super::nearest;
use super::policy_kinds::{DomainNames, MaybeSwitch, OwnReply, Selectors, Services, ordered};
use crate::policy::{Action, Direction, Rule};
use toml::de::DeValue;

/// The keys of a rule, in the order of the manual.
pub const RULE_KEYS: &[Key<Rule>] = keys! {
    /// With which findings: ids, families, levels. Needed.
    findings: Selectors => findings, OnReload;
    /// What is done: "tag", "quarantine", "tempfail", "reject"; or "accept" for an exception, which takes these findings out of all lists and
    /// rules. Needed.
    action: OneOf(ACTIONS) => action, OnReload;
    /// "observe" tells what the rule would do, and does not do it.
    mode: OneOf(MODES) => mode, OnReload;
    /// For mail that goes this way: "inbound", "outbound", "internal", or a list of them.
    direction: Directions => direction, OnReload;
    /// For mail to these domains. Of several recipients, one is enough for a rule that does something; an exception needs all of them there.
    recipient_domains: DomainNames => recipient_domains, OnReload;
    /// For clients of these addresses and networks.
    networks: Networks => networks, OnReload;
    /// For clients of these services of Postfix (the macro {daemon_name}).
    daemons: Services => daemons, OnReload;
    /// For clients that have authenticated (true), or that have not (false).
    authenticated: MaybeSwitch => authenticated, OnReload;
    /// What a refusal by this rule says, in place of `policy.reply`.
    reply: OwnReply => reply, OnReload;
};

const ACTIONS: &[(&str, Action)] = &[
    ("accept", Action::Accept),
    ("tag", Action::Tag),
    ("quarantine", Action::Quarantine),
    ("tempfail", Action::Tempfail),
    ("reject", Action::Reject),
];

/// The list of rules.
pub struct Rules;

impl Kind for Rules {
    type Value = Vec<Rule>;

    fn read_key(&self, key: &str, value: Found<'_, DeValue<'_>>) -> Result<Vec<Rule>, Vec<Wrong>> {
        let Some(tables) = value.get_ref().as_array() else {
            return Err(vec![
                Wrong::kind(value, "write [[policy.rules]] on a line of its own for each rule").of(key, &self.values()),
            ]);
        };
        if let Some(over) = tables.get(Rule::MAX) {
            let what = format!("more than {} rules stand here", Rule::MAX);
            return Err(vec![Wrong {
                span: over.span(),
                what,
                help: "name families or levels instead of single findings".into(),
            }]);
        }
        let mut rules = Vec::new();
        let mut wrongs = Vec::new();
        for table in tables {
            match rule(table) {
                Ok(rule) => rules.push(rule),
                Err(more) => wrongs.extend(more),
            }
        }
        if wrongs.is_empty() { Ok(rules) } else { Err(wrongs) }
    }

    fn show(&self, value: &Vec<Rule>) -> String {
        let nothing = Rule::default();
        let show = |rule: &Rule| {
            let set = RULE_KEYS
                .iter()
                .filter(|key| ["findings", "action"].contains(&key.name) || key.show(rule) != key.show(&nothing));
            let set: Vec<String> = set.map(|key| format!("{} = {}", key.name, key.show(rule))).collect();
            format!("{{ {} }}", set.join(", "))
        };
        format!("[{}]", value.iter().map(show).collect::<Vec<_>>().join(", "))
    }

    fn values(&self) -> String {
        "rules, each below a [[policy.rules]] of its own".into()
    }
}

fn rule(value: Found<'_, DeValue<'_>>) -> Result<Rule, Vec<Wrong>> {
    let Some(table) = value.get_ref().as_table() else {
        return Err(vec![
            Wrong::kind(value, "a rule is a table: write [[policy.rules]], and its keys below")
                .of("rules", &Rules.values()),
        ]);
    };
    let mut rule = Rule::default();
    let mut wrongs = Vec::new();
    for (name, value) in ordered(table) {
        let typed = name.get_ref().as_ref();
        match RULE_KEYS.iter().find(|key| key.name == typed) {
            Some(key) => wrongs.extend(key.read(&mut rule, value).err().into_iter().flatten()),
            None => wrongs.push(Wrong {
                span: name.span(),
                what: format!("a rule has no key `{}`", typed.escape_debug()),
                help: match nearest(typed, RULE_KEYS.iter().map(|key| key.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its keys are {}", and(&RULE_KEYS.iter().map(|key| key.name).collect::<Vec<_>>())),
                },
            }),
        }
    }
    for (needed, help) in [
        ("findings", "say for which findings it is: findings = [\"type-executable\"], or [\"*\"] for all"),
        ("action", "say what it does: action = \"quarantine\""),
    ] {
        if !table.contains_key(needed) {
            wrongs.push(Wrong { span: value.span(), what: format!("this rule has no `{needed}`"), help: help.into() });
        }
    }
    if wrongs.is_empty() { Ok(rule) } else { Err(wrongs) }
}

/// One way that a mail can go, or several.
struct Directions;

impl Kind for Directions {
    type Value = Vec<Direction>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<Direction>, Wrong> {
        let one = |typed: &str| {
            Direction::named(typed).ok_or_else(|| match nearest(typed, Direction::ALL.iter().map(|d| d.name())) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "write \"inbound\", \"outbound\" or \"internal\"".to_owned(),
            })
        };
        match text(value.get_ref()) {
            Some(typed) => {
                one(typed).map(|way| vec![way]).map_err(|help| Wrong::value(value, format!("this is {typed:?}"), help))
            }
            None => list(value, "\"inbound\"", one),
        }
    }

    fn show(&self, value: &Vec<Direction>) -> String {
        show_list(value.iter().map(Direction::to_string))
    }

    fn values(&self) -> String {
        "\"inbound\", \"outbound\", \"internal\", or a list of them".into()
    }
}
