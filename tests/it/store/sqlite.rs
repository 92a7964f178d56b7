//! What is SQLite's own: files and what is wrong with them.

use super::*;
use mailgauge::store::StoreError;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_its_owner_can_read_it() {
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    let mut store = place.open();
    store.keep(&[record(1, MIDNIGHT, &[1])]).unwrap();
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let files: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("notes.txt");
    std::fs::write(&text, "not a database, and long enough to be none for certain ".repeat(40)).unwrap();
    let foreign = dir.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let newer = dir.path().join("newer.db");
    drop(open(&Target::Sqlite(newer.clone())).unwrap());
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for (file, says) in
        [(text, "damaged, or no SQLite database"), (foreign, "another program"), (newer, "newer version")]
    {
        let before = std::fs::read(&file).unwrap();
        let Err(StoreError::Unusable(text)) = open(&Target::Sqlite(file.clone())) else { panic!("{says}") };
        assert!(text.contains(says) && text.contains(" away"), "{text}");
        assert!(before == std::fs::read(&file).unwrap(), "{says}");
    }
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [file.join("records.db"), dir.path().to_owned()] {
        let Err(StoreError::Unavailable(text)) = open(&Target::Sqlite(path)) else { panic!("opened") };
        assert!(text.contains("check that"), "{text}");
    }
}

#[test]
fn a_damaged_file_is_an_error_and_no_panic() {
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    let records: Vec<_> = (0..2000).map(|n| record(n, MIDNIGHT, &[n, n + 1])).collect();
    place.open().keep(&records).unwrap();
    let mut bytes = std::fs::read(file).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 20);
    for page in 3..pages {
        bytes[page * 4096..page * 4096 + 2000].fill(0xFF);
    }
    std::fs::write(file, bytes).unwrap();
    let mut store = place.open();
    let query = Query { from: 0, until: i64::MAX, by: by_tokens(&[&[7]]), limit: 9 };
    assert!(matches!(store.find(&query), Err(StoreError::Unusable(_))));
}
