//! The only room that names indymilter.

use std::time::Duration;

/// Bounds of the milter sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Sessions open at once; further connections wait in the kernel's queue.
    pub max_sessions: usize,
    /// A session in which the MTA says nothing for this long is closed. Postfix keeps a session open while its client idles.
    pub idle_timeout: Duration,
    /// A new connection must send its first frame within this time: a stalled peer must not hold a place.
    pub first_frame_timeout: Duration,
    /// After SIGTERM, open transactions get this long to finish.
    pub drain_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            max_sessions: 500,
            idle_timeout: Duration::from_secs(3600),
            first_frame_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(20),
        }
    }
}

/// A bound socket on which the MTA connects.
#[derive(Debug)]
pub enum Socket {
    /// TCP.
    Tcp(std::net::TcpListener),
    /// A unix domain socket.
    Unix(std::os::unix::net::UnixListener),
}
