//! Values that are right one by one, and wrong together.

use super::dead;
use super::kinds::Wrong;
use super::{Address, Config, HostPort};
use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;

/// Everything that is wrong.
pub(super) fn check(table: &Spanned<DeTable<'_>>, config: &Config) -> Vec<Wrong> {
    let file = File(table);
    [same_place(&file, config), half_a_certificate(&file, config), open_door(&file, config)]
        .into_iter()
        .flatten()
        .chain(dead::check(&file, config))
        .collect()
}

/// The file, for the places of its keys.
pub(super) struct File<'a>(&'a Spanned<DeTable<'a>>);

/// A step from a value into it.
pub(super) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Step::Key(key.into())
    }
}

impl From<String> for Step<'_> {
    fn from(key: String) -> Self {
        Step::Key(key.into())
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

impl File<'_> {
    /// Where the value at the end of these steps stands. `None` if it is not in the file.
    pub(super) fn place(&self, section: &str, steps: &[Step<'_>]) -> Option<Range<usize>> {
        let mut value = self.0.get_ref().get(section)?;
        for step in steps {
            value = match step {
                Step::Key(key) => value.get_ref().as_table()?.get(key.as_ref())?,
                Step::Index(index) => value.get_ref().as_array()?.get(*index)?,
            };
        }
        Some(value.span())
    }

    /// Where the key at the end of these steps stands.
    pub(super) fn key_place(&self, section: &str, steps: &[Step<'_>]) -> Option<Range<usize>> {
        let (Step::Key(last), before) = steps.split_last()? else { return None };
        let mut value = self.0.get_ref().get(section)?;
        for step in before {
            let Step::Key(key) = step else { return None };
            value = value.get_ref().as_table()?.get(key.as_ref())?;
        }
        let (key, _) = value.get_ref().as_table()?.get_key_value(last.as_ref())?;
        Some(key.span())
    }
}

/// Two are to listen on one address: the kernel would refuse the second.
fn same_place(file: &File<'_>, config: &Config) -> Option<Wrong> {
    let milter = config.listen.iter().filter_map(|address| match address {
        Address::Tcp(at) => Some(("milter", at)),
        Address::Unix(_) => None,
    });
    let all: Vec<(&str, &HostPort)> = milter
        .chain(config.http.iter().map(|at| ("http", at)))
        .chain(config.desk.iter().map(|at| ("lookup", at)))
        .filter(|(_, at)| at.port != 0)
        .collect();
    let twice = |(index, (section, at)): (usize, &(&'static str, &HostPort))| {
        let (other, _) = all[..index].iter().find(|(other, there)| other != section && there == at)?;
        // The defaults differ, so one of the two is in the file.
        Some(Wrong {
            span: file.place(section, &["listen".into()]).or_else(|| file.place(other, &["listen".into()]))?,
            what: format!("[{other}] and [{section}] both listen on {at}"),
            help: "choose another port for one of them: the defaults are 10724 for Postfix, 10725 for metrics, 10726 for the look-up".into(),
        })
    };
    all.iter().enumerate().find_map(twice)
}

/// A certificate without its key, or the other way round.
fn half_a_certificate(file: &File<'_>, config: &Config) -> Option<Wrong> {
    let (there, missing) = match (&config.access.certificate, &config.access.private_key) {
        (Some(_), None) => ("certificate", "private_key"),
        (None, Some(_)) => ("private_key", "certificate"),
        _ => return None,
    };
    Some(Wrong {
        span: file.place("lookup", &[there.into()])?,
        what: format!("`{there}` stands without `{missing}`"),
        help: format!("TLS needs both: name the file in `{missing}`, too"),
    })
}

/// The look-up is open to a network, and asks nobody who he is, or for a password that others can read.
fn open_door(file: &File<'_>, config: &Config) -> Option<Wrong> {
    let at = config.desk.as_ref().filter(|at| !is_loopback(&at.host))?;
    let (users, proxies) = (config.access.users.is_some(), !config.access.proxies.is_empty());
    let span = file.place("lookup", &["listen".into()])?;
    if !users && !proxies {
        let what = format!("[lookup] listens on {at}, and asks nobody who he is");
        let help = "name a file of `users` or the `proxies` that authenticate, or listen on 127.0.0.1";
        return Some(Wrong { span, what, help: help.into() });
    }
    if users && config.access.certificate.is_none() {
        let what = format!("[lookup] listens on {at} without TLS: passwords would go unencrypted");
        let help = "name `certificate` and `private_key`, or listen on 127.0.0.1 and let a reverse proxy do TLS";
        return Some(Wrong { span, what, help: help.into() });
    }
    None
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
