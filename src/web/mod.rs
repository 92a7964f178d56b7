//! HTTP for machines and for the first look: metrics, health, the status page. Nothing here is about a single mail.

mod connection;
pub mod desk;
mod health;
mod status;

pub use health::{Health, State as HealthState};

use crate::catalogue::Language;
use crate::report::{History, Metrics};
use crate::system::unix_time;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TextEncoder};
use std::io;
use std::sync::Arc;

/// What is served.
#[derive(Clone)]
pub struct Site {
    /// Where the metrics are registered.
    pub registry: Registry,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The last 24 hours.
    pub history: Arc<History>,
    /// How the daemon is doing.
    pub health: Arc<Health>,
    /// Where the look-up page is, if it is served.
    pub look_up: Option<String>,
}

/// The routes: `/`, `/findings`, `/metrics`, `/-/healthy`, `/-/ready`.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/findings", get(findings))
        .route("/style.css", get(style))
        .route("/metrics", get(scrape))
        .route("/-/healthy", get(|| async { "healthy\n" }))
        .route("/-/ready", get(ready))
        .layer(axum::middleware::map_response(hardened))
        .with_state(site)
}

/// Serves `router` on a bound socket until `shutdown`; requests that are being answered by then are finished.
///
/// Connections are bounded in number and in idle time, so that HTTP cannot take the file descriptors that the mail needs.
///
/// # Errors
/// The socket cannot be used with the runtime.
pub async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(connection::Bounded::new(listener), router).with_graceful_shutdown(shutdown).await
}

/// The language that the query names, or the one that the browser prefers.
fn language(query: Option<&str>, headers: &HeaderMap) -> Language {
    let chosen = query.and_then(|query| Language::named(query.strip_prefix("lang=")?));
    chosen.unwrap_or_else(|| desk::language(headers))
}

async fn findings(RawQuery(query): RawQuery, headers: HeaderMap) -> Html<String> {
    Html(status::findings(language(query.as_deref(), &headers)).into_string())
}

async fn index(State(site): State<Site>, RawQuery(query): RawQuery, headers: HeaderMap) -> Html<String> {
    let view = status::View {
        history: &site.history,
        state: site.health.state(),
        look_up: site.look_up.as_deref(),
        language: language(query.as_deref(), &headers),
        now: unix_time(),
    };
    Html(view.page().into_string())
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], status::STYLE)
}

async fn scrape(State(site): State<Site>) -> Response {
    site.metrics.settle(unix_time());
    match TextEncoder::new().encode_to_string(&site.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn ready(State(site): State<Site>) -> (StatusCode, String) {
    let state = site.health.state();
    let code = if state == HealthState::Ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, format!("{state}\n"))
}

/// Headers that leave a browser nothing to do but show the page.
async fn hardened(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};

    /// One request, as curl would send it; gives the whole answer.
    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_is_served() {
        let registry = Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let health = Arc::new(Health::new());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let history = Arc::new(History::new(unix_time()));
        let look_up = Some("http://127.0.0.1:10726".to_owned());
        let site = Site { registry, metrics, history, health: health.clone(), look_up };
        let server = tokio::spawn(serve(listener, router(site), async {
            let _ = stopped.await;
        }));
        let get = |path: &'static str| tokio::task::spawn_blocking(move || get(address, path));

        let answer = get("/-/ready").await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 503") && answer.ends_with("starting\n"), "{answer}");
        health.set(HealthState::Ready);
        assert!(get("/-/ready").await.unwrap().starts_with("HTTP/1.1 200"));
        health.set(HealthState::Draining);
        assert!(get("/-/ready").await.unwrap().starts_with("HTTP/1.1 503"));
        assert!(get("/-/healthy").await.unwrap().starts_with("HTTP/1.1 200"));

        let answer = get("/metrics").await.unwrap();
        assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
        assert!(
            answer.contains("\nmailgauge_sessions_open 0\n") && answer.contains("\nprocess_resident_memory_bytes ")
        );

        let answer = get("/").await.unwrap();
        assert!(answer.contains("content-security-policy: default-src 'none';"), "{answer}");
        assert!(answer.contains("href=\"/metrics\"") && answer.contains(env!("CARGO_PKG_VERSION")));
        assert!(!answer.contains("<script") && !answer.contains("style=\"") && answer.contains("lang=\"en\""));
        assert!(answer.contains("href=\"http://127.0.0.1:10726\"") && answer.contains("No mail has passed"));
        assert!(get("/?lang=nl").await.unwrap().contains("geen mail langsgekomen"));
        let answer = get("/findings").await.unwrap();
        assert!(answer.contains("id=\"content-zip-truncated\"") && answer.contains("Tell the user"));
        assert!(get("/style.css").await.unwrap().contains("content-type: text/css"));
        assert!(get("/nothing").await.unwrap().starts_with("HTTP/1.1 404"));

        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }
}
