//! The sockets we listen on: handed over by systemd, or bound here.

use crate::config::{Address, Config, HostPort};
use crate::milter::Socket;
use anyhow::{Context, bail};
use listenfd::ListenFd;
use socket2::{Domain, SockAddr, Socket as RawSocket, Type};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Everything we listen on.
pub struct Sockets {
    /// Where the MTA connects; at least one.
    pub milter: Vec<Socket>,
    /// Where metrics and health are served.
    pub http: Option<TcpListener>,
    /// Where the look-up page is served.
    pub desk: Option<TcpListener>,
    /// How many of them came from systemd.
    pub handed_over: usize,
}

impl Sockets {
    /// Takes what systemd hands over and binds the rest. Sockets named `http` serve metrics, all others are for the MTA;
    /// whichever of the two is handed over is not bound from the configuration as well. Where metrics cannot be served, the log says so,
    /// and mail is taken all the same.
    pub fn open(config: &Config) -> anyhow::Result<Sockets> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut sockets = handed_over(&mut ListenFd::from_env(), &names)?;
        if sockets.milter.is_empty() {
            for address in &config.listen {
                sockets.milter.push(bind(address, config.socket_mode)?);
            }
        }
        if let (None, Some(at)) = (&sockets.http, &config.http) {
            sockets.http = bind_tcp(at)
                .inspect_err(|error| {
                    tracing::error!(
                        "[http] cannot listen on {at}: {error:#}; metrics and health are not served, mail is not affected"
                    );
                })
                .ok();
        }
        if let Some(at) = &config.desk {
            sockets.desk = bind_tcp(at)
                .inspect_err(|error| {
                    tracing::error!(
                        "[lookup] cannot listen on {at}: {error:#}; the look-up page is not served, mail is not affected"
                    );
                })
                .ok();
        }
        Ok(sockets)
    }
}

fn handed_over(fds: &mut ListenFd, names: &str) -> anyhow::Result<Sockets> {
    let mut sockets = Sockets { milter: Vec::new(), http: None, desk: None, handed_over: fds.len() };
    let mut names = names.split(':');
    for index in 0..fds.len() {
        let name = names.next().unwrap_or_default();
        if let Ok(Some(unix)) = fds.take_unix_listener(index) {
            if name == "http" {
                bail!(
                    "systemd handed over a unix socket named http, but metrics are served over TCP: ListenStream=127.0.0.1:10725"
                );
            }
            sockets.milter.push(Socket::Unix(unix));
            continue;
        }
        let tcp = fds
            .take_tcp_listener(index)
            .context("systemd handed over a socket that is no stream: use ListenStream=")?;
        // Each index is taken once.
        let Some(tcp) = tcp else { continue };
        if name != "http" {
            sockets.milter.push(Socket::Tcp(tcp));
        } else if sockets.http.replace(tcp).is_some() {
            bail!("systemd handed over two sockets named http: leave one");
        }
    }
    Ok(sockets)
}

fn bind(address: &Address, mode: u32) -> anyhow::Result<Socket> {
    match address {
        Address::Tcp(at) => bind_tcp(at).map(Socket::Tcp),
        Address::Unix(path) => bind_unix(path, mode).map(Socket::Unix),
    }
    .with_context(|| format!("[milter] cannot listen on {address}"))
}

fn bind_tcp(at: &HostPort) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((at.host.as_str(), at.port)) {
        Ok(listener) => Ok(listener),
        Err(e) if e.kind() == ErrorKind::AddrInUse => {
            bail!("the port is taken: another mailgauge? `ss -ltnp 'sport = :{}'` shows by whom", at.port)
        }
        Err(e) if e.kind() == ErrorKind::AddrNotAvailable => bail!("this machine does not have that address"),
        Err(e) => Err(e.into()),
    }
}

fn bind_unix(path: &Path, mode: u32) -> anyhow::Result<UnixListener> {
    let _turn = turn(path);
    remove_stale(path)?;
    let listener = match UnixListener::bind(path) {
        Ok(listener) => listener,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            bail!("the directory does not exist: create it for the user mailgauge runs as")
        }
        Err(e) => return Err(e.into()),
    };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).context("cannot set socket_mode")?;
    Ok(listener)
}

