use super::*;

fn bad(text: &str) -> String {
    let problems = Config::parse(text).expect_err(text);
    problems.iter().map(|p| format!("mailgauge.toml:{p}")).collect::<Vec<_>>().join("\n\n")
}

/// What a newcomer gets wrong; the snapshot is to be read aloud.
const BAD: &[&str] = &[
    "[milter]\nlisen = \"inet:127.0.0.1:10724\"\n",
    "[milter]\nmax-sessions = 100\n",
    "[milter]\nport = 10724\n",
    "[http]\nfoo = 1\n",
    "[milters]\nlisten = \"unix:/run/mg.sock\"\n",
    "[database]\nurl = \"x\"\n",
    "listen = \"unix:/run/mg.sock\"\n",
    "tagg = \"all\"\n",
    "verbose = true\n",
    "milter = \"inet:127.0.0.1:10724\"\n",
    "[scan]\ntag = \"all\"\n",
    "[milter]\nlisten = \"127.0.0.1:10724\"\n",
    "[milter]\nlisten = \"inet:10724\"\n",
    "[milter]\nlisten = \"unix:run/mg.sock\"\n",
    "[milter]\nlisten = [\"unix:/run/mg.sock\", \"unix:/run/mg.sock\"]\n",
    "[milter]\nlisten = []\n",
    "[milter]\nlisten = [\n  \"inet:127.0.0.1:10724\",\n  10724,\n]\n",
    "[milter]\nsocket_mode = 660\n",
    "[milter]\nsocket_mode = \"0000\"\n",
    "[milter]\nsocket_mode = \"rw-rw----\"\n",
    "[milter]\nmax_sessions = 0\n",
    "[milter]\nmax_sessions = \"100\"\n",
    "[milter]\nidle_timeout = 60\n",
    "[milter]\nidle_timeout = \"60\"\n",
    "[milter]\nidle_timeout = \"3 weeks\"\n",
    "[milter]\nfirst_frame_timeout = \"100ms\"\n",
    "[milter]\ndrain_timeout = \"2h\"\n",
    "[http]\nlisten = \"10725\"\n",
    "[http]\nlisten = \"inet:127.0.0.1:10725\"\n",
    "[http]\nlisten = \"unix:/run/mg-http.sock\"\n",
    "[http]\nlisten = \"127.0.0.1:10724\"\n",
    "[milter]\nlisten = [\"unix:/run/mg.sock\", \"inet:10725@127.0.0.1\"]\n",
    "[http]\nlisten = false\n",
    "[http]\nlisten = \"localhost\"\n",
    "[log]\nformat = \"jsno\"\n",
    "[log]\nlevel = \"trace\"\n",
    "[log]\nlevel = 3\n",
    "[scan]\ndepth = 65\n",
    "[scan]\ndepth = -1\n",
    "[scan]\nparts = 1.5\n",
    "[scan]\nparts = 99999999999999999999\n",
    "[policy]\ntag = \"none\"\n",
    "[policy]\nquarantine = [\"type-executabl\"]\n",
    "[policy]\nreject = [\"size-near-own-limit\"]\nquarantine = [\"content-zip-truncated\", \"size-near-own-limit\"]\n",
    "[policy]\nreject = [\"content-*\"]\ntempfail = [\"content-zip-truncated\"]\n",
    "[policy]\nmode = \"dry-run\"\n",
    "[policy]\nquarantine = \"type-executable\"\n",
    "[policy]\nquarantine = [\"content\"]\n",
    "[policy]\nquarantine = [\"contents-*\"]\n",
    "[policy]\nquarantine = [\"eror+\"]\n",
    "[policy]\nquarantine = [\"content-*\", \"content-zip-truncated\"]\n",
    "[policy]\nquarantine = [\"warning+\", \"error\"]\n",
    "[policy]\nreject = [\"size-aborted-in-data\"]\n",
    "[policy]\nreject = [\"date-past\"]\nlevels = { \"date-*\" = \"off\" }\n",
    "[policy]\nreject = [\"error\"]\n[policy.levels]\n\"error\" = \"warning\"\n",
    "[policy.levels]\n\"date-past\" = \"of\"\n\"dates-*\" = \"info\"\n\"date-future\" = 3\n",
    "[policy.levels]\n\"tnef-*\" = \"info\"\n\"tnef-truncated\" = \"info\"\n\"tnef-only-body\" = \"info\"\n\"tnef-contains-files\" = \"off\"\n\"tnef-attachment\" = \"off\"\n\"tnef-name-without-content\" = \"off\"\n",
    "[policy]\nlevels = [\"date-past\"]\n",
    "[policy]\nreply = \"{titel} is not welcome\"\n",
    "[policy]\nreply = \"Subject: {subject}\"\n",
    "[policy]\nreply = \"Zu gro\u{df}\"\n",
    "[policy]\nreply = \"no\\r\\n250 OK\"\n",
    "[policy]\nreply = \"100% no\"\n",
    "[policy]\nreply = \"{title} {title} {title} {title} {title} {title} {title}\"\n",
    "[policy]\nown_domains = [\"anna@example.org\"]\n",
    "[policy]\nown_domains = \"example.org\"\n",
    "[policy]\nown_daemons = [\"smtps smtp\"]\n",
    "[policy]\nskip = [\"loopback\"]\n",
    "[policy.destination_limits]\n\"example.org\" = \"25\"\n\"Example.ORG.\" = \"30 MB of files\"\n",
    "[policy.destination_limits]\n\"example.org\" = \"25M\"\n\"a b\" = \"25 MB\"\n\"example.net\" = 0\n\"example.com\" = true\n",
    "[policy]\nshipped_limits = \"no\"\n",
    "[policy]\nrules = [\"type-executable\"]\n",
    "[policy.rules]\nfindings = [\"type-executable\"]\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\n",
    "[[policy.rules]]\naction = \"reject\"\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"drop\"\nrecipients = [\"example.org\"]\n[[policy.rules]]\nfindings = [\"type-executabel\"]\naction = \"reject\"\ndirection = \"inbuond\"\n",
    "[[policy.rules]]\nfindings = []\naction = \"reject\"\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\nrecipient_domains = []\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"quarantine\"\nreply = \"No programs here\"\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\ndirection = \"inbound\"\nauthenticated = true\n",
    "[policy]\nown_networks = [\"192.0.2.0/24\"]\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\ndirection = \"inbound\"\nnetworks = [\"192.0.2.7\"]\n",
    "[policy]\nown_daemons = [\"submission\"]\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\ndirection = [\"inbound\"]\ndaemons = [\"submission\"]\n",
    "[policy]\nskip = [\"192.0.2.0/24\"]\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\nnetworks = [\"192.0.2.0/25\"]\n",
    "[policy]\nskip = [\"authenticated\"]\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\nauthenticated = true\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"accept\"\n",
    "[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"tag\"\n",
    "[policy]\nreject = [\"type-*\"]\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"quarantine\"\ndirection = \"inbound\"\n",
    "[[policy.rules]]\nfindings = [\"type-*\"]\naction = \"reject\"\n[[policy.rules]]\nfindings = [\"type-executable\"]\naction = \"reject\"\nauthenticated = false\n",
    "[limits]\ndepth = 64\n",
    "[limits]\ndate_behind = \"30\"\n",
    "[store]\nurl = \"mysql://db\"\n",
    "[store]\nurl = \"postgres://mg:secret@db/mailgauge\"\n",
    "[store]\ndirectory = \"var/lib\"\n",
    "[store]\nretention = \"1h\"\n",
    "[keys]\nperiod = \"year\"\n",
    "[lookup]\nticket = \"INC-(\"\n",
    "[lookup]\nauditors = \"anna\"\n",
    "[lookup]\nproxies = [\"proxy.example.org\"]\n",
    "[lookup]\nuser_header = \"X User\"\n",
    "[lookup]\nlisten = \"127.0.0.1:10725\"\n",
    "[http]\nlisten = \"127.0.0.1:10726\"\n",
    "[milter]\nlisten = [\"inet:127.0.0.1:10726\"]\n",
    "[lookup]\nlisten = \"0.0.0.0:10726\"\n",
    "[lookup]\nlisten = \"desk.example.org:443\"\nusers = \"/etc/mailgauge/users\"\n",
    "[lookup]\ncertificate = \"/etc/mailgauge/chain.pem\"\n",
    "[lookup]\nprivate_key = \"/etc/mailgauge/key.pem\"\n",
    "[limits]\nmessage_size_limit = \"25M\"\n",
    "[limits]\nmessage_size_limit = \"lots\"\n",
    "[limits]\nmessage_size_limit = 0\n",
    "[limits]\nmessage_size_limit = \"2 TiB\"\n",
    "[milter]\nmax_sessions = 1\nmax_sessions = 2\n",
    "[milter\n",
    "[policy]\ntag = all\n",
    "[policy]\ntag: \"all\"\n",
    "[log]\nlevel = \"info\n",
    "[scan]\ndepth = 70\nparst = 3\n\n[http]\nlisten = 1\n",
    "[scan]\n# tiefe der Schachtelung: ä\n\"dépth\" = 3\n",
];

