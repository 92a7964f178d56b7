//! One binary for all integration tests: one link instead of many.

mod catalogue;
mod corpus;
