//! What there is to scan: files, directories, Maildirs, mailboxes; made into jobs as it is found, never listed as a whole.

use super::interrupt::Stop;
use super::worker::CHUNK;
use crate::scan::mbox::{self, Mailbox};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// A job has about so many bytes, where files allow it: enough to be worth a hand-over, little enough for all cores to end together.
const JOB_BYTES: u64 = 4 * 1024 * 1024;
/// Files of one job.
const JOB_FILES: usize = 64;

/// What one worker does at once, in order.
pub type Job = Vec<Input>;

pub enum Input {
    Stdin,
    File(PathBuf),
    /// Whole messages of a mailbox, `start..end` in bytes; `first` is the number of the first of them.
    Slice {
        path: Arc<Path>,
        first: u64,
        start: u64,
        end: u64,
    },
    /// It cannot be read, and why.
    Unreadable(PathBuf, io::Error),
}

/// Makes jobs of all that these paths lead to, in their order, while `take` wants more.
pub fn each(paths: &[PathBuf], stop: &Stop, take: impl FnMut(Job) -> bool) {
    let mut jobs = Jobs { job: Job::new(), bytes: 0, take };
    for path in paths {
        let more = match walk(path) {
            _ if path == Path::new("-") => jobs.add(Input::Stdin, JOB_BYTES),
            None => jobs.file(path.clone(), fs::metadata(path).map_or(0, |meta| meta.len()), stop),
            Some(mut found) => found.all(|entry| match entry {
                Ok((path, bytes)) => jobs.file(path, bytes, stop),
                Err((path, error)) => jobs.add(Input::Unreadable(path, error), 0),
            }),
        };
        if !more || stop.is_set() {
            return;
        }
    }
    jobs.send();
}

/// Counts the bytes of all that these paths lead to, while `go_on` wants more; `None` where they cannot be known.
pub fn bytes(paths: &[PathBuf], mut go_on: impl FnMut() -> bool) -> Option<u64> {
    let mut total = 0;
    for path in paths {
        match walk(path) {
            None => total += fs::metadata(path).ok().filter(fs::Metadata::is_file)?.len(),
            Some(mut found) => {
                if !found.all(|entry| {
                    total += entry.map_or(0, |(_, bytes)| bytes);
                    go_on()
                }) {
                    return None;
                }
            }
        }
    }
    Some(total)
}

struct Jobs<F> {
    job: Job,
    bytes: u64,
    take: F,
}

impl<F: FnMut(Job) -> bool> Jobs<F> {
    fn add(&mut self, input: Input, bytes: u64) -> bool {
        self.job.push(input);
        self.bytes += bytes;
        if self.bytes >= JOB_BYTES || self.job.len() >= JOB_FILES { self.send() } else { true }
    }

    fn send(&mut self) -> bool {
        self.bytes = 0;
        let job = std::mem::take(&mut self.job);
        job.is_empty() || (self.take)(job)
    }

    /// One file; of a large mailbox several slices, so that all cores have something of it.
    fn file(&mut self, path: PathBuf, bytes: u64, stop: &Stop) -> bool {
        if bytes <= JOB_BYTES {
            return self.add(Input::File(path), bytes);
        }
        let mut more = true;
        let path: Arc<Path> = path.into();
        let (mut first, mut start) = (1, 0);
        let cut = slices(&path, |number, at| {
            more = more
                && !stop.is_set()
                && (at - start < JOB_BYTES || {
                    let slice = Input::Slice { path: path.clone(), first, start, end: at };
                    (first, start) = (number, at);
                    self.add(slice, JOB_BYTES)
                });
            more
        });
        match cut {
            // Whoever cannot be read here cannot be read by the worker either, and he says why.
            Ok(false) | Err(_) if start == 0 => self.add(Input::File(path.to_path_buf()), bytes),
            _ if !more => false,
            _ => self.add(Input::Slice { path, first, start, end: u64::MAX }, JOB_BYTES),
        }
    }
}

/// Tells the number and place of each message but the first, if the file is a mailbox; whether it is one.
fn slices(path: &Path, mut message: impl FnMut(u64, u64) -> bool) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK];
    let mut mailbox = Mailbox::new();
    let (mut number, mut more, mut begun) = (0, true, false);
    while more {
        let length = match file.read(&mut chunk) {
            Ok(length) => length,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let bytes = &chunk[..length];
        if length == 0 || (!begun && !mbox::is_mailbox(bytes)) {
            break;
        }
        begun = true;
        mailbox.feed(bytes, |piece| {
            if let mbox::Piece::Message { at } = piece {
                number += 1;
                more = more && (number == 1 || message(number, at));
            }
        });
    }
    Ok(begun)
}

