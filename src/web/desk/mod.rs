//! The helpdesk's page and its JSON API, on a listener of their own.
//!
//! Nothing that was asked stands in a URL, in a log or in an error; what was typed goes back into the form it came from and nowhere
//! else. The page needs no script.

mod access;
mod answers;
mod api;
mod audit_page;
mod csrf;
mod form;
mod headers;
mod page;
mod result;
mod show;
mod state_page;
mod tls;
mod users;
mod words;

pub use access::Access;
pub use api::document;
pub(super) use headers::language;
pub use tls::{Tls, TlsError};

use super::connection::Bounded;
use crate::Settings;
use crate::catalogue::Language;
use crate::report::Metrics;
use crate::report::metrics::LookUp;
use crate::store::audit::{Role, Via};
use crate::store::desk::{Answer, Desk, Refusal, Request, Worker};
use crate::store::view::AnswerView;
use crate::system::unix_time;
use access::{Gate, Refused};
use answers::{
    challenged, denial, denied, field_of, hardened, no_random_numbers, said, sentence, set_cookie, status_of, switched,
};
use api::Problem;
use axum::Router;
use axum::body::Bytes;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::rejection::{BytesRejection, FormRejection};
use axum::extract::{DefaultBodyLimit, Form, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn, map_response, map_response_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::IncomingStream;
use csrf::{Csrf, Session};
use form::{Fault, Field, Typed, Wrong};
use maud::Markup;
use page::Visitor;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tls::Secured;
use tokio::sync::watch;
use words::Words;

/// Bytes of a request's body.
const MAX_BODY: usize = 16 * 1024;
/// A request is answered within this time, its body being read included.
const MAX_TIME: Duration = Duration::from_secs(60);

/// What the handlers share.
struct Site {
    desk: Arc<Desk>,
    settings: watch::Receiver<Arc<Settings>>,
    gate: Gate,
    csrf: Csrf,
    tls: bool,
    metrics: Arc<Metrics>,
}

/// The routes: the form at `/`, `/lookup`, `/audit`, `/state`, `/api/v1/lookup`, `/api/v1/openapi.json`, `/-/healthy`. Serve them with [`serve`],
/// which tells them who the peer is.
///
/// # Errors
/// The file of users cannot be read, or there are no random numbers.
pub fn router(
    desk: Arc<Desk>,
    settings: watch::Receiver<Arc<Settings>>,
    access: &Access,
    metrics: Arc<Metrics>,
) -> io::Result<Router> {
    let tls = access.certificate.is_some();
    let site = Arc::new(Site { desk, settings, gate: Gate::new(access)?, csrf: Csrf::new()?, tls, metrics });
    Ok(Router::new()
        .route("/", get(index))
        .route("/lookup", post(look_up).layer(map_response_with_state(site.clone(), counted)).get(index))
        .route("/audit", get(audit))
        .route("/state", get(state))
        .route("/api/v1/lookup", post(api_look_up).layer(map_response_with_state(site.clone(), counted)))
        .route("/api/v1/openapi.json", get(openapi))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE) }))
        .route("/-/healthy", get(|| async { "healthy\n" }))
        .fallback(missing)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(in_time))
        .layer(map_response(hardened))
        .with_state(site))
}

/// Whether the body of a request to the API is a question, as far as can be told without a store. What the fuzzer runs.
pub fn is_look_up(body: &[u8]) -> bool {
    api::read(body).is_ok_and(|typed| typed.question().is_ok())
}

/// Serves `router` on a bound socket until `shutdown`; requests that are being answered by then are finished.
///
/// Connections are bounded in number, in idle time and in the time of the TLS handshake.
///
/// # Errors
/// The socket cannot be used with the runtime.
pub async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let bounded = Bounded::new(tokio::net::TcpListener::from_std(listener)?);
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Secured { bounded, tls }, service).with_graceful_shutdown(shutdown).await
}

/// The address at the other end.
#[derive(Clone, Copy)]
struct Peer(IpAddr);

impl Connected<IncomingStream<'_, Secured>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Secured>) -> Peer {
        let address: &SocketAddr = stream.remote_addr();
        // An IPv4 peer of a socket for both is still an IPv4 peer.
        Peer(address.ip().to_canonical())
    }
}

