//! The scanner beside mail-parser's full parse, over ordinary and hostile mails.
//!
//! `cargo bench --bench scan` prints the throughput of both, so that the ratio is of one run.

#[path = "../tests/it/mails.rs"]
mod mails;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailgauge::scan::{EnvelopeFacts, Facts, Limits, Scanner};
use std::hint::black_box;
use std::time::Duration;

/// Bytes of a body chunk as Postfix sends them.
const CHUNK: usize = 65_535;

fn scan(mail: &[u8]) -> Facts {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    mail.chunks(CHUNK).for_each(|chunk| scanner.body(chunk));
    scanner.finish()
}

fn ordinary(c: &mut Criterion) {
    for made in mails::ORDINARY {
        let sizes: &[(&str, usize)] = match made.name {
            "header_heavy" => &[("8KiB", 8 << 10)],
            // Some 970 parts, which all get facts; and 30,000, of which all but a thousand are only counted.
            "many_parts" => &[("320KiB", 320 << 10), ("10MiB", 10 << 20)],
            _ => &[("10MiB", 10 << 20)],
        };
        for (label, size) in sizes {
            let mail = (made.make)(*size);
            let mut group = c.benchmark_group(format!("{}/{label}", made.name));
            group.throughput(Throughput::Bytes(mail.len() as u64));
            group.bench_function("mailgauge", |b| b.iter(|| scan(black_box(&mail))));
            group.bench_function("mail-parser", |b| {
                b.iter(|| mail_parser::MessageParser::default().parse(black_box(&mail[..])))
            });
            group.finish();
        }
    }
}

fn hostile(c: &mut Criterion) {
    let mut group = c.benchmark_group("hostile");
    for made in mails::HOSTILE {
        // The same throughput at both sizes: the cost grows with the mail and not faster.
        for (label, size) in [("1MiB", 1 << 20), ("4MiB", 4 << 20)] {
            let mail = (made.make)(size);
            group.throughput(Throughput::Bytes(mail.len() as u64));
            group.bench_function(format!("{}/{label}", made.name), |b| b.iter(|| scan(black_box(&mail))));
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = ordinary, hostile
}
criterion_main!(benches);
