//! `what-if`: what another policy would have done with the mails whose records are kept.

use super::office::{count, now};
use super::terminal::{Paint, width, wrap};
use super::{Format, WhatIfArgs};
use crate::config::{Config, parse_duration};
use crate::figures::grouped;
use crate::policy::{Action, Decision};
use crate::pseudonym::Token;
use crate::store::replay::Replay;
use crate::store::view::rfc3339;
use crate::store::{Day, Kept, Store};
use crate::system::seconds;
use anyhow::{Context, anyhow};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;

/// Records that are read at once.
const STEP: usize = 1000;

pub fn run(args: &WhatIfArgs) -> anyhow::Result<ExitCode> {
    let config = args.config.load()?;
    let now = now()?;
    let keep = config.settings.retention.records;
    let since = match &args.since {
        Some(text) => parse_duration(text).map_err(|help| anyhow!("--since {text}: {help}"))?.min(keep),
        None => keep,
    };
    let mut store = super::store::open(&config).context("the store cannot be used")?;
    let from = now.saturating_sub(seconds(since));
    let told = replay(&config, store.as_mut(), from, now.saturating_add(1))?;
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &told).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Format::Text => out.write_all(told.text(Paint::for_stdout(), width()).as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer.
#[derive(Serialize)]
struct Told {
    from: String,
    until: String,
    /// Mails that were judged.
    mails: u64,
    /// Records of mails that broke off or were refused before they came: nothing was left to decide.
    left_out: u64,
    /// By what would have been done, the strictest first.
    actions: Vec<Done>,
    /// By the finding that would have decided.
    findings: Vec<Because>,
}

#[derive(Serialize)]
struct Done {
    action: &'static str,
    /// At most: rules that ask for what no record knows are taken to hold.
    mails: u64,
    /// At least: they are taken not to hold.
    mails_at_least: u64,
    /// Senders of `mails`; one counts once for each key of its time.
    senders: u64,
    /// Mails with which this was done in truth.
    then: u64,
}

#[derive(Serialize)]
struct Because {
    id: &'static str,
    action: &'static str,
    /// The number of the rule; null for a list.
    rule: Option<usize>,
    mails: u64,
    senders: u64,
}

/// Mails and their senders.
#[derive(Default)]
struct Sum {
    mails: u64,
    senders: HashSet<Token>,
}

impl Sum {
    fn add(&mut self, kept: &Kept) {
        self.mails += 1;
        self.senders.extend(kept.sender);
    }
}

fn replay(config: &Config, store: &mut dyn Store, from: i64, until: i64) -> anyhow::Result<Told> {
    let replay = Replay::new(&config.settings.policy, &config.settings.thresholds);
    let mut strict: BTreeMap<Action, Sum> = BTreeMap::new();
    let mut mild: BTreeMap<Action, u64> = BTreeMap::new();
    let mut then: BTreeMap<Action, u64> = BTreeMap::new();
    let mut because: BTreeMap<(Action, &'static str, Option<usize>), Sum> = BTreeMap::new();
    let (mut mails, mut left_out) = (0, 0);
    let mut judge = |kept: &Kept| {
        let Some(replayed) = replay.judge(kept) else {
            left_out += 1;
            return;
        };
        mails += 1;
        strict.entry(replayed.strict.action()).or_default().add(kept);
        *mild.entry(replayed.mild.action()).or_default() += 1;
        *then.entry(kept.action).or_default() += 1;
        if let Decision { measure: Some(measure), .. } = replayed.strict {
            because.entry((measure.action, measure.because.id, measure.rule)).or_default().add(kept);
        }
    };
    let first = store.oldest_day()?.map_or(Day::of(from), |day| day.max(Day::of(from)));
    for day in (first.0..=Day::of(until).0).map(Day) {
        let mut behind = 0;
        loop {
            let records = store.records(day, behind, STEP)?;
            let Some((last, _)) = records.last() else { break };
            behind = *last;
            records.iter().map(|(_, kept)| kept).filter(|kept| (from..until).contains(&kept.time)).for_each(&mut judge);
        }
    }
    let done = |action: &Action| {
        let (mails, senders) = strict.get(action).map_or((0, 0), |sum| (sum.mails, sum.senders.len() as u64));
        let at_least = mild.get(action).copied().unwrap_or(0);
        // A stricter end may take a mail out of a milder row.
        let (least, most) = (mails.min(at_least), mails.max(at_least));
        let then = then.get(action).copied().unwrap_or(0);
        Done { action: action.name(), mails: most, mails_at_least: least, senders, then }
    };
    let mut findings: Vec<Because> = because
        .into_iter()
        .map(|((action, id, rule), sum)| Because {
            id,
            action: action.name(),
            rule: rule.map(|index| index + 1),
            mails: sum.mails,
            senders: sum.senders.len() as u64,
        })
        .collect();
    findings.sort_by_key(|because| std::cmp::Reverse(because.mails));
    let actions = Action::ALL.iter().rev().map(done).collect();
    Ok(Told { from: rfc3339(from), until: rfc3339(until), mails, left_out, actions, findings })
}

impl Told {
    fn text(&self, paint: Paint, width: usize) -> String {
        let mut out = String::new();
        let head =
            format!("What this policy would have done with {} from {} to {}", mails(self.mails), self.from, self.until);
        let _ = writeln!(out, "{}\n", paint.bold(&wrap(&head, "", width)));
        let _ = writeln!(out, "  {:<16}{:>16}{:>10}{:>16}", "", "mails", "senders", "was done then");
        for done in &self.actions {
            let mails = if done.mails_at_least == done.mails {
                grouped(done.mails)
            } else {
                format!("{} to {}", grouped(done.mails_at_least), grouped(done.mails))
            };
            let (senders, then) = (grouped(done.senders), grouped(done.then));
            let _ = writeln!(out, "  {:<16}{mails:>16}{senders:>10}{then:>16}", word(done.action));
        }
        if !self.findings.is_empty() {
            let longest = self.findings.iter().map(|because| because.id.len()).max().unwrap_or(0);
            let _ = writeln!(out, "\n{}\n", paint.bold("Because of"));
            for Because { id, action, rule, mails, senders } in &self.findings {
                let rule = rule.map_or_else(String::new, |rule| format!(", rule {rule}"));
                let (mails, senders) = (grouped(*mails), count(*senders, "sender"));
                let _ = writeln!(out, "  {id:<longest$}  {mails:>9}  {senders:>12}  {}{rule}", word(action));
            }
        }
        let mut notes = vec![
            "A sender counts once for each key, which is once a month unless configured otherwise.".to_owned(),
            "Limits of destinations and thresholds other than sizes and counts of attachments, parts and header are not tried anew: what was found then, counts.".to_owned(),
        ];
        if self.actions.iter().any(|done| done.mails != done.mails_at_least) {
            notes.push(
                "Where two numbers stand, rules ask for domains, networks, services or authentication, which no record knows; senders and \
                 findings are those of the stricter end."
                    .into(),
            );
        }
        if self.left_out > 0 {
            notes.push(format!("{} broke off or had all recipients refused, and are left out.", mails(self.left_out)));
        }
        out.push('\n');
        for note in notes {
            let _ = writeln!(out, "{}", paint.faint(&wrap(&note, "  ", width)));
        }
        out
    }
}

fn mails(number: u64) -> String {
    if number == 1 { "1 mail".into() } else { format!("{} mails", grouped(number)) }
}

/// What is done, in words.
fn word(action: &str) -> &'static str {
    match Action::named(action) {
        Some(Action::Reject) => "refused for good",
        Some(Action::Tempfail) => "refused for now",
        Some(Action::Quarantine) => "held",
        Some(Action::Tag) => "tagged",
        _ => "passed as it was",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Finding, find};
    use crate::report::testing::record;
    use crate::store::NewRecord;
    use crate::store::memory::Memory;

    const NOON: i64 = 1_795_521_600;

    fn keep(store: &mut Memory, ids: &[&str], wire_bytes: u64, sender: u8, time: i64) {
        let mut record = record(ids.iter().map(|id| Finding::new(find(id).unwrap(), None)).collect());
        (record.facts.wire_bytes, record.time) = (wire_bytes, time);
        record.parties.sender = Some(Token::from([sender; Token::BYTES]));
        store.keep(&[NewRecord::of(&record)]).unwrap();
    }

    #[test]
    fn mails_and_senders_are_counted_by_what_would_have_been_done() {
        let mut store = Memory::default();
        for mail in 0..2500_i64 {
            keep(&mut store, &[], 30 << 20, (mail % 12) as u8, NOON - mail);
        }
        keep(&mut store, &["type-executable"], 1000, 99, NOON - 86_400);
        // Before the time that is asked for.
        keep(&mut store, &[], 30 << 20, 98, NOON - 3 * 86_400);
        let text = "[policy]\nreject = [\"size-exceeds-common-limit\"]\n[limits]\ncommon_size_limit = \"25 MB\"\n\
            [[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"quarantine\"\nauthenticated = false\n";
        let config = Config::parse(text).unwrap();
        let told = replay(&config, &mut store, NOON - 2 * 86_400, NOON + 1).unwrap();
        let shown = told.text(Paint::none(), 90);
        insta::assert_snapshot!(shown);
        assert_eq!((told.mails, told.left_out), (2501, 0));
    }
}
