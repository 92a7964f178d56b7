//! Integration tests: one binary, the real programs, the real wire.

mod canary;
mod daemon;
mod postfix;
mod smtp;
