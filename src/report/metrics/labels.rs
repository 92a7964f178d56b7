//! The values of labels: closed lists.

use crate::scan::closed::closed;

closed! {
    /// How far a transaction had come when it broke off.
    pub enum Stage {
        /// After MAIL, before DATA: the client or another check gave up. Nothing of the mail was seen.
        Mail = "mail",
        /// After DATA, before the first header field: Postfix sends none before it has the whole mail.
        Data = "data",
        /// In the header block.
        Header = "header",
        /// In the body.
        Body = "body",
    }
}

closed! {
    /// What went wrong inside mailgauge.
    pub enum ErrorKind {
        /// A panic while measuring, caught: this mail passed unmeasured.
        Panic = "panic",
        /// A panic that ended a whole session: the MTA goes on as its `default_action` says.
        Session = "session",
        /// accept() failed; it is tried again.
        Accept = "accept",
        /// The answer could not be sent: the mail may have passed without its tag.
        Reply = "reply",
    }
}

closed! {
    /// Why a connection was closed before a session began in it.
    pub enum Refusal {
        /// No whole first frame in time.
        Silent = "silent",
        /// The first frame was not that of a milter client, or the peer hung up before it.
        Foreign = "foreign",
        /// Too many others were waiting with it.
        Crowded = "crowded",
        /// All places for sessions were taken, and none became free in time.
        Full = "full",
    }
}

closed! {
    /// How reading the configuration again ended.
    pub enum Reload {
        /// The new configuration is in force.
        Success = "success",
        /// The old one stays.
        Failure = "failure",
    }
}

closed! {
    /// Why a record was not written.
    pub enum Loss {
        /// More mails than the store could write, and the queue was full.
        QueueFull = "queue-full",
        /// The queue was full, for the store did not answer, or could not be written.
        StoreUnavailable = "store-unavailable",
        /// The queue was full, for the store cannot be used until somebody mends it.
        StoreUnusable = "store-unusable",
        /// mailgauge stopped, and the store did not take what was left.
        Shutdown = "shutdown",
    }
}

closed! {
    /// How a look-up at the page or the API ended.
    pub enum LookUp {
        /// Mails were found.
        Found = "found",
        /// None was.
        Empty = "empty",
        /// What was typed is no question: no ticket, not an address, a broken request.
        Invalid = "invalid",
        /// This worker or this browser may not ask.
        Forbidden = "forbidden",
        /// The worker had asked too often.
        Limited = "limited",
        /// It could not be written into the audit log.
        Unaudited = "unaudited",
        /// The store did not answer, or there is none.
        Failed = "failed",
    }
}
