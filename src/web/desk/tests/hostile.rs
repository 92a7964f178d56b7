//! Ten thousand hostile strings in every input: never a fault, never repeated but in the form's own fields, never in a log.

use super::super::*;
use super::fixture::{FORM, Site, encoded};
use super::token_of;
use std::collections::HashMap;
use std::sync::Mutex;

const STRINGS: u64 = 10_000;

/// What stands before each string, so that it is found wherever it goes.
const MARK: &str = "ZQXJ";

const PIECES: &[&str] = &[
    "' OR '1'='1",
    "'; DROP TABLE records; --",
    "\" UNION SELECT * FROM audit --",
    "1; ATTACH '/etc/passwd'",
    "\\'; --",
    "$1",
    "?1",
    "%",
    "_",
    "*",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea><b>",
    "<!--",
    "]]>",
    "&lt;",
    "&#60;",
    "{{7*7}}",
    "${7*7}",
    "javascript:alert(1)",
    "' autofocus onfocus='alert(1)",
    "\r\nSet-Cookie: a=b",
    "\r\n\r\n<html>",
    "%0d%0aX: y",
    "\n",
    "\0",
    "\u{1b}[31m",
    "../../etc/passwd",
    "..\\..\\",
    "/dev/null",
    "file:///etc/passwd",
    "|id",
    "`id`",
    "$(id)",
    "%s%n%x",
    "{}",
    "{\"a\":1}",
    "[[[[[[",
    "\u{202e}",
    "\u{feff}",
    "\u{200b}",
    "é",
    "e\u{301}",
    "ﬀ",
    "ı",
    "ß",
    "🦀",
    "\u{10ffff}",
    "\u{fffd}",
    "xn--",
    "xn--a-ecp.ru",
    "@",
    "@@",
    "<>",
    "<@a,@b:c@d>",
    "\"a b\"@c",
    "a@[IPv6:::1]",
    "+",
    "a+b@c",
    "=",
    ";",
    ",",
    "-1",
    "9223372036854775808",
    "1e309",
    "NaN",
    "null",
    "true",
    "all",
    "7d",
];

/// Strings from a seed (xorshift64*), each of some pieces and characters.
struct Strings(u64);

impl Strings {
    fn number(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }

    fn next(&mut self) -> String {
        let mut text = MARK.to_owned();
        for _ in 0..=self.number(4) {
            match self.number(8) {
                0 => text.extend(char::from_u32(self.number(0x11_0000) as u32)),
                1 => text.push_str(&"A".repeat(self.number(300) as usize)),
                _ => text.push_str(PIECES[self.number(PIECES.len() as u64) as usize]),
            }
        }
        // All fields of a form at once fit into a body of 16 KiB, each byte as `%XX`.
        text.chars().take(400).collect()
    }
}

/// A log that is listened to.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const FIELDS: [&str; 7] = ["ticket", "recipient", "sender", "reference", "queue_id", "message_id", "since"];

#[test]
fn hostile_strings_have_no_effect() {
    // What all threads of this server log, at every level there is.
    let log = Heard::default();
    let heard = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || heard.clone()).finish();
    let dispatch = tracing::Dispatch::new(subscriber);
    let entered = move || std::mem::forget(tracing::dispatcher::set_default(&dispatch));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(entered)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::spawn(try_all()).await.unwrap() });
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("written into the audit log"), "the log was not heard");
    assert!(!log.contains(MARK), "the log repeats what was typed");
}

async fn try_all() {
    let site = Site::start(Access::default()).await;
    site.settings.send_modify(|settings| Arc::make_mut(settings).desk.rate_limit = u32::MAX);
    let page = site.get("/", "").await;
    let cookie = format!("Cookie: {}\r\n", page.field("set-cookie").unwrap().split(';').next().unwrap());
    let token = token_of(&page.body);
    let mut strings = Strings(0x6D61_696C_6761_7567);
    let mut answered = 0;
    for round in 0..STRINGS {
        let text = strings.next();
        // Each field in its turn; in some rounds, all of them at once.
        let field = FIELDS[(round % 7) as usize];
        let mut form = HashMap::from([("token", token.as_str()), ("ticket", "INC-1")]);
        if matches!(field, "ticket" | "since") {
            form.insert("recipient", "jan@example.org");
        }
        if round % 10 == 9 {
            form.extend(FIELDS.map(|field| (field, text.as_str())));
        } else {
            form.insert(field, &text);
        }
        let page = site.post("/lookup", FORM, &cookie, encoded(&form).as_bytes()).await;
        assert!(matches!(page.status, 200 | 422), "{text:?}: {page:?}");
        assert!(!page.header.contains(MARK), "{text:?}: {page:?}");
        // Only as the value of a field, and there it cannot leave the quotes.
        for (at, _) in page.body.match_indices(MARK) {
            assert!(page.body[..at].ends_with("value=\""), "{text:?}");
            let inside = page.body[at..].split('"').next().unwrap_or_default();
            assert!(!inside.contains(['<', '>']), "{text:?}: {inside}");
        }
        answered += u32::from(page.status == 200);

        let mut look_up: serde_json::Map<_, _> = [("ticket".to_owned(), "INC-1".into())].into_iter().collect();
        if matches!(field, "ticket" | "since") {
            look_up.insert("recipient".into(), "jan@example.org".into());
        }
        look_up.insert(field.into(), text.clone().into());
        if round % 50 == 49 {
            // As the name of a key.
            look_up.insert(text.clone(), 1.into());
        }
        let api = site.api("", look_up.into()).await;
        assert!(matches!(api.status, 200 | 400 | 422), "{text:?}: {api:?}");
        assert!(!api.header.contains(MARK) && !api.body.contains(MARK), "{text:?}: {api:?}");

        if round % 20 == 0 {
            // As it is: in a path, a query, header fields and a body that is nothing.
            let plain: String = text.chars().filter(|c| c.is_ascii_graphic()).collect();
            for request in [
                format!("GET /{plain} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
                format!("GET /?{plain} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
                format!("GET /audit?before={plain} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
                format!(
                    "GET / HTTP/1.0\r\nHost: localhost\r\nCookie: mailgauge={plain}\r\nAccept-Language: {plain}\r\nAuthorization: Basic {plain}\r\nX-Remote-User: {plain}\r\n\r\n"
                ),
                format!("GET / HTTP/1.0\r\nHost: {plain}\r\n\r\n"),
            ] {
                let answer = site.send(request).await;
                assert!(
                    answer.status < 500 && !answer.body.contains(MARK) && !answer.header.contains(MARK),
                    "{answer:?}"
                );
            }
            let garbage = site.post("/api/v1/lookup", "application/json", "", text.as_bytes()).await;
            assert!(garbage.status == 400 && !garbage.body.contains(MARK), "{garbage:?}");
        }
    }
    // Most of them are well-formed look-ups for something that is not there.
    assert!(answered > 2000, "{answered}");
}
