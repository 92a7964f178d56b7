//! From milter events to the session and back. Nothing is decided here.

use super::message::Mail;
use super::negotiation::{Terms, macros};
use super::session::{Answer, Client, Powers, Session};
use super::{Peer, Shared};
use crate::report::metrics::ErrorKind;
use crate::report::{Metrics, QueueId, Reply, tag};
use indymilter::{
    ActionError, Actions, CallbackFuture, Callbacks, Context, ContextActions, EomContext, Macros, ProtoOpts,
    SetErrorReply, SocketInfo, Status,
};
use std::ffi::{CStr, CString};
use std::future::ready;
use std::sync::Arc;

/// Where our tag goes: below Postfix's own `Received`, which then still begins the trace, and above all that came with the mail.
/// Position 0 would be above it. Postfix and Sendmail agree on both.
const TAG_INDEX: i32 = 1;

/// Names of services are short; a longer one is none that a rule would name.
const MAX_DAEMON_NAME: usize = 128;

/// The callbacks of all sessions.
pub(super) fn callbacks(shared: Arc<Shared>) -> Callbacks<Peer> {
    Callbacks::new()
        .on_negotiate(move |cx, actions, opts| {
            // Only where a recipient may be refused is it worth a round trip for each.
            let answers_recipients = shared.settings.borrow().policy.answers_recipients();
            let terms = Terms::of_offer(actions, opts, answers_recipients);
            cx.requested_actions = terms.actions;
            cx.requested_opts = terms.opts;
            if terms.actions.contains(Actions::REQUEST_MACROS) {
                cx.requested_macros = macros();
            }
            cx.data = Some(Peer { session: Session::new(shared.clone()), terms });
            Box::pin(ready(Status::Continue))
        })
        .on_connect(|cx, _host, info| {
            let (address, local) = match info {
                SocketInfo::Inet(address) => (Some(address.ip()), address.ip().to_canonical().is_loopback()),
                SocketInfo::Unix(_) => (None, true),
                SocketInfo::Unknown => (None, false),
            };
            let daemon = cx.macros.get(c"{daemon_name}").filter(|name| name.count_bytes() <= MAX_DAEMON_NAME);
            let daemon = daemon.map(|name| name.to_string_lossy().into_owned());
            tell(cx, ProtoOpts::NOREPLY_CONNECT, |session| session.connected(Client { address, local, daemon }))
        })
        .on_mail(|cx, arguments| {
            // The second for an MTA that does not let us name the macros we want, and sends what it was told to.
            let authenticated = is_set(&cx.macros, c"{auth_type}") || is_set(&cx.macros, c"{auth_authen}");
            let mut arguments = arguments.iter().map(|a| a.to_bytes());
            let sender = arguments.next().unwrap_or_default();
            let mail = Mail::parse(arguments, authenticated);
            tell(cx, ProtoOpts::NOREPLY_MAIL, |session| session.mail(sender, mail))
        })
        .on_rcpt(|cx, arguments| {
            let recipient = arguments.first().map_or(&[][..], |a| a.to_bytes());
            Box::pin(ready(self::recipient(cx, recipient)))
        })
        .on_data(|cx| {
            let queue_id = queue_id(&cx.macros);
            tell(cx, ProtoOpts::NOREPLY_DATA, |session| session.data(queue_id))
        })
        .on_header(|cx, name, value| {
            let value = with_leading_space(cx, value);
            tell(cx, ProtoOpts::NOREPLY_HEADER, |session| session.header(name.to_bytes(), value.to_bytes()))
        })
        .on_eoh(|cx| tell(cx, ProtoOpts::NOREPLY_EOH, Session::end_of_headers))
        .on_body(|cx, chunk| tell(cx, ProtoOpts::NOREPLY_BODY, |session| session.body(&chunk)))
        .on_eom(|cx| Box::pin(end(cx)))
        .on_abort(|cx| tell(cx, ProtoOpts::empty(), Session::abort))
}

