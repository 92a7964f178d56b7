//! The `mailgauge` command; everything it does is in [`mailgauge::cli`].
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mailgauge::cli::main()
}
