//! Every change that `apply` makes to the disk, one function each. Before each the observer is asked, so that a test
//! can fail or die between any two of them.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::TempPath;

/// Asked before a change, with its name.
pub(super) type Observer<'a> = &'a dyn Fn(&str) -> io::Result<()>;

/// The disk.
pub(super) struct Disk<'a> {
    before: Observer<'a>,
}

/// What a new file looks like apart from its bytes.
pub(super) enum Looks<'a> {
    /// Like this file: the one that it replaces.
    Like(&'a Metadata),
    /// With these permission bits, where there are such things.
    Mode(Option<u32>),
    /// As any program creates a file here.
    Plain,
}

impl<'a> Disk<'a> {
    /// The disk, with `before` asked before each change.
    pub(super) fn new(before: Observer<'a>) -> Self {
        Self { before }
    }

    /// Writes `bytes` to a new file in `folder` and syncs it. Dropped, it is removed.
    pub(super) fn stage(
        &self,
        folder: &Path,
        prefix: &str,
        bytes: &[u8],
        looks: &Looks<'_>,
    ) -> io::Result<TempPath> {
        (self.before)("create a temporary file")?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix(".tmp");
        if let Some(permissions) = creation_permissions(looks) {
            builder.permissions(permissions);
        }
        let (mut file, path) = builder.tempfile_in(folder).map_err(plain)?.into_parts();
        (self.before)("write a temporary file")?;
        file.write_all(bytes)?;
        (self.before)("set the looks of a temporary file")?;
        set_looks(&file, looks)?;
        (self.before)("sync a temporary file")?;
        file.sync_all()?;
        Ok(path)
    }

    /// Puts a staged file in the place of `target`.
    pub(super) fn replace(&self, staged: TempPath, target: &Path) -> io::Result<()> {
        (self.before)("replace a file")?;
        staged.persist(target).map_err(|it| it.error)
    }

    /// Puts a staged file where no file may be.
    pub(super) fn create(&self, staged: TempPath, target: &Path) -> io::Result<()> {
        (self.before)("create a file")?;
        let Err(refused) = staged.persist_noclobber(target) else {
            return Ok(());
        };
        // Some file systems have no such operation; there, looking first has to do.
        if refused.error.kind() == io::ErrorKind::AlreadyExists
            || fs::symlink_metadata(target).is_ok()
        {
            return Err(refused.error);
        }
        refused.path.persist(target).map_err(|it| it.error)
    }

    /// Writes a copy for the journal and syncs it.
    pub(super) fn write_copy(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        (self.before)("create a copy")?;
        let mut copy = File::create(file)?;
        (self.before)("write a copy")?;
        copy.write_all(bytes)?;
        (self.before)("sync a copy")?;
        copy.sync_all()
    }

    /// Opens the file by which processes keep each other out, and makes it if it is not there.
    pub(super) fn open_lock(&self, file: &Path) -> io::Result<File> {
        (self.before)("open a lock")?;
        File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(file)
    }

    /// Removes a file; one that is not there is fine.
    pub(super) fn remove(&self, file: &Path) -> io::Result<()> {
        (self.before)("remove a file")?;
        fs::remove_file(file).or_else(absent_is_fine)
    }

    /// Makes one folder, or nothing if it is there.
    pub(super) fn create_folder(&self, folder: &Path) -> io::Result<()> {
        (self.before)("create a folder")?;
        match fs::create_dir(folder) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            other => other,
        }
    }

    /// Makes a folder of the journal and those above it; only their owner looks in.
    pub(super) fn create_private_folders(&self, folder: &Path) -> io::Result<()> {
        (self.before)("create a folder of the journal")?;
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    /// Removes a folder if nothing is in it.
    pub(super) fn remove_empty_folder(&self, folder: &Path) -> io::Result<()> {
        (self.before)("remove a folder")?;
        match fs::remove_dir(folder) {
            Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            other => other.or_else(absent_is_fine),
        }
    }

    /// Removes a folder of the journal with what is in it.
    pub(super) fn remove_tree(&self, folder: &Path) -> io::Result<()> {
        (self.before)("remove a journal")?;
        fs::remove_dir_all(folder).or_else(absent_is_fine)
    }

    /// Makes the names in `folder` survive a power cut.
    pub(super) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        (self.before)("sync a folder")?;
        if cfg!(unix) {
            File::open(folder)?.sync_all()
        } else {
            Ok(())
        }
    }

    /// Gives a file these permission bits.
    pub(super) fn set_mode(&self, file: &Path, mode: Option<u32>) -> io::Result<()> {
        (self.before)("set permissions")?;
        mode.and_then(permissions_of)
            .map_or(Ok(()), |it| fs::set_permissions(file, it))
    }
}

// The temporary file's name, which `tempfile` adds, would only distract from the file that it stands for.
fn plain(cause: io::Error) -> io::Error {
    io::Error::from(cause.kind())
}

fn absent_is_fine(cause: io::Error) -> io::Result<()> {
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(()),
        _ => Err(cause),
    }
}

/// The permission bits of a file, where there are such things.
#[cfg(unix)]
pub(super) fn mode_of(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

/// The permission bits of a file, where there are such things.
#[cfg(not(unix))]
pub(super) fn mode_of(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(unix)]
fn permissions_of(mode: u32) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permissions_of(_: u32) -> Option<Permissions> {
    None
}

/// A temporary file is for its owner only, unless it becomes a new file: then the user's mask decides.
fn creation_permissions(looks: &Looks<'_>) -> Option<Permissions> {
    matches!(looks, Looks::Plain | Looks::Mode(None))
        .then(|| permissions_of(0o666))
        .flatten()
}

fn set_looks(file: &File, looks: &Looks<'_>) -> io::Result<()> {
    let mode = match looks {
        Looks::Like(metadata) => {
            keep_owner(file, metadata);
            mode_of(metadata)
        }
        Looks::Mode(mode) => *mode,
        Looks::Plain => None,
    };
    mode.and_then(permissions_of)
        .map_or(Ok(()), |it| file.set_permissions(it))
}

// Run by root, the file must stay the user's. Run by anybody else, the system refuses, and that is fine: the file
// becomes theirs, as with git. Before the mode, because a new owner clears bits of it.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}
