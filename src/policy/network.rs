//! Who is who: which clients and addresses are ours, and which way a mail goes.

use crate::scan::closed::closed;
use ipnet::IpNet;
use std::net::IpAddr;

closed! {
    /// Which way a mail goes.
    pub enum Direction {
        /// From outside.
        Inbound = "inbound",
        /// From us to others.
        Outbound = "outbound",
        /// From us to us: all recipients are ours. Where no domains are named, what comes from this machine.
        Internal = "internal",
    }
}

/// Domains, networks and doors of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Whose mail comes to us.
    pub own_domains: Vec<Domains>,
    /// Whose clients are ours, as if they had authenticated.
    pub own_networks: Vec<IpNet>,
    /// Names of Postfix services (the milter macro `{daemon_name}`) at which only our own clients knock: a submission service.
    pub own_daemons: Vec<String>,
    /// Whose mail passes unmeasured.
    pub skip: Vec<Skip>,
}

/// Clients whose mail passes as if mailgauge were not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// This machine: loopback, a unix socket, the `sendmail` command.
    Local,
    /// Clients that have authenticated.
    Authenticated,
    /// Clients of a network.
    Network(IpNet),
}

/// The client of a session, as far as rules ask for it. It is remembered while the session lasts, and told to nobody.
#[derive(Clone, Copy, Default)]
pub struct Client<'a> {
    /// Where it speaks from; `None` for a unix socket, and where the MTA does not say.
    pub address: Option<IpAddr>,
    /// It is this machine.
    pub local: bool,
    /// It has authenticated.
    pub authenticated: bool,
    /// The name of the service it speaks to.
    pub daemon: Option<&'a str>,
}

impl Client<'_> {
    /// It is this machine itself, and no user who came by way of it.
    pub(super) fn is_machine(&self) -> bool {
        self.local && !self.authenticated
    }

    pub(super) fn is_in(&self, networks: &[IpNet]) -> bool {
        // An IPv4 client at an IPv6 socket has an address like ::ffff:192.0.2.1.
        self.address.is_some_and(|address| networks.iter().any(|net| net.contains(&address.to_canonical())))
    }

    pub(super) fn speaks_to(&self, daemons: &[String]) -> bool {
        self.daemon.is_some_and(|name| daemons.iter().any(|daemon| daemon == name))
    }
}

impl Network {
    /// Whether the mail of this client passes unmeasured.
    pub fn skips(&self, client: &Client<'_>) -> bool {
        self.skip.iter().any(|skip| match skip {
            Skip::Local => client.local,
            Skip::Authenticated => client.authenticated,
            Skip::Network(net) => client.is_in(std::slice::from_ref(net)),
        })
    }

    /// Whether what this client sends comes from us. A mail from this machine whose sender is of another domain was handed on by a filter or
    /// by another server of ours: it comes from outside.
    pub(super) fn is_ours(&self, client: &Client<'_>, sender: Option<&str>) -> bool {
        let handed_on =
            || !self.own_domains.is_empty() && sender.is_some_and(|domain| !domain.is_empty() && !self.is_own(domain));
        client.authenticated
            || client.is_in(&self.own_networks)
            || client.speaks_to(&self.own_daemons)
            || (client.local && !handed_on())
    }

    /// Whether this domain is ours. An address without a domain is one of this machine.
    pub(super) fn is_own(&self, domain: &str) -> bool {
        domain.is_empty() || self.own_domains.iter().any(|own| own.contain(domain))
    }

    /// Which way a mail goes that comes from us or not, and of whose recipients all are ours or not.
    pub(super) fn direction(&self, ours: bool, of_this_machine: bool, all_own: bool) -> Direction {
        match (ours, self.own_domains.is_empty()) {
            (false, _) => Direction::Inbound,
            (true, true) if of_this_machine => Direction::Internal,
            (true, true) => Direction::Outbound,
            (true, false) if all_own => Direction::Internal,
            (true, false) => Direction::Outbound,
        }
    }
}

/// A domain, or all domains below one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domains {
    /// `example.org`
    One(String),
    /// `*.example.org`, and not `example.org` itself.
    Below(String),
}

