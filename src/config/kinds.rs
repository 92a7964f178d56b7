//! The kinds of values a key can have: how each is read, shown, and described.

use super::keys::and;
use super::units::{parse_duration, parse_size, show_duration, show_size};
use super::{Address, Found, HostPort};
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;
use toml::de::DeValue;

/// What is wrong at a place of the file, and what to do about it.
#[derive(Debug)]
pub struct Wrong {
    /// Bytes of the file.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) what: String,
    /// What to write instead.
    pub(super) help: String,
}

impl Wrong {
    /// Says which key it is about.
    pub(super) fn of(self, key: &str, values: &str) -> Wrong {
        Wrong { what: format!("`{key}` takes {values}, but {}", self.what), ..self }
    }

    pub(super) fn not_a_section(span: Range<usize>, name: &str) -> Wrong {
        let help = format!("write [{name}] on a line of its own and its keys below it");
        Wrong { span, what: format!("`{name}` is a section, not a key"), help }
    }

    pub(super) fn kind(value: Found<'_, DeValue<'_>>, help: impl Into<String>) -> Wrong {
        let is = match value.get_ref() {
            DeValue::String(text) if text.is_empty() => "this is empty",
            DeValue::String(_) => "this is a text",
            DeValue::Integer(_) => "this is a number",
            DeValue::Float(_) => "this is a fraction",
            DeValue::Boolean(true) => "this is true",
            DeValue::Boolean(false) => "this is false",
            DeValue::Datetime(_) => "this is a date or time",
            DeValue::Array(_) => "this is a list",
            DeValue::Table(_) => "this is a section",
        };
        Wrong { span: value.span(), what: is.into(), help: help.into() }
    }

    pub(super) fn value(value: Found<'_, DeValue<'_>>, what: impl Into<String>, help: impl Into<String>) -> Wrong {
        Wrong { span: value.span(), what: what.into(), help: help.into() }
    }
}

/// A kind of value.
pub trait Kind {
    /// What it is read into.
    type Value;
    /// Reads a single value. Implement this one, or [`read_key`](Kind::read_key).
    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Self::Value, Wrong> {
        let first = |wrongs: Vec<Wrong>| wrongs.into_iter().next();
        // INVARIANT: who has no value says why.
        self.read_key("", value).map_err(|wrongs| first(wrongs).expect("at least one thing is wrong"))
    }
    /// Reads it as the value of this key, and says so where it is wrong; of a table, what is wrong with each line.
    fn read_key(&self, key: &str, value: Found<'_, DeValue<'_>>) -> Result<Self::Value, Vec<Wrong>> {
        self.read(value).map_err(|wrong| vec![wrong.of(key, &self.values())])
    }
    /// Shows it as TOML that [`read`](Kind::read) takes.
    fn show(&self, value: &Self::Value) -> String;
    /// The values it takes, in words.
    fn values(&self) -> String;
}

pub(super) fn quoted(text: impl Display) -> String {
    toml::Value::String(text.to_string()).to_string()
}

pub(super) fn text<'a>(value: &'a DeValue<'_>) -> Option<&'a str> {
    value.as_str()
}

/// An integer of any base, if it is not negative and fits.
fn whole(value: &DeValue<'_>) -> Option<u64> {
    value.as_integer().and_then(|i| u64::from_str_radix(i.as_str(), i.radix()).ok())
}

/// The same advice for whatever lies outside of a range.
fn outside(value: Found<'_, DeValue<'_>>, is: String, below: bool, min: String, max: String) -> Wrong {
    Wrong::value(
        value,
        format!("this is {is}"),
        if below { format!("write {min} or more") } else { format!("write {max} or less") },
    )
}

/// A whole number within bounds.
pub struct Whole<T>(pub RangeInclusive<T>);

