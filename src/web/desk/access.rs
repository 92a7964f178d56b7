//! Who may look.

use super::headers::one;
use super::users::{Denied, Users};
use crate::store::audit::Role;
use axum::http::HeaderMap;
use ipnet::IpNet;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;

/// Who may look, as it is configured. Without users and proxies: everybody on this machine, as helpdesk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// A file of users and bcrypt hashes, as `htpasswd -B` makes it.
    pub users: Option<PathBuf>,
    /// Users of that file who read the audit log.
    pub auditors: Vec<String>,
    /// Users of that file who administer.
    pub admins: Vec<String>,
    /// Reverse proxies that authenticate: their addresses.
    pub proxies: Vec<IpNet>,
    /// The header field in which a proxy says who it is.
    pub user_header: String,
    /// The header field in which a proxy says the role.
    pub role_header: String,
    /// The certificate chain for TLS, PEM.
    pub certificate: Option<PathBuf>,
    /// The private key for TLS, PEM.
    pub private_key: Option<PathBuf>,
}

impl Default for Access {
    fn default() -> Self {
        Access {
            users: None,
            auditors: Vec::new(),
            admins: Vec::new(),
            proxies: Vec::new(),
            user_header: "X-Remote-User".into(),
            role_header: "X-Remote-Role".into(),
            certificate: None,
            private_key: None,
        }
    }
}

/// Bytes of a login; longer ones are refused, as the audit log keeps them.
const MAX_LOGIN: usize = 64;

/// A login that may stand in the audit log: no control characters, none that turn the direction of writing, no blanks around it.
pub(super) fn login(name: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name = name.trim();
    let good = !name.is_empty() && name.len() <= MAX_LOGIN && !name.contains(|c: char| c.is_control() || turns(c));
    good.then(|| name.to_owned())
}

/// A login as proxies say it, in one spelling: `Anna` and `anna` are one worker, with one rate limit and one name in the audit log.
fn folded(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// Why somebody may not look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No user, or not his password.
    Password,
    /// Too many wrong passwords.
    Throttled,
    /// The proxy does not say who it is. Holds the name of the header field.
    NoUser(String),
    /// The proxy says no role, or none of ours. Holds the name of the header field.
    NoRole(String),
    /// Only a proxy may ask, and this is none.
    NoProxy,
    /// Only this machine may ask, by one of its own names.
    NotHere,
}

/// Decides who may look.
pub(super) struct Gate {
    access: Access,
    users: Option<Users>,
}

impl Gate {
    /// A gate as it is configured.
    ///
    /// # Errors
    /// The file of users cannot be read.
    pub(super) fn new(access: &Access) -> io::Result<Gate> {
        let users = access.users.as_deref().map(|path| {
            Users::open(path)
                .map_err(|e| io::Error::new(e.kind(), format!("cannot read the users' file {}: {e}", path.display())))
        });
        Ok(Gate { access: access.clone(), users: users.transpose()? })
    }

    /// Whether this peer is a proxy whose header fields are believed.
    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        self.access.proxies.iter().any(|net| net.contains(&peer))
    }

    /// Who asks: his name and his role.
    pub(super) async fn who(&self, peer: IpAddr, headers: &HeaderMap) -> Result<(String, Role), Refused> {
        if self.is_proxy(peer) {
            let (user, role) = (&self.access.user_header, &self.access.role_header);
            let name =
                one_text(headers, user).and_then(|name| login(&folded(&name))).ok_or(Refused::NoUser(user.clone()))?;
            let role = one(headers, role).and_then(|r| Role::named(r.trim())).ok_or(Refused::NoRole(role.clone()))?;
            return Ok((name, role));
        }
        if let Some(users) = &self.users {
            let (name, password) = one(headers, "authorization").and_then(basic).ok_or(Refused::Password)?;
            let name = login(&name).ok_or(Refused::Password)?;
            users.check(peer, &name, &password).await.map_err(|denied| match denied {
                Denied::Wrong => Refused::Password,
                Denied::Throttled => Refused::Throttled,
            })?;
            let role = self.role_of(&name);
            return Ok((name, role));
        }
        if !self.access.proxies.is_empty() {
            return Err(Refused::NoProxy);
        }
        // The name that was asked must be one of this machine's: a page elsewhere whose own name was made to lead here has another.
        if peer.is_loopback() && one(headers, "host").is_some_and(is_loopback_name) && !self.is_forwarded(headers) {
            return Ok(("local".into(), Role::Helpdesk));
        }
        Err(Refused::NotHere)
    }

    /// Whether a proxy has handed this on, of which nothing is known here: then everybody whom it lets in would be one of this machine.
    fn is_forwarded(&self, headers: &HeaderMap) -> bool {
        let fields = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
        let ours = [self.access.user_header.as_str(), self.access.role_header.as_str()];
        fields.iter().chain(&ours).any(|field| headers.contains_key(*field))
    }

    /// Who is on both lists audits: it is the role that sees no mail.
    fn role_of(&self, name: &str) -> Role {
        let on = |list: &[String]| list.iter().any(|listed| listed == name);
        match () {
            () if on(&self.access.auditors) => Role::Auditor,
            () if on(&self.access.admins) => Role::Admin,
            () => Role::Helpdesk,
        }
    }
}

/// A value that may be UTF-8, as proxies send names; it must come once.
fn one_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { String::from_utf8(first.as_bytes().to_vec()).ok() }
}

/// Name and password of HTTP Basic (RFC 7617 §2).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, data) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = base64_simd::STANDARD.decode_to_vec(data.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()))
}

/// Whether this Host names the machine itself.
fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_that_may_be_written_down() {
        assert_eq!(login(" jan de vries ").as_deref(), Some("jan de vries"));
        assert_eq!(login("DESK\\björn").as_deref(), Some("DESK\\björn"));
        for bad in ["", " ", "a\nb", "a\u{202e}b", "a\0", "\u{1b}[31m", &"x".repeat(65)] {
            assert_eq!(login(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_login_of_a_proxy_has_one_spelling() {
        for spelling in ["Bj\u{f6}rn", "bjo\u{308}rn", "BJO\u{308}RN"] {
            assert_eq!(folded(spelling), "bj\u{f6}rn", "{spelling}");
        }
        assert_ne!(folded("bjorn"), "bj\u{f6}rn");
    }

    #[test]
    fn names_of_this_machine() {
        for good in ["localhost", "LOCALHOST:10726", "127.0.0.1", "127.8.9.1:1", "[::1]", "[::1]:10726"] {
            assert!(is_loopback_name(good), "{good}");
        }
        for bad in ["", "evil.example", "localhost.evil.example", "192.0.2.1", "127.0.0.1.evil.example:80", "[::2]:1"] {
            assert!(!is_loopback_name(bad), "{bad}");
        }
    }

    #[test]
    fn basic_credentials() {
        let pair = |n: &str, p: &str| Some((n.to_owned(), p.to_owned()));
        assert_eq!(basic("Basic YW5uYTpnZTpoZWlt"), pair("anna", "ge:heim"));
        assert_eq!(basic("basic Og=="), pair("", ""));
        for bad in ["", "Basic", "Basic YW5uYQ==", "Basic !", "Bearer YW5uYTpnZTpoZWlt", "Basic /w=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
    }
}
