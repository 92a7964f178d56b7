//! That a form was filled in on our own page, and sent from there.

use super::headers::{cookie, one};
use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;
use std::io;

/// The key of the tokens, new with each start of the program.
pub(super) struct Csrf(Hmac<Sha256>);

/// A browser, as its cookie names it. `new` is set where it has none yet.
pub(super) struct Session {
    id: String,
    new: bool,
}

impl Csrf {
    pub(super) fn new() -> io::Result<Csrf> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        // INVARIANT: HMAC takes keys of any length (RFC 2104 §2).
        Ok(Csrf(Hmac::new_from_slice(&key).expect("HMAC takes any key")))
    }

    /// The session of this request, or a new one.
    pub(super) fn session(&self, headers: &HeaderMap, secure: bool) -> io::Result<Session> {
        let kept = cookie(headers, name(secure))
            .filter(|id| id.len() == 32 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        if let Some(id) = kept {
            return Ok(Session { id: id.to_owned(), new: false });
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        Ok(Session { id: hex(&id), new: true })
    }

    /// The token of this worker's forms in this session.
    pub(super) fn token(&self, session: &Session, worker: &str) -> String {
        hex(&self.mac(session, worker).finalize().into_bytes())
    }

    /// Whether a form has the token of this session and worker.
    pub(super) fn holds(&self, token: &str, session: &Session, worker: &str) -> bool {
        // As long as a token takes; compared in constant time.
        let bytes: Option<Vec<u8>> = (0..32)
            .map(|at| token.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        !session.new
            && token.len() == 64
            && bytes.is_some_and(|bytes| self.mac(session, worker).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, session: &Session, worker: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The id has one length, so that no two pairs read alike.
        mac.update(session.id.as_bytes());
        mac.update(worker.as_bytes());
        mac
    }
}

impl Session {
    /// The cookie to set, for a new session.
    pub(super) fn cookie(&self, secure: bool) -> Option<String> {
        let secured = if secure { "; Secure" } else { "" };
        self.new.then(|| format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secured}", name(secure), self.id))
    }
}

/// The prefix has browsers take the cookie over TLS only, and from no neighbouring host (RFC 6265bis §4.1.3.2).
fn name(secure: bool) -> &'static str {
    if secure { "__Host-mailgauge" } else { "mailgauge" }
}

/// Whether a request comes from a page of ours, or from no page at all: by Sec-Fetch-Site, or for browsers without it by Origin,
/// which must name the host that was asked.
pub(super) fn from_here(headers: &HeaderMap, host: Option<&str>) -> bool {
    if headers.contains_key("sec-fetch-site") {
        return one(headers, "sec-fetch-site") == Some("same-origin");
    }
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    let authority = one(headers, "origin").and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    authority.is_some() && authority.map(str::to_ascii_lowercase) == host.map(str::to_ascii_lowercase)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_is_of_one_session_and_one_worker() {
        let csrf = Csrf::new().unwrap();
        let fresh = csrf.session(&HeaderMap::new(), false).unwrap();
        let set = fresh.cookie(false).unwrap();
        assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
        let token = csrf.token(&fresh, "anna");
        // Who has no cookie yet has no form either.
        assert!(!csrf.holds(&token, &fresh, "anna"));
        let mut back = HeaderMap::new();
        back.insert("cookie", format!("x=1; {}", set.split(';').next().unwrap()).parse().unwrap());
        let session = csrf.session(&back, false).unwrap();
        assert!(session.cookie(false).is_none());
        assert!(csrf.holds(&token, &session, "anna"));
        assert!(!csrf.holds(&token, &session, "bert"));
        assert!(!Csrf::new().unwrap().holds(&token, &session, "anna"));
        for wrong in ["", "0", &token[1..], &format!("{token}0"), &"ä".repeat(32), &"+1".repeat(32)] {
            assert!(!csrf.holds(wrong, &session, "anna"), "{wrong}");
        }
        // Over TLS the cookie is another one.
        let secure = csrf.session(&back, true).unwrap();
        assert!(secure.cookie(true).unwrap().starts_with("__Host-mailgauge="));
        assert!(secure.cookie(true).unwrap().ends_with("; Secure"));
        for forged in ["mailgauge=", "mailgauge=..", "mailgauge=ABCDEF0123456789ABCDEF0123456789"] {
            assert!(csrf.session(&headers(&[("cookie", forged)]), false).unwrap().new, "{forged}");
        }
    }

    #[test]
    fn other_sites_are_told_apart() {
        let host = Some("desk.example.org:10726");
        for good in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("origin", "https://desk.example.org:10726")],
            &[("origin", "http://Desk.Example.org:10726")],
            // Behind a proxy that does not hand the host on, the browser still knows.
            &[("sec-fetch-site", "same-origin"), ("origin", "https://public.example.org")],
        ] {
            assert!(from_here(&headers(good), host), "{good:?}");
        }
        for bad in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://desk.example.org:10726")],
            &[("origin", "null")],
            &[("origin", "https://desk.example.org")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://desk.example.org:10726.evil.example")],
        ] {
            assert!(!from_here(&headers(bad), host), "{bad:?}");
        }
        assert!(!from_here(&headers(&[("origin", "https://desk.example.org")]), None));
    }
}