impl<T: Copy + Display + PartialOrd + TryFrom<u64>> Kind for Whole<T> {
    type Value = T;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<T, Wrong> {
        let (min, max) = (self.0.start().to_string(), self.0.end().to_string());
        match value.get_ref() {
            DeValue::Integer(typed) => match whole(value.get_ref()).map(T::try_from) {
                Some(Ok(number)) if self.0.contains(&number) => Ok(number),
                Some(Ok(number)) => Err(outside(value, typed.to_string(), number < *self.0.start(), min, max)),
                Some(Err(_)) => Err(outside(value, typed.to_string(), false, min, max)),
                None => Err(outside(value, typed.to_string(), typed.as_str().starts_with('-'), min, max)),
            },
            DeValue::String(typed) if typed.trim().parse::<u64>().is_ok() => {
                Err(Wrong::kind(value, format!("write {} without quotes", typed.trim())))
            }
            _ => Err(Wrong::kind(value, format!("write a number from {min} to {max}, without quotes"))),
        }
    }

    fn show(&self, value: &T) -> String {
        value.to_string()
    }

    fn values(&self) -> String {
        format!("a whole number from {} to {}", self.0.start(), self.0.end())
    }
}

/// A duration within bounds.
pub struct Time(pub RangeInclusive<Duration>);

impl Kind for Time {
    type Value = Duration;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Duration, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            let help = match whole(value.get_ref()) {
                Some(n) => format!("say the unit, in quotes: \"{n}s\" for seconds, \"{n}m\" for minutes"),
                None => "write a number and a unit in quotes: \"10s\", \"5m\", \"1h\"".into(),
            };
            return Err(Wrong::kind(value, help));
        };
        let time = parse_duration(typed).map_err(|help| Wrong::value(value, format!("this is {typed:?}"), help))?;
        if self.0.contains(&time) {
            return Ok(time);
        }
        let [min, max] = [self.0.start(), self.0.end()].map(|t| self.show(t));
        Err(outside(value, show_duration(time), time < *self.0.start(), min, max))
    }

    fn show(&self, value: &Duration) -> String {
        quoted(show_duration(*value))
    }

    fn values(&self) -> String {
        format!("a duration from {} to {}", self.show(self.0.start()), self.show(self.0.end()))
    }
}

/// A number of bytes within bounds.
pub struct Size(pub RangeInclusive<u64>);

impl Kind for Size {
    type Value = u64;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<u64, Wrong> {
        let (size, typed) = match value.get_ref() {
            DeValue::Integer(typed) => (whole(value.get_ref()), typed.to_string()),
            DeValue::String(typed) => {
                let size = parse_size(typed).map_err(|help| Wrong::value(value, format!("this is {typed:?}"), help))?;
                (Some(size), format!("{typed:?}"))
            }
            _ => {
                return Err(Wrong::kind(
                    value,
                    "write a whole number of bytes, or a size in quotes: 10240000, \"25 MiB\"",
                ));
            }
        };
        match size {
            Some(size) if self.0.contains(&size) => Ok(size),
            _ => {
                let [min, max] = [self.0.start(), self.0.end()].map(|bytes| format!("\"{}\"", show_size(*bytes)));
                let min = if size == Some(0) { format!("{max} for no limit at all, otherwise {min}") } else { min };
                let below = size.map_or(typed.starts_with('-'), |size| size < *self.0.start());
                Err(outside(value, typed, below, min, max))
            }
        }
    }

    fn show(&self, value: &u64) -> String {
        value.to_string()
    }

    fn values(&self) -> String {
        format!("a size from {} to {}", show_size(*self.0.start()), show_size(*self.0.end()))
    }
}

/// One of a few words.
pub struct OneOf<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Kind for OneOf<T> {
    type Value = T;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<T, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            return Err(Wrong::kind(value, format!("write one of them in quotes, such as \"{}\"", self.0[0].0)));
        };
        if let Some((_, found)) = self.0.iter().find(|(name, _)| *name == typed) {
            return Ok(*found);
        }
        let help = match super::nearest(typed, self.0.iter().map(|(name, _)| *name)) {
            _ if typed == "trace" => {
                "trace does not exist here, because whole mails would be logged: write \"debug\"".into()
            }
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of them, such as \"{}\"", self.0[0].0),
        };
        Err(Wrong::value(value, format!("this is {typed:?}"), help))
    }

    fn show(&self, value: &T) -> String {
        quoted(self.0.iter().find(|(_, v)| v == value).map_or("", |(name, _)| *name))
    }

    fn values(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        and(&names).replace(" and ", " or ")
    }
}