/// The files below a directory, with their sizes; `None` for what is no directory.
///
/// Hidden files and directories are left out. Of a Maildir, `cur` and `new` are taken, and the folders in it (Maildir++),
/// which begin with a dot; its other files are not mail. Symbolic links are followed, but not in circles.
fn walk(path: &Path) -> Option<impl Iterator<Item = Result<(PathBuf, u64), (PathBuf, io::Error)>>> {
    if !path.is_dir() {
        return None;
    }
    let mut maildirs = Maildirs::default();
    let entries = WalkDir::new(path).follow_links(true).into_iter();
    let entries = entries.filter_entry(move |entry| entry.depth() == 0 || maildirs.wanted(entry));
    Some(entries.filter_map(|entry| match entry {
        // Sockets and pipes are no mail, and would wait for ever.
        Ok(entry) if entry.file_type().is_file() => {
            let bytes = entry.metadata().map_or(0, |meta| meta.len());
            Some(Ok((entry.into_path(), bytes)))
        }
        Ok(_) => None,
        Err(error) if error.loop_ancestor().is_some() => None,
        Err(error) => {
            let path = error.path().unwrap_or(Path::new("?")).to_path_buf();
            Some(Err((path, error.into_io_error().unwrap_or_else(|| ErrorKind::Other.into()))))
        }
    }))
}

/// Whether the directories that were asked for last are Maildirs: most entries have the parent of the one before.
#[derive(Default)]
struct Maildirs {
    parent: PathBuf,
    is_maildir: bool,
}

impl Maildirs {
    fn wanted(&mut self, entry: &DirEntry) -> bool {
        let parent = entry.path().parent().unwrap_or(Path::new(""));
        if self.parent != parent {
            self.is_maildir = is_maildir(parent);
            self.parent = parent.to_path_buf();
        }
        let name = entry.file_name().as_encoded_bytes();
        if self.is_maildir {
            matches!(name, b"cur" | b"new")
                || (name != b"tmp" && entry.file_type().is_dir() && is_maildir(entry.path()))
        } else {
            !name.starts_with(b".")
        }
    }
}

fn is_maildir(path: &Path) -> bool {
    ["cur", "new", "tmp"].iter().all(|name| path.join(name).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = walk(path)
            .unwrap()
            .map(|entry| entry.unwrap().0.strip_prefix(path).unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn touch(root: &Path, name: &str) {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), name).unwrap();
    }

    #[test]
    fn files_below_a_directory() {
        let root = tempfile::tempdir().unwrap();
        for name in ["a.eml", "b/c", "b/.hidden", ".git/d", "b/e/f.eml"] {
            touch(root.path(), name);
        }
        std::os::unix::fs::symlink(root.path(), root.path().join("b/circle")).unwrap();
        std::os::unix::fs::symlink(root.path().join("a.eml"), root.path().join("link.eml")).unwrap();
        assert_eq!(names(root.path()), ["a.eml", "b/c", "b/e/f.eml", "link.eml"]);
        assert_eq!(bytes(&[root.path().to_path_buf()], || true), Some(5 + 5 + 3 + 9));
        assert_eq!(bytes(&[PathBuf::from("-")], || true), None);
    }

    #[test]
    fn a_maildir_and_its_folders() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["", ".Sent/", ".Sent.2026/"] {
            for name in ["cur/1:2,S", "new/2", "tmp/3", "dovecot.index", "subscriptions"] {
                touch(root.path(), &format!("{folder}{name}"));
            }
        }
        touch(root.path(), ".cache/x");
        let expected =
            [".Sent.2026/cur/1:2,S", ".Sent.2026/new/2", ".Sent/cur/1:2,S", ".Sent/new/2", "cur/1:2,S", "new/2"];
        assert_eq!(names(root.path()), expected);
    }

    #[test]
    fn a_large_mailbox_is_cut_between_messages() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("large");
        let message = format!("From a@b Tue Nov 24 10:00:00 2026\nA: b\n\n{}\n", "text text text\n".repeat(50_000));
        fs::write(&path, message.repeat(20)).unwrap();
        let mut found = Vec::new();
        each(&[path], &Stop::default(), |job| {
            found.extend(job);
            true
        });
        let mut next = (1, 0);
        for input in &found {
            let Input::Slice { first, start, end, .. } = *input else { panic!("a slice is expected") };
            assert_eq!((first, start), next);
            assert_eq!(start, (first - 1) * message.len() as u64);
            next = (first + end.saturating_sub(start) / message.len() as u64, end);
        }
        assert_eq!(next.1, u64::MAX);
        assert!(found.len() > 2);
    }
}
