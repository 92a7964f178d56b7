//! Ten thousand hostile strings, each in every input of the page and the API: never a fault, never repeated but in the form's own fields,
//! never in a log, and never another mail in the answer.

use super::super::*;
use super::behind_proxy;
use super::fixture::{Answered, FORM, Site, encoded, percent};
use super::token_of;
use crate::hostile::{MARK, STRINGS, strings};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request as HttpRequest};
use std::collections::HashMap;
use std::sync::Mutex;
use tower_service::Service;

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

/// Header fields that are read where everybody of this machine may ask, and two that are not read.
const HEADERS: [&str; 7] = ["accept-language", "authorization", "cookie", "forwarded", "host", "referer", "user-agent"];

/// Those that are read with a form from a proxy.
const PROXY_HEADERS: [&str; 5] = ["origin", "sec-fetch-site", "x-forwarded-host", "x-forwarded-proto", "x-remote-role"];

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
    // With one subscriber alone, tracing asks that of the thread which logs first at a place: a test beside this one has none, and nobody
    // would be heard there any more.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    runtime.block_on(async {
        let all: Arc<Vec<String>> = Arc::new(strings().collect());
        assert_eq!(all.len(), STRINGS);
        let tries = [
            tokio::spawn(in_form_and_api(all.clone())),
            tokio::spawn(in_headers_and_paths(all.clone())),
            tokio::spawn(as_credentials(all.clone())),
            tokio::spawn(beside_the_metrics(all.clone())),
            tokio::spawn(as_bytes_on_a_socket(all)),
        ];
        for tried in tries {
            tried.await.unwrap();
        }
    });
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("written into the audit log"), "the log was not heard");
    assert!(!log.contains(MARK), "the log repeats what was typed");
}

/// Asks the router itself, from this machine: most of these strings would not get past an HTTP client.
async fn call(site: &Site, method: &str, uri: &str, fields: &[(&str, HeaderValue)], body: Vec<u8>) -> Answered {
    let mut request = HttpRequest::builder().method(method).uri(uri).body(Body::from(body)).unwrap();
    for (name, value) in fields {
        request.headers_mut().append(header::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.clone());
    }
    request.extensions_mut().insert(ConnectInfo(Peer(IpAddr::from([127, 0, 0, 1]))));
    let response = site.router.clone().call(request).await.unwrap();
    let status = response.status().as_u16();
    let header = response.headers().iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let header = header.collect();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answered { status, header, body: String::from_utf8(body.to_vec()).expect("answers are UTF-8") }
}

fn fixed(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap()
}

/// As much of a string as a header field can have at all (RFC 9110 §5.5).
fn in_a_header(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text.bytes().filter(|byte| *byte >= b' ' && *byte != 0x7F).collect();
    HeaderValue::from_bytes(&bytes).unwrap()
}

/// What was typed stands in a page only as the value of a field, and there it cannot leave the quotes.
fn only_in_fields(page: &Answered, text: &str) {
    assert!(!page.header.contains(MARK), "{text:?}: {page:?}");
    for (at, _) in page.body.match_indices(MARK) {
        assert!(page.body[..at].ends_with("value=\""), "{text:?}");
        let inside = page.body[at..].split('"').next().unwrap_or_default();
        assert!(!inside.contains(['<', '>']), "{text:?}: {inside}");
    }
}

fn nowhere(answer: &Answered, text: &str) {
    assert!(answer.status < 500, "{text:?}: {answer:?}");
    assert!(!answer.header.contains(MARK) && !answer.body.contains(MARK), "{text:?}: {answer:?}");
}

async fn in_form_and_api(all: Arc<Vec<String>>) {
    let mut answered = 0;
    // The audit log of the tests' store is searched from end to end for the rate limit: a new one now and then.
    for some in all.chunks(200) {
        answered += in_form_and_api_of_one_site(some).await;
    }
    assert!(answered > 20_000, "{answered}");
}

