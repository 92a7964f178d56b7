//! Every key of the configuration, declared once.
//!
//! To add one: add the field to its struct and one line here, then run `cargo run -- docs`.

use super::desk_kinds::{FilePath, HeaderName, Names, Networks, Place, TicketPattern};
use super::kinds::{Addresses, HttpAddress, Kind, Mode, OneOf, Size, Time, Whole, Wrong};
use super::policy_kinds::{DomainNames, LevelTable, LimitTable, ReplyText, Selectors, Services, Skips, Switch};
use super::rules::Rules;
use super::{Config, Found, LogFormat, LogLevel, nearest};
use crate::policy::{self, TagMode};
use crate::pseudonym::Period;
use crate::scan::Limits;
use std::borrow::Cow;
use std::time::Duration;
use toml::de::DeValue;

/// When a changed value takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// On reload, for the mails that begin afterwards.
    OnReload,
    /// When mailgauge starts.
    OnRestart,
}

/// One section of the file.
pub struct Section {
    /// The name between the brackets.
    pub name: &'static str,
    /// What its keys are about, one item a line.
    pub doc: &'static [&'static str],
    /// Its keys, in the order of the example file.
    pub keys: &'static [Key],
}

/// Reads the value of the key of this name into a `T`.
pub(super) type Read<T> = fn(&mut T, &str, Found<'_, DeValue<'_>>) -> Result<(), Vec<Wrong>>;

/// One key of the file, or of a table in it. What is read goes into a `T`.
pub struct Key<T: 'static = Config> {
    /// The name before the equals sign.
    pub name: &'static str,
    /// What it does, one item a line.
    pub doc: &'static [&'static str],
    /// When a changed value takes effect.
    pub applies: Applies,
    pub(super) values: fn() -> String,
    pub(super) read: Read<T>,
    pub(super) show: fn(&T) -> String,
}

impl<T> Key<T> {
    /// The values it takes, in words: `a whole number from 1 to 64`.
    pub fn values(&self) -> String {
        (self.values)()
    }

    /// Its value in `config`, as TOML.
    pub fn show(&self, config: &T) -> String {
        (self.show)(config)
    }

    pub(super) fn read(&self, config: &mut T, value: Found<'_, DeValue<'_>>) -> Result<(), Vec<Wrong>> {
        (self.read)(config, self.name, value)
    }
}

