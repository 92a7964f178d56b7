//! Scans one made mail a number of times, for `benches/growth.sh` to count instructions: `made_mail NAME BYTES TIMES`, or
//! `made_mail` alone for the names.

#[path = "../tests/it/mails.rs"]
#[allow(dead_code)]
mod mails;

use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::process::ExitCode;

fn main() -> ExitCode {
    let all = || mails::ORDINARY.iter().chain(mails::HOSTILE);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = match &arguments[..] {
        [] => {
            all().for_each(|made| println!("{}", made.name));
            return ExitCode::SUCCESS;
        }
        [name, bytes, times] => {
            all().find(|made| made.name == *name).zip(bytes.parse::<usize>().ok()).zip(times.parse::<u32>().ok())
        }
        _ => None,
    };
    let Some(((made, bytes), times)) = wanted else {
        eprintln!("usage: made_mail [NAME BYTES TIMES]");
        return ExitCode::from(2);
    };
    let mail = (made.make)(bytes);
    for _ in 0..times {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        mail.chunks(65_535).for_each(|chunk| scanner.body(chunk));
        std::hint::black_box(scanner.finish());
    }
    ExitCode::SUCCESS
}
