//! The one integration binary.
#![forbid(unsafe_code)]

mod corpus;
mod mails;
mod memory;
mod sources;
