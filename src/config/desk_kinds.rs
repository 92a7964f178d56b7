//! Kinds of values for the store and the look-up: places, names, networks, patterns.

use super::Found;
use super::kinds::{Kind, Wrong, quoted, text};
use crate::store::{Location, TicketForm};
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// A whole path, or a word that stands for none.
pub struct FilePath(pub &'static str);

impl Kind for FilePath {
    type Value = Option<PathBuf>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Option<PathBuf>, Wrong> {
        let FilePath(none) = self;
        match text(value.get_ref()) {
            Some(typed) if typed == *none => Ok(None),
            Some(typed) if Path::new(typed).is_absolute() => Ok(Some(typed.into())),
            Some(typed) => {
                let help = format!("write the whole path, from the first slash on, or \"{none}\"");
                Err(Wrong::value(value, format!("this is {typed:?}"), help))
            }
            None => Err(Wrong::kind(value, format!("write a path in quotes, or \"{none}\""))),
        }
    }

    fn show(&self, value: &Option<PathBuf>) -> String {
        value.as_ref().map_or_else(|| quoted(self.0), |path| quoted(path.display()))
    }

    fn values(&self) -> String {
        format!("a whole path, or \"{}\"", self.0)
    }
}

/// Where records are kept.
pub struct Place;

impl Kind for Place {
    type Value = Location;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Location, Wrong> {
        const HELP: &str =
            "write \"sqlite\", \"sqlite:/path/records.db\", \"postgres://user@host/database\" or \"off\"";
        let Some(typed) = text(value.get_ref()) else { return Err(Wrong::kind(value, HELP)) };
        match typed.split_once(':') {
            None if typed == "sqlite" => Ok(Location::State),
            None if typed == "off" => Ok(Location::Off),
            Some(("sqlite", path)) if Path::new(path).is_absolute() => Ok(Location::Sqlite(path.into())),
            // Not shown, as it may hold a password.
            Some(("postgres" | "postgresql", _)) => match typed.parse::<postgres::Config>() {
                Ok(config) if config.get_password().is_some() => Err(Wrong::value(
                    value,
                    "this URL holds a password",
                    "take it out, write it into a file that only mailgauge can read, and name that file in `password_file`",
                )),
                Ok(_) => Ok(Location::Postgres(typed.to_owned())),
                Err(_) => Err(Wrong::value(
                    value,
                    "this is no connection URL",
                    "write \"postgres://user@host/database\", or \"postgres://user@/database?host=/run/postgresql\" for a unix socket",
                )),
            },
            _ => Err(Wrong::value(value, format!("this is {typed:?}"), HELP)),
        }
    }

    fn show(&self, value: &Location) -> String {
        match value {
            Location::State => quoted("sqlite"),
            Location::Sqlite(path) => quoted(format!("sqlite:{}", path.display())),
            Location::Postgres(url) => quoted(url),
            Location::Off => quoted("off"),
        }
    }

    fn values(&self) -> String {
        "\"sqlite\", \"sqlite:/path\", \"postgres://user@host/database\" or \"off\"".into()
    }
}

/// A regular expression for ticket numbers.
pub struct TicketPattern;

impl Kind for TicketPattern {
    type Value = TicketForm;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<TicketForm, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            return Err(Wrong::kind(value, "write it in single quotes, in which a backslash is one: 'INC-[0-9]+'"));
        };
        TicketForm::parse(typed).map_err(|e| Wrong::value(value, format!("this is {typed:?}"), e))
    }

    fn show(&self, value: &TicketForm) -> String {
        quoted(value.pattern())
    }

    fn values(&self) -> String {
        "a regular expression".into()
    }
}

/// Reads a list of texts, each by `one`.
pub(super) fn list<T>(
    value: Found<'_, DeValue<'_>>,
    example: &str,
    one: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Wrong> {
    let help = || format!("write a list of texts, such as [{example}]");
    let Some(items) = value.get_ref().as_array() else { return Err(Wrong::kind(value, help())) };
    let read = |item: Found<'_, DeValue<'_>>| {
        let typed = text(item.get_ref()).ok_or_else(|| Wrong::kind(item, help()))?;
        one(typed).map_err(|help| Wrong::value(item, format!("this is {typed:?}"), help))
    };
    items.iter().map(read).collect()
}

pub(super) fn show_list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
}

/// Names of users.
pub struct Names;

impl Kind for Names {
    type Value = Vec<String>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<String>, Wrong> {
        list(value, "\"anna\"", |typed| {
            let good = !typed.is_empty() && !typed.contains(|c: char| c == ':' || c.is_control());
            if good { Ok(typed.to_owned()) } else { Err("write a login, which has no colon".into()) }
        })
    }

    fn show(&self, value: &Vec<String>) -> String {
        show_list(value.iter().cloned())
    }

    fn values(&self) -> String {
        "a list of logins".into()
    }
}

/// An address or a network.
pub(super) fn network(typed: &str) -> Option<IpNet> {
    let net = typed.parse::<IpNet>().map(|net| net.trunc());
    net.or_else(|_| typed.parse::<IpAddr>().map(IpNet::from)).ok()
}

/// Addresses and networks.
pub struct Networks;

impl Kind for Networks {
    type Value = Vec<IpNet>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<IpNet>, Wrong> {
        list(value, "\"127.0.0.1\", \"192.0.2.0/24\"", |typed| {
            network(typed).ok_or_else(|| "write an IP address or a network: \"192.0.2.7\", \"2001:db8::/32\"".into())
        })
    }

    fn show(&self, value: &Vec<IpNet>) -> String {
        show_list(value.iter().map(IpNet::to_string))
    }

    fn values(&self) -> String {
        "a list of addresses and networks".into()
    }
}

/// The name of an HTTP header field.
pub struct HeaderName;

impl Kind for HeaderName {
    type Value = String;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<String, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            return Err(Wrong::kind(value, "write it in quotes: \"X-Remote-User\""));
        };
        if !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Ok(typed.to_owned());
        }
        Err(Wrong::value(value, format!("this is {typed:?}"), "write letters, digits and dashes: \"X-Remote-User\""))
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }

    fn values(&self) -> String {
        "the name of an HTTP header field".into()
    }
}
