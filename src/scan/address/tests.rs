//! Good addresses, bad ones, and any bytes.

use super::tokens::Tokens;
use super::*;
use proptest::prelude::*;

fn flags(value: &str) -> AddressFlags {
    examine(value.as_bytes(), true).flags
}

#[test]
fn good_addresses() {
    for (value, mailboxes) in [
        ("ann@example.org", 1),
        ("<ann@example.org>", 1),
        ("Ann Field <ann@example.org>", 1),
        ("\"Field, Ann\" <ann@example.org>", 1),
        ("\"ann@example.org\" <ann@example.org>", 1),
        ("\"Ann \\\"A.\\\" Field\" <ann@example.org>", 1),
        ("Ann \"the boss\" Field<ann@example.org>", 1),
        ("Ann F. Field <ann@example.org>", 1),
        ("A. F. Field Jr. <ann@example.org>", 1),
        ("O'Neill & Sons - Team/2 | #1 <ann@example.org>", 1),
        ("'ann@example.org'", 1),
        ("ann@example.org (Ann Field)", 1),
        ("ann@example.org (Ann (A. \\) ) Field, <x@y>)", 1),
        ("(Ann) ann@example.org", 1),
        ("Ann (A. F.) Field <ann@example.org> (home)", 1),
        ("ann . field @ example . org", 1),
        ("ann(a)@(b)example.org", 1),
        ("\"ann field\"@example.org", 1),
        ("\"ann\".field@example.org", 1),
        ("ann+tag=x{y}!#$%&'*/?^_`|~@example.org", 1),
        ("ann@localhost", 1),
        ("ann@sub_domain.example.org", 1),
        ("ann@example.org.", 1),
        ("ann..field.@example.org", 1),
        (".ann@example.org", 1),
        ("ann@[192.0.2.1]", 1),
        ("ann@[IPv6:2001:db8::1]", 1),
        ("<@a.example,@b.example:ann@example.org>", 1),
        ("<@a.example:ann@example.org>", 1),
        ("a@example.org, b@example.org,\r\n\tC <c@example.org>", 3),
        ("a@example.org,,b@example.org,", 2),
        (", a@example.org", 1),
        ("Friends: a@example.org, B <b@example.org>;", 2),
        ("Friends: a@example.org;, c@example.org", 2),
        ("\"My friends\": a@example.org ;", 1),
        ("A:;, B:;", 0),
        ("undisclosed-recipients:;", 0),
        ("Undisclosed recipients: ;", 0),
        ("undisclosed-recipients", 1),
        ("<Undisclosed-Recipient:;>", 0),
        ("(Recipient list suppressed)", 0),
        ("MAILER-DAEMON (Mail Delivery System)", 1),
        ("Mail Delivery System <MAILER-DAEMON>", 1),
        ("MAILER DAEMON <>", 1),
        ("undisclosed-recipients;;", 1),
        ("a@example.org;", 1),
        ("Mailer-Daemon@example.org (Mail Delivery System)", 1),
        ("postmaster", 1),
        ("=?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <j@example.org>", 1),
        ("=?utf-8?B?0JjQstCw0L0=?= =?utf-8?B?0JjQstCw0L0=?= <i@example.org>", 1),
        ("=?utf-8?Q?Ann_=28a=29=2C_Field?= <a@example.org>", 1),
        ("ann@example.org (=?utf-8?Q?J=C3=B6rg?=)", 1),
        ("Jörg Müller <j@example.org>", 1),
        ("Иван Иванов <i@example.org>", 1),
        ("山田太郎 <t@example.org>, محمد <m@example.org>, יוסי <y@example.org>", 3),
        ("अनिल <a@example.org>, สมชาย <s@example.org>, 김철수 <k@example.org>, Γιάννης <g@example.org>", 4),
        ("\"Müller, Jörg (Büro)\" <j@example.org>", 1),
        ("", 0),
        (" \r\n\t", 0),
    ] {
        let found = examine(value.as_bytes(), true);
        assert_eq!((found.flags, found.mailboxes), (AddressFlags::empty(), mailboxes), "{value}");
    }
}

#[test]
fn malformed_addresses() {
    for value in [
        // RFC 7103 §7.1.2 to §7.1.7.
        "<<ann@example.org>>",
        "Ann <<ann@example.org>>",
        "<ann@example.org",
        "ann@example.org>",
        "Ann Field <ann@example.org",
        "Ann Field ann@example.org>",
        "(Ann <ann@example.org>",
        "Ann) <ann@example.org>",
        "<ann@example.org)>",
        "<a@example.org, b@example.org>",
        "Field, Ann <ann@example.org>",
        "\"Ann <ann@example.org>",
        "Ann\" <ann@example.org>",
        "Ann Field",
        // Others.
        "<>",
        "Ann Field <>",
        "@example.org",
        "ann@",
        "<@example.org>",
        "ann@@example.org",
        "ann@field@example.org",
        "ann@.example.org",
        "ann@example..org",
        "ann field@example.org",
        "ann@example org",
        "a@example.org b@example.org",
        "<a@example.org> <b@example.org>",
        "<a@example.org> Ann",
        "a@example.org; b@example.org",
        "Friends: a@example.org",
        "Friends: Enemies: a@example.org;;",
        "Re: Ann <ann@example.org>",
        ": ann@example.org",
        "<mailto:ann@example.org>",
        "mailto:ann@example.org",
        "<a@example.org:b@example.org>",
        "ann@[192.0.2.1",
        "[ann]@example.org",
        "ann\\@example.org",
        "ann at example.org",
        "Ann [ann@example.org]",
        "[]",
        ")",
        "<",
        "\"",
        "(",
    ] {
        assert_eq!(flags(value) - AddressFlags::NO_DOMAIN, AddressFlags::MALFORMED, "{value}");
    }
    // What is cut off cannot be judged.
    assert_eq!(examine(b"Ann <ann@exam", false).flags, AddressFlags::empty());
    assert_eq!(examine(b"a@example.org, \"Ann", false).flags, AddressFlags::empty());
}