impl Domains {
    /// Reads `example.org` or `*.example.org`; the domain may be an international one.
    ///
    /// # Errors
    /// It is no domain: what to write instead.
    pub fn parse(text: &str) -> Result<Domains, String> {
        const HELP: &str = "write a domain: \"example.org\", or \"*.example.org\" for all below it";
        let (below, domain) = match text.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, text),
        };
        if let Some((_, domain)) = domain.rsplit_once('@') {
            return Err(format!("write the domain only: \"{domain}\""));
        }
        let domain = idna::domain_to_ascii(domain.strip_suffix('.').unwrap_or(domain)).map_err(|_| HELP.to_owned())?;
        let label =
            |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if domain.len() > 253 || !domain.split('.').all(label) {
            return Err(HELP.to_owned());
        }
        Ok(if below { Domains::Below(domain) } else { Domains::One(domain) })
    }

    /// Whether this domain, in lower case and ASCII, is meant.
    pub fn contain(&self, domain: &str) -> bool {
        match self {
            Domains::One(one) => domain == one,
            Domains::Below(above) => {
                domain.strip_suffix(above.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
        }
    }

    /// How closely it names a domain.
    pub(super) fn closeness(&self) -> usize {
        match self {
            Domains::One(_) => usize::MAX,
            Domains::Below(above) => above.len(),
        }
    }
}

/// As the operator writes it.
impl std::fmt::Display for Domains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Domains::One(domain) => f.write_str(domain),
            Domains::Below(domain) => write!(f, "*.{domain}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Network {
        Network {
            own_domains: vec![Domains::parse("example.org").unwrap(), Domains::parse("*.example.org").unwrap()],
            own_networks: vec!["192.0.2.0/24".parse().unwrap()],
            own_daemons: vec!["submission".into()],
            skip: vec![],
        }
    }

    #[test]
    fn domains() {
        let (one, below) = (Domains::parse("Example.ORG.").unwrap(), Domains::parse("*.example.org").unwrap());
        for (domain, is_one, is_below) in [
            ("example.org", true, false),
            ("a.example.org", false, true),
            ("a.b.example.org", false, true),
            (".example.org", false, false),
            ("badexample.org", false, false),
            ("example.org.evil.example", false, false),
            ("", false, false),
        ] {
            assert_eq!((one.contain(domain), below.contain(domain)), (is_one, is_below), "{domain}");
        }
        assert_eq!(Domains::parse("bücher.example").unwrap().to_string(), "xn--bcher-kva.example");
        assert_eq!(Domains::parse("a@example.org").unwrap_err(), "write the domain only: \"example.org\"");
        for text in ["", "*", "*.", "*example.org", "a..b", "a b", "exa*mple.org", "[192.0.2.1]"] {
            assert!(Domains::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn which_way_a_mail_goes() {
        let at = |address: &str| Client { address: Some(address.parse().unwrap()), ..Client::default() };
        let remote = at("198.51.100.7");
        let known = Client { authenticated: true, ..remote };
        let local = Client { local: true, ..at("127.0.0.1") };
        let submission = Client { daemon: Some("submission"), ..remote };
        use Direction::{Inbound, Internal, Outbound};
        for (client, sender, all_own, with_domains, without) in [
            (remote, "example.net", true, Inbound, Inbound),
            (remote, "example.org", true, Inbound, Inbound),
            (known, "example.org", false, Outbound, Outbound),
            (known, "example.org", true, Internal, Outbound),
            (submission, "example.org", false, Outbound, Outbound),
            // A webmail on this machine.
            (Client { authenticated: true, ..local }, "example.org", false, Outbound, Outbound),
            (at("192.0.2.9"), "example.org", false, Outbound, Outbound),
            (at("::ffff:192.0.2.9"), "example.org", true, Internal, Outbound),
            (local, "example.org", true, Internal, Internal),
            (local, "example.org", false, Outbound, Internal),
            // Handed back by a content filter.
            (local, "example.net", true, Inbound, Internal),
            // A delivery report.
            (local, "", false, Outbound, Internal),
        ] {
            for (expected, domains) in [(with_domains, true), (without, false)] {
                let mut network = network();
                if !domains {
                    network.own_domains.clear();
                }
                let ours = network.is_ours(&client, Some(sender));
                let found = network.direction(ours, client.is_machine(), all_own);
                assert_eq!(found, expected, "from {sender}, all own {all_own}, domains known {domains}");
            }
        }
    }

    #[test]
    fn whose_mail_is_skipped() {
        let network = |skip| Network { skip: vec![skip], ..Network::default() };
        let local = Client { local: true, ..Client::default() };
        let known = Client { authenticated: true, ..Client::default() };
        let near = Client { address: Some("192.0.2.9".parse().unwrap()), ..Client::default() };
        for (skip, skipped) in [
            (Skip::Local, [true, false, false]),
            (Skip::Authenticated, [false, true, false]),
            (Skip::Network("192.0.2.0/28".parse().unwrap()), [false, false, true]),
        ] {
            let network = network(skip);
            assert_eq!([local, known, near].map(|client| network.skips(&client)), skipped);
            assert!(!network.skips(&Client::default()));
        }
    }
}