/// Locks the directory of a socket: of two that start at once, the second must not take what the first has just bound for something
/// stale. (A socket that is bound under another name and renamed would do, too, but `ss` would show the other name for ever.) A directory
/// that cannot be locked is none that anybody else of ours could lock.
fn turn(path: &Path) -> Option<File> {
    let directory = File::open(path.parent()?).ok()?;
    directory.lock().ok()?;
    Some(directory)
}

/// Removes what an earlier run left behind: only a socket, and only if nobody answers there.
fn remove_stale(path: &Path) -> anyhow::Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        bail!("there is something that is not a socket, and it was left alone: remove it or choose another path");
    }
    if answers(path).context("cannot tell whether somebody still listens there")? {
        bail!("somebody answers there already: another mailgauge?");
    }
    std::fs::remove_file(path).context("cannot remove the socket an earlier run left behind")
}

/// Whether somebody listens on a unix socket. Non-blocking, for one whose queue is full would let us wait.
fn answers(path: &Path) -> io::Result<bool> {
    let socket = RawSocket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::WouldBlock => Ok(true),
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => Ok(false),
        Err(e) => Err(e),
    }
}

/// The address of a socket in Postfix's spelling, with the port that the kernel chose.
pub fn shown(socket: &Socket) -> String {
    match socket {
        Socket::Tcp(tcp) => tcp.local_addr().map_or_else(|_| "inet:?".into(), |at| format!("inet:{at}")),
        Socket::Unix(unix) => {
            let at = unix.local_addr().ok();
            let path = at.as_ref().and_then(|at| at.as_pathname());
            path.map_or_else(|| "unix:?".into(), |path| format!("unix:{}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(path: &Path) -> Address {
        Address::Unix(path.into())
    }

    #[test]
    fn only_what_is_stale_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("milter.sock");
        let first = bind(&unix(&path), 0o640).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(shown(&first), format!("unix:{}", path.display()));

        let busy = format!("{:#}", bind(&unix(&path), 0o660).unwrap_err());
        assert!(busy.ends_with("somebody answers there already: another mailgauge?"), "{busy}");
        drop(first);
        assert!(path.exists());
        bind(&unix(&path), 0o660).expect("a stale socket is replaced");

        let file = dir.path().join("precious");
        std::fs::write(&file, "data").unwrap();
        assert!(bind(&unix(&file), 0o660).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "data");
    }

    #[test]
    fn one_whose_queue_is_full_is_somebody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("milter.sock");
        let address = SockAddr::unix(&path).unwrap();
        let busy = RawSocket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        busy.bind(&address).unwrap();
        busy.listen(0).unwrap();
        let waiting = RawSocket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        waiting.connect(&address).unwrap();
        let error = format!("{:#}", bind(&unix(&path), 0o660).unwrap_err());
        assert!(error.ends_with("somebody answers there already: another mailgauge?"), "{error}");
    }

    #[test]
    fn of_two_that_start_at_once_one_gets_the_socket() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("milter.sock");
        for _ in 0..20 {
            // Stale since the last round.
            let starters: Vec<_> = (0..4)
                .map(|_| {
                    let address = unix(&path);
                    std::thread::spawn(move || bind(&address, 0o660))
                })
                .collect();
            let bound: Vec<_> = starters.into_iter().map(|starter| starter.join().unwrap()).collect();
            assert_eq!(bound.iter().filter(|socket| socket.is_ok()).count(), 1);
        }
    }

    #[test]
    fn errors_say_what_to_do() {
        let missing = format!("{:#}", bind(&unix(Path::new("/nonexistent/milter.sock")), 0o660).unwrap_err());
        assert!(missing.contains("the directory does not exist: create it"), "{missing}");
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let address = Address::Tcp(HostPort { host: "127.0.0.1".into(), port });
        let busy = format!("{:#}", bind(&address, 0o660).unwrap_err());
        assert!(busy.contains(&format!("inet:127.0.0.1:{port}: the port is taken")), "{busy}");
    }
}
