//! Log lines as systemd's journal takes them, with fields: <https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>.
//!
//! tracing-journald sends on a blocking socket from wherever the line comes from, so that a hung journal would hang the mail.

use super::outlet::Outlet;
use std::fmt::{Debug, Write};
use std::io;
use std::os::unix::net::UnixDatagram;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

const SOCKET: &str = "/run/systemd/journal/socket";

/// A way to the journal.
///
/// # Errors
/// There is no journal.
pub fn sender() -> io::Result<impl FnMut(&[u8]) -> io::Result<()> + Send + 'static> {
    let socket = UnixDatagram::unbound()?;
    // The journal discards an empty message; it is sent to see whether there is a journal.
    socket.send_to(&[], SOCKET)?;
    // Not connected, so that a journal that was started anew is found.
    Ok(move |message: &[u8]| socket.send_to(message, SOCKET).map(drop))
}

/// Writes each event as one message of the journal.
pub struct Journal(pub Outlet);

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(Vec::with_capacity(512));
        let meta = event.metadata();
        fields.put("PRIORITY", priority(*meta.level()));
        fields.put("SYSLOG_IDENTIFIER", "mailgauge");
        fields.put("TARGET", meta.target());
        if let (Some(file), Some(line)) = (meta.file(), meta.line()) {
            fields.put("CODE_FILE", file);
            fields.put("CODE_LINE", &line.to_string());
        }
        event.record(&mut fields);
        self.0.put(fields.0);
    }
}

/// Levels of syslog: what is one line a mail is a notice there, and not mere information.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "5",
        _ => "6",
    }
}

struct Fields(Vec<u8>);

impl Fields {
    /// One field: with its length where its end could be mistaken.
    fn put(&mut self, name: &str, value: &str) {
        self.0.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            self.0.push(b'\n');
            self.0.extend_from_slice(&(value.len() as u64).to_le_bytes());
        } else {
            self.0.push(b'=');
        }
        self.0.extend_from_slice(value.as_bytes());
        self.0.push(b'\n');
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            return self.put("MESSAGE", value);
        }
        // The journal has fields of its own, and takes capital letters, digits and `_`.
        let mut name = String::from("F_");
        name.extend(field.name().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_'));
        self.put(&name.to_ascii_uppercase(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Metrics;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn one_message_an_event() {
        let metrics = Arc::new(Metrics::register(&prometheus::Registry::new()).unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let journal = sent.clone();
        let outlet = Outlet::open(&metrics, move |message| {
            journal.lock().unwrap().extend_from_slice(message);
            Ok(())
        });
        let outlet = outlet.unwrap();
        let subscriber = tracing_subscriber::registry().with(Journal(outlet.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "mailgauge::test", mail_level = "clean", wire_bytes = 7, two = "a\nb", "mail {}", 1);
        });
        outlet.flush();
        let sent = String::from_utf8(sent.lock().unwrap().clone()).unwrap();
        assert!(
            sent.starts_with("PRIORITY=4\nSYSLOG_IDENTIFIER=mailgauge\nTARGET=mailgauge::test\nCODE_FILE="),
            "{sent}"
        );
        for field in ["\nMESSAGE=mail 1\n", "\nF_MAIL_LEVEL=clean\n", "\nF_WIRE_BYTES=7\n"] {
            assert!(sent.contains(field), "{field} in {sent}");
        }
        assert!(sent.contains("\nF_TWO\n\x03\0\0\0\0\0\0\0a\nb\n"), "{sent}");
    }
}
