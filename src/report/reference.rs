//! The reference of a mail: short, speakable, with a check character.

use crate::scan::facts::{ContentFree, sealed};
use std::fmt;

/// Crockford's base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eleven random characters and a check character (ISO/IEC 7064, hybrid system MOD 33,32), shown as `7K3M-9QTX-2HDC`.
///
/// 55 random bits: among 30 million mails (a million a day for a month) the chance that any two share one is about 1 in 80.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reference([u8; Reference::LENGTH]);

/// Why a text is not a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not twelve characters, blanks and dashes aside.
    #[error("a reference has 12 letters and digits, this has {0}: read it again, it looks like 7K3M-9QTX-2HDC")]
    Length(usize),
    /// A character that no reference has.
    #[error("{0:?} is in no reference: they are made of digits and the letters A to Z without I, L, O and U")]
    Character(char),
    /// The check character does not fit.
    #[error("one character is wrong or two are swapped: read the reference again")]
    Check,
}

impl Reference {
    const LENGTH: usize = 12;

    /// A new reference from the operating system's random numbers; from the clock if it has none to give.
    pub fn new() -> Reference {
        let bits = getrandom::u64().unwrap_or_else(|_| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            (now.as_nanos() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        Reference::from_bits(bits)
    }

    /// The reference made of the low 55 bits.
    pub fn from_bits(bits: u64) -> Reference {
        let mut digits = [0u8; Self::LENGTH];
        for (i, digit) in digits[..Self::LENGTH - 1].iter_mut().enumerate() {
            *digit = (bits >> (5 * i) & 31) as u8;
        }
        digits[Self::LENGTH - 1] = check_digit(&digits[..Self::LENGTH - 1]);
        Reference(digits)
    }

    /// The 55 bits it is made of.
    pub fn bits(&self) -> u64 {
        self.0[..Self::LENGTH - 1].iter().rev().fold(0, |bits, digit| bits << 5 | u64::from(*digit))
    }

    /// Reads a reference as people write it: any case, blanks and dashes anywhere, O for 0, I and L for 1.
    pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
        let mut digits = [0u8; Self::LENGTH];
        let mut length = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let plain = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|&a| char::from(a) == plain).ok_or(ReferenceError::Character(c))?;
            if let Some(digit) = digits.get_mut(length) {
                *digit = value as u8;
            }
            length += 1;
        }
        if length != Self::LENGTH {
            return Err(ReferenceError::Length(length));
        }
        if check_digit(&digits[..Self::LENGTH - 1]) != digits[Self::LENGTH - 1] {
            return Err(ReferenceError::Check);
        }
        Ok(Reference(digits))
    }
}

impl Default for Reference {
    fn default() -> Self {
        Reference::new()
    }
}

/// ISO/IEC 7064 hybrid system with M = 32: finds every wrong digit and almost every swap of neighbours.
fn check_digit(digits: &[u8]) -> u8 {
    let mut product = 32u32;
    for &digit in digits {
        let sum = (product + u32::from(digit)) % 32;
        product = if sum == 0 { 32 } else { sum } * 2 % 33;
    }
    ((33 - product) % 32) as u8
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &digit) in self.0.iter().enumerate() {
            if i > 0 && i % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(ALPHABET[usize::from(digit)]))?;
        }
        Ok(())
    }
}

impl serde::Serialize for Reference {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Reference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Reference, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Reference::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl sealed::Sealed for Reference {}
impl ContentFree for Reference {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_people_write_it() {
        let reference = Reference::from_bits(0x0012_3456_789A_BCDE);
        let shown = reference.to_string();
        assert_eq!(reference.bits(), 0x0012_3456_789A_BCDE);
        assert_eq!(shown.len(), 14);
        assert_eq!(Reference::parse(&shown), Ok(reference));
        assert_eq!(Reference::parse(&shown.to_lowercase().replace('-', " ")), Ok(reference));
        assert_eq!(Reference::parse(&shown.replace('0', "O").replace('1', "l")), Ok(reference));
        assert_eq!(Reference::parse("7K3M"), Err(ReferenceError::Length(4)));
        assert_eq!(Reference::parse("7K3M-9QTX-2HD!"), Err(ReferenceError::Character('!')));
    }

    #[test]
    fn every_wrong_character_is_noticed() {
        for bits in [0, 1, 0x7F_FFFF_FFFF_FFFF, 0x0012_3456_789A_BCDE] {
            let right = Reference::from_bits(bits).0;
            for at in 0..Reference::LENGTH {
                for value in (0..32).filter(|v| *v != right[at]) {
                    let mut wrong = right;
                    wrong[at] = value;
                    let shown = Reference(wrong).to_string();
                    assert_eq!(Reference::parse(&shown), Err(ReferenceError::Check), "{shown}");
                }
            }
        }
    }
}
