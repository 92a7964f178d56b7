//! The tag: the value of the `X-Mailgauge` header field. Grammar: `docs/tag.md`.

use super::Record;

/// The name of the header field.
pub const NAME: &str = "X-Mailgauge";

/// The version of the grammar, raised when a reader of the old one would read the new one wrongly.
pub const VERSION: u32 = 1;

/// Columns of a physical line without its line end: below the 78 of RFC 5322 §2.1.1.
const LINE: usize = 77;

/// The value of the tag, without the blank after the colon. Folded lines are joined by LF and a blank, as the milter protocol has it.
///
/// Made of numbers and names from closed lists. `copies_remain` says that copies from outside could not all be removed.
pub fn value(record: &Record, copies_remain: bool) -> String {
    let facts = &record.facts;
    let mut fields = vec![
        format!("v={VERSION}"),
        format!("ref={}", record.reference),
        format!("level={}", record.level()),
        format!("wire={}", facts.wire_bytes),
        format!("attachments={}", facts.attachments),
        format!("decoded={}", facts.attachment_bytes),
    ];
    if copies_remain {
        fields.push("untrusted=1".to_owned());
    }
    let ids = record.finding_ids();
    if let Some(first) = ids.first() {
        fields.push(format!("findings={first}"));
    }
    let mut folded = Folded { text: String::new(), column: NAME.len() + ": ".len() };
    folded.list(fields.iter().map(String::as_str), ';');
    folded.list(ids.into_iter().skip(1), ',');
    folded.text
}

/// Text that is folded between words.
struct Folded {
    text: String,
    /// Columns of the current physical line.
    column: usize,
}

impl Folded {
    /// Adds words; a separator and a blank or fold come between each and what was there before.
    fn list<'a>(&mut self, words: impl Iterator<Item = &'a str>, separator: char) {
        for word in words {
            if !self.text.is_empty() {
                self.text.push(separator);
                // One column for the blank, one for the separator that may follow.
                if self.column + 1 + 1 + word.len() + 1 > LINE {
                    self.text.push('\n');
                    self.column = 0;
                } else {
                    self.column += 1;
                }
                self.text.push(' ');
                self.column += 1;
            }
            self.text.push_str(word);
            self.column += word.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Level};
    use crate::report::Reference;
    use crate::report::testing::{finding, record};
    use proptest::prelude::*;

    /// A reader that follows the ABNF of docs/tag.md and accepts nothing else.
    fn parse(value: &str) -> Option<Vec<(&str, Vec<&str>)>> {
        let number = |s: &str| (1..=20).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
        let id = |s: &str| {
            s.starts_with(|c: char| c.is_ascii_lowercase())
                && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let unfold = |s| str::strip_prefix(s, "\n ").or_else(|| str::strip_prefix(s, " "));
        let mut fields = Vec::new();
        for (i, field) in value.split(';').enumerate() {
            let field = if i == 0 { field } else { unfold(field)? };
            let (name, text) = field.split_once('=')?;
            let mut values = Vec::new();
            for (j, text) in text.split(',').enumerate() {
                values.push(if j == 0 { text } else { unfold(text)? });
            }
            fields.push((name, values));
        }
        let names: Vec<&str> = fields.iter().map(|f| f.0).collect();
        let mut expected = vec!["v", "ref", "level", "wire", "attachments", "decoded"];
        expected.extend(["untrusted", "findings"].iter().filter(|n| names.contains(*n)));
        let well_formed = fields.iter().all(|(name, values)| match *name {
            "findings" => values.iter().all(|v| id(v)),
            _ if values.len() != 1 => false,
            "v" | "untrusted" => values[0] == "1",
            "ref" => values[0].len() == 14 && Reference::parse(values[0]).is_ok(),
            "level" => values[0] == "clean" || Level::ALL.iter().any(|l| l.name() == values[0]),
            _ => number(values[0]),
        });
        (names == expected && well_formed).then_some(fields)
    }

    fn longest_line(value: &str) -> usize {
        format!("{NAME}: {value}").lines().map(str::len).max().unwrap()
    }

    #[test]
    fn a_clean_mail() {
        let value = value(&record(vec![]), false);
        let reference = record(vec![]).reference;
        assert_eq!(
            value,
            format!("v=1; ref={reference}; level=clean; wire=35872337;\n attachments=2; decoded=26214400")
        );
        assert!(parse(&value).is_some());
    }

    #[test]
    fn findings_come_last_and_once() {
        let found = vec![
            finding("zip-truncated", Level::Warning),
            finding("size-large", Level::Info),
            finding("zip-truncated", Level::Warning),
        ];
        let value = value(&record(found), true);
        let fields = parse(&value).unwrap();
        assert_eq!(fields[2], ("level", vec!["warning"]));
        assert_eq!(fields[6], ("untrusted", vec!["1"]));
        assert_eq!(fields[7], ("findings", vec!["zip-truncated", "size-large"]));
    }

    #[test]
    fn the_example_of_the_docs_is_what_is_made() {
        let found = vec![finding("zip-truncated", Level::Warning), finding("name-double-extension", Level::Info)];
        let made = format!("```\n{NAME}: {}\n```\n", value(&record(found), false));
        assert!(include_str!("../../docs/tag.md").contains(&made), "docs/tag.md should have\n{made}");
    }

    #[test]
    fn the_reader_is_strict() {
        let good = value(&record(vec![]), false);
        assert!(parse(&good.replace("level=clean", "level=fine")).is_none());
        assert!(parse(&good.replace("wire=", "wire=x")).is_none());
        assert!(parse(&good.replace("; ref", ";ref")).is_none());
        assert!(parse(&format!("{good}; findings=")).is_none());
        assert!(parse(&format!("{good}; findings=Upper")).is_none());
    }

    #[test]
    fn every_id_of_the_catalogue_fits() {
        for entry in catalogue::all() {
            assert!("findings=".len() + entry.id.len() < LINE - 1, "{} is too long for a line of the tag", entry.id);
        }
        let all = catalogue::all().map(|entry| catalogue::Finding::new(entry, None)).collect();
        let value = value(&record(all), true);
        assert!(parse(&value).is_some() && longest_line(&value) <= LINE);
    }

    proptest! {
        #[test]
        fn any_record_gives_a_tag_of_the_grammar(
            ids in proptest::collection::vec(("[a-z][a-z0-9-]{0,59}", 0..4usize), 0..40),
            wire: u64, attachments: u32, decoded: u64, bits: u64, copies: bool,
        ) {
            let mut record = record(ids.iter().map(|(id, level)| finding(id, Level::ALL[*level])).collect());
            record.facts.wire_bytes = wire;
            record.facts.attachments = attachments;
            record.facts.attachment_bytes = decoded;
            record.reference = Reference::from_bits(bits);
            let value = value(&record, copies);
            prop_assert!(longest_line(&value) < 78, "{}", value);
            let fields = parse(&value);
            prop_assert!(fields.is_some(), "{}", value);
            let listed = fields.unwrap().into_iter().find(|f| f.0 == "findings").map_or(vec![], |f| f.1);
            prop_assert_eq!(listed, record.finding_ids());
        }
    }
}