type Shared = State<Arc<Site>>;

/// The form. Also for who reloads a result: that is not asked again.
async fn index(
    State(site): Shared,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let words = Words::of(headers::language(&headers));
    if let Some(query) = query {
        return switched(words, "/", &query);
    }
    let visitor = match site.visitor(peer, &headers).await {
        Ok(visitor) => visitor,
        Err(refused) => return denied(words, &refused),
    };
    if visitor.role == Role::Auditor {
        return sentence(words, Some(&visitor), StatusCode::FORBIDDEN, words.fault_role_auditor);
    }
    let Ok(paper) = site.paper(peer, &headers, words, visitor) else { return no_random_numbers() };
    paper.form(StatusCode::OK, &Typed::default(), None, page::about(words), words.title, true)
}

/// A look-up from the form.
async fn look_up(
    State(site): Shared,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let words = Words::of(headers::language(&headers));
    if query.is_some() {
        return sentence(words, None, StatusCode::BAD_REQUEST, words.fault_query);
    }
    let visitor = match site.visitor(peer, &headers).await {
        Ok(visitor) => visitor,
        Err(refused) => return denied(words, &refused),
    };
    if !csrf::from_here(&headers, site.host(peer, &headers)) {
        return sentence(words, Some(&visitor), StatusCode::FORBIDDEN, words.fault_origin);
    }
    let typed = match form {
        Ok(Form(typed)) => typed,
        // Its own text would repeat what was sent.
        Err(rejection) => return sentence(words, Some(&visitor), status_of(rejection.status()), words.fault_body),
    };
    let worker = Worker { name: visitor.name.clone(), role: visitor.role, via: Via::Page };
    let Ok(paper) = site.paper(peer, &headers, words, visitor) else { return no_random_numbers() };
    if !site.csrf.holds(&typed.token, &paper.session, &paper.visitor.name) {
        let notice = page::notice(words.problem, words.fault_token);
        return paper.form(StatusCode::FORBIDDEN, &typed, None, notice, words.problem, false);
    }
    let asked = site.ask(worker, &typed).await;
    let response = match &asked {
        Ok(answer) => {
            let opener = result::Opener { typed: &typed, token: &paper.token };
            let shown = result::result(words, answer, &paper.settings.thresholds, &opener);
            paper.form(StatusCode::OK, &typed, None, shown, &result::summary(words, answer), false)
        }
        Err(NoAnswer::Wrong(wrong)) => {
            paper.form(StatusCode::UNPROCESSABLE_ENTITY, &typed, Some(wrong), page::about(words), words.problem, true)
        }
        Err(NoAnswer::Refused(refusal)) => {
            let (status, text) = said(words, refusal);
            paper.form(status, &typed, None, page::notice(words.problem, &text), words.problem, false)
        }
    };
    ended(response, &asked)
}

/// The audit log, for auditors.
async fn audit(
    State(site): Shared,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let words = Words::of(headers::language(&headers));
    let before = match query.as_deref().map(|query| (query, query.strip_prefix("before="))) {
        None => None,
        Some((query, None)) => return switched(words, "/audit", query),
        Some((_, Some(number))) => match number.parse::<i64>() {
            Ok(number) => Some(number),
            Err(_) => return sentence(words, None, StatusCode::BAD_REQUEST, words.fault_missing),
        },
    };
    let visitor = match site.visitor(peer, &headers).await {
        Ok(visitor) => visitor,
        Err(refused) => return denied(words, &refused),
    };
    if visitor.role != Role::Auditor {
        return sentence(words, Some(&visitor), StatusCode::FORBIDDEN, words.fault_role_audit);
    }
    // A picture on another site must not fill the log in the auditor's name.
    if headers::one(&headers, "sec-fetch-site") == Some("cross-site") {
        return sentence(words, Some(&visitor), StatusCode::FORBIDDEN, words.fault_origin);
    }
    let worker = Worker { name: visitor.name.clone(), role: visitor.role, via: Via::Page };
    let read = blocking(move || audit_page::read(&site.desk, &worker, before, unix_time())).await;
    match read {
        Ok(sheet) => {
            let main = audit_page::render(words, &sheet);
            Html(page::frame(words, "/audit", Some(&visitor), words.audit, main).into_string()).into_response()
        }
        Err(refusal) => {
            let (status, text) = said(words, &refusal);
            sentence(words, Some(&visitor), status, &text)
        }
    }
}

