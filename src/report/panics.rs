//! Panics are told by their location only: their text can quote a mail.

use std::panic;

/// Replaces the panic hook of the process by one that logs where a panic happened, and nothing else.
///
/// The standard hook prints the panic's text, and a text such as `byte index 7 is not a char boundary; it is inside 'é' of ...`
/// quotes what was being read.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        let (file, line, column) = info.location().map_or(("unknown", 0, 0), |l| (l.file(), l.line(), l.column()));
        tracing::error!(target: "mailgauge::panic", file, line, column, "panic");
    }));
}