async fn in_form_and_api_of_one_site(some: &[String]) -> usize {
    let site = Site::start(Access::default()).await;
    site.settings.send_modify(|settings| Arc::make_mut(settings).desk.rate_limit = u32::MAX);
    let host = ("host", fixed("localhost"));
    let page = call(&site, "GET", "/", std::slice::from_ref(&host), Vec::new()).await;
    let cookie = ("cookie", fixed(page.field("set-cookie").unwrap().split(';').next().unwrap()));
    let token = token_of(&page.body);
    let (as_form, as_json) = (("content-type", fixed(FORM)), ("content-type", fixed("application/json")));
    let form_fields = [host.clone(), cookie, as_form];
    let api_fields = [host, as_json];
    let before = site.shelf.contents().records.len();
    let mut answered = 0;
    for text in some {
        // Each field alone, then all of them at once.
        for field in FIELDS.iter().map(Some).chain([None]) {
            let mut form = HashMap::from([("token", token.as_str()), ("ticket", "INC-1")]);
            let mut look_up = serde_json::Map::from_iter([("ticket".to_owned(), "INC-1".into())]);
            if matches!(field, Some(&("ticket" | "since"))) {
                form.insert("recipient", "nobody@example.org");
                look_up.insert("recipient".into(), "nobody@example.org".into());
            }
            match field {
                Some(field) => {
                    form.insert(field, text);
                    look_up.insert((*field).into(), text.clone().into());
                }
                None => {
                    form.extend(FIELDS.map(|field| (field, text.as_str())));
                    // As the name of a key.
                    look_up.insert(text.clone(), 1.into());
                }
            }
            let page = call(&site, "POST", "/lookup", &form_fields, encoded(&form).into_bytes()).await;
            assert!(matches!(page.status, 200 | 422), "{text:?}: {page:?}");
            only_in_fields(&page, text);
            assert!(!page.body.contains("class=\"mail"), "{text:?} finds a mail: {page:?}");
            let look_up = serde_json::to_vec(&look_up).unwrap();
            let api = call(&site, "POST", "/api/v1/lookup", &api_fields, look_up).await;
            assert!(matches!(api.status, 200 | 400 | 422), "{text:?}: {api:?}");
            nowhere(&api, text);
            assert!(api.status != 200 || api.body.contains("\"records\":[]"), "{text:?} finds a mail: {api:?}");
            answered += usize::from(page.status == 200) + usize::from(api.status == 200);
        }
        let form = HashMap::from([("token", text.as_str()), ("ticket", "INC-1"), ("recipient", "jan@example.org")]);
        let forged = call(&site, "POST", "/lookup", &form_fields, encoded(&form).into_bytes()).await;
        assert_eq!(forged.status, 403, "{text:?}: {forged:?}");
        only_in_fields(&forged, text);
        let garbage = call(&site, "POST", "/api/v1/lookup", &api_fields, text.clone().into_bytes()).await;
        assert_eq!(garbage.status, 400, "{text:?}: {garbage:?}");
        nowhere(&garbage, text);
        let garbage = call(&site, "POST", "/lookup", &form_fields, text.clone().into_bytes()).await;
        assert!((400..500).contains(&garbage.status), "{text:?}: {garbage:?}");
        only_in_fields(&garbage, text);
    }
    // What was answered is in the audit log, row by row, and nothing else has changed.
    assert_eq!(site.audited().len(), answered);
    assert_eq!(site.shelf.contents().records.len(), before);
    answered
}

async fn in_headers_and_paths(all: Arc<Vec<String>>) {
    let mut answered = 0;
    for some in all.chunks(200) {
        answered += in_headers_and_paths_of_one_site(some).await;
    }
    assert!(answered > 15_000, "{answered}");
}