/// Declares keys: doc comments become the texts of the example file and the manual.
macro_rules! keys {
    ($( $(#[doc = $doc:literal])+ $key:ident: $kind:expr => $($path:ident).+, $applies:ident; )+) => {
        &[ $( $crate::config::keys::Key {
            name: stringify!($key),
            doc: &[$($doc),+],
            applies: $crate::config::keys::Applies::$applies,
            values: || $kind.values(),
            read: |config, name, value| { config.$($path).+ = $kind.read_key(name, value)?; Ok(()) },
            show: |config| $kind.show(&config.$($path).+),
        } ),+ ]
    };
}
pub(super) use keys;

/// Declares the sections.
macro_rules! sections {
    ($(
        $(#[doc = $sdoc:literal])+
        $section:ident {
            $($keys:tt)+
        }
    )+) => {
        /// Every section, in the order of the example file.
        pub const SECTIONS: &[Section] = &[ $( Section {
            name: stringify!($section),
            doc: &[$($sdoc),+],
            keys: keys! { $($keys)+ },
        } ),+ ];
    };
}

/// Whether something is done.
pub(super) const MODES: &[(&str, policy::Mode)] =
    &[("enforce", policy::Mode::Enforce), ("observe", policy::Mode::Observe)];
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

sections! {
    /// Where Postfix connects, and how long a connection may take.
    milter {
        /// One address or a list of them: "unix:/path", Postfix's "inet:host:port" or Sendmail's "inet:port@host".
        /// Sockets that systemd hands over (mailgauge.socket) replace this list.
        listen: Addresses => listen, OnRestart;
        /// Permission bits of the unix sockets in `listen`, in octal.
        socket_mode: Mode => socket_mode, OnRestart;
        /// Sessions open at once. Further connections wait a second for a place and are closed then; their mail passes unmeasured.
        max_sessions: Whole(1..=10_000) => settings.milter.max_sessions, OnRestart;
        /// A session in which Postfix says nothing for this long is closed, and what its client sends later goes unmeasured. Postfix says
        /// nothing while its client idles, nor during an upload: it has the whole mail before it sends us the first byte.
        idle_timeout: Time(SECOND..=HOUR * 24) => settings.milter.idle_timeout, OnRestart;
        /// A new connection must begin to speak within this time, so that a stalled peer holds no place.
        first_frame_timeout: Time(SECOND..=HOUR) => settings.milter.first_frame_timeout, OnReload;
        /// When mailgauge stops, open mails get this long to finish. Keep it below systemd's TimeoutStopSec.
        drain_timeout: Time(Duration::ZERO..=HOUR) => settings.milter.drain_timeout, OnReload;
    }

    /// Metrics for Prometheus (/metrics) and health (/-/healthy, /-/ready).
    http {
        /// "host:port", or "off". It has no password: keep it on loopback or behind a firewall.
        listen: HttpAddress => http, OnRestart;
    }

    /// What mailgauge writes about its own work. Never a word of a mail.
    log {
        /// "text" and "json" go to stderr, "journald" goes to systemd's journal with its fields.
        format: OneOf(&[("text", LogFormat::Text), ("json", LogFormat::Json), ("journald", LogFormat::Journald)]) => log_format, OnRestart;
        /// From "error" (little) to "debug" (much). One line a mail is written at "info".
        level: OneOf(&[("error", LogLevel::Error), ("warn", LogLevel::Warn), ("info", LogLevel::Info), ("debug", LogLevel::Debug)]) => log_level, OnRestart;
    }

    /// Bounds of the scanner. Reaching one is counted and said, never an error. The defaults are the highest values.
    scan {
        /// Levels of nesting that are followed; what is deeper is measured as one flat part.
        depth: Whole(1..=Limits::MAX_DEPTH) => settings.limits.depth, OnReload;
        /// Parts of a mail that are examined; further parts are counted only.
        parts: Whole(1..=Limits::MAX_PARTS) => settings.limits.parts, OnReload;
        /// Header fields that are examined in one header block; further fields are counted only.
        header_fields: Whole(1..=Limits::MAX_HEADER_FIELDS) => settings.limits.header_fields, OnReload;
    }

    /// What is done with what was found. Without a line here: every mail gets its tag, and nothing else ever happens.
    ///
    /// Findings are named by their ids ("type-executable"), by families ("content-*"), by levels ("error", or "warning+" for warning and all above),
    /// or all at once ("*"). Where several lines fit a mail, the strictest wins: reject before tempfail before quarantine before tag.
    policy {
        /// "enforce", or "observe": then everything is decided, counted and told as what would have been done, and nothing is done; the mail does not
        /// even get a tag.
        mode: OneOf(MODES) => settings.policy.mode, OnReload;
        /// Which mails get the X-Mailgauge header field: "all", so that every mail has a reference to ask for,
        /// only those with "findings", or none ("off"). Copies that come from outside are removed in any case.
        tag: OneOf(&[("all", TagMode::All), ("findings", TagMode::Findings), ("off", TagMode::Off)]) => settings.policy.tag, OnReload;
        /// Findings with which a mail is held in Postfix's hold queue until somebody releases it with `postsuper -H`. None, unless you name some.
        quarantine: Selectors => settings.policy.quarantine, OnReload;
        /// Findings with which a mail is refused for now (451 4.7.1), so that its sender's server tries again. None, unless you name some.
        tempfail: Selectors => settings.policy.tempfail, OnReload;
        /// Findings with which a mail is refused for good, with a reply that says why (552 5.3.4 for its size, 554 5.6.0 for broken content,
        /// 550 5.7.1 for a kind of file). None, unless you name some.
        reject: Selectors => settings.policy.reject, OnReload;
        /// What a refusal says: one line of ASCII. `docs/configuration.md` has the list of what may stand in braces; none of it is content of a mail.
        reply: ReplyText => settings.policy.reply, OnReload;
        /// Levels that differ from those of the catalogue, or "off" for findings that are not told at all: { "content-*" = "error", "date-past" = "off" }.
        /// Of several lines that fit, the closest decides: an id before a family, a family before a level.
        levels: LevelTable => settings.policy.levels, OnReload;
        /// What is done with some findings of some mails: one [[policy.rules]] for each. `docs/configuration.md` has its keys, `docs/policy.md` has examples.
        rules: Rules => settings.policy.rules, OnReload;
        /// The largest mails that other systems take, by the domain of the recipient: { "example.org" = "25 MiB" } for the mail on the wire,
        /// "25 MB of files" for what is in it, "off" for a domain whose shipped limit is wrong. "*.example.org" means all domains below.
        destination_limits: LimitTable => settings.policy.destinations.lines, OnReload;
        /// Whether the limits that mailgauge ships count, for domains that you do not name: true or false.
        shipped_limits: Switch => settings.policy.destinations.shipped, OnReload;
        /// Our domains, "*.example.org" for all below one. With them, mail from us to others is told from mail among us, and mail that a content
        /// filter hands back is known to come from outside.
        own_domains: DomainNames => settings.policy.network.own_domains, OnReload;
        /// Addresses and networks of our own clients, whose mail is outbound without their having authenticated.
        own_networks: Networks => settings.policy.network.own_networks, OnReload;
        /// Names of Postfix services at which only our own clients knock, as the macro {daemon_name} has them: set it in master.cf with
        /// `-o milter_macro_daemon_name=submission`.
        own_daemons: Services => settings.policy.network.own_daemons, OnReload;
        /// Clients whose mail passes as if mailgauge were not there, without tag and record: "local" (loopback and the sendmail command),
        /// "authenticated", addresses and networks. They are only counted.
        skip: Skips => settings.policy.network.skip, OnReload;
    }

    /// Records of mails for the look-up: sizes, types, findings, and no word of a mail. Postfix never waits for them.
    store {
        /// "sqlite" for a file in `directory`, "sqlite:/path/records.db", "postgres://user@host/database" where several machines
        /// share one, or "off". A password goes into `password_file`.
        url: Place => store, OnRestart;
        /// Where mailgauge keeps its files. "default" is what systemd gives, or /var/lib/mailgauge, or the user's own ~/.local/state/mailgauge.
        directory: FilePath("default") => state, OnRestart;
        /// A file whose first line is the password for PostgreSQL.
        password_file: FilePath("none") => store_password, OnRestart;
        /// Certificates (PEM) for a TLS connection to PostgreSQL. "none" connects without TLS: over a unix socket or loopback.
        ca_file: FilePath("none") => store_ca, OnRestart;
        /// Records are forgotten before they are this old, a day (UTC) at a time, and keys when all their records are.
        retention: Time(DAY * 2..=DAY * 3660) => settings.retention.records, OnReload;
        /// With more than this in the store, the oldest days are forgotten earlier.
        max_size: Size(16 << 20..=1 << 50) => settings.retention.max_bytes, OnReload;
    }

    /// Keys that make tokens of addresses. Files of their own: who has the store and not the keys has no address.
    keys {
        /// Where the files are. "default" is `keys` in the store's `directory`. Machines that share a store must share it, too.
        directory: FilePath("default") => keys, OnRestart;
        /// How long one key is used: "day", "week" or "month" (UTC).
        period: OneOf(&[("day", Period::Day), ("week", Period::Week), ("month", Period::Month)]) => key_period, OnRestart;
    }

    /// The look-up page and its API: "what happened to this user's mail?"
    lookup {
        /// "host:port", or "off". On any other address than loopback, it needs `users` or `proxies`.
        listen: HttpAddress => desk, OnRestart;
        /// What a ticket number looks like: a regular expression that must fit the whole number.
        ticket: TicketPattern => settings.desk.ticket, OnReload;
        /// Look-ups that one worker may make in ten minutes.
        rate_limit: Whole(1..=100_000) => settings.desk.rate_limit, OnReload;
        /// How far back a look-up goes unless it says otherwise; at most `store.retention`.
        window: Time(HOUR..=DAY * 3660) => settings.desk.window, OnReload;
        /// How long the audit log is kept.
        audit_retention: Time(DAY * 30..=DAY * 3660) => settings.retention.audit, OnReload;
        /// Users and bcrypt hashes, as `htpasswd -B` makes them. All of them may look up.
        users: FilePath("none") => access.users, OnRestart;
        /// Users who read the audit log, and do not look up.
        auditors: Names => access.auditors, OnRestart;
        /// Users who look up under the role admin, as the audit log shows it.
        admins: Names => access.admins, OnRestart;
        /// Addresses or networks of reverse proxies that authenticate users: ["127.0.0.1", "192.0.2.0/24"].
        proxies: Networks => access.proxies, OnRestart;
        /// The header field in which such a proxy says who the user is. It is taken in lower case, so that Anna and anna are one.
        user_header: HeaderName => access.user_header, OnRestart;
        /// The header field in which it says the role: helpdesk, auditor or admin.
        role_header: HeaderName => access.role_header, OnRestart;
        /// The certificate chain (PEM) for TLS. Read again on reload.
        certificate: FilePath("none") => access.certificate, OnRestart;
        /// Its private key (PEM). Read again on reload.
        private_key: FilePath("none") => access.private_key, OnRestart;
    }

    /// Sizes and counts from which findings speak.
    limits {
        /// Postfix's own message_size_limit (see `postconf message_size_limit`), in bytes as SMTP carries them or as "25 MiB".
        /// Where Postfix has 0, no limit, write a size that no mail reaches, such as "1 TiB".
        message_size_limit: Size(1024..=1 << 40) => settings.thresholds.message_size_limit, OnReload;
        /// From which size on a mail is said to be more than many providers accept: iCloud takes 20 MB, many others 20 to 25.
        common_size_limit: Size(1024..=1 << 40) => settings.thresholds.common_size_limit, OnReload;
        /// From which decoded size on a single attachment is called large.
        attachment_size: Size(1024..=1 << 40) => settings.thresholds.attachment_size, OnReload;
        /// From how many attachments on a mail is said to have many. Exchange Online refuses more than 250.
        attachment_count: Whole(1..=100_000) => settings.thresholds.attachment_count, OnReload;
        /// Above which decoded size a text, which is no attachment, is called large.
        text_size: Size(1024..=1 << 40) => settings.thresholds.text_size, OnReload;
        /// Above how many bytes of files written into it (data: addresses) an HTML text is said to hold them.
        data_uri_size: Size(1024..=1 << 40) => settings.thresholds.data_uri_size, OnReload;
        /// Above which size a header is called large. Postfix cuts it at its header_size_limit, 102400.
        header_size: Size(1024..=1 << 30) => settings.thresholds.header_size, OnReload;
        /// Above which size a single header field is called huge.
        header_field_size: Size(1024..=1 << 30) => settings.thresholds.header_field_size, OnReload;
        /// Above how many header fields a mail has many.
        header_fields: Whole(10..=100_000) => settings.thresholds.header_fields, OnReload;
        /// Above how many parts a mail has many. Exchange Online refuses more than 250.
        parts: Whole(1..=1_000_000) => settings.thresholds.parts, OnReload;
        /// Above how many levels parts are nested deeply; `scan.depth` levels are followed. Exchange Online refuses more than 30.
        depth: Whole(1..=u32::from(Limits::MAX_DEPTH) - 1) => settings.thresholds.depth, OnReload;
        /// Above how many stations (Received fields) a mail has come a very long way. Postfix gives up at 50.
        hops: Whole(5..=1000) => settings.thresholds.hops, OnReload;
        /// From how many rounds through one server on a mail is said to go in a circle.
        rounds: Whole(2..=1000) => settings.thresholds.rounds, OnReload;
        /// How far ahead of our clock the date of a mail may be.
        date_ahead: Time(Duration::from_secs(60)..=DAY * 3660) => settings.thresholds.date_ahead, OnReload;
        /// How far behind our clock the date of a mail may be.
        date_behind: Time(HOUR..=DAY * 36_600) => settings.thresholds.date_behind, OnReload;
    }
}

/// The section of this name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|s| s.name == name)
}

/// What to say about a key that this section does not have.
pub(super) fn unknown(section: &Section, key: Found<'_, Cow<'_, str>>) -> Wrong {
    let name = key.get_ref();
    let help = if let Some(near) = nearest(name, section.keys.iter().map(|k| k.name)) {
        format!("did you mean `{near}`?")
    } else if let Some(home) = homes(name).next() {
        format!("it belongs to [{}]", home.name)
    } else {
        let names: Vec<_> = section.keys.iter().map(|k| k.name).collect();
        match names.as_slice() {
            [only] => format!("its only key is {only}"),
            _ => format!("its keys are {}", and(&names)),
        }
    };
    Wrong { span: key.span(), what: format!("[{}] has no key `{}`", section.name, name.escape_debug()), help }
}

/// What to say about a section that does not exist, or a key above all sections.
pub(super) fn unknown_at_top(key: Found<'_, Cow<'_, str>>, value: Found<'_, DeValue<'_>>) -> Wrong {
    let name = key.get_ref();
    let shown = name.escape_debug();
    let names: Vec<_> = SECTIONS.iter().map(|s| s.name).collect();
    let near = nearest(name, names.iter().copied());
    if matches!(value.get_ref(), DeValue::Table(_)) {
        let help = match near {
            Some(near) => format!("did you mean [{near}]?"),
            None => format!("the sections are {}", and(&names)),
        };
        return Wrong { span: key.span(), what: format!("there is no section [{shown}]"), help };
    }
    let homes: Vec<_> = homes(name).map(|s| format!("[{}]", s.name)).collect();
    let all_keys = SECTIONS.iter().flat_map(|s| s.keys).map(|k| k.name);
    if !homes.is_empty() {
        let help = format!("write it below {}", homes.join(" or "));
        return Wrong { span: key.span(), what: format!("`{shown}` stands outside of its section"), help };
    }
    let help = match nearest(name, all_keys) {
        Some(near) => {
            let home = self::homes(near).next().map_or("", |s| s.name);
            format!("did you mean `{near}`, below [{home}]?")
        }
        None => format!("keys stand below a section: {}", and(&names)),
    };
    Wrong { span: key.span(), what: format!("there is no key `{shown}`"), help }
}

/// The sections that have a key of this name.
fn homes(key: &str) -> impl Iterator<Item = &'static Section> {
    SECTIONS.iter().filter(move |s| s.keys.iter().any(|k| k.name == key))
}

/// `a, b and c`.
pub(super) fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
