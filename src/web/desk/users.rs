//! Users of our own: a file as `htpasswd -B` makes it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::hash::Hash;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// A password that was right is not computed again for this long: bcrypt is slow by design, and browsers send it with each request.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// Passwords that are remembered.
const MAX_REMEMBERED: usize = 1024;
/// Wrong passwords from one peer, or for one name, within [`FAILURE_WINDOW`]; then neither is answered for the rest of it, but for the
/// name where it is at home.
const MAX_FAILURES: u32 = 10;
/// The time in which wrong passwords are counted.
const FAILURE_WINDOW: Duration = Duration::from_secs(600);
/// Peers and names of which wrong passwords are counted.
const MAX_COUNTED: usize = 4096;
/// Somebody who was right is at home where he came from for this long: guesses made elsewhere don't keep him out.
const AT_HOME: Duration = Duration::from_secs(30 * 86_400);
/// Homes that are remembered.
const MAX_HOMES: usize = 4096;
/// Bytes of the file; what is behind is not read.
const MAX_FILE: u64 = 1 << 20;
/// The highest cost of a hash that is taken: at 14 one password takes about a second.
const MAX_COST: u32 = 14;

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// No such user, or not his password.
    Wrong,
    /// Too many wrong passwords of late.
    Throttled,
}

/// The users.
pub(super) struct Users {
    path: PathBuf,
    file: Mutex<File>,
    /// Keyed, so that what is remembered is no password and no hash of one.
    mac: Hmac<Sha256>,
    right: Mutex<Recent<[u8; 32], ()>>,
    failures: Mutex<Recent<Who, u32>>,
    /// Places and names that go together.
    homes: Mutex<Recent<[u8; 32], ()>>,
    /// One password is computed at a time: the mail needs the processor more.
    hashing: Arc<Semaphore>,
}

/// Whose wrong passwords are counted.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Peer(IpAddr),
    Name([u8; 32]),
}

/// The file as it was last read.
struct File {
    /// Its time, size and inode, by which a change is seen.
    stamp: Option<(i64, i64, u64, u64)>,
    hashes: HashMap<String, String>,
    /// A hash that fits no password, as slow as the slowest in the file.
    nobody: String,
}

impl Users {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(path: &Path) -> io::Result<Users> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        // INVARIANT: HMAC takes keys of any length (RFC 2104 §2).
        let mac = Hmac::new_from_slice(&key).expect("HMAC takes any key");
        Ok(Users {
            path: path.to_owned(),
            file: Mutex::new(File::read(path)?),
            mac,
            right: Mutex::new(Recent::new(MAX_REMEMBERED, REMEMBERED)),
            failures: Mutex::new(Recent::new(MAX_COUNTED, FAILURE_WINDOW)),
            homes: Mutex::new(Recent::new(MAX_HOMES, AT_HOME)),
            hashing: Arc::new(Semaphore::new(1)),
        })
    }

    /// Whether this is a user and his password. A wrong name takes as long as a wrong password.
    pub(super) async fn check(&self, peer: IpAddr, name: &str, password: &str) -> Result<(), Denied> {
        let (known, hash) = self.hash_of(name);
        let seen = self.digest(&[b"right", name.as_bytes(), password.as_bytes(), hash.as_bytes()]);
        if known && locked(&self.right).get(&seen).is_some() {
            return Ok(());
        }
        // INVARIANT: nobody closes the semaphore.
        let turn = self.hashing.clone().acquire_owned().await.expect("the semaphore is open");
        // From this machine come the requests of a proxy, and so everybody's.
        let site = (!peer.is_loopback()).then(|| site_of(peer));
        let home = site.map(|site| self.digest(&[b"home", site.to_string().as_bytes(), name.as_bytes()]));
        // At home, a name has a count of its own, which nobody fills from elsewhere.
        let named = home
            .filter(|home| locked(&self.homes).get(home).is_some())
            .unwrap_or_else(|| self.digest(&[b"name", name.as_bytes()]));
        let counted: Vec<Who> = site.map(Who::Peer).into_iter().chain([Who::Name(named)]).collect();
        if counted.iter().any(|who| locked(&self.failures).get(who).is_some_and(|count| *count >= MAX_FAILURES)) {
            return Err(Denied::Throttled);
        }
        // Counted before it is known to be wrong: who hangs up meanwhile has guessed all the same.
        for who in &counted {
            locked(&self.failures).put(who.clone(), |count| count + 1);
        }
        let password = password.to_owned();
        let verified = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            bcrypt::verify(password, &hash).unwrap_or(false)
        });
        if verified.await.unwrap_or(false) && known {
            locked(&self.right).put(seen, |()| ());
            if let Some(home) = home {
                locked(&self.homes).put(home, |()| ());
            }
            for who in counted {
                locked(&self.failures).put(who, |count| count.saturating_sub(1));
            }
            return Ok(());
        }
        tracing::warn!(%peer, "sign-in to the look-up page refused: wrong name or password");
        Err(Denied::Wrong)
    }

    /// The hash of this user's password, of the file as it is now. `false` with a hash that fits nothing if there is no such user.
    fn hash_of(&self, name: &str) -> (bool, String) {
        let mut file = locked(&self.file);
        if file.stamp.is_none() || stamp(&self.path).ok() != file.stamp {
            *file = File::read(&self.path).unwrap_or_else(|error| {
                tracing::error!(file = %self.path.display(), %error, "cannot read the users: nobody is let in");
                File::of("")
            });
        }
        match file.hashes.get(name) {
            Some(hash) => (true, hash.clone()),
            None => (false, file.nobody.clone()),
        }
    }

    fn digest(&self, fields: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for field in fields {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        mac.finalize().into_bytes().into()
    }
}