async fn in_headers_and_paths_of_one_site(some: &[String]) -> usize {
    let (alone, proxied) = (Site::start(Access::default()).await, Site::start(behind_proxy()).await);
    proxied.settings.send_modify(|settings| Arc::make_mut(settings).desk.rate_limit = u32::MAX);
    let host = ("host", fixed("localhost"));
    let user = [("x-remote-user", fixed("anna")), ("x-remote-role", fixed("helpdesk"))];
    // A form of our own page, which is answered unless a header field says otherwise.
    let page = call(&proxied, "GET", "/", &[host.clone(), user[0].clone(), user[1].clone()], Vec::new()).await;
    let session = ("cookie", fixed(page.field("set-cookie").unwrap().split(';').next().unwrap()));
    let token = token_of(&page.body);
    let form = HashMap::from([("token", token.as_str()), ("ticket", "INC-1"), ("recipient", "nobody@example.org")]);
    let (form, look_up) = (encoded(&form), br#"{"ticket":"INC-1","recipient":"nobody@example.org"}"#.to_vec());
    let (as_form, as_json) = (("content-type", fixed(FORM)), ("content-type", fixed("application/json")));
    let mut answered = 0;
    for text in some {
        let value = in_a_header(text);
        for name in HEADERS {
            let mut fields = vec![(name, value.clone())];
            if name != "host" {
                fields.push(host.clone());
            }
            nowhere(&call(&alone, "GET", "/", &fields, Vec::new()).await, text);
        }
        for cookie in ["mailgauge", "__Host-mailgauge", "mailgauge-language"] {
            let fields = [host.clone(), ("cookie", in_a_header(&format!("{cookie}={text}")))];
            nowhere(&call(&alone, "GET", "/", &fields, Vec::new()).await, text);
        }
        for name in PROXY_HEADERS {
            let mut fields = vec![(name, value.clone()), host.clone(), session.clone(), as_form.clone()];
            fields.extend(user.iter().filter(|(known, _)| *known != name).cloned());
            if name != "origin" {
                fields.push(("origin", fixed("http://localhost")));
            }
            let page = call(&proxied, "POST", "/lookup", &fields, form.clone().into_bytes()).await;
            nowhere(&page, text);
            // The one that decides nothing but the cookie does no harm; the others are refused.
            assert!(name != "x-forwarded-proto" || page.status == 200, "{text:?}: {page:?}");
            answered += usize::from(page.status == 200);
            let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "content-type").collect();
            fields.push(as_json.clone());
            let api = call(&proxied, "POST", "/api/v1/lookup", &fields, look_up.clone()).await;
            nowhere(&api, text);
            answered += usize::from(api.status == 200);
        }
        let kind = [host.clone(), ("content-type", value.clone())];
        nowhere(&call(&alone, "POST", "/api/v1/lookup", &kind, b"{}".to_vec()).await, text);
        // A login is shown to who has it, and can be nothing but text; what he looks up is written down under it.
        let fields = [host.clone(), ("x-remote-user", value), user[1].clone(), as_json.clone()];
        let page = call(&proxied, "GET", "/", &fields, Vec::new()).await;
        assert!(page.status < 500 && !page.header.contains(MARK), "{text:?}: {page:?}");
        for (at, _) in page.body.match_indices(&MARK.to_lowercase()) {
            assert!(page.body[..at].ends_with("<strong>"), "{text:?}: {page:?}");
            let inside = page.body[at..].split("</strong>").next().unwrap_or_default();
            assert!(!inside.contains(['<', '>', '"']), "{text:?}: {inside}");
        }
        let api = call(&proxied, "POST", "/api/v1/lookup", &fields, look_up.clone()).await;
        nowhere(&api, text);
        answered += usize::from(api.status == 200);
        let text_in_url = percent(text);
        for uri in [
            format!("/{text_in_url}"),
            format!("/lookup/{text_in_url}"),
            format!("/?{text_in_url}"),
            format!("/?lang={text_in_url}"),
            format!("/audit?before={text_in_url}"),
            format!("/state?{text_in_url}"),
            format!("/style.css?{text_in_url}"),
        ] {
            nowhere(&call(&alone, "GET", &uri, std::slice::from_ref(&host), Vec::new()).await, text);
        }
        let uri = format!("/lookup?recipient={text_in_url}");
        nowhere(&call(&alone, "POST", &uri, std::slice::from_ref(&host), Vec::new()).await, text);
    }
    assert!(alone.audited().is_empty(), "something was looked up");
    assert_eq!(proxied.audited().len(), answered);
    // The auditor's page shows those logins as text.
    let auditor = [host, ("x-remote-user", fixed("otto")), ("x-remote-role", fixed("auditor"))];
    let page = call(&proxied, "GET", "/audit", &auditor, Vec::new()).await;
    assert!(page.status == 200 && page.body.contains(&MARK.to_lowercase()), "{page:?}");
    for markup in ["<script", "<img", "<b>", "<!--", "<html>", "</textarea"] {
        // Our own page has one `<html`, with a language.
        assert!(!page.body.contains(markup), "{markup}: {}", page.body);
    }
    answered
}

