//! The page and the API over real sockets.

mod fixture;
mod hostile;

use super::*;
use crate::report::Direction;
use crate::report::metrics::Loss;
use crate::store::audit::Deed;
use crate::store::memory::Contents;
use fixture::{FORM, Site, record};
use serde_json::{Value, json};

const TICKET: (&str, &str) = ("ticket", "INC-1");
const JAN: (&str, &str) = ("recipient", "Jan@example.org");

/// The token of the form on this page.
fn token_of(page: &str) -> String {
    let at = page.find("name=\"token\" value=\"").expect("a form") + 20;
    page[at..at + 64].to_owned()
}

fn behind_proxy() -> Access {
    Access { proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Access::default() }
}

fn as_user(name: &str, role: &str) -> String {
    format!("X-Remote-User: {name}\r\nX-Remote-Role: {role}\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_look_up_by_form() {
    let site = Site::start(Access::default()).await;
    let answer = site.ask("", &[TICKET, JAN, ("since", "all")]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("5 mails found") && answer.body.contains("postsuper -H 4TxY6W47"));
    // What was typed is still there, and nowhere else.
    assert!(answer.body.contains("value=\"Jan@example.org\""));
    assert_eq!(answer.body.matches("Jan@").count(), 1);
    assert_eq!(answer.body.matches("<form").count(), 6);
    let audited = site.audited();
    assert_eq!(audited.len(), 1);
    assert_eq!((audited[0].worker.as_str(), audited[0].ticket.as_str()), ("local", "INC-1"));
    assert_eq!((audited[0].deed, audited[0].rows, audited[0].via), (Deed::LookupRecipient, 5, Via::Page));

    // The usual window is 48 hours; another address has none of them.
    assert!(site.ask("", &[TICKET, JAN, ("sender", "shop@example.com")]).await.body.contains("5 mails found"));
    let empty = site.ask("", &[TICKET, ("recipient", "jan@example.net")]).await;
    assert!(empty.status == 200 && empty.body.contains("No mail found") && empty.body.contains("grep -E"));
    // A single mail comes with its details.
    let one = site.ask("", &[TICKET, ("message_id", "<47@example.com>")]).await;
    assert!(one.body.contains("1 mail found") && one.body.contains("class=\"figures\""), "{}", one.body);
    assert_eq!(site.audited().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_stands_at_its_field_and_is_not_looked_up() {
    let site = Site::start(Access::default()).await;
    for (form, text) in [
        (&[JAN][..], "A look-up needs the number of a ticket"),
        (&[("ticket", "two words"), JAN], "This is not a ticket number. It has no blanks"),
        (&[TICKET], "Fill in an address"),
        (&[TICKET, ("reference", "7K3M-9QTX-2HDD")], "One character is wrong"),
        (&[TICKET, ("queue_id", "a b"), JAN], "leave the other fields empty"),
        (&[TICKET, ("queue_id", "a-b")], "only letters and digits"),
        (&[TICKET, JAN, ("since", "soon")], "This is not a time"),
    ] {
        let answer = site.ask("", form).await;
        assert!(answer.status == 422 && answer.body.contains(text), "{form:?}: {answer:?}");
        assert_eq!(answer.body.matches("class=\"fault\"").count(), 1, "{form:?}");
    }
    assert!(site.audited().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_form_must_come_from_our_own_page() {
    let site = Site::start(behind_proxy()).await;
    let (anna, bert) = (as_user("anna", "helpdesk"), as_user("bert", "helpdesk"));
    let page = site.get("/", &anna).await;
    let cookie = page.field("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let token = token_of(&page.body);
    let body = |token: &str| format!("token={token}&ticket=INC-1&recipient=jan%40example.org");
    let with = |user: &str, more: &str| format!("{user}Cookie: {cookie}\r\n{more}");
    for (fields, token, status) in [
        (with(&anna, ""), token.as_str(), 200),
        (with(&anna, "Sec-Fetch-Site: same-origin\r\nOrigin: http://localhost\r\n"), &token, 200),
        (with(&anna, "X-Forwarded-Host: desk.example.org\r\nOrigin: https://desk.example.org\r\n"), &token, 200),
        (with(&anna, ""), "", 403),
        (with(&anna, ""), &"0".repeat(64), 403),
        (with(&bert, ""), &token, 403),
        (anna.clone(), &token, 403),
        (format!("{anna}Cookie: mailgauge={}\r\n", "0".repeat(32)), &token, 403),
        (with(&anna, "Origin: https://evil.example\r\n"), &token, 403),
        (with(&anna, "Origin: null\r\n"), &token, 403),
        (with(&anna, "Sec-Fetch-Site: cross-site\r\n"), &token, 403),
        (with(&anna, "Sec-Fetch-Site: same-site\r\n"), &token, 403),
    ] {
        let before = site.audited().len();
        let answer = site.post("/lookup", FORM, &fields, body(token).as_bytes()).await;
        assert_eq!(answer.status, status, "{fields}: {answer:?}");
        assert_eq!(site.audited().len() - before, usize::from(status == 200), "{fields}");
        assert_eq!(answer.body.contains("mails found"), status == 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_is_looked_up_by_a_url() {
    let site = Site::start(Access::default()).await;
    for path in ["/?recipient=jan%40example.org", "/?ticket=INC-1&recipient=jan", "/lookup?recipient=jan", "/?lang=xx"]
    {
        let answer = site.get(path, "").await;
        assert!(answer.status == 400 && !answer.body.contains("jan"), "{path}: {answer:?}");
    }
    assert_eq!(site.post("/lookup?recipient=jan", FORM, "", b"ticket=INC-1").await.status, 400);
    assert_eq!(site.post("/api/v1/lookup?recipient=jan", "application/json", "", b"{}").await.status, 400);
    assert_eq!(site.get("/api/v1/lookup", "").await.status, 405);
    assert_eq!(site.get("/jan@example.org", "").await.status, 404);
    assert!(site.audited().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_answer_leaves_a_browser_nothing_to_do() {
    let site = Site::start(Access::default()).await;
    let answers = [
        site.get("/", "").await,
        site.get("/", "Host: evil.example\r\n").await,
        site.get("/style.css", "").await,
        site.get("/-/healthy", "").await,
        site.get("/api/v1/openapi.json", "").await,
        site.get("/nothing", "").await,
        site.ask("", &[TICKET, JAN]).await,
        site.post("/lookup", FORM, "", b"x").await,
        site.api("", json!({})).await,
    ];
    for answer in answers {
        let policy = answer.field("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{answer:?}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.field("referrer-policy"), Some("same-origin"));
        assert!(!answer.body.contains("<script") && !answer.body.contains("style=\""), "{answer:?}");
        // No other place is named that a browser would go to.
        assert!(!answer.body.contains("src=") && !answer.body.contains("href=\"http"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn bodies_are_bounded_and_of_the_right_kind() {
    let site = Site::start(Access::default()).await;
    let large = format!("ticket={}", "1".repeat(17 * 1024));
    assert_eq!(site.post("/lookup", FORM, "", large.as_bytes()).await.status, 413);
    assert_eq!(site.post("/lookup", "text/plain", "", b"ticket=1").await.status, 415);
    assert_eq!(site.post("/lookup", FORM, "", b"ticket=1&ticket=2").await.status, 400);
    let large = json!({ "ticket": "1".repeat(17 * 1024) });
    assert_eq!(site.api("", large).await.status, 413);
    for kind in ["text/plain", FORM, "application/jsonx", "multipart/form-data"] {
        assert_eq!(site.post("/api/v1/lookup", kind, "", b"{}").await.status, 415, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn roles_do_what_they_may() {
    let site = Site::start(behind_proxy()).await;
    let look = json!({ "ticket": "INC-1", "recipient": "jan@example.org" });
    for (role, form, audit, state, api) in
        [("helpdesk", 200, 403, 403, 200), ("admin", 200, 403, 200, 200), ("auditor", 403, 200, 403, 403)]
    {
        let user = as_user("anna", role);
        assert_eq!(site.get("/", &user).await.status, form, "{role}");
        assert_eq!(site.get("/audit", &user).await.status, audit, "{role}");
        assert_eq!(site.get("/state", &user).await.status, state, "{role}");
        assert_eq!(site.get("/", &user).await.body.contains("href=\"/state\""), role == "admin", "{role}");
        assert_eq!(site.api(&user, look.clone()).await.status, api, "{role}");
    }
    for (fields, status) in [
        (String::new(), 401),
        ("X-Remote-Role: helpdesk\r\n".into(), 401),
        ("X-Remote-User: anna\r\n".into(), 403),
        (as_user("anna", "root"), 403),
        (as_user("anna", "Helpdesk"), 403),
        (as_user("", "helpdesk"), 401),
        (as_user(&"x".repeat(65), "helpdesk"), 401),
        (as_user("anna\u{202e}", "helpdesk"), 401),
        // One of them would be the client's own.
        (as_user("anna", "helpdesk") + "X-Remote-User: bert\r\n", 401),
        (as_user("anna", "helpdesk") + "X-Remote-Role: admin\r\n", 403),
    ] {
        let page = site.get("/", &fields).await;
        assert_eq!(page.status, status, "{fields}");
        assert!(page.body.contains("X-Remote-"), "it says what the proxy must send: {}", page.body);
        assert!(page.field("www-authenticate").is_none());
        let api = site.api(&fields, look.clone()).await;
        assert_eq!((api.status, api.field("content-type")), (status, Some("application/problem+json")), "{fields}");
    }
    assert_eq!(site.audited().iter().filter(|entry| entry.via == Via::Api).count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn administrators_see_how_it_is_doing_and_nothing_of_anybody() {
    let site = Site::start(behind_proxy()).await;
    let (admin, helpdesk) = (as_user("anna", "admin"), as_user("bert", "helpdesk"));
    let look = json!({ "ticket": "INC-4711", "recipient": "jan@example.org" });
    assert_eq!(site.api(&helpdesk, look.clone()).await.status, 200);
    assert_eq!(site.api(&helpdesk, json!({ "ticket": "INC-4711" })).await.status, 422);
    site.metrics.records_lost(Loss::QueueFull, 3);
    site.metrics.store_measured(35_900_000, None);
    let page = site.get("/state", &admin).await;
    for text in [
        "<th scope=\"row\">can be written</th><td>NO</td>",
        "35.9 MB of ",
        "<th scope=\"row\">answered with mails</th><td>1</td>",
        "<th scope=\"row\">not a question</th><td>1</td>",
        "3 (queue-full)",
        "in use",
        "<td>30 days</td>",
    ] {
        assert!(page.body.contains(text), "no {text}: {}", page.body);
    }
    for text in ["bert", "jan", "INC-4711", "4TxY6W"] {
        assert!(!page.body.contains(text), "{text}: {}", page.body);
    }
    let dutch = site.get("/state", &(admin + "Accept-Language: nl\r\n")).await;
    assert!(dutch.body.contains("Toestand van mailgauge") && dutch.body.contains("35,9 MB van "), "{dutch:?}");
    // Nothing was looked up by it.
    assert_eq!(site.audited().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_the_proxy_is_believed() {
    // Everybody here is someone else.
    let elsewhere = Access { proxies: vec!["192.0.2.0/24".parse().unwrap()], ..Access::default() };
    let site = Site::start(elsewhere.clone()).await;
    assert_eq!(site.get("/", &as_user("anna", "admin")).await.status, 403);
    assert_eq!(site.api(&as_user("anna", "admin"), json!({})).await.status, 403);

    let dir = tempfile::tempdir().unwrap();
    let users = dir.path().join("users");
    let hash = bcrypt::hash_with_result("geheim", 4).unwrap().format_for_version(bcrypt::Version::TwoY);
    std::fs::write(&users, format!("anna:{hash}\naudit:{hash}\nboth:{hash}\n")).unwrap();
    let lists = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let (auditors, admins) = (lists(&["audit", "both"]), lists(&["both"]));
    let site = Site::start(Access { users: Some(users), auditors, admins, ..elsewhere }).await;
    let basic = |pair: &str| format!("Authorization: Basic {}\r\n", base64_simd::STANDARD.encode_to_string(pair));
    let spoofed = site.get("/", &as_user("anna", "admin")).await;
    assert_eq!(spoofed.status, 401);
    assert!(spoofed.field("www-authenticate").unwrap().starts_with("Basic realm="));
    for (pair, form, audit) in [
        ("anna:geheim", 200, 403),
        ("audit:geheim", 403, 200),
        ("both:geheim", 403, 200),
        ("anna:wrong", 401, 401),
        ("nobody:geheim", 401, 401),
    ] {
        let fields = basic(pair) + &as_user("root", "admin");
        assert_eq!(site.get("/", &fields).await.status, form, "{pair}");
        assert_eq!(site.get("/audit", &fields).await.status, audit, "{pair}");
    }
    assert_eq!(site.ask(&basic("anna:geheim"), &[TICKET, JAN]).await.status, 200);
    assert!(site.audited().iter().all(|entry| entry.worker != "root"));
    assert_eq!(site.get("/", "Authorization: Bearer x\r\n").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn without_users_only_this_machine_asks_and_by_its_own_name() {
    let site = Site::start(Access::default()).await;
    for (host, status) in
        [("localhost", 200), ("127.0.0.1:10726", 200), ("[::1]", 200), ("evil.example", 403), ("192.0.2.1", 403)]
    {
        assert_eq!(site.get("/", &format!("Host: {host}\r\n")).await.status, status, "{host}");
    }
    let page = site.get("/", "").await;
    assert!(page.status == 200 && page.body.contains("<strong>local</strong> (helpdesk)"));
    assert_eq!(site.get("/audit", "").await.status, 403);
    // A proxy that is not configured: all whom it lets in would be somebody of this machine.
    assert_eq!(site.get("/", &as_user("anna", "auditor")).await.status, 403);
    for field in ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "Via: 1.1 proxy"] {
        assert_eq!(site.get("/", &format!("{field}\r\n")).await.status, 403, "{field}");
    }
}

#[test]
fn the_seeds_of_the_fuzzer() {
    let seed = |name: &str| std::fs::read(format!("{}/fuzz/seeds/look_up/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (name, question) in [
        ("recipient", true),
        ("queue_id", true),
        ("message_id", true),
        // The check character is wrong.
        ("reference", false),
        // The empty sender is no address that could be looked for.
        ("both", false),
        ("odd", false),
    ] {
        assert_eq!(is_look_up(&seed(name)), question, "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn any_body_is_read_or_refused(bytes: Vec<u8>, text: String) {
        is_look_up(&bytes);
        for field in Field::ALL {
            let mut body = json!({ "ticket": "INC-1" });
            body[field.name()] = json!(text);
            is_look_up(body.to_string().as_bytes());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_that_fails_shows_nothing() {
    let site = Site::start(Access::default()).await;
    let look = json!({ "ticket": "INC-1", "recipient": "jan@example.org" });
    let set = |change: &dyn Fn(&mut Contents)| change(&mut site.shelf.contents());
    for (change, text) in [
        ((&|data: &mut Contents| data.find_fails = true) as &dyn Fn(&mut Contents), "cannot be read at the moment"),
        (&|data| (data.find_fails, data.audit_fails) = (false, true), "could not be written down"),
    ] {
        set(change);
        let page = site.ask("", &[TICKET, JAN]).await;
        assert!(page.status == 503 && page.body.contains(text) && page.body.contains("value=\"Jan@"), "{page:?}");
        let api = site.api("", look.clone()).await;
        assert!(api.status == 503 && api.body.contains(text));
        for answer in [page, api] {
            assert!(!answer.body.contains("/secret") && !answer.body.contains("4TxY6W"), "{answer:?}");
        }
    }
    set(&|data| data.audit_fails = false);
    assert_eq!(site.api("", look.clone()).await.status, 200);

    site.settings.send_modify(|settings| Arc::make_mut(settings).desk.rate_limit = 1);
    let limited = site.api("", look).await;
    assert_eq!((limited.status, limited.field("retry-after")), (429, Some("600")));
    let page = site.ask("", &[TICKET, JAN]).await;
    assert!(page.status == 429 && page.body.contains("Allowed in ten minutes: 1."));
    for (result, count) in [("found", 1), ("unaudited", 2), ("failed", 2), ("limited", 2), ("invalid", 0)] {
        assert_eq!(site.looked_up(result), count, "{result}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn look_ups_and_refused_sign_ins_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let users = dir.path().join("users");
    let hash = bcrypt::hash_with_result("geheim", 4).unwrap().format_for_version(bcrypt::Version::TwoY);
    std::fs::write(&users, format!("anna:{hash}\naudit:{hash}\n")).unwrap();
    let access = Access { users: Some(users), auditors: vec!["audit".into()], ..Access::default() };
    let site = Site::start(access).await;
    let basic = |pair: &str| format!("Authorization: Basic {}\r\n", base64_simd::STANDARD.encode_to_string(pair));
    // Reading the form, or being asked for a password, is neither.
    assert_eq!(site.get("/", "").await.status, 401);
    assert_eq!(site.get("/", &basic("anna:geheim")).await.status, 200);
    assert_eq!(site.counted("mailgauge_lookup_logins_refused_total"), 0);
    assert_eq!(site.get("/", &basic("anna:wrong")).await.status, 401);
    assert_eq!(site.counted("mailgauge_lookup_logins_refused_total"), 1);

    let look = json!({ "ticket": "INC-1", "recipient": "jan@example.org" });
    assert_eq!(site.api(&basic("anna:geheim"), look.clone()).await.status, 200);
    assert_eq!(
        site.api(&basic("anna:geheim"), json!({ "ticket": "INC-1", "recipient": "jan@example.net" })).await.status,
        200
    );
    assert_eq!(site.api(&basic("anna:geheim"), json!({ "ticket": "INC-1" })).await.status, 422);
    assert_eq!(site.api(&basic("audit:geheim"), look.clone()).await.status, 403);
    assert_eq!(site.api("", look).await.status, 401);
    for (result, count) in [("found", 1), ("empty", 1), ("invalid", 1), ("forbidden", 2), ("limited", 0)] {
        assert_eq!(site.looked_up(result), count, "{result}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_api_does_what_its_document_says() {
    let site = Site::start(Access::default()).await;
    let served = site.get("/api/v1/openapi.json", "").await;
    assert_eq!(served.body, document());
    let document: Value = serde_json::from_str(&served.body).unwrap();
    let schema = |name: &str| &document["components"]["schemas"][name];
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let operation = &document["paths"]["/api/v1/lookup"]["post"];

    // Every key that a look-up has is taken, and no other.
    let values = json!({
        "ticket": "INC-1", "reference": "7K3M-9QTX-2HDD", "queue_id": "A1", "message_id": "<1@example.org>",
        "recipient": "jan@example.org", "sender": "shop@example.com", "since": "7d",
    });
    assert_eq!(names(&schema("LookUp")["properties"]), names(&values));
    assert_eq!(schema("LookUp")["required"], json!(["ticket"]));
    for name in names(&values) {
        let mut look_up = json!({ "ticket": "INC-1" });
        look_up[&name] = values[&name].clone();
        let answer = site.api("", look_up).await;
        assert!([200, 422].contains(&answer.status), "{name}: {answer:?}");
    }
    assert_eq!(site.api("", json!({ "ticket": "INC-1", "subject": "x" })).await.status, 400);

    let answer = site.api("", json!({ "ticket": "INC-1", "message_id": "<47@example.com>" })).await;
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/json")));
    let view: Value = serde_json::from_str(&answer.body).unwrap();
    let record = &view["records"][0];
    for (object, name) in [
        (&view, "AnswerView"),
        (&view["window"], "WindowView"),
        (record, "RecordView"),
        (&record["parts"][0], "PartView"),
        (&record["findings"][0], "FindingView"),
    ] {
        assert_eq!(names(object), names(&schema(name)["properties"]), "{name}");
    }

    let problem = site.api("", json!({ "ticket": "", "recipient": "jan@example.org" })).await;
    assert_eq!((problem.status, problem.field("content-type")), (422, Some("application/problem+json")));
    let said: Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(names(&said), names(&schema("Problem")["properties"]));
    assert_eq!((&said["field"], &said["status"]), (&json!("ticket"), &json!(422)));
    for status in [200, 400, 401, 403, 413, 415, 422, 429, 503] {
        assert!(operation["responses"][status.to_string()].is_object(), "{status}");
    }
    // Its audit rows say by which way.
    assert!(site.audited().iter().all(|entry| entry.via == Via::Api));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_audit_log_is_read_page_by_page_and_that_is_written_down() {
    let site = Site::start(behind_proxy()).await;
    let auditor = as_user("eva", "auditor");
    assert!(site.get("/audit", &auditor).await.body.contains("Nothing is written here yet"));
    for _ in 0..3 {
        site.api(&as_user("anna", "helpdesk"), json!({ "ticket": "<b>7", "reference": "x" })).await;
        site.api(&as_user("an<i>na", "helpdesk"), json!({ "ticket": "INC-7", "recipient": "jan@example.org" })).await;
    }
    let page = site.get("/audit", &auditor).await;
    assert_eq!(page.body.matches("look-up by recipient").count(), 3);
    assert!(page.body.contains("an&lt;i&gt;na") && !page.body.contains("an<i>"));
    assert_eq!(
        site.audited().last().map(|e| (e.worker.clone(), e.deed, e.rows)),
        Some(("eva".into(), Deed::AuditRead, 4))
    );

    let chain = crate::store::audit::Chain::new(&[3; 32]);
    for _ in 0..250 {
        let mut data = site.shelf.contents();
        let (last, entry) = (data.ends.head.unwrap().link, data.rows[0].entry.clone());
        let sealed = chain.seal(last, entry);
        data.ends.head = Some(sealed.head);
        data.rows.push(sealed.row);
    }
    let rows = |page: &fixture::Answered| page.body.matches("<tr>").count() - 1;
    let newest = site.get("/audit", &auditor).await;
    // Five rows by the looks and readings above, and 250.
    assert_eq!((rows(&newest), newest.body.contains("/audit?before=56\"")), (200, true), "{}", newest.body.len());
    let older = site.get("/audit?before=56", &auditor).await;
    assert_eq!((rows(&older), older.body.contains("before="), older.body.contains("Newest")), (55, false, true));
    for odd in ["before=0", "before=-9223372036854775808", "before=9223372036854775807", "before=1"] {
        assert_eq!(site.get(&format!("/audit?{odd}"), &auditor).await.status, 200, "{odd}");
    }
    for bad in ["before=x", "before=", "before=99999999999999999999", "worker=anna"] {
        assert_eq!(site.get(&format!("/audit?{bad}"), &auditor).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn in_both_languages() {
    let site = Site::start(Access::default()).await;
    let dutch = site.ask("Accept-Language: nl-BE, en;q=0.5\r\n", &[TICKET, ("message_id", "<47@example.com>")]).await;
    assert!(dutch.body.contains("<html lang=\"nl\">") && dutch.body.contains("1 mail gevonden"));
    let entry = crate::catalogue::find("type-executable").unwrap();
    assert!(dutch.body.contains(entry.title_nl) && dutch.body.contains("wordt vastgehouden"), "{}", dutch.body);
    let switch = site.get("/?lang=nl", "").await;
    assert_eq!((switch.status, switch.field("location")), (303, Some("/")));
    assert!(switch.field("set-cookie").unwrap().contains("SameSite=Strict"));
    let page = site.get("/", "Cookie: mailgauge-language=nl\r\n").await;
    assert!(page.body.contains("Wat is er met deze mail gebeurd?"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn fifty_rows_and_a_word_that_there_are_more() {
    let site = Site::start(Access::default()).await;
    let many = (0..60).map(|n| record(n, "From: a@b.example\n\nx", Direction::Inbound, |_| ()));
    site.shelf.contents().records = many.collect();
    let answer = site.ask("", &[TICKET, JAN]).await;
    assert!(answer.body.contains("50+ mails found") && answer.body.contains("the newest 50 are shown"));
    assert_eq!(answer.body.matches("<article").count(), 50);
}

/// Serves example data until it is ended: `cargo test --lib web::desk::tests::serve_for_a_look -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until it is ended"]
async fn serve_for_a_look() {
    let address = std::env::var("LOOK_AT").unwrap_or_else(|_| "127.0.0.1:10726".into());
    let access = if std::env::var_os("LOOK_BEHIND_PROXY").is_some() { behind_proxy() } else { Access::default() };
    let site = Site::start_at(&address, access, fixture::examples()).await;
    println!("http://{}", site.address);
    std::future::pending::<()>().await;
}