impl File {
    fn read(path: &Path) -> io::Result<File> {
        use std::io::Read;
        // Before the content: a change in between is seen at the next look.
        let stamp = stamp(path)?;
        let mut text = String::new();
        std::fs::File::open(path)?.take(MAX_FILE).read_to_string(&mut text)?;
        Ok(File { stamp: Some(stamp), ..File::of(&text) })
    }

    /// Reads `name:hash` lines; those that cannot be used are named in the log by their number.
    fn of(text: &str) -> File {
        let mut hashes = HashMap::new();
        let mut slowest = 5;
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match line.trim_end().split_once(':').map(|(name, hash)| (super::access::login(name), hash, cost(hash))) {
                Some((Some(name), hash, Some(cost))) => {
                    slowest = slowest.max(cost);
                    hashes.insert(name, hash.to_owned());
                }
                _ => tracing::warn!(
                    line = number,
                    "a line of the users' file is left out: `htpasswd -B` makes ones that fit, with a cost of 14 at most (-C)"
                ),
            }
        }
        File { stamp: None, hashes, nobody: format!("$2y${slowest:02}${}", ".".repeat(53)) }
    }
}

/// The cost of a bcrypt hash. `None` for anything else.
fn cost(hash: &str) -> Option<u32> {
    let (cost, rest) = hash.strip_prefix("$2y$").or_else(|| hash.strip_prefix("$2b$"))?.split_once('$')?;
    let whole = rest.len() == 53 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
    cost.parse().ok().filter(|cost| whole && (4..=MAX_COST).contains(cost))
}

fn stamp(path: &Path) -> io::Result<(i64, i64, u64, u64)> {
    let meta = std::fs::metadata(path)?;
    Ok((meta.mtime(), meta.mtime_nsec(), meta.size(), meta.ino()))
}

/// One place of the network: an IPv4 address, or the /64 that one IPv6 subscriber has.
fn site_of(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) >> 64 << 64).into(),
        v4 => v4,
    }
}

/// What is remembered for a time, in a bounded number.
struct Recent<K, V> {
    entries: HashMap<K, (Instant, V)>,
    most: usize,
    time: Duration,
}

