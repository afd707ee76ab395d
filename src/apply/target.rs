//! Looks at the files that are about to be written: whether they may be, and what they hold.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Changed, WriteError};

/// A file that is about to be written.
pub(super) struct Target<'a> {
    /// What is to become of it.
    pub(super) changed: &'a Changed,
    /// Its absolute path.
    pub(super) file: PathBuf,
    /// What it looks like; `None` if it is created.
    pub(super) metadata: Option<Metadata>,
}

/// What is at a path right now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Present {
    /// Nothing.
    Absent,
    /// A regular file with these bytes.
    File(Vec<u8>),
    /// A link, a folder or something else that is never written.
    Other,
}

/// Checks every target before the first is touched.
pub(super) fn check<'a>(
    root: &Path,
    changed: &'a [Changed],
) -> Result<Vec<Target<'a>>, WriteError> {
    let mut targets = Vec::new();
    let mut stale = Vec::new();
    let mut existing = Vec::new();
    for changed in changed {
        let path = &changed.path;
        let file = inside(root, path)?;
        let metadata = fs::symlink_metadata(&file).ok();
        if metadata.as_ref().is_some_and(Metadata::is_symlink) {
            return Err(WriteError::Symlink { path: path.clone() });
        }
        if !is_as_read(&file, changed).map_err(|cause| unreadable(path, cause))? {
            let list = if changed.before.is_none() {
                &mut existing
            } else {
                &mut stale
            };
            list.push(path.clone());
        }
        targets.push(Target {
            changed,
            file,
            metadata,
        });
    }
    if !existing.is_empty() {
        return Err(WriteError::Exists { paths: existing });
    }
    if !stale.is_empty() {
        return Err(WriteError::ChangedSince { paths: stale });
    }
    Ok(targets)
}

/// The absolute path of `path`, whose parent is a folder under `root` or will be one.
pub(super) fn inside(root: &Path, path: &str) -> Result<PathBuf, WriteError> {
    let outside = || WriteError::Outside {
        path: path.to_owned(),
        root: root.to_path_buf(),
    };
    let relative = Path::new(path);
    let is_plain = relative
        .components()
        .all(|it| matches!(it, Component::Normal(_)));
    if path.is_empty() || !is_plain {
        return Err(outside());
    }
    let file = root.join(relative);
    let mut folders = file.ancestors().skip(1);
    let nearest = folders
        .find(|it| fs::symlink_metadata(it).is_ok())
        .unwrap_or(root);
    let nearest = nearest
        .canonicalize()
        .map_err(|cause| unreadable(path, cause))?;
    if !nearest.starts_with(root) {
        return Err(outside());
    }
    if !nearest.is_dir() {
        let message = format!("`{}` is not a folder", nearest.display());
        return Err(unreadable(
            path,
            io::Error::new(io::ErrorKind::NotADirectory, message),
        ));
    }
    Ok(file)
}

/// The folders that have to be made for `file`, outermost first.
pub(super) fn missing_folders(file: &Path) -> Vec<PathBuf> {
    let parents = file.ancestors().skip(1);
    let mut missing: Vec<PathBuf> = parents
        .take_while(|it| !it.exists())
        .map(Path::to_path_buf)
        .collect();
    missing.reverse();
    missing
}

/// Whether `file` still holds what the plan was made from.
pub(super) fn is_as_read(file: &Path, changed: &Changed) -> io::Result<bool> {
    Ok(match (present(file)?, &changed.before) {
        (Present::Absent, None) => true,
        (Present::File(bytes), Some(before)) => bytes == before.as_bytes(),
        _ => false,
    })
}

/// What is at `file` right now.
#[expect(
    clippy::disallowed_methods,
    reason = "apply compares what is on the disk before it writes"
)]
pub(super) fn present(file: &Path) -> io::Result<Present> {
    match fs::symlink_metadata(file) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Present::Absent),
        Err(cause) => Err(cause),
        Ok(metadata) if metadata.is_file() => Ok(Present::File(fs::read(file)?)),
        Ok(_) => Ok(Present::Other),
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}

/// The error for a target that can't be looked at.
pub(super) fn unreadable(path: &str, cause: io::Error) -> WriteError {
    WriteError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}
