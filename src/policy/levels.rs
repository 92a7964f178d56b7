//! The operator's own opinion of how bad a finding is.

use super::selector::Selector;
use crate::catalogue::{Entry, Finding, Level};

/// Levels that differ from those of the catalogue. Of several lines that mean one finding, the closest decides: an id before a family, a
/// longer family before a shorter one, and these before a level. Levels in these lines are those of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(pub Vec<Line>);

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which findings.
    pub findings: Selector,
    /// Their level; `None` for off: not told, as if it were not in the catalogue.
    pub level: Option<Level>,
}

impl Levels {
    /// The level in force, `None` for off, and the line that says so.
    pub fn of(&self, entry: &Entry) -> (Option<Level>, Option<&Line>) {
        let lines = self.0.iter().filter(|line| line.findings.selects(entry, entry.level));
        match lines.max_by_key(|line| line.findings.closeness()) {
            Some(line) => (line.level, Some(line)),
            None => (Some(entry.level), None),
        }
    }

    /// Gives findings their level, and takes those out that are off.
    pub fn apply(&self, findings: &mut Vec<Finding>) {
        if self.0.is_empty() {
            return;
        }
        findings.retain_mut(|finding| match self.of(finding.entry).0 {
            Some(level) => {
                finding.level = level;
                true
            }
            None => false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn levels(lines: &[(&str, Option<Level>)]) -> Levels {
        let line =
            |(text, level): &(&str, Option<Level>)| Line { findings: Selector::parse(text).unwrap(), level: *level };
        Levels(lines.iter().map(line).collect())
    }

    #[test]
    fn the_closest_line_decides_in_any_order() {
        use Level::{Error, Info, Notice, Warning};
        let mut lines = vec![
            ("*", Some(Info)),
            ("warning", Some(Notice)),
            ("content-*", Some(Warning)),
            ("content-zip-*", Some(Error)),
            ("content-zip-truncated", None),
        ];
        for _ in 0..lines.len() {
            let levels = levels(&lines);
            for (id, level) in [
                ("content-zip-truncated", None),
                ("content-zip-inconsistent", Some(Error)),
                ("content-pdf-truncated", Some(Warning)),
                ("date-invalid", Some(Notice)),
                ("size-near-own-limit", Some(Info)),
            ] {
                assert_eq!(levels.of(catalogue::find(id).unwrap()).0, level, "{id} by {lines:?}");
            }
            lines.rotate_left(1);
        }
    }

    #[test]
    fn what_is_off_is_not_told() {
        let finding = |id: &str| Finding::new(catalogue::find(id).unwrap(), None);
        let mut found = vec![finding("date-invalid"), finding("mime-truncated")];
        levels(&[("date-*", None), ("error", Some(Level::Notice))]).apply(&mut found);
        let told: Vec<_> = found.iter().map(|f| (f.entry.id, f.level)).collect();
        assert_eq!(told, [("mime-truncated", Level::Notice)]);
    }
}
