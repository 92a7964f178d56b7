//! Kinds of values for the policy: findings, levels, domains, limits, the words of a refusal.

use super::Found;
use super::desk_kinds::{list, network, show_list};
use super::kinds::{Kind, Wrong, quoted, text};
use super::units::{parse_size, show_size};
use crate::catalogue::Level;
use crate::policy::{Destinations, Domains, Levels, Line, Selector, SizeLimit, Skip, Wording};
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key in TOML: bare where it may be.
fn bare_or_quoted(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { name.to_owned() } else { quoted(name) }
}

/// Reads a table, each line by `line`; says what is wrong with each.
fn table<T>(
    key: &str,
    values: &str,
    value: Found<'_, DeValue<'_>>,
    line: impl Fn(&Spanned<Cow<'_, str>>, Found<'_, DeValue<'_>>) -> Result<T, Wrong>,
) -> Result<Vec<T>, Vec<Wrong>> {
    let DeValue::Table(lines) = value.get_ref() else {
        let help = format!("write [policy.{key}] on a line of its own, and below it a line for each");
        return Err(vec![Wrong::kind(value, help).of(key, values)]);
    };
    let mut read = Vec::new();
    let mut wrongs = Vec::new();
    for (name, value) in ordered(lines) {
        match line(name, value) {
            Ok(line) => read.push(line),
            Err(wrong) => wrongs.push(wrong.of(key, values)),
        }
    }
    if wrongs.is_empty() { Ok(read) } else { Err(wrongs) }
}

/// The lines of a table as they stand in the file; the TOML reader sorts them.
pub(super) fn ordered<'a, 'b>(table: &'a DeTable<'b>) -> Vec<(&'a Spanned<Cow<'b, str>>, &'a Spanned<DeValue<'b>>)> {
    let mut lines: Vec<_> = table.iter().collect();
    lines.sort_by_key(|(name, _)| name.span().start);
    lines
}

fn show_table(lines: impl Iterator<Item = (String, String)>) -> String {
    let lines: Vec<String> =
        lines.map(|(name, value)| format!("{} = {}", bare_or_quoted(&name), quoted(value))).collect();
    if lines.is_empty() { "{}".into() } else { format!("{{ {} }}", lines.join(", ")) }
}

/// Findings, by id, family or level.
pub struct Selectors;

impl Kind for Selectors {
    type Value = Vec<Selector>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<Selector>, Wrong> {
        list(value, "\"type-executable\"", Selector::parse)
    }

    fn show(&self, value: &Vec<Selector>) -> String {
        show_list(value.iter().map(Selector::to_string))
    }

    fn values(&self) -> String {
        "a list of findings".into()
    }
}

/// Levels by findings.
pub struct LevelTable;

impl Kind for LevelTable {
    type Value = Levels;

    fn read_key(&self, key: &str, value: Found<'_, DeValue<'_>>) -> Result<Levels, Vec<Wrong>> {
        let names = || Level::ALL.iter().map(|level| level.name()).chain(["off"]);
        let lines = table(key, &self.values(), value, |name, value| {
            let typed = name.get_ref();
            let findings = Selector::parse(typed).map_err(|help| Wrong {
                span: name.span(),
                what: format!("this is {typed:?}"),
                help,
            })?;
            let Some(word) = text(value.get_ref()) else {
                return Err(Wrong::kind(
                    value,
                    "write a level in quotes: \"info\", \"notice\", \"warning\", \"error\" or \"off\"",
                ));
            };
            match names().find(|name| *name == word) {
                Some(name) => Ok(Line { findings, level: Level::named(name) }),
                None => Err(Wrong::value(
                    value,
                    format!("this is {word:?}"),
                    match super::nearest(word, names()) {
                        Some(near) => format!("did you mean \"{near}\"?"),
                        None => "the levels are info, notice, warning and error; \"off\" is for none".into(),
                    },
                )),
            }
        })?;
        Ok(Levels(lines))
    }

    fn show(&self, value: &Levels) -> String {
        let line = |line: &Line| (line.findings.to_string(), line.level.map_or("off", Level::name).to_owned());
        show_table(value.0.iter().map(line))
    }

    fn values(&self) -> String {
        "a table of findings and levels".into()
    }
}

/// Limits of destinations by domains.
pub struct LimitTable;

impl Kind for LimitTable {
    type Value = Vec<(Domains, SizeLimit)>;

    fn read_key(&self, key: &str, value: Found<'_, DeValue<'_>>) -> Result<Self::Value, Vec<Wrong>> {
        let lines = table(key, &self.values(), value, |name, value| {
            let typed = name.get_ref();
            let wrong = |help| Wrong { span: name.span(), what: format!("this is {typed:?}"), help };
            Ok((name.span(), Domains::parse(typed).map_err(wrong)?, limit(value)?))
        })?;
        if let Some((span, ..)) = lines.get(Destinations::MAX) {
            let what = format!("more than {} lines stand here", Destinations::MAX);
            return Err(vec![Wrong {
                span: span.clone(),
                what,
                help: "leave out domains that nobody writes to".into(),
            }]);
        }
        for (index, (span, domains, _)) in lines.iter().enumerate() {
            if lines[..index].iter().any(|(_, other, _)| other == domains) {
                let what = format!("{domains} stands here twice");
                return Err(vec![Wrong { span: span.clone(), what, help: "remove one of them".into() }]);
            }
        }
        Ok(lines.into_iter().map(|(_, domains, limit)| (domains, limit)).collect())
    }

    fn show(&self, value: &Self::Value) -> String {
        show_table(value.iter().map(|(domains, limit)| {
            let limit = match limit {
                SizeLimit::Wire(bytes) => show_size(*bytes),
                SizeLimit::Files(bytes) => format!("{} of files", show_size(*bytes)),
                SizeLimit::Any => "off".into(),
            };
            (domains.to_string(), limit)
        }))
    }

    fn values(&self) -> String {
        "a table of domains and sizes".into()
    }
}

fn limit(value: Found<'_, DeValue<'_>>) -> Result<SizeLimit, Wrong> {
    const BOUNDS: std::ops::RangeInclusive<u64> = 1024..=1 << 40;
    const HELP: &str =
        "write a size on the wire (\"35 MiB\"), or of what is in the mail (\"25 MB of files\"), or \"off\"";
    let (size, of_files) = match value.get_ref() {
        DeValue::Integer(number) => (u64::from_str_radix(number.as_str(), number.radix()).ok(), false),
        DeValue::String(typed) if typed == "off" => return Ok(SizeLimit::Any),
        DeValue::String(typed) => {
            let files = typed.strip_suffix("of files");
            let size = parse_size(files.unwrap_or(typed).trim());
            let wrong = |help| {
                Wrong::value(value, format!("this is {typed:?}"), format!("{help}; or \"25 MB of files\", or \"off\""))
            };
            (Some(size.map_err(wrong)?), files.is_some())
        }
        _ => return Err(Wrong::kind(value, HELP)),
    };
    match size.filter(|size| BOUNDS.contains(size)) {
        Some(size) if of_files => Ok(SizeLimit::Files(size)),
        Some(size) => Ok(SizeLimit::Wire(size)),
        None => {
            Err(Wrong::value(value, "this is no size that a server has for a limit", "write one from 1 KiB to 1 TiB"))
        }
    }
}

/// Domains.
pub struct DomainNames;

impl Kind for DomainNames {
    type Value = Vec<Domains>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<Domains>, Wrong> {
        list(value, "\"example.org\"", Domains::parse)
    }

    fn show(&self, value: &Vec<Domains>) -> String {
        show_list(value.iter().map(Domains::to_string))
    }

    fn values(&self) -> String {
        "a list of domains".into()
    }
}

/// Names of services of Postfix.
pub struct Services;

impl Kind for Services {
    type Value = Vec<String>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<String>, Wrong> {
        list(value, "\"submission\"", |typed| {
            let good = !typed.is_empty() && !typed.contains(|c: char| c.is_whitespace() || c.is_control());
            if good {
                Ok(typed.to_owned())
            } else {
                Err("write the value of milter_macro_daemon_name, which has no blanks".into())
            }
        })
    }

    fn show(&self, value: &Vec<String>) -> String {
        show_list(value.iter().cloned())
    }

    fn values(&self) -> String {
        "a list of names of services".into()
    }
}

/// Clients that are passed over.
pub struct Skips;

impl Kind for Skips {
    type Value = Vec<Skip>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Vec<Skip>, Wrong> {
        list(value, "\"local\", \"192.0.2.0/24\"", |typed| match typed {
            "local" => Ok(Skip::Local),
            "authenticated" => Ok(Skip::Authenticated),
            typed => network(typed).map(Skip::Network).ok_or_else(|| {
                "write \"local\", \"authenticated\", an IP address or a network: \"192.0.2.0/24\"".into()
            }),
        })
    }

    fn show(&self, value: &Vec<Skip>) -> String {
        show_list(value.iter().map(|skip| match skip {
            Skip::Local => "local".into(),
            Skip::Authenticated => "authenticated".into(),
            Skip::Network(net) => net.to_string(),
        }))
    }

    fn values(&self) -> String {
        "a list of \"local\", \"authenticated\", addresses and networks".into()
    }
}

/// What a refusal says.
pub struct ReplyText;

impl Kind for ReplyText {
    type Value = Wording;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Wording, Wrong> {
        let Some(typed) = text(value.get_ref()) else {
            return Err(Wrong::kind(value, "write a sentence in quotes: \"Mail not accepted. {title}\""));
        };
        Wording::parse(typed).map_err(|help| Wrong::value(value, "this text cannot be sent as it is", help))
    }

    fn show(&self, value: &Wording) -> String {
        quoted(value)
    }

    fn values(&self) -> String {
        "one line of ASCII with placeholders".into()
    }
}

/// The same, and nothing while it is not written.
pub struct OwnReply;

impl Kind for OwnReply {
    type Value = Option<Wording>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Option<Wording>, Wrong> {
        ReplyText.read(value).map(Some)
    }

    fn show(&self, value: &Option<Wording>) -> String {
        value.as_ref().map_or_else(String::new, |wording| ReplyText.show(wording))
    }

    fn values(&self) -> String {
        ReplyText.values()
    }
}

/// Yes or no.
pub struct Switch;

impl Kind for Switch {
    type Value = bool;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<bool, Wrong> {
        value.get_ref().as_bool().ok_or_else(|| Wrong::kind(value, "write true or false, without quotes"))
    }

    fn show(&self, value: &bool) -> String {
        value.to_string()
    }

    fn values(&self) -> String {
        "true or false".into()
    }
}

/// The same, and nothing while it is not written.
pub struct MaybeSwitch;

impl Kind for MaybeSwitch {
    type Value = Option<bool>;

    fn read(&self, value: Found<'_, DeValue<'_>>) -> Result<Option<bool>, Wrong> {
        Switch.read(value).map(Some)
    }

    fn show(&self, value: &Option<bool>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }

    fn values(&self) -> String {
        Switch.values()
    }
}
