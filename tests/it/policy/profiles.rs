//! The ready profiles, and the examples of the manuals.

use mailgauge::catalogue;
use mailgauge::config::Config;
use mailgauge::policy::{Action, Client, Policy};
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn parse(path: &str, text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|problems| panic!("{path}:{}", problems[0]))
}

fn profile(name: &str) -> Policy {
    let path = format!("contrib/profiles/{name}.toml");
    parse(&path, &read(&path)).settings.policy
}

/// The strictest that is done with a mail that has every finding, and that would be.
fn strictest(policy: &Policy, client: &Client<'_>) -> (Action, Action) {
    let mut findings: Vec<_> = catalogue::all().map(|entry| catalogue::Finding::new(entry, None)).collect();
    policy.levels.apply(&mut findings);
    let mut mail = policy.begin(client, None, None);
    policy.recipient(&mut mail, "example.com", true);
    let verdict = policy.decide(&findings, &mail);
    (verdict.action(), verdict.would.map_or(verdict.action(), |would| would.action()))
}

#[test]
fn profiles_do_what_their_names_say() {
    let users = Client { authenticated: true, ..Client::default() };
    for (name, client, done, would) in [
        ("observe", Client::default(), Action::Accept, Action::Reject),
        ("helpdesk", Client::default(), Action::Quarantine, Action::Quarantine),
        ("helpdesk", users, Action::Quarantine, Action::Reject),
        ("strict", Client::default(), Action::Reject, Action::Reject),
    ] {
        assert_eq!(strictest(&profile(name), &client), (done, would), "{name}");
    }
}

/// A line that is commented out is one that could be used.
#[test]
fn what_profiles_offer_can_be_used() {
    for name in ["observe", "helpdesk", "strict"] {
        let path = format!("contrib/profiles/{name}.toml");
        let text = read(&path);
        let offered: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        parse(&path, &offered);
    }
    assert_eq!(std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/profiles")).unwrap().count(), 3);
}

#[test]
fn examples_of_the_manuals_are_configurations() {
    let mut examples = 0;
    for path in ["README.md", "docs/admin.md", "docs/policy.md", "docs/helpdesk.md", "docs/privacy.md"] {
        let text = read(path);
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            parse(path, block);
            examples += 1;
        }
    }
    assert!(examples >= 6, "{examples} examples");
}