/// How mailgauge is doing, for administrators.
async fn state(
    State(site): Shared,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let words = Words::of(headers::language(&headers));
    if let Some(query) = query {
        return switched(words, "/state", &query);
    }
    let visitor = match site.visitor(peer, &headers).await {
        Ok(visitor) => visitor,
        Err(refused) => return denied(words, &refused),
    };
    if visitor.role != Role::Admin {
        return sentence(words, Some(&visitor), StatusCode::FORBIDDEN, words.fault_role_state);
    }
    let settings = site.settings.borrow().clone();
    let (operation, keys) = (site.metrics.operation(), site.desk.keyring().keys().to_vec());
    let main = state_page::State { operation, keys, settings, now: unix_time() }.render(words);
    Html(page::frame(words, "/state", Some(&visitor), state_page::title(words), main).into_string()).into_response()
}

/// A look-up from a program.
async fn api_look_up(
    State(site): Shared,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let english = Words::of(Language::English);
    let visitor = match site.visitor(peer, &headers).await {
        Ok(visitor) => visitor,
        Err(refused) => {
            let (status, text) = denial(english, &refused);
            return challenged(Problem::new(status, text).into_response(), &refused);
        }
    };
    if query.is_some() {
        return Problem::new(StatusCode::BAD_REQUEST, "send the look-up in the body: URLs are kept in logs")
            .into_response();
    }
    // A form of another site cannot declare this type, and a script of one may not send it.
    let media = headers::one(&headers, "content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case("application/json") {
        let detail = "declare the body as Content-Type: application/json";
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into_response();
    }
    if !csrf::from_here(&headers, site.host(peer, &headers)) {
        return Problem::new(StatusCode::FORBIDDEN, english.fault_origin).into_response();
    }
    let typed = match body {
        Ok(body) => match api::read(&body) {
            Ok(typed) => typed,
            Err(problem) => return problem.into_response(),
        },
        Err(rejection) => {
            let detail = "the body could not be read whole; it may have 16 KiB";
            return Problem::new(status_of(rejection.status()), detail).into_response();
        }
    };
    let worker = Worker { name: visitor.name, role: visitor.role, via: Via::Api };
    let asked = site.ask(worker, &typed).await;
    let response = match &asked {
        Ok(answer) => api::answer(&AnswerView::of(answer)),
        Err(NoAnswer::Wrong(wrong)) => Problem::of_field(wrong).into_response(),
        Err(NoAnswer::Refused(refusal)) => Problem::of_refusal(refusal).into_response(),
    };
    ended(response, &asked)
}

/// Counts how a look-up ended: as its handler says, or else by the status.
async fn counted(State(site): Shared, response: Response) -> Response {
    let how = response.extensions().get::<LookUp>().copied();
    site.metrics.looked_up(how.unwrap_or(match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LookUp::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => LookUp::Limited,
        status if status.is_server_error() => LookUp::Failed,
        _ => LookUp::Invalid,
    }));
    response
}

/// With how it ended, for [`counted`].
fn ended(mut response: Response, asked: &Result<Answer, NoAnswer>) -> Response {
    let how = match asked {
        Ok(answer) if answer.records.is_empty() => LookUp::Empty,
        Ok(_) => LookUp::Found,
        Err(NoAnswer::Refused(Refusal::Audit(_))) => LookUp::Unaudited,
        Err(_) => return response,
    };
    response.extensions_mut().insert(how);
    response
}

