//! Addresses to listen on, in Postfix's and in Sendmail's spelling.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

/// A host name or IP address with a port. Port 0 lets the kernel choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Where the MTA connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `inet:host:port`, or `inet:port@host`.
    Tcp(HostPort),
    /// `unix:/path`, or `local:/path`.
    Unix(PathBuf),
}

/// Why a text is no address; the text says what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `unix:` or `inet:` in front.
    #[error("begin with unix: or inet:, as in \"unix:/run/mailgauge/milter.sock\" or \"inet:127.0.0.1:10724\"")]
    Kind,
    /// It would be a TCP address if `inet:` stood in front.
    #[error("write \"inet:{0}\"")]
    KindMissing(String),
    /// It would be a unix socket's path if `unix:` stood in front.
    #[error("write \"unix:{0}\"")]
    UnixMissing(String),
    /// A path that depends on the directory we are started in.
    #[error("write the whole path, from the first slash on")]
    RelativePath,
    /// The kernel's `sun_path` has 108 bytes with the NUL.
    #[error("the path has {0} bytes, and a unix socket's may have 107: choose a shorter one")]
    LongPath(usize),
    /// No host: Sendmail would take it for every address of the machine.
    #[error("say the host too: \"inet:127.0.0.1:{0}\", or \"inet:0.0.0.0:{0}\" for every network of this machine")]
    HostMissing(String),
    /// No port.
    #[error("say the port too, as in \"{0}:10724\"")]
    PortMissing(String),
    /// An IPv6 address whose end cannot be told from a port.
    #[error("put the IPv6 address into brackets, as in \"[::1]:10724\"")]
    BracketsMissing,
    /// A port that is none.
    #[error("{0:?} is no port: write a number from 1 to 65535")]
    Port(String),
    /// A host that is none.
    #[error("{0:?} is neither a host name nor an IP address")]
    Host(String),
}

impl FromStr for HostPort {
    type Err = AddressError;

    /// Reads `127.0.0.1:10725`, `[::1]:10725`, `localhost:10725`.
    fn from_str(text: &str) -> Result<HostPort, AddressError> {
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err(AddressError::BracketsMissing);
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => HostPort::new(host, port),
            _ if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                Err(AddressError::HostMissing(text.into()))
            }
            _ => Err(AddressError::PortMissing(text.into())),
        }
    }
}

impl HostPort {
    fn new(host: &str, port: &str) -> Result<HostPort, AddressError> {
        let port_number = port.parse::<u16>().map_err(|_| AddressError::Port(port.into()))?;
        if host.is_empty() {
            return Err(AddressError::HostMissing(port.into()));
        }
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let valid = match bare {
            Some(inside) => inside.parse::<Ipv6Addr>().is_ok(),
            None if host.contains(':') => {
                return host
                    .parse::<Ipv6Addr>()
                    .map_or(Err(AddressError::Host(host.into())), |_| Err(AddressError::BracketsMissing));
            }
            None => host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')),
        };
        if !valid {
            return Err(AddressError::Host(host.into()));
        }
        Ok(HostPort { host: bare.unwrap_or(host).into(), port: port_number })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let Some((kind, rest)) = text.split_once(':') else {
            return Err(if text.starts_with('/') {
                AddressError::UnixMissing(text.into())
            } else {
                AddressError::Kind
            });
        };
        match kind {
            "unix" | "local" => {
                if !rest.starts_with('/') {
                    return Err(AddressError::RelativePath);
                }
                if rest.len() > 107 {
                    return Err(AddressError::LongPath(rest.len()));
                }
                Ok(Address::Unix(rest.into()))
            }
            "inet" | "inet6" => match rest.split_once('@') {
                // Sendmail's hosts stand at the end, so an IPv6 address needs no brackets there.
                Some((port, host)) if host.parse::<Ipv6Addr>().is_ok() => {
                    HostPort::new(&format!("[{host}]"), port).map(Address::Tcp)
                }
                Some((port, host)) => HostPort::new(host, port).map(Address::Tcp),
                None => rest.parse().map(Address::Tcp),
            },
            _ if text.parse::<HostPort>().is_ok() => Err(AddressError::KindMissing(text.into())),
            _ => Err(AddressError::Kind),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Postfix's spelling.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(at) => write!(f, "inet:{at}"),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_mean_the_same() {
        for (typed, shown) in [
            ("inet:127.0.0.1:10724", "inet:127.0.0.1:10724"),
            ("inet:10724@127.0.0.1", "inet:127.0.0.1:10724"),
            ("inet:10724@localhost", "inet:localhost:10724"),
            ("inet:[::1]:10724", "inet:[::1]:10724"),
            ("inet6:10724@::1", "inet:[::1]:10724"),
            ("inet6:10724@[::1]", "inet:[::1]:10724"),
            ("inet:127.0.0.1:0", "inet:127.0.0.1:0"),
            ("unix:/run/mailgauge/milter.sock", "unix:/run/mailgauge/milter.sock"),
            ("local:/run/mailgauge/milter.sock", "unix:/run/mailgauge/milter.sock"),
        ] {
            assert_eq!(typed.parse::<Address>().map(|a| a.to_string()), Ok(shown.into()), "{typed}");
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        let errors: Vec<_> = [
            "",
            "/run/mg.sock",
            "127.0.0.1:10724",
            "unix:run/mg.sock",
            "inet:10724",
            "inet::10724",
            "inet:127.0.0.1",
            "inet:::1",
            "inet:::1:x",
            "inet:localhost:http",
            "inet:a b:1",
            "inet:[1.2.3.4]:1",
            "inet:70000@localhost",
            "tcp:127.0.0.1:1",
        ]
        .iter()
        .map(|typed| format!("{typed} -> {}", typed.parse::<Address>().unwrap_err()))
        .collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
