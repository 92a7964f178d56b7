//! `lookup`: what happened to a user's mail.

pub mod text;
mod words;

use super::office::{Office, address, private, since};
use super::{Format, LookupArgs};
use crate::catalogue::Language;
use crate::pseudonym::MessageId;
use crate::report::{QueueId, Reference};
use crate::store::desk::{Question, Request};
use crate::store::view::AnswerView;
use anyhow::{Context, bail};
use std::io::{self, Write};
use std::process::ExitCode;
use text::Page;
use words::Words;

/// The language of the text, as it is typed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tongue {
    /// English
    En,
    /// Nederlands
    Nl,
}

pub fn run(args: &LookupArgs) -> anyhow::Result<ExitCode> {
    let office = Office::new(&args.config)?;
    // Before anything is asked for on standard input.
    office.ticket(&args.ticket)?;
    let language = match args.language {
        Tongue::En => Language::English,
        Tongue::Nl => Language::Dutch,
    };
    let text = look_up(&office, args, question(args)?, language)?;
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn look_up(office: &Office, args: &LookupArgs, question: Question, language: Language) -> anyhow::Result<String> {
    let since = args.since.as_deref().map(since).transpose()?;
    let request = Request { worker: office.worker.clone(), ticket: args.ticket.clone(), question, since };
    let settings = &office.config.settings;
    let answer = office.desk.look_up(&settings.desk, settings.retention.records, &request, office.now)?;
    Ok(match args.format {
        Format::Json => serde_json::to_string_pretty(&AnswerView::of(&answer))? + "\n",
        Format::Text => Page { words: Words::of(language), ..Page::for_stdout() }.answer(&answer),
    })
}

/// What is asked. What was typed is not repeated where it is wrong: it may name a person.
fn question(args: &LookupArgs) -> anyhow::Result<Question> {
    if let Some(reference) = &args.reference {
        return Ok(Question::Reference(Reference::parse(reference)?));
    }
    if let Some(id) = &args.queue_id {
        let id =
            QueueId::parse(id.trim().as_bytes()).context("a queue ID has letters and digits only, as 4TxY6W1k2Jz9")?;
        return Ok(Question::QueueId(id));
    }
    if let Some(id) = &args.message_id {
        let id = MessageId::parse(private(id)?.as_bytes()).context("this is no Message-ID: it is empty")?;
        return Ok(Question::MessageId(id));
    }
    let read = |typed: &Option<String>| typed.as_deref().map(address).transpose();
    match (read(&args.recipient)?, read(&args.sender)?) {
        (Some(recipient), Some(sender)) => Ok(Question::Both { sender, recipient }),
        (Some(recipient), None) => Ok(Question::Recipient(recipient)),
        (None, Some(sender)) => Ok(Question::Sender(sender)),
        // The parser of the command line asks for one.
        (None, None) => bail!("say what to look for: a reference, a queue ID, a Message-ID, or an address"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::office::tests::{NOW, mail, office};
    use super::super::{Cli, Verb};
    use super::*;
    use clap::Parser;

    fn args(line: &str) -> Result<LookupArgs, clap::Error> {
        match Cli::try_parse_from(["mailgauge", "lookup"].into_iter().chain(line.split(' ')))?.verb {
            Verb::Lookup(args) => Ok(args),
            _ => unreachable!(),
        }
    }

    fn look(office: &Office, line: &str) -> anyhow::Result<String> {
        let args = args(line)?;
        look_up(office, &args, question(&args)?, Language::English)
    }

    #[test]
    fn one_question_at_a_time() {
        for good in [
            "--ticket T1 --reference R",
            "--ticket T1 --queue-id Q",
            "--ticket T1 --message-id M",
            "--ticket T1 --recipient A --sender B",
            "--ticket T1 --sender B --since 7d --format json --language nl",
            "--sender -",
        ] {
            assert!(args(good).is_ok(), "{good}");
        }
        for bad in [
            "--ticket T1",
            "--reference R --queue-id Q",
            "--reference R --sender B",
            "--queue-id Q --recipient A",
            "--message-id M --recipient A",
        ] {
            assert!(args(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_answer_as_json() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 60, "anna@example.net", "jan@example.org");
        let json = look(&office, "--ticket T1 --recipient Jan@example.org --format json").unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let record = &json["records"][0];
        assert_eq!(record["reference"], Reference::from_bits(1).to_string());
        assert_eq!((&record["time"], &record["level"]), (&"2026-11-15T11:59:00Z".into(), &"clean".into()));
        assert_eq!(json["window"]["from"], "2026-11-13T12:00:00Z");
        assert_eq!((&json["more"], &json["keys_missing"]), (&false.into(), &false.into()));
    }

    #[test]
    fn without_a_ticket_nothing() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 60, "anna@example.net", "jan@example.org");
        for line in ["--recipient jan@example.org", "--recipient jan@example.org --ticket ?"] {
            let refused = look(&office, line).unwrap_err().to_string();
            assert!(refused.contains("ticket"), "{refused}");
        }
        assert!(memory.contents().rows.is_empty());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let (office, _, _dir) = office();
        let told = |line: &str| look(&office, line).unwrap_err().to_string();
        assert!(told("--ticket T1 --reference 7K3M").contains("12 letters and digits"));
        assert!(told("--ticket T1 --queue-id a-b").contains("letters and digits only"));
        assert!(told("--ticket T1 --message-id <>").contains("no Message-ID"));
        assert!(told("--ticket T1 --sender a@example.org --since 2w").contains("the units are"));
        assert!(look(&office, "--ticket T1 --sender a@example.org").is_ok());
    }

    #[test]
    fn hostile_strings_in_every_argument_have_no_effect() {
        let all: Vec<String> = crate::hostile::strings().collect();
        let mut answered = 0;
        // The audit log of the tests' store is searched from end to end for the rate limit: a new one now and then.
        for some in all.chunks(200) {
            let (mut office, memory, _dir) = office();
            office.config.settings.desk.rate_limit = u32::MAX;
            mail(&office, &memory, 1, NOW - 60, "anna@example.net", "jan@example.org");
            for text in some {
                for name in ["ticket", "reference", "queue-id", "message-id", "recipient", "sender", "since"] {
                    let mut line = vec!["mailgauge".to_owned(), "lookup".into(), format!("--{name}={text}")];
                    match name {
                        "ticket" => line.push("--sender=a@example.com".into()),
                        "since" => line.extend(["--ticket=T1".into(), "--sender=a@example.com".into()]),
                        _ => line.push("--ticket=T1".into()),
                    }
                    let Ok(Cli { verb: Verb::Lookup(args) }) = Cli::try_parse_from(line) else { panic!("{text:?}") };
                    let asked = question(&args).and_then(|it| look_up(&office, &args, it, Language::English));
                    let said = asked.as_ref().map_or_else(|error| format!("{error:#}"), String::clone);
                    assert!(crate::hostile::is_harmless(&said), "{name} {text:?}: {said}");
                    // What is no time is quoted; all else may name a person.
                    assert!(name == "since" || !said.contains(crate::hostile::MARK), "{name} {text:?}: {said}");
                    assert!(!said.contains("1 mail found"), "{name} {text:?}: {said}");
                    answered += usize::from(asked.is_ok());
                }
            }
            assert_eq!(memory.contents().records.len(), 1);
        }
        assert!(answered > 10_000, "{answered}");
    }
}
