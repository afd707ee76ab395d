//! Takes a write back: after a failure, after a crash, or because the user wants it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::disk::{Disk, Looks, mode_of};
use super::journal::{Entry, Journal, Status, Store};
use super::target::{Present, hash, inside, missing_folders, present, unreadable};
use super::write::{Failure, canonical, folder_of, sync_folders};
use super::{UndoOptions, Undone, WriteError};

/// How much of a write is taken back.
pub(super) enum Extent {
    /// So many entries from the first: the others were never written.
    First(usize),
    /// All that is as the write left it; refused if something is neither so nor as it was before.
    Unedited,
    /// All.
    Everything,
}

/// What has to be done to a file.
enum Restore {
    /// Put these bytes back.
    Bytes(Vec<u8>, Option<u32>),
    /// Only its permissions differ.
    Mode(Option<u32>),
    /// It was not there.
    Removal,
}

/// See [`super::recover`].
pub(super) fn recover(
    disk: &Disk<'_>,
    root: &Path,
    state: &Path,
) -> Result<Option<Undone>, WriteError> {
    let root = &canonical(root)?;
    Store::existing(disk, state, root)?.map_or(Ok(None), |it| recover_in(disk, root, &it))
}

/// The same for a process that has the store already.
pub(super) fn recover_in(
    disk: &Disk<'_>,
    root: &Path,
    store: &Store,
) -> Result<Option<Undone>, WriteError> {
    let Some(journal) = store.latest()? else {
        return Ok(None);
    };
    if journal.record.status == Status::Done {
        // An undo may have died before it changed anything but left temporary files.
        sweep(disk, root, &journal).map_err(not_restored)?;
        return Ok(None);
    }
    let undone = take_back(disk, root, &journal, &Extent::Unedited)?;
    journal.remove(disk)?;
    Ok(Some(undone))
}

/// See [`super::undo`].
pub(super) fn undo(
    disk: &Disk<'_>,
    root: &Path,
    options: &UndoOptions,
) -> Result<Undone, WriteError> {
    let root = &canonical(root)?;
    let nothing = || WriteError::NothingToUndo { root: root.clone() };
    let store = Store::existing(disk, &options.state, root)?.ok_or_else(nothing)?;
    let mut journal = store.latest()?.ok_or_else(nothing)?;
    let extent = if options.force {
        Extent::Everything
    } else {
        Extent::Unedited
    };
    if journal.record.status == Status::Done {
        // An older journal that is still there would make a second undo take an older write back.
        store.forget_others(disk, &journal)?;
        // What can be refused or fail early does so here, while the write still counts as done.
        drop(prepare(disk, root, &journal, &extent)?);
        journal.set_status(disk, Status::Undoing)?;
    }
    let undone = take_back(disk, root, &journal, &extent)?;
    journal.remove(disk)?;
    Ok(undone)
}

/// Makes the tree what it was. Can be interrupted and begun again at any point.
pub(super) fn take_back(
    disk: &Disk<'_>,
    root: &Path,
    journal: &Journal,
    extent: &Extent,
) -> Result<Undone, WriteError> {
    let steps = prepare(disk, root, journal, extent)?;
    let files: Vec<PathBuf> = steps.iter().map(|it| it.file.clone()).collect();
    let mut undone = Undone::default();
    for step in steps {
        undone.paths.push(step.path.clone());
        step.carry_out(disk).map_err(not_restored)?;
    }
    for folder in journal.record.folders.iter().rev() {
        let removed = disk.remove_empty_folder(&root.join(folder));
        removed
            .map_err(Failure::at(&folder.display().to_string()))
            .map_err(not_restored)?;
    }
    let files = files.iter().map(PathBuf::as_path);
    sync_folders(disk, root, files, &journal.record.folders).map_err(not_restored)?;
    undone.paths.sort();
    Ok(undone)
}

/// What is left to do for one file.
struct Step {
    path: String,
    file: PathBuf,
    action: Action,
}

enum Action {
    /// Put the file that waits beside it in its place.
    Replace(TempPath),
    /// Only its permissions differ.
    SetMode(Option<u32>),
    /// It was not there.
    Remove,
}

impl Step {
    fn carry_out(self, disk: &Disk<'_>) -> Result<(), Failure> {
        let done = match self.action {
            Action::Replace(staged) => disk.replace(staged, &self.file),
            Action::SetMode(mode) => disk.set_mode(&self.file, mode),
            Action::Remove => disk.remove(&self.file),
        };
        done.map_err(Failure::at(&self.path))
    }
}

