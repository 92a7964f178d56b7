//! Panics are told by their location only: their text can quote a mail.

use std::io::{self, Write};
use std::panic;

/// Replaces the panic hook of the process by one that says where a panic happened, and nothing else: in the log, or on stderr where
/// there is none.
///
/// The standard hook prints the panic's text, and a text such as `byte index 7 is not a char boundary; it is inside 'é' of ...`
/// quotes what was being read.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        let (file, line, column) = info.location().map_or(("unknown", 0, 0), |l| (l.file(), l.line(), l.column()));
        if tracing::dispatcher::has_been_set() {
            tracing::error!(target: "mailgauge::panic", file, line, column, "panic");
        } else {
            let _ = writeln!(io::stderr(), "mailgauge: panic at {file}:{line}:{column}");
        }
    }));
}