/// Permission bits in octal.
pub struct Mode;

impl Kind for Mode {
    type Value = u32;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<u32, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            // 660 as a number is 0o1224: refused rather than guessed.
            let help = match value.get_ref() {
                DeValue::Integer(n) if n.radix() == 10 || n.radix() == 8 => {
                    format!("write it in quotes: \"{:0>4}\"", n.as_str())
                }
                _ => "write octal digits in quotes: \"0660\"".into(),
            };
            return Err(Wrong::kind(value, help));
        };
        match u32::from_str_radix(typed, 8) {
            // connect(2) asks for the right to write.
            Ok(mode) if mode & 0o222 == 0 => Err(Wrong::value(
                value,
                format!("this is {typed:?}, and nobody could connect"),
                "write octal digits: \"0660\" lets owner and group connect",
            )),
            Ok(mode) if mode <= 0o777 && (3..=4).contains(&typed.len()) => Ok(mode),
            _ => Err(Wrong::value(
                value,
                format!("this is {typed:?}"),
                "write octal digits: \"0660\" lets owner and group connect",
            )),
        }
    }

    fn show(&self, value: &u32) -> String {
        format!("\"{value:04o}\"")
    }

    fn values(&self) -> String {
        "permission bits such as \"0660\"".into()
    }
}

/// One address to listen on, or a list.
pub struct Addresses;

impl Kind for Addresses {
    type Value = Vec<Address>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<Address>, Wrong> {
        let one = |value: Found<'_, DeValue<'_>>| {
            let Some(typed) = text(value.get_ref()) else {
                return Err(Wrong::kind(value, "write it in quotes: \"inet:127.0.0.1:10724\""));
            };
            typed.parse().map_err(|e| Wrong::value(value, format!("this is {typed:?}"), format!("{e}")))
        };
        let Some(list) = value.get_ref().as_array() else { return one(value).map(|address| vec![address]) };
        let mut addresses = Vec::new();
        for value in list {
            let address = one(value)?;
            if addresses.contains(&address) {
                return Err(Wrong::value(value, format!("{address} is there twice"), "remove one of them"));
            }
            addresses.push(address);
        }
        if addresses.is_empty() {
            let help = "leave the key away for the default, \"inet:127.0.0.1:10724\"";
            return Err(Wrong::value(value, "this list is empty", help));
        }
        Ok(addresses)
    }

    fn show(&self, value: &Vec<Address>) -> String {
        let shown: Vec<_> = value.iter().map(quoted).collect();
        format!("[{}]", shown.join(", "))
    }

    fn values(&self) -> String {
        "addresses such as \"unix:/path\" and \"inet:host:port\"".into()
    }
}

/// `host:port` or `off`.
pub struct HttpAddress;

impl Kind for HttpAddress {
    type Value = Option<HostPort>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Option<HostPort>, Wrong> {
        match text(value.get_ref()) {
            Some("off") => Ok(None),
            Some(typed) => {
                let help = |e: super::AddressError| match e {
                    super::AddressError::PortMissing(host) => format!("say the port too, as in \"{host}:10725\""),
                    super::AddressError::HostMissing(port) => format!("say the host too: \"127.0.0.1:{port}\""),
                    other => other.to_string(),
                };
                typed.parse().map(Some).map_err(|e| {
                    let help = match typed.parse::<Address>() {
                        Ok(Address::Tcp(at)) => format!("leave `inet:` away: \"{at}\""),
                        Ok(Address::Unix(_)) => "metrics are served over TCP only: \"127.0.0.1:10725\"".into(),
                        Err(_) => help(e),
                    };
                    Wrong::value(value, format!("this is {typed:?}"), help)
                })
            }
            None => Err(Wrong::kind(value, "write it in quotes: \"127.0.0.1:10725\", or \"off\"")),
        }
    }

    fn show(&self, value: &Option<HostPort>) -> String {
        value.as_ref().map_or_else(|| quoted("off"), quoted)
    }

    fn values(&self) -> String {
        "\"host:port\" or \"off\"".into()
    }
}