/// Everything up to the first file that changes.
fn prepare(
    disk: &Disk<'_>,
    root: &Path,
    journal: &Journal,
    extent: &Extent,
) -> Result<Vec<Step>, WriteError> {
    let restores = restores(root, journal, extent)?;
    sweep(disk, root, journal).map_err(not_restored)?;
    let steps = restores.into_iter().map(|(entry, file, restore)| {
        let action = match restore {
            Restore::Mode(mode) => Ok(Action::SetMode(mode)),
            Restore::Removal => Ok(Action::Remove),
            Restore::Bytes(bytes, mode) => {
                stage(disk, journal, &file, &bytes, mode).map(Action::Replace)
            }
        };
        let action = action
            .map_err(Failure::at(&entry.path))
            .map_err(not_restored)?;
        Ok(Step {
            path: entry.path.clone(),
            file,
            action,
        })
    });
    steps.collect()
}

fn not_restored(failure: Failure) -> WriteError {
    WriteError::NotRestored {
        path: failure.path,
        cause: failure.cause,
    }
}

type Restores<'a> = Vec<(&'a Entry, PathBuf, Restore)>;

fn restores<'a>(
    root: &Path,
    journal: &'a Journal,
    extent: &Extent,
) -> Result<Restores<'a>, WriteError> {
    let mut restores = Vec::new();
    let mut edited = Vec::new();
    let written = if let Extent::First(count) = extent {
        *count
    } else {
        usize::MAX
    };
    for (index, entry) in journal.record.entries.iter().enumerate().take(written) {
        let file = inside(root, &entry.path)?;
        let now = present(&file).map_err(|cause| unreadable(&entry.path, cause))?;
        if is_original(entry, &now) {
            let wanted = entry.before.as_ref().and_then(|it| it.mode);
            let actual = fs::metadata(&file).ok().as_ref().and_then(mode_of);
            if wanted != actual {
                restores.push((entry, file, Restore::Mode(wanted)));
            }
        } else if is_written(entry, &now) || matches!(extent, Extent::Everything) {
            let restore = match &entry.before {
                None => Restore::Removal,
                Some(it) => Restore::Bytes(journal.original(index, &it.sha256)?, it.mode),
            };
            restores.push((entry, file, restore));
        } else {
            edited.push(entry.path.clone());
        }
    }
    // An interrupted write that got to no file at all: what differs was edited by the user.
    let began = restores.iter().any(|it| !matches!(it.2, Restore::Mode(_)));
    if edited.is_empty() || (journal.record.status == Status::Writing && !began) {
        return Ok(restores);
    }
    Err(WriteError::Edited { paths: edited })
}

fn is_original(entry: &Entry, now: &Present) -> bool {
    match (now, &entry.before) {
        (Present::Absent, None) => true,
        (Present::File(bytes), Some(original)) => hash(bytes) == original.sha256,
        _ => false,
    }
}

fn is_written(entry: &Entry, now: &Present) -> bool {
    match (now, &entry.after) {
        (Present::Absent, None) => true,
        (Present::File(bytes), Some(after)) => hash(bytes) == *after,
        _ => false,
    }
}

/// Removes the temporary files that a crash left.
fn sweep(disk: &Disk<'_>, root: &Path, journal: &Journal) -> Result<(), Failure> {
    let folder = |it: &Entry| folder_of(&root.join(&it.path)).to_path_buf();
    let folders: BTreeSet<PathBuf> = journal.record.entries.iter().map(folder).collect();
    for folder in folders.iter().filter(|it| it.is_dir()) {
        let at = folder.display().to_string();
        for entry in fs::read_dir(folder).map_err(Failure::at(&at))?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&journal.record.temporary) && name.ends_with(".tmp") {
                disk.remove(&entry.path()).map_err(Failure::at(&at))?;
            }
        }
    }
    Ok(())
}

fn stage(
    disk: &Disk<'_>,
    journal: &Journal,
    file: &Path,
    bytes: &[u8],
    mode: Option<u32>,
) -> io::Result<TempPath> {
    for folder in missing_folders(file) {
        disk.create_folder(&folder)?;
    }
    disk.stage(
        folder_of(file),
        &journal.record.temporary,
        bytes,
        &Looks::Mode(mode),
    )
}
