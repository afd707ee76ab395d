//! The journal: what a write is about to do and copies of what was there, kept outside the source tree. One folder
//! for each root; in it, one numbered folder for each write, of which the last that succeeded stays for `undo`.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::WriteError;
use super::disk::{Disk, Looks, mode_of};
use super::target::{Target, hash, missing_folders};

const RECORD: &str = "journal.json";

/// The folder for journals: `IOMIGRATE_STATE_DIR`, or `iomigrate` in the user's folder for state. `None` if the
/// environment names no such place.
pub fn default_dir(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = |name| env(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    // The XDG specification: a relative path is to be taken as unset.
    let absolute = |name| named(name).filter(|it| it.is_absolute());
    named("IOMIGRATE_STATE_DIR")
        .or_else(|| absolute("XDG_STATE_HOME").map(|it| it.join("iomigrate")))
        .or_else(|| absolute("LOCALAPPDATA").map(|it| it.join("iomigrate")))
        .or_else(|| absolute("HOME").map(|it| it.join(".local/state/iomigrate")))
}

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    /// Files are being replaced. Found later, it was interrupted and is taken back.
    Writing,
    /// Every file is written.
    Done,
    /// Files are being restored. Found later, that was interrupted and is finished.
    Undoing,
}

/// The content of `journal.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// For a person who looks in; the folder's name says it to the program.
    root: String,
    pub(super) status: Status,
    /// Temporary files of this write start with this.
    pub(super) temporary: String,
    /// In the order in which they are written.
    pub(super) entries: Vec<Entry>,
    /// Folders that the write makes, relative to the root, outermost first.
    pub(super) folders: Vec<PathBuf>,
}

/// One file of a write.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Relative to the root.
    pub(super) path: String,
    /// What was there; `None` if the write creates it.
    pub(super) before: Option<Original>,
    /// The hash of what is there afterwards; `None` if the write deletes it.
    pub(super) after: Option<String>,
}

/// What a file was before a write. Its bytes are beside the record, under the number of the entry.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Original {
    pub(super) sha256: String,
    pub(super) mode: Option<u32>,
}

/// The journals of one root, for this process alone while the value lives.
pub(super) struct Store {
    folder: PathBuf,
    root: PathBuf,
    lock: File,
}

/// One write on record.
pub(super) struct Journal {
    folder: PathBuf,
    pub(super) record: Record,
}

