//! The integration tests, in one binary.

mod daemon;
mod milter_descriptors;
mod milter_fault;
mod milter_privacy;
mod milter_wire;
