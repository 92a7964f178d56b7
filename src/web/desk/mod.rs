//! The helpdesk's page and its JSON API, on a listener of their own.

mod access;

pub use access::Access;