impl<K: Hash + Eq + Clone, V: Default + Copy> Recent<K, V> {
    fn new(most: usize, time: Duration) -> Recent<K, V> {
        Recent { entries: HashMap::new(), most, time }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).filter(|(since, _)| since.elapsed() < self.time).map(|(_, value)| value)
    }

    /// Changes the value, beginning with the default. Its time begins with the first change.
    fn put(&mut self, key: K, change: impl Fn(V) -> V) {
        if self.get(&key).is_none() {
            if self.entries.len() >= self.most {
                let time = self.time;
                self.entries.retain(|_, (since, _)| since.elapsed() < time);
            }
            // All are fresh: the oldest makes room.
            if self.entries.len() >= self.most
                && let Some(oldest) = self.entries.iter().min_by_key(|(_, (since, _))| *since).map(|(k, _)| k.clone())
            {
                self.entries.remove(&oldest);
            }
            self.entries.insert(key, (Instant::now(), change(V::default())));
        } else if let Some((_, value)) = self.entries.get_mut(&key) {
            *value = change(*value);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn line(name: &str, password: &str) -> String {
        let hash = bcrypt::hash_with_result(password, 4).unwrap().format_for_version(bcrypt::Version::TwoY);
        format!("{name}:{hash}\n")
    }

    #[tokio::test]
    async fn a_file_of_users_is_read_and_followed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users");
        assert!(Users::open(&path).is_err());
        std::fs::write(&path, format!("# who\n\n{}bad:$apr1$x$y\nno line\n", line("anna", "geheim"))).unwrap();
        let users = Users::open(&path).unwrap();
        assert_eq!(users.check(PEER, "anna", "geheim").await, Ok(()));
        // From memory.
        assert_eq!(users.check(PEER, "anna", "geheim").await, Ok(()));
        for (name, password) in [("anna", "Geheim"), ("anna", ""), ("bad", "y"), ("nobody", "geheim"), ("", "")] {
            assert_eq!(users.check(PEER, name, password).await, Err(Denied::Wrong), "{name}");
        }
        // Another password, and the old one is not remembered any more.
        std::fs::write(&path, line("anna", "anders!!")).unwrap();
        assert_eq!(users.check(PEER, "anna", "geheim").await, Err(Denied::Wrong));
        assert_eq!(users.check(PEER, "anna", "anders!!").await, Ok(()));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(users.check(PEER, "anna", "anders!!").await, Err(Denied::Wrong));
    }

    #[tokio::test]
    async fn guessing_ends_soon_and_shuts_nobody_out_who_is_in() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users");
        std::fs::write(&path, line("anna", "geheim") + &line("bert", "ook")).unwrap();
        let users = Users::open(&path).unwrap();
        let [there, elsewhere] = ["192.0.2.8", "192.0.2.9"].map(|peer| peer.parse().unwrap());
        assert_eq!(users.check(there, "anna", "geheim").await, Ok(()));
        for guess in 0..MAX_FAILURES {
            assert_eq!(users.check(there, "anna", &guess.to_string()).await, Err(Denied::Wrong));
        }
        assert_eq!(users.check(there, "bert", "ook").await, Err(Denied::Throttled));
        assert_eq!(users.check(elsewhere, "bert", "ook").await, Ok(()));
        assert_eq!(users.check(there, "anna", "geheim").await, Ok(()));
        // From this machine come the requests of a proxy: no user can lock the others out.
        for guess in 0..2 * MAX_FAILURES {
            let name = format!("guess{guess}");
            assert_eq!(users.check(PEER, &name, "x").await, Err(Denied::Wrong));
        }
    }

    #[tokio::test]
    async fn guesses_of_strangers_keep_nobody_out_of_his_home() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users");
        std::fs::write(&path, line("anna", "geheim")).unwrap();
        let users = Users::open(&path).unwrap();
        let [home, next_door, new] =
            ["2001:db8:0:1::8", "2001:db8:0:1::9", "192.0.2.9"].map(|peer| peer.parse().unwrap());
        assert_eq!(users.check(home, "anna", "geheim").await, Ok(()));
        // Each from another place, so that it is the name that is counted.
        for guess in 0..MAX_FAILURES {
            let stranger = format!("198.51.100.{guess}").parse().unwrap();
            assert_eq!(users.check(stranger, "anna", "x").await, Err(Denied::Wrong));
        }
        assert_eq!(users.check(new, "anna", "x").await, Err(Denied::Throttled));
        // With a new password, of which nothing is remembered.
        std::fs::write(&path, line("anna", "nog geheimer")).unwrap();
        assert_eq!(users.check(new, "anna", "nog geheimer").await, Err(Denied::Throttled));
        assert_eq!(users.check(next_door, "anna", "nog geheimer").await, Ok(()));
        // Guessing at home ends as well.
        for guess in 0..MAX_FAILURES {
            assert_eq!(users.check(home, "anna", &guess.to_string()).await, Err(Denied::Wrong));
        }
        assert_eq!(users.check(home, "anna", "x").await, Err(Denied::Throttled));
    }

    #[test]
    fn who_is_unknown_costs_as_much_as_who_is_known() {
        let file = File::of(&format!("a:$2y$06${}\nb:$2y$11${}\n", "a".repeat(53), "a".repeat(53)));
        assert_eq!(file.hashes.len(), 2);
        assert_eq!(cost(&file.nobody), Some(11));
        // It is computed, and not refused for its form.
        assert!(!bcrypt::verify("", &File::of("").nobody).unwrap());
        for bad in ["$2y$15$", "$2y$03$", "$2a$05$", "$2y$05", "$2y$x$"] {
            assert_eq!(cost(&format!("{bad}{}", "a".repeat(53))), None, "{bad}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut recent = Recent::<u32, u32>::new(3, Duration::from_secs(60));
        for key in 0..10 {
            recent.put(key, |n| n + 1);
        }
        assert_eq!((recent.entries.len(), recent.get(&9), recent.get(&0)), (3, Some(&1), None));
        recent.put(9, |n| n + 1);
        assert_eq!(recent.get(&9), Some(&2));
        assert_eq!(site_of("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1:2::".parse::<IpAddr>().unwrap());
    }
}
