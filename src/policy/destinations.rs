//! The largest mails that other systems take, by the domain of the recipient.

use super::network::Domains;

/// How large a mail may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeLimit {
    /// In bytes on the wire, as `SIZE` of ESMTP counts (RFC 1870).
    Wire(u64),
    /// In bytes of the files in it.
    Files(u64),
    /// Any size: what the shipped table says does not count.
    Any,
}

impl SizeLimit {
    /// In bytes on the wire; `None` for any.
    pub fn wire(self) -> Option<u64> {
        match self {
            SizeLimit::Wire(bytes) => Some(bytes),
            SizeLimit::Files(bytes) => Some(wire_of_files(bytes)),
            SizeLimit::Any => None,
        }
    }
}

/// Bytes on the wire that so many bytes of files become: four letters for three bytes, and a line end of two for every 76 letters
/// (RFC 2045 §6.8). That is 36.8 % more. Texts and header fields come on top.
pub fn wire_of_files(bytes: u64) -> u64 {
    let letters = bytes.div_ceil(3).saturating_mul(4);
    letters.saturating_add(2 * letters.div_ceil(76))
}

/// Bytes of files that have room in so many bytes on the wire: what [`wire_of_files`] undoes.
pub fn files_in_wire(bytes: u64) -> u64 {
    let (lines, rest) = (bytes / 78, bytes % 78);
    lines * 57 + rest.saturating_sub(2) / 4 * 3
}

/// When the shipped table was compiled.
pub const SHIPPED_AT: &str = "2026-11";

/// The shipped table: domains, what they take, and where that is from. Where sources disagree, the larger figure stands here: a wrong warning
/// is worse than none.
pub const SHIPPED: &[(&[&str], SizeLimit, &str)] = &[
    (&["gmail.com", "googlemail.com"], SizeLimit::Wire(50 << 20), "Gmail Help: mail of up to 50 MB is received"),
    (&["icloud.com", "me.com", "mac.com"], SizeLimit::Files(20_000_000), "Apple Support: 20 MB with attachments"),
    (
        &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        SizeLimit::Files(25_000_000),
        "Microsoft Support: 20 or 25 MB of attachments",
    ),
    (&["yahoo.com", "ymail.com"], SizeLimit::Wire(41_697_280), "SIZE that its servers announce"),
    (
        &["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de"],
        SizeLimit::Wire(69_920_427),
        "SIZE that its servers announce",
    ),
];

/// The limits that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destinations {
    /// Whether the shipped table counts, for domains that the operator does not name.
    pub shipped: bool,
    /// The operator's own lines; the closest one decides.
    pub lines: Vec<(Domains, SizeLimit)>,
}

impl Default for Destinations {
    fn default() -> Self {
        Destinations { shipped: true, lines: Vec::new() }
    }
}

impl Destinations {
    /// Lines that may be written: an open mail remembers a number for each limit.
    pub const MAX: usize = 500;

    /// The largest mail that this domain takes, in bytes on the wire; `None` where that is not known.
    pub fn limit(&self, domain: &str) -> Option<u64> {
        let lines = self.lines.iter().filter(|(domains, _)| domains.contain(domain));
        if let Some((_, limit)) = lines.max_by_key(|(domains, _)| domains.closeness()) {
            return limit.wire();
        }
        let (_, limit, _) = SHIPPED.iter().find(|(domains, ..)| self.shipped && domains.contains(&domain))?;
        limit.wire()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_of_base64() {
        assert_eq!([0, 1, 3, 57, 58].map(wire_of_files), [0, 6, 6, 78, 84]);
        assert_eq!(wire_of_files(25 << 20), 35_872_340);
        assert_eq!(files_in_wire(10_240_000), 7_483_074);
    }

    #[test]
    fn the_closest_line_decides_and_goes_before_the_shipped_table() {
        let line = |domains: &str, limit| (Domains::parse(domains).unwrap(), limit);
        let lines = vec![
            line("*.example.org", SizeLimit::Wire(10)),
            line("big.example.org", SizeLimit::Wire(30)),
            line("*.a.example.org", SizeLimit::Files(57)),
            line("gmail.com", SizeLimit::Wire(5)),
            line("icloud.com", SizeLimit::Any),
        ];
        let table = Destinations { shipped: true, lines };
        for (domain, limit) in [
            ("x.example.org", Some(10)),
            ("big.example.org", Some(30)),
            ("x.a.example.org", Some(78)),
            ("example.org", None),
            ("gmail.com", Some(5)),
            ("googlemail.com", Some(50 << 20)),
            ("icloud.com", None),
            ("me.com", Some(27_368_424)),
        ] {
            assert_eq!(table.limit(domain), limit, "{domain}");
        }
        assert_eq!(Destinations { shipped: false, ..table }.limit("me.com"), None);
    }

    #[test]
    fn shipped_domains_stand_in_the_form_in_which_they_are_compared() {
        let all: Vec<&str> = SHIPPED.iter().flat_map(|(domains, ..)| *domains).copied().collect();
        for domain in &all {
            assert_eq!(Domains::parse(domain).unwrap().to_string(), *domain);
            assert_eq!(all.iter().filter(|other| *other == domain).count(), 1, "{domain}");
        }
    }

    proptest::proptest! {
        #[test]
        fn files_that_fit_fit(bytes in 0..1_u64 << 40) {
            let files = files_in_wire(bytes);
            proptest::prop_assert!(wire_of_files(files) <= bytes);
            // Another three bytes would not.
            proptest::prop_assert!(wire_of_files(files + 3) > bytes);
        }

        #[test]
        fn no_number_is_too_large(bytes: u64) {
            proptest::prop_assert!(wire_of_files(bytes) >= bytes);
        }
    }
}
