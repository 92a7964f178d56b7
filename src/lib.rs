//! mailgauge measures every mail on its way through Postfix, so that a helpdesk can tell why a mail misbehaves
//! without ever opening a mailbox.
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod milter;
pub mod policy;
pub mod report;
pub mod scan;

/// What a message is judged by; one value for each message, exchanged as a whole on reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Bounds of the scanner.
    pub limits: scan::Limits,
    /// What findings lead to.
    pub policy: policy::Policy,
    /// From which size or count findings speak.
    pub thresholds: catalogue::Thresholds,
    /// Bounds of the milter sessions.
    pub milter: milter::Bounds,
}
