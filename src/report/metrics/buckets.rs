//! The buckets of the histograms, each with its reason.

pub(super) const MIB: f64 = 1_048_576.0;

pub(super) const WIRE_BYTES: &[(f64, &str)] = &[
    (4_096.0, "a short text"),
    (16_384.0, "a text with its HTML twin"),
    (65_536.0, "a newsletter"),
    (262_144.0, "with a picture or two"),
    (MIB, "with a small document"),
    (5.0 * MIB, "a limit still met at old or small systems"),
    (10_240_000.0, "Postfix's default `message_size_limit`"),
    (20.0 * MIB, "iCloud and Outlook.com, by size of mail"),
    (25.0 * MIB, "the limit most often quoted for a mail"),
    (35_882_577.0, "Gmail's `SIZE` at submission: 25 MiB of attachments as base64"),
    (50.0 * MIB, "Gmail inbound"),
    (69_920_427.0, "GMX and WEB.DE"),
    (100.0 * MIB, "beyond what most systems take"),
    (150.0 * MIB, "the most Exchange Online can be set to"),
];

pub(super) const DECODED_BYTES: &[(f64, &str)] = &[
    (16_384.0, "a signature's logo"),
    (131_072.0, "a short document"),
    (MIB, "a document with pictures"),
    (5.0 * MIB, "a photo"),
    (7_483_150.0, "the largest file that fits into 10,240,000 bytes of mail as base64"),
    (10_240_000.0, "Postfix's default `message_size_limit`: as base64 it no longer fits"),
    (20.0 * MIB, "iCloud, Outlook.com"),
    (25.0 * MIB, "Gmail and Yahoo, outbound"),
    (35.0 * MIB, "Exchange Online by default"),
    (50.0 * MIB, "Gmail inbound, GMX and WEB.DE"),
    (100.0 * MIB, "beyond what most systems take"),
];

pub(super) const ATTACHMENTS: &[(f64, &str)] = &[
    (0.0, "none"),
    (1.0, "one"),
    (2.0, "two"),
    (5.0, "a handful"),
    (10.0, "a dozen at most"),
    (25.0, "a folder of photos"),
    (100.0, "a mail made by a program"),
    (250.0, "Exchange Online refuses more than 250 parts"),
];

pub(super) const SCAN_SECONDS: &[(f64, &str)] = &[
    (0.000_025, "a small mail"),
    (0.000_1, "a tenth of a millisecond: what a small mail may cost"),
    (0.000_5, "about 1 MiB"),
    (0.002_5, "about 10 MiB"),
    (0.01, "about 30 MiB"),
    (0.05, "about 200 MiB"),
    (0.25, "a user begins to notice"),
    (1.0, "something is wrong"),
    (10.0, "a third of Postfix's default command time-out"),
];