#[test]
fn mistakes_are_named_with_place_and_way_out() {
    let all: Vec<_> = BAD.iter().map(|text| bad(text)).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn the_empty_file_is_the_default() {
    assert_eq!(Config::parse(""), Ok(Config::default()));
}

#[test]
fn what_is_printed_reads_back() {
    let default = Config::default();
    assert_eq!(Config::parse(&default.to_toml()), Ok(default));
    let text = r#"
        [milter]
        listen = ["unix:/run/mailgauge/milter.sock", "inet:10724@::1"]
        socket_mode = "600"
        max_sessions = 1_000
        idle_timeout = "90 s"
        [http]
        listen = "off"
        [log]
        format = "json"
        level = "debug"
        [scan]
        depth = 8
        [policy]
        mode = "observe"
        tag = "findings"
        quarantine = ["content-*", "notice"]
        reject = ["type-executable"]
        reply = "No. {title}, ask for {reference}"
        own_domains = ["example.org", "*.example.org"]
        own_networks = ["192.0.2.0/24", "2001:db8::/32"]
        own_daemons = ["submission"]
        skip = ["local", "authenticated", "198.51.100.7"]
        shipped_limits = false
        [policy.levels]
        "date-*" = "off"
        mime-truncated = "error"
        warning = "notice"
        [policy.destination_limits]
        "example.com" = "25 MiB"
        "*.example.com" = "20 MB of files"
        "icloud.com" = "off"
        [[policy.rules]]
        findings = ["type-executable"]
        action = "accept"
        recipient_domains = ["lab.example.org"]
        [[policy.rules]]
        findings = ["size-exceeds-destination-limit", "notice"]
        action = "reject"
        mode = "observe"
        direction = ["outbound", "internal"]
        networks = ["203.0.113.0/24"]
        daemons = ["smtps"]
        authenticated = false
        reply = "Too large{sizes}"
        [limits]
        message_size_limit = "25 MiB"
    "#;
    let config = Config::parse(text).unwrap();
    assert_eq!(config.settings.thresholds.message_size_limit, 25 << 20);
    assert_eq!(config.socket_mode, 0o600);
    assert_eq!(config.http, None);
    assert_eq!(Config::parse(&config.to_toml()), Ok(config));
}

#[test]
fn a_single_address_needs_no_list() {
    let config = Config::parse("[milter]\nlisten = \"local:/run/mg.sock\"\n").unwrap();
    assert_eq!(config.listen, [Address::Unix("/run/mg.sock".into())]);
}

#[test]
fn the_example_is_the_default_with_and_without_its_marks() {
    let example = example();
    assert_eq!(Config::parse(&example), Ok(Config::default()));
    let uncommented: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert_ne!(uncommented, example);
    assert_eq!(Config::parse(&uncommented), Ok(Config::default()));
    for key in SECTIONS.iter().flat_map(|s| s.keys) {
        assert!(uncommented.lines().any(|l| l.starts_with(&format!("{} = ", key.name))), "{}", key.name);
    }
}

#[test]
fn the_look_up_may_be_open_to_those_who_say_who_they_are() {
    for lookup in [
        "listen = \"[::1]:1\"",
        "listen = \"LOCALHOST:1\"",
        "listen = \"off\"\nusers = \"/u\"",
        "listen = \"0.0.0.0:1\"\nproxies = [\"192.0.2.1\"]",
        "listen = \"[::]:1\"\nusers = \"/u\"\ncertificate = \"/c\"\nprivate_key = \"/k\"",
    ] {
        assert!(Config::parse(&format!("[lookup]\n{lookup}\n")).is_ok(), "{lookup}");
    }
    // Passwords of those who do not come through the proxy would go unencrypted.
    bad("[lookup]\nlisten = \"[::]:1\"\nusers = \"/u\"\nproxies = [\"192.0.2.1\"]\n");
}

#[test]
fn a_reload_tells_what_needs_a_restart() {
    let old = Config::default();
    let new = Config::parse("[http]\nlisten = \"off\"\n[policy]\ntag = \"off\"\n[log]\nlevel = \"warn\"\n").unwrap();
    assert_eq!(old.needs_restart(&new), ["http.listen", "log.level"]);
}

#[test]
fn unreadable_files_are_named() {
    let missing = Config::load(Some(Path::new("/nonexistent/mailgauge.toml"))).unwrap_err();
    assert_eq!(missing.to_string(), "cannot read /nonexistent/mailgauge.toml: No such file or directory (os error 2)");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latin1.toml");
    std::fs::write(&path, b"[log]\n# Gr\xF6\xDFe\n").unwrap();
    let shown = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(shown.contains("latin1.toml:2:5: this is not UTF-8"), "{shown}");
}

proptest::proptest! {
    /// Whatever stands in the file, there is an answer, and its places can be shown.
    #[test]
    fn no_text_makes_it_panic(pieces in proptest::collection::vec(piece(), 0..12)) {
        if let Err(problems) = Config::parse(&pieces.concat()) {
            proptest::prop_assert!(!problems.is_empty());
            for problem in problems {
                let _ = problem.to_string();
            }
        }
    }
}

fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let fragments = [
        "[milter]\n",
        "[scan]\n",
        "[http]\n",
        "[log]\n",
        "listen",
        "depth",
        "level",
        " = ",
        "\n",
        "\r\n",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "#",
        "0x",
        "-1",
        "65",
        "1e9",
        "true",
        "inf",
        "1979-05-27",
        "\"inet:[::1]:0\"",
        "\"off\"",
        "\"9\"",
        "ä",
        "\t",
        "\\u",
        "🦀",
    ];
    prop_oneof![prop::sample::select(fragments.to_vec()).prop_map(str::to_owned), any::<String>()]
}
