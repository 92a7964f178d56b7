//! What is asked of the MTA at the beginning of a session: no more than is used, and only what it offers.

use indymilter::{Actions, MacroStage, ProtoOpts};
use std::collections::HashMap;
use std::ffi::CString;

/// Adding our tag, deleting forged ones, holding a mail, and naming the macros we want. Never body, sender or recipients: a daemon
/// that cannot alter a mail need not be trusted not to.
const ACTIONS: Actions =
    Actions::ADD_HEADER.union(Actions::CHANGE_HEADER).union(Actions::QUARANTINE).union(Actions::REQUEST_MACROS);

/// Events we have no use for stay with the MTA: HELO names and unknown commands are not even sent to us.
const UNWANTED: ProtoOpts = ProtoOpts::NO_HELO.union(ProtoOpts::NO_UNKNOWN);

/// Events that we don't answer, which saves a round trip for each of them, each header field and each piece of the body. Recipients are answered
/// where a policy may refuse them.
const UNANSWERED: ProtoOpts = ProtoOpts::NOREPLY_CONNECT
    .union(ProtoOpts::NOREPLY_MAIL)
    .union(ProtoOpts::NOREPLY_RCPT)
    .union(ProtoOpts::NOREPLY_DATA)
    .union(ProtoOpts::NOREPLY_HEADER)
    .union(ProtoOpts::NOREPLY_EOH)
    .union(ProtoOpts::NOREPLY_BODY);

/// The blank after the colon is kept: without it, `Name: value` and `Name:value` look the same, and header bytes could not be
/// counted exactly. Fields that we add bring their own blank then.
const EXACT: ProtoOpts = ProtoOpts::LEADING_SPACE;

/// What the session may do and will be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub actions: Actions,
    pub opts: ProtoOpts,
}

impl Terms {
    /// Takes from an offer what we want.
    pub(super) fn of_offer(actions: Actions, opts: ProtoOpts, answers_recipients: bool) -> Terms {
        let mut wanted = UNWANTED.union(UNANSWERED).union(EXACT);
        wanted.set(ProtoOpts::NOREPLY_RCPT, !answers_recipients);
        Terms { actions: actions & ACTIONS, opts: opts & wanted }
    }

    /// Whether header values come with the blank after the colon, and have to be sent with it.
    pub(super) fn leading_space(self) -> bool {
        self.opts.contains(EXACT)
    }
}

/// The macros we want: the queue ID, and whether the client has authenticated.
///
/// `{auth_type}` is the name of a mechanism; `{auth_authen}`, the login, is of no use here. What is named for a stage comes in place of the
/// MTA's own list, which holds addresses, host names and names of certificates, and which Postfix sends even for events that we declined. So
/// each stage gets a list, if only of something harmless.
pub(super) fn macros() -> HashMap<MacroStage, CString> {
    [
        (MacroStage::Connect, c"{daemon_name}"),
        (MacroStage::Helo, c"{tls_version}"),
        (MacroStage::Mail, c"{auth_type}"),
        (MacroStage::Rcpt, c"i"),
        (MacroStage::Data, c"i"),
        (MacroStage::Eoh, c"i"),
        (MacroStage::Eom, c"i"),
    ]
    .map(|(stage, names)| (stage, names.to_owned()))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_offered() {
        let terms = Terms::of_offer(Actions::empty(), ProtoOpts::empty(), false);
        assert_eq!(terms, Terms { actions: Actions::empty(), opts: ProtoOpts::empty() });
        let terms = Terms::of_offer(
            Actions::ADD_HEADER | Actions::REPLACE_BODY,
            ProtoOpts::NOREPLY_HEADER | ProtoOpts::SKIP,
            false,
        );
        assert_eq!(terms, Terms { actions: Actions::ADD_HEADER, opts: ProtoOpts::NOREPLY_HEADER });
    }

    #[test]
    fn nothing_that_could_alter_a_mail() {
        let terms = Terms::of_offer(Actions::all(), ProtoOpts::all(), false);
        assert_eq!(
            terms.actions,
            Actions::ADD_HEADER | Actions::CHANGE_HEADER | Actions::QUARANTINE | Actions::REQUEST_MACROS
        );
        assert!(
            !Terms::of_offer(Actions::all(), ProtoOpts::all(), true).opts.contains(ProtoOpts::NOREPLY_RCPT)
                && terms.opts.contains(ProtoOpts::NOREPLY_RCPT)
        );
        assert!(
            !terms.opts.intersects(ProtoOpts::NO_HEADER | ProtoOpts::NO_BODY | ProtoOpts::NO_EOH | ProtoOpts::NO_DATA)
        );
    }
}
