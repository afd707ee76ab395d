//! Carries a plan out: new texts in memory, then all files or none on the disk, and back again. The only writer.
//! A journal outside the source tree makes each write undoable, and a crash in the middle of one harmless.

mod disk;
mod git;
pub mod journal;
mod takeback;
mod target;
mod write;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::plan::Plan;
use crate::source::SourceFile;
use disk::Disk;

/// One file before and after. At least one of the two is there, and they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its text as it was read; `None` if it is created.
    pub before: Option<String>,
    /// Its text afterwards; `None` if it is deleted.
    pub after: Option<String>,
}

/// What a write may do and where it keeps its journal.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Write files that git would not give back.
    pub allow_dirty: bool,
    /// The folder for journals; see [`journal::default_dir`].
    pub state: PathBuf,
}

/// What an undo may do and where the journal is.
#[derive(Clone, Debug)]
pub struct UndoOptions {
    /// Overwrite what was edited since.
    pub force: bool,
    /// The folder for journals; see [`journal::default_dir`].
    pub state: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Every file that was changed, created or deleted, sorted.
    pub paths: Vec<String>,
}

/// What was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Every file that is again as it was before the write, sorted.
    pub paths: Vec<String>,
}

/// Why nothing was written or taken back. Exit code 4, all of them; every file is as it was, except after
/// [`WriteError::HalfDone`] and [`WriteError::NotRestored`].
#[derive(Debug, Error)]
pub enum WriteError {
    /// Git could not give these back.
    #[error(
        "{} would be written, but git has no committed copy of what is there now; commit or stash first, or pass `--allow-dirty`",
        list(paths)
    )]
    Dirty {
        /// Relative to the root.
        paths: Vec<String>,
    },
    /// Git is there and can't tell.
    #[error("git can't say what is committed: {message}; repair that, or pass `--allow-dirty`")]
    Git {
        /// Git's words.
        message: String,
    },
    /// What was planned does not fit any more.
    #[error("{} changed since it was read; run the command again", list(paths))]
    ChangedSince {
        /// Relative to the root.
        paths: Vec<String>,
    },
    /// A file that the plan creates is there.
    #[error(
        "{} would be created, but exists; move it away, or give another path in `iomigrate.toml`",
        list(paths)
    )]
    Exists {
        /// Relative to the root.
        paths: Vec<String>,
    },
    /// A symbolic link where a file was expected.
    #[error("`{path}` is a symbolic link; name the folder that it leads to instead")]
    Symlink {
        /// Relative to the root.
        path: String,
    },
    /// A target that is not under the root.
    #[error("`{path}` is outside `{}`; nothing outside the named folder is written", root.display())]
    Outside {
        /// As the plan has it.
        path: String,
        /// The root.
        root: PathBuf,
    },
    /// A target can't be looked at.
    #[error("`{path}` can't be read: {cause}")]
    Unreadable {
        /// Relative to the root.
        path: String,
        /// The system's words.
        cause: io::Error,
    },
    /// The journal can't be kept.
    #[error("the undo journal can't be kept in `{}`: {cause}; set `IOMIGRATE_STATE_DIR` to a folder that can be written", path.display())]
    Journal {
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// The journal makes no sense.
    #[error("the undo journal `{}` is damaged: {message}; the copies of the files are beside it", path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Another run is at work.
    #[error("another `iomigrate` is writing to `{}`; wait until it is done", root.display())]
    Busy {
        /// The root.
        root: PathBuf,
    },
    /// Something failed on the way and everything was taken back.
    #[error("`{path}` can't be written: {cause}; nothing was changed")]
    RolledBack {
        /// Relative to the root.
        path: String,
        /// The system's words.
        cause: io::Error,
    },
    /// Something failed on the way, and so did taking it back.
    #[error("`{path}` can't be written: {cause}; and not all could be taken back: {second}")]
    HalfDone {
        /// Relative to the root.
        path: String,
        /// The system's words.
        cause: io::Error,
        /// Why the rest could not be taken back.
        second: Box<WriteError>,
    },
    /// Taking back failed on the way.
    #[error(
        "`{path}` can't be restored: {cause}; once that is repaired, `iomigrate undo` restores every file"
    )]
    NotRestored {
        /// Relative to the root.
        path: String,
        /// The system's words.
        cause: io::Error,
    },
    /// No apply is on record.
    #[error("nothing to undo: no apply is on record for `{}`; undo takes the same path as apply", root.display())]
    NothingToUndo {
        /// The root.
        root: PathBuf,
    },
    /// Taking back would lose work.
    #[error(
        "{} was edited since the apply; undo would lose that, pass `--force` if it may",
        list(paths)
    )]
    Edited {
        /// Relative to the root.
        paths: Vec<String>,
    },
}

fn list(paths: &[String]) -> String {
    let quoted: Vec<String> = paths.iter().map(|it| format!("`{it}`")).collect();
    quoted.join(", ")
}

/// The texts that `plan` leads to, sorted by path; files that stay as they are left out. Pure.
pub fn preview(files: &[SourceFile], plan: &Plan) -> Vec<Changed> {
    let mut changed: BTreeMap<&str, Changed> = BTreeMap::new();
    for edited in &plan.edited {
        let file = &files[edited.file.index()];
        let before = Some(file.text.clone());
        let after = Some(edited.edits.apply(&file.text));
        changed.insert(
            &file.path,
            Changed {
                path: file.path.clone(),
                before,
                after,
            },
        );
    }
    for written in &plan.written {
        let before = written.before.clone();
        let after = Some(written.after.clone());
        let clash = changed.insert(
            &written.path,
            Changed {
                path: written.path.clone(),
                before,
                after,
            },
        );
        assert!(
            clash.is_none(),
            "a plan edits a file or replaces it, never both"
        );
    }
    changed
        .into_values()
        .filter(|it| it.before != it.after)
        .collect()
}

/// Writes all of `changed` under `root`, or nothing. An interrupted write is taken back first.
pub fn write(
    root: &Path,
    changed: &[Changed],
    options: &WriteOptions,
) -> Result<Written, WriteError> {
    write::write(&Disk::new(&|_| Ok(())), root, changed, options)
}

/// Whether [`write()`] would be refused right now.
pub fn may_write(
    root: &Path,
    changed: &[Changed],
    options: &WriteOptions,
) -> Result<(), WriteError> {
    write::check(&write::canonical(root)?, changed, options).map(drop)
}

/// Takes back what an interrupted write or undo left half-done under `root`; `None` if there is no such thing.
/// To be called before a command reads the files.
pub fn recover(root: &Path, state: &Path) -> Result<Option<Undone>, WriteError> {
    takeback::recover(&Disk::new(&|_| Ok(())), root, state)
}

/// Takes the last write under `root` back, byte for byte; an interrupted one counts.
pub fn undo(root: &Path, options: &UndoOptions) -> Result<Undone, WriteError> {
    takeback::undo(&Disk::new(&|_| Ok(())), root, options)
}

#[cfg(test)]
mod tests;
