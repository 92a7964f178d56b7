//! Who may look.

use ipnet::IpNet;
use std::path::PathBuf;

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
