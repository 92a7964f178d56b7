//! Integration tests: one binary, the real programs, the real wire.

mod canary;
mod postfix;
mod smtp;