/// The document of the API; made once.
async fn openapi() -> impl IntoResponse {
    static DOCUMENT: LazyLock<String> = LazyLock::new(document);
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

async fn missing(headers: HeaderMap) -> Response {
    let words = Words::of(headers::language(&headers));
    sentence(words, None, StatusCode::NOT_FOUND, words.fault_missing)
}

/// Why a look-up has no answer.
enum NoAnswer {
    Wrong(Wrong),
    Refused(Refusal),
}

/// What a page with a form is made of.
struct Paper {
    words: &'static Words,
    visitor: Visitor,
    session: Session,
    token: String,
    secure: bool,
    settings: Arc<Settings>,
}

impl Site {
    async fn visitor(&self, peer: IpAddr, headers: &HeaderMap) -> Result<Visitor, Refused> {
        let (name, role) = self.gate.who(peer, headers).await.inspect_err(|refused| {
            // A browser asks without a password first.
            if matches!(refused, Refused::Password | Refused::Throttled) && headers.contains_key(header::AUTHORIZATION)
            {
                self.metrics.login_refused();
            }
        })?;
        Ok(Visitor { name, role })
    }

    fn paper(&self, peer: IpAddr, headers: &HeaderMap, words: &'static Words, visitor: Visitor) -> io::Result<Paper> {
        let forwarded = || self.gate.is_proxy(peer) && headers::one(headers, "x-forwarded-proto") == Some("https");
        let secure = self.tls || forwarded();
        let session = self.csrf.session(headers, secure)?;
        let token = self.csrf.token(&session, &visitor.name);
        Ok(Paper { words, visitor, session, token, secure, settings: self.settings.borrow().clone() })
    }

    /// The host that the browser asked.
    fn host<'h>(&self, peer: IpAddr, headers: &'h HeaderMap) -> Option<&'h str> {
        let forwarded = headers::one(headers, "x-forwarded-host").filter(|_| self.gate.is_proxy(peer));
        forwarded.or_else(|| headers::one(headers, "host"))
    }

    async fn ask(self: Arc<Self>, worker: Worker, typed: &Typed) -> Result<Answer, NoAnswer> {
        let settings = self.settings.borrow().clone();
        if typed.ticket.trim().is_empty() {
            return Err(NoAnswer::Wrong((Field::Ticket, Fault::NoTicket)));
        }
        let (question, since) = typed.question().map_err(NoAnswer::Wrong)?;
        let request = Request { worker, ticket: typed.ticket.clone(), question, since };
        let keep = settings.retention.records;
        let asked = blocking(move || self.desk.look_up(&settings.desk, keep, &request, unix_time())).await;
        asked.map_err(|refusal| match field_of(&refusal) {
            Some(wrong) => NoAnswer::Wrong(wrong),
            None => NoAnswer::Refused(refusal),
        })
    }
}

impl Paper {
    /// The form with what was typed, and something beside it.
    fn form(
        &self,
        status: StatusCode,
        typed: &Typed,
        wrong: Option<&Wrong>,
        beside: Markup,
        title: &str,
        focus: bool,
    ) -> Response {
        let (window, keep) = (self.settings.desk.window, self.settings.retention.records);
        let form = page::Form { typed, token: &self.token, wrong, window, keep, focus };
        let main = page::desk(form.render(self.words), beside);
        let page = page::frame(self.words, "/", Some(&self.visitor), title, main);
        let mut response = (status, Html(page.into_string())).into_response();
        if let Some(cookie) = self.session.cookie(self.secure) {
            set_cookie(&mut response, &cookie);
        }
        response
    }
}

/// Does what blocks elsewhere. A panic there is a store that cannot be read.
async fn blocking<R: Send + 'static>(work: impl FnOnce() -> Result<R, Refusal> + Send + 'static) -> Result<R, Refusal> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        let fault = crate::store::StoreError::Unavailable("a fault in mailgauge".into());
        Err(Refusal::Store(fault))
    });
    if let Err(refusal @ (Refusal::Store(_) | Refusal::Audit(_))) = &done {
        tracing::error!(%refusal, "a look-up was refused");
    }
    done
}

async fn in_time(request: axum::extract::Request, next: Next) -> Response {
    let words = Words::of(headers::language(request.headers()));
    match tokio::time::timeout(MAX_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => sentence(words, None, StatusCode::REQUEST_TIMEOUT, words.fault_slow),
    }
}

#[cfg(test)]
mod tests;