impl Store {
    /// The journals of `root`, canonical, or `None` if there never was one.
    pub(super) fn existing(
        disk: &Disk<'_>,
        state: &Path,
        root: &Path,
    ) -> Result<Option<Self>, WriteError> {
        let folder = store_folder(state, root);
        if folder.is_dir() {
            Self::lock(disk, folder, root).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The journals of `root`, canonical.
    pub(super) fn open(disk: &Disk<'_>, state: &Path, root: &Path) -> Result<Self, WriteError> {
        let folder = store_folder(state, root);
        disk.create_private_folders(&folder)
            .map_err(|cause| trouble(&folder, cause))?;
        Self::lock(disk, folder, root)
    }

    fn lock(disk: &Disk<'_>, folder: PathBuf, root: &Path) -> Result<Self, WriteError> {
        let path = folder.join("lock");
        let file = disk
            .open_lock(&path)
            .map_err(|cause| trouble(&path, cause))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(WriteError::Busy {
                root: root.to_path_buf(),
            }),
            // Where the file system knows no locks, there is none to wait for.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self {
                folder,
                root: root.to_path_buf(),
                lock: file,
            }),
        }
    }

    /// The last write on record.
    pub(super) fn latest(&self) -> Result<Option<Journal>, WriteError> {
        let last = self
            .numbers()?
            .into_iter()
            .rev()
            .map(|it| self.numbered(it));
        last.map(Journal::read)
            .find_map(Result::transpose)
            .transpose()
    }

    /// Puts a write on record, copies first.
    pub(super) fn begin(
        &self,
        disk: &Disk<'_>,
        targets: &[Target<'_>],
    ) -> Result<Journal, WriteError> {
        let number = self.numbers()?.last().map_or(1, |it| it + 1);
        let folder = self.numbered(number);
        let store = self
            .folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let record = Record {
            version: 1,
            root: self.root.display().to_string(),
            status: Status::Writing,
            temporary: format!(".iomigrate-{store}-{number}-"),
            entries: targets.iter().map(entry_of).collect(),
            folders: self.folders_to_make(targets),
        };
        let mut journal = Journal { folder, record };
        journal.fill(disk, targets).map_err(|cause| {
            // What is left of it is inert: nothing was written yet.
            let _ = disk.remove_tree(&journal.folder);
            trouble(&journal.folder, cause)
        })?;
        Ok(journal)
    }

    /// Removes every write but `journal`, and what is left of those that never began.
    pub(super) fn forget_others(
        &self,
        disk: &Disk<'_>,
        journal: &Journal,
    ) -> Result<(), WriteError> {
        let others = self.numbers()?.into_iter().map(|it| self.numbered(it));
        for other in others.filter(|it| *it != journal.folder) {
            disk.remove_tree(&other)
                .map_err(|cause| trouble(&other, cause))?;
        }
        Ok(())
    }

    fn folders_to_make(&self, targets: &[Target<'_>]) -> Vec<PathBuf> {
        let missing: BTreeSet<PathBuf> = targets
            .iter()
            .flat_map(|it| missing_folders(&it.file))
            .collect();
        let relative = |it: PathBuf| it.strip_prefix(&self.root).map(Path::to_path_buf).ok();
        missing.into_iter().filter_map(relative).collect()
    }

    fn numbered(&self, number: u64) -> PathBuf {
        self.folder.join(number.to_string())
    }

    fn numbers(&self) -> Result<BTreeSet<u64>, WriteError> {
        let entries = fs::read_dir(&self.folder).map_err(|cause| trouble(&self.folder, cause))?;
        Ok(entries
            .flatten()
            .filter_map(|it| it.file_name().to_str()?.parse().ok())
            .collect())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Closing is not enough: a child that is just being started still holds the file.
        let _ = self.lock.unlock();
    }
}

impl Journal {
    /// `None` if the write never began: its record was not there yet.
    #[expect(clippy::disallowed_methods, reason = "apply reads its own journal")]
    fn read(folder: PathBuf) -> Result<Option<Self>, WriteError> {
        let path = folder.join(RECORD);
        let text = match fs::read_to_string(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(trouble(&path, cause)),
            Ok(text) => text,
        };
        match serde_json::from_str(&text) {
            Ok(record) => Ok(Some(Self { folder, record })),
            Err(cause) => Err(WriteError::Damaged {
                path,
                message: cause.to_string(),
            }),
        }
    }

    fn fill(&mut self, disk: &Disk<'_>, targets: &[Target<'_>]) -> io::Result<()> {
        disk.create_private_folders(&self.folder)?;
        for (index, target) in targets.iter().enumerate() {
            if let Some(before) = &target.changed.before {
                disk.write_copy(&self.copy(index), before.as_bytes())?;
            }
        }
        disk.sync_folder(&self.folder)?;
        self.replace_record(disk)?;
        disk.sync_folder(&self.folder)?;
        disk.sync_folder(self.folder.parent().unwrap_or(&self.folder))
    }

    /// Notes how far the write has come. If that fails, the old status holds.
    pub(super) fn set_status(&mut self, disk: &Disk<'_>, status: Status) -> Result<(), WriteError> {
        let old = std::mem::replace(&mut self.record.status, status);
        self.replace_record(disk).map_err(|cause| {
            self.record.status = old;
            trouble(&self.folder, cause)
        })?;
        // The new status is there. Should a power cut bring the old one back, the next run takes back what was
        // written, or undo is asked for once more: either leaves every file whole.
        let _ = disk.sync_folder(&self.folder);
        Ok(())
    }

    fn replace_record(&self, disk: &Disk<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(&self.record)?;
        text.push(b'\n');
        let staged = disk.stage(&self.folder, ".journal-", &text, &Looks::Mode(Some(0o600)))?;
        disk.replace(staged, &self.folder.join(RECORD))
    }

    /// The bytes that entry `index` had before the write.
    #[expect(clippy::disallowed_methods, reason = "apply reads its own journal")]
    pub(super) fn original(&self, index: usize, sha256: &str) -> Result<Vec<u8>, WriteError> {
        let path = self.copy(index);
        let bytes = fs::read(&path).map_err(|cause| trouble(&path, cause))?;
        if hash(&bytes) == sha256 {
            return Ok(bytes);
        }
        let message = "the copy is not what was read at the time".to_owned();
        Err(WriteError::Damaged { path, message })
    }

    /// Forgets the write.
    pub(super) fn remove(self, disk: &Disk<'_>) -> Result<(), WriteError> {
        // The record goes first: a folder without one never began.
        let removed = disk
            .remove(&self.folder.join(RECORD))
            .and_then(|()| disk.sync_folder(&self.folder))
            .and_then(|()| disk.remove_tree(&self.folder));
        removed.map_err(|cause| trouble(&self.folder, cause))
    }

    fn copy(&self, index: usize) -> PathBuf {
        self.folder.join(format!("{index}.original"))
    }
}

fn store_folder(state: &Path, root: &Path) -> PathBuf {
    let mut name = hash(root.as_os_str().as_encoded_bytes());
    name.truncate(16);
    state.join(name)
}

fn entry_of(target: &Target<'_>) -> Entry {
    let changed = target.changed;
    let original = |before: &String| Original {
        sha256: hash(before.as_bytes()),
        mode: target.metadata.as_ref().and_then(mode_of),
    };
    Entry {
        path: changed.path.clone(),
        before: changed.before.as_ref().map(original),
        after: changed.after.as_ref().map(|it| hash(it.as_bytes())),
    }
}

fn trouble(path: &Path, cause: io::Error) -> WriteError {
    WriteError::Journal {
        path: path.to_path_buf(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::default_dir;

    fn dir(variables: &[(&str, &str)]) -> Option<PathBuf> {
        default_dir(|name| {
            variables
                .iter()
                .find(|it| it.0 == name)
                .map(|it| it.1.to_owned())
        })
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_for_journals_follows_the_environment() {
        let home = ("HOME", "/home/a");
        assert_eq!(
            dir(&[home]),
            Some(PathBuf::from("/home/a/.local/state/iomigrate"))
        );
        assert_eq!(
            dir(&[home, ("XDG_STATE_HOME", "/s")]),
            Some(PathBuf::from("/s/iomigrate"))
        );
        assert_eq!(dir(&[home, ("XDG_STATE_HOME", "s")]), dir(&[home]));
        assert_eq!(
            dir(&[home, ("IOMIGRATE_STATE_DIR", "j")]),
            Some(PathBuf::from("j"))
        );
        assert_eq!(dir(&[("HOME", "")]), None);
    }
}
