//! The integration tests: one binary, one subject a module; the real programs, the real wire.
#![forbid(unsafe_code)]

mod ambiguity;
mod canary;
mod catalogue;
mod cli;
mod compose;
mod composed;
mod corpus;
mod cut_files;
mod daemon;
mod docs;
mod false_alarms;
#[path = "../shared/hostile.rs"]
mod hostile;
mod http;
mod kills;
mod lookup;
mod mails;
mod memory;
mod milter_descriptors;
mod milter_fault;
mod milter_privacy;
mod milter_wire;
mod office;
mod policy;
mod postfix;
mod prometheus;
mod redact;
mod run;
mod smtp;
mod sources;
mod store;
mod units;
