//! A site over a store in memory, and a client that speaks plain HTTP.

use super::super::*;
use crate::catalogue::{self, Finding};
use crate::policy::{Matched, Policy, Selector};
use crate::pseudonym::{Address, Key, KeyId, Keyring, MessageId};
use crate::report::{Direction, Ending, QueueId, Reference};
use crate::scan::{EnvelopeFacts, Limits, Scanner};
use crate::store::audit::Chain;
use crate::store::memory::Memory;
use crate::store::{Kept, NewRecord};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// A key for all time.
fn key() -> Key {
    Key::new(KeyId(1), 0, i64::MAX, &[7; Key::SECRET])
}

/// A record of this mail: from the header and body, with the findings it gives.
pub fn record(minutes_ago: i64, mail: &str, direction: Direction, change: impl FnOnce(&mut Kept)) -> NewRecord {
    let (header, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
    let mut scanner = Scanner::new(Limits::default(), EnvelopeFacts::default());
    for line in header.lines() {
        let (name, value) = line.split_once(':').unwrap();
        scanner.header(name.as_bytes(), value.as_bytes());
    }
    scanner.end_of_headers();
    scanner.body(body.replace('\n', "\r\n").as_bytes());
    let facts = scanner.finish();
    let findings: Vec<Finding> = catalogue::diagnose(&facts, &catalogue::Thresholds::default());
    let verdict = Policy { quarantine: vec![Selector::Id("type-executable")], ..Policy::default() }
        .decide(&findings, &Matched::default());
    let bits = 0x0012_3456_789A_BCDE_u64.wrapping_add(minutes_ago as u64 * 0x9E37_79B9);
    let record = crate::report::Record {
        time: unix_time() - minutes_ago * 60,
        reference: Reference::from_bits(bits),
        queue_id: QueueId::parse(format!("4TxY6W{minutes_ago}").as_bytes()),
        parties: crate::report::Parties::default(),
        recipients: 1,
        refused: None,
        direction,
        ending: Ending::Measured,
        facts,
        findings,
        verdict,
        scan_time: Duration::from_micros(1234),
    };
    let mut new = NewRecord::of(&record);
    change(&mut new.kept);
    let (jan, shop) = (address("jan@example.org"), address("shop@example.com"));
    let id = MessageId::parse(format!("<{minutes_ago}@example.com>").as_bytes()).unwrap();
    new.tokens = vec![key().recipient(&jan), key().sender(&shop), key().message_id(&id)];
    new
}

fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap()
}

const HEAD: &str = "From: a@example.com\nTo: b@example.org\nSubject: x\nDate: Tue, 24 Nov 2026 12:00:00 +0000\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\n";

/// Mails as a helpdesk meets them.
pub fn examples() -> Vec<NewRecord> {
    let plain = format!("{HEAD}Content-Type: text/plain\n\nHello\n");
    let with = |kind: &str, name: &str, content: &str| {
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n\n--b\nContent-Type: {kind}; name={name}\n\
             Content-Disposition: attachment; filename={name}\nContent-Transfer-Encoding: base64\n\n{content}\n--b--\n"
        )
    };
    // A DOS header that leads to the magic of a program for Windows.
    let program = [b"MZ".as_slice(), &[0; 58], &[64, 0, 0, 0], b"PE\0\0\x4c\x01\x01\0", &[0; 200]].concat();
    let program = base64_simd::STANDARD.encode_to_string(program);
    let size = |bytes: u64| {
        move |kept: &mut Kept| {
            kept.wire_bytes = bytes;
            for part in kept.parts.iter_mut().filter(|p| p.role == crate::store::PartRole::Attachment) {
                part.decoded_bytes = bytes * 72 / 100;
                kept.attachment_bytes = part.decoded_bytes;
            }
        }
    };
    let large = catalogue::find("size-exceeds-common-limit").unwrap();
    let too_large = move |kept: &mut Kept| {
        size(35_872_337)(kept);
        kept.level = Some(large.level);
        let finding = serde_json::json!([{ "id": large.id, "part": null }]);
        kept.findings = serde_json::from_value(finding).unwrap();
    };
    vec![
        record(12, &plain, Direction::Inbound, |_| ()),
        record(47, &with("application/pdf", "offer.pdf.exe", &program), Direction::Inbound, size(184_320)),
        record(
            190,
            &with("application/zip", "drawings.zip", "UEsDBBQAAAAIAAAAIQAAAAAAAAAAAAAAAAAFAAAAYS50eHQ="),
            Direction::Inbound,
            size(22_400_000),
        ),
        record(1400, &with("application/pdf", "plan.pdf", "JVBERi0xLjQKJSVFT0YK"), Direction::Outbound, too_large),
        record(2000, &plain, Direction::Internal, |kept| kept.ending = Ending::Aborted),
    ]
}

