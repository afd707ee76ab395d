//! Writes all files or none: every new text is staged beside its target and synced before the first is renamed.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Looks};
use super::journal::{Journal, Status, Store};
use super::takeback;
use super::target::{self, Target};
use super::{Changed, WriteError, WriteOptions, Written, git};

/// What could not be done to which file.
pub(super) struct Failure {
    /// Relative to the root.
    pub(super) path: String,
    /// The system's words.
    pub(super) cause: io::Error,
}

impl Failure {
    /// To be used as `map_err(Failure::at(path))`.
    pub(super) fn at(path: &str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |cause| Self { path, cause }
    }
}

/// See [`super::write`].
pub(super) fn write(
    disk: &Disk<'_>,
    root: &Path,
    changed: &[Changed],
    options: &WriteOptions,
) -> Result<Written, WriteError> {
    let root = &canonical(root)?;
    if changed.is_empty() {
        // An apply without effect may not take the place of the one before, which can be undone.
        return Ok(Written::default());
    }
    let paths: Vec<&str> = changed.iter().map(|it| it.path.as_str()).collect();
    if let Some(store) = Store::existing(disk, &options.state, root)? {
        takeback::recover_in(disk, root, &store)?;
    }
    let targets = check(root, changed, options)?;
    let store = Store::open(disk, &options.state, root)?;
    let mut journal = store.begin(disk, &targets)?;
    let mut replaced = 0;
    let written = carry_out(disk, root, &targets, &journal, &mut replaced);
    let done = written.and_then(|()| {
        journal
            .set_status(disk, Status::Done)
            .map_err(|it| Failure {
                path: paths[0].to_owned(),
                cause: io::Error::other(it),
            })
    });
    if let Err(failure) = done {
        return Err(roll_back(disk, root, journal, replaced, failure));
    }
    // Only the last write can be undone. If an older journal stays, the next run removes it.
    let _ = store.forget_others(disk, &journal);
    Ok(Written {
        paths: paths.into_iter().map(ToOwned::to_owned).collect(),
    })
}

/// Looks at everything that may stand against a write.
pub(super) fn check<'a>(
    root: &Path,
    changed: &'a [Changed],
    options: &WriteOptions,
) -> Result<Vec<Target<'a>>, WriteError> {
    let targets = target::check(root, changed)?;
    if !options.allow_dirty {
        let paths: Vec<&str> = changed.iter().map(|it| it.path.as_str()).collect();
        git::refuse_dirty(root, &paths)?;
    }
    Ok(targets)
}

/// The root without links in it: the name of its journal, and the fence around every target.
pub(super) fn canonical(root: &Path) -> Result<PathBuf, WriteError> {
    root.canonicalize()
        .map_err(|cause| target::unreadable(&root.display().to_string(), cause))
}

/// Counts in `replaced` how many targets, from the first, are written.
fn carry_out(
    disk: &Disk<'_>,
    root: &Path,
    targets: &[Target<'_>],
    journal: &Journal,
    replaced: &mut usize,
) -> Result<(), Failure> {
    for folder in &journal.record.folders {
        let path = folder.display().to_string();
        disk.create_folder(&root.join(folder))
            .map_err(Failure::at(&path))?;
    }
    let prefix = &journal.record.temporary;
    let mut staged = Vec::new();
    for target in targets {
        let looks = target.metadata.as_ref().map_or(Looks::Plain, Looks::Like);
        let stage =
            |text: &String| disk.stage(folder_of(&target.file), prefix, text.as_bytes(), &looks);
        let file = target.changed.after.as_ref().map(stage).transpose();
        staged.push(file.map_err(Failure::at(&target.changed.path))?);
    }
    for (target, staged) in targets.iter().zip(staged) {
        let replace = || {
            if !target::is_as_read(&target.file, target.changed)? {
                return Err(io::Error::other("it changed since it was read"));
            }
            match (staged, &target.changed.before) {
                (None, _) => disk.remove(&target.file),
                (Some(staged), None) => disk.create(staged, &target.file),
                (Some(staged), Some(_)) => disk.replace(staged, &target.file),
            }
        };
        replace().map_err(Failure::at(&target.changed.path))?;
        *replaced += 1;
    }
    let files = targets.iter().map(|it| it.file.as_path());
    sync_folders(disk, root, files, &journal.record.folders)
}

/// Makes the names of `files`, and of the folders that were made or removed, survive a power cut.
pub(super) fn sync_folders<'a>(
    disk: &Disk<'_>,
    root: &Path,
    files: impl Iterator<Item = &'a Path>,
    folders: &[PathBuf],
) -> Result<(), Failure> {
    let of_files = files.map(|it| folder_of(it).to_path_buf());
    let of_folders = folders
        .iter()
        .map(|it| folder_of(&root.join(it)).to_path_buf());
    let touched: BTreeSet<PathBuf> = of_files.chain(of_folders).collect();
    for folder in touched.iter().filter(|it| it.is_dir()) {
        disk.sync_folder(folder)
            .map_err(Failure::at(&folder.display().to_string()))?;
    }
    Ok(())
}

/// The folder that a target is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(file)
}

fn roll_back(
    disk: &Disk<'_>,
    root: &Path,
    journal: Journal,
    replaced: usize,
    failure: Failure,
) -> WriteError {
    let Failure { path, cause } = failure;
    match takeback::take_back(disk, root, &journal, &takeback::Extent::First(replaced)) {
        Err(second) => WriteError::HalfDone {
            path,
            cause,
            second: Box::new(second),
        },
        Ok(_) => {
            // If it stays, the next run finds that there is nothing to take back and removes it.
            let _ = journal.remove(disk);
            WriteError::RolledBack { path, cause }
        }
    }
}