#[test]
fn what_else_is_noted() {
    let local = |length| format!("{}@example.org", "a".repeat(length));
    let domain = |length: usize| format!("a@{}.org", "a".repeat(length - 4));
    for (value, expected) in [
        ("ann@example.org <ann@example.org>", AddressFlags::NAME_UNQUOTED),
        ("ann@example.org via List <list@example.org>", AddressFlags::NAME_UNQUOTED),
        ("[Ticket #1] Support <a@example.org>", AddressFlags::NAME_UNQUOTED),
        ("Support [tickets <a@example.org>", AddressFlags::NAME_UNQUOTED),
        ("Ann \\\"A.\\\" Field <a@example.org>", AddressFlags::NAME_UNQUOTED),
        ("=?utf-8?Q?Field,_Ann?= <a@example.org>", AddressFlags::NAME_UNQUOTED),
        ("\"=?utf-8?Q?J=C3=B6rg?=\" <j@example.org>", AddressFlags::QUOTED_WORD),
        ("=?utf-8?Q?J=C3=B6rg?= <=?utf-8?Q?j?=@example.org>", AddressFlags::ENCODED_WORD),
        ("=?utf-8?Q?j?=@example.org", AddressFlags::ENCODED_WORD),
        ("<j@=?utf-8?Q?example?=.org>", AddressFlags::ENCODED_WORD),
        ("<=?utf-8?B?akBleGFtcGxlLm9yZw==?=>", AddressFlags::ENCODED_WORD),
        ("=?utf-8?B?SiA8akBleGFtcGxlLm9yZz4=?=", AddressFlags::ENCODED_WORD),
        ("root", AddressFlags::NO_DOMAIN),
        ("Cron <root>", AddressFlags::NO_DOMAIN),
        ("\"ann@example.org\"", AddressFlags::NO_DOMAIN),
        ("Ann (ann@example.org)", AddressFlags::NO_DOMAIN),
        ("john.smith (John)", AddressFlags::NO_DOMAIN),
        ("a@example.org, bob", AddressFlags::NO_DOMAIN),
        ("bob, a@example.org", AddressFlags::NO_DOMAIN),
        ("bob, <a@example.org>", AddressFlags::NO_DOMAIN),
        ("bob, Cleo, Ann <a@example.org>", AddressFlags::NO_DOMAIN | AddressFlags::MALFORMED),
        ("jörg@example.org", AddressFlags::RAW_UTF8),
        ("Jörg <j@münchen.example>", AddressFlags::RAW_UTF8),
        ("用户@例子.example", AddressFlags::RAW_UTF8),
        (&local(64), AddressFlags::empty()),
        (&local(65), AddressFlags::TOO_LONG),
        (&domain(255), AddressFlags::empty()),
        (&domain(256), AddressFlags::TOO_LONG),
    ] {
        assert_eq!(flags(value), expected, "{value}");
    }
    assert_eq!(examine(b"j\xF6rg@example.org", true).flags, AddressFlags::RAW_8BIT);
    assert_eq!(examine(b"J\xF6rg <j@example.org>", true).flags, AddressFlags::empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        examine(&value, true);
    }

    #[test]
    fn every_token_takes_bytes(value in "[a<>@,;:.\"()\\[\\]\\\\ =?Q-]{0,80}") {
        let mut tokens = Tokens::new(value.as_bytes());
        let mut left = value.len();
        while tokens.next().is_some() {
            prop_assert!(tokens.rest.len() < left);
            left = tokens.rest.len();
        }
        examine(value.as_bytes(), true);
    }

    #[test]
    fn a_list_is_as_good_as_its_members(
        members in proptest::collection::vec(
            proptest::sample::select(&["a@b.org", "<a@b.org>", "\"x, y\" <a@b>", "G: a@b, c@d;", "a (b) c <d@e>"][..]),
            1..6,
        ),
        bad in proptest::option::of(proptest::sample::select(&["a c", "<a@b", "a b@c", "a@b; c@d", "<a@b> c"][..])),
    ) {
        let mut list = members.join(", ");
        prop_assert_eq!(flags(&list), AddressFlags::empty());
        if let Some(bad) = bad {
            list = format!("{list}, {bad}");
            prop_assert_eq!(flags(&list) - AddressFlags::NO_DOMAIN, AddressFlags::MALFORMED);
        }
    }
}

/// A reading that looks at the rest of the list for each of its bytes would take hours.
#[test]
fn the_longest_list_is_read_in_one_pass() {
    for pattern in ["[", "[[]", "(", "()", "\"", "\\\"", "<", "<>", "a@", "=?", "=?a?q?", "=?a?q?x?=", "a:", ";", "a,"]
    {
        let list = pattern.repeat(1024 * 1024 / pattern.len());
        examine(list.as_bytes(), true);
    }
}
