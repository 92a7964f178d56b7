//! The little that several rooms ask of the machine: what time it is, and to whom a file belongs.

use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since the epoch; 0 before it.
pub(crate) fn unix_time() -> i64 {
    seconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Whole seconds, as times count them.
pub(crate) fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// Gives what root has made to the owner of the directory it is in: root may be here at the command line, and the daemon is somebody
/// else. Who is not root can give nothing away, and has made it for himself.
///
/// # Errors
/// The owner cannot be read or set.
pub(crate) fn as_its_parent(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    let (ours, owner) = (path.metadata()?, parent.metadata()?);
    if ours.uid() == 0 && ours.uid() != owner.uid() {
        chown(path, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}
