//! The same look-up for programs: JSON in, JSON out, errors as `application/problem+json` (RFC 9457).

use super::form::{Typed, Wrong};
use super::words::Words;
use crate::catalogue::Language;
use crate::store::desk::Refusal;
use crate::store::view::{AnswerView, DestinationView, FindingView, PartView, RecordView, WindowView, WouldView};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// A look-up: a ticket, and one of `reference`, `queue_id`, `message_id`, `recipient` and/or `sender`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookUp {
    /// The number of the ticket for which somebody looks; it is written into the audit log.
    #[schema(example = "INC-2026/0815")]
    ticket: String,
    /// The reference in the mail's X-Mailgauge field.
    #[serde(default)]
    #[schema(example = "7K3M-9QTX-2HDC")]
    reference: Option<String>,
    /// Postfix's queue ID.
    #[serde(default)]
    queue_id: Option<String>,
    /// The Message-ID.
    #[serde(default)]
    message_id: Option<String>,
    /// The address of an envelope recipient, complete.
    #[serde(default)]
    recipient: Option<String>,
    /// The address of the envelope sender, complete.
    #[serde(default)]
    sender: Option<String>,
    /// How far back: `48h`, `7d`, or `all` for as far as records are kept. The default is the operator's.
    #[serde(default)]
    #[schema(example = "48h")]
    since: Option<String>,
}

impl From<LookUp> for Typed {
    fn from(look_up: LookUp) -> Typed {
        let LookUp { ticket, reference, queue_id, message_id, recipient, sender, since } = look_up;
        Typed {
            token: String::new(),
            ticket,
            recipient: recipient.unwrap_or_default(),
            sender: sender.unwrap_or_default(),
            reference: reference.unwrap_or_default(),
            queue_id: queue_id.unwrap_or_default(),
            message_id: message_id.unwrap_or_default(),
            since: since.unwrap_or_default(),
        }
    }
}

/// Why there is no answer. It repeats nothing of what was asked.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong and what to do.
    detail: String,
    /// The key that is wrong, if it is one.
    field: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        let title = status.canonical_reason().unwrap_or("Error");
        Problem { kind: "about:blank", title, status: status.as_u16(), detail: detail.into(), field: None }
    }

    pub(super) fn of_field((field, fault): &Wrong) -> Problem {
        let detail = Words::of(Language::English).fault(fault);
        Problem { field: Some(field.name()), ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// What a refusal is for programs: the same as on the page, in English.
    pub(super) fn of_refusal(refusal: &Refusal) -> Problem {
        match super::field_of(refusal) {
            Some(wrong) => Problem::of_field(&wrong),
            None => {
                let (status, detail) = super::answers::said(Words::of(Language::English), refusal);
                Problem::new(status, detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], json(&self)).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("600"));
        }
        response
    }
}

/// The answer, as JSON.
pub(super) fn answer(view: &AnswerView) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json(view)).into_response()
}

fn json(value: &impl Serialize) -> String {
    // INVARIANT: the views are structs of texts and numbers, which JSON always has a form for.
    serde_json::to_string(value).expect("plain data")
}

/// Reads the body. The error names a place and not what stands there.
pub(super) fn read(body: &[u8]) -> Result<Typed, Problem> {
    serde_json::from_slice::<LookUp>(body).map(Typed::from).map_err(|error| {
        let detail = format!(
            "the body is not a look-up (line {}, column {}): send an object with `ticket` and one of `reference`, `queue_id`, \
             `message_id`, `recipient`, `sender`, and perhaps `since`, all of them texts",
            error.line(),
            error.column()
        );
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// Looks mails up: an exact question for one ticket.
///
/// Each call is written into the audit log before it is answered. Sign in with HTTP Basic, or through the operator's reverse proxy.
#[utoipa::path(
    post,
    path = "/api/v1/lookup",
    operation_id = "lookup",
    request_body(content = LookUp, content_type = "application/json"),
    responses(
        (status = 200, description = "What was found, perhaps nothing", body = AnswerView, content_type = "application/json"),
        (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "This user or this peer may not look", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 16 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value is wrong, or the ticket is missing", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many look-ups, or wrong passwords", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Records or audit log cannot be reached", body = Problem, content_type = "application/problem+json"),
    )
)]
#[allow(dead_code, reason = "it carries the description; the handler is in the router")]
fn lookup() {}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "mailgauge look-up",
        description = "What happened to this user's mail? Sizes, kinds of files, findings, and no word of a mail.",
        license(name = "GPL-3.0-or-later", identifier = "GPL-3.0-or-later"),
        contact(),
    ),
    paths(lookup),
    components(schemas(
        LookUp,
        AnswerView,
        WindowView,
        RecordView,
        PartView,
        FindingView,
        WouldView,
        DestinationView,
        Problem
    ))
)]
struct Document;

/// The description of the API (OpenAPI 3.1), as it is served and as it stands in `docs/openapi.json`.
pub fn document() -> String {
    // INVARIANT: a tree of texts, lists and maps with texts as keys.
    Document::openapi().to_pretty_json().expect("plain data") + "\n"
}