/// As the name and password of a user, and as what stands in their place.
async fn as_credentials(all: Arc<Vec<String>>) {
    let dir = tempfile::tempdir().unwrap();
    let users = dir.path().join("users");
    let hash = bcrypt::hash_with_result("geheim", 4).unwrap().format_for_version(bcrypt::Version::TwoY);
    std::fs::write(&users, format!("anna:{hash}\n")).unwrap();
    let site = Site::start(Access { users: Some(users), ..Access::default() }).await;
    let host = ("host", fixed("localhost"));
    for (round, text) in all.iter().enumerate() {
        let mut values = vec![in_a_header(text), in_a_header(&format!("Basic {text}"))];
        // A password takes a while by design, so each string is a name or a password, and not both.
        let pair = if round % 2 == 0 { format!("{text}:geheim") } else { format!("anna{round}:{text}") };
        values.push(fixed(&format!("Basic {}", base64_simd::STANDARD.encode_to_string(pair))));
        for value in values {
            let page = call(&site, "GET", "/", &[host.clone(), ("authorization", value)], Vec::new()).await;
            assert!(matches!(page.status, 401 | 429), "{text:?}: {page:?}");
            nowhere(&page, text);
        }
    }
    assert!(site.counted("mailgauge_lookup_logins_refused_total") >= 3 * STRINGS as u64 - 100);
}

/// Into the listener of the metrics and the status page.
async fn beside_the_metrics(all: Arc<Vec<String>>) {
    let registry = prometheus::Registry::new();
    let metrics = Arc::new(Metrics::register(&registry).unwrap());
    let history = Arc::new(crate::report::History::new(unix_time()));
    let health = Arc::new(crate::web::Health::new());
    let router = crate::web::router(crate::web::Site { registry, metrics, history, health, look_up: None });
    for text in all.iter() {
        let url = percent(text);
        for uri in [format!("/{url}"), format!("/?lang={url}"), format!("/findings/{url}"), format!("/metrics?{url}")] {
            let mut request = HttpRequest::builder().uri(&uri).body(Body::empty()).unwrap();
            for name in ["accept-language", "cookie", "host", "user-agent"] {
                let name = header::HeaderName::from_static(name);
                request.headers_mut().insert(name, in_a_header(text));
            }
            let response = router.clone().call(request).await.unwrap();
            assert!(response.status().as_u16() < 500, "{text:?}");
            assert!(response.headers().values().all(|value| !value.to_str().unwrap().contains(MARK)), "{text:?}");
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert!(!String::from_utf8_lossy(&body).contains(MARK), "{text:?}");
        }
    }
}

/// As they are: what the server's own reader of requests must bear.
async fn as_bytes_on_a_socket(all: Arc<Vec<String>>) {
    let site = Site::start(Access::default()).await;
    for text in all.iter().step_by(20) {
        let plain: String = text.chars().filter(|c| c.is_ascii_graphic()).collect();
        for request in [
            format!("GET /{plain} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
            format!("GET /?{plain} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
            format!("GET / HTTP/1.0\r\nHost: {plain}\r\n\r\n"),
            format!("GET / HTTP/1.0\r\nHost: localhost\r\nCookie: mailgauge={plain}\r\n\r\n"),
        ] {
            nowhere(&site.send(request).await, text);
        }
    }
}
