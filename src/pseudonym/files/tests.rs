use super::*;
use crate::pseudonym::Address;

/// 15 November 2026, noon.
const NOW: i64 = 1_794_744_000;
const DECEMBER: i64 = 1_796_083_200;
const DAY: i64 = 86_400;

fn files(dir: &tempfile::TempDir) -> KeyFiles {
    KeyFiles::new(dir.path().join("keys"), None, Period::Month)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn names(files: &KeyFiles) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(&files.directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_key_of_the_period_is_made_once_and_the_next_one_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    assert!(files.load().unwrap().keys.is_empty());
    let made = files.ensure(NOW).unwrap();
    assert_eq!(files.ensure(NOW).unwrap(), []);
    assert_eq!(names(&files), [format!("2026-11-01-{}.key", made[0])]);
    assert_eq!(mode(&files.directory), 0o700);
    let keys = files.load().unwrap().keys;
    assert_eq!((mode(&keys[0].path), keys[0].key.id(), keys[0].key.until()), (0o600, made[0], DECEMBER));

    assert_eq!(files.ensure(DECEMBER - AHEAD - 1).unwrap(), []);
    assert_eq!(files.ensure(DECEMBER - AHEAD).unwrap().len(), 1);
    assert_eq!(files.ensure(DECEMBER).unwrap(), []);
    // Off for a time, and back at the end of a period.
    let january = DECEMBER + 31 * DAY;
    assert_eq!(files.ensure(january + 28 * DAY).unwrap().len(), 1);
    let keys = files.load().unwrap().keys;
    assert_eq!(keys.iter().map(|k| k.key.from()).collect::<Vec<_>>(), [DECEMBER - 30 * DAY, DECEMBER, january]);
}

#[test]
fn a_new_key_holds_from_now_on() {
    let dir = tempfile::tempdir().unwrap();
    let (files, ring) = (files(&dir), Keyring::default());
    let first = files.reload(&ring, NOW);
    assert!(first.problems.is_empty(), "{first:?}");
    let second = files.rotate(NOW + 60).unwrap();
    assert!(files.reload(&ring, NOW + 60).made.is_empty());
    let at = |time| ring.at(time).map(|k| k.id());
    assert_eq!([at(NOW + 59), at(NOW + 60), at(DECEMBER - 1)], [Some(first.made[0]), Some(second), Some(second)]);
    assert_eq!(at(DECEMBER), None);
}

#[test]
fn a_destroyed_key_is_overwritten_and_gone() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    let id = files.ensure(NOW).unwrap()[0];
    let path = files.load().unwrap().keys[0].path.clone();
    // A second name for the same bytes shows what is left of them.
    let other = dir.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    let length = fs::read(&other).unwrap().len();
    files.destroy(id).unwrap();
    assert_eq!(names(&files), [""; 0]);
    assert_eq!(fs::read(&other).unwrap(), vec![0; length]);
    assert!(matches!(files.destroy(id), Err(KeyFileError::Unknown(unknown)) if unknown == id));
}

#[test]
fn keys_end_with_the_last_record_of_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    files.ensure(NOW).unwrap();
    files.ensure_audit_key().unwrap();
    let retention = Duration::from_secs(30 * DAY as u64);
    let expired = |now| files.expired(now, retention).unwrap().len();
    assert_eq!([expired(NOW), expired(DECEMBER + 30 * DAY - 1), expired(DECEMBER + 30 * DAY)], [0, 0, 1]);
    assert_eq!(files.expired(i64::MAX, Duration::MAX).unwrap().len(), 1);
    assert!(files.expired(i64::MAX - 1, Duration::MAX).unwrap().is_empty());
}

#[test]
fn a_key_that_others_can_read_is_refused_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    files.ensure(NOW).unwrap();
    files.rotate(NOW).unwrap();
    let path = files.load().unwrap().keys[0].path.clone();
    for wide in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, Permissions::from_mode(wide)).unwrap();
        let loaded = files.load().unwrap();
        assert_eq!((loaded.keys.len(), loaded.broken.len()), (1, 1), "{wide:o}");
        let text = loaded.broken[0].to_string();
        assert!(text.ends_with(&format!("run `chmod 600 {}`", path.display())), "{text}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    assert_eq!(files.load().unwrap().keys.len(), 2);
}

