//! The number of the ticket for which somebody looks.

use regex_lite::Regex;

/// Longer ones are refused whatever the form says: the audit log keeps them.
const MAX: usize = 64;

/// What a ticket number must look like. The operator's; the default takes any word of letters, digits and `-_./#:`.
#[derive(Clone, Debug)]
pub struct TicketForm {
    pattern: String,
    regex: Regex,
}

impl TicketForm {
    /// The default pattern.
    pub const DEFAULT: &'static str = r"[A-Za-z0-9#][A-Za-z0-9._/#:-]+";

    /// A form from a regular expression, which must fit the whole number. The error says what is wrong with it.
    pub fn parse(pattern: &str) -> Result<TicketForm, String> {
        let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(|e| e.to_string())?;
        Ok(TicketForm { pattern: pattern.to_owned(), regex })
    }

    /// The regular expression.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether this is a ticket number: it fits the form, has at most 64 bytes, and no control characters.
    pub fn fits(&self, ticket: &str) -> bool {
        ticket.len() <= MAX
            && !ticket.is_empty()
            && !ticket.chars().any(char::is_control)
            && self.regex.is_match(ticket)
    }
}

impl Default for TicketForm {
    fn default() -> Self {
        // INVARIANT: the pattern is a regular expression; the test below has it.
        TicketForm::parse(TicketForm::DEFAULT).expect("a regular expression")
    }
}

impl PartialEq for TicketForm {
    fn eq(&self, other: &TicketForm) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for TicketForm {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_number_must_fit() {
        let form = TicketForm::default();
        for good in ["INC-2026/0815", "#4711", "12", "HD:77_a.b"] {
            assert!(form.fits(good), "{good}");
        }
        for bad in ["", "x", "two words", "-1", "1\n", "<b>", "a\u{202e}b", &"1".repeat(MAX + 1)] {
            assert!(!form.fits(bad), "{bad:?}");
        }
        let form = TicketForm::parse("[0-9]{6}|T[0-9]+").unwrap();
        assert!(form.fits("123456") && form.fits("T1") && !form.fits("1234567") && !form.fits("xT1"));
        assert!(TicketForm::parse("(").is_err());
    }
}