/// Tells the session what happened. The answer is none where none is wanted, and to go on otherwise.
fn tell<'cx>(
    cx: &'cx mut Context<Peer>,
    unanswered: ProtoOpts,
    event: impl FnOnce(&mut Session),
) -> CallbackFuture<'cx> {
    let mut status = Status::Continue;
    if let Some(peer) = &mut cx.data {
        event(&mut peer.session);
        if peer.terms.opts.intersects(unanswered) {
            status = Status::Noreply;
        }
    }
    Box::pin(ready(status))
}

/// Takes a recipient, or refuses it where its server will not take the mail.
fn recipient(cx: &mut Context<Peer>, recipient: &[u8]) -> Status {
    let Some(Peer { session, terms }) = &mut cx.data else { return Status::Continue };
    let may_refuse = !terms.opts.contains(ProtoOpts::NOREPLY_RCPT);
    match session.recipient(recipient, may_refuse) {
        _ if !may_refuse => Status::Noreply,
        Some(reply) => refuse(&mut cx.reply, &reply, session.metrics()).unwrap_or(Status::Continue),
        None => Status::Continue,
    }
}

/// A reply that the library does not take would be a refusal without words: then there is none, as after any error of ours.
fn refuse(out: &mut impl SetErrorReply, reply: &Reply, metrics: &Metrics) -> Option<Status> {
    let Reply { code, enhanced, text } = reply;
    match out.set_error_reply(code, Some(enhanced), [text.as_str()]) {
        Ok(()) if code.starts_with('4') => Some(Status::Tempfail),
        Ok(()) => Some(Status::Reject),
        Err(_) => {
            metrics.internal_error(ErrorKind::Reply);
            None
        }
    }
}

async fn end(cx: &mut EomContext<Peer>) -> Status {
    let queue_id = queue_id(&cx.macros);
    if let Some(Peer { session, terms }) = &mut cx.data {
        session.unguarded();
        let answer = session.end(queue_id, Powers::of(*terms));
        let metrics = session.metrics();
        if let Some(status) = answer.refusal.as_ref().and_then(|reply| refuse(&mut cx.reply, reply, metrics)) {
            return status;
        }
        metrics.forged_tags_left(u64::from(answer.left));
        if carry_out(&cx.actions, *terms, answer, metrics).await.is_err() {
            metrics.internal_error(ErrorKind::Reply);
        }
    }
    Status::Accept
}

/// Deletes first, for our own tag would be number 1 among those to delete.
async fn carry_out(
    actions: &impl ContextActions,
    terms: Terms,
    answer: Answer,
    metrics: &Metrics,
) -> Result<(), ActionError> {
    for index in answer.to_delete() {
        let index = i32::try_from(index).map_err(|_| ActionError::InvalidParam)?;
        actions.change_header(tag::NAME, index, None::<CString>).await?;
        metrics.forged_tags_removed(1);
    }
    if let Some(tag) = answer.tag {
        let value = if terms.leading_space() { format!(" {tag}") } else { tag };
        actions.insert_header(TAG_INDEX, tag::NAME, value).await?;
    }
    if let Some(reason) = answer.quarantine {
        actions.quarantine(reason).await?;
    }
    Ok(())
}

/// The value as it stands behind the colon. Where the MTA takes the blank away, it is put back: hardly any field is without.
fn with_leading_space(cx: &Context<Peer>, value: CString) -> CString {
    if cx.data.as_ref().is_some_and(|peer| peer.terms.leading_space()) {
        return value;
    }
    let mut bytes = value.into_bytes_with_nul();
    bytes.insert(0, b' ');
    // INVARIANT: a C string with a blank before it is a C string.
    CString::from_vec_with_nul(bytes).expect("one NUL, at the end")
}

impl Powers {
    fn of(terms: Terms) -> Powers {
        Powers {
            delete: terms.actions.contains(Actions::CHANGE_HEADER),
            quarantine: terms.actions.contains(Actions::QUARANTINE),
        }
    }
}

fn is_set(macros: &Macros, name: &CStr) -> bool {
    macros.get(name).is_some_and(|value| !value.is_empty())
}

fn queue_id(macros: &Macros) -> Option<QueueId> {
    QueueId::parse(macros.get(c"i")?.to_bytes())
}