#[test]
fn a_broken_file_is_named_without_what_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let (files, ring) = (files(&dir), Keyring::default());
    files.reload(&ring, NOW);
    let path = files.load().unwrap().keys[0].path.clone();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.trim_end().strip_suffix(|_: char| true).unwrap()).unwrap();
    let reloaded = files.reload(&ring, NOW);
    // Mails of today get tokens all the same.
    assert_eq!((reloaded.made.len(), reloaded.problems.len()), (1, 1));
    assert_eq!(ring.at(NOW).map(|k| k.id()), Some(reloaded.made[0]));
    let told = reloaded.problems[0].to_string();
    assert!(told.starts_with(&format!("{}:8: this is no secret", path.display())), "{told}");
    let secret = text.lines().last().unwrap().trim_start_matches("secret ");
    assert!(!told.contains(&secret[..8]), "{told}");

    // What is no file at all, and what is too long.
    fs::write(&path, vec![b'\n'; 10_000]).unwrap();
    fs::create_dir(files.directory.join("directory.key")).unwrap();
    assert_eq!(files.load().unwrap().broken.len(), 2);
}

#[test]
fn a_directory_that_cannot_be_read_leaves_the_keyring_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (files, ring) = (files(&dir), Keyring::default());
    files.reload(&ring, NOW);
    fs::rename(&files.directory, dir.path().join("away")).unwrap();
    fs::write(&files.directory, "a file").unwrap();
    let reloaded = files.reload(&ring, NOW);
    assert_eq!(reloaded.problems.len(), 2, "{reloaded:?}");
    assert!(ring.at(NOW).is_some());
    assert!(files.rotate(NOW).is_err() && files.ensure_audit_key().is_err());
}

#[test]
fn credentials_are_read_and_never_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let given = dir.path().join("credentials");
    let other = KeyFiles::new(given.clone(), None, Period::Month);
    let id = other.ensure(NOW).unwrap()[0];
    let secret = other.ensure_audit_key().unwrap();
    for entry in fs::read_dir(&given).unwrap() {
        fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o440)).unwrap();
    }
    let files = KeyFiles::new(dir.path().join("keys"), Some(given), Period::Month);
    // There is a key for today.
    assert_eq!(files.ensure(NOW).unwrap(), []);
    assert_eq!(*files.ensure_audit_key().unwrap(), *secret);
    assert!(!files.directory.exists());
    let keys = files.load().unwrap().keys;
    assert_eq!((keys[0].key.id(), keys[0].origin), (id, Origin::Credential));
    assert!(files.expired(i64::MAX, Duration::ZERO).unwrap().is_empty());
    assert!(matches!(files.destroy(id), Err(KeyFileError::Credential(_))));
}

#[test]
fn the_audit_key_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    assert!(files.audit_key().unwrap().is_none());
    let secret = files.ensure_audit_key().unwrap();
    assert_eq!(*files.ensure_audit_key().unwrap(), *secret);
    assert_eq!(mode(&files.directory.join(AUDIT_KEY)), 0o600);
    assert!(files.load().unwrap().keys.is_empty() && files.load().unwrap().broken.is_empty());
    // A broken one is not replaced: the log would be sealed with another key from then on.
    fs::write(files.directory.join(AUDIT_KEY), "").unwrap();
    assert!(matches!(files.ensure_audit_key(), Err(KeyFileError::Broken { line: 1, .. })));
}

#[test]
fn many_at_once_make_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    let audit = std::thread::scope(|scope| {
        let at_it = || {
            files.ensure(NOW).unwrap();
            *files.ensure_audit_key().unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(at_it)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(audit.iter().all(|secret| *secret == audit[0]));
    assert_eq!(files.load().unwrap().keys.len(), 1);
}

#[test]
fn what_a_crash_left_is_tidied_up_and_never_read() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    files.ensure(NOW).unwrap();
    let left = files.directory.join(".2026-11-01-00000001.key.new");
    fs::write(&left, "mailgauge-key 1\n").unwrap();
    assert!(files.load().unwrap().broken.is_empty());
    files.rotate(NOW).unwrap();
    assert!(!left.exists());
}

#[test]
fn a_key_makes_the_same_tokens_after_it_was_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir);
    files.ensure(NOW).unwrap();
    let address = Address::parse(b"jan@example.org").unwrap();
    let token = || files.load().unwrap().keys[0].key.sender(&address);
    assert_eq!(token(), token());
    assert!(!format!("{:?}", files.load().unwrap()).contains("secret"));
}