/// A site that is served.
pub struct Site {
    pub address: SocketAddr,
    pub shelf: Memory,
    pub settings: watch::Sender<Arc<Settings>>,
    /// What is served, without a socket.
    pub router: Router,
    pub metrics: Arc<Metrics>,
    registry: prometheus::Registry,
}

/// An answer: status, header block, body.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    pub header: String,
    pub body: String,
}

impl Answered {
    /// The value of a header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let lines = self.header.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Site {
    pub async fn start(access: Access) -> Site {
        Site::start_at("127.0.0.1:0", access, examples()).await
    }

    pub async fn start_at(address: &str, access: Access, records: Vec<NewRecord>) -> Site {
        let shelf = Memory::default();
        shelf.contents().records = records;
        let open = shelf.opener();
        let desk = Arc::new(Desk::new(open, Arc::new(Keyring::new(vec![key()])), Chain::new(&[3; Chain::KEY])));
        let (settings, current) = watch::channel(Arc::new(Settings::default()));
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let tls = Tls::open(&access).unwrap();
        let registry = prometheus::Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let router = router(desk, current, &access, metrics.clone()).unwrap();
        tokio::spawn(serve(listener, router.clone(), tls, std::future::pending()));
        Site { address, shelf, settings, router, metrics, registry }
    }

    /// The value of a series, as Prometheus reads it.
    pub fn counted(&self, series: &str) -> u64 {
        let text = prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no series {series}")).parse().unwrap()
    }

    /// Look-ups that ended so.
    pub fn looked_up(&self, result: &str) -> u64 {
        self.counted(&format!("mailgauge_lookups_total{{result=\"{result}\"}}"))
    }

    /// Sends a request as it is, and gives the answer.
    pub async fn send(&self, request: impl Into<Vec<u8>>) -> Answered {
        let (address, request) = (self.address, request.into());
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            // A server that refuses a body may close while it is being sent.
            let _ = stream.write_all(&request);
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes);
            let text = String::from_utf8(bytes).expect("answers are UTF-8");
            let (header, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
            let status = header.split(' ').nth(1).unwrap().parse().unwrap();
            Answered { status, header: header.to_owned(), body: body.to_owned() }
        })
        .await
        .unwrap()
    }

    pub async fn get(&self, path: &str, fields: &str) -> Answered {
        let host = if fields.contains("Host:") { "" } else { "Host: localhost\r\n" };
        self.send(format!("GET {path} HTTP/1.0\r\n{host}{fields}\r\n")).await
    }

    pub async fn post(&self, path: &str, kind: &str, fields: &str, body: &[u8]) -> Answered {
        let host = if fields.contains("Host:") { "" } else { "Host: localhost\r\n" };
        let mut request = format!(
            "POST {path} HTTP/1.0\r\n{host}Content-Type: {kind}\r\nContent-Length: {}\r\n{fields}\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.send(request).await
    }

    /// Fills the form in as a browser does: fetches it first.
    pub async fn ask(&self, fields: &str, form: &[(&str, &str)]) -> Answered {
        let page = self.get("/", fields).await;
        assert_eq!(page.status, 200, "{page:?}");
        let cookie = page.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let token = super::token_of(&page.body);
        let mut form: HashMap<&str, &str> = form.iter().copied().collect();
        form.entry("token").or_insert(&token);
        self.post("/lookup", FORM, &format!("{fields}Cookie: {cookie}\r\n"), encoded(&form).as_bytes()).await
    }

    pub async fn api(&self, fields: &str, look_up: serde_json::Value) -> Answered {
        self.post("/api/v1/lookup", "application/json", fields, look_up.to_string().as_bytes()).await
    }

    /// What was written into the audit log.
    pub fn audited(&self) -> Vec<crate::store::audit::Entry> {
        self.shelf.contents().rows.iter().map(|row| row.entry.clone()).collect()
    }
}

pub const FORM: &str = "application/x-www-form-urlencoded";

/// A form's body, every byte of it encoded.
pub fn encoded(form: &HashMap<&str, &str>) -> String {
    form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}

/// Every byte as `%XX`.
pub fn percent(text: &str) -> String {
    let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
    text.bytes().flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)]).collect()
}
