//! Answers without a form: what is refused, to whom, and in which words.

use super::access::Refused;
use super::form::{Fault, Field, Wrong};
use super::headers;
use super::page::{self, Visitor};
use super::words::Words;
use crate::catalogue::Language;
use crate::store::desk::Refusal;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The field that a refusal is about.
pub(super) fn field_of(refusal: &Refusal) -> Option<Wrong> {
    match refusal {
        Refusal::NoTicket => Some((Field::Ticket, Fault::NoTicket)),
        Refusal::Ticket(pattern) => Some((Field::Ticket, Fault::Ticket(pattern.clone()))),
        _ => None,
    }
}

/// What is said of a refusal. The reasons of the store are for the log.
pub(super) fn said(words: &Words, refusal: &Refusal) -> (StatusCode, String) {
    match refusal {
        Refusal::Role(_) => (StatusCode::FORBIDDEN, words.fault_role_auditor.into()),
        Refusal::NoTicket => (StatusCode::UNPROCESSABLE_ENTITY, words.fault_ticket.into()),
        Refusal::Ticket(pattern) => (StatusCode::UNPROCESSABLE_ENTITY, words.fault(&Fault::Ticket(pattern.clone()))),
        Refusal::Rate(allowed) => {
            let text = format!("{} {allowed}. {}", words.fault_rate_before, words.fault_rate_after);
            (StatusCode::TOO_MANY_REQUESTS, text)
        }
        Refusal::Off => (StatusCode::SERVICE_UNAVAILABLE, words.fault_off.into()),
        Refusal::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, words.fault_store.into()),
        Refusal::Audit(_) => (StatusCode::SERVICE_UNAVAILABLE, words.fault_audit.into()),
    }
}

pub(super) fn denial(words: &Words, refused: &Refused) -> (StatusCode, String) {
    match refused {
        Refused::Password => (StatusCode::UNAUTHORIZED, words.denied_password.into()),
        Refused::Throttled => (StatusCode::TOO_MANY_REQUESTS, words.denied_throttled.into()),
        Refused::NoUser(field) => (StatusCode::UNAUTHORIZED, format!("{} {field}.", words.denied_user)),
        Refused::NoRole(field) => (StatusCode::FORBIDDEN, format!("{} {field}.", words.denied_role)),
        Refused::NoProxy => (StatusCode::FORBIDDEN, words.denied_proxy.into()),
        Refused::NotHere => (StatusCode::FORBIDDEN, words.denied_here.into()),
    }
}

pub(super) fn denied(words: &Words, refused: &Refused) -> Response {
    let (status, text) = denial(words, refused);
    let page = page::sentence(words, None, words.denied, &text);
    challenged((status, Html(page.into_string())).into_response(), refused)
}

/// Asks for a password where one would help.
pub(super) fn challenged(mut response: Response, refused: &Refused) -> Response {
    if *refused == Refused::Password {
        let challenge = HeaderValue::from_static("Basic realm=\"mailgauge look-up\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

pub(super) fn sentence(words: &Words, visitor: Option<&Visitor>, status: StatusCode, text: &str) -> Response {
    (status, Html(page::sentence(words, visitor, words.problem, text).into_string())).into_response()
}

/// The answer to the language switch, `lang=nl`: the same page, and a cookie. Any other query is refused.
pub(super) fn switched(words: &Words, path: &'static str, query: &str) -> Response {
    let Some(language) = query.strip_prefix("lang=").and_then(Language::named) else {
        return sentence(words, None, StatusCode::BAD_REQUEST, words.fault_query);
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response();
    let cookie = format!("{}={language}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict", headers::LANGUAGE);
    set_cookie(&mut response, &cookie);
    response
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    // Names, digits and attributes of ours: always a header value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

pub(super) fn no_random_numbers() -> Response {
    tracing::error!("the operating system gives no random numbers: no form can be made");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// Bodies that are too large or of another kind keep their status; all other faults of a body are bad requests.
pub(super) fn status_of(rejected: StatusCode) -> StatusCode {
    match rejected {
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE => rejected,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Header fields that leave a browser nothing to do but show the page and send its form.
pub(super) async fn hardened(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 7] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With `no-referrer`, browsers would send `Origin: null` with our own form (Fetch §3.2), and nothing could be told from it.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
